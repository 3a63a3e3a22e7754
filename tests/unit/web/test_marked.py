# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is not current is opened in the browser with its mark, and its bytes stay within reach."""

from __future__ import annotations

from typing import Any

import pymupdf

FILE = "/items/10-0042/{}/files/10-0042.pdf"


def said(answer: Any) -> str:
    """Return the words of the PDF that came."""
    assert answer.status_code == 200
    with pymupdf.open("pdf", answer.data) as document:
        return str(document[0].get_text())


def test_a_recalled_file_opens_marked_and_as_it_was_released_when_asked(
    guest: Any, stock: Any
) -> None:
    """Its name says so too, the picture of a page is another, and the released bytes are the same."""
    from release import desk
    from vault import home
    from vault.ledger import people

    browser = guest("eli")
    released = browser.get(FILE.format("A"))
    picture = browser.get("/items/10-0042/A/pages/10-0042.pdf/1.png").data
    assert "RECALLED" not in said(released)
    vault = home.open_vault(stock.root)
    try:
        desk.recall(vault, people.get(vault.ledger, "mchen"), "10-0042", "A", "hole is wrong")
    finally:
        vault.close()
    marked = browser.get(FILE.format("A"))
    assert "RECALLED" in said(marked)
    assert "hole is wrong" in said(marked)
    assert "10-0042_A_recalled.pdf" in marked.headers["Content-Disposition"]
    assert browser.get(FILE.format("A") + "?as=released").data == released.data
    shown = browser.get("/items/10-0042/A/pages/10-0042.pdf/1.png")
    assert shown.status_code == 200
    assert shown.data != picture
    assert browser.get("/items/10-0042/A/pages/10-0042.pdf/99.png").status_code >= 400


def test_work_in_progress_opens_as_in_review_and_as_it_was_checked_in_when_asked(
    guest: Any,
) -> None:
    """Nobody takes a working drawing for a released one; who works on it gets its own bytes."""
    browser = guest("eli")
    assert "REVIEW" in said(browser.get(FILE.format("working")))
    assert "REVIEW" not in said(browser.get(FILE.format("working") + "?original=1"))


def test_a_program_of_an_overtaken_revision_is_not_handed_out_until_somebody_decided(
    guest: Any, stock: Any
) -> None:
    """A file that cannot carry a mark is refused from the traveler with the way out of it.

    The drawing is still to be had, marked; a deviation lets the program be had again; a recall
    lets nothing be had.
    """
    from release import desk
    from traveler.decisions import deciding
    from vault import home
    from vault.ledger import people

    program, drawing = (f"/t/{stock.token}/files/{one}" for one in ("route.toml", "10-0042.pdf"))
    floor = guest(None)
    assert floor.get(program).status_code == 200
    vault = home.open_vault(stock.root)
    try:
        mei = people.get(vault.ledger, "mchen")
        desk.sign(vault, mei, "correct horse 7", stock.change)
        desk.release(vault, mei, stock.change)
        refused = floor.get(program)
        assert refused.status_code == 409
        assert "10-0042 A is not handed to the floor: A is superseded by B" in refused.text
        assert "titleblock job decide J-1" in refused.text
        assert floor.get(drawing).status_code in {200, 303}
        deciding.deviate(vault, mei, "correct horse 7", "J-1", "slot may stay")
        assert floor.get(program).status_code == 200
        desk.recall(vault, mei, "10-0042", "A", "hole is wrong")
        assert floor.get(program).status_code == 409
    finally:
        vault.close()
