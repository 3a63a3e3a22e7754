# SPDX-License-Identifier: AGPL-3.0-or-later
"""Running a watcher: listen, or look again and again, until told to stop or all is done."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
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
    with _ears(folder, orders, tell, hints) as listening:
        ears = listening
        looked, every = 0.0, 0.0
        while True:
            begun = time.monotonic()
            if begun - looked >= every:
                hints.everything()
            if ears is not None and not ears.listens():
                tell(Line("deaf", "The system tells nothing more of this folder; looking through it "
                          "again and again instead."))  # fmt: skip
                ears.close()
                ears = None
            heard = hints.take()
            rest = watcher.step(heard, begun)
            if heard.everything:
                looked = time.monotonic()
                shortest = RESCAN_S if ears else orders.pace.quiet
                every = max(shortest, SHARE * (looked - begun))
            hints.wait(max(min(rest, looked + every - time.monotonic()), 0.02))


@contextlib.contextmanager
def _ears(folder: Folder, orders: Orders, tell: Tell, hints: Hints) -> Iterator[Observing | None]:
    """Listen where the system tells of changes: not over a network, and not without limit."""
    if orders.polling or folder.is_network:
        yield None
        return
    try:
        ears = Observing(folder.root, hints)
    except OSError as fault:
        tell(Line("deaf", f"The system tells nothing of so many folders ({fault}); looking through "
                  "them again and again instead. On Linux raise fs.inotify.max_user_watches."))  # fmt: skip
        yield None
        return
    try:
        yield ears
    finally:
        ears.close()
