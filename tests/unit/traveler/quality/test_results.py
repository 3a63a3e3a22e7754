# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results as files bring them: QIF, Calypso, tables, and what only looks like them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traveler.quality.errors import BadResults
from traveler.quality.results import reading
from traveler.quality.results.result import Result

CORPUS = Path(__file__).parents[5] / "shared" / "corpus" / "measurements"
ACTUALS = (
    ("Diameter", "11", "8", "<Value>1.2004E+1</Value>"),
    ("Angle", "12", "9", "<Value>45.25</Value>"),
    ("Thread", "13", "77",
     "<Status><CharacteristicStatusEnum>FAIL</CharacteristicStatusEnum></Status>"),
)  # fmt: skip
QIF = f"""<?xml version="1.0"?>
<QIFDocument xmlns="http://qifstandards.org/xsd/qif3" versionQIF="3.0.0">
<FileUnits><PrimaryUnits><AngularUnit><UnitName>degree</UnitName></AngularUnit>
<LinearUnit><UnitName>mm</UnitName></LinearUnit></PrimaryUnits></FileUnits>
<Characteristics><CharacteristicItems n="2">
<DiameterCharacteristicItem id="8"><Name>1</Name></DiameterCharacteristicItem>
<AngleCharacteristicItem id="9"><Name>2</Name></AngleCharacteristicItem>
</CharacteristicItems></Characteristics>
<MeasurementsResults><MeasurementResultsSet n="1"><MeasurementResults id="10">
<MeasuredCharacteristics><CharacteristicActuals n="3">
{
    "".join(
        f'<{kind}CharacteristicActual id="{number}"><CharacteristicItemId>{item}'
        f"</CharacteristicItemId>{value}</{kind}CharacteristicActual>"
        for kind, number, item, value in ACTUALS
    )
}
</CharacteristicActuals></MeasuredCharacteristics>
<ActualComponentIds n="1"><Id>14</Id></ActualComponentIds>
</MeasurementResults></MeasurementResultsSet>
<ActualComponentSets n="1"><ActualComponentSet n="1"><ActualComponent id="14">
<SerialNumber>SN-7</SerialNumber></ActualComponent></ActualComponentSet></ActualComponentSets>
</MeasurementsResults></QIFDocument>""".encode()
CALYPSO = (
    "planid\tpartnb\tid\ttype\tactual\tnominal\tuppertol\tlowertol\tunit\tdate\ttime\n"
    "Bracket\t1\tBore 1\tdiameter\t12,0041\t12,0\t0,018\t0,0\tmm\t23.11.2026\t06:14\n"
    "Bracket\t1\tAngle\tangle\t45,10\t45,0\t0,5\t-0,5\tdeg\t23.11.2026\t06:14\n"
    "Bracket\t1\tNot measured\tdiameter\t\t12,0\t0,018\t0,0\tmm\t\t\nEND\n"
)


def brief(results: tuple[Result, ...]) -> list[tuple[str, str, str, str]]:
    """Return what matters of some results."""
    return [(one.name, one.piece, one.text, one.unit) for one in results]


def test_qif_gives_names_pieces_and_units() -> None:
    """An actual finds its name by its item and its piece by the set; an exponent is written out."""
    assert brief(reading.read(QIF, "cmm.qif")) == [
        ("1", "SN-7", "12.004", "mm"), ("2", "SN-7", "45.25", "deg"), ("77", "SN-7", "fail", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "results", "pieces"),
    [
        ("SheetMetal_QIF_Results 6 samples.QIF", 228, 6),
        ("SheetMetal_QIF_Results sample 1.QIF", 38, 1),
        ("SheetMetal_QIF_Results sample 2.QIF", 38, 1),
        ("WIDGET_QIF_RESULTS.QIF", None, 1),
        ("mitutoyo_statistics_first_article_inspection_sample.QIF", 2, 1),
    ],
)
def test_real_qif_files_import_with_the_right_counts(
    name: str, results: int | None, pieces: int
) -> None:
    """As many results as the file has actuals, of as many pieces as it has components."""
    path = CORPUS / "qif" / name
    if not path.exists():
        pytest.skip("the files of real shops are not here")
    data = path.read_bytes()
    found = reading.read(data, name)
    counted = data.count(b"CharacteristicActual id=")
    assert len(found) == (counted if results is None else results) == counted
    assert len({one.piece for one in found}) == pieces
    assert all(one.name and one.text for one in found)


@pytest.mark.parametrize(
    "name",
    ["SheetMetal_QIF_Plan.QIF", "mitutoyo_results_serialized_pass_fail_sample.QIF",
     "mitutoyo_statistics_userdefined_grr_sample.QIF"],
)  # fmt: skip
def test_a_qif_file_without_results_says_so(name: str) -> None:
    """A plan is no result, and an empty import is never taken for a good one."""
    path = CORPUS / "qif" / name
    if not path.exists():
        pytest.skip("the files of real shops are not here")
    with pytest.raises(BadResults, match="without measured characteristics"):
        reading.read(path.read_bytes(), name)


def test_a_calypso_table_keeps_the_comma_for_the_person_who_reads() -> None:
    """Values stay as written; what was not measured is left out; END is no line."""
    assert brief(reading.read(CALYPSO.encode("cp1252"), "plan_chr.txt")) == [
        ("Bore 1", "1", "12,0041", "mm"), ("Angle", "1", "45,10", "deg"),
    ]  # fmt: skip
    assert reading.read(CALYPSO.encode(), "x")[0].at == "23.11.2026 06:14"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_of_results_reads_in_any_code(encoding: str) -> None:
    """One result a line, whatever the program that saved it."""
    text = "Merkmal;Teil;Istwert;Einheit;Prüfmittel\n1;3;12,004;mm;Bügelmessschraube\n"
    found = reading.read(text.encode(encoding), "t.csv")
    assert brief(found) == [("1", "3", "12,004", "mm")]
    assert found[0].gauge == "Bügelmessschraube"


def test_a_table_with_a_column_for_each_balloon() -> None:
    """One piece a line; an empty cell is a piece that was not measured."""
    text = "piece,1,2\nA-1,12.004,pass\nA-2,,fail\n"
    assert brief(reading.read(text.encode(), "t.csv")) == [
        ("1", "A-1", "12.004", ""), ("2", "A-1", "pass", ""), ("2", "A-2", "fail", ""),
    ]  # fmt: skip


BOMB = b"""<?xml version="1.0"?><!DOCTYPE q [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<QIFDocument>&b;</QIFDocument>"""
OUTSIDE = (
    b"""<!DOCTYPE q [<!ENTITY x SYSTEM "file:///etc/passwd">]><QIFDocument>&x;</QIFDocument>"""
)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "empty"), (BOMB, "document type"), (OUTSIDE, "document type"),
        (b"<QIFDocument>" * 5000, "nested"), (QIF[:900], "no element|unclosed|not well"),
        (b"<a>QIFDocument</a>", "no QIF document"), (b"\x00\x01\x02", "not text"),
        (b"balloon,result\n", "no result"), (b"when,who\n1,2\n", "neither balloon"),
        (b"balloon,result\n,12.0\n", "row 2 has a result and no balloon"),
        (b'balloon,result\n"1,12.0\n', "not a table"),
        (b"id\tactual\n\t12\n", "line 2 names no characteristic"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why_and_gives_nothing(data: bytes, why: str) -> None:
    """Hostile and broken files are one sentence."""
    with pytest.raises(BadResults, match=why):
        reading.read(data, "results")


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode),
                 st.integers(0, len(QIF)).map(lambda cut: QIF[:cut] + b"<" + QIF[cut:])))  # fmt: skip
def test_no_bytes_bring_a_reader_down(data: bytes) -> None:
    """Either results or the refusal, whatever came."""
    with suppress(BadResults):
        assert reading.read(data, "results")
