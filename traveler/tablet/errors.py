# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told at a shared tablet: one class each."""

from __future__ import annotations

from vault.errors import Conflict, NotFound, Refused


class ActStale(Conflict):
    """This was pressed on what is not so any more: {what}; look at the page again, then do it all
    the same or drop it."""


class WrongStation(Refused):
    """This tablet stands at {here}, but operation {seq} of job {job} is planned at {station}; take
    the work there, or say that it is done here all the same."""


class NoSuchBadge(NotFound):
    """This is no badge of the shop that is in use; take the newest one, or tap your name and type
    your PIN."""


class BadgeUnknown(NotFound):
    """There is no badge number {badge}; `titleblock badge list` shows what is there."""


class NotForBadges(Refused):
    """{name} has no role on the floor, so a badge would open nothing; give them one of {roles}
    first."""
