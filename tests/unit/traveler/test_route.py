# SPDX-License-Identifier: AGPL-3.0-or-later
"""The route grammar: what is written reads back, what is wrong is named with its place."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.errors import BadRoute, BadStation
from traveler.route import Route, Step, parse, station_code, write

_LINE = st.text(
    st.characters(exclude_categories=("C", "Z"), include_characters=" "), min_size=1, max_size=40
)
_STATION = st.from_regex(r"[a-z0-9][a-z0-9._+&-]{0,20}( [A-Z0-9]{1,5})?", fullmatch=True)
_MINUTES = st.floats(0, 100_000, allow_nan=False).map(lambda minutes: round(minutes, 3))
_NAMES = st.lists(_LINE, max_size=3).map(tuple)


@st.composite
def routes(draw: st.DrawFn) -> Route:
    """Make any sound route."""
    seqs = sorted(draw(st.sets(st.integers(1, 9999), max_size=6)))
    steps = tuple(
        Step(
            seq=seq,
            station=draw(_STATION),
            title=draw(_LINE),
            setup_minutes=draw(_MINUTES),
            run_minutes=draw(_MINUTES),
            notes=draw(st.lists(_LINE, max_size=3).map("\n".join)).strip(),
            files=draw(_NAMES),
            proof=draw(_NAMES),
            parallel=draw(st.booleans()),
            metadata=draw(st.dictionaries(st.sampled_from(["fixture", "tool"]), _LINE)),
        )
        for seq in seqs
    )
    return Route(steps, draw(st.dictionaries(st.just("revision_note"), _LINE)))


@given(routes())
def test_what_is_written_reads_back(route: Route) -> None:
    """Any sound route survives writing and parsing, unknown keys included."""
    assert parse(write(route)) == route


@given(routes(), routes())
def test_a_route_replaces_the_one_before(old: Route, new: Route) -> None:
    """Writing over a previous file leaves nothing of the old steps behind."""
    assert parse(write(new, write(old))) == new


def test_comments_of_an_unchanged_route_are_kept() -> None:
    """A file that says the same is not written anew."""
    text = b'# from the shop\n[[operation]]\nseq = 10 # first\nstation = "saw"\ntitle = "Cut"\n'
    text += b"setup_minutes = 0\nrun_minutes = 0\n"
    assert write(parse(text), text) == text


def test_little_is_needed() -> None:
    """A number and a station are enough; single names may stand without brackets."""
    (step,) = parse(b'[[operation]]\nseq=10\nstation="saw 1"\nproof="photo"\n').steps
    assert step == Step(10, "saw 1", "saw 1", proof=("photo",))
    assert parse(b"").steps == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("operation = 3", "not a list of [[operation]] tables"),
        ('[[operation]]\nstation="saw"', "the 1. operation has no `seq`"),
        ('[[operation]]\nseq=true\nstation="saw"', "has no `seq` from 1 to 9999"),
        ('[[operation]]\nseq=0\nstation="saw"', "has no `seq` from 1 to 9999"),
        ("[[operation]]\nseq=10", "operation 10: `station` is missing"),
        ('[[operation]]\nseq=10\nstation="a/b"', "`station` has a sign other than"),
        ('[[operation]]\nseq=10\nstation="s"\ntitle=""', "`title` is not a text of 1 to 120"),
        ('[[operation]]\nseq=10\nstation="s"\ntitle="a\\nb"', "`title` holds a control character"),
        ('[[operation]]\nseq=10\nstation="s"\nrun_minutes=-1', "`run_minutes` is not a number"),
        ('[[operation]]\nseq=10\nstation="s"\nrun_minutes="5"', "`run_minutes` is not a number"),
        ('[[operation]]\nseq=10\nstation="s"\nsetup_minutes=nan', "not finite"),
        ('[[operation]]\nseq=10\nstation="s"\nnotes=7', "`notes` is not a text"),
        ('[[operation]]\nseq=10\nstation="s"\nfiles=[1]', "`files` is not a list of names"),
        ('[[operation]]\nseq=10\nstation="s"\nproof=7', "`proof` is not a list of names"),
        ('[[operation]]\nseq=10\nstation="s"\nparallel=1', "`parallel` is neither"),
        (
            '[[operation]]\nseq=20\nstation="s"\n[[operation]]\nseq=10\nstation="s"',
            "operation 10 comes after 20",
        ),
        (
            '[[operation]]\nseq=20\nstation="s"\n[[operation]]\nseq=20\nstation="s"',
            "operation 20 comes after 20",
        ),
        ("[[operation", "it is not TOML"),
    ],
)
def test_what_is_wrong_is_named(text: str, fault: str) -> None:
    """Each fault says what and where; nothing half-read comes out."""
    with pytest.raises(BadRoute) as refusal:
        parse(text.encode(), "10-0042 B route.toml")
    assert fault in str(refusal.value)
    assert "10-0042 B route.toml" in str(refusal.value)


def test_all_faults_are_named_at_once() -> None:
    """Correcting a route takes one round, not one for each mistake."""
    text = b'[[operation]]\nseq=10\nrun_minutes=-1\n[[operation]]\nseq=5\nstation="s"\nnotes=1\n'
    with pytest.raises(BadRoute) as refusal:
        parse(text)
    assert refusal.value.facts["why"] == (
        "operation 10: `station` is missing; "
        "operation 10: `run_minutes` is not a number from 0 to 100000; "
        "operation 5 comes after 10; they have to rise; "
        "operation 5: `notes` is not a text of up to 4000 characters"
    )


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """No file, however broken, ends in anything but a route or a refusal."""
    with contextlib.suppress(BadRoute):
        parse(data)


@pytest.mark.parametrize("code", ["", " saw", "saw ", "a  b", "-saw", "a/b", "a\tb", "x" * 41])
def test_a_station_code_that_is_none_is_refused(code: str) -> None:
    """Codes stand in addresses and on signs, so they are short and plain."""
    with pytest.raises(BadStation, match=r": it (is|has) "):
        station_code(code)
