# SPDX-License-Identifier: AGPL-3.0-or-later
"""``route.toml``: the steps that make a part, released with its drawing.

Read and written in this one file.  Keys that have no meaning here are kept, so that a shop may
carry its own (``program``, ``fixture``) along.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from traveler.errors import BadRoute, BadStation
from vault import toml_text

FILE = "route.toml"
LARGEST_SEQ = 9999
LONGEST_STATION = 40
LONGEST_TITLE = 120
LONGEST_NOTES = 4000
LONGEST_MINUTES = 100_000
MOST_STEPS = 200
MOST_DAYS = 1000

_KEYS = (
    "seq", "station", "title", "setup_minutes", "run_minutes", "notes", "files", "proof", "parallel",
    "needs", "days",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a route: where, what, how long, with which files, owing which proof.

    ``setup_minutes`` once, ``run_minutes`` for each piece.  A ``parallel`` step may run beside
    the one before it; any other waits until everything before it is done.  ``needs`` names the
    parts of an assembly that must be made when the step begins; ``days`` a step at a vendor's
    takes, where it is not as long as any other there.
    """

    seq: int
    station: str
    title: str
    setup_minutes: float = 0.0
    run_minutes: float = 0.0
    notes: str = ""
    files: tuple[str, ...] = ()
    proof: tuple[str, ...] = ()
    parallel: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    days: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """The steps of a route in the order of their numbers, and what else the file says."""

    steps: tuple[Step, ...]
    metadata: Mapping[str, Any] = field(default_factory=dict)


def parse(data: bytes, where: str = FILE) -> Route:
    """Return the route in a file at the path ``where``; raises BadRoute naming every fault."""
    try:
        tables = toml_text.plain(toml_text.read(data))
    except ValueError as fault:
        raise BadRoute(where=where, why=str(fault)) from None
    rows = tables.pop("operation", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadRoute(where=where, why="`operation` is not a list of [[operation]] tables")
    route = Route(tuple(_step(row) for row in rows), tables)
    check(route, where)
    return route


def write(route: Route, previous: bytes | None = None) -> bytes:
    """Return the file for a route, keeping what else the previous one said; raises BadRoute."""
    check(route)
    values: dict[str, Any] = {**route.metadata, "operation": [_row(step) for step in route.steps]}
    try:
        gone = {key: None for key in toml_text.read(previous or b"") if key not in values}
        return toml_text.changed(previous, values | gone)
    except ValueError as fault:
        raise BadRoute(where=FILE, why=str(fault)) from None


def check(route: Route, where: str = FILE) -> None:
    """Raise BadRoute naming all that is wrong with a route, whoever made it."""
    found = list(_faults(route))
    if found:
        raise BadRoute(where=where, why="; ".join(found))


def renumbered(step: Step, seq: int) -> Step:
    """Return the step under another number."""
    return replace(step, seq=seq)


def station_code(text: str) -> str:
    """Return the code of a station as it is written; raises BadStation."""
    fault = _station_fault(text)
    if fault:
        raise BadStation(code=text, why=f"it {fault}")
    return text


def _step(row: Mapping[str, Any]) -> Step:
    station = row.get("station", "")
    return Step(
        seq=row.get("seq", 0),
        station=station,
        title=row.get("title", station or "-"),
        setup_minutes=_minutes(row.get("setup_minutes", 0.0)),
        run_minutes=_minutes(row.get("run_minutes", 0.0)),
        notes=_text(row.get("notes", "")),
        files=_names(row.get("files", ())),
        proof=_names(row.get("proof", ())),
        parallel=row.get("parallel", False),
        needs=_names(row.get("needs", ())),
        days=row.get("days", 0),
        metadata={key: value for key, value in row.items() if key not in _KEYS},
    )


def _minutes(value: Any) -> Any:
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _text(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _names(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list | tuple) else value


def _row(step: Step) -> dict[str, Any]:
    row: dict[str, Any] = {
        "seq": step.seq,
        "station": step.station,
        "title": step.title,
        "setup_minutes": _short(step.setup_minutes),
        "run_minutes": _short(step.run_minutes),
    }
    told = {"notes": step.notes, "files": list(step.files), "proof": list(step.proof),
            "needs": list(step.needs), "days": step.days}  # fmt: skip
    row |= {key: value for key, value in told.items() if value}
    if step.parallel:
        row["parallel"] = True
    return row | dict(step.metadata)


def _short(minutes: float) -> float | int:
    return int(minutes) if minutes == int(minutes) else minutes


def _faults(route: Route) -> Iterator[str]:
    if len(route.steps) > MOST_STEPS:
        yield f"it has more than {MOST_STEPS} operations"
    last = 0
    steps: tuple[Any, ...] = route.steps  # of a file that was not checked yet, so of any type
    for place, step in enumerate(steps, 1):
        whole = isinstance(step.seq, int) and not isinstance(step.seq, bool)
        if not whole or not 1 <= step.seq <= LARGEST_SEQ:
            yield f"the {place}. operation has no `seq` from 1 to {LARGEST_SEQ}"
            continue
        if step.seq <= last:
            yield f"operation {step.seq} comes after {last}; they have to rise"
        last = max(last, step.seq)
        for fault in _step_faults(step):
            yield f"operation {step.seq}: {fault}"


def _step_faults(step: Any) -> Iterator[str]:
    if fault := _station_fault(step.station):
        yield f"`station` {fault}"
    if not isinstance(step.title, str) or not 1 <= len(step.title) <= LONGEST_TITLE:
        yield f"`title` is not a text of 1 to {LONGEST_TITLE} characters"
    elif any(unicodedata.category(sign)[0] == "C" for sign in step.title):
        yield "`title` holds a control character"
    if not isinstance(step.notes, str) or len(step.notes) > LONGEST_NOTES:
        yield f"`notes` is not a text of up to {LONGEST_NOTES} characters"
    for name, minutes in (("setup_minutes", step.setup_minutes), ("run_minutes", step.run_minutes)):
        if not isinstance(minutes, float) or not 0 <= minutes <= LONGEST_MINUTES:
            yield f"`{name}` is not a number from 0 to {LONGEST_MINUTES}"
    for name, values in (("files", step.files), ("proof", step.proof), ("needs", step.needs)):
        if not isinstance(values, tuple) or not all(isinstance(one, str) and one for one in values):
            yield f"`{name}` is not a list of names"
    yield from _flow_faults(step)


def _flow_faults(step: Any) -> Iterator[str]:
    if not isinstance(step.parallel, bool):
        yield "`parallel` is neither true nor false"
    if isinstance(step.days, bool) or not isinstance(step.days, int):
        yield "`days` is not a whole number"
    elif not 0 <= step.days <= MOST_DAYS:
        yield f"`days` is not from 0 to {MOST_DAYS}"


def _station_fault(text: Any) -> str | None:
    if not isinstance(text, str) or not text:
        return "is missing"
    if len(text) > LONGEST_STATION:
        return f"is longer than {LONGEST_STATION} characters"
    if text != text.strip() or "  " in text:
        return "has spaces it does not need"
    if not all(sign.isalnum() or sign in " ._-+&" for sign in text) or not text[0].isalnum():
        return "has a sign other than letters, digits, spaces and . _ - + &"
    return None
