# SPDX-License-Identifier: AGPL-3.0-or-later
"""Characteristics, sampling and the arithmetic of limits, in both units."""

from __future__ import annotations

import csv
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.quality import characteristics, quantity, sampling, tolerance
from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import BadCharacteristics, BadQuantityText, BadSampling, OtherUnit
from traveler.quality.quantity import Quantity

CASES = Path(__file__).with_name("tolerance_cases.csv")
HEADS = "balloon,requirement,nominal,lower,upper,unit,gauge"


def worked() -> list[dict[str, str]]:
    """Return the worked cases: made with whole numbers of a tenth of a nanometre."""
    with CASES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_two_hundred_worked_cases_in_both_units() -> None:
    """The verdict is what was worked out, and the distance from the limit to nine places."""
    cases = worked()
    assert len(cases) == 200
    for case in cases:
        one = Characteristic(
            "1", "Size", case["nominal"], case["lower"], case["upper"], case["unit"]
        )
        found = tolerance.judge(one, f"{case['reading']} {case['reading_unit']}")
        assert (found.verdict, round(found.by, 9)) == (case["verdict"], Decimal(case["by"])), case


decimals = st.decimals(-999, 999, places=5).map(lambda one: f"{one:f}")


@given(decimals, decimals, decimals, st.sampled_from(["mm", "in"]), st.sampled_from(["mm", "in"]))
def test_no_reading_is_rounded_towards_a_limit(
    low: str, high: str, text: str, unit: str, read_in: str
) -> None:
    """The verdict is that of exact fractions, whatever the units."""
    if Decimal(low) > Decimal(high):
        low, high = high, low
    one = Characteristic("1", "Size", "", low, high, unit)
    millimetres = {"mm": Fraction(1), "in": Fraction(254, 10)}
    value = Fraction(text) * millimetres[read_in]
    exact = "pass"
    if value < Fraction(low) * millimetres[unit]:
        exact = "under"
    elif value > Fraction(high) * millimetres[unit]:
        exact = "over"
    assert tolerance.judge(one, f"{text} {read_in}").verdict == exact


def test_how_much_of_the_tolerance_is_used() -> None:
    """The middle uses nothing, the limit all of it, and one limit alone has no middle."""
    one = Characteristic("1", "Size", "10.0", "9.9", "10.1", "mm")
    assert [tolerance.judge(one, text).used for text in ("10", "10.05", "10.1", "9.8")] == [
        Decimal(0), Decimal("0.5"), Decimal(1), Decimal(2),
    ]  # fmt: skip
    assert tolerance.judge(Characteristic("1", "Size", "", "", "0.05", "mm"), "0.01").used is None


@pytest.mark.parametrize(("text", "verdict"), [("Pass", "pass"), ("go", "pass"), ("NO-GO", "fail")])
def test_an_attribute_passes_or_fails(text: str, verdict: str) -> None:
    """A thread gauge has no number."""
    one = Characteristic("2", "Thread M5", unit="go/no-go")
    assert tolerance.judge(one, text).verdict == verdict


@pytest.mark.parametrize("text", ["", "maybe", "12.0"])
def test_an_attribute_takes_no_number(text: str) -> None:
    """What is neither pass nor fail is refused."""
    with pytest.raises(BadQuantityText):
        tolerance.judge(Characteristic("2", "Thread M5", unit="go/no-go"), text)


@pytest.mark.parametrize(
    ("typed", "text", "unit"),
    [
        ("12.340", "12.340", "mm"), ("12,340", "12.340", "mm"), (" +0.5 ", "0.5", "mm"),
        ("−0.25", "-0.25", "mm"), (".5", "0.5", "mm"), ("007", "7", "mm"), ("5.", "5", "mm"),
        ('1.502"', "1.502", "in"), ("1.502 inch", "1.502", "in"), ("30 um", "30", "µm"),
    ],
)  # fmt: skip
def test_what_people_type_is_kept_as_decimal_text(typed: str, text: str, unit: str) -> None:
    """Comma or point, with or without a unit; the digits written are the digits kept."""
    assert quantity.read(typed, "mm") == Quantity(text, unit)


@pytest.mark.parametrize(
    "typed",
    ["", "abc", "1.234,5", "1,234.5", "1/2", "12 34", "1e5", "NaN", "--5", "5 mm mm mm mm mm"],
)
def test_what_could_mean_two_things_is_refused(typed: str) -> None:
    """Nobody guesses which sign groups the thousands, nor what `1e5` was meant to be."""
    if typed == "1e5":
        assert quantity.read(typed, "mm").unit == "e5"  # an unknown unit, refused against limits
        with pytest.raises(OtherUnit):
            tolerance.judge(Characteristic("1", "Size", "", "0", "9", "mm"), typed)
        return
    with pytest.raises(BadQuantityText):
        quantity.read(typed, "mm")


def test_an_angle_is_no_length() -> None:
    """A value in degrees against limits in millimetres is refused, naming both."""
    with pytest.raises(OtherUnit) as refusal:
        tolerance.judge(Characteristic("1", "Size", "", "0", "9", "mm"), "5 deg")
    assert "deg" in str(refusal.value)
    assert "mm" in str(refusal.value)
    one = Characteristic("1", "Angle", "", "44.5", "45.5", "deg")
    assert tolerance.judge(one, "2731 arcmin").verdict == "over"


def test_precision_is_what_was_written() -> None:
    """12.340 claims three places and 12.34 two, though they are equal."""
    first, second = quantity.read("12.340", "mm"), quantity.read("12.34", "mm")
    assert (first.places, second.places) == (3, 2)
    assert first.compare(second) == 0
    assert first != second
    assert Quantity("1", "in").into("mm") == Decimal("25.4")


# --- the file -------------------------------------------------------------------------------

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=12
)


@st.composite
def lists(draw: st.DrawFn) -> list[Characteristic]:
    """Lists of good characteristics."""
    found = []
    for balloon in range(1, draw(st.integers(0, 6)) + 1):
        low, high = sorted(draw(st.tuples(st.integers(-9999, 9999), st.integers(-9999, 9999))))
        measured = draw(st.booleans())
        found.append(
            Characteristic(
                str(balloon), draw(words), f"{low}.5" if measured else "",
                f"{low}.0" if measured else "", f"{high + 1}.0" if measured else "",
                draw(st.sampled_from(["mm", "in"])) if measured else "visual", draw(words),
                draw(st.sampled_from(["", "all", "5", "aql 1.0"])), draw(st.sampled_from(["", "20"])),
            )
        )  # fmt: skip
    return found


@given(lists())
def test_a_list_reads_as_it_was_written(told: list[Characteristic]) -> None:
    """Written and read again it is the same."""
    assert list(characteristics.parse(characteristics.write(told))) == told


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ("1,Bore,12,12.1,12.0,mm,", "line 2: the lower limit 12.1 lies above"),
        ("1,Bore,12,,,mm,", "has no limit"),
        ('1,Bore,12,"11,9",12,mm,', "is not a decimal number"),
        ("1,Bore,12,11.9,12,,", "has no unit"),
        ("1,,12,11.9,12,mm,", "has no requirement"),
        ("?,Bore,12,11.9,12,mm,", "is not 1 to 12"),
        ("1,Bore,12,11.9,12,mm,\n1,Other,12,11.9,12,mm,", "line 3: balloon 1 stands for another"),
        ("1,Bore,12,11.9,12,mm", "it has 6 cells and not 7"),
        ("1,Bore,12,11.9,1e3,mm,", "is not a decimal number"),
        (f"1,{'B' * 300},12,11.9,12,mm,", "cell of more than 200"),
    ],
)
def test_a_bad_line_is_named_with_what_is_wrong(rows: str, why: str) -> None:
    """The place and the reason, so that somebody can put it right."""
    with pytest.raises(BadCharacteristics) as refusal:
        characteristics.parse(f"{HEADS}\n{rows}\n".encode(), "10-0042/characteristics.csv")
    assert why in str(refusal.value)
    assert "10-0042/characteristics.csv" in str(refusal.value)


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff\xfe1", b"number,qty\n", f"{HEADS},price\n".encode(), f"{HEADS},sampling,sampling\n".encode(),
     b"\0" * 40, f'{HEADS}\n"unfinished'.encode(), (f"{HEADS}\n" + "1,a,,0,1,mm,\n" * 2001).encode()],
)  # fmt: skip
def test_what_is_no_such_file_is_refused(data: bytes) -> None:
    """Hostile or foreign bytes are one sentence and no crash."""
    with pytest.raises(BadCharacteristics):
        characteristics.parse(data)


def test_the_lists_of_the_sample_vault_are_good() -> None:
    """Every released list of the sample shop follows the grammar."""
    root = Path(__file__).parents[4] / "sample_vault"
    found = sorted(root.rglob(characteristics.FILE))
    assert len(found) > 20
    for path in found:
        assert characteristics.parse(path.read_bytes(), str(path))


# --- sampling -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "lot", "size", "accept"),
    [
        ("", 25, 25, 0), ("all", 1, 1, 0), ("first", 500, 1, 0), ("5", 3, 3, 0), ("5", 50, 5, 0),
        ("every 10", 95, 10, 0), ("every 10", 1, 1, 0),
        # ISO 2859-1, tables 1 and 2-A, general level II, normal inspection
        ("aql 1.0", 50, 13, 0), ("aql 1.0", 90, 13, 0), ("aql 1.0", 150, 13, 0),
        ("aql 1.0", 280, 50, 1), ("aql 1.0", 500, 50, 1), ("aql 1.0", 1200, 80, 2),
        ("aql 1.0", 3200, 125, 3), ("aql 1.0", 10_000, 200, 5), ("aql 1.0", 35_000, 315, 7),
        ("aql 0.65", 500, 80, 1), ("aql 0.65", 1200, 80, 1), ("aql 0.65", 280, 20, 0),
        ("aql 2.5", 150, 20, 1), ("aql 2.5", 500, 50, 3), ("aql 2.5", 25, 5, 0),
        ("aql 4.0", 8, 3, 0), ("aql 4.0", 15, 3, 0), ("aql 4.0", 25, 3, 0), ("aql 4.0", 50, 13, 1),
        ("aql 6.5", 8, 2, 0), ("aql 6.5", 50, 8, 1), ("aql 6.5", 600_000, 200, 21),
        ("aql 0.065", 500_000, 800, 1), ("aql 0.065", 1_000_000, 1250, 2), ("aql 0.065", 100, 100, 0),
    ],
)  # fmt: skip
def test_samples_are_those_of_the_standard(rule: str, lot: int, size: int, accept: int) -> None:
    """Single sampling plans for normal inspection, as printed."""
    plan = sampling.read(rule).plan(lot)
    assert (plan.size, plan.accept) == (size, accept)


@given(st.integers(1, 2_000_000), st.sampled_from(["all", "first", "7", "every 3", "aql 0.40"]))
def test_a_sample_is_never_empty_and_never_more_than_the_lot(lot: int, rule: str) -> None:
    """There is always at least one piece to measure."""
    assert 1 <= sampling.read(rule).plan(lot).size <= lot


@pytest.mark.parametrize("text", ["some", "0", "every", "aql", "aql 1.1", "-3", "first 5"])
def test_a_sampling_nobody_knows_is_refused(text: str) -> None:
    """It names what may stand there."""
    with pytest.raises(BadSampling) as refusal:
        sampling.read(text)
    assert "every 10" in str(refusal.value)
