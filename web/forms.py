# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading forms and queries: every field by name, with a refusal that says what is missing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO, FileIO
from pathlib import Path
from typing import IO, Final, cast

from flask import Response, make_response, redirect, render_template, request, send_file
from werkzeug.datastructures import FileStorage

from vault import names
from vault.errors import BadFileName, NotFound, Refusal, WrongUse
from web.errors import MissingField, NotANumber
from web.headers import sandboxed

ROWS: Final = 50
MANY_ROWS: Final = 200
"""How many rows of a list are shown at first, and how many at most."""
LONGEST: Final = 4000
"""The longest text a field may hold, in characters; a note of the field needs far less."""


def text(name: str, default: str = "") -> str:
    """Return a field of the form, without blanks around it."""
    return request.form.get(name, default).strip()[:LONGEST]


def needed(name: str, what: str) -> str:
    """Return a field that must not be empty; raises MissingField."""
    found = text(name)
    if not found:
        raise MissingField(what=what)
    return found


def secret(name: str) -> str:
    """Return a password or PIN exactly as typed."""
    return request.form.get(name, "")[:LONGEST]


def whole(name: str, what: str, default: int | None = None) -> int:
    """Return a field as a whole number; raises MissingField or NotANumber."""
    found = text(name)
    if not found and default is not None:
        return default
    if not found:
        raise MissingField(what=what)
    if not found.isascii() or not found.isdigit() or len(found) > 9:
        raise NotANumber(what=what, given=found)
    return int(found)


def asked(name: str, default: str = "") -> str:
    """Return a parameter of the query."""
    return request.args.get(name, default).strip()[:200]


def number_asked(name: str, default: int = 0) -> int:
    """Return a number of the query, the default where it is none."""
    found = asked(name)
    return int(found) if found.isascii() and found.isdigit() and len(found) < 8 else default


def event_asked(name: str) -> int:
    """Return an event's number in the query, 0 where there is none; raises NotANumber.

    A program that asks wrongly must not be given everything from the beginning instead.
    """
    found = asked(name)
    if found and not (found.isascii() and found.isdigit() and len(found) < 19):
        raise NotANumber(what=f"“{name}”", given=found)
    return int(found or 0)


def rows_asked() -> int:
    """Return how many rows of a list the query asks for: one of two numbers, whatever it says."""
    return MANY_ROWS if number_asked("rows") > ROWS else ROWS


def page_asked() -> int:
    """Return the page of a drawing the query asks for, the first where it is no number."""
    return number_asked("page", 1)


def typed(*fields: str) -> dict[str, str]:
    """Return what was typed into these fields, or asked for in the query, for showing it again."""
    return {name: text(name) or asked(name) for name in fields}


def shown_again(refusal: Refusal, template: str, **facts: object) -> tuple[str, int]:
    """Return the page of a refused form: the sentence, and all that was typed still in it."""
    return render_template(template, refusal=str(refusal), **facts), refusal.status


Answer = Response | str | tuple[str, int]
"""What a view of a page gives back: a way on or a file, the page, or the page of what was refused."""


def answered(act: Callable[[], Response], show: Callable[[Refusal | None], str]) -> Answer:
    """Show a page, or do what its form asks; where that is refused, show it again with the sentence.

    What is not here, and a form that is none of ours, has a page of its own.
    """
    if request.method != "POST":
        return show(None)
    try:
        return act()
    except (NotFound, WrongUse):
        raise
    except Refusal as refusal:
        return show(refusal), refusal.status


def gone_on(address: str) -> Response:
    """Return the way on after a form was accepted, so that loading the page again sends nothing."""
    if "HX-Request" in request.headers:
        answer = make_response("", 204)
        answer.headers["HX-Redirect"] = address
        return answer
    return sent_to(address)


def sent_to(address: str, status: int = 303) -> Response:
    """Return a redirect to an address of this server."""
    return make_response(redirect(address, status))


_KINDS: Final = {
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def handed_out(path: Path, name: str) -> Response:
    """Return a file made for this request, to be kept by the person and by nothing in between."""
    kind = _KINDS.get(name.rpartition(".")[2], "text/plain")
    answer = send_file(
        BytesIO(path.read_bytes()), mimetype=kind, as_attachment=True, download_name=name,
        etag=False,
    )  # fmt: skip
    return sandboxed(answer)


class _Passing(FileIO):
    """A file made for one answer: it and its folder are gone when the server has let go of it."""

    def __init__(self, path: Path, folder: Path) -> None:
        """Open it."""
        super().__init__(path)
        self._folder = folder

    def close(self) -> None:
        """Let go of it, and take its folder away."""
        super().close()
        shutil.rmtree(self._folder, ignore_errors=True)


def passed_on(path: Path, folder: Path) -> Response:
    """Send a file of any size piece by piece; its folder, made for this answer, is taken away."""
    answer = send_file(
        cast("IO[bytes]", _Passing(path, folder)), mimetype="application/zip",
        as_attachment=True, download_name=path.name, etag=False,
    )  # fmt: skip
    answer.content_length = path.stat().st_size
    return sandboxed(answer)


@contextmanager
def uploaded(field: str, aside: Path) -> Iterator[Mapping[str, Path]]:
    """Give the uploaded files by name, written aside until they are checked in.

    A file's own name is used as its name in the item only, never as a path of ours.
    Raises BadFileName, also where two files would have the same name.
    """
    aside.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="upload-", dir=aside) as folder:
        kept: dict[str, Path] = {}
        folded: set[str] = set()
        for place, sent in enumerate(one for one in request.files.getlist(field) if one.filename):
            name = names.file_name(_last_part(sent))
            if names.fold(name) in folded:
                raise BadFileName(name=name, why="two of the files sent have this name")
            folded.add(names.fold(name))
            kept[name] = Path(folder) / str(place)
            sent.save(kept[name])
        yield kept


def _last_part(sent: FileStorage) -> str:
    """Return a file's name without the folders an old browser puts before it."""
    return (sent.filename or "").replace("\\", "/").rpartition("/")[2]
