# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two lifecycles of release control; nothing else in the product assigns these states."""

from __future__ import annotations

from typing import Final

ORDER: Final[dict[tuple[str, str], str]] = {
    ("new", "open"): "open",
    ("open", "amend"): "open",
    ("open", "sign"): "open",
    ("open", "void"): "open",
    ("open", "override"): "open",
    ("open", "delegate"): "open",
    ("open", "take back"): "open",
    ("open", "comment"): "open",
    ("open", "withdraw"): "withdrawn",
    ("open", "reject"): "rejected",
    ("open", "cancel"): "cancelled",
    ("open", "release"): "released",
    ("rejected", "amend"): "open",
    ("rejected", "void"): "rejected",
    ("rejected", "comment"): "rejected",
    ("rejected", "cancel"): "cancelled",
    ("withdrawn", "amend"): "open",
    ("withdrawn", "void"): "withdrawn",
    ("withdrawn", "comment"): "withdrawn",
    ("withdrawn", "cancel"): "cancelled",
}
"""A change order: what each act makes of each state.  What is not here is refused."""

REVISION: Final[dict[tuple[str, str], str]] = {
    ("unreleased", "release"): "current",
    ("current", "supersede"): "superseded",
    ("current", "recall"): "recalled",
    ("superseded", "recall"): "recalled",
}
"""A revision: released once, superseded by the next one, recalled with a reason.  No way back."""

REMEDY: Final[dict[str, str]] = {
    "new": "open it first",
    "open": "finish it first",
    "rejected": "check in what was asked for and amend it, or cancel it",
    "withdrawn": "its author finishes the work and amends it, or cancels it",
    "released": "open a new change order for the next revision",
    "cancelled": "open a new change order",
}
"""What a person can do about an order that is in the wrong state."""

STATES: Final = tuple(dict.fromkeys(ORDER.values()))
"""Every state an order can be in, in the order they are met."""

OPEN_STATES: Final = frozenset(state for state, act in ORDER if act == "cancel")
"""The states in which an order holds its items: they cannot be in another one."""


def after(table: dict[tuple[str, str], str], state: str, act: str) -> str | None:
    """Return the state an act leads to, or None where the table does not allow it."""
    return table.get((state, act))
