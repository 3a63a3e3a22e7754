# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page between the ERP and the floor: preview, take over, give back."""

from __future__ import annotations

import io
import json
import re
from typing import Any

import pytest

HEADS = "external_id,job,item,rev,qty,due,customer,order,price\n"
GOOD = "e1,J-71,10-0042,,5,2027-03-01,<b>Acme</b>,PO 1,9.50\n"
BAD = "e2,J-72,10-0042,,many,2027-03-01,,,\n"


def _sent(browser: Any, **fields: Any) -> Any:
    browser.get("/erp")
    return browser.post("/erp", data=fields, content_type="multipart/form-data")


def test_a_file_is_previewed_then_taken_over(guest: Any, stock: Any) -> None:
    """The preview changes nothing; its button carries the same bytes; markup stays text."""
    planner = guest("pat")
    text = (HEADS + GOOD + BAD).encode()
    seen = _sent(planner, act="preview", file=(io.BytesIO(text), "orders.csv"))
    assert seen.status_code == 200
    assert "Nothing has happened yet" in seen.text
    assert "&lt;b&gt;Acme" in seen.text
    assert "<b>Acme" not in seen.text
    assert "“many” is no number of pieces" in seen.text
    assert planner.get("/jobs/J-71").status_code == 404
    kept = re.search(r'name="kept" value="([^"]+)"', seen.text)
    assert kept is not None
    done = _sent(planner, act="take", kept=kept[1], name="orders.csv")
    assert "1 job made" in done.text
    assert planner.get("/jobs/J-71").status_code == 200


def test_bad_files_and_maps_are_refused_by_sentence(
    guest: Any, stock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Too large, no orders, no map, nothing at all: status 4xx and what to do."""
    monkeypatch.setattr("web.views.erp.LARGEST", 10_000)
    planner = guest("pat")
    cases: list[dict[str, Any]] = [
        {"file": (io.BytesIO(b"x" * 10_001), "big.csv")},
        {"file": (io.BytesIO(b"\0\1"), "a.exe")},
        {"file": (io.BytesIO(HEADS.encode()), "a.csv"), "map": (io.BytesIO(b"x ="), "m.toml")},
        {"kept": "not base64!"},
        {},
    ]
    for fields in cases:
        answer = _sent(planner, act="preview", **fields)
        assert 400 <= answer.status_code < 500, fields
        assert 'role="alert"' in answer.text


def test_what_happened_is_given_back_by_page_and_api(guest: Any, stock: Any) -> None:
    """CSV and JSON name the cursor; an operator is not asked in."""
    planner = guest("pat")
    sheet = planner.get("/erp/jobs")
    cursor = int(sheet.headers["Titleblock-Cursor"])
    assert sheet.headers["Content-Disposition"] == f'attachment; filename="jobs-{cursor}.csv"'
    assert sheet.text.startswith("\ufeffjob,source,external_id")
    told = json.loads(planner.get(f"/erp/jobs?form=json&since={cursor}").text)
    assert told == {"what": "jobs", "cursor": cursor, "rows": []}
    assert 'formaction="/erp/completions"' in planner.get("/erp").text
    assert planner.get("/erp/completions?since=").status_code == 200
    assert planner.get("/api/v1/exports/times").json["what"] == "times"
    for wrong in ("abc", "-1", "99999999"):  # never all of it from the beginning instead
        assert planner.get(f"/api/v1/exports/times?since={wrong}").status_code == 422
        assert planner.get(f"/erp/times?since={wrong}").status_code == 422
    assert planner.get("/erp/prices").status_code == 404
    assert guest("otto").get("/erp/jobs").status_code == 403
