# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules as text: read strictly, because a misspelt rule must not be no rule."""

from __future__ import annotations

import pytest

from release.errors import BadRules
from release.requirements import SignedOff
from release.rules import grammar
from release.rules.case import Deputy
from release.rules.example import DEFAULT as GOOD


def test_the_rules_a_vault_starts_with_ask_for_the_owner_and_never_for_the_author() -> None:
    """The default is one sign-off of the approval owner, and three checks."""
    told = grammar.read(GOOD, "blob")
    (sign_off,) = [one for one in told.requirements if isinstance(one, SignedOff)]
    assert (sign_off.by, sign_off.count, sign_off.author_may_sign) == (("owner",), 1, False)
    assert sign_off.may_override == frozenset()
    assert len(told.requirements) == 4
    assert told.scheme.first() == "A"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("schema = 2", "schema = 3", "schema"),
        ("schema = 2", "schema = 2\ncolour = 3", "colour"),
        ('by = "owner"', 'by = "anybody"', "by"),
        ('by = "owner"', 'by = "role:boss"', "by"),
        ("count = 1", "count = 0", "count"),
        ("count = 1", "count = true", "count"),
        ("author_may_sign = false", 'author_may_sign = "no"', "author_may_sign"),
        ("author_may_sign = false", "author_may_sing = false", "author_may_sing"),
        ('scheme = "asme-y14.35"', 'scheme = "roman"', "roman"),
        ('check = "files intact"', 'check = "files are nice"', "check"),
        ('check = "files intact"', 'check = "something to release"', "something to release"),
        ("[[sign-off]]", "[[sign-of]]", "sign-of"),
        ("schema = 2", "schema = ", "TOML"),
        ('name = "approval owner"', 'name = " "', "name"),
    ],
)
def test_a_fault_in_the_rules_is_refused_and_named(old: str, new: str, word: str) -> None:
    """Nothing is guessed: an unknown key, name or value is refused with its place."""
    assert old in GOOD
    with pytest.raises(BadRules) as refusal:
        grammar.read(GOOD.replace(old, new, 1))
    assert word in str(refusal.value)


def test_rules_without_a_sign_off_are_refused() -> None:
    """A vault where nothing needs a signature is a mistake, not a setting."""
    without = GOOD[: GOOD.index("[[sign-off]]")] + GOOD[GOOD.index("[[require]]") :]
    with pytest.raises(BadRules, match="no sign-off"):
        grammar.read(without)


FIRST = """\
schema = 1
[revision]
scheme = "numeric"
[[sign-off]]
name = "owner"
by = "owner"
count = 1
author_may_sign = false
may_override = ["admin"]
[[require]]
check = "files intact"
[deputies]
mchen = ["rkim"]
"""


def test_rules_of_the_first_days_are_read_as_they_were() -> None:
    """Schema 1: the same requirements, a plain list of deputies, no groups."""
    told = grammar.read(FIRST)
    assert [one.name for one in told.requirements] == ["owner", "files intact"]
    assert told.requirements[0].may_override == frozenset({"admin"})
    assert told.deputies == {"mchen": (Deputy("rkim"),)}
    assert told.scheme.first() == "1"


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("count = 1", 'count = 1\nmeaning = "approved"', "there are more"),
        ("count = 1", 'count = 1\nwhen = { kind = "part" }', "there are more"),
        ('check = "files intact"', 'check = "route"', "`check` must be one of"),
        ('by = "owner"', 'by = ["owner"]', "`by`"),
        ('["rkim"]', '[{ name = "rkim" }]', "deputies.mchen"),
        ("[deputies]", '[groups]\na = ["b"]\n[deputies]', "groups"),
    ],
)
def test_what_came_later_is_refused_in_the_first_schema(old: str, new: str, word: str) -> None:
    """It is not silently obeyed, nor silently ignored."""
    assert old in FIRST
    with pytest.raises(BadRules, match=word):
        grammar.read(FIRST.replace(old, new, 1))


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ('[[require]]\ncheck = "route"\ncolour = 3', "require 4 (“route”): “colour” is not known"),
        ('[[require]]\ncheck = "route"\nwhen = {}', "require 4 (“route”).when"),
        ('[[require]]\ncheck = "route"\nwhen = { kind = "prat" }', "“prat” is none of part"),
        ('[[require]]\ncheck = "route"\nwhen = { class = "huge" }', "“huge” is none of major"),
        ('[[require]]\ncheck = "route"\nwhen = { kind = [] }', "empty list"),
        ('[[require]]\ncheck = "route"\nwhen = { colour = "red" }', "“colour” is not known"),
        ('[[require]]\ncheck = "route"\nwhen = { metadata = {} }', "metadata"),
        ('[[require]]\ncheck = "route"\nwhen = { metadata = { a = { b = 1 } } }', "metadata.a"),
        ('[[require]]\ncheck = "route"\nrequired = 1', "true or false"),
        ('[[require]]\ncheck = "required files"', "it needs `files`"),
        ('[[require]]\ncheck = "required files"\nfiles = [[]]', "empty list"),
        ('[[require]]\ncheck = "metadata"', "it needs `keys`"),
        ('[[require]]\ncheck = "title block agrees"\nfields = ["colour"]', "“colour” is none of"),
        ('[[require]]\ncheck = "file names agree"\npattern = "x"', "{rev}"),
        ('[[require]]\ncheck = "children released"\nlevels = "some"', "direct or all"),
        ('[[require]]\ncheck = "route"\nname = "rules"', "the gate itself uses this name"),
        ('[[require]]\ncheck = "route"\nname = "a\\nb"', "one line"),
        ('[[sign-off]]\nname = "x"\nby = "group:board"', "names the group “board”"),
        ('[[sign-off]]\nname = "x"\nby = []', "`by`"),
        ('[[sign-off]]\nname = "x"\nby = "owner:me"', "`by`"),
        ('[[sign-off]]\nname = "x"\nby = "person:Not A Name"', "`by`"),
        ('[[sign-off]]\nname = "x"\nby = "owner"\nmeaning = "rejected"', "approved or reviewed"),
        ('[[sign-off]]\nname = "x"\nby = "owner"\nroles = ["boss"]', "`roles`"),
        ('[[sign-off]]\nname = "x"\nby = "owner"\ndelegation = "yes"', "true or false"),
        ("[groups]\nboard = []", "groups.board"),
        ('[groups]\n"Big Board" = ["mchen"]', "Big Board"),
        ('[groups]\nboard = ["Not A Name"]', "Not A Name"),
        ('[deputies]\nmchen = "rkim"', "each line must read"),
        ('[deputies]\nmchen = [{ name = "rkim", from = "soon" }]', "no day"),
        ('[deputies]\nmchen = [{ name = "rkim", till = "2026-11-20" }]', "“till” is not known"),
        ('[deputies]\nmchen = [{ name = "rkim", from = 2026-12-02, until = 2026-12-01 }]',
         "before it begins"),
        ("x = " + "[" * 40 + "]" * 40, "deeper"),
        ("x = inf", "finite"),
        ("# " + "x" * 300_000, "larger"),
        ('[[require]]\ncheck = "route"\n' * 201, "have this name"),
        ("\x00", "TOML"),
        ("\ud800", "UTF-8"),
    ],
)  # fmt: skip
def test_hostile_and_mistaken_rules_are_refused_with_their_place(more: str, word: str) -> None:
    """Each sentence names what is wrong and where; nothing is guessed, nothing crashes."""
    with pytest.raises(BadRules) as refusal:
        grammar.read(f"{GOOD}\n{more}\n")
    assert word in str(refusal.value)


def test_dates_may_be_written_as_toml_has_them() -> None:
    """`from = 2026-11-20` and `from = "2026-11-20"` are the same day."""
    for day in ("2026-11-20", '"2026-11-20"'):
        told = grammar.read(f'{GOOD}\n[deputies]\nmchen = [{{ name = "rkim", from = {day} }}]\n')
        assert told.deputies == {"mchen": (Deputy("rkim", "2026-11-20"),)}


def test_too_many_rules_are_refused() -> None:
    """Two hundred is more than anybody reads."""
    more = "".join(f'[[require]]\ncheck = "route"\nname = "r{place}"\n' for place in range(200))
    with pytest.raises(BadRules, match="more than 200"):
        grammar.read(GOOD + more)
