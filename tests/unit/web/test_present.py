# SPDX-License-Identifier: AGPL-3.0-or-later
"""How things are shown: moments in the shop's zone, sizes, and a face for every state there is."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from web import present


def test_a_moment_is_shown_in_the_shops_zone_with_its_weekday() -> None:
    """Stored in UTC, read in Berlin; the element keeps the exact moment."""
    shown = present.when("2026-11-24T23:30:00Z", ZoneInfo("Europe/Berlin"))
    assert str(shown) == (
        '<time datetime="2026-11-24T23:30:00Z" title="2026-11-24T23:30:00Z">Wed 25 Nov 2026 00:30</time>'
    )
    assert "Tue 24 Nov 2026" in present.when("2026-11-24", ZoneInfo("Europe/Berlin"))
    assert str(present.when("", ZoneInfo("UTC"))) == "–"


@given(some.text())
def test_what_is_no_moment_is_shown_as_text(stored: str) -> None:
    """Nothing in a date's place becomes markup or an error."""
    shown = str(present.when(stored, ZoneInfo("UTC")))
    assert shown.startswith("<time") or "<" not in shown


@pytest.mark.parametrize(("octets", "shown"), [(0, "0 B"), (999, "999 B"), (1000, "1.0 kB"),
                         (26_400, "26 kB"), (999_999, "1.0 MB"), (52_000_000, "52 MB"),
                         (1_073_741_824, "1.1 GB"), (3 * 10**15, "3000 TB")])  # fmt: skip
def test_sizes_are_short_and_decimal(octets: int, shown: str) -> None:
    """The unit grows with the size."""
    assert present.size(octets) == shown


@pytest.mark.parametrize(("recorded", "shown"), [
    ("10.0.0.7 Mozilla/5.0 (Linux; Android 14; Tab) AppleWebKit/537.36 Chrome/150.0 Safari/537.36",
     "10.0.0.7, Chrome on Android"),
    ("10.0.0.7 Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Version/18 Safari/604",
     "10.0.0.7, Safari on iPhone"),
    ("10.0.0.7 Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0", "10.0.0.7, Firefox on Linux"),
    ("10.0.0.7 Mozilla/5.0 of something", "10.0.0.7, a browser"),
    ("tablet at the saw", "tablet at the saw"), ("command line, saw-pc", "command line, saw-pc"), ("", ""),
])  # fmt: skip
def test_a_device_is_shown_in_few_words(recorded: str, shown: str) -> None:
    """What a browser says of itself is told in full by the record, not by the page."""
    assert present.device(recorded) == shown


def test_every_state_of_every_lifecycle_has_a_face() -> None:
    """A new state that nobody drew is found here, before a person sees it grey and nameless."""
    from release import lifecycle as releasing
    from traveler import lifecycle as floor

    kinds = (("order", releasing.ORDER), ("revision", releasing.REVISION), ("job", floor.JOB),
             ("op", floor.OPERATION))  # fmt: skip
    for kind, table in kinds:
        states = {after for (_before, _act), after in table.items()}
        states |= {before for before, _act in table} - {"new", "unreleased"}
        assert {(kind, state) for state in states} <= set(present.STATES), kind


def test_no_two_states_of_a_kind_look_alike() -> None:
    """Never by colour alone: within a kind every state has its own word, and red its own icons."""
    for kind in {kind for kind, _name in present.STATES}:
        words = [state.word for (one, _name), state in present.STATES.items() if one == kind]
        assert len(words) == len(set(words)), kind


def test_commands_in_a_sentence_are_marked_and_the_rest_escaped() -> None:
    """Backticks become code; markup in either part stays text."""
    assert str(present.told("a <b> `c <d>` e")) == "a &lt;b&gt; <code>c &lt;d&gt;</code> e"
