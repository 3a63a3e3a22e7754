# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a screen on the wall, or whoever hangs one up, may be told: every refusal, one class each."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, NotFound


class DisplayUnknown(NotFound):
    """No screen of the shop has this address; have a planner make one (`titleblock display make`)
    and open that here."""


class DisplayEnded(NotFound):
    """The address of this screen is {why} and shows nothing any more; have a planner make a new one
    (`titleblock display make`) and open that here."""


class NoSuchDisplay(NotFound):
    """There is no screen {display}; `titleblock display list` shows what was made."""


class DisplayWithdrawn(Conflict):
    """The address of screen {display} was withdrawn already."""


class BadDisplayLife(BadInput):
    """The address of a screen cannot last {days} days; give 1 to {most}."""
