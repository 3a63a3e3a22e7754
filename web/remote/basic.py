# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who a stock client acts for, and refusals in the words such a client shows.

git, DVC and git-lfs send a token of scope ``git``: as the password of HTTP Basic, beside the name
of the person it belongs to, or alone in the header ``X-Vault-Token``.  A browser's session opens
nothing here, so no page of somebody else can make a browser push.
"""

from __future__ import annotations

from typing import Final

from flask import Response, g, jsonify, request

from vault.ledger import people
from vault.ledger.errors import BadToken
from vault.ledger.people import Person
from web.limits import Bucket
from web.visitor import vault

SCOPE: Final = "git"
HEADER: Final = "X-Vault-Token"
CHALLENGE: Final = 'Basic realm="titleblock", charset="UTF-8"'
LFS_JSON: Final = "application/vnd.git-lfs+json"
WRONG_TOKENS: Final = Bucket(20, 3.0)
"""Wrong tokens of one device; a right one is never held up by them."""


def person() -> Person | None:
    """Return who sends this request, or None where it names nobody; raises BadToken, TokenScope."""
    token = request.headers.get(HEADER, "")
    if token:
        return _owner(token.strip(), None)
    given = request.authorization
    if given is None or given.type != "basic":
        return None
    return _owner(given.password or "", given.username)


def _owner(token: str, name: str | None) -> Person:
    """Return whose token this is; who tries wrong ones is made to wait (TooManyTries)."""
    try:
        found = people.check_token(vault().ledger, token, SCOPE)
        if name not in {None, found.name}:
            raise BadToken
    except BadToken:
        WRONG_TOKENS.take(request.remote_addr or "")
        raise
    return found


def is_remote() -> bool:
    """Say whether this request came to an address of stock clients; the guard found out."""
    return bool(g.get("remote", False))


def told(status: int, sentence: str) -> Response:
    """Return a refusal as git shows plain text and git-lfs a message, with the way to sign in."""
    if "/info/lfs/" in request.path:
        answer = jsonify({"message": sentence})
        answer.mimetype = LFS_JSON
    else:
        answer = Response(f"{sentence}\n", mimetype="text/plain")
    answer.status_code = status
    if status == 401:
        answer.headers["WWW-Authenticate"] = answer.headers["LFS-Authenticate"] = CHALLENGE
    return answer
