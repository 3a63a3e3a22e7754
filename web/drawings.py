# SPDX-License-Identifier: AGPL-3.0-or-later
"""Files as pages show them: a drawing as a picture, and rows with links to the bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from flask import url_for

from release import shelf
from release.log import ReleasedFile, Revision
from vault import worker
from vault.errors import Refusal
from vault.objects.store import Digest
from vault.reading import pictures
from web.visitor import vault

SHEET_PX: Final = 1920
PHONE_PX: Final = 1280
THUMB_PX: Final = 320
STRIP: Final = 12
"""How many pages are offered as small pictures; the rest is in the file."""


class Digested(Protocol):
    """Bytes that can be asked for by digest: a file, or its stamped twin."""

    @property
    def size(self) -> int:
        """Its size in bytes."""

    @property
    def md5(self) -> str:
        """Its address in the object store, empty where git holds it."""

    @property
    def sha256(self) -> str:
        """Its digest."""


class File(Digested, Protocol):
    """What released and working files have in common."""

    @property
    def name(self) -> str:
        """Its name in the item."""


@dataclass(frozen=True, slots=True)
class WorkingFile:
    """A file as it lies on ``main`` now."""

    name: str
    size: int
    sha256: str
    md5: str = ""


@dataclass(frozen=True, slots=True)
class PageLink:
    """One page of a drawing: its number, its small picture, and where it is shown."""

    page: int
    src: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A page of a drawing to be shown: the picture, its full size, and the file behind it.

    ``small`` is the picture for a phone, the one the viewer shows first too.  ``copy`` is where a
    numbered copy is taken; where there is one, that is the way to the file.
    """

    name: str
    page: int
    pages: int
    src: str
    small: str
    href: str
    alt: str
    file: str
    file_word: str
    strip: tuple[PageLink, ...]
    copy: str = ""
    src_px: int = SHEET_PX
    small_px: int = PHONE_PX


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file in a list: ``original`` leads to the unstamped bytes where people may have them.

    A stamped drawing is taken as a numbered ``copy``; its ``href`` is empty then.  ``view`` is where
    it is looked at, ``seal`` the fingerprint of the certificate it is signed by, where it is.
    """

    name: str
    size: int
    sha256: str
    href: str
    pdf: bool
    stamped: bool = False
    original: str = ""
    copy: str = ""
    view: str = ""
    seal: str = ""


@dataclass(frozen=True, slots=True)
class Place:
    """Where pictures and files of one set are fetched: makers of addresses.

    ``copy`` makes the one a numbered copy is taken by, where the stamped file is handed out so;
    ``view`` the one where a page is looked at closer.
    """

    title: str
    picture: Callable[[str, int, int], str]
    file: Callable[[str], str]
    page: Callable[[int], str]
    file_word: str
    view: Callable[[str, int], str]
    copy: Callable[[str], str] | None = None


def is_pdf(name: str) -> bool:
    """Say whether a file is shown as pages."""
    return name.lower().endswith(".pdf")


def drawing_of(number: str, files: Sequence[File]) -> File | None:
    """Return the file that is *the* drawing: the PDF named like the item, else the first PDF."""
    sheets = [file for file in files if is_pdf(file.name)]
    named = [file for file in sheets if file.name.lower().startswith(number.lower())]
    return next(iter(named or sheets), None)


def picture(place: Place, file: File | None, pages: int, page: int = 1) -> Picture | None:
    """Return what is needed to show a page of a file, or None where nothing can be shown."""
    if file is None or pages < 1:
        return None
    page = min(max(page, 1), pages)
    strip = tuple(
        PageLink(one, place.picture(file.name, one, THUMB_PX), place.page(one), one == page)
        for one in range(1, min(pages, STRIP) + 1)
    )
    return Picture(
        name=file.name, page=page, pages=pages,
        src=place.picture(file.name, page, SHEET_PX), small=place.picture(file.name, page, PHONE_PX),
        href=place.view(file.name, page),
        alt=f"{place.title}: {file.name}, page {page} of {pages}",
        file=place.file(file.name), file_word=place.file_word,
        strip=strip if pages > 1 else (), copy=place.copy(file.name) if place.copy else "",
    )  # fmt: skip


def place_of(number: str, rev: str, page_address: Callable[[int], str]) -> Place:
    """Return where the files of an item's revision, ``current`` or ``working`` are fetched."""
    working = rev == "working"
    return Place(
        title=f"{number} {rev}",
        picture=lambda name, page, width: url_for(
            "files.picture", number=number, rev=rev, name=name, page=page, w=width
        ),
        file=lambda name: url_for("files.one", number=number, rev=rev, name=name),
        page=page_address,
        file_word="PDF as checked in" if working else "Stamped PDF",
        view=lambda name, page: url_for(
            "viewer.page", number=number, rev=rev, name=name, page=page if page > 1 else None
        ),
        copy=None if working else lambda name: url_for(
            "copies.of_item", number=number, rev=rev, name=name
        ),
    )  # fmt: skip


def released_picture(
    revision: Revision, page_address: Callable[[int], str], page: int, *, recalled: bool = False
) -> Picture | None:
    """Return the drawing of a released revision; one that was recalled can only be looked at."""
    file = drawing_of(revision.number, revision.files)
    place = place_of(revision.number, revision.rev, page_address)
    if recalled:
        place = replace(place, copy=lambda _name: "", file_word="")
    return picture(place, file, released_pages(file), page)


def working_files(number: str) -> list[WorkingFile]:
    """Return the files of an item as they lie on ``main`` now; nothing is hashed for a list."""
    return [WorkingFile(**told) for told in shelf.files(vault(), number, None)]


def working_picture(
    number: str, files: Sequence[File], page_address: Callable[[int], str], page: int
) -> Picture | None:
    """Return the drawing of an item as it was checked in, where it can be opened."""
    file = drawing_of(number, files)
    return picture(place_of(number, "working", page_address), file, working_pages(file), page)


def released_pages(file: File | None) -> int:
    """Return the pages of a released PDF, which the release recorded."""
    return file.stamped.pages if isinstance(file, ReleasedFile) and file.stamped else 0


def working_pages(file: File | None) -> int:
    """Return the pages of a working PDF, none where it cannot be opened."""
    if file is None or not file.md5:
        return 0
    found = vault()
    try:
        path = found.objects.path(digest(file), file.name)
        told = pictures.facts(worker.shared(), path, file.name)
    except Refusal:
        return 0
    return int(told["pages"])


def digest(file: Digested) -> Digest:
    """Return what the object store asks for."""
    return Digest(md5=file.md5, sha256=file.sha256, size=file.size)


def released_rows(
    revision: Revision, rev: str, *, originals: bool, recalled: bool = False
) -> list[FileRow]:
    """Return the files of a revision; PDFs are taken as numbered copies, of a recalled one none."""

    def address(name: str, original: int | None = None) -> str:
        return url_for("files.one", number=revision.number, rev=rev, name=name, original=original)

    return [
        FileRow(
            name=file.name,
            size=file.stamped.size if file.stamped else file.size,
            sha256=file.stamped.sha256 if file.stamped else file.sha256,
            href="" if file.stamped else address(file.name),
            pdf=is_pdf(file.name),
            stamped=file.stamped is not None,
            original=address(file.name, 1) if originals and file.stamped else "",
            copy=url_for("copies.of_item", number=revision.number, rev=rev, name=file.name)
            if file.stamped and not recalled else "",
            view=url_for("viewer.page", number=revision.number, rev=rev, name=file.name),
            seal=file.stamped.seal.certificate if file.stamped and file.stamped.seal else "",
        )
        for file in revision.files
    ]  # fmt: skip


def working_rows(number: str, files: Sequence[File]) -> list[FileRow]:
    """Return the files of an item as they were checked in last."""
    return [
        FileRow(
            name=file.name, size=file.size, sha256=file.sha256, pdf=is_pdf(file.name),
            href=url_for("files.one", number=number, rev="working", name=file.name),
            original=url_for("files.one", number=number, rev="working", name=file.name, original=1)
            if is_pdf(file.name) else "",
            view=url_for("viewer.page", number=number, rev="working", name=file.name),
        )
        for file in files
    ]  # fmt: skip
