# SPDX-License-Identifier: AGPL-3.0-or-later
"""From which device the act at hand is done, for every verb that is not told by its caller.

Each request and each command says it once, so that no act is on record without, whoever wrote the
verb.  A verb that knows better (an act that waited on a tablet) is believed.
"""

from __future__ import annotations

from contextvars import ContextVar

_HERE: ContextVar[str] = ContextVar("device", default="")


def be(name: str) -> None:
    """Say which device this is, for all acts that follow in this thread."""
    _HERE.set(name)


def here() -> str:
    """Return which device this is, empty where nobody said."""
    return _HERE.get()
