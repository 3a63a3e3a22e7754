# SPDX-License-Identifier: AGPL-3.0-or-later
"""What was current at a moment, asked on the page of an item."""

from __future__ import annotations

from typing import Any


def test_the_page_of_an_item_tells_what_was_current_at_a_moment(guest: Any, stock: Any) -> None:
    """With the entry of the log that says so; before the first one nothing was."""
    browser = guest("eli")
    page = browser.get(f"/items/{stock.number}?at=2999-01-01T12:00").text
    assert "was current at" in page
    assert "it still is" in page
    assert "of the release log" in page
    early = browser.get(f"/items/{stock.number}?at=2001-01-01T12:00").text
    assert "Nothing was current at" in early
    assert "The release log had no entry yet." in early
    assert "was current at" not in browser.get(f"/items/{stock.number}").text.replace(
        "What was current at", ""
    )


def test_what_is_no_moment_is_answered_on_the_page(guest: Any, stock: Any) -> None:
    """With how to write one, escaped, and the page stays as it is."""
    answer = guest("eli").get(f"/items/{stock.number}?at=<b>noon")
    assert answer.status_code == 200
    assert "is no day" in answer.text
    assert "<b>noon" not in answer.text
