# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of an item in the browser: a grid, what the drawing proposes, balloons on a copy."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

BRACKET = Path(__file__).parents[3] / "sample_vault/items/10-0042/C/10-0042_bracket.pdf"


@pytest.fixture
def item(app: Any) -> str:
    """Return an item with a real drawing and no plan yet."""
    from release import desk
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    eli = people.get(vault.ledger, "eli")
    desk.add_item(vault, eli, "10-0078", "Bracket", "mchen")
    desk.check_in(vault, eli, "10-0078", {"10-0078.pdf": BRACKET}, "drawn")
    return "10-0078"


def test_proposals_are_taken_by_a_person_and_checked_in(guest: Any, item: str) -> None:
    """Nothing is in the plan until it is ticked; what is ticked is read from the drawing again."""
    eli = guest("eli")
    place = f"/items/{item}/characteristics"
    page = eli.get(place).text
    assert "read from “Ø50 H7”" in page
    told = re.findall(r'name="take" value="(sheet 1 at \d+/\d+)"', page)
    bore = re.search(r'value="(sheet 1 at \d+/\d+)"[^“]*“Ø50 H7”', page)
    assert bore is not None
    form = {"rows": "5", "take": [bore[1], "sheet 9 at 1/1"], "note": "", "requirement-0": "Burrs",
            "unit-0": "visual"}  # fmt: skip
    assert eli.post(place, data=form).status_code == 422
    assert eli.post(place, data=form | {"note": "planned"}).status_code == 303
    page = eli.get(place).text
    assert 'value="50.025"' in page
    assert 'value="Burrs"' in page
    assert len(re.findall(r'name="take" value="', page)) == len(told) - 1
    assert "<ellipse" in page
    copy = eli.get(f"/items/{item}/working/balloons.pdf")
    assert copy.data.startswith(b"%PDF-")
    assert "attachment" in copy.headers["Content-Disposition"]


def test_a_row_that_is_wrong_is_named_and_nothing_is_lost(guest: Any, item: str) -> None:
    """A limit that is no number: one sentence, every typed cell still there, no check-in."""
    eli = guest("eli")
    place = f"/items/{item}/characteristics"
    form = {"rows": "5", "note": "planned", "balloon-0": "7", "requirement-0": "Bore",
            "lower-0": "about 5", "unit-0": "mm"}  # fmt: skip
    answer = eli.post(place, data=form)
    assert answer.status_code == 422
    assert "not a decimal number" in answer.text
    assert 'value="about 5"' in answer.text
    assert 'value="Bore"' not in eli.get(place).text
    assert guest("otto").get(place).status_code == 403
