# SPDX-License-Identifier: AGPL-3.0-or-later
"""Drawings with a title block, and an item with one in a real vault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person


@pytest.fixture
def titled(tmp_path: Path) -> Callable[..., Path]:
    """Return a function that draws a sheet whose title block says a number and a revision."""

    def drawn(name: str, number: str, rev: str) -> Path:
        import pymupdf

        place = tmp_path / "titled" / f"{number}-{rev}" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        with pymupdf.open() as sheet:
            page = sheet.new_page(width=1191, height=842)
            cells = ((990, "Identification number", number), (1114, "Rev", rev))
            for x, label, value in cells:
                page.insert_text((x, 745), label, fontsize=6)
                page.insert_text((x, 760), value, fontsize=11)
            sheet.save(place, no_new_id=True)
        return place

    return drawn


@pytest.fixture
def bracket(vault: Vault, people: dict[str, Person], titled: Callable[..., Path]) -> str:
    """Return an item whose drawing says A, owned by mchen, checked in by eli."""
    from release import desk

    desk.add_item(vault, people["eli"], "10-0042", "Bracket", "mchen", metadata={"safety": True})
    files = {"drawing.pdf": titled("drawing.pdf", "10-0042", "A")}
    desk.check_in(vault, people["eli"], "10-0042", files, "first drawing")
    return "10-0042"
