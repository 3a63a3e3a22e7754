# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small text files of every revision, and the story that releases them."""

from __future__ import annotations

import csv
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from sample_vault.catalogue import IN_REVIEW, ITEMS
from sample_vault.register import register

KINDS = {"part", "assembly", "drawing", "fixture", "program", "procedure"}
LETTERS = "ABCDEFGHJKLMNPRTUVWY"  # ASME Y14.35: no I O Q S X Z
LIMIT = 12 * 1024 * 1024
PROOFS = {"first piece", "measurement", "inspector", "certificate", "kit list"}


def rows(path: Path) -> list[dict[str, str]]:
    """Read a CSV file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def story() -> dict[str, Any]:
    """The story as a demo builder reads it."""
    return tomllib.loads((ITEMS.parent / "story.toml").read_text(encoding="utf-8"))


def test_item_toml_names_its_folder_and_an_owner_who_approves(
    revision: tuple[str, str], folder: Path, story: dict[str, Any]
) -> None:
    """Number, kind and owner of every item.toml hold water."""
    item = tomllib.loads((folder / "item.toml").read_text(encoding="utf-8"))
    owners = {p["name"] for p in story["person"] if "approver" in p["roles"]}
    assert item["number"] == revision[0] == folder.parent.name
    assert item["kind"] in KINDS
    assert item["owner"] in owners
    assert 0 < len(item["title"]) <= 25, "ISO 7200 gives a title 25 characters"


def test_routes_name_stations_and_files_that_exist(
    revision: tuple[str, str], folder: Path, story: dict[str, Any]
) -> None:
    """Operations ascend, stand at known stations, and their files are in the same folder."""
    path = folder / "route.toml"
    if not path.exists():
        assert register()[revision[0]].kind in {"part", "program", "procedure"}
        return
    stations = {s["code"] for s in story["station"]}
    operations = tomllib.loads(path.read_text(encoding="utf-8"))["operation"]
    numbers = [o["seq"] for o in operations]
    assert numbers == sorted(set(numbers))
    for o in operations:
        assert o["station"] in stations
        assert o["setup_minutes"] >= 0
        assert o["run_minutes"] > 0
        assert set(o.get("proof", [])) <= PROOFS
        assert all((folder / name).exists() for name in o.get("files", []))


def test_bills_name_items_of_the_vault(revision: tuple[str, str], folder: Path) -> None:
    """Children of every bill exist; find numbers are unique; only assemblies have bills."""
    path = folder / "bom.csv"
    assert path.exists() == (register()[revision[0]].kind == "assembly")
    if path.exists():
        bill = rows(path)
        assert list(bill[0]) == ["number", "qty", "find"]
        assert {row["number"] for row in bill} <= set(register())
        assert all(int(row["qty"]) > 0 for row in bill)
        assert len({row["find"] for row in bill}) == len(bill)


def test_characteristics_have_limits_around_the_nominal(folder: Path) -> None:
    """Every characteristic: unique balloon, limits near the nominal, unit and gauge named."""
    path = folder / "characteristics.csv"
    if not path.exists():
        return
    checks = rows(path)
    heads = ["balloon", "requirement", "nominal", "lower", "upper", "unit", "gauge"]
    assert list(checks[0]) == heads
    assert [int(row["balloon"]) for row in checks] == list(range(1, len(checks) + 1))
    for row in checks:
        lower, nominal, upper = (float(row[k]) for k in ("lower", "nominal", "upper"))
        assert lower <= upper
        assert lower - 0.35 <= nominal <= upper + 0.35, "both deviations may be on one side"
        assert row["unit"]
        assert row["gauge"]


def test_letters_follow_y14_35() -> None:
    """Every item starts at A and skips nothing but the letters the standard skips."""
    for entry in register().values():
        assert "".join(entry.revisions) == LETTERS[: len(entry.revisions)]


def test_the_set_is_as_rich_as_the_product_needs() -> None:
    """Fourteen items and more, two assemblies, two histories of three, one in review, all kinds."""
    entries = register().values()
    released = {
        e.number: [r for r in e.revisions if (e.number, r) not in IN_REVIEW] for e in entries
    }
    assert len(released) >= 14
    assert {e.kind for e in entries} >= {"part", "assembly", "fixture", "program", "procedure"}
    assert sum(len(r) == 3 for r in released.values()) >= 2
    assert sum(e.kind == "assembly" for e in entries) == 2
    assert len(IN_REVIEW) == 1


def test_names_and_sizes_are_fit_for_a_vault(items: Path) -> None:
    """All files are small, their names composed (NFC), one of them awkward on purpose."""
    files = [f for f in items.rglob("*") if f.is_file()]
    assert sum(f.stat().st_size for f in files) <= LIMIT
    assert all(unicodedata.is_normalized("NFC", f.name) for f in files)
    assert all(f.stat().st_size for f in files)
    assert any(not f.name.isascii() and " " in f.name and "," in f.name for f in files)


def test_the_story_releases_every_revision_once_and_in_order(story: dict[str, Any]) -> None:
    """Each revision is in one order, after its predecessor, signed by its owner, not its author."""
    seen: list[str] = []
    for order in [*story["change"], *story["review"]]:
        assert order["author"] != order["approver"]
        for name in order["items"]:
            number, rev = name.split()
            entry = register()[number]
            before = entry.revisions[: entry.revisions.index(rev)]
            assert entry.owner == order["approver"]
            assert all(f"{number} {b}" in seen for b in before)
            seen.append(name)
    assert sorted(seen) == sorted(f"{n} {r}" for n, e in register().items() for r in e.revisions)
    assert {tuple(n.split()) for o in story["review"] for n in o["items"]} == IN_REVIEW


def test_assemblies_are_released_after_their_parts(story: dict[str, Any]) -> None:
    """When an assembly is released, everything in its bill has been released at least once."""
    seen: set[str] = set()
    for order in story["change"]:
        seen |= {name.split()[0] for name in order["items"]}
        for name in order["items"]:
            number, rev = name.split()
            entry = register()[number]
            assert {row["number"] for row in entry.at(rev, entry.bom)} <= seen


def test_jobs_name_people_items_and_operations_that_exist(story: dict[str, Any]) -> None:
    """Every act of every job is by an operator with a PIN, on an operation of the route."""
    operators = {p["name"] for p in story["person"] if "operator" in p["roles"] and p.get("pin")}
    for job in story["job"]:
        entry = register()[job["number"]]
        released = [r for r in entry.revisions if (entry.number, r) not in IN_REVIEW]
        rev = job.get("rev", released[-1])
        assert rev in released
        numbers = {row["seq"] for row in entry.at(rev, entry.route)}
        for act in job["acts"]:
            assert act["who"] in operators
            assert act["seq"] in numbers
            assert act["act"] in {"start", "pause", "finish", "vouch", "waive"}
            assert ("good" in act) == (act["act"] == "finish")
