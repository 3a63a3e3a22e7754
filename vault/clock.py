# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time as it is stored everywhere: UTC, ISO 8601, whole seconds, with a ``Z``."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Return the present moment, as ``2026-03-01T09:30:00Z``."""
    return text(datetime.now(UTC))


def text(moment: datetime) -> str:
    """Return an aware moment in the stored form."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(stored: str) -> datetime:
    """Return the aware moment of a stored text; raises ValueError where it is not one."""
    return datetime.strptime(stored, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def from_epoch(seconds: int) -> datetime:
    """Return the aware moment of a count of seconds since 1970, as git stores it."""
    return datetime.fromtimestamp(seconds, UTC)
