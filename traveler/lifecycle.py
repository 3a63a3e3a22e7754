# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two lifecycles of the floor, each one table; nothing else decides a state.

What is not in a table is refused.  What else must hold before a step is taken (is the revision
recalled, is the operation before done, do the pieces add up) is the gate's, not the table's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

Table = Mapping[tuple[str, str], str]

JOB: Table = MappingProxyType(
    {
        ("planned", "release"): "released",
        ("released", "hold"): "held",
        ("held", "release"): "released",
        ("planned", "close"): "closed",
        ("released", "close"): "closed",
        ("held", "close"): "closed",
    }
)

OPERATION: Table = MappingProxyType(
    {
        ("waiting", "start"): "running",
        ("running", "pause"): "paused",
        ("paused", "start"): "running",
        ("running", "finish"): "done",
    }
)


def acts(table: Table, state: str) -> tuple[str, ...]:
    """Return what can be done in a state, in the order of the table."""
    return tuple(act for (before, act) in table if before == state)


def states(table: Table) -> tuple[str, ...]:
    """Return every state of a lifecycle, each once, in the order of the table."""
    return tuple(
        dict.fromkeys(state for (before, _), after in table.items() for state in (before, after))
    )
