# SPDX-License-Identifier: AGPL-3.0-or-later
"""What in a PDF acts by itself, carries other files, or sends something away; and its removal.

An allow-list: an action is kept only where it does no more than move the reader or open a web or
mail address (ISO 32000-2, 12.6.4).  One walk finds and removes, so that what is reported and what
is removed can never differ.  A task of the worker process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pymupdf

_pdf = pymupdf.mupdf

HARMLESS = frozenset({"GoTo", "URI", "Named"})
ADDRESSES = ("http:", "https:", "mailto:")
CARRIERS = frozenset({"FileAttachment", "RichMedia", "Screen", "Movie", "Sound", "3D"})
KINDS = {"JavaScript": "javascript", "Launch": "launch", "SubmitForm": "submit", "XFA": "xfa"}
MOST = 50_000  # bookmarks or fields; a list that goes on is a loop or a bomb

Finding = tuple[str, Any, str | int]  # kind, the object that holds it, key or place there

_STRINGS = re.compile(r"\((?:\\.|[^\\()])*\)", re.DOTALL)
_TRACES = re.compile(
    r"/(JavaScript|JS|Launch|SubmitForm|ImportData|EmbeddedFiles?|RichMedia|XFA|Rendition)\b"
)


def active(document: pymupdf.Document) -> set[str]:
    """Return what kinds of active content a document has, in our words; changes nothing."""
    return {kind for kind, _holder, _key in _findings(document)}


def disarm(document: pymupdf.Document) -> set[str]:
    """Remove active content where it stands and return what kinds there were.

    The objects themselves stay until the file is saved with garbage collection.
    """
    found = set()
    for kind, holder, key in list(_findings(document)):
        found.add(kind)
        if isinstance(key, int):
            _pdf.pdf_array_delete(holder, key)
        else:
            _pdf.pdf_dict_dels(holder, key)
    return found


def traces(document: pymupdf.Document) -> set[str]:
    """Return names of active content that stand in any object, reachable or not."""
    found: set[str] = set()
    for number in range(1, document.xref_length()):
        text = _STRINGS.sub("", document.xref_object(number, compressed=True))
        found.update(_TRACES.findall(text))
    return found


def _findings(document: pymupdf.Document) -> Iterator[Finding]:
    """Yield kind, holder and key of everything to remove; of lists the last members first."""
    pdf = pymupdf._as_pdf_document(document)  # noqa: SLF001 - the only way to the objects
    root = _pdf.pdf_dict_gets(_pdf.pdf_trailer(pdf), "Root")
    yield from _keyed(root, {"AA": "javascript", "AF": "files", "Collection": "files"})
    yield from _actions(root, "OpenAction")
    names = _pdf.pdf_dict_gets(root, "Names")
    yield from _keyed(names, {"JavaScript": "javascript", "EmbeddedFiles": "files"})
    yield from _keyed(names, {"Renditions": "media", "AlternatePresentations": "media"})
    form = _pdf.pdf_dict_gets(root, "AcroForm")
    yield from _keyed(form, {"XFA": "xfa"})
    yield from _fields(_pdf.pdf_dict_gets(form, "Fields"))
    yield from _bookmarks(_pdf.pdf_dict_gets(_pdf.pdf_dict_gets(root, "Outlines"), "First"))
    for index in range(document.page_count):
        yield from _on_page(_pdf.pdf_lookup_page_obj(pdf, index))


def _on_page(page: Any) -> Iterator[Finding]:
    yield from _keyed(page, {"AA": "javascript", "AF": "files", "PresSteps": "action"})
    notes = _pdf.pdf_dict_gets(page, "Annots")
    for index in range(_pdf.pdf_array_len(notes) - 1, -1, -1):
        note = _pdf.pdf_array_get(notes, index)
        if _pdf.pdf_to_name(_pdf.pdf_dict_gets(note, "Subtype")) in CARRIERS:
            yield "files", notes, index
            continue
        yield from _keyed(note, {"AA": "javascript", "AF": "files"})
        yield from _actions(note, "A")
        yield from _actions(note, "PA")


def _fields(fields: Any) -> Iterator[Finding]:
    waiting, seen = [fields], set[int]()
    while waiting and len(seen) < MOST:
        members = waiting.pop()
        for index in range(_pdf.pdf_array_len(members)):
            field = _pdf.pdf_array_get(members, index)
            number = _pdf.pdf_to_num(field)
            if number in seen:
                continue
            seen.add(number)
            yield from _keyed(field, {"AA": "javascript"})
            yield from _actions(field, "A")
            waiting.append(_pdf.pdf_dict_gets(field, "Kids"))


def _bookmarks(first: Any) -> Iterator[Finding]:
    waiting, seen = [first], set[int]()
    while waiting and len(seen) < MOST:
        mark = waiting.pop()
        number = _pdf.pdf_to_num(mark)
        if not _pdf.pdf_is_dict(mark) or number in seen:
            continue
        seen.add(number)
        yield from _actions(mark, "A")
        waiting += [_pdf.pdf_dict_gets(mark, "Next"), _pdf.pdf_dict_gets(mark, "First")]


def _keyed(holder: Any, keys: dict[str, str]) -> Iterator[Finding]:
    for key, kind in keys.items():
        if _pdf.pdf_dict_gets(holder, key).m_internal:
            yield kind, holder, key


def _actions(holder: Any, key: str) -> Iterator[Finding]:
    """Yield the action under a key unless it is harmless, and what is chained to a harmless one."""
    action = _pdf.pdf_dict_gets(holder, key)
    if not _pdf.pdf_is_dict(action):  # none, or a plain destination
        return
    name = _pdf.pdf_to_name(_pdf.pdf_dict_gets(action, "S"))
    if name not in HARMLESS or not _address_is_plain(action, name):
        yield KINDS.get(name, "action"), holder, key
    elif _pdf.pdf_dict_gets(action, "Next").m_internal:
        yield "action", action, "Next"


def _address_is_plain(action: Any, name: str) -> bool:
    if name != "URI":
        return True
    address = _pdf.pdf_to_text_string(_pdf.pdf_dict_gets(action, "URI")).strip().lower()
    scheme = re.match(r"[a-z][a-z0-9+.-]*:", address)
    return scheme is None or address.startswith(ADDRESSES)
