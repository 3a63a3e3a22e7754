# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbox in the browser: see what waits, file it, or drop it with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def put(app: Any, tmp_path: Path) -> Any:
    """Return a function that puts a file into the inbox of the served vault."""
    from vault import inbox
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]

    def made(name: str, data: bytes, guess: str = "", why: str = "") -> Any:
        path = tmp_path / "given"
        path.write_bytes(data)
        eli = people.get(vault.ledger, "eli")
        return inbox.put(vault, eli, f"pc:cad/{name}", name, path, guess, why)

    return made


def test_what_waits_is_shown_with_its_guess_and_its_drawing(
    guest: Any, put: Any, draw: Any
) -> None:
    """Names are escaped; the picture is a PNG drawn anew."""
    one = put(
        "lid & base.pdf",
        draw("lid.pdf").read_bytes(),
        "10-0042",
        "the number stands on the drawing",
    )
    eli = guest("eli")
    page = eli.get("/inbox").text
    assert "lid &amp; base.pdf" in page
    assert 'value="10-0042"' in page
    picture = eli.get(f"/inbox/{one.id}/page.png")
    assert picture.data.startswith(b"\x89PNG")
    assert "lid &amp; base.pdf" in eli.get("/").text
    assert guest("mchen").get("/inbox").status_code == 403


def test_filing_checks_the_file_in(guest: Any, put: Any) -> None:
    """It leaves the inbox and lies in the item; filed twice is told."""
    one = put("lid.step", b"solid")
    eli = guest("eli")
    refused = eli.post("/inbox", {"what": "file", "id": one.id, "number": "99-9"})
    assert refused.status_code == 404
    assert "There is no item 99-9" in refused.text
    filed = eli.post("/inbox", {"what": "file", "id": one.id, "number": "10-0042"})
    assert filed.status_code == 303
    assert "lid.step is in the vault now." in eli.get(filed.headers["Location"]).text
    assert "lid.step" in eli.get("/items/10-0042/working").text
    again = eli.post("/inbox", {"what": "file", "id": one.id, "number": "10-0042"})
    assert again.status_code == 409
    assert "was filed under 10-0042 by eli" in again.text


def test_dropping_needs_a_reason(guest: Any, put: Any) -> None:
    """And afterwards nothing waits."""
    one = put("lid.step", b"solid")
    eli = guest("eli")
    assert eli.post("/inbox", {"what": "drop", "id": one.id, "why": " "}).status_code == 422
    assert eli.post("/inbox", {"what": "drop", "id": one.id, "why": "a copy"}).status_code == 303
    assert "Nothing waits." in eli.get("/inbox").text
    assert eli.get(f"/inbox/{one.id}/page.png").status_code == 404
