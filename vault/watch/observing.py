# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hearing of changes from the system, through watchdog: the only file that speaks it.

Reading a file makes events too (opened, closed without writing); those are left out, else the
watcher would hear itself for ever.  Where a system says nothing (network shares) the folder is
looked through again and again instead, by the same look that finds lost events.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Final

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from vault.watch.hints import Hints

OF_CHANGE: Final = frozenset({"created", "modified", "moved", "deleted", "closed"})


class Observing:
    """Listens to a folder and puts what it hears into a box of hints."""

    def __init__(self, root: Path, hints: Hints) -> None:
        """Begin to listen; raises OSError where the system has no more ears (inotify limits)."""
        self._root = root
        self._which = _identity(root)
        self._observer: BaseObserver = Observer()
        self._losses = _Losses(hints)
        logging.getLogger("watchdog").addHandler(self._losses)
        self._observer.schedule(_Handler(root, hints), str(root), recursive=True)
        try:
            self._observer.start()
        except BaseException:
            logging.getLogger("watchdog").removeHandler(self._losses)
            raise

    def listens(self) -> bool:
        """Say whether it still hears: it does not where the folder itself went away.

        A folder that was renamed is still heard of under its old name, by which nobody knows it.
        """
        try:
            if _identity(self._root) != self._which:
                return False
        except OSError:
            return False
        return self._observer.is_alive() and all(
            emitter.is_alive() for emitter in self._observer.emitters
        )

    def close(self) -> None:
        """Stop listening."""
        logging.getLogger("watchdog").removeHandler(self._losses)
        self._observer.stop()
        self._observer.join(5)


def _identity(folder: Path) -> tuple[int, int]:
    told = folder.stat()
    return told.st_dev, told.st_ino


class _Handler(FileSystemEventHandler):
    def __init__(self, root: Path, hints: Hints) -> None:
        self._root = os.fspath(root)
        self._hints = hints

    def dispatch(self, event: FileSystemEvent) -> None:
        if event.event_type not in OF_CHANGE:
            return
        for raw in (event.src_path, event.dest_path):
            path = os.fsdecode(raw) if raw else ""
            if not path:
                continue
            if event.is_directory and event.event_type == "modified":
                continue  # a name in it changed, of which an event of its own tells
            self._hint(os.path.relpath(path, self._root), event.is_directory)

    def _hint(self, path: str, is_folder: bool) -> None:
        path = path.replace(os.sep, "/")
        if path == ".":
            self._hints.everything()
        elif is_folder:
            self._hints.folder(path)
        elif not path.startswith("../"):
            self._hints.file(path)


class _Losses(logging.Handler):
    """Watchdog says only in its log that the system dropped events."""

    def __init__(self, hints: Hints) -> None:
        super().__init__(logging.WARNING)
        self._hints = hints

    def emit(self, record: logging.LogRecord) -> None:
        self._hints.everything()
