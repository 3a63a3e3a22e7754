# SPDX-License-Identifier: AGPL-3.0-or-later
"""What title blocks say: made ones in several languages, those of the sample shop, and real ones."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.reading import titleblock
from vault.reading.titleblock import Word

Cell = tuple[float, float, str, float]


def sheet(*cells: Cell) -> list[Word]:
    """Return the words of a sheet: each cell a place, a text and a height, its words 0.3 apart."""
    words = []
    for place, (begin, y, text, high) in enumerate(cells):
        x = begin
        for one in text.split():
            wide = 0.55 * high * len(one)
            words.append(Word(one, x, y, x + wide, y + high, (place, 0)))
            x += wide + 0.3 * high
    return words


def block(number: str, revision: str, day: str, title: str) -> list[Word]:
    """Return a title block whose labels stand above their values, as ISO 7200 draws it."""
    return sheet(
        (990, 739, number, 6), (990, 747, "10-0042", 11), (1114, 739, revision, 6),
        (1114, 747, "C", 11), (990, 765, day, 6), (990, 773, "2026-08-18", 8),
        (804, 765, title, 6), (804, 773, "Bracket, motor mount", 12), (804, 739, "Size", 6),
        (804, 747, "A3", 8), (1114, 790, "Sheet", 6), (1114, 798, "1 / 1", 8),
    )  # fmt: skip


@pytest.mark.parametrize(
    "labels",
    [
        ("Identification number", "Rev", "Date of issue", "Title, supplementary title"),
        ("DWG. NO.", "REV.", "DATE", "TITLE"),
        ("DRAWING NO:", "REVISION:", "ISSUE DATE:", "DRAWING TITLE:"),
        ("PART NO.", "REV LEVEL", "RELEASE DATE", "TITLE:"),
        ("Zeichnungs-Nr.", "Änderungsindex", "Ausgabedatum", "Benennung"),
        ("Zeichnungsnummer", "Index", "Datum", "Bezeichnung"),
        ("Sach-Nr.:", "Rev.-Index", "Freigabedatum", "Titel"),
        ("N° de plan", "Indice", "Date d’édition", "Titre"),
        ("Numéro de plan", "Indice de révision", "Date", "Désignation"),
        ("Numero di disegno", "Revisione", "Data", "Titolo"),
    ],
)
def test_labels_of_several_lands_are_known(labels: tuple[str, str, str, str]) -> None:
    """English, German, French, Italian: number, revision, date and title are found."""
    assert titleblock.read(block(*labels)) == {
        "number": "10-0042", "revision": "C", "date": "2026-08-18", "title": "Bracket, motor mount",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ([(0, 0, "REV: C", 8)], {"revision": "C"}),
        ([(0, 0, "REV:C", 8)], {"revision": "C"}),
        ([(0, 0, "REV", 8), (40, 0, "C", 8)], {"revision": "C"}),
        ([(0, 0, "DWG NO", 6), (0, 8, "10-0042", 10), (90, 0, "REV", 6), (92, 8, "-", 10)],
         {"number": "10-0042", "revision": "-"}),
        ([(0, 0, "REV", 6), (300, 300, "C", 8)], {}),
        ([(0, 0, "INSPECT TO REVISION OF THIS PART", 6), (0, 8, "AT", 8)], {}),
        ([(0, 0, "REVISION OF THIS PART PRIOR TO SHIPMENT", 6), (0, 8, "B", 8)], {}),
        ([(0, 0, "DATE", 6), (0, 8, "NOT A DAY", 8)], {}),
        ([(0, 0, "PART NO", 6), (0, 8, "2026-08-18", 8)], {}),
        ([(0, 0, "REV", 6), (60, 0, "SHEET", 6), (61, 8, "1", 8)], {}),
    ],
)  # fmt: skip
def test_a_value_has_the_form_of_its_field_and_stands_where_values_stand(
    cells: list[Cell], found: dict[str, str]
) -> None:
    """In the cell, below or to the right; far away, in a sentence or of another form it is none."""
    assert titleblock.read(sheet(*cells)) == found


def test_a_table_of_changes_is_told_from_the_title_block() -> None:
    """The label in the table's head does not speak for the block, and the rows are kept in order."""
    table = [
        (600.0, 50.0, "REV", 8.0),
        (640.0, 50.0, "DESCRIPTION", 8.0),
        (800.0, 50.0, "DATE", 8.0),
    ]
    rows = [(600.0, 62.0 + 12 * at, letter, 8.0) for at, letter in enumerate("ABC")]
    found = titleblock.read(sheet(*table, *rows))
    assert found == {"table": ["A", "B", "C"]}
    with_block = titleblock.read([*sheet(*table, *rows), *block("DWG NO", "REV", "DATE", "TITLE")])
    assert (with_block["revision"], with_block["table"]) == ("C", ["A", "B", "C"])


def test_the_marks_of_a_frames_zones_are_no_revisions() -> None:
    """An empty cell beside zone 11 stays empty."""
    zones = [(100.0 * place, 800.0, str(place), 9.0) for place in range(1, 13)]
    assert titleblock.read(sheet(*zones, (1100, 788, "Rev.", 7))) == {}


@given(st.lists(st.tuples(st.floats(0, 900), st.floats(0, 900), st.text(max_size=20),
                          st.floats(0, 30)), max_size=40))  # fmt: skip
def test_any_words_at_all_are_read(cells: Sequence[Cell]) -> None:
    """Whatever stands on a sheet, the reader answers, and only with what it knows."""
    found = titleblock.read(sheet(*cells))
    assert found.keys() <= {*titleblock.FIELDS, titleblock.TABLE}


def test_a_sheet_full_of_labels_takes_no_time() -> None:
    """Nobody keeps the worker busy with a million cells that all say REV."""
    dice = random.Random(7)
    cells = [(dice.uniform(0, 900), dice.uniform(0, 900), dice.choice(["REV", "C", "DWG NO", "7-1"]), 5.0)
             for _ in range(3000)]  # fmt: skip
    assert isinstance(titleblock.read(sheet(*cells)), dict)


def read_pdf(path: Path) -> dict[str, Any]:
    """Return what the worker's task reads from a PDF."""
    from vault.reading import sheet as task

    return task.fields(str(path))


def test_every_drawing_of_the_sample_shop_says_number_revision_date_and_title(
    project: Path,
) -> None:
    """On every sheet, what the folder and the manifest beside it say."""
    for path in sorted((project / "sample_vault" / "items").glob("*/*/*.pdf")):
        told = tomllib.loads((path.parent / "item.toml").read_text("utf-8"))
        rev = "B" if path.parent.name == "review" else path.parent.name
        for found in read_pdf(path)["sheets"]:
            assert (found["number"], found["revision"]) == (told["number"], rev), path
            assert found["title"].startswith(told["title"]), path
            assert found["date"].startswith("2026-"), path


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("framework-13/AUSB0534-P203A61_rev.B.pdf",
         {"number": "GAP-AUSB0534-P203A61", "revision": "B"}),
        ("framework-13/13_5_hinge_R_assy_00.pdf", {"number": "AM3BA000J00", "revision": "0"}),
        ("framework-13/fw_13_5inch_battery.pdf", {"revision": "0"}),
        ("framework-cards/ExpansionCard_Printable_M2.pdf", {"revision": "A"}),
        ("framework-cards/ExpansionCard_Retrofit.pdf", {"revision": "0A"}),
        ("mnt-reform/mntreform2-screen-back-screw-specs-20201008.pdf", {"title": "screen_back"}),
        ("mnt-reform/bottom_plate.pdf", {}),
        ("odri/lower_leg.PDF", {}),
    ],
)  # fmt: skip
def test_real_drawings_say_what_a_person_reads_and_nothing_is_guessed(
    corpus: Path, name: str, found: dict[str, str]
) -> None:
    """Rotated sheets, four sheets, outlines without text, blocks that were left empty."""
    told = read_pdf(corpus / "drawings" / name)["sheets"][0]
    shown = {field: told[field] for field in found}
    assert shown == found
    assert ("revision" in told) == ("revision" in found)


@pytest.mark.corpus
def test_no_real_drawing_without_a_block_is_given_one(corpus: Path) -> None:
    """Of the drawings of a project that draws no title block none says anything."""
    for path in sorted((corpus / "drawings" / "odri").iterdir()):
        if path.suffix.lower() == ".pdf":
            assert all(not one.keys() - {"title"} for one in read_pdf(path)["sheets"]), path
