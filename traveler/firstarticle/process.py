# SPDX-License-Identifier: AGPL-3.0-or-later
"""What changed in how a part is made since it was last inspected as a first article; pure.

AS9102 Rev C asks for a new first article, at least in part, after a change of source, process,
inspection method, location, tooling, material or control program, and after corrective action.
Routes, their files, plans and nonconformances tell most of that; the rest, as a machine that was
moved or a flood, only a person knows.  Stations of one group are equal, so they count as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Final

from traveler.quality.characteristics import Characteristic
from traveler.quality.owing import key

SOURCE, PROCESS, METHOD = "source", "process", "inspection method"
LOCATION, TOOLING, MATERIAL = "location", "tooling", "material"
PROGRAM, ACTION = "control program", "corrective action"
_PROGRAMS: Final = frozenset(
    (".nc", ".cnc", ".ngc", ".gcode", ".tap", ".mpf", ".spf", ".eia", ".iso", ".min", ".h", ".din",
     ".ptp", ".pgm", ".dnc", ".ncc", ".fnc")
)  # fmt: skip
_TELLS: Final = (("program", PROGRAM), ("fixture", TOOLING), ("tool", TOOLING), ("jaw", TOOLING))
_SHEETS: Final = ".pdf"
"""A sheet named at a step is the design as a rule; its revision speaks for it."""


@dataclass(frozen=True, slots=True)
class Made:
    """A step as it was or will be made: ``place`` is its station, or the group of equal ones.

    ``files`` are the bytes behind the names a step works with, ``told`` what else its route says.
    """

    seq: int
    title: str
    place: str
    vendor: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    told: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Process:
    """How a job makes an item: its steps in order, the material, and what is measured by which."""

    job: str
    rev: str
    steps: tuple[Made, ...] = ()
    material: str = ""
    plan: tuple[Characteristic, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One reason for a first article: its kind in the standard's word, and which balloons it touches.

    ``ref`` names it for good, whatever it is compared with, so that it can be set aside once.
    """

    kind: str
    ref: str
    sentence: str
    balloons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """A nonconformance of the item that was closed with an action, after a day."""

    number: str
    action: str
    balloons: tuple[str, ...] = ()


def changes(before: Sequence[Process], now: Process) -> tuple[Change, ...]:
    """Return what differs from the last of the processes a first article stands for.

    What one of the earlier ones did in the same way was inspected then and is no change.
    """
    if not before:
        return ()
    known = [{one.ref for one in _between(each, now)} for each in before[:-1]]
    return tuple(one for one in _between(before[-1], now) if all(one.ref in refs for refs in known))


def answered(found: Iterable[Answer], plan: Sequence[Characteristic]) -> tuple[Change, ...]:
    """Return the corrective actions since, as reasons; without a balloon each touches them all."""
    every = tuple(one.balloon for one in plan)
    return tuple(
        Change(ACTION, f"action/{one.number}", f"{one.number} led to an action: {one.action}",
               one.balloons or every)
        for one in found
    )  # fmt: skip


# --- inside -----------------------------------------------------------------


def _between(before: Process, now: Process) -> Iterator[Change]:
    every = tuple(one.balloon for one in now.plan)
    if before.material != now.material:
        told = f"the material is {_or(now.material)} instead of {_or(before.material)}"
        yield Change(MATERIAL, f"material/{_plain(now.material)}", told, every)
    pairs = _paired(before.steps, now.steps)
    for was, step in pairs:
        touched = _touched(now.plan, step.seq)
        if was is None:
            yield Change(PROCESS, f"new/{_plain(step.title)}",
                         f"step {step.seq} {step.title} is new", touched)  # fmt: skip
        else:
            yield from _step(was, step, touched)
    yield from _gone(before, now, pairs)
    if _sequence(pairs):
        told = ", ".join(str(step.seq) for _, step in pairs)
        yield Change(PROCESS, f"order/{'/'.join(_plain(step.title) for _, step in pairs)}",
                     f"the steps come in another order: {told}", every)  # fmt: skip
    yield from _methods(before.plan, now.plan)


def _paired(before: Sequence[Made], now: Sequence[Made]) -> list[tuple[Made | None, Made]]:
    """Pair each step with what it was: of the same title and nearest, else of the same number."""
    left = list(before)
    found: dict[int, Made | None] = {}
    for step in now:
        same = [one for one in left if _plain(one.title) == _plain(step.title)]
        if same:
            was = min(same, key=lambda one: (one.place != step.place, abs(one.seq - step.seq)))
            left.remove(was)
            found[step.seq] = was
    titles = {_plain(step.title) for step in now}
    for step in now:
        if step.seq not in found:
            here = (one for one in left
                    if one.seq == step.seq and _plain(one.title) not in titles)  # fmt: skip
            found[step.seq] = next(here, None)
            if found[step.seq] is not None:
                left.remove(found[step.seq])  # type: ignore[arg-type]
    return [(found[step.seq], step) for step in now]


def _step(was: Made, now: Made, touched: tuple[str, ...]) -> Iterator[Change]:
    called, ref = f"step {now.seq} {now.title}", _plain(now.title)
    if _plain(was.title) != ref:
        yield Change(PROCESS, f"title/{ref}", f"step {now.seq} is {now.title} instead of {was.title}",
                     touched)  # fmt: skip
    if was.vendor != now.vendor:
        yield Change(SOURCE, f"source/{ref}/{_plain(now.vendor)}",
                     f"{called} is done {_by(now.vendor)} instead of {_by(was.vendor)}", touched)  # fmt: skip
    elif was.place != now.place:
        yield Change(LOCATION, f"place/{ref}/{now.place}",
                     f"{called} is made at {now.place} instead of {was.place}", touched)  # fmt: skip
    for name in sorted({*was.files, *now.files}):
        old, new = was.files.get(name, ""), now.files.get(name, "")
        if old != new and not name.casefold().endswith(_SHEETS):
            kind = PROGRAM if PurePath(name).suffix.casefold() in _PROGRAMS else PROCESS
            how = "is another one" if old and new else "is new" if new else "is no longer used"
            yield Change(kind, f"file/{ref}/{name}/{new[:16]}", f"{called}: {name} {how}", touched)
    for name in sorted({*was.told, *now.told}):
        old, new = was.told.get(name, ""), now.told.get(name, "")
        if old != new:
            kind = next((one for word, one in _TELLS if word in name.casefold()), PROCESS)
            yield Change(kind, f"told/{ref}/{name}/{_plain(new)}",
                         f"{called}: {name} {_or(new)} instead of {_or(old)}", touched)  # fmt: skip


def _gone(
    before: Process, now: Process, pairs: Sequence[tuple[Made | None, Made]]
) -> Iterator[Change]:
    kept = {was.seq for was, _ in pairs if was is not None}
    for one in before.steps:
        if one.seq not in kept:
            yield Change(PROCESS, f"gone/{_plain(one.title)}",
                         f"step {one.seq} {one.title} is not made any more",
                         _touched(now.plan, one.seq))  # fmt: skip


def _sequence(pairs: Sequence[tuple[Made | None, Made]]) -> bool:
    """Say whether steps that are in both come in another order."""
    places = [was.seq for was, _ in pairs if was is not None]
    return places != sorted(places)


def _methods(before: Sequence[Characteristic], now: Sequence[Characteristic]) -> Iterator[Change]:
    gauges = {key(one): one.gauge for one in before}
    for one in now:
        was = gauges.get(key(one), one.gauge)
        if _plain(was) != _plain(one.gauge):
            yield Change(METHOD, f"method/{one.balloon}/{_plain(one.gauge)}",
                         f"balloon {one.balloon} is inspected with {_or(one.gauge)} instead of {_or(was)}",
                         (one.balloon,))  # fmt: skip


def _touched(plan: Sequence[Characteristic], seq: int) -> tuple[str, ...]:
    """Return what a step can have touched: all that is measured at it or after, or at no named step."""
    return tuple(one.balloon for one in plan if not one.operation or int(one.operation) >= seq)


def _by(vendor: str) -> str:
    return f"by {vendor}" if vendor else "in the shop"


def _or(text: str) -> str:
    return text or "nothing named"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
