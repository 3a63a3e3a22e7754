# SPDX-License-Identifier: AGPL-3.0-or-later
"""The file of a change order: what is written is read back, and a signature covers bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release import change
from release.change import Bound, Event, FileFact, Order, OrderItem, Override, Signoff
from release.errors import NoSuchChange
from vault.errors import DamagedHistory

TEXT = st.text(max_size=30)
HEX = st.text("0123456789abcdef", min_size=64, max_size=64)
FILES = st.builds(FileFact, TEXT, st.integers(0, 2**50), HEX, TEXT)
ITEMS = st.builds(
    OrderItem, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT, st.none() | TEXT,
    st.lists(FILES, max_size=3).map(tuple), st.lists(TEXT, max_size=3).map(tuple),
)  # fmt: skip
SIGNOFFS = st.builds(
    Signoff, TEXT, TEXT, st.sampled_from(["approved", "rejected"]), TEXT, TEXT,
    st.dictionaries(TEXT, st.builds(Bound, TEXT, HEX), max_size=3),
    st.dictionaries(TEXT, TEXT, max_size=3),
)  # fmt: skip
ORDERS = st.builds(
    Order, st.integers(1, 10**8).map(change.numbered), st.sampled_from(["open", "released"]),
    TEXT, TEXT, TEXT, st.lists(ITEMS, max_size=3).map(tuple),
    st.lists(SIGNOFFS, max_size=3).map(tuple),
    st.lists(st.builds(Override, TEXT, TEXT, TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=2)),
             max_size=2).map(tuple),
    st.lists(st.builds(Event, TEXT, TEXT, TEXT, TEXT, st.booleans()), max_size=3).map(tuple),
)  # fmt: skip


@given(ORDERS)
def test_an_order_is_read_back_as_it_was_written(order: Order) -> None:
    """Writing and reading stand in one file and agree on every field."""
    assert change.read(change.written(order), "refs/changes/CO-0001") == order


@given(st.integers(1, 10**8))
def test_a_name_is_read_back_whatever_its_case(serial: int) -> None:
    """People type co-0012; the order is CO-0012."""
    assert change.serial(change.numbered(serial).lower()) == serial


@pytest.mark.parametrize("text", ["", "CO-", "CO-1", "CO-00x1", "../CO-0001", "CO-0001\n--x", "12"])
def test_what_is_no_name_of_an_order_is_not_found(text: str) -> None:
    """Nothing a person types becomes part of a ref unless it is a number."""
    with pytest.raises(NoSuchChange):
        change.change_name(text.replace("\n", "\n ") if text.endswith("\n") else text)


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"schema": 2}', b"\xff"])
def test_a_damaged_order_is_damage_and_not_a_crash(data: bytes) -> None:
    """Whatever lies there, the refusal names the ref."""
    with pytest.raises(DamagedHistory) as refusal:
        change.read(data, "refs/changes/CO-0001")
    assert "CO-0001" in str(refusal.value)


def test_a_signature_stops_covering_an_item_when_one_byte_changes() -> None:
    """Tree and bytes are both bound: neither a new tree nor a new sha256 is covered."""
    item = OrderItem("1", "t", "part", "mchen", "p", "c", "tree", None,
                     (FileFact("a.pdf", 3, "a" * 64, "m"),), ("eli",))  # fmt: skip
    signoff = Signoff("mchen", "Mei", "approved", "t", "", {"1": Bound("tree", item.digest)})
    assert signoff.covers(item)
    assert not signoff.covers(replace(item, tree="other"))
    assert not signoff.covers(replace(item, files=(FileFact("a.pdf", 3, "b" * 64, "m"),)))
    assert not signoff.covers(replace(item, number="2"))
    assert not replace(signoff, voided={"1": "because"}).covers(item)
