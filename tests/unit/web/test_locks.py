# SPDX-License-Identifier: AGPL-3.0-or-later
"""Locks in the browser: whoever looks sees who holds an item, and is offered what they may do."""

from __future__ import annotations

from typing import Any

import pytest

PLACE = "/items/10-0042/working/lock"


@pytest.fixture
def ann(app: Any) -> str:
    """Add a second engineer and return her name."""
    from vault.ledger import people
    from web.visitor import VAULT

    return people.add(app.extensions[VAULT].ledger, "ada", "ann", ["engineer"], "Ann").name


def test_a_lock_is_taken_shown_and_given_back(guest: Any, ann: str) -> None:
    """The holder sees that it is theirs, others see the name and the reason; then it is free."""
    eli, other = guest("eli"), guest(ann)
    assert "Take the lock" in eli.get("/items/10-0042").text
    taken = eli.post(PLACE, {"act": "lock", "reason": "slot moves <left>"})
    assert (taken.status_code, taken.headers["Location"]) == (303, "/items/10-0042?done=lock")
    assert "Give it back" in eli.get("/items/10-0042").text
    page = other.get("/items/10-0042").text
    assert "Held by eli" in page
    assert "slot moves &lt;left&gt;" in page
    assert "Take the lock" not in page
    assert "Break the lock" not in page
    refused = other.post(PLACE, {"act": "lock"})
    assert (refused.status_code, "locked by eli" in refused.text) == (409, True)
    assert other.post(PLACE, {"act": "unlock"}).status_code == 403
    assert eli.post(PLACE, {"act": "unlock"}).status_code == 303
    assert "Take the lock" in other.get("/items/10-0042").text


def test_the_form_of_check_in_is_refused_while_another_holds_the_item(guest: Any, ann: str) -> None:
    """The sentence names the holder, and what was typed is still there."""
    from io import BytesIO

    guest("eli").post(PLACE, {"act": "lock", "reason": "mine"})
    answer = guest(ann).post("/items/10-0042/checkin", {
        "note": "not mine", "files": [(BytesIO(b"deburr\n"), "notes.txt")],
    })  # fmt: skip
    assert answer.status_code == 409
    assert "locked by eli" in answer.text
    assert "not mine" in answer.text


def test_the_approval_owner_breaks_a_lock_with_a_reason(guest: Any) -> None:
    """Without a reason it is refused; with one the item is free. The floor is not shown locks."""
    guest("eli").post(PLACE, {"act": "lock"})
    mei = guest("mchen")
    assert "Break the lock of eli" in mei.get("/items/10-0042").text
    assert mei.post(PLACE, {"act": "break", "reason": " "}).status_code == 422
    assert mei.post(PLACE, {"act": "break", "reason": "eli is ill"}).status_code == 303
    assert "Held by" not in mei.get("/items/10-0042").text
    assert "h-lock" not in guest("otto").get("/items/10-0042").text
