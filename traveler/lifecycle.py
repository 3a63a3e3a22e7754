# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lifecycles of the floor, each one table; nothing else decides a state.

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
        ("planned", "cancel"): "cancelled",
        ("released", "cancel"): "cancelled",
        ("held", "cancel"): "cancelled",
    }
)

ENDED = frozenset({"closed", "cancelled"})
"""The states of a job in which nothing more is done on it."""

OPERATION: Table = MappingProxyType(
    {
        ("waiting", "start"): "running",
        ("running", "pause"): "paused",
        ("paused", "start"): "running",
        ("running", "finish"): "done",
        ("running", "join"): "running",
        ("running", "leave"): "running",
    }
)
"""``join`` is a second person's start, ``leave`` a pause while somebody else goes on."""

FLOOR = ("start", "pause", "finish")
"""The acts the floor chooses; the verbs see by themselves where one means ``join`` or ``leave``."""

SKIP: Table = MappingProxyType(
    {
        ("waiting", "skip"): "skipped",
        ("paused", "skip"): "skipped",
        ("skipped", "restore"): "waiting",
    }
)
"""What a planner may leave out of a route, and take back."""

OVER = frozenset({"done", "skipped"})
"""The states of an operation after which the next one may begin."""

REROUTE: Table = MappingProxyType(
    {
        ("waiting", "again"): "waiting",
        ("paused", "again"): "waiting",
        ("done", "again"): "waiting",
        ("dropped", "again"): "waiting",
        ("skipped", "again"): "waiting",
        ("waiting", "drop"): "dropped",
        ("paused", "drop"): "dropped",
        ("done", "drop"): "dropped",
        ("skipped", "drop"): "dropped",
    }
)
"""What moving a job to another revision does with its operations, by a planner's decision alone."""

BLOCKER: Table = MappingProxyType(
    {
        ("open", "acknowledge"): "acknowledged",
        ("open", "step"): "open",
        ("acknowledged", "step"): "acknowledged",
        ("open", "correct"): "open",
        ("acknowledged", "correct"): "acknowledged",
        ("open", "photo"): "open",
        ("acknowledged", "photo"): "acknowledged",
        ("resolved", "photo"): "resolved",
        ("open", "withdraw"): "open",
        ("acknowledged", "withdraw"): "acknowledged",
        ("resolved", "withdraw"): "resolved",
        ("closed", "withdraw"): "closed",
        ("open", "resolve"): "resolved",
        ("acknowledged", "resolve"): "resolved",
        ("resolved", "close"): "closed",
        ("resolved", "reopen"): "open",
        ("closed", "reopen"): "open",
        ("open", "clear"): "closed",
        ("acknowledged", "clear"): "closed",
        ("resolved", "clear"): "closed",
    }
)
"""``clear`` is what the system does when it knows that the reason is gone; people resolve.
``withdraw`` takes a photo back."""

BLOCKING = frozenset({"open", "acknowledged"})
"""The states of a blocker in which it keeps work from starting."""

COPY: Table = MappingProxyType(
    {
        ("reserved", "issue"): "open",
        ("reserved", "void"): "void",
        ("open", "collect"): "collected",
        ("open", "destroy"): "destroyed",
        ("open", "miss"): "missing",
        ("missing", "collect"): "collected",
        ("missing", "destroy"): "destroyed",
        ("collected", "destroy"): "destroyed",
        ("collected", "correct"): "open",
        ("destroyed", "correct"): "open",
        ("missing", "correct"): "open",
    }
)
"""A numbered copy: reserved while its drawing is stamped, then out until somebody accounts for it."""

NEVER_OUT = frozenset({"reserved", "void"})
"""The states of a number that never was a copy in anybody's hands."""


def acts(table: Table, state: str) -> tuple[str, ...]:
    """Return what can be done in a state, in the order of the table."""
    return tuple(act for (before, act) in table if before == state)


def states(table: Table) -> tuple[str, ...]:
    """Return every state of a lifecycle, each once, in the order of the table."""
    return tuple(
        dict.fromkeys(state for (before, _), after in table.items() for state in (before, after))
    )
