# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which item a file belongs to."""

from __future__ import annotations

import pytest

from vault.watch import belonging

ITEMS = {one.casefold(): one for one in ("10", "10-0042", "10-0042-2", "A.1", "ab-7")}


def known(text: str) -> str | None:
    """Return the number of an item of this shop."""
    return ITEMS.get(text.casefold())


def nobody(_text: str) -> str | None:
    """Know no file."""
    return None


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("10-0042", "10-0042"), ("10-0042 Bracket", "10-0042"), ("10-0042_B_bracket.pdf", "10-0042"),
        ("10-0042.pdf", "10-0042"), ("10-0042-bracket.step", "10-0042"),
        ("10-0042-2 left.pdf", "10-0042-2"), ("10-0042-3.pdf", None), ("10-0043.pdf", None),
        ("10-00421.pdf", None), ("10_x.pdf", "10"), ("10 mm plate.pdf", "10"), ("A.1.pdf", "A.1"),
        ("A.12.pdf", None), ("AB-7 cover.dxf", "ab-7"), ("bracket 10-0042.pdf", None), ("", None),
        ("图纸.pdf", None),
    ],
)  # fmt: skip
def test_a_name_starts_with_a_number_that_ends_there(name: str, number: str | None) -> None:
    """The longest number wins, and a number that goes on is another number."""
    assert belonging.number_at_start(name, known) == number


def test_the_nearest_word_on_it_counts() -> None:
    """Manifest before folder before file name before a file of the same name."""

    def number(path: str, manifest: str | None = None, named: str | None = None) -> str | None:
        found = belonging.place(path, "cad", manifest, known, lambda _name: named)
        return found.number if found else None

    assert number("10-0042 x/ab-7.pdf", "A.1") == "A.1"
    assert number("10-0042 x/ab-7.pdf", "99-9") is None
    assert number("10-0042 x/ab-7.pdf") == "10-0042"
    assert number("x/ab-7.pdf", named="A.1") == "ab-7"
    assert number("x/cover.pdf", named="A.1") == "A.1"
    assert number("x/cover.pdf") is None
    assert number("10-0042 x/old/cover.pdf") is None
    found = belonging.place("cover.pdf", "10-0042", None, known, nobody)
    assert found is not None
    assert found.number == "10-0042"


def test_guesses_from_near_to_far() -> None:
    """Folder above, number within the name, a twin of another kind, words on the drawing."""

    def guess(path: str, stem: str | None = None, text: str = "") -> tuple[str, int] | None:
        found = belonging.guess(path, "cad", known, lambda _stem: stem, lambda: text)
        return (found.number, found.rank) if found else None

    assert guess("10-0042 x/old/cover.pdf") == ("10-0042", 4)
    assert guess("x/cover of ab-7 (2).pdf") == ("ab-7", 5)
    assert guess("x/cover.pdf", stem="A.1") == ("A.1", 6)
    assert guess("x/cover.pdf", text="DWG ab-7 REV B see 10-0042, ab-7.") == ("ab-7", 7)
    assert guess("x/cover.pdf", text="Title: Bracket") is None
