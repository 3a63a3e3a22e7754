# SPDX-License-Identifier: AGPL-3.0-or-later
"""The export button: a release as a zip that verifies anywhere, sent to whoever may have it."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

from vault.ledger import events
from web.visitor import VAULT


def test_an_export_from_the_page_verifies_anywhere_and_is_on_record(
    app: Any, guest: Any, tmp_path: Path
) -> None:
    """The zip says which release it is, its own verifier is satisfied, nothing is left behind."""
    vault = app.extensions[VAULT]
    assert "Export 10-0042 A" in guest("eli").get("/items/10-0042/A").text
    answer = guest("eli").post("/items/10-0042/A/export")
    assert answer.status_code == 200
    assert "10-0042_A.zip" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        packed.extractall(tmp_path)
    place = tmp_path / "10-0042_A"
    told = [sys.executable, "-I", str(place / "verify.py")]
    done = subprocess.run(told, cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    kinds = [one.kind for one in events.of(vault.ledger, "item/10-0042")]
    assert kinds[-1] == "revision.exported"
    assert list((vault.cache / "exports").iterdir()) == []


def test_who_only_makes_parts_takes_no_proof_along_and_looking_exports_nothing(guest: Any) -> None:
    """The floor sees no button and is refused; an address of GET there is none; no such revision."""
    assert "Export 10-0042 A" not in guest("otto").get("/items/10-0042/A").text
    assert guest("otto").post("/items/10-0042/A/export").status_code == 403
    assert guest("eli").get("/items/10-0042/A/export").status_code == 405
    assert guest("eli").post("/items/10-0042/Z/export").status_code == 404
