# SPDX-License-Identifier: AGPL-3.0-or-later
"""Badges, lots and prints at the command line, with the keys programs rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from vault.cli import trunk
from vault.codes import parse_qr


def test_badges_lots_and_prints_are_made_listed_and_ended(shop: Any, tmp_path: Path) -> None:
    """A card whose QR can be read, a lot with a traveler of its own, a print withdrawn alone."""
    import numpy as np
    import pymupdf
    import zxingcpp

    line = trunk()

    def run(who: str, *words: str) -> Any:
        given = ["--vault", str(shop.vault.root), "--as", who, *words, "--json"]
        result = CliRunner().invoke(line, given)
        if result.exception is not None:
            raise result.exception
        return json.loads(result.output)

    card = tmp_path / "otto.pdf"
    issued = run("pat", "badge", "issue", "otto", "-o", str(card))
    with pymupdf.open(card) as document:
        picture = document[0].get_pixmap(dpi=200, colorspace=pymupdf.csGRAY)
        assert "Otto Lind" in document[0].get_text()
    grey = np.frombuffer(picture.samples, np.uint8).reshape(picture.height, picture.stride)
    (found,) = zxingcpp.read_barcodes(grey[:, : picture.width])
    assert found.text == issued["address"]
    assert parse_qr(found.text)[0] == "b"
    assert run("ada", "badge", "revoke", str(issued["badge"]))["revoked_at"]
    assert [one["person"] for one in run("pat", "badge", "list")] == ["otto"]
    assert run("pat", "badge", "list", "quinn") == []

    shop.job("J-1", qty=10)
    assert run("pat", "job", "lot", "J-1", "--qty", "4")["lot"] == 1
    assert [one["qty"] for one in run("otto", "job", "lots", "J-1")] == [4]
    sheet = str(tmp_path / "t.pdf")
    run("pat", "job", "traveler", "J-1", "-o", sheet)
    run("pat", "job", "traveler", "J-1", "-o", sheet, "--lot", "1")
    assert run("pat", "job", "withdraw", "J-1", "--print", "1")["codes"] == 5
    kept = run("otto", "job", "travelers", "J-1")
    assert [(one["print"], one["lot"], one["state"]) for one in kept] == [
        (1, None, "withdrawn"), (2, 1, "live"),
    ]  # fmt: skip
    with pymupdf.open(sheet) as document:
        assert "4 of 10, lot 1" in document[0].get_text().replace("\n", " ")
