# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page where a stamp is tried: what comes out is shown, what was sent is not kept."""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from PIL import Image

TEMPLATE = '[stamps]\nlanguage = "de"\nbanner = "CUI//SP-EXPT"\n'


def sheet(pages: int = 1) -> bytes:
    """Return a drawing as bytes."""
    import pymupdf

    with pymupdf.open() as document:
        for _ in range(pages):
            page = document.new_page(width=842, height=595)
            page.draw_rect((20, 20, 822, 575), width=1)
            page.insert_text((60, 60), "SECRET BRACKET", fontsize=14)
        return bytes(document.tobytes(no_new_id=True))


def sent(data: bytes, **more: str) -> dict[str, Any]:
    """Return the form with a file."""
    file = (io.BytesIO(data), "tried.pdf")
    return {"state": "released", "stamps": TEMPLATE, "drawing": file, **more}


def pictures(text: str) -> list[Image.Image]:
    """Return the pictures in a page."""
    found = re.findall(r"data:image/png;base64,([A-Za-z0-9+/=]+)", text)
    return [Image.open(io.BytesIO(base64.b64decode(one))) for one in found]


def test_a_template_is_tried_on_a_drawing_that_is_not_kept(guest: Any, stock: Any) -> None:
    """The stamp is on the picture, its code reads, and no byte of the file stays in the vault."""
    eli = guest("eli")
    assert "Try a stamp" in eli.get("/rules").text
    before = {one for one in Path(stock.root).rglob("*") if one.is_file()}
    tried = eli.post("/rules/stamps", sent(sheet(5)))
    assert tried.status_code == 200
    assert "5 pages, stamped in place" in tried.text
    assert "first 3 of 5 pages" in tried.text
    shown = pictures(tried.text)
    assert len(shown) == 3
    for one in shown:
        (code,) = zxingcpp.read_barcodes(one.convert("L"))
        assert code.text.startswith("HTTPS://VAULT.EXAMPLE/R/")
    after = {one for one in Path(stock.root).rglob("*") if one.is_file()}
    assert {one.name for one in after - before if one.suffix in {".pdf", ".png"}} == set()
    assert not any(b"SECRET BRACKET" in one.read_bytes() for one in after - before)
    assert "img-src 'self' data:;" in tried.headers["Content-Security-Policy"]
    assert "data:" not in eli.get("/rules").headers["Content-Security-Policy"]


def test_the_drawing_of_an_item_can_be_named_instead(guest: Any, stock: Any) -> None:
    """Every state, in the templates in force where none are typed."""
    ada = guest("ada")
    for state in ("job", "superseded"):
        shown = ada.post("/rules/stamps", {"state": state, "number": stock.number})
        assert shown.status_code == 200
        assert len(pictures(shown.text)) == 1
    assert ada.post("/rules/stamps", {"state": "job", "number": "99-9999"}).status_code == 404


@pytest.mark.parametrize(
    ("stamps", "words"),
    [
        ('[stamps]\nlanguage = "xx"\n', "none of"),
        ("[stamps", "TOML"),
        ('[other]\nword = "x"\n', "does not stand below [stamps]"),
        ('stamps = "x"\n', "write it as [stamps]"),
    ],
)
def test_a_fault_in_a_template_is_named_and_the_text_stays(
    guest: Any, stock: Any, stamps: str, words: str
) -> None:
    """What was typed is still there."""
    shown = guest("eli").post("/rules/stamps", sent(sheet(), stamps=stamps))
    assert shown.status_code == 422
    assert words in shown.text or "Expected" in shown.text
    assert stamps.splitlines()[0].replace('"', "&#34;") in shown.text


def test_what_is_no_drawing_is_refused(guest: Any, stock: Any) -> None:
    """A page that hides behind .pdf, nothing at all, a state nobody knows; and nobody but makers."""
    eli = guest("eli")
    assert eli.post("/rules/stamps", sent(b"<html>")).status_code == 422
    assert eli.post("/rules/stamps", {"state": "released", "stamps": TEMPLATE}).status_code == 422
    assert eli.post("/rules/stamps", sent(sheet(), state="golden")).status_code == 422
    assert guest("pat").get("/rules/stamps").status_code == 403
    assert guest("otto").post("/rules/stamps", sent(sheet())).status_code == 403
