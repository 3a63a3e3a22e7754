# SPDX-License-Identifier: AGPL-3.0-or-later
"""How refusals and faults are told: a calm page with the way on, or a problem document (RFC 9457)."""

from __future__ import annotations

import re
import secrets
from typing import Any, Final

from flask import Flask, Response, current_app, jsonify, make_response, render_template, request
from werkzeug.exceptions import (
    HTTPException,
    MethodNotAllowed,
    RequestEntityTooLarge,
    SecurityError,
)

from vault.errors import Refusal, printable
from web import present
from web.errors import MethodNotHere, NoSuchPage, NotReadable, SentTooMuch, UnknownHost
from web.remote import basic

HEADINGS: Final = {
    400: "That cannot be read", 401: "Please sign in", 403: "Not allowed", 404: "Not found",
    405: "Not here", 409: "Refused", 413: "Too large", 422: "That cannot be used",
    429: "Too many tries", 500: "Something is wrong here", 503: "Not available now",
}  # fmt: skip
PROBLEM: Final = "application/problem+json"
_HUMP = re.compile(r"(?<!^)(?=[A-Z])")


def listen(app: Flask) -> None:
    """Answer every refusal, every wrong address and every bug of the application."""
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(HTTPException, _wrong_call)
    app.register_error_handler(Exception, _bug)


def wants_json() -> bool:
    """Say whether a program is asking, which is told by the address or by what it accepts."""
    if request.path.startswith("/api/"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", PROBLEM, "application/json"])
    return best in {PROBLEM, "application/json"}


def _refused(refusal: Refusal) -> Response:
    if refusal.status >= 500:
        current_app.logger.error("refused: %s", refusal)
    kind = _HUMP.sub("-", type(refusal).__name__).lower()
    return _told(refusal.status, kind, str(refusal), _facts(refusal))


def _wrong_call(fault: HTTPException) -> Response:
    if isinstance(fault, SecurityError):  # no page: under a foreign name no address can be made
        return Response(f"{UnknownHost()}\n", UnknownHost.status, mimetype="text/plain")
    if isinstance(fault, MethodNotAllowed):
        answer = _refused(MethodNotHere(method=request.method))
        answer.headers["Allow"] = ", ".join(sorted(fault.valid_methods or ()))
        return answer
    if isinstance(fault, RequestEntityTooLarge):
        limit = request.max_content_length
        return _refused(SentTooMuch(limit=present.size(limit) if limit else "its limit"))
    if fault.code is not None and 300 <= fault.code < 400:
        return make_response(fault.get_response())
    if fault.code == 404:
        return _refused(NoSuchPage())
    return _refused(NotReadable(why=fault.description or fault.name))


def _bug(fault: Exception) -> Response:
    mark = secrets.token_hex(4)
    current_app.logger.error("bug %s at %s %s", mark, request.method, request.path, exc_info=fault)
    sentence = (
        "This is a fault of Titleblock, not of yours; what you were doing may not have been saved. "
        f"Try again, and if it stays, give your administrator the number {mark}: it stands in the "
        "log beside the details."
    )
    return _told(500, "bug", sentence, {"mark": mark})


def _told(status: int, kind: str, sentence: str, facts: dict[str, str]) -> Response:
    if basic.is_remote():
        return basic.told(status, sentence)
    if wants_json():
        return _document(status, kind, sentence, facts)
    page = render_template(
        "problem.html", status=status, heading=HEADINGS.get(status, "Refused"), sentence=sentence
    )
    answer = make_response(page, status)
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="titleblock"'
    return answer


def _document(status: int, kind: str, sentence: str, facts: dict[str, str]) -> Response:
    told: dict[str, Any] = {
        "type": f"urn:titleblock:problem:{kind}",
        "title": HEADINGS.get(status, "Refused"),
        "status": status,
        "detail": sentence,
    }
    answer = jsonify(told | {"facts": facts} if facts else told)
    answer.status_code = status
    answer.mimetype = PROBLEM
    if status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="titleblock"'
    return answer


def _facts(refusal: Refusal) -> dict[str, str]:
    return {name: printable(value) for name, value in refusal.facts.items()}
