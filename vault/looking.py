# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who only looks writes nothing: while a page is read, what follows from history is left to others.

Tags, closing events and questions about jobs follow from the release log and are made by whoever
moved it, by every verb that acts, and by the server's own follower.  A request that only reads must
not be the one that makes them: a scan of a QR would otherwise write to the ledger.  The catalogue is
no record and follows even then.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Final

_looking: Final[ContextVar[bool]] = ContextVar("titleblock-looking", default=False)


def is_only() -> bool:
    """Say whether whoever runs now only looks."""
    return _looking.get()


def begin(*, only: bool) -> None:
    """Say for the rest of this request whether it only looks."""
    _looking.set(only)


@contextlib.contextmanager
def only() -> Iterator[None]:
    """Only look, within the block."""
    before = _looking.set(True)
    try:
        yield
    finally:
        _looking.reset(before)
