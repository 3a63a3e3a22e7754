# SPDX-License-Identifier: AGPL-3.0-or-later
"""When a changed file may be taken: pure rules on what was seen of it, and when.

Events are hints and nothing else: they come twice, late, in any order, or not at all.  Only looks
at the file itself count, and a file is taken once it looked the same for a while.  Values are
frozen and every rule returns new ones, so that recorded sequences of real programs can be played
to them.  Times are seconds of a clock that never runs backwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

Outcome = Literal["kept", "inbox", "refused", "older"]


@dataclass(frozen=True, slots=True)
class Look:
    """What the system says of a file: size in bytes, times in nanoseconds, which file it is.

    ``ctime_ns`` and ``inode`` are 0 where the file system gives no steady ones (network shares).
    """

    size: int
    mtime_ns: int
    ctime_ns: int = 0
    inode: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last done with a path: the look it had (None once it is gone) and its content.

    ``number`` and ``name`` say where it was kept, ``base`` which content of the item the file was
    made from, as far as this folder knows.
    """

    look: Look | None
    sha256: str
    outcome: Outcome
    number: str = ""
    name: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A path that waits: its last look, unchanged ``since`` then; held open by a program; tries."""

    since: float
    look: Look | None = None
    looked: bool = False
    held: bool = False
    tries: int = 0
    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """How long to wait, in seconds: ``quiet`` for a file that is closed, the others follow."""

    quiet: float = 3.0
    longest: float = 60.0

    def due(self, one: Waiting) -> float:
        """Return when a path may be dealt with, if nothing happens to it until then.

        One that a program still holds open for writing waits ten times as long, since some pause
        in the midst of a save and others (LibreOffice) hold it open all day.  One that is gone
        waits twice as long, since it may have been renamed and come up again under its new name.
        """
        times = 2.0 if one.look is None else 10.0 if one.held else 1.0
        return max(one.since + times * self.quiet, one.not_before)

    def again(self, tries: int) -> float:
        """Return how long to wait after so many tries in vain."""
        return min(max(self.quiet, 1.0) * 2.0 ** min(tries, 16), self.longest)


Queue = Mapping[str, Waiting]
STRAGGLERS: Final = 10.0
"""How many quiet times files of an item wait for others of it that do not come to rest."""


def noted(queue: Queue, paths: Iterable[str], now: float) -> dict[str, Waiting]:
    """Return the queue after somebody said that these paths changed: their quiet begins anew."""
    new = dict(queue)
    for path in paths:
        found = new.get(path)
        new[path] = Waiting(now) if found is None else replace(found, since=now, held=False)
    return new


def scanned(
    queue: Queue, looks: Mapping[str, Look], seen: Mapping[str, Seen], now: float
) -> dict[str, Waiting]:
    """Return the queue after the whole folder was looked through: all that differs from before."""
    new = dict(queue)
    for path, look in looks.items():
        before = seen.get(path)
        if path not in new and (before is None or before.look != look):
            new[path] = Waiting(now, look, looked=True)
    for path, before in seen.items():
        if before.look is not None and path not in looks and path not in new:
            new[path] = Waiting(now, None, looked=True)
    return new


def looked(
    queue: Queue, looks: Mapping[str, Look | None], seen: Mapping[str, Seen], now: float
) -> dict[str, Waiting]:
    """Return the queue after a look at each path in it: changed ones wait anew, settled ones leave.

    What came and went unseen leaves too, and what looks as it did when it was last dealt with.
    """
    new = {}
    for path, one in queue.items():
        look, before = looks.get(path), seen.get(path)
        if look == (before.look if before else None):
            continue
        same = one.looked and look == one.look
        new[path] = one if same else Waiting(now, look, looked=True)
    return new


def ready(
    queue: Queue, group: Callable[[str], str], pace: Pace, now: float
) -> list[tuple[str, ...]]:
    """Return the files to take now, those of one group together.

    A group waits until all of its files are quiet, so that a model and its drawing saved one after
    the other become one check-in; but not for ever for one that never comes to rest.
    """
    groups: dict[str, list[str]] = {}
    for path, one in queue.items():
        if one.looked and one.look is not None:
            groups.setdefault(group(path), []).append(path)
    found = []
    for _name, paths in sorted(groups.items()):
        due = [path for path in paths if pace.due(queue[path]) <= now]
        restless = [path for path in paths if path not in due and not queue[path].tries]
        patient = due and now - min(pace.due(queue[path]) for path in due) < STRAGGLERS * pace.quiet
        if due and not (restless and patient):
            found.append(tuple(sorted(due)))
    return found


def gone(queue: Queue, pace: Pace, now: float) -> tuple[str, ...]:
    """Return the paths that are gone for good, as far as anybody can tell."""
    return tuple(sorted(
        path for path, one in queue.items()
        if one.looked and one.look is None and pace.due(one) <= now
    ))  # fmt: skip


def held(one: Waiting) -> Waiting:
    """Return how a file waits after it was found open for writing."""
    return replace(one, held=True)


def postponed(one: Waiting, pace: Pace, now: float) -> Waiting:
    """Return how a path waits after it was tried in vain: longer than the last time."""
    return replace(one, tries=one.tries + 1, not_before=now + pace.again(one.tries))


def next_due(queue: Queue, pace: Pace) -> float | None:
    """Return when something may be due next, or None where nothing waits."""
    return min((pace.due(one) for one in queue.values()), default=None)


def departed(queue: Queue, seen: Mapping[str, Seen]) -> dict[str, list[str]]:
    """Return the paths that are gone, by the content they had.

    A new path with that content is a new name of one of them.
    """
    found: dict[str, list[str]] = {}
    for path, one in queue.items():
        before = seen.get(path)
        if one.looked and one.look is None and before is not None:
            found.setdefault(before.sha256, []).append(path)
    return found
