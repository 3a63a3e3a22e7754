# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facets and structures for programs: what pages show, and nothing of unreleased work to the floor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def assembly(app: Any, stock: Any, tmp_path: Path) -> str:
    """Return an item on ``main`` that takes two of the released 10-0042."""
    from vault import checkin
    from vault.item import Item
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    eli = people.get(vault.ledger, "eli")
    checkin.add_item(vault, eli, Item("10-0100", "Frame", "assembly", "mchen", {}))
    bom = tmp_path / "bom.csv"
    bom.write_text(f"number,qty,find\n{stock.number},2,10\n")
    checkin.check_in(vault, eli, "10-0100", {"bom.csv": bom}, "first")
    return "10-0100"


def test_a_list_says_how_it_divides_and_is_narrowed(guest: Any, assembly: str) -> None:
    """Counts of all four facets come with the items, and narrow them by the same names."""
    browser = guest("eli")
    told = browser.get("/api/v1/items").json
    kinds = dict(told["facets"]["kind"])
    assert set(told["facets"]) == {"kind", "state", "owner", "material", "partial"}
    assert sum(kinds.values()) == len(told["items"])
    narrowed = browser.get("/api/v1/items?kind=assembly&owner=mchen").json
    assert [one["number"] for one in narrowed["items"]] == [assembly]
    assert browser.get("/api/v1/items?q=frame&kind=part").json["items"] == []
    assert browser.get("/api/v1/items?state=lost").status_code == 422


def test_what_it_is_made_of_and_what_uses_it(guest: Any, stock: Any, assembly: str) -> None:
    """Down and up; work in progress is nothing for the floor, nor is its use of something."""
    office, floor = guest("eli"), guest("otto")
    made = office.get(f"/api/v1/items/{assembly}/working/bom").json
    assert [(one["number"], one["qty"], one["rev"]) for one in made["lines"]] == [
        (stock.number, "2", "A")
    ]
    used = office.get(f"/api/v1/items/{stock.number}/any/where-used").json
    assert [(one["number"], one["standing"]) for one in used["lines"]] == [(assembly, "working")]
    assert floor.get(f"/api/v1/items/{stock.number}/any/where-used").json["lines"] == []
    assert floor.get(f"/api/v1/items/{assembly}/working/bom").status_code == 404
    assert office.get(f"/api/v1/items/{stock.number}/Z/bom").status_code == 404
