# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files of results: previewed, taken once, bad rows listed; real files with the right counts."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from traveler import jobs
from traveler.errors import OutsideTraveler
from traveler.quality import errors, importing, views
from traveler.quality.errors import BadResults
from vault.ledger import events

CORPUS = Path(__file__).parents[5] / "shared" / "corpus" / "measurements"


def put(shop: Any, name: str, text: str) -> Path:
    """Write a file of results."""
    place = Path(shop.folder) / name
    place.write_text(text, encoding="utf-8")
    return place


def take(shop: Any, path: Path, job: str = "J-1", **more: Any) -> Any:
    """Import it as the inspector."""
    return importing.take(shop.vault, shop.quinn, job, 40, path, path.name, **more)


MIXED = (
    "balloon,piece,result,unit\n"
    "1,1,12.010,mm\n1,2,12.030,mm\nBORE,3,0.4725,in\n#2,1,1.001,\n3,1,ok,\n"
    "9,1,5,\n1,4,=HYPERLINK(1),\n1,1,12.011,\n1,5,12 deg,\n"
)


def test_a_preview_changes_nothing_and_says_what_would_be(shop: Any) -> None:
    """Good, out of tolerance, and each bad row with its place and its reason."""
    path = put(shop, "mixed.csv", MIXED)
    head = events.head(shop.vault.ledger)
    found = importing.preview(shop.vault, "J-1", 40, path, path.name)
    assert (len(found.good), len(found.outside), found.again) == (5, 1, 0)
    assert [(one.where, one.name) for one in found.bad] == [
        ("row 7", "9"), ("row 8", "1"), ("row 9", "1"), ("row 10", "1"),
    ]  # fmt: skip
    assert [one.why.split(";")[0] for one in found.bad][2] == (
        "piece 1 of balloon 1 stands in the file twice"
    )
    assert events.head(shop.vault.ledger) == head


def test_good_rows_land_with_the_file_as_evidence_and_once_only(shop: Any) -> None:
    """The same file again is refused; with a mended row only that one is taken."""
    path = put(shop, "mixed.csv", MIXED)
    done = take(shop, path, idempotency_key="k")
    assert (done.recorded.count, len(done.bad)) == (5, 4)
    assert take(shop, path, idempotency_key="k").as_json() == done.as_json()
    (file,) = views.evidence_of(shop.vault, "J-1")
    assert (file.root, file.words) == (done.evidence, "results: 5 taken, 4 not")
    assert {one.source for row in views.results_of(shop.vault, "J-1").characteristics
            for one in row.results} == {file.root}  # fmt: skip
    with pytest.raises(errors.SameFileAgain, match="5 results"):
        take(shop, path)
    mended = put(shop, "mended.csv", MIXED.replace("1,5,12 deg", "1,5,12.001"))
    assert (take(shop, mended).recorded.count, take.__name__) == (1, "take")
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_file_that_is_no_list_of_results_is_refused_whole(shop: Any) -> None:
    """Nothing of it is kept, neither as results nor as evidence."""
    for text, kind in (("who,when\na,b\n", BadResults), ("", BadResults)):
        with pytest.raises(kind):
            take(shop, put(shop, "bad.csv", text))
    none = put(shop, "none.csv", "balloon,piece,result\n9,1,5\n8,1,5\n")
    with pytest.raises(
        errors.NoRowTaken, match=r"None of the 2 results in none.csv .* row 2: .*“9”"
    ):
        take(shop, none)
    assert views.evidence_of(shop.vault, "J-1") == []
    with pytest.raises(OutsideTraveler):
        _with_code_of_another_step(shop)


def _with_code_of_another_step(shop: Any) -> None:
    from traveler import job_records, operation_records, tokens

    with shop.vault.ledger.writing("pat") as writing:
        job = job_records.job(writing.connection, "J-1")
        assert job is not None
        _n, codes = tokens.issue(
            writing, job, operation_records.operations(writing.connection, "J-1")
        )
        writing.record("traveler.printed", "job/J-1")
    ten = next(one.code for one in codes if one.seq == 10)
    take(shop, put(shop, "one.csv", "balloon,piece,result\n1,1,12.01\n"), token=ten)


def _plan_of(names: list[str], unit: str = "mm") -> str:
    rows = [f"{at},{name},,-100000,100000,{unit},\n" for at, name in enumerate(names, 1)]
    return "balloon,requirement,nominal,lower,upper,unit,gauge\n" + "".join(rows)


@pytest.mark.parametrize(
    ("name", "count"),
    [("pistonrings.csv", 200), ("sizes.csv", 28), ("diameter.csv", None), ("parts.csv", None)],
)
def test_real_tables_import_with_the_right_counts(shop: Any, name: str, count: int | None) -> None:
    """Every number of a table of one characteristic is one result of one piece."""
    path = CORPUS / "pyspc" / name
    if not path.exists():
        pytest.skip("the files of real shops are not here")
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    cells = sum(bool(cell.strip()) for line in lines for cell in line.split(","))
    shop.release_plan(_plan_of(["Diameter"]))
    jobs.add(shop.vault, shop.pat, "J-2", "10-0042", 5, "2027-03-01")
    jobs.release_job(shop.vault, shop.pat, "J-2")
    done = take(shop, path, "J-2", reading_as=importing.ReadAs(balloon="1"))
    assert done.recorded.count == cells == (count or cells)


def test_a_real_qif_file_imports_by_the_names_of_its_characteristics(shop: Any) -> None:
    """228 actuals of six components become 228 results of six pieces."""
    from traveler.quality.results import reading

    path = CORPUS / "qif" / "SheetMetal_QIF_Results 6 samples.QIF"
    if not path.exists():
        pytest.skip("the files of real shops are not here")
    results = reading.read(path.read_bytes(), path.name)
    units = {one.name: one.unit for one in results}
    rows = [f'{at},"{name}",,{"" if not unit else "-100000"},,{unit or "pass/fail"},\n'
            for at, (name, unit) in enumerate(units.items(), 1)]  # fmt: skip
    shop.release_plan("balloon,requirement,nominal,lower,upper,unit,gauge\n" + "".join(rows))
    jobs.add(shop.vault, shop.pat, "J-2", "10-0042", 6, "2027-03-01")
    jobs.release_job(shop.vault, shop.pat, "J-2")
    done = take(shop, path, "J-2")
    assert (done.recorded.count, done.bad) == (228, ())
    assert len(views.results_of(shop.vault, "J-2").pieces) == 6


def test_ten_thousand_results_take_three_seconds_at_most(shop: Any) -> None:
    """All are judged, sealed and counted; a table with a column for each balloon."""
    shop.release_plan(_plan_of([f"Feature {at}" for at in range(1, 51)]))
    jobs.add(shop.vault, shop.pat, "J-2", "10-0042", 200, "2027-03-01")
    jobs.release_job(shop.vault, shop.pat, "J-2")
    heads = ",".join(str(at) for at in range(1, 51))
    rows = "".join(
        f"{piece},{','.join(f'{piece}.{at:03}' for at in range(50))}\n" for piece in range(1, 201)
    )
    path = put(shop, "many.csv", f"piece,{heads}\n{rows}")
    begun = time.process_time()
    assert take(shop, path, "J-2").recorded.count == 10_000
    assert time.process_time() - begun < 3
