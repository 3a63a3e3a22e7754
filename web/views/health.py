# SPDX-License-Identifier: AGPL-3.0-or-later
"""What machines ask: does the server live, is it ready, and the static files of every page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from flask import Response, render_template, request, send_from_directory

from vault.history.repository import MAIN
from vault.ledger import events
from web.errors import NoSuchPage, NotReady
from web.headers import YEAR_S
from web.visitor import vault

STATIC: Final = Path(__file__).resolve().parents[1] / "static"
KINDS: Final = frozenset({".css", ".js", ".svg", ".json", ".png", ".wasm", ""})


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
    answer = send_from_directory(STATIC, filename, conditional=True)
    kept = f"public, max-age={YEAR_S}, immutable" if request.args.get("v") else "no-cache"
    answer.headers["Cache-Control"] = kept
    return answer


def floor_worker() -> Response:
    """Send the program a tablet keeps; from the root, because it answers for pages below it."""
    answer = send_from_directory(STATIC, "js/floor-worker.js", conditional=True)
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def offline() -> str:
    """Show what a tablet keeps for when it is opened without contact."""
    return render_template("offline.html")
