# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words of two sheets, paired by what they say and where they stand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from release.redline.words import Word, changes


def line(text: str, x: float, y: float, number: int = 0) -> list[Word]:
    """Return the words of a line of text, 3 mm high, at a place."""
    words = []
    for one in text.split():
        wide = 2.0 * len(one)
        words.append(Word(one, x, y, x + wide, y + 3, number))
        x += wide + 1
    return words


words = st.lists(
    st.builds(
        lambda text, x, y, number: Word(text, x, y, x + 2 * len(text), y + 3, number),
        st.sampled_from(["Ø6.0", "Ø6.5", "M6", "12", "16", "DEBURR", "EDGES", "A", "B"]),
        st.floats(0, 400), st.floats(0, 280), st.integers(0, 5),
    ),
    max_size=25,
)  # fmt: skip


def told(before: list[Word], after: list[Word]) -> list[tuple[str, str, str]]:
    """Return the changes as kind, before and after."""
    return [
        (one.kind, one.before.text if one.before else "", one.after.text if one.after else "")
        for one in changes(before, after)
    ]


def test_a_dimension_that_changed_is_one_change() -> None:
    """Only the word that differs is told, with what it was and what it is."""
    before = line("4x Ø6.0 THRU", 100, 50, 1) + line("BRACKET", 300, 250, 2)
    after = line("4x Ø6.5 THRU", 100, 50, 1) + line("BRACKET", 300, 250, 2)
    assert told(before, after) == [("number", "Ø6.0", "Ø6.5")]


def test_numbers_come_first_and_pairs_before_what_stands_alone() -> None:
    """Approval owners look at dimensions first."""
    before = line("STEEL", 10, 10, 1) + line("12", 200, 200, 2)
    after = line("BRASS", 10, 10, 1) + line("16", 200, 200, 2) + line("M6", 300, 20, 3)
    assert told(before, after) == [("number", "12", "16"), ("number", "", "M6"),
                                   ("words", "STEEL", "BRASS")]  # fmt: skip


def test_a_note_that_was_pushed_aside_is_moved_and_not_written_anew() -> None:
    """Words are joined to the note they were, and told once."""
    before = line("DEBURR ALL EDGES 0.3", 100, 100, 1)
    after = line("DEBURR ALL EDGES 0.3", 100, 105, 1)
    assert told(before, after) == [("moved", "DEBURR ALL EDGES 0.3", "DEBURR ALL EDGES 0.3")]


def test_two_dimensions_that_changed_places_are_two_changes() -> None:
    """50 became 60 here and 60 became 50 there: nothing moved."""
    before = line("50", 50, 50, 1) + line("60", 90, 50, 2)
    after = line("60", 50, 50, 1) + line("50", 90, 50, 2)
    assert sorted(told(before, after)) == [("number", "50", "60"), ("number", "60", "50")]


def test_cells_of_a_table_are_not_one_phrase() -> None:
    """A gap in a line ends what belongs together."""
    after = line("B", 10, 10, 1) + line("2026-04-21", 80, 10, 1)
    assert told([], after) == [("number", "", "2026-04-21"), ("words", "", "B")]


@given(words)
def test_a_sheet_does_not_differ_from_itself(sheet: list[Word]) -> None:
    """Nor from itself half a millimetre aside."""
    assert changes(sheet, sheet) == []
    aside = [replace(one, x0=one.x0 + 0.4, x1=one.x1 + 0.4) for one in sheet]
    assert changes(sheet, aside) == []


@given(words, words)
def test_no_word_is_lost_or_told_twice(before: list[Word], after: list[Word]) -> None:
    """What is told of one side never holds more words than that side has."""
    found = changes(before, after)
    for side, sheet in (("before", before), ("after", after)):
        said = [part for one in found if (word := getattr(one, side)) is not None
                for part in word.text.split()]  # fmt: skip
        left = [one.text for one in sheet]
        for part in said:
            assert part in left
            left.remove(part)


@given(words, st.sampled_from(["Ø7.25", "NEWWORD"]), st.floats(0, 400), st.floats(0, 280))
def test_a_word_that_came_is_always_told(sheet: list[Word], text: str, x: float, y: float) -> None:
    """Whatever else is on the sheet, a word that was on none of it before is in the list."""
    new = Word(text, x, y, x + 8, y + 3, 99)
    found = changes(sheet, [*sheet, new])
    assert [one.after.text for one in found if one.after] == [text]
    gone = changes([*sheet, new], sheet)
    assert [one.before.text for one in gone if one.before] == [text]
