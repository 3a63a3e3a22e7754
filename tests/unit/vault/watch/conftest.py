# SPDX-License-Identifier: AGPL-3.0-or-later
"""A folder, a memory and a desk in memory, which keep the contracts of the real ones."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from vault.watch.patience import Look, Seen
    from vault.watch.watcher import Later, Taken


@dataclass
class Clock:
    """Seconds that pass when told to."""

    now: float = 100.0


@dataclass
class Disk:
    """A folder on a disk of our own: each file a content and the moment it was last written."""

    clock: Clock
    files: dict[str, tuple[bytes, int, int]] = field(default_factory=dict)
    writers: set[str] = field(default_factory=set)
    is_there: bool = True
    _ticks: int = 0

    # --- what programs do --------------------------------------------------------------------

    def write(self, path: str, content: bytes) -> None:
        """Put a content at a path, the file staying the same file where it is there."""
        inode = self.files[path][2] if path in self.files else self._tick()
        self.files[path] = (content, self._tick(), inode)

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, over what has it."""
        self.files[new] = self.files.pop(old)

    def delete(self, path: str) -> None:
        """Remove a file."""
        self.files.pop(path, None)

    def _tick(self) -> int:
        self._ticks += 1
        return self._ticks

    # --- what a watcher sees -----------------------------------------------------------------

    def present(self) -> bool:
        """Say whether the folder is there."""
        return self.is_there

    def walk(self, under: str = "") -> tuple[dict[str, Look], list[str]]:
        """Return the looks of all files below."""
        from vault.watch import temporaries

        start = f"{under}/" if under else ""
        found = {path: self.look(path) for path in self.files
                 if path.startswith(start) and not temporaries.is_temporary(path)}  # fmt: skip
        return {path: look for path, look in found.items() if look}, []

    def look(self, path: str) -> Look | None:
        """Return the look of a file."""
        from vault.watch.patience import Look

        if path not in self.files:
            return None
        content, ticks, inode = self.files[path]
        return Look(len(content), ticks, 0, inode)

    def is_held(self, path: str) -> bool:
        """Say whether a program has it open for writing."""
        return path in self.writers

    def take(self, path: str, look: Look, into: Path | None) -> str | None:
        """Copy a file that still looks so."""
        if path not in self.files:
            raise FileNotFoundError(2, "No such file", path)
        if self.look(path) != look:
            return None
        content = self.files[path][0]
        if into is not None:
            into.write_bytes(content)
        return hashlib.sha256(content).hexdigest()


@dataclass
class Notes:
    """A memory that is lost with the test; ``flushed`` is what a kill would leave."""

    now: dict[str, Seen] = field(default_factory=dict)
    flushed: dict[str, Seen] = field(default_factory=dict)

    @property
    def seen(self) -> Mapping[str, Seen]:
        """Return what was done with each path."""
        return MappingProxyType(self.now)

    def put(self, path: str, one: Seen) -> None:
        """Remember."""
        self.now[path] = one

    def gone(self, path: str) -> None:
        """Remember that it is gone."""
        if path in self.now:
            self.now[path] = replace(self.now[path], look=None)

    def forget(self, path: str) -> None:
        """Forget."""
        self.now.pop(path, None)

    def flush(self) -> None:
        """Put on disk."""
        self.flushed = dict(self.now)


@dataclass
class Register:
    """A desk that writes down what it was given; the folder of a file is its item."""

    taken: list[tuple[str, bytes]] = field(default_factory=list)
    batches: list[tuple[str, ...]] = field(default_factory=list)
    renames: list[tuple[str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    said: list[tuple[str, str]] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    away: str = ""

    def group(self, path: str) -> str:
        """Return the folder."""
        return path.rpartition("/")[0]

    def receive(self, batch: tuple[Taken, ...]) -> Mapping[str, Seen | Later]:
        """Keep files whose content is new under their name."""
        from vault.watch.patience import Seen
        from vault.watch.watcher import Away, Later

        if self.away:
            raise Away(self.away)
        became: dict[str, Any] = {}
        new = []
        for one in batch:
            if why := self.refuses.get(one.path):
                became[one.path] = Later(why)
                continue
            became[one.path] = Seen(one.look, one.sha256, "kept", "N", one.path)
            content = one.copy.read_bytes()
            if one.renamed_from:
                self.renames.append((one.renamed_from, one.path))
            if self.last(one.path) != content:
                self.taken.append((one.path, content))
                new.append(one.path)
        self.batches += [tuple(new)] if new else []
        return became

    def last(self, path: str) -> bytes | None:
        """Return what was last kept under a name."""
        return next((content for name, content in reversed(self.taken) if name == path), None)

    def missing(self, gone: Mapping[str, Seen]) -> None:
        """Hear of deletions."""
        self.deleted += sorted(gone)

    def say(self, kind: str, sentence: str, *_paths: str) -> None:
        """Hear what is said."""
        self.said.append((kind, sentence))


@dataclass
class Scene:
    """A watcher over a disk, a memory and a desk, and the clock they share."""

    place: Path
    quiet: float = 3.0
    clock: Clock = field(default_factory=Clock)
    notes: Notes = field(default_factory=Notes)
    desk: Register = field(default_factory=Register)

    def __post_init__(self) -> None:
        """Build the rest."""
        self.disk = Disk(self.clock)
        self.place.mkdir(parents=True, exist_ok=True)
        self.start()

    def start(self) -> None:
        """Begin a watcher that knows what was flushed, as after a kill."""
        from vault.watch.patience import Pace
        from vault.watch.watcher import Watcher

        self.notes.now = dict(self.notes.flushed)
        self.watcher = Watcher(self.disk, self.desk, self.notes, Pace(self.quiet), self.place)

    def step(self, *files: str, folders: tuple[str, ...] = (), everything: bool = False) -> float:
        """Let the watcher hear something and do a step."""
        from vault.watch.hints import Heard

        heard = Heard(frozenset(files), frozenset(folders), everything)
        return self.watcher.step(heard, self.clock.now)

    def rest(self, seconds: float, every: float = 0.5) -> None:
        """Let time pass in which nothing is heard."""
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.now += every
            self.step()


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """Return a watcher at work."""
    return Scene(tmp_path / "aside")


@pytest.fixture
def new_scene(tmp_path: Path) -> Any:
    """Return a maker of watchers, for properties that need one an example."""
    return lambda **facts: Scene(tmp_path / "aside", **facts)
