# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tables and texts of an item, compared by what they mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from release.redline.tables import Table, compared, lines

BOM = b"number,qty,find\n10-0041,1,1\n20-0101,4,2\n20-0102,8,3\n"
ROUTE = b"""[[operation]]
seq = 10
station = "SAW"
run_minutes = 3

[[operation]]
seq = 20
station = "MILL-1"
run_minutes = 24
proof = ["first piece"]
"""


def table(name: str, before: bytes, after: bytes) -> Table:
    """Return the comparison as a table."""
    found = compared(name, before, after)
    assert isinstance(found, Table)
    return found


def told(found: Table) -> list[tuple[str, Any, Any]]:
    """Return the lines of a table as what, changed cells before, changed cells after."""
    return [
        (row.what, {head: row.before[head] for head in row.changed},
         {head: row.after[head] for head in row.changed})
        for row in found.rows
    ]  # fmt: skip


def test_a_quantity_that_changed_is_told_by_its_find_number() -> None:
    """The other lines are counted, not shown."""
    found = table("bom.csv", BOM, BOM.replace(b"20-0101,4", b"20-0101,6"))
    assert told(found) == [("changed", {"qty": "4"}, {"qty": "6"})]
    assert found.same == 2


def test_a_line_that_moved_in_the_file_is_no_change() -> None:
    """The order of a bill of materials says nothing."""
    turned = b"number,qty,find\n20-0102,8,3\n10-0041,1,1\n20-0101,4,2\n"
    assert table("bom.csv", BOM, turned).rows == ()


def test_lines_come_and_go() -> None:
    """A line with another find number is another line."""
    after = BOM.replace(b"20-0102,8,3\n", b"20-0199,8,4\n")
    assert [row.what for row in table("bom.csv", BOM, after).rows] == ["removed", "added"]


def test_an_operation_is_known_by_its_number() -> None:
    """A new time for one operation is one changed cell."""
    found = table("route.toml", ROUTE, ROUTE.replace(b"run_minutes = 24", b"run_minutes = 30"))
    assert told(found) == [("changed", {"run_minutes": "24"}, {"run_minutes": "30"})]
    assert "proof" in found.heads


def test_metadata_of_an_item_is_told_key_by_key() -> None:
    """A new material is one line."""
    before = b'number = "10-1"\nmaterial = "6082"\n'
    after = b'number = "10-1"\nmaterial = "7075"\nfinish = "none"\n'
    found = table("item.toml", before, after)
    assert [(row.what, row.after.get("key")) for row in found.rows] == [
        ("changed", "material"), ("added", "finish"),
    ]  # fmt: skip


@pytest.mark.parametrize("broken", [b"number,qty\n1\n", b"\xff\xfe,a\n1,2\n", b"a,a\n1,2\n"])
def test_what_is_no_table_is_compared_as_text(broken: bytes) -> None:
    """A broken file is still compared, line by line."""
    assert isinstance(compared("bom.csv", BOM, broken), list)


def test_text_is_told_with_the_lines_around_it() -> None:
    """Line numbers of both sides, and a gap where much stayed."""
    before = "".join(f"N{at}\n" for at in range(40)).encode()
    found = lines(before, before.replace(b"N5\n", b"N5 X1\n").replace(b"N30\n", b""))
    assert [(one.what, one.before, one.after) for one in found if one.what != "same"] == [
        ("removed", 6, None), ("added", None, 6), ("gap", None, None), ("removed", 31, None),
    ]  # fmt: skip


rows = st.dictionaries(
    st.integers(1, 30).map(str), st.tuples(st.sampled_from("123"), st.sampled_from("ab")),
    max_size=12,
)  # fmt: skip


def written(told_rows: dict[str, tuple[str, str]]) -> bytes:
    """Return rows as a table of characteristics."""
    body = "".join(f"{key},{one},{two}\n" for key, (one, two) in told_rows.items())
    return f"balloon,nominal,gauge\n{body}".encode()


@given(rows, rows)
def test_the_table_says_exactly_what_differs(before: Any, after: Any) -> None:
    """Added, removed, changed and same are what sets of lines say they are."""
    found = table("characteristics.csv", written(before), written(after))
    by_what: dict[str, set[str]] = {"added": set(), "removed": set(), "changed": set()}
    for row in found.rows:
        by_what[row.what].add(row.after.get("balloon") or row.before["balloon"])
    both = before.keys() & after.keys()
    assert by_what["added"] == after.keys() - before.keys()
    assert by_what["removed"] == before.keys() - after.keys()
    assert by_what["changed"] == {key for key in both if before[key] != after[key]}
    assert found.same == sum(before[key] == after[key] for key in both)
