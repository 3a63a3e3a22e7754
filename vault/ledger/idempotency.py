# SPDX-License-Identifier: AGPL-3.0-or-later
"""Answering the same request once: a phone that sends again after a lost answer gets that answer.

A key belongs to the one who acts; the same key with another request is a mistake of the sender
and refused, since answering it would hide that the new request was never carried out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa

from vault import canonical, clock
from vault.ledger.engine import Writing
from vault.ledger.errors import KeyUsedBefore
from vault.ledger.tables import answered

KEPT = timedelta(days=30)
_ANSWERED: Final = sa.select(answered).where(answered.c.key == sa.bindparam("asked"))
_FORGET: Final = sa.delete(answered).where(answered.c.at < sa.bindparam("old"))
_KEEP: Final = sa.insert(answered)


def earlier(writing: Writing, key: str, request: Mapping[str, object]) -> Any | None:
    """Return the answer this request got before, or None; raises KeyUsedBefore.

    An empty key means the sender did not ask for protection, and never finds anything.
    """
    if not key:
        return None
    row = writing.execute(_ANSWERED, {"asked": _key(writing, key)}).one_or_none()
    if row is None:
        return None
    if row.request != _digest(request):
        raise KeyUsedBefore(key=key)
    return canonical.loads(row.answer.encode())


def keep(writing: Writing, key: str, request: Mapping[str, object], answer: object) -> None:
    """Keep the answer of a request for thirty days, in the transaction that carried it out."""
    if not key:
        return
    old = clock.text(clock.moment(writing.at) - KEPT)
    writing.execute(_FORGET, {"old": old})
    kept = {
        "key": _key(writing, key), "request": _digest(request),
        "answer": canonical.dumps(answer).decode(), "at": writing.at,
    }  # fmt: skip
    writing.execute(_KEEP, kept)


def _key(writing: Writing, key: str) -> str:
    return hashlib.sha256(f"{writing.actor}\n{key}".encode()).hexdigest()


def _digest(request: Mapping[str, object]) -> str:
    return hashlib.sha256(canonical.dumps(request)).hexdigest()
