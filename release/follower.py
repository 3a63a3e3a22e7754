# SPDX-License-Identifier: AGPL-3.0-or-later
"""What follows from the release log above this floor, and the thread that sees to it in a server.

Whoever stands above (jobs ask what becomes of them) is found by the entry points
``titleblock.followers`` instead of being imported.  Each is derived and repeatable: a release runs
them at its end, every acting verb and the follower of a server run them again, so that a crash in
between heals without a hand and without a page that is only read having to write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Final

from release import settling
from vault import home
from vault.beside import Beside
from vault.errors import Refusal
from vault.home import Vault

PAUSE_S: Final = 3.0  # between two looks at whether something is left to follow
LONG_PAUSE_S: Final = 60.0  # where following failed

_log = logging.getLogger(__name__)


@cache
def followers() -> tuple[Callable[[Vault], None], ...]:
    """Return what is to be run after every change of the release log, in the order of its names."""
    from importlib.metadata import entry_points  # noqa: PLC0415 - it costs a start 20 ms

    found = sorted(entry_points(group="titleblock.followers"), key=lambda one: one.name)
    return tuple(one.load() for one in found)


def follow(vault: Vault) -> None:
    """Do all that follows from the release log and from the day, as far as it was not done yet."""
    settling.settle(vault)
    for one in followers():
        one(vault)


class Follower(Beside):
    """Follows for one vault beside a server until stopped; several in several processes agree."""

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            try:
                self._rounds()
            except (Refusal, OSError) as fault:  # the next round may find it mended
                _log.warning("What follows from the release log was not done: %s", fault)
            pause = LONG_PAUSE_S

    def _rounds(self) -> None:
        vault = home.open_vault(self._root)
        try:
            while True:
                follow(vault)
                if self._stopped.wait(PAUSE_S):
                    return
        finally:
            vault.close()
