# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages that stay open all day: asked again and again, answered in a word while nothing changed.

A board asks every few seconds with the mark of what it shows.  Where that still holds the answer
is a 304 without a body; either way it carries the shop's clock, so that a screen can tell contact
from silence and never shows an old state as the present one.

All boards together get so many answers a second from a process and no more: whoever comes too
often is told to wait, and people at tablets are served meanwhile.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final

from flask import Response, make_response, request

from web import present
from web.errors import BoardsBusy, TooManyTries
from web.limits import Bucket
from web.visitor import vault

ASKS: Final = Bucket(size=60, seconds=1 / 20)
"""Sixty questions at once, then twenty a second: three hundred boards that ask every 15 s."""
KEPT: Final = 200
PART: Final = "live"
CLOCK: Final = "X-Shop-Clock"

_made: dict[tuple[str, ...], str] = {}


def is_part() -> bool:
    """Say whether a board asks for what changes, and not somebody for the page."""
    return request.args.get(PART) == "1"


def answer(
    marks: tuple[str, ...], part: Callable[[], str], page: Callable[[str, str], str]
) -> Response:
    """Return a live page, or its changing part, or the word that nothing changed.

    ``marks`` tell everything the part is made from: with the same marks it is not made again.
    Raises BoardsBusy.
    """
    marks = (str(vault().root), *marks)
    tag = hashlib.sha256("\0".join(marks).encode()).hexdigest()[:20]
    if is_part():
        _take_turn()
        if request.if_none_match.contains(tag):
            return _dressed(make_response("", 304), tag)
    body = _made.get(marks)
    if body is None:
        body = part()
        if len(_made) >= KEPT:
            _made.clear()
        _made[marks] = body
    return _dressed(make_response(body), tag) if is_part() else make_response(page(body, tag))


def clock() -> str:
    """Return the time of day in the shop, with seconds."""
    return present.now_time(present.zone(vault().settings.time_zone))


def _take_turn() -> None:
    try:
        ASKS.take("")
    except TooManyTries as full:
        raise BoardsBusy(seconds=full.facts["seconds"]) from full


def _dressed(made: Response, tag: str) -> Response:
    made.set_etag(tag)
    made.headers["Cache-Control"] = "private, no-cache"
    made.headers[CLOCK] = clock()
    return made
