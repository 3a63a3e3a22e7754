# SPDX-License-Identifier: AGPL-3.0-or-later
"""Locks in the browser: take an item for oneself, give it back, break somebody else's lock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask import Response, url_for

from vault import locks
from vault.locks import Lock
from web import forms
from web.errors import NoSuchAct
from web.views.items import found
from web.visitor import me, vault


def change(number: str) -> Response:
    """Do one act on the lock of an item; raises LockedBy, NotYourLock, MayNotBreak and the like."""
    row = found(number)
    act = forms.text("act")
    if act not in _ACTS:
        raise NoSuchAct(act=act)
    _ACTS[act](row.number)
    return forms.gone_on(url_for("items.page", number=row.number, done=act))


def _take(number: str) -> Lock:
    return locks.take(vault(), me(), number, forms.text("reason"))


def _give_back(number: str) -> Lock:
    return locks.release(vault(), me(), number)


def _break(number: str) -> Lock:
    return locks.break_(vault(), me(), number, forms.text("reason"))


_ACTS: Final[Mapping[str, Callable[[str], Lock]]] = {
    "lock": _take, "unlock": _give_back, "break": _break,
}  # fmt: skip
