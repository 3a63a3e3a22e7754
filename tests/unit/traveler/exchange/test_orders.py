# SPDX-License-Identifier: AGPL-3.0-or-later
"""Maps, rows and order lines: what other programs write is read for certain, or refused by field."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.exchange import mapping, orders, rows
from traveler.exchange.errors import BadMapping, BadOrderFile
from traveler.exchange.mapping import Map
from traveler.exchange.orders import Fault, OrderLine

HEADS = "external_id,job,item,rev,qty,due,customer,order\n"


def lines(data: bytes, told: Map | None = None) -> list[OrderLine | Fault]:
    """Return every line of a file."""
    told = told or Map()
    return [orders.order_line(row, told) for row in rows.read(data, "f", told).rows]


def test_the_example_map_is_a_map() -> None:
    """What the command prints to begin with can be used as it is."""
    told = mapping.parse(mapping.EXAMPLE.encode())
    assert told.fields["external_id"] == ("Order", "Line")
    assert set(told.fields) == set(mapping.FIELDS)


def test_a_german_export_is_read() -> None:
    """Semicolons, cp1252, decimal commas, dotted days and columns by other names."""
    text = (
        "Order;Line;Work order;Part no;Rev;Qty;Ship date;Customer;Customer PO;Price\r\n"
        "4711;10;J-1;10-0042;-;1.200,00;05.03.2027;Müller & Söhne;PO 9;99,50\r\n"
    )
    told = mapping.parse(mapping.EXAMPLE.encode())
    assert lines(text.encode("cp1252"), told) == [
        OrderLine("4711-10", "J-1", "10-0042", "", 1200, "2027-03-05", "Müller & Söhne", "PO 9")
    ]


@pytest.mark.parametrize(
    ("text", "decimal", "pieces"),
    [("12", "", 12), ("12.0", "", 12), ("12,00", ",", 12), ("1.200", ",", 1200), ("1,200.0", ".", 1200),
     ("1 200", "", 1200), ("1'200", "", 1200), ("0", "", 0)],
)  # fmt: skip
def test_quantities_as_programs_write_them(text: str, decimal: str, pieces: int) -> None:
    """A whole number, however it is dressed."""
    assert orders.quantity(text, decimal) == pieces


@pytest.mark.parametrize(
    ("text", "decimal"),
    [("1,200", ""), ("1.200", ""), ("1.000", ""), ("5.000", ""), ("12.5", ""),
     ("12,5", ","), ("-3", ""), ("", ""), ("dozen", ""),
     ("1.2.3", ","), ("12.00.0", ","), ("\uff11\uff12", ""), ("1e3", ""), ("9" * 12, "")],
)  # fmt: skip
def test_what_may_be_a_thousand_or_one_is_not_guessed(text: str, decimal: str) -> None:
    """A factor of a thousand is never the outcome of a guess."""
    with pytest.raises(ValueError, match="no number of pieces"):
        orders.quantity(text, decimal)


@pytest.mark.parametrize(
    ("text", "dates", "wanted"),
    [("2027-03-05", "", "2027-03-05"), ("2027-03-05T08:00:00Z", "", "2027-03-05"),
     ("5.3.2027", "", "2027-03-05"), ("03/05/2027", "%m/%d/%Y", "2027-03-05"),
     ("05/03/27", "%d/%m/%y", "2027-03-05")],
)  # fmt: skip
def test_days_as_programs_write_them(text: str, dates: str, wanted: str) -> None:
    """What means one day is read as that day."""
    assert orders.day(text, dates) == wanted


@pytest.mark.parametrize("text", ["03/05/2027", "2027-13-01", "31.02.2027", "soon", "20270305", ""])
def test_a_day_that_could_be_two_is_refused(text: str) -> None:
    """3 May or 5 March: nobody is asked to guess."""
    with pytest.raises(ValueError, match="no day"):
        orders.day(text, "")


@given(day=st.dates(date(1990, 1, 1), date(2100, 1, 1)),
       form=st.sampled_from(["%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d %B %Y"]))  # fmt: skip
def test_a_day_written_in_a_form_is_read_back(day: date, form: str) -> None:
    """Whatever form the map names, the day that went out comes in."""
    assert orders.day(day.strftime(form), form) == day.isoformat()


@given(count=st.integers(0, 999_999_999), point=st.sampled_from([".", ","]))
def test_a_quantity_written_with_groups_is_read_back(count: int, point: str) -> None:
    """Grouped by the other sign and with decimals, as the map says."""
    group = {".": ",", ",": "."}[point]
    assert orders.quantity(f"{count:,}".replace(",", group) + f"{point}00", point) == count


@pytest.mark.parametrize(
    ("row", "field"),
    [("e,,10-0042,,1,2027-01-01,,", "job"), ("e,J,,,1,2027-01-01,,", "item"),
     ("e,J,I,,,2027-01-01,,", "qty"), ("e,J,I,,1,,,", "due"), ("e,J,I,,x,2027-01-01,,", "qty"),
     ("e,J,I,,1,01/02/2027,,", "due"), ("e,J,I,,1,2027-01-01,,,,surplus", "")],
)  # fmt: skip
def test_a_bad_row_names_its_field(row: str, field: str) -> None:
    """Row, field and a sentence; the row after it is read."""
    found = lines(f"{HEADS}{row}\ne2,J2,I,,1,2027-01-01,,\n".encode())
    assert isinstance(found[0], Fault)
    assert (found[0].row, found[0].field) == (2, field)
    assert isinstance(found[1], OrderLine)


def test_a_stray_quotation_mark_costs_one_row() -> None:
    """The row is named with what to do, and those after it are read, each with its own line."""
    text = (
        HEADS + '"e1","J""1",I,,1,2027-01-01,,\n' + 'e2,J2,I,,"1 piece,2027-01-01,,\n'
        + 'e3,"J"3,I,,1,2027-01-01,,\n' + 'e4,J4,I,,1,2027-01-01,"two\nlines",\n'
        + "e5,J5,I,,1,2027-01-01,,\n"
    )  # fmt: skip
    found = lines(text.encode())
    assert [one.job for one in found] == ['J"1', "", "", "J4", "J5"]
    assert [one.row for one in found if isinstance(one, Fault)] == [3, 4]
    assert all("does not close" in one.what for one in found if isinstance(one, Fault))


@pytest.mark.parametrize(
    "code", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8", "utf-8-sig", "cp1252"]
)
def test_letters_are_read_in_whatever_code_they_came(code: str) -> None:
    """With a mark in front or without one."""
    text = HEADS + "e1,J1,I,,1,2027-01-01,Müller & Söhne,\n"
    (found,) = lines(text.encode(code))
    assert found.customer == "Müller & Söhne"


def test_a_number_of_json_has_a_point_whatever_the_map_says_of_texts() -> None:
    """There is nothing to guess: three zeros behind it are no thousand."""
    data = b'[{"job": "J", "item": "I", "qty": 5.000, "due": "2027-01-01"}]'
    for decimal in ("", ","):
        (found,) = lines(data, Map(decimal=decimal))
        assert isinstance(found, OrderLine)
        assert found.qty == 5


@pytest.mark.parametrize("above", ["sep=;\n", "Open orders, Acme, Inc., of 2027-01-01\n\n", "\n\n"])
def test_heads_are_found_below_a_title(above: str) -> None:
    """Rows are counted from the first line of the file, as an editor does."""
    text = above + HEADS.replace(",", ";") + "e1;J1;I;;1;2027-01-01;A, B;\n"
    (found,) = lines(text.encode())
    assert isinstance(found, OrderLine)
    assert found.customer == "A, B"
    assert rows.read(text.encode(), "f", Map()).rows[0].number == above.count("\n") + 2


def test_a_cell_without_an_end_costs_one_row() -> None:
    """It is told as what it is, and the row after it is read."""
    text = (
        HEADS + f"e1,J1,I,,1,2027-01-01,{'x' * 200_000},\ne2,J2,I,,1,2027-01-01,{'y' * 10_001},\n"
    )
    found = lines((text + "e3,J3,I,,1,2027-01-01,,\n").encode())
    assert [one.what for one in found if isinstance(one, Fault)] == [
        "a cell of it is longer than 10000 characters; shorten it"
    ] * 2
    assert isinstance(found[2], OrderLine)


def test_a_stray_zero_costs_one_row() -> None:
    """It is no letter of the file's; the row that holds it is refused where it is entered."""
    rest = "".join(f"e{one},J{one},I,,1,2027-01-01,,\n" for one in range(2, 9))
    found = lines(f"{HEADS}e1,J1,I,,1,2027-01-01,A\0B,\n{rest}".encode())
    assert len(found) == 8
    assert all(isinstance(one, OrderLine) for one in found)


def test_a_file_nobody_means_to_send_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is asked before a byte of it is decoded."""
    monkeypatch.setattr(rows, "MOST_BYTES", 10)
    with pytest.raises(BadOrderFile, match="larger than"):
        rows.read(b"\0" * 11, "f", Map())


@pytest.mark.parametrize("external", ["x" * 201, "a\\u0007b"])
def test_what_an_erp_calls_a_line_can_be_kept(external: str) -> None:
    """Neither a book nor a sign no database takes; half a letter is a row's fault too."""
    data = (
        f'[{{"external_id": "{external}", "job": "J", "item": "I", "qty": 1, "due": "2027-01-01"}}]'
    )
    (found,) = lines(data.encode())
    assert isinstance(found, Fault)
    assert found.field == "external_id"
    (half,) = lines(data.replace(external, "\\ud800").encode())
    assert isinstance(half, Fault)
    assert "half a letter" in half.what


def test_a_column_the_map_names_has_to_be_there() -> None:
    """A revision under another name would silently be the current one."""
    told = mapping.parse(
        b"source='x'\n[fields]\njob='job'\nitem='item'\nqty='qty'\ndue='due'\nrev='Index'"
    )
    with pytest.raises(BadOrderFile, match=r"no column for rev \(Index\)"):
        lines((HEADS + "e1,J1,I,A,1,2027-01-01,,\n").encode(), told)
    assert lines(b'[{"job": "J", "item": "I", "qty": 1, "due": "2027-01-01"}]', told)


def test_json_is_read_wherever_its_list_stands() -> None:
    """A bare list, a list under its only name, or under a path of the map."""
    one = {"job": "J", "item": "I", "qty": 3, "due": "2027-01-01", "customer": None, "lines": [1]}
    wanted = [OrderLine("J", "J", "I", "", 3, "2027-01-01", "", "")]
    assert lines(json.dumps([one]).encode()) == wanted
    assert lines(json.dumps({"orders": [one], "count": 1}).encode()) == wanted
    assert lines(json.dumps({"a": {"b": [one]}}).encode(), Map(list="a.b")) == wanted


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "empty"), (b"\0\1\2", "not text"), (b"\xff\xfea", "UTF-16"), (b"{", "not JSON"),
     (b'{"a": 1}', "no list"), (b"[" * 100_000, "not JSON"), (b'job,"broken\n', "broken"),
     (b"a,b\n1,2\n", "no column for job, item, qty, due, but a, b; name the right ones in the map"),
     (b'[{"a": 1}]', "no column for job"),
     (b"job,item,qty,due\n" + b'"a"b\n' * 102, "more than 100 lines have quotes"),
     (b";", "no columns"), (b"job;JOB\n1;2\n", "two columns"),
     (b"qty,due\n" + b"1,2\n" * 100_001, "more than 100000")],
)  # fmt: skip
def test_a_file_that_is_no_list_of_orders_is_refused(data: bytes, why: str) -> None:
    """One sentence, whatever was sent."""
    with pytest.raises(BadOrderFile, match=why):
        rows.read(data, "f", Map())


@given(data=st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    """Every file is a list of rows or refused by sentence."""
    try:
        found = rows.read(data, "f", Map())
    except BadOrderFile:
        return
    for row in found.rows:
        orders.order_line(row, Map())


@pytest.mark.parametrize(
    ("text", "why"),
    [("", r"no table \[fields\]"), ("source='x'\n[fields]\njob='J'", "`fields.item` is missing"),
     ("source='x'\ncolour='red'\n[fields]\njob='J'", "`colour` is no setting"),
     ("[fields]\njob='J'\nitem='I'\nqty='Q'\ndue='D'", "`source` has to name"),
     ("source='x'\ndecimal=';'\n[fields]\njob='J'\nitem='I'\nqty='Q'\ndue='D'", "`decimal`"),
     ("source='x'\ndates='soon'\n[fields]\njob='J'\nitem='I'\nqty='Q'\ndue='D'", "`dates`"),
     *((f"source='x'\n{line}\n[fields]\njob='J'\nitem='I'\nqty='Q'\ndue='D'", why) for line, why in (
         ("dates='%d/%m/%Q'", "no form of a day"), ("dates='%d/%m'", "no form of a day"),
         ("encoding='nope'", "`encoding` nope"), ('encoding="a\\u0000"', "`encoding`"),
         ("encoding='hex'", "`encoding`"), ("delimiter='tab'", "more than one character"),
         ('delimiter="\\n"', "cannot part cells"), ("delimiter='\"'", "cannot part cells"))),
     ("source='x'\n[fields]\njob='J'\nitem='I'\nqty='Q'\ndue='D'\nprice='P'", "`fields.price` is no field"),
     ("source='x'\n[fields]\njob=[]\nitem='I'\nqty='Q'\ndue='D'", "neither a column"),
     ("not toml [", "cannot be used")],
)  # fmt: skip
def test_a_bad_map_names_its_faults(text: str, why: str) -> None:
    """There is no way to ask for a price either."""
    with pytest.raises(BadMapping, match=why):
        mapping.parse(text.encode())
