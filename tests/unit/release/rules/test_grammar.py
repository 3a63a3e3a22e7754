# SPDX-License-Identifier: AGPL-3.0-or-later
"""The rules as text: read strictly, because a misspelt rule must not be no rule."""

from __future__ import annotations

import pytest

from release.errors import BadRules
from release.requirements import SignedOff
from release.rules import grammar
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
