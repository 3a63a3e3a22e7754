# SPDX-License-Identifier: AGPL-3.0-or-later
"""A file as the viewer shows it: what the page and its script need, and the answers they fetch."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, request, send_file
from markupsafe import Markup

from release import showing
from release.showing import Picture, Shown
from release.stamp import qr
from vault.errors import Refusal
from vault.reading import models, pictures, texts
from vault.reading.texts import Piece, Table
from web.errors import NoSuchPicture
from web.headers import sandboxed
from web.visitor import vault

FIRST_PX: Final = 1280
"""How wide the first picture of a page is: sharp on a phone, and there at once."""
WIDEST_PX: Final = 3840
THUMB_PX: Final = 320
STRIP: Final = 200
KEPT: Final = "private, max-age=86400, immutable"
"""How long a browser keeps what its address tells the content of."""
UNITS: Final = ("mm", "mm²", "mm³")


@dataclass(frozen=True, slots=True)
class Link:
    """Another file of the same set, as it is offered beside."""

    name: str
    href: str
    here: bool


@dataclass(frozen=True, slots=True)
class Way:
    """A way to the file itself: ``copy`` is a form that is sent, others are followed."""

    word: str
    href: str
    icon: str
    copy: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """Where the viewer is used: makers of addresses within it.

    ``picture`` takes name, page and width, ``tiles`` and ``model`` a name, ``page`` a name and page;
    ``more`` is what the address of a square carries besides.
    """

    title: str
    picture: Callable[[str, int, int], str]
    tiles: Callable[[str], str]
    model: Callable[[str], str]
    page: Callable[[str, int], str]
    more: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What the viewer shows of a file.  ``refusal`` is why there is nothing but the way to it."""

    name: str
    kind: str
    key: str
    alt: str
    ways: tuple[Way, ...]
    files: tuple[Link, ...]
    src: str = ""
    data: str = ""
    page: int = 1
    pages: tuple[str, ...] = ()
    model: str = ""
    facts: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    lines: tuple[tuple[Piece, ...], ...] = ()
    whole: bool = True
    program: str = ""
    code: str = ""
    refusal: str = ""


def view(shown: Shown, room: Room, ways: Sequence[Way], names: Sequence[str], page: int) -> View:
    """Return what is needed to show a file; why it cannot be shown becomes a sentence."""
    plain: dict[str, Any] = {
        "name": shown.name, "kind": shown.kind, "key": shown.key[:16], "ways": tuple(ways),
        "alt": f"{room.title}: {shown.name}",
        "files": tuple(Link(name, room.page(name, 1), name == shown.name) for name in names),
    }  # fmt: skip
    if shown.kind == showing.NOTHING:
        return View(**plain, refusal=showing.why_not(shown.name))
    try:
        return View(**{**plain, **_MAKERS[shown.kind](shown, room, page)})
    except Refusal as refusal:
        if refusal.status in {404, 500}:
            raise
        return View(**plain, refusal=str(refusal))


def _sheets(shown: Shown, room: Room, page: int) -> dict[str, Any]:
    sizes = showing.sizes(vault(), shown)
    page = min(max(page, 1), len(sizes))
    data = {
        "page": page,
        "sizes": [[round(wide, 2), round(high, 2)] for wide, high in sizes],
        "first": FIRST_PX,
        "pictures": [room.picture(shown.name, one, FIRST_PX) for one in range(1, len(sizes) + 1)],
        "tiles": room.tiles(shown.name), "more": room.more, "tile": _TILE,
        "widths": list(pictures.TILE_WIDTHS),
        "key": shown.key[:16],
    }  # fmt: skip
    return {
        "alt": f"{room.title}: {shown.name}, page {page} of {len(sizes)}", "page": page,
        "src": room.picture(shown.name, page, FIRST_PX), "data": json.dumps(data),
        "pages": tuple(room.page(shown.name, one) for one in range(1, min(len(sizes), STRIP) + 1)),
    }  # fmt: skip


_TILE: Final = 512  # as vault.reading.pdf draws them


def _photo(shown: Shown, room: Room, _page: int) -> dict[str, Any]:
    if showing.picture(vault(), shown, 1, WIDEST_PX) is None:  # refused here and not as a picture
        raise NoSuchPicture(name=shown.name, page=1)
    src = room.picture(shown.name, 1, WIDEST_PX)
    data = {"page": 1, "sizes": [], "first": WIDEST_PX, "pictures": [src], "tiles": "",
            "tile": _TILE, "widths": [], "key": shown.key[:16]}  # fmt: skip
    return {"src": src, "data": json.dumps(data), "pages": (room.page(shown.name, 1),)}


def _model(shown: Shown, room: Room, _page: int) -> dict[str, Any]:
    found = models.ready(vault().root, shown.key, shown.path, shown.name)
    return {
        "src": room.picture(shown.name, 1, 640), "model": room.model(shown.name),
        "facts": tuple(measures(found.facts)) if found else (),
    }  # fmt: skip


def _program(shown: Shown, _room: Room, _page: int) -> dict[str, Any]:
    text = texts.text(shown.path())
    program = texts.program_name(text.lines, shown.name)
    code = qr.svg(program).replace('role="img"', 'aria-hidden="true"')  # its caption says it
    return {
        "lines": tuple(tuple(texts.pieces(line)) for line in text.lines), "whole": text.whole,
        "program": program, "code": Markup(code),  # noqa: S704 - our own, of paths alone
    }  # fmt: skip


def _table(shown: Shown, room: Room, page: int) -> dict[str, Any]:
    found = texts.tables(shown.path(), shown.name)
    if not found:
        return _text(shown, room, page)
    return {"tables": tuple(found)}


def _text(shown: Shown, _room: Room, _page: int) -> dict[str, Any]:
    text = texts.text(shown.path())
    return {
        "lines": tuple((Piece("", line),) for line in text.lines), "whole": text.whole,
        "kind": showing.TEXT,
    }  # fmt: skip


_MAKERS: Final[dict[str, Callable[[Shown, Room, int], dict[str, Any]]]] = {
    showing.SHEETS: _sheets, showing.DRAWING: _sheets, showing.PHOTO: _photo,
    showing.PREVIEW: _photo, showing.MODEL: _model, showing.PROGRAM: _program,
    showing.TABLE: _table, showing.TEXT: _text,
}  # fmt: skip


def measures(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the measures of a model as people read them."""
    box = " × ".join(_number(side) for side in facts["box"])
    told = [("Box", f"{box} mm")]
    if facts["closed"]:
        told.append(("Volume", f"about {_number(facts['volume'] / 1000)} cm³"))
    told.append(("Surface", f"about {_number(facts['area'] / 100)} cm²"))
    if facts["parts"] > 1:
        told.append(("Bodies", str(facts["parts"])))
    if not facts["closed"]:
        told.append(("Closed", "no, so it has no volume"))
    return told


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if value < 1e6 else f"{value:.4g}"


# --- answers --------------------------------------------------------------------------------------


def picture(shown: Shown, page: int) -> Response:
    """Send a page, or the picture of a file, as wide as asked; raises NoSuchPicture."""
    if shown.kind not in showing.PICTURED or page < 1:
        raise NoSuchPicture(name=shown.name, page=page)
    width = min(asked_width(), WIDEST_PX)
    found = showing.picture(vault(), shown, page, width)
    if found is None:
        return placeholder("is being drawn")
    return _sent(found, f"{found.tag}-{width}", "private, no-cache")


def thumb(faces: Iterable[Shown]) -> Response:
    """Send the first small picture that is there; a page full of them waits for none."""
    for shown in faces:
        with contextlib.suppress(Refusal):
            found = showing.picture(vault(), shown, 1, THUMB_PX)
            if found is not None:
                return _sent(found, f"{found.tag}-{THUMB_PX}", "private, max-age=60")
    return placeholder()


def _sent(found: Picture, tag: str, kept: str) -> Response:
    answer = send_file(found.path, mimetype=_kind_of(found.path), etag=tag)
    return sandboxed(answer, kept)


def asked_width() -> int:
    """Return how wide a picture is asked for."""
    wanted = request.args.get("w", "")
    return int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else 1920


def tile(shown: Shown, page: int, wide: int, column: int, row: int) -> Response:
    """Send a square of a page; with the key of its content in the address it is kept for long."""
    if page < 1 or max(column, row) > 4096:
        raise NoSuchPicture(name=shown.name, page=page)
    etag = f"{shown.key}-{page}-{wide}-{column}-{row}"
    named = request.args.get("v") == shown.key[:16]
    if etag in request.if_none_match:
        answer = Response(status=304)
    else:
        data = showing.tile(vault(), shown, page, wide, (column, row))
        answer = send_file(io.BytesIO(data), mimetype="image/png", etag=False)
    answer.set_etag(etag)
    return sandboxed(answer, KEPT if named else "private, no-cache")


def model(shown: Shown) -> Response:
    """Send the mesh of a model, ``?facts=1`` its measures; 202 while it is being made."""
    if shown.kind != showing.MODEL:
        raise NoSuchPicture(name=shown.name, page=1)
    found = models.ready(vault().root, shown.key, shown.path, shown.name)
    if found is None:
        answer = Response('{"state": "being made"}', 202, mimetype="application/json")
        answer.headers["Retry-After"] = "1"
        return answer
    if request.args.get("facts") == "1":
        told = {"state": "made", "facts": measures(found.facts), "size": found.glb.stat().st_size}
        return Response(json.dumps(told), mimetype="application/json")
    answer = send_file(found.glb, mimetype="model/gltf-binary", etag=f"{shown.key}-glb")
    return sandboxed(answer, "private, no-cache")


def placeholder(why: str = "") -> Response:
    """Send a picture that says there is none (yet)."""
    words = f'<text x="80" y="76" text-anchor="middle" font-size="13" fill="#767b84">{why}</text>'
    data = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="120" viewBox="0 0 160 120">'
        '<rect width="160" height="120" fill="#fff"/>'
        '<path d="M62 38h24l12 12v34H62z M86 38v12h12" fill="none" stroke="#a5aab3" '
        f'stroke-width="2"/>{words.replace("76", "104", 1) if why else ""}</svg>'
    )
    answer = Response(data, mimetype="image/svg+xml")
    return sandboxed(answer, "no-store" if why else "private, max-age=60")


def _kind_of(path: Any) -> str:
    with path.open("rb") as file:
        return "image/jpeg" if file.read(3) == b"\xff\xd8\xff" else "image/png"
