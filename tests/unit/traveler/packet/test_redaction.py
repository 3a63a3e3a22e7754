# SPDX-License-Identifier: AGPL-3.0-or-later
"""Words that are taken out: whole ones in any case, the own customer's never, and twice as once."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.rules.packets import Template
from traveler.packet import redaction
from traveler.packet.sections import Facts, Grid, Picture, Section, Text
from vault.ledger.people import Person


def person(name: str, full: str, *roles: str) -> Person:
    """Return somebody of the shop."""
    return Person(name, full, f"{name}@shop.example", frozenset(roles), False, True, True)


PEOPLE = [person("otto", "Otto Lind", "operator"), person("quinn", "Quinn Abara", "quality"),
          person("jo", "Jo van der Berg", "operator"), person("sam", "", "operator")]  # fmt: skip


def hidden(template: Template | None = None) -> redaction.Redaction:
    """Return what the standard template hides for Marlow Packaging."""
    return redaction.of(template or Template(), PEOPLE, {"sam"}, ["mill-2", "bench", "Haas VF-2"],
                        ["Marlow", "Halvard Robotics", "Café Zürich"], "Marlow Packaging")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("otto did it", "O.L. did it"),
        ("OTTO LIND, Lind, Otto", "O.L., O.L."),
        ("Lind, Otto", "O.L."),
        ("otto@shop.example", "O.L."),
        ("bottoms, ottoman", "bottoms, ottoman"),
        ("Otto's", "O.L.'s"),
        ("by_otto_1", "by_O.L._1"),
        ("on mill-2 at the bench", "on a station at the a station"),
        ("the Haas  VF-2", "the a station"),
        ("for Halvard\nRobotics", "for another customer"),
        ("Marlow Packaging and Marlow", "Marlow Packaging and another customer"),
        ("Cafe\u0301 Zu\u0308rich", "another customer"),
        ("Quinn Abara decided", "Quinn Abara decided"),
        ("sam signed", "sam signed"),
        ("jo is short, Berg is not, van stays", "jo is short, J.V.D.B. is not, van stays"),
    ],
)  # fmt: skip
def test_words_are_taken_out(text: str, said: str) -> None:
    """Whole words in any case and over line ends; the own customer's name, and signers, stay."""
    assert hidden().said(text) == said


def test_the_title_of_a_step_loses_only_what_is_sure() -> None:
    """A title is the route's own word: ``bench`` may stay, the machine with a number may not."""
    assert hidden().titled("Deburr at bench, not mill-2") == "Deburr at bench, not a station"
    assert hidden().found("bench mill-2 MILL-2 Marlow Packaging") == ["mill-2", "MILL-2"]


@pytest.mark.parametrize(
    ("people", "said"), [("initials", "O.L."), ("role", "operator"), ("names", "otto")]
)
def test_who_worked_is_named_as_the_template_asks(people: str, said: str) -> None:
    """By initials, by role, or by name."""
    assert hidden(Template(people=people)).said("otto") == said


def test_everything_shown_hides_other_customers_still() -> None:
    """No template shows whom else the shop works for."""
    told = hidden(Template(people="names", show=frozenset({"stations"})))
    assert told.said("otto at mill-2 for Halvard Robotics") == "otto at mill-2 for another customer"


def test_every_kind_of_block_is_gone_through() -> None:
    """Text, facts, tables but for fixed columns, captions; fixed sections are left as they are."""
    from pathlib import Path

    blocks = [Text("otto"), Facts([("By", "otto")]), Facts([("By", "otto mill-2")], fixed=True),
              Grid(("", ""), [("otto", "otto mill-2")], (1, 1), fixed=frozenset({1})),
              Picture(Path("x"), "otto")]  # fmt: skip
    made = hidden().section(Section("otto", blocks)).blocks
    assert made[0] == Text("O.L.")
    assert made[1] == Facts([("By", "O.L.")])
    assert made[2].rows == [("By", "otto a station")]  # type: ignore[union-attr]
    assert made[3].rows == [["O.L.", "otto a station"]]  # type: ignore[union-attr]
    assert made[4].caption == "O.L."  # type: ignore[union-attr]
    fixed = Section("otto", blocks, fixed=True)
    assert hidden().section(fixed) is fixed


WORDS = st.lists(st.sampled_from(
    ["otto", "Otto Lind", "mill-2", "bench", "Halvard Robotics", "Marlow", "Marlow Packaging",
     "İstanbul", "ß", "x", "_", "-", "\n", "Cafe\u0301 Zürich"]))  # fmt: skip


@given(WORDS, st.sampled_from([" ", "_", ", ", "\n"]))
def test_nothing_is_left_and_twice_is_once(words: list[str], between: str) -> None:
    """Whatever stands beside whatever: none of the words is found in what is said."""
    said = hidden().said(between.join(words))
    assert hidden().all_found(said) == []
    assert hidden().said(said) == said


@given(st.text())
def test_any_text_is_read_without_a_fault(text: str) -> None:
    """Odd signs change nothing about that."""
    assert hidden().all_found(hidden().said(text)) == []
