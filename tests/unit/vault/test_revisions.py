# SPDX-License-Identifier: AGPL-3.0-or-later
"""Revision labels by ASME Y14.35 and by number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import BadRevision, NoSuchScheme, RevisionsExhausted
from vault.revisions import ASME, NUMERIC, SCHEMES, scheme

letters, numbers = scheme(ASME), scheme(NUMERIC)


def test_the_letters_follow_the_standard() -> None:
    """A to Y without I O Q S X Z, then AA to AY, BA, and so on to YY, in exactly this order."""
    allowed = "ABCDEFGHJKLMNPRTUVWY"
    expected = [*allowed, *(first + second for first in allowed for second in allowed)]
    label, found = letters.first(), []
    while True:
        found.append(label)
        try:
            label = letters.after(label)
        except RevisionsExhausted:
            break
    assert found == expected
    assert len(found) == 420


@pytest.mark.parametrize(
    ("label", "following"),
    [("A", "B"), ("H", "J"), ("Y", "AA"), ("AH", "AJ"), ("AY", "BA"), ("WY", "YA")],
)
def test_what_comes_after_a_letter(label: str, following: str) -> None:
    """The places people get wrong: skipped letters and the carry."""
    assert letters.after(label) == following


@given(st.integers(1, 420))
def test_letters_are_read_back(position: int) -> None:
    """A label is written and parsed by one grammar."""
    assert letters.parse(letters.label(position)) == position


@given(st.integers(1, 999_999))
def test_numbers_are_read_back(position: int) -> None:
    """A number is written and parsed by one grammar."""
    assert numbers.parse(numbers.label(position)) == position


@pytest.mark.parametrize(
    "label", ["", "-", "a", "I", "O", "Q", "S", "X", "Z", "AZ", "IA", "AAA", "1", "A\n", "\uff21"]
)
def test_labels_that_are_no_letters_are_refused(label: str) -> None:
    """The dash, small letters, the skipped ones in either place, and a third letter."""
    with pytest.raises(BadRevision):
        letters.parse(label)


@pytest.mark.parametrize(
    "label", ["", "-", "0", "01", "1.0", "-1", "A", "1000000", "1\n", "٣", "²"]
)
def test_labels_that_are_no_numbers_are_refused(label: str) -> None:
    """Zero, leading zeros, points and digits of other scripts."""
    with pytest.raises(BadRevision):
        numbers.parse(label)


def test_schemes_end_aloud() -> None:
    """After the last label nothing is invented."""
    with pytest.raises(RevisionsExhausted):
        letters.after("YY")
    with pytest.raises(RevisionsExhausted):
        numbers.after("999999")
    assert (letters.first(), numbers.first()) == ("A", "1")


def test_a_scheme_nobody_knows_is_refused() -> None:
    """The rules may name only schemes that exist."""
    assert {known.name for known in SCHEMES.values()} == set(SCHEMES)
    with pytest.raises(NoSuchScheme):
        scheme("roman")


@given(st.text("0129AIYZab-٣ \n", max_size=4))
def test_any_text_is_a_label_or_refused(text: str) -> None:
    """What a scheme reads it writes the same again; all else is refused with its sentence."""
    for known in SCHEMES.values():
        try:
            place = known.parse(text)
        except BadRevision:
            continue
        assert known.label(place) == text
