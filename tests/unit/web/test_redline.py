# SPDX-License-Identifier: AGPL-3.0-or-later
"""Redlines over HTTP: the page of a changed file, its pictures, the PDF, what is not there."""

from __future__ import annotations

import re
from typing import Any


def test_a_changed_drawing_is_shown_with_its_words(guest: Any, stock: Any) -> None:
    """The order's page leads to the redline; the words that changed stand on it, with a zone."""
    browser = guest("mchen")
    address = f"/changes/{stock.change}/redline/{stock.number}/10-0042.pdf"
    assert address in browser.get(f"/changes/{stock.change}").text
    page = browser.get(address)
    assert page.status_code == 200
    assert "first" in page.text
    assert "second" in page.text
    assert "no zones; they are those ISO 5457 gives" in page.text
    for picture in set(re.findall(r'src="(/changes/[^"]+\.png)"', page.text)):
        answer = browser.get(picture)
        assert answer.status_code == 200, picture
        assert answer.data.startswith(b"\x89PNG")
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")


def test_an_unchanged_file_says_so(guest: Any, stock: Any) -> None:
    """Nothing is drawn for it; the page says that the bytes are the same."""
    page = guest("pat").get(f"/changes/{stock.change}/redline/{stock.number}/route.toml").text
    assert "No difference: both files are equal byte for byte." in page


def test_a_revision_leads_to_its_redline(guest: Any, stock: Any) -> None:
    """From the working files against the release; a first revision has none."""
    browser = guest("eli")
    working = browser.get(f"/items/{stock.number}/working").text
    address = f"/items/{stock.number}/working/redline/10-0042.pdf"
    assert address in working
    assert "Redline against A" in working
    assert "Redline against" not in browser.get(f"/items/{stock.number}/A").text
    assert browser.get(address).status_code == 200
    backwards = browser.get(f"/items/{stock.number}/A/redline/10-0042.pdf?from=working")
    assert backwards.status_code == 200
    assert "working" in backwards.text


def test_a_redline_is_taken_home_as_pdf(guest: Any, stock: Any) -> None:
    """One file for the whole order; asked again it is the same, byte for byte."""
    browser = guest("mchen")
    first = browser.get(f"/changes/{stock.change}/redline.pdf")
    assert first.data.startswith(b"%PDF-")
    assert f"{stock.change}_redline.pdf" in first.headers["Content-Disposition"]
    assert browser.get(f"/changes/{stock.change}/redline.pdf").data == first.data


def test_a_very_large_order_is_bound_by_the_command_instead(
    guest: Any, stock: Any, monkeypatch: Any
) -> None:
    """A browser is not kept waiting for minutes; the sentence names the command."""
    from web.views import redline

    monkeypatch.setattr(redline, "MOST_BOUND", 0)
    answer = guest("mchen").get(f"/changes/{stock.change}/redline.pdf")
    assert answer.status_code == 409
    assert f"titleblock redline --order {stock.change} -o redline.pdf" in answer.text


def test_what_is_not_there_is_not_found(guest: Any, stock: Any) -> None:
    """An order, item, file, page or picture that nobody has is a 404 with its sentence."""
    browser = guest("mchen")
    base = f"/changes/{stock.change}/redline"
    for path in ("/changes/CO-9999/redline/10-0042/10-0042.pdf", f"{base}/10-9999/10-0042.pdf",
                 f"{base}/10-0042/none.pdf", f"{base}/10-0042/10-0042.pdf/9/changes.png",
                 f"{base}/10-0042/10-0042.pdf/1/secret.png",
                 f"{base}/10-0042/10-0042.pdf/1/change-0.png", "/items/10-0042/Q/redline/10-0042.pdf",
                 "/items/10-0042/A/redline/10-0042.pdf?from=Q"):  # fmt: skip
        assert browser.get(path).status_code == 404, path


def test_a_redline_never_reaches_the_floor(guest: Any, stock: Any) -> None:
    """Work in progress is not shown to operators and customers."""
    for name in ("otto", "cora"):
        answer = guest(name).get(f"/changes/{stock.change}/redline/{stock.number}/10-0042.pdf")
        assert answer.status_code == 403
