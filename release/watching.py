# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running a watcher: listen, or look again and again, until told to stop or all is done."""

from __future__ import annotations

import contextlib
import shutil
import time
from dataclasses import dataclass
from typing import Final

from release.watch_desk import Line, Tell, VaultDesk
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person
from vault.reader import Reader
from vault.watch.folder import Folder
from vault.watch.hints import Heard, Hints
from vault.watch.memory import Memory
from vault.watch.observing import Observing
from vault.watch.patience import Pace
from vault.watch.watcher import Watcher

MEMORIES: Final = "watch"
RESCAN_S: Final = 300.0
"""How often the whole folder is looked through although the system tells of changes."""
LISTENING_S: Final = 5.0
"""How often it is seen to that somebody still listens."""
SHARE: Final = 20.0
"""A look through the folder may take this part of the time between two of them."""


@dataclass(frozen=True, slots=True)
class Orders:
    """How to watch: look again and again instead of listening; only once."""

    pace: Pace
    polling: bool = False
    once: bool = False


def watch(
    vault: Vault, actor: Person, folder: Folder, orders: Orders, tell: Tell, hints: Hints | None = None
) -> bool:  # fmt: skip
    """Watch a folder until interrupted, or once; return whether nothing was left waiting.

    The vault is closed and opened again as needed.  Raises NotAllowed or WatchedAlready.
    """
    people.require(actor, "engineer")
    memory = Memory(vault.cache / MEMORIES, folder.root, actor.name)
    aside = memory.path.with_suffix(".taken")
    shutil.rmtree(aside, ignore_errors=True)  # what one that was killed here had in hand
    desk = VaultDesk(vault.root, folder.root, actor.name, memory, aside, tell)
    refused: list[Line] = []

    def heard(line: Line) -> None:
        refused.extend([line] if line.kind in {"refused", "older"} else [])
        tell(line)

    desk.tell = heard if orders.once else tell
    try:
        watcher = Watcher(folder, desk, memory, orders.pace, aside)
        if orders.once:
            _until_quiet(watcher)
            return watcher.idle and not refused
        reader = Reader(vault.root)
        reader.start()
        try:
            _for_ever(watcher, folder, orders, tell, hints or Hints())
        finally:
            reader.stop()
    finally:
        desk.close()
        with contextlib.suppress(OSError):
            memory.flush()
        memory.close()
    return True


def _until_quiet(watcher: Watcher) -> None:
    rest = watcher.step(Heard(), time.monotonic())
    while not (watcher.idle or watcher.stuck):
        time.sleep(rest)
        rest = watcher.step(Heard(), time.monotonic())


def _for_ever(
    watcher: Watcher, folder: Folder, orders: Orders, tell: Tell, hints: Hints
) -> None:  # fmt: skip
    with contextlib.closing(_Ears(folder, orders, tell, hints)) as ears:
        looked, every = 0.0, 0.0
        while True:
            begun = time.monotonic()
            if begun - looked >= every:
                hints.everything()
            listens = ears.listen(begun)
            heard = hints.take()
            rest = watcher.step(heard, begun)
            if heard.everything:
                looked = time.monotonic()
                shortest = RESCAN_S if listens else orders.pace.quiet
                every = max(shortest, SHARE * (looked - begun))
            rest = min(rest, looked + every - time.monotonic(), LISTENING_S)
            hints.wait(max(rest, 0.02))


class _Ears:
    """Listens where the system tells of changes, and tries to again after it has stopped.

    It does not over a network, nor without limit (inotify), nor any more when the folder was taken
    away and came back.
    """

    def __init__(self, folder: Folder, orders: Orders, tell: Tell, hints: Hints) -> None:
        self._folder, self._tell, self._hints = folder, tell, hints
        self._never = orders.polling or folder.is_network
        self._pace = orders.pace
        self._observing: Observing | None = None
        self._tries = 0
        self._not_before = 0.0

    def listen(self, now: float) -> bool:
        """Say whether the system tells of changes now; where it does not, see whether it will."""
        if self._observing is not None and not self._observing.listens():
            self.close()
            self._deaf("The system tells nothing more of this folder; looking through it again and "
                       "again until it does.", now)  # fmt: skip
        elif self._observing is None and not self._never and now >= self._not_before:
            self._try(now)
        return self._observing is not None

    def close(self) -> None:
        """Stop listening."""
        if self._observing is not None:
            self._observing.close()
            self._observing = None

    def _try(self, now: float) -> None:
        try:
            self._observing = Observing(self._folder.root, self._hints)
        except OSError as fault:
            self._deaf(f"The system tells nothing of so many folders ({fault}); looking through "
                       "them again and again instead. On Linux raise fs.inotify.max_user_watches.",
                       now)  # fmt: skip
            return
        if self._tries:
            self._tries = 0
            self._tell(Line("hears", "The system tells of changes of this folder again."))
            self._hints.everything()  # what came between

    def _deaf(self, why: str, now: float) -> None:
        if not self._tries:
            self._tell(Line("deaf", why))
        self._not_before = now + self._pace.again(self._tries)
        self._tries += 1
