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
    assert re.search(r'<rect x="[\d.-]+" y="[\d.-]+" width="22"', page)
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


def test_the_grid_is_edited_in_the_change_order_itself(guest: Any, item: str, app: Any) -> None:
    """Propose, edit, see balloons, check in, be refused: all on the page of the order."""
    from release import desk
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    order = desk.open_change(vault, people.get(vault.ledger, "eli"), [item], "first issue").order
    desk.sign(vault, people.get(vault.ledger, "mchen"), "correct horse 7", order.change)
    eli, place = guest("eli"), f"/changes/{order.change}/plan/{item}"
    assert f'href="{place}#plan"' in eli.get(f"/changes/{order.change}").text
    assert f"{place}#plan" not in guest("otto").get(f"/changes/{order.change}").text
    page = eli.get(place).text
    assert "read from “Ø50 H7”" in page
    assert f'action="{place}"' in page
    assert "Sign-offs" in page  # it is still the order
    form = {"rows": "5", "balloon-0": "7", "requirement-0": "Bore", "lower-0": "about 5",
            "unit-0": "mm", "seen": re.search(r'name="seen" value="(\w+)"', page)[1]}  # fmt: skip
    refused = eli.post(place, data=form | {"note": "planned"})
    assert refused.status_code == 422
    assert "not a decimal number" in refused.text
    assert 'value="about 5"' in refused.text
    form["lower-0"] = "49.9"
    done = eli.post(place, data=form | {"note": "planned"})
    assert done.headers["Location"].endswith(f"{place}?done=plan")
    page = eli.get(done.headers["Location"]).text
    assert "what was signed of this item is void" in page
    assert 'value="49.9"' in page
    assert "1 of 1 sign-offs missing" in page
    late = eli.post(place, data=form | {"note": "from an old page"})
    assert late.status_code == 409
    assert "Somebody checked in other characteristics of 10-0078 meanwhile" in late.text
    assert 'value="49.9"' in late.text
    assert guest("otto").post(place, data=form).status_code == 403
    desk.cancel(vault, people.get(vault.ledger, "eli"), order.change, "later")
    assert eli.get(place).status_code == 303
    assert eli.get(f"/changes/{order.change}/plan/10-9999").status_code == 303
