# SPDX-License-Identifier: AGPL-3.0-or-later
"""How the revision of a job stands in the release log at this moment."""

from __future__ import annotations

from release.log import ReleaseLog
from traveler.gate import Standing


def standing(log: ReleaseLog, item: str, rev: str) -> Standing:
    """Return whether a revision is current, superseded or recalled, and what is current instead."""
    state = log.standing(item, rev)
    if state == "current":
        return Standing(state, rev)
    now = log.current(item)
    recall = log.recall(item, rev) if state == "recalled" else None
    if recall is None:
        return Standing(state, now.rev if now else None)
    return Standing(
        state, now.rev if now else None, recall.reason, recall.instruction, recall.order
    )
