# SPDX-License-Identifier: AGPL-3.0-or-later
"""What machines ask: does the server live, is it ready, and the static files of every page."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import lru_cache
from pathlib import Path
from typing import Final

from flask import Response, render_template, request, send_from_directory
from werkzeug.security import safe_join

from vault.history.repository import MAIN
from vault.ledger import events
from web.errors import NoSuchPage, NotReady
from web.headers import YEAR_S
from web.visitor import vault

STATIC: Final = Path(__file__).resolve().parents[1] / "static"
KINDS: Final = frozenset({".css", ".js", ".svg", ".json", ".png", ".wasm", ""})
PACKED: Final = frozenset({".css", ".js", ".svg", ".json", ".wasm"})
"""What is sent compressed."""


def live() -> Response:
    """Answer that this process runs."""
    return Response("ok\n", mimetype="text/plain")


def ready() -> Response:
    """Answer that history and ledger can be read; raises NotReady."""
    found = vault()
    if found.history.tip(MAIN) is None:
        raise NotReady
    events.head(found.ledger)
    return Response("ready\n", mimetype="text/plain")


def static(filename: str) -> Response:
    """Send a file of the pages themselves; with its hash in the address it may be kept for ever."""
    if Path(filename).suffix not in KINDS:
        raise NoSuchPage
    answer = _packed(filename) or send_from_directory(STATIC, filename, conditional=True)
    kept = f"public, max-age={YEAR_S}, immutable" if request.args.get("v") else "no-cache"
    answer.headers["Cache-Control"] = kept
    if Path(filename).suffix in PACKED:
        answer.vary.add("Accept-Encoding")
    return answer


def _packed(filename: str) -> Response | None:
    """Return a text or program compressed, where the browser takes that; None where not.

    Pages themselves are not compressed: they hold the token of their forms beside words that
    anybody may have put into the address, and the size of such a page tells a listener too much.
    """
    path = safe_join(str(STATIC), filename)
    if Path(filename).suffix not in PACKED or path is None or not Path(path).is_file():
        return None
    if not request.accept_encodings["gzip"]:
        return None
    data, tag = _squeezed(path, Path(path).stat().st_mtime_ns)
    answer = Response(data, mimetype=mimetypes.guess_type(filename)[0])
    answer.headers["Content-Encoding"] = "gzip"
    answer.set_etag(tag)
    answer.make_conditional(request)
    return answer


@lru_cache(maxsize=100)
def _squeezed(path: str, _changed: int) -> tuple[bytes, str]:
    data = gzip.compress(Path(path).read_bytes(), 9, mtime=0)
    return data, f"{hashlib.sha256(data).hexdigest()[:20]}-gzip"


def floor_worker() -> Response:
    """Send the program a tablet keeps; from the root, because it answers for pages below it."""
    answer = send_from_directory(STATIC, "js/floor-worker.js", conditional=True)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def offline() -> str:
    """Show what a tablet keeps for when it is opened without contact."""
    return render_template("offline.html")
