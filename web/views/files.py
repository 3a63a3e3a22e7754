# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bytes of files, and pictures of their pages, drawn by the worker.

What people brought is never shown by the browser itself, and comes as a download: a PDF or SVG of
a stranger may hold programs.  What is shown was drawn anew as a picture, or is a released drawing
that the stamp disarmed and checked.  Such a drawing is only looked at here; who takes one away
takes a numbered copy, which is an act and not a look.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from flask import Response, request, send_file

from release import marking, settling, shelf, showing
from release.errors import NoSuchRevision
from release.log import ReleaseLog, Revision
from web import drawings, viewing
from web.headers import sandboxed
from web.views.items import found, sees_work
from web.visitor import vault


def one(number: str, rev: str, name: str) -> Response:
    """Send a file: of a released revision PDFs are shown stamped, ``?original=1`` as they were signed.

    What is not current says so across every page, ``?as=released`` as it was released; what is not
    released says so too, ``?original=1`` as it was checked in.
    """
    settling.settle(vault())
    row = found(number)
    original = request.args.get("original") == "1" and sees_work()
    if rev == "working":
        if not sees_work():
            raise NoSuchRevision(number=row.number, rev=rev)
        path = shelf.working_path(vault(), row.number, name)
        if not original:
            marked = marking.under_review(vault(), row.number, row.title, path, name)
            if marked != path:
                return _download(marked, name, named(row.number, "review", name))
        return _download(path, name, name)
    revision = ReleaseLog(vault()).wanted(row.number, rev)
    if original or request.args.get("as") == "released":
        return released(revision, name, original=original)
    standing = ReleaseLog(vault()).standing(revision.number, revision.rev)
    label = revision.rev if standing == "current" else f"{revision.rev}_{standing}"
    path = marking.as_it_stands(vault(), revision, name)
    look = revision.file(name).stamped is not None
    return _download(path, name, named(revision.number, label, name), look=look)


def released(revision: Revision, name: str, *, original: bool = False) -> Response:
    """Send a file of a released revision, its sha256 checked a moment before."""
    path = ReleaseLog(vault()).path(revision, name, stamped=not original)
    label = f"{revision.rev}_original" if original else revision.rev
    look = revision.file(name).stamped is not None and not original
    return _download(path, name, named(revision.number, label, name), look=look)


def picture(number: str, rev: str, name: str, page: int) -> Response:
    """Send a page of a drawing, or the one picture there is of a file."""
    settling.settle(vault())
    row = found(number)
    if rev != "working":
        revision = ReleaseLog(vault()).wanted(row.number, rev)
        return viewing.picture(showing.as_it_stands(vault(), revision, name), page)
    if not sees_work():
        raise NoSuchRevision(number=row.number, rev=rev)
    return viewing.picture(showing.working(vault(), row.number, name), page)


def named(number: str, rev: str, name: str) -> str:
    """Return the name of a download, ``10-0042_B_drawing.pdf``.

    Number and revision come first, so that files of two revisions cannot be taken for each other.
    """
    rest = name[len(number) :] if name.lower().startswith(number.lower()) else f"_{name}"
    return f"{number}_{rev}{rest}"


def _download(source: Path, name: str, shown: str, *, look: bool = False) -> Response:
    kind = mimetypes.guess_type(name)[0] if drawings.is_pdf(name) else None
    answer = send_file(
        source, mimetype=kind or "application/octet-stream", as_attachment=not look,
        download_name=shown, etag=False, conditional=True,
    )  # fmt: skip
    return sandboxed(answer)
