# SPDX-License-Identifier: AGPL-3.0-or-later
"""Results out of a file: looked at first, then taken; good ones land, each bad one is listed.

The file itself is kept as evidence, and every result names it.  Importing it again takes only what
was not taken before, so a file with mended rows may be sent whole.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import clearing
from traveler.quality import (
    evidence,
    gauge_records,
    measurement_records,
    measurements,
    place,
    plan,
    taking,
)
from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import NoRowTaken, SameFileAgain
from traveler.quality.measurements import Judge, Judging, Reading, Recorded
from traveler.quality.place import Place
from traveler.quality.plan import Plan
from traveler.quality.results import reading, text_table
from traveler.quality.results.result import Result
from traveler.words import today
from vault.errors import Refusal
from vault.home import Vault
from vault.ledger import idempotency
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require
from vault.names import fold

_FIRST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ReadAs:
    """What a file does not say itself.

    ``gauge`` is for rows that name none; with ``balloon`` every number in a table is a result of
    that one characteristic.
    """

    gauge: str = ""
    balloon: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that is not taken: where it stands, what it says, and why."""

    where: str
    name: str
    piece: str
    text: str
    why: str

    def as_json(self) -> dict[str, str]:
        """Return it as programs read it."""
        return {"where": self.where, "name": self.name, "piece": self.piece, "result": self.text,
                "why": self.why}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sorted:
    """A file held against a plan: what would be taken, what stands already, what is bad."""

    name: str
    good: tuple[Judging, ...]
    again: int
    bad: tuple[BadRow, ...]

    @property
    def outside(self) -> tuple[Judging, ...]:
        """Return the readings that are out of tolerance."""
        return tuple(one for one in self.good if one.verdict != "pass")

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"file": self.name, "good": len(self.good), "again": self.again,
                "outside": len(self.outside), "bad": [one.as_json() for one in self.bad]}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Imported:
    """What was taken out of a file, under which evidence, and the rows that were not."""

    recorded: Recorded
    evidence: int
    again: int
    bad: tuple[BadRow, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {**self.recorded.as_json(), "evidence": self.evidence, "again": self.again,
                "bad": [one.as_json() for one in self.bad]}  # fmt: skip


def preview(
    vault: Vault, job: str, seq: int | None, path: Path, name: str, reading_as: ReadAs | None = None
) -> Sorted:  # fmt: skip
    """Return what importing a file would do, without doing it.

    Raises BadResults, NothingToMeasure, NoSuchJob or NoSuchOperation.
    """
    told = reading_as or ReadAs()
    results = _results(path, name, told.balloon)
    with vault.ledger.reading() as connection:
        where = place.found(connection, job, seq)
        judge = Judge(
            {fold(one.code): one for one in gauge_records.gauges(connection)},
            today(vault.settings.time_zone),
            plan.needed(ReleaseLog(vault), where.job.item, where.job.rev),
        )
        stood = _stood(connection, where)
    return sort_out(name, results, judge, told.gauge, stood)


def take(
    vault: Vault, actor: Person, job: str, seq: int | None, path: Path, name: str,
    reading_as: ReadAs | None = None, *, device: str = "", idempotency_key: str = "",
    token: str = "",
) -> Imported:  # fmt: skip
    """Take the good results of a file and keep the file as evidence; bad rows are returned.

    Raises what ``preview`` raises, RoleNeeded, JobNotMeasured, FileNotTaken, OutsideTraveler,
    SameFileAgain where nothing in it is new, and NoRowTaken where no row is any good.
    """
    require(actor, *measurements.STAFF)
    meant = reading_as or ReadAs()
    results = _results(path, name, meant.balloon)
    kept = taking.taken(vault, name, path)
    request = {"act": "import", "job": job, "seq": seq, "sha256": kept.digest.sha256,
               **asdict(meant)}  # fmt: skip
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, idempotency_key, request)
        if earlier is not None:
            return _before(writing, earlier)
        where = place.found(writing.connection, job, seq, token)
        judge = measurements.judging(vault, writing, where)
        sorted_out = sort_out(
            kept.name, results, judge, meant.gauge, _stood(writing.connection, where)
        )
        if not sorted_out.good and sorted_out.again:
            raise SameFileAgain(where=kept.name, count=sorted_out.again)
        if not sorted_out.good and sorted_out.bad:
            count, first = len(sorted_out.bad), sorted_out.bad[0]
            why = first.why.rstrip(".")
            raise NoRowTaken(count=count, name=kept.name, where=first.where, why=why)
        told = {
            "kind": "document", "balloon": "", "nonconformance": None, "heat": "",
            "words": f"results: {len(sorted_out.good)} taken, {len(sorted_out.bad)} not",
        }  # fmt: skip
        number = evidence.insert(writing, where, told, (kept,))
        done = measurements.write(
            writing, where, judge.plan, sorted_out.good, number, file=kept.name,
            sha256=kept.digest.sha256, refused=len(sorted_out.bad),
        )  # fmt: skip
        clearing.inspected(vault, writing, where.job)
        answer = {
            "job": done.job, "seq": done.seq, "measuring": done.measuring, "count": done.count,
            "outside": [one.id for one in done.outside], "evidence": number,
            "again": sorted_out.again, "bad": [one.as_json() for one in sorted_out.bad],
        }  # fmt: skip
        idempotency.keep(writing, idempotency_key, request, answer)
    return Imported(done, number, sorted_out.again, sorted_out.bad)


def sort_out(
    name: str, results: Iterable[Result], judge: Judge, gauge: str,
    stood: dict[tuple[str, str], tuple[str, str, str]],
) -> Sorted:  # fmt: skip
    """Hold results against a plan; ``stood`` is text, unit and gauge of what stands already."""
    finder = _Finder(judge.plan)
    counted: Counter[str] = Counter()
    seen: set[tuple[str, str]] = set()
    good: list[Judging] = []
    bad: list[BadRow] = []
    again = 0
    for one in results:
        counted[one.name] += 1
        piece = one.piece or str(counted[one.name])
        read = Reading("", piece, one.text, one.unit, one.gauge or gauge, one.where)
        try:
            found = judge.against(finder.find(one.name), read)
        except Refusal as refusal:
            bad.append(BadRow(one.where, one.name, piece, one.text[:80], str(refusal)))
            continue
        key = (found.characteristic.balloon, found.piece)
        if key in seen:
            why = f"piece {found.piece} of balloon {key[0]} stands in the file twice"
            bad.append(BadRow(one.where, one.name, piece, one.text[:80], why))
            continue
        seen.add(key)
        if stood.get(key) == (found.text, found.unit, found.gauge or ""):
            again += 1
        else:
            good.append(found)
    return Sorted(name, tuple(good), again, tuple(bad))


class _Finder:
    """Finds the characteristic a file means: by its balloon, else by the words of its requirement."""

    def __init__(self, pinned: Plan) -> None:
        self._plan = pinned
        self._known = {one.balloon.casefold(): one for one in pinned.characteristics}
        words = Counter(_plain(one.requirement) for one in pinned.characteristics)
        self._words = {
            _plain(one.requirement): one
            for one in pinned.characteristics
            if words[_plain(one.requirement)] == 1
        }

    def find(self, name: str) -> Characteristic:
        told = name.strip().casefold()
        for text in (told, told.lstrip("#").strip(), told.removeprefix("balloon").strip()):
            if text in self._known:
                return self._known[text]
        return self._words.get(_plain(name)) or self._plan.find(name)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").split())


def _results(path: Path, name: str, balloon: str) -> Sequence[Result]:
    with path.open("rb") as opened:
        data = opened.read(_FIRST_BYTES)
    if not balloon:
        return reading.read(data, name)
    return [replace(one, name=balloon) for one in text_table.numbers(data, name)]


def _stood(connection: Connection, where: Place) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Return text, unit and gauge of what stands by the plan of the job's revision."""
    standing = measurement_records.measurements(connection, where.job.number)
    every = measurement_records.planned_of(connection, {one.characteristic for one in standing})
    told = {number: one for number, one in every.items() if one.rev == where.job.rev}
    return {
        (told[one.characteristic].characteristic.balloon, one.piece): (
            one.text,
            one.unit,
            one.gauge,
        )
        for one in standing
        if one.characteristic in told and not one.withdrawn
    }


def _before(writing: Writing, kept: Any) -> Imported:
    found = [
        measurement_records.measurement(writing.connection, number) for number in kept["outside"]
    ]
    outside = tuple(one for one in found if one is not None)
    done = Recorded(kept["job"], kept["seq"], kept["measuring"], kept["count"], outside)
    bad = tuple(BadRow(one["where"], one["name"], one["piece"], one["result"], one["why"])
                for one in kept["bad"])  # fmt: skip
    return Imported(done, kept["evidence"], kept["again"], bad)
