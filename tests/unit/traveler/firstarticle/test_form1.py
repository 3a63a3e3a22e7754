# SPDX-License-Identifier: AGPL-3.0-or-later
"""What form 1 of a first article says that no result tells: parts, changes, codes, the customer."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from traveler import jobs
from traveler.decisions import deciding
from traveler.errors import BadWords
from traveler.firstarticle import desk, forms
from traveler.firstarticle.errors import ArticleCannot, CustomerNotAsked
from traveler.quality import measurements
from traveler.quality.measurements import Reading
from vault.cli import trunk
from vault.ledger import events
from vault.ledger.errors import RoleNeeded

WORD = "correct horse 7"
ROUTE = '[[operation]]\nseq = 10\nstation = "qc"\ntitle = "Inspect"\n'
PLAN = (
    "balloon,requirement,nominal,lower,upper,unit,gauge\n"
    "1,Bore,20,19.9,20.1,mm,\n2,Break edges,,,,note,\n"
)
BOM = "number,qty,find\n10-0050,4,1\n10-0060,1,2\n"


@pytest.fixture
def made(shop: Any) -> str:
    """Return a measured job of an item that is made of others."""
    shop.release("10-0042", route__toml=ROUTE, characteristics__csv=PLAN, bom__csv=BOM)
    number = str(shop.job("J-1", 1))
    _measure(shop, number)
    return number


def _measure(shop: Any, job: str) -> None:
    readings = [Reading("1", "1", "20.0"), Reading("2", "1", "pass")]
    measurements.record(shop.vault, shop.quinn, job, 10, readings)


def _signed(shop: Any, number: str) -> dict[str, str]:
    desk.verify(shop.vault, shop.quinn, number, WORD)
    done = desk.approve(shop.vault, shop.mchen, number, WORD)
    return dict(done.facts.forms["form1"])


def test_an_assembly_lists_its_parts_with_the_first_articles_of_each(shop: Any, made: str) -> None:
    """Fields 15 to 18 come from the bill of material; what has no first article says N/A."""
    shop.release("10-0050", route__toml=ROUTE, characteristics__csv=PLAN)
    jobs.add(shop.vault, shop.pat, "J-2", "10-0050", 1, "2027-03-01")
    jobs.release_job(shop.vault, shop.pat, "J-2")
    _measure(shop, "J-2")
    child = desk.open_new(shop.vault, shop.quinn, "J-2", "full", "new part")
    assert _signed(shop, child.number)["15"] == "N/A"
    one = desk.open_new(shop.vault, shop.quinn, made, "full", "new part", detail="assembly")
    form1 = _signed(shop, one.number)
    assert form1["13"] == "Assembly"
    assert form1["15"].splitlines() == ["10-0050", "10-0060"]
    assert form1["16"].splitlines() == ["Bolt", "N/A"]
    assert form1["17"].splitlines() == ["Detail", "Standard or bought"]
    assert form1["18"].splitlines() == [child.number, "N/A"]


def test_what_is_written_of_the_parts_comes_before_the_bill_of_material(
    shop: Any, made: str
) -> None:
    """A customer furnished part is said to be one in field 18."""
    one = desk.open_new(shop.vault, shop.quinn, made, "full", "new part", detail="assembly")
    desk.index(shop.vault, shop.quinn, one.number, [
        {"15": "77-1", "16": "Bearing", "17": "Detail", "18": "customer furnished", "99": "x"},
    ])  # fmt: skip
    form1 = _signed(shop, one.number)
    assert [form1[field] for field in ("15", "16", "17", "18")] == [
        "77-1", "Bearing", "Detail", "customer furnished",
    ]  # fmt: skip
    with pytest.raises(ArticleCannot):
        desk.index(shop.vault, shop.quinn, one.number, [])


def test_every_field_that_can_be_said_is_said(shop: Any, made: str) -> None:
    """N/A stands only where nothing applies, and what is left out of an act stays as it was."""
    one = desk.open_new(shop.vault, shop.quinn, made, "full", "new part", serial="SN 1")
    desk.describe(
        shop.vault, shop.quinn, one.number, changes="ECN-117", supplier="A12", drawing="D-9"
    )
    desk.describe(shop.vault, shop.quinn, one.number, comments="lot 7")
    form1 = _signed(shop, one.number)
    assert {field: form1[field] for field in ("3", "6", "8", "11", "26")} == {
        "3": "SN 1", "6": "D-9", "8": "ECN-117", "11": "A12", "26": "lot 7",
    }  # fmt: skip
    assert [field for field, text in form1.items() if text == forms.NA] == [
        "12", "15", "16", "17", "18", "24", "25",
    ]  # fmt: skip


def test_a_deviation_is_an_additional_change(shop: Any, made: str) -> None:
    """Field 8 tells what the part was made under that no revision has taken up."""
    shop.release("10-0042", route__toml=ROUTE, characteristics__csv=PLAN, note__txt="chamfer")
    deciding.deviate(shop.vault, shop.mchen, WORD, made, "no function there", 1, "2027-01-31")
    one = desk.open_new(shop.vault, shop.quinn, made, "full", "new part")
    assert "deviation" in _signed(shop, one.number)["8"]


def test_the_customer_approves_once_and_only_where_asked(shop: Any, made: str) -> None:
    """Fields 24 and 25 wait until then; everything else on the form stays as it was signed."""
    one = desk.open_new(shop.vault, shop.quinn, made, "full", "new part", customer="wanted")
    with pytest.raises(ArticleCannot):
        desk.accept(shop.vault, shop.quinn, one.number, "R. Orrin")
    before = _signed(shop, one.number)
    assert (before["24"], before["25"]) == ("awaited", "awaited")
    with pytest.raises(CustomerNotAsked, match="nobody is named"):
        desk.accept(shop.vault, shop.quinn, one.number, "  ")
    with pytest.raises(RoleNeeded):
        desk.accept(shop.vault, shop.otto, one.number, "R. Orrin")
    done = desk.accept(shop.vault, shop.quinn, one.number, "R. Orrin", "2026-11-28")
    after = done.facts.forms["form1"]
    assert {field: after[field] for field in before if after[field] != before[field]} == {
        "24": "R. Orrin", "25": "2026-11-28",
    }  # fmt: skip
    assert done.state == "approved"
    with pytest.raises(CustomerNotAsked, match="Orrin has approved it"):
        desk.accept(shop.vault, shop.quinn, one.number, "somebody else")
    other = desk.open_new(shop.vault, shop.quinn, made, "full", "again")
    _signed(shop, other.number)
    with pytest.raises(CustomerNotAsked, match="was not asked for"):
        desk.accept(shop.vault, shop.quinn, other.number, "R. Orrin")
    assert list(events.verify(shop.vault.ledger)) == []


def test_a_note_of_the_drawing_is_accepted_and_not_passed(shop: Any, made: str) -> None:
    """Field 9 of form 3 uses the word the standard has for notes."""
    one = desk.open_new(shop.vault, shop.quinn, made, "full", "new part")
    done = desk.verify(shop.vault, shop.quinn, one.number, WORD)
    assert [row["9"] for row in done.facts.forms["form3"]] == ["20.0 mm", "Accepted"]


def test_words_too_long_are_refused_and_nothing_is_lost(shop: Any, made: str) -> None:
    """One sentence, and the draft stays as it was."""
    one = desk.open_new(shop.vault, shop.quinn, made, "full", "new part", serial="SN 1")
    with pytest.raises(BadWords):
        desk.describe(shop.vault, shop.quinn, one.number, comments="x" * 501)
    assert desk.show(shop.vault, one.number).facts.serial == "SN 1"


def test_the_command_line_fills_the_forms(shop: Any, made: str) -> None:
    """Describe, index and accept say what they did as JSON."""

    def call(*words: str) -> Any:
        done = CliRunner().invoke(
            trunk(), ["--vault", str(shop.vault.root), "--as", "quinn", "fai", *words, "--json"],
            catch_exceptions=False,
        )  # fmt: skip
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    number = call("open", made, "--of", "assembly", "--customer", "wanted", "-m", "new")["fai"]
    assert call("describe", number, "--serial", "SN 4")["serial"] == "SN 4"
    call("index", number, "--line", "77-1|Bearing|Detail|customer furnished")
    assert _signed(shop, number)["15"] == "77-1"
    told = call("accept", number, "R. Orrin")
    assert told["forms"]["form1"]["24"] == "R. Orrin"
