# SPDX-License-Identifier: AGPL-3.0-or-later
"""The watcher: hears hints, looks, waits, takes whole files, and hands them to a desk.

It decides when and what; where a file belongs and what a check-in is, the desk knows.  Nothing is
forgotten before the desk has dealt with it, and what the desk did is on disk before the next step:
killed at any point and started again, it comes to the same end.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Protocol

from vault.watch import patience
from vault.watch.hints import Heard
from vault.watch.patience import Look, Pace, Seen, Waiting

AT_ONCE: Final = 200
"""Files that are copied aside for one check-in; more of them become several."""


class WatchedFolder(Protocol):
    """What is needed of a folder, as ``vault.watch.folder.Folder`` has it."""

    def present(self) -> bool:
        """Say whether it is there."""

    def walk(self, under: str = "") -> tuple[dict[str, Look], list[str]]:
        """Return every file with its look, and the folders that could not be read."""

    def look(self, path: str) -> Look | None:
        """Return how a file looks now."""

    def is_held(self, path: str) -> bool:
        """Say whether a program has it open for writing."""

    def take(self, path: str, look: Look, into: Path | None) -> str | None:
        """Copy it and return its SHA-256, or None where it changed meanwhile."""


class Remembered(Protocol):
    """What is needed of a memory, as ``vault.watch.memory.Memory`` has it."""

    @property
    def seen(self) -> Mapping[str, Seen]:
        """What was done with each path."""

    def put(self, path: str, one: Seen) -> None:
        """Remember what was done with a path."""

    def gone(self, path: str) -> None:
        """Remember that it is gone."""

    def forget(self, path: str) -> None:
        """Forget it."""

    def flush(self) -> None:
        """Put on disk what was remembered."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A whole file: its copy aside, what was last done with the path, and its former name."""

    path: str
    copy: Path
    look: Look
    sha256: str
    before: Seen | None
    renamed_from: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """The desk cannot deal with a file now; why, in a sentence."""

    why: str


class Away(Exception):
    """The vault cannot be reached; nothing was done."""


class Desk(Protocol):
    """Who deals with whole files."""

    def group(self, path: str) -> str:
        """Return what a file is checked in together with; raises Away."""

    def receive(self, batch: tuple[Taken, ...]) -> Mapping[str, Seen | Later]:
        """Deal with files and say of each path what became of it; raises Away."""

    def missing(self, gone: Mapping[str, Seen]) -> None:
        """Hear of files that were deleted; nothing is deleted in the vault."""

    def say(self, kind: str, sentence: str, *paths: str) -> None:
        """Tell the person who watches."""


class Watcher:
    """Steps, each of which does what is due and says how long there is nothing to do."""

    def __init__(
        self, folder: WatchedFolder, desk: Desk, memory: Remembered, pace: Pace, aside: Path
    ) -> None:
        """Begin with a look through the whole folder; copies lie in ``aside`` for a moment."""
        self._folder, self._desk, self._memory = folder, desk, memory
        self._pace, self._aside = pace, aside
        self._queue: dict[str, Waiting] = {}
        self._said: dict[str, str] = {}
        self._unscanned = True
        self._failures = 0
        self._not_before = 0.0
        for path, one in list(memory.seen.items()):
            if one.outcome == "refused":  # a start is a second chance: limits and rules may differ
                memory.put(path, replace(one, look=None, sha256=""))

    @property
    def idle(self) -> bool:
        """Say whether all was looked at and nothing waits."""
        return not (self._queue or self._unscanned or self._failures)

    @property
    def stuck(self) -> bool:
        """Say whether all that waits was tried in vain."""
        return self._failures > 0 or (
            bool(self._queue) and all(one.tries for one in self._queue.values())
        )

    def step(self, heard: Heard, now: float) -> float:
        """Take in what was heard, do what is due, and return for how many seconds to rest."""
        self._unscanned = self._unscanned or heard.everything
        self._queue = patience.noted(self._queue, heard.files, now)
        if not self._folder.present():
            self._unscanned = True
            return self._failed("The watched folder is not there, or on another disk.", now)
        self._look(heard, now)
        if now < self._not_before:
            return min(self._not_before - now, self._pace.longest)
        try:
            self._act(now)
            self._memory.flush()
        except Away as away:
            return self._failed(str(away), now)
        except OSError as fault:
            return self._failed(f"Nothing can be written aside in the vault ({fault}).", now)
        if self._failures:
            self._desk.say("back", "All is there again; going on.")
            self._failures, self._said[""] = 0, ""
        due = patience.next_due(self._queue, self._pace)
        rest = self._pace.longest if due is None else due - now
        return min(max(rest, self._pace.quiet / 4), self._pace.longest)

    # --- inside ------------------------------------------------------------------------------

    def _look(self, heard: Heard, now: float) -> None:
        looks: dict[str, Look | None] = {}
        for under in ("",) if self._unscanned else sorted(heard.folders):
            found, unread = self._folder.walk(under)
            blind = tuple(f"{one}/" if one else "" for one in unread)
            inside = {path: one for path, one in self._memory.seen.items()
                      if (not under or path.startswith(f"{under}/"))
                      and not (blind and path.startswith(blind))}  # fmt: skip
            self._queue = patience.scanned(self._queue, found, inside, now)
            looks |= found
        self._unscanned = False
        for path in self._queue:
            if path not in looks:
                looks[path] = self._folder.look(path)
        self._queue = patience.looked(self._queue, looks, self._memory.seen, now)

    def _act(self, now: float) -> None:
        departed = patience.departed(self._queue, self._memory.seen)
        for batch in patience.ready(self._queue, self._desk.group, self._pace, now):
            for start in range(0, len(batch), AT_ONCE):
                self._deal(batch[start : start + AT_ONCE], departed, now)
        away = patience.gone(self._queue, self._pace, now)
        if away:
            seen = self._memory.seen
            self._desk.missing({path: seen[path] for path in away if path in seen})
            for path in away:
                self._memory.gone(path)
                self._said.pop(path, None)
                self._queue.pop(path)

    def _deal(self, paths: tuple[str, ...], departed: dict[str, list[str]], now: float) -> None:
        batch = []
        with tempfile.TemporaryDirectory(prefix="taken-", dir=self._aside) as aside:
            for count, path in enumerate(paths):
                one = self._queue[path]
                if not one.held and self._folder.is_held(path):
                    self._queue[path] = patience.held(one)
                    continue
                taken = self._taken(path, Path(aside) / str(count), departed, now)
                batch += [taken] if taken else []
            if batch:
                self._done(batch, self._desk.receive(tuple(batch)), now)
        self._memory.flush()

    def _taken(
        self, path: str, into: Path, departed: dict[str, list[str]], now: float
    ) -> Taken | None:
        """Return a file, whole; None where it changed meanwhile, does not open, or is as it was."""
        look, before = self._queue[path].look, self._memory.seen.get(path)
        assert look is not None  # noqa: S101 - only what is there is ready
        try:
            sha256 = self._folder.take(path, look, None)
        except OSError as fault:
            self._queue[path] = patience.postponed(self._queue[path], self._pace, now)
            self._waits(f"it does not open ({fault.strerror or fault}).", [path])
            return None
        if before is not None and before.sha256 == sha256:
            self._memory.put(path, replace(before, look=look))  # touched, or back again
            del self._queue[path]
            return None
        if sha256 is None or self._folder.take(path, look, into) != sha256:
            self._queue[path] = Waiting(now)  # it changed under the hand
            return None
        is_new = before is None or before.look is None
        former = departed.get(sha256, []) if is_new else []
        return Taken(path, into, look, sha256, before, former.pop() if former else "")

    def _done(self, batch: list[Taken], became: Mapping[str, Seen | Later], now: float) -> None:
        waits: dict[str, list[str]] = {}
        for taken in batch:
            one = became[taken.path]
            if isinstance(one, Later):
                self._again(taken, now)
                waits.setdefault(one.why, []).append(taken.path)
                continue
            self._memory.put(taken.path, one)
            self._said.pop(taken.path, None)
            del self._queue[taken.path]
            if taken.renamed_from:
                self._queue.pop(taken.renamed_from, None)
                self._memory.forget(taken.renamed_from)
        for why, paths in waits.items():
            self._waits(why, paths)

    def _again(self, taken: Taken, now: float) -> None:
        one = patience.postponed(self._queue[taken.path], self._pace, now)
        self._queue[taken.path] = one
        if taken.renamed_from in self._queue:  # its old name waits with it
            self._queue[taken.renamed_from] = replace(
                self._queue[taken.renamed_from], not_before=one.not_before + self._pace.quiet
            )

    def _waits(self, why: str, paths: list[str]) -> None:
        """Say why files wait, once."""
        if any(self._said.get(path) != why for path in paths):
            self._said |= dict.fromkeys(paths, why)
            self._desk.say("later", f"{', '.join(paths)} waits and is tried again: {why}", *paths)

    def _failed(self, why: str, now: float) -> float:
        """Say once why nothing can be done, and return how long to wait, longer every time."""
        rest = self._pace.again(self._failures)
        self._failures += 1
        self._not_before = now + rest
        if self._said.get("") != why:
            self._said[""] = why
            count = len(self._queue)
            wait = f"{count} files wait" if count > 1 else "One file waits" if count else "Waiting"
            self._desk.say("away", f"{why} {wait} until it is there again.")
        return rest
