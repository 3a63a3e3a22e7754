# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time as it is stored everywhere: UTC, ISO 8601, whole seconds, with a ``Z``."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final

_STORED: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_told: Final[ContextVar[datetime | None]] = ContextVar("titleblock-clock", default=None)


def instant() -> datetime:
    """Return the present moment, aware of its zone."""
    return _told.get() or datetime.now(UTC)


@contextlib.contextmanager
def standing_at(moment: datetime) -> Iterator[None]:
    """Let it be another moment for whatever is called within, in this thread alone.

    The demo tells a past by it and tests move time by it; no command and no address leads here, so
    nobody who works with a vault can date an act back.
    """
    before = _told.set(moment)
    try:
        yield
    finally:
        _told.reset(before)


def now() -> str:
    """Return the present moment, as ``2026-03-01T09:30:00Z``."""
    return text(instant())


def text(moment: datetime) -> str:
    """Return an aware moment in the stored form."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(stored: str) -> datetime:
    """Return the aware moment of a stored text; raises ValueError where it is not one."""
    if not _STORED.fullmatch(stored):  # what is read below takes other forms of ISO 8601 too
        raise ValueError(f"no stored moment: {stored!r}")
    return datetime.fromisoformat(stored)


def from_epoch(seconds: int) -> datetime:
    """Return the aware moment of a count of seconds since 1970, as git stores it."""
    return datetime.fromtimestamp(seconds, UTC)
