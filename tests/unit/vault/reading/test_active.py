# SPDX-License-Identifier: AGPL-3.0-or-later
"""What acts by itself is found and removed; what only moves the reader stays."""

from __future__ import annotations

import pymupdf
import pytest

from vault.reading.active import active, disarm, traces

LINK = "<</Type/Annot/Subtype/Link/Rect[10 10 50 50]/A {}>>"


def with_link(action: str) -> pymupdf.Document:
    """Return a document whose one page has a link with this action."""
    document = pymupdf.open()
    page = document.new_page()
    number = document.get_new_xref()
    document.update_object(number, LINK.format(action))
    document.xref_set_key(page.xref, "Annots", f"[{number} 0 R]")
    return pymupdf.open("pdf", document.tobytes())


@pytest.mark.parametrize(
    ("action", "kinds"),
    [
        ("<</S/GoTo/D[0/Fit]>>", set()),
        ("<</S/URI/URI(https://shop.example/a)>>", set()),
        ("<</S/URI/URI(mailto:a@shop.example)>>", set()),
        ("<</S/URI/URI(page.html)>>", set()),
        ("<</S/Named/N/NextPage>>", set()),
        ("<</S/URI/URI(javascript:alert\\(1\\))>>", {"action"}),
        ("<</S/URI/URI(file:///etc/passwd)>>", {"action"}),
        ("<</S/Launch/F(cmd.exe)>>", {"launch"}),
        ("<</S/GoToR/F(other.pdf)/D[0/Fit]>>", {"action"}),
        ("<</S/GoToE/D[0/Fit]>>", {"action"}),
        ("<</S/SubmitForm/F(http://x.example)>>", {"submit"}),
        ("<</S/JavaScript/JS(1)>>", {"javascript"}),
        ("<</S/J#61vaScript/JS(1)>>", {"javascript"}),
        ("<</S/ImportData/F(a.fdf)>>", {"action"}),
        ("<</S/Rendition/JS(1)>>", {"action"}),
        ("<</S/GoTo/D[0/Fit]/Next<</S/Launch/F(cmd.exe)>>>>", {"action"}),
        ("<</X 1>>", {"action"}),
    ],
)
def test_only_actions_on_the_allow_list_stay(action: str, kinds: set[str]) -> None:
    """Every other action is named, removed, and gone from the saved file."""
    document = with_link(action)
    assert active(document) == kinds
    assert disarm(document) == kinds
    again = pymupdf.open("pdf", document.tobytes(garbage=1))
    assert active(again) == set()
    assert traces(again) == set()
    assert len(again[0].get_links()) <= 1


def test_looking_changes_nothing() -> None:
    """To report is not to remove."""
    document = with_link("<</S/Launch/F(cmd.exe)>>")
    assert active(document) == active(document) == {"launch"}


def test_a_web_link_survives_beside_what_is_removed() -> None:
    """Only the chained launch goes; the address stays."""
    document = with_link("<</S/URI/URI(https://a.example)/Next<</S/Launch/F(cmd.exe)>>>>")
    disarm(document)
    again = pymupdf.open("pdf", document.tobytes(garbage=1))
    assert again[0].get_links()[0]["uri"] == "https://a.example"


@pytest.mark.parametrize("kind", ["FileAttachment", "RichMedia", "Screen", "Movie", "Sound", "3D"])
def test_annotations_that_carry_something_go_and_their_neighbours_stay(kind: str) -> None:
    """Several carriers among plain notes: the notes are left, in their order."""
    document = pymupdf.open()
    page = document.new_page()
    numbers = []
    for subtype in (kind, "Text", kind, kind, "Text"):
        number = document.get_new_xref()
        document.update_object(number, f"<</Type/Annot/Subtype/{subtype}/Rect[10 10 50 50]>>")
        numbers.append(number)
    document.xref_set_key(page.xref, "Annots", f"[{' '.join(f'{one} 0 R' for one in numbers)}]")
    document = pymupdf.open("pdf", document.tobytes())
    assert disarm(document) == {"files"}
    kept = document.xref_get_key(document[0].xref, "Annots")[1]
    assert kept == f"[{numbers[1]} 0 R {numbers[4]} 0 R]"


def test_bookmarks_that_run_in_a_circle_come_to_an_end() -> None:
    """A list that leads back to itself is walked once."""
    document = pymupdf.open()
    document.new_page()
    top, mark = document.get_new_xref(), document.get_new_xref()
    document.update_object(top, f"<</Type/Outlines/First {mark} 0 R/Last {mark} 0 R>>")
    document.update_object(
        mark, f"<</Title(a)/Parent {top} 0 R/Next {mark} 0 R/First {mark} 0 R/A<</S/Launch>>>>"
    )
    document.xref_set_key(document.pdf_catalog(), "Outlines", f"{top} 0 R")
    assert disarm(document) == {"launch"}
    assert active(document) == set()


def test_a_name_inside_a_text_is_no_trace() -> None:
    """A title that speaks of JavaScript is not a script."""
    document = pymupdf.open()
    document.new_page()
    document.set_metadata({"title": "How /JavaScript (and /Launch) work"})
    assert traces(document) == set()
