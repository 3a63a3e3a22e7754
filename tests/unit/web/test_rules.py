# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of the rules: everybody of the office reads, administrators try out and save."""

from __future__ import annotations

import re
from typing import Any

QUALITY = '\n[[sign-off]]\nname = "quality <b>"\nby = "role:quality"\n'


def rules_of(page: str) -> tuple[str, str]:
    """Return the text in the form and the version it began with."""
    import html

    text = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    seen = re.search(r'name="seen" value="([0-9a-f]*)"', page)
    assert text is not None
    assert seen is not None
    return html.unescape(text[1]), seen[1]


def test_the_office_reads_the_rules_and_only_administrators_get_a_form(guest: Any) -> None:
    """An engineer sees who signs, what is asked and the text; the floor does not come in."""
    page = guest("eli").get("/rules").text
    assert "approval owner" in page
    assert "differs from its release" in page
    assert "schema = 2" in page
    assert "<textarea" not in page
    assert "<textarea" in guest("ada").get("/rules").text
    assert guest("otto").get("/rules").status_code == 403
    assert guest("eli").post("/rules", {"act": "save", "rules": "x"}).status_code == 403


def test_rules_are_tried_out_before_they_are_saved(guest: Any) -> None:
    """The preview names orders that would be decided differently, and saves nothing."""
    browser = guest("ada")
    text, seen = rules_of(browser.get("/rules").text)
    tried = browser.post("/rules", {"act": "try", "rules": text + QUALITY, "seen": seen})
    assert tried.status_code == 200
    assert "What this would change" in tried.text
    assert "passes → <strong>is blocked</strong>" in tried.text
    assert "quality &lt;b&gt;" in tried.text
    assert "nobody can satisfy this rule" in tried.text
    assert rules_of(tried.text)[0].strip() == (text + QUALITY).strip()
    assert rules_of(browser.get("/rules").text)[0] == text


def test_another_turn_on_the_floor_is_told_before_it_is_saved(guest: Any) -> None:
    """The page says what the ranking puts first, and the preview what another would move."""
    browser = guest("ada")
    page = browser.get("/rules").text
    assert "<dt>2. late first</dt><dd>what is past its due date</dd>" in page
    text, seen = rules_of(page)
    said = text + '\n[dispatch]\nranking = ["pinned", "customer Orrin"]\n'
    tried = browser.post("/rules", {"act": "try", "rules": said, "seen": seen}).text
    assert "Whose turn it is would be told by pinned, customer Orrin: " in tried
    assert "No job would be done earlier or later." in tried
    same = browser.post("/rules", {"act": "try", "rules": text + "\n", "seen": seen}).text
    assert "Whose turn it is would be told" not in same
    browser.post("/rules", {"act": "save", "rules": said, "seen": seen, "why": "a contract"})
    assert "<dt>2. customer Orrin</dt><dd>what is for Orrin</dd>" in browser.get("/rules").text


def test_a_fault_is_named_and_what_was_typed_stays(guest: Any) -> None:
    """A misspelt key is refused with its place; the text is still there."""
    browser = guest("ada")
    text, seen = rules_of(browser.get("/rules").text)
    for act in ("try", "save"):
        answer = browser.post("/rules", {"act": act, "rules": text + "colour = 3\n", "seen": seen})
        assert answer.status_code == 422
        assert "colour" in rules_of(answer.text)[0]
        assert "is not known" in answer.text


def test_saved_rules_are_in_force_with_their_reason_in_the_history(guest: Any) -> None:
    """And a second window that began with the old text is told so."""
    browser = guest("ada")
    text, seen = rules_of(browser.get("/rules").text)
    new = (text + QUALITY).replace("\n", "\r\n")
    typed = {"act": "save", "rules": new, "seen": seen, "why": "audit, finding 7"}
    assert browser.post("/rules", typed).status_code == 303
    page = browser.get("/rules?done=save").text
    assert "audit, finding 7" in page
    assert "saved and in force" in page
    assert rules_of(page)[0].strip() == (text + QUALITY).strip()
    late = browser.post("/rules", {"act": "save", "rules": text, "seen": seen})
    assert late.status_code == 409
    assert "saved by ada" in late.text


def test_the_page_says_what_the_rules_mean_for_an_item(guest: Any) -> None:
    """Who can sign today; an unknown number is said to be one."""
    browser = guest("eli")
    page = browser.get("/rules?number=10-0042&class=minor").text
    assert "Who can sign today" in page
    assert "mchen" in page
    assert "There is no item" in browser.get("/rules?number=nothing").text
