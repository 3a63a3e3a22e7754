# SPDX-License-Identifier: AGPL-3.0-or-later
"""Distribution lists as text of the rules: read strictly, and never silently no list."""

from __future__ import annotations

import pytest

from release.errors import BadRules
from release.rules import grammar
from release.rules.example import DEFAULT, EXAMPLE

LIST = """
[[distribution]]
name = "millers"
to = ["role:operator", "group:night"]
when = { folder = "items/10", station = "MILL-*" }

[groups]
night = ["otto"]
"""


def test_the_example_has_a_list_and_it_reads_back() -> None:
    """Whom it asks and for which items, in words too."""
    (one,) = grammar.read(EXAMPLE).lists
    assert one.to == ("role:operator", "group:programmers")
    assert str(one.when) == "folder items/10 and station MILL-*"
    assert one.whom() == "role operator or group programmers"
    assert [each.name for each in grammar.read(DEFAULT + LIST).lists] == ["millers"]


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ('to = ["role:operator", "group:night"]', "", "`to` must be"),
        ('"group:night"', '"group:day"', "the group “day”"),
        ('"group:night"', '"anybody"', "not “anybody”"),
        ('"group:night"', '"role:customer"', "customers see nothing"),
        ('"group:night"', "7", "`to` must be"),
        ('name = "millers"', 'name = "approval owner"', "two requirements"),
        ('name = "millers"', 'name = "millers"\ncount = 2', "count"),
        ('station = "MILL-*"', "station = []", "empty list"),
        ('station = "MILL-*"', 'stations = "MILL-*"', "stations"),
    ],
)
def test_a_fault_in_a_list_is_refused_and_named(old: str, new: str, word: str) -> None:
    """An unknown key, name or value is refused with its place."""
    assert old in LIST
    with pytest.raises(BadRules) as refusal:
        grammar.read(DEFAULT + LIST.replace(old, new, 1))
    assert word in str(refusal.value)


def test_schema_1_has_no_lists() -> None:
    """A vault of the first days is told that there are more keys with schema 2."""
    first = 'schema = 1\n[[sign-off]]\nname = "owner"\nby = "owner"\n' + LIST
    with pytest.raises(BadRules, match="schema = 2"):
        grammar.read(first)
