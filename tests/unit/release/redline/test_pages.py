# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which page is which: by number and by likeness."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from release.redline.pages import Look, Match, likeness, match


def look(number: int) -> Look:
    """Return the look of a sheet that is like no other number's."""
    said = frozenset(f"w{number}-{at}" for at in range(12)) | {"FRAME"}
    return Look(said, bytes((number * 37 + at * 11) % 256 for at in range(64)))


looks = st.lists(st.integers(0, 9).map(look), max_size=8)


def pairs(before: str, after: str) -> list[tuple[int | None, int | None]]:
    """Match documents written as letters, a letter a sheet."""
    found = match([look(ord(one)) for one in before], [look(ord(one)) for one in after])
    return [(one.before, one.after) for one in found]


def test_an_inserted_sheet_is_inserted_and_nothing_else_changed() -> None:
    """Everything after it keeps its partner."""
    assert pairs("ABCD", "ABXCD") == [(1, 1), (2, 2), (None, 3), (3, 4), (4, 5)]
    assert pairs("ABCD", "XABCD") == [(None, 1), (1, 2), (2, 3), (3, 4), (4, 5)]


def test_sheets_of_one_set_are_told_apart_by_little() -> None:
    """Sheets that share nearly everything: the very same one wins over the same number."""
    common = {f"word{at}" for at in range(200)}
    sheets = [Look(frozenset(common | {name, f"{name}2"}), bytes(range(64))) for name in "abcdx"]
    before, after = sheets[:4], [sheets[0], sheets[4], *sheets[1:4]]
    assert likeness(sheets[0], sheets[1]) > 0.98
    found = [(one.before, one.after) for one in match(before, after)]
    assert found == [(1, 1), (None, 2), (2, 3), (3, 4), (4, 5)]


def test_a_removed_sheet_is_removed() -> None:
    """Wherever it stood."""
    assert pairs("ABCD", "ACD") == [(1, 1), (2, None), (3, 2), (4, 3)]
    assert pairs("ABCD", "ABC") == [(1, 1), (2, 2), (3, 3), (4, None)]


def test_one_sheet_drawn_anew_is_still_that_sheet() -> None:
    """A page that is like no other, in the place of one that is gone, is compared with it."""
    assert pairs("A", "X") == [(1, 1)]
    assert pairs("ABC", "AXC") == [(1, 1), (2, 2), (3, 3)]


def test_empty_documents_match() -> None:
    """A file that was not there has no pages."""
    assert pairs("", "AB") == [(None, 1), (None, 2)]
    assert pairs("AB", "") == [(1, None), (2, None)]


@given(looks, looks)
def test_every_page_is_told_once_and_in_order(before: list[Look], after: list[Look]) -> None:
    """No page is lost, none is told twice, and neither document is read backwards."""
    found = match(before, after)
    assert [one.before for one in found if one.before] == list(range(1, len(before) + 1))
    assert [one.after for one in found if one.after] == list(range(1, len(after) + 1))
    assert all(one.before or one.after for one in found)


@given(looks)
def test_a_document_matches_itself_page_by_page(pages: list[Look]) -> None:
    """Also where several of its pages are alike."""
    assert match(pages, pages) == [Match(at, at) for at in range(1, len(pages) + 1)]


@given(looks, st.integers(0, 8))
def test_one_page_inserted_anywhere_leaves_all_others_paired(pages: list[Look], at: int) -> None:
    """The pages around it are never told as changed sheets."""
    at = min(at, len(pages))
    found = match(pages, [*pages[:at], look(77), *pages[at:]])
    assert sum(one.before is None for one in found) == 1
    assert all(one.after for one in found)


@given(st.integers(0, 9).map(look), st.integers(0, 9).map(look))
def test_likeness_is_fair(one: Look, other: Look) -> None:
    """From nought to one, the same both ways, one for the same."""
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, one) == 1
