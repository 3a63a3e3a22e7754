# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is said of an order in text: trailers and pairs read back what they wrote, or refuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release import terms
from release.change import CLASSES, IN_PROCESS, STOCK, Order, OrderItem
from release.errors import BadChangeClass, BadDisposition, BadPair, NotInThisOrder
from release.terms import Terms

NUMBER = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,12}", fullmatch=True)
WORDS = st.from_regex(r"[a-zA-Z0-9Ø±=:,. ]{0,20}", fullmatch=True).map(str.strip)
PEOPLE = st.none() | st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=1, max_size=3)
TERMS = st.builds(
    Terms, st.sampled_from(["", *CLASSES]), st.dictionaries(NUMBER, WORDS, max_size=3),
    st.dictionaries(NUMBER, st.sampled_from(STOCK), max_size=3),
    st.dictionaries(NUMBER, st.sampled_from(IN_PROCESS), max_size=3),
    PEOPLE.map(lambda some: some and tuple(some)), PEOPLE.map(lambda some: some and tuple(some)),
)  # fmt: skip


def order(*numbers: str) -> Order:
    """Return an open order of some items."""
    items = tuple(OrderItem(number, "t", "part", "mchen", number, "c", f"tree {number}", None, (), ())
                  for number in numbers)  # fmt: skip
    return Order("CO-0001", "open", "why", "eli", "2026-01-01T00:00:00Z", items)


@given(TERMS)
def test_trailers_are_read_back_as_they_were_written(told: Terms) -> None:
    """Whatever terms say stands at the end of a commit message and comes out of it again."""
    written = terms.trailers(told)
    note, found = terms.of_message(f"Slot moved 3 mm\n\n{written}\n")
    assert note == "Slot moved 3 mm"
    assert found == (told if written else terms.NONE)


def test_other_trailers_and_ordinary_paragraphs_stay_in_the_note() -> None:
    """Only our own keys are taken out, and only from a last paragraph that is nothing else."""
    note, found = terms.of_message("Why\n\nSigned-off-by: Eli\nChange-Class: Minor")
    assert (note, found.change_class) == ("Why\n\nSigned-off-by: Eli", "minor")
    prose = "Why\n\nChange-Class: minor\nand a sentence that is no trailer"
    assert terms.of_message(prose) == (prose, terms.NONE)
    assert terms.of_message("Change-Class: minor") == ("Change-Class: minor", terms.NONE)


@pytest.mark.parametrize("text", ["10-0042", "=use as is", " = x"])
def test_a_pair_without_a_number_or_a_sign_is_refused(text: str) -> None:
    """The refusal names the option and what was given."""
    with pytest.raises(BadPair, match="--stock"):
        terms.pairs([text], "--stock")


def test_terms_an_order_cannot_have_are_refused() -> None:
    """An unknown class, an unknown disposition, an item that is in no such order."""
    with pytest.raises(BadChangeClass, match="major, minor, administrative"):
        terms.applied(Terms(change_class="tiny"), order("1"))
    with pytest.raises(BadDisposition, match="scrap"):
        terms.applied(Terms(stock={"1": "eat"}), order("1"))
    with pytest.raises(BadDisposition, match="continue"):
        terms.applied(Terms(in_process={"1": "scrap"}), order("1"))
    with pytest.raises(NotInThisOrder, match="2 is not in CO-0001"):
        terms.applied(Terms(notes={"2": "x"}), order("1"))


def test_words_void_nothing_a_disposition_its_item_and_a_class_everything() -> None:
    """What an approver agreed to falls when it changes; what is only said better does not."""
    before = order("A1", "b2")
    worded = terms.applied(Terms(notes={"a1": "clearer"}), before)
    assert worded.item("A1").notes == "clearer"
    assert terms.decided_anew(before, worded) == {}
    scrapped = terms.applied(Terms(stock={"B2": "scrap"}), before)
    assert list(terms.decided_anew(before, scrapped)) == ["b2"]
    classed = terms.applied(Terms(change_class="minor"), before)
    assert list(terms.decided_anew(before, classed)) == ["A1", "b2"]
    assert terms.told(before, scrapped) == ["b2 stock: scrap"]
