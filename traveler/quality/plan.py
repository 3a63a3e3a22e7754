# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan a job is measured by: the characteristics released with its revision, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from release.log import ReleaseLog
from traveler.quality import characteristics
from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import NoSuchBalloon, NothingToMeasure

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Plan:
    """The characteristics of a released revision; ``sha256`` is that of the released file."""

    item: str
    rev: str
    sha256: str
    characteristics: tuple[Characteristic, ...]

    def find(self, balloon: str) -> Characteristic:
        """Return a characteristic by its balloon, whatever the case; raises NoSuchBalloon."""
        wanted = balloon.strip().casefold()
        for one in self.characteristics:
            if one.balloon.casefold() == wanted:
                return one
        names = [one.balloon for one in self.characteristics]
        known = ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "") or "none"
        raise NoSuchBalloon(item=self.item, rev=self.rev, balloon=balloon, known=known)

    def at(self, seq: int | None) -> tuple[Characteristic, ...]:
        """Return what is measured at a step: what names it, or names none; all without a step."""
        if seq is None:
            return self.characteristics
        return tuple(one for one in self.characteristics if one.operation in {"", str(seq)})


def of_revision(log: ReleaseLog, item: str, rev: str) -> Plan:
    """Return the plan of a revision, without characteristics where none were released."""
    revision = log.revision(item, rev)
    file = next((one for one in revision.files if one.name == characteristics.FILE), None)
    if file is None:
        return Plan(revision.number, revision.rev, "", ())
    where = f"{revision.number} {revision.rev} {characteristics.FILE}"
    told = _parsed(log.read(revision, characteristics.FILE), where)
    return Plan(revision.number, revision.rev, file.sha256, told)


@lru_cache(maxsize=1_000)  # a released plan never changes, and gates ask for it again
def _parsed(data: bytes, where: str) -> tuple[Characteristic, ...]:
    return characteristics.parse(data, where)


def finder(log: ReleaseLog) -> Callable[[str, str], Plan]:
    """Return what finds the plan of a revision in a log."""
    return partial(of_revision, log)


def needed(log: ReleaseLog, item: str, rev: str) -> Plan:
    """Return the plan of a revision; raises NothingToMeasure where it has none."""
    found = of_revision(log, item, rev)
    if not found.characteristics:
        raise NothingToMeasure(item=found.item, rev=found.rev)
    return found
