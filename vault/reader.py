# SPDX-License-Identifier: AGPL-3.0-or-later
"""The reader: a thread beside a server or a watcher that reads the drawings nobody waits for."""

from __future__ import annotations

import logging
import time
from typing import Final

from vault import home, words
from vault.beside import Beside
from vault.errors import Refusal

PAUSE_S: Final = 5.0  # between two looks for something to read
LONG_PAUSE_S: Final = 120.0  # where nothing of what waits can be read now
BREATH_S: Final = 0.005  # after each item, so that whoever answers people comes first

_log = logging.getLogger(__name__)


class Reader(Beside):
    """Reads for one vault until stopped; of several in several processes only one reads at a time."""

    def _run(self) -> None:
        pause = PAUSE_S
        while not self._stopped.wait(pause):
            try:
                pause = self._round()
            except _Stopped:
                return
            except (Refusal, OSError) as fault:  # the next round may find it mended
                _log.warning("The words of drawings cannot be read now: %s", fault)
                pause = LONG_PAUSE_S

    def _round(self) -> float:
        """Read what waits and return how long to pause; the vault is open only meanwhile."""
        vault = home.open_vault(self._root)
        try:
            told = words.read_pending(vault, told=self._breathe)
        finally:
            vault.close()
        return LONG_PAUSE_S if told.left and not told.done else PAUSE_S

    def _breathe(self, _done: int) -> None:
        if self._stopped.is_set():
            raise _Stopped
        time.sleep(BREATH_S)


class _Stopped(Exception):
    """Whoever reads was told to stop."""
