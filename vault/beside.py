# SPDX-License-Identifier: AGPL-3.0-or-later
"""A thread beside a server or a watcher, for work that nobody waits for."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from pathlib import Path


class Beside(ABC):
    """Works for one vault until stopped; several in several processes agree among themselves."""

    def __init__(self, root: Path) -> None:
        """Prepare to work for the vault in a folder; nothing is opened yet."""
        self._root = root
        self._stopped = threading.Event()
        name = f"titleblock-{type(self).__name__.lower()}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin, at once."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing new, and return when what is in hand is done or after a second."""
        self._stopped.set()
        self._thread.join(timeout=1)

    @abstractmethod
    def _run(self) -> None:
        """Work in rounds until ``_stopped`` is set."""
