# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof a job owes: what must exist before a step ends, before it ships, before its packet.

What is asked comes from the item (the ``proof`` of its released route), from the customer and from
the job itself; what was given are evidence and results.  The rule that compares them is pure: every
requirement is *have*, *missing* or *waived*, and waived says by whom and why for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from traveler.quality import owing
from traveler.quality.owing import Count, Measured

STEP, SHIPPING, PACKET = "step", "shipping", "packet"
MOMENTS: Final = (STEP, SHIPPING, PACKET)
"""Before which moment a proof must exist, the earliest first."""
SUGGESTED: Final = ("first piece", "measurement", "inspector", "photo", "certificate", "document",
                    "first article")  # fmt: skip
MEASURED: Final = "measurement"
"""The kind that results answer; all others are answered by evidence of that kind."""
FIRST_ARTICLE: Final = "first article"
"""The kind an approved first article of the revision answers, whichever job it was made on."""
FILED: Final = frozenset(
    {"measurement", "photo", "certificate", "document", "note", "heat", FIRST_ARTICLE}
)
"""Kinds that results and filed records answer; any other is vouched for by somebody, by name."""
INSPECTOR: Final = "inspector"
"""The kind only quality can vouch for, and never who did the step."""
WHOLE_JOB: Final = frozenset(
    {"certificate", "document", "heat", "kit list", "packing", FIRST_ARTICLE}
)
"""Kinds that speak for all of a job, so that it does not matter at which step they were given."""
LONGEST_KIND: Final = 40

_SAID: Final = MappingProxyType(
    {"measurements": "measurement", "photos": "photo", "certificates": "certificate",
     "documents": "document", "notes": "note", "inspection": "inspector", "results": "measurement",
     "material certificate": "certificate", "first-piece": "first piece", "heat number": "heat",
     "melt number": "heat", "fai": FIRST_ARTICLE, "first article inspection": FIRST_ARTICLE}
)  # fmt: skip
_BEFORE: Final = " before "


@dataclass(frozen=True, slots=True)
class Asked:
    """A proof as routes and people ask for it: ``measurement`` or ``certificate before shipping``."""

    kind: str
    before: str = STEP

    def __str__(self) -> str:
        """Return it as it is written."""
        return self.kind if self.before == STEP else f"{self.kind}{_BEFORE}{self.before}"


def read(text: str) -> Asked:
    """Return a proof that is asked for, whatever its case and spaces; kinds have one spelling."""
    tidy = " ".join(text.casefold().split())
    kind, said, moment = tidy.rpartition(_BEFORE)
    if said and kind and moment in MOMENTS:
        return Asked(named(kind), moment)
    return Asked(named(tidy))


def named(kind: str) -> str:
    """Return the one spelling of a kind of proof: ``measurement`` for ``Measurements``."""
    tidy = " ".join(kind.casefold().split())
    return _SAID.get(tidy, tidy)


@dataclass(frozen=True, slots=True)
class Required:
    """One proof that is owed: its kind, before which moment, at which step, and who asks for it.

    ``seq`` is the step it belongs to, None where the job as a whole owes it.  ``source`` is
    ``item``, ``customer`` or ``job``; ``demand`` numbers the record of the last two.
    """

    kind: str
    before: str
    seq: int | None
    source: str = "item"
    demand: int | None = None
    why: str = ""

    @property
    def sentence(self) -> str:
        """Return it in a few words: ``measurement at step 40``."""
        where = f" at step {self.seq}" if self.seq is not None else ""
        when = f" before {self.before}" if self.before != STEP else ""
        return f"{self.kind}{where}{when}"


@dataclass(frozen=True, slots=True)
class Given:
    """Something that proves: its kind, the step it was given at, and what and whose it is.

    ``ref`` names the record, ``evidence/12``; several results are one entry with their ``count``.
    """

    kind: str
    seq: int | None
    ref: str
    person: str
    at: str
    count: int = 1
    words: str = ""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A proof somebody with the right to it set aside, with the reason."""

    id: int
    kind: str
    before: str
    seq: int | None
    person: str
    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement and how it stands: ``have``, ``missing`` or ``waived``.

    ``counts`` are the results its sampling asks for; where there are any, all of them are owed.
    """

    required: Required
    given: tuple[Given, ...] = ()
    waiver: Waiver | None = None
    counts: tuple[Count, ...] = ()

    @property
    def there(self) -> bool:
        """Say whether all of it was given."""
        if self.counts:
            return not any(one.open for one in self.counts)
        return bool(self.given)

    @property
    def state(self) -> str:
        """Return how it stands; what is there counts more than what was waived."""
        return "have" if self.there else "waived" if self.waiver else "missing"

    @property
    def counted(self) -> str:
        """Return how many results there are of those owed, ``12 of 13``; empty where none count."""
        return owing.told(self.counts) if self.counts else ""

    @property
    def owed(self) -> str:
        """Return what is asked and how much of it is there: ``photo at step 40``."""
        said = self.required.sentence
        return f"{said} ({self.counted})" if self.counts and not self.there else said

    @property
    def sentence(self) -> str:
        """Return it as people read it, with who gave or waived it."""
        said = self.owed
        if self.there:
            by = f"given by {self.given[-1].person}" if self.given else self.counted
            return f"{said}: {by}"
        if self.waiver:
            return f"{said}: waived by {self.waiver.person} ({self.waiver.why})"
        return f"{said}: missing"

    @property
    def vouched(self) -> bool:
        """Say whether it is somebody's word that is owed, and not a record of its own."""
        return self.required.kind not in FILED

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        one, waiver = self.required, self.waiver
        return {
            "kind": one.kind, "before": one.before, "seq": one.seq, "source": one.source,
            "demand": one.demand, "state": self.state, "why_asked": one.why or None,
            "given": [{"ref": x.ref, "by": x.person, "at": x.at, "count": x.count,
                       "words": x.words or None}
                      for x in self.given],
            "results": [x.as_json() for x in self.counts],
            "waived": waiver and {"id": waiver.id, "by": waiver.person, "at": waiver.at,
                                  "why": waiver.why},
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ProofState:
    """All that a job, or one of its steps, owes, and how each of it stands."""

    lines: tuple[Line, ...] = ()

    @property
    def have(self) -> tuple[Line, ...]:
        """Return what is there."""
        return self._of("have")

    @property
    def missing(self) -> tuple[Line, ...]:
        """Return what is still owed."""
        return self._of("missing")

    @property
    def waived(self) -> tuple[Line, ...]:
        """Return what was set aside."""
        return self._of("waived")

    def owed(self, moment: str, seq: int | None = None) -> tuple[Line, ...]:
        """Return what is missing at a moment: all that had to exist before it, or before earlier ones.

        Before a step only that step's own proof counts; before shipping every step's too.
        """
        if moment == STEP:
            return tuple(
                one for one in self.missing
                if one.required.before == STEP and one.required.seq == seq
            )  # fmt: skip
        passed = MOMENTS[: MOMENTS.index(moment) + 1]
        return tuple(one for one in self.missing if one.required.before in passed)

    def at(self, seq: int) -> ProofState:
        """Return what one step owes, before whatever moment."""
        return ProofState(tuple(one for one in self.lines if one.required.seq == seq))

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            name: [one.as_json() for one in getattr(self, name)]
            for name in ("have", "missing", "waived")
        }

    def _of(self, state: str) -> tuple[Line, ...]:
        return tuple(one for one in self.lines if one.state == state)


NOTHING: Final = ProofState()


@dataclass(frozen=True, slots=True)
class Step:
    """What the rule has to know of an operation: its number and the proof its route asks for.

    ``lot`` is how many pieces it has to answer for; ``loop`` says that it is one of rework.
    """

    seq: int
    proof: tuple[str, ...] = ()
    done: bool = False
    lot: int = 0
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Demand:
    """A proof a customer or a planner asks for beyond the route; ``seq`` None is the last step."""

    id: int
    kind: str
    before: str
    seq: int | None
    customer: str
    job: str
    person: str
    at: str
    why: str

    @property
    def source(self) -> str:
        """Return who asks: ``customer`` or ``job``."""
        return "job" if self.job else "customer"


def required(steps: Sequence[Step], demands: Iterable[Demand] = ()) -> tuple[Required, ...]:
    """Return all that is asked, each once: what two of them ask for is owed once.

    A demand for a step the route does not have, and any before the end of a step that names none,
    is owed at the last step, so that no reroute drops it silently.
    """
    found: dict[tuple[str, str, int | None], Required] = {}
    for step in steps:
        for text in step.proof:
            asked = read(text)
            _keep(found, Required(asked.kind, asked.before, step.seq))
    seqs = [one.seq for one in steps]
    last = seqs[-1] if seqs else None
    for one in demands:
        seq = one.seq if one.seq in seqs else None
        if seq is None and one.before == STEP:
            seq = last
        _keep(found, Required(one.kind, one.before, seq, one.source, one.id, one.why))
    return tuple(found.values())


def asking(wanted: Iterable[Required]) -> tuple[int, ...]:
    """Return the steps that ask for measurements."""
    return tuple(one.seq for one in wanted if one.kind == MEASURED and one.seq is not None)


def _keep(found: dict[tuple[str, str, int | None], Required], one: Required) -> None:
    found.setdefault((one.kind, one.before, one.seq), one)


def state(
    wanted: Iterable[Required], given: Sequence[Given], waivers: Sequence[Waiver] = (),
    counts: Mapping[int | None, tuple[Count, ...]] = MappingProxyType({}),
) -> ProofState:  # fmt: skip
    """Compare what is asked with what is there; nothing is there that was not given.

    ``counts`` are the results that are owed by step, and under None those of the whole job.
    """
    return ProofState(
        tuple(
            Line(
                one,
                tuple(it for it in given if _answers(it, one)),
                next((it for it in waivers if _waives(it, one)), None),
                counts.get(one.seq, ()) if one.kind == MEASURED else (),
            )
            for one in wanted
        )
    )


def _answers(given: Given, wanted: Required) -> bool:
    if given.kind != wanted.kind:
        return False
    return wanted.seq is None or given.seq == wanted.seq or given.kind in WHOLE_JOB


def _waives(waiver: Waiver, wanted: Required) -> bool:
    return (waiver.kind, waiver.before, waiver.seq) == (wanted.kind, wanted.before, wanted.seq)


@dataclass(frozen=True, slots=True)
class Basis:
    """What was read of one job: what is asked beyond the route, what was given, what waived."""

    demands: tuple[Demand, ...] = ()
    given: tuple[Given, ...] = ()
    waivers: tuple[Waiver, ...] = field(default_factory=tuple)
    measured: Measured = Measured()  # noqa: RUF009 - it is frozen
    lot: int = 0

    def state(self, steps: Sequence[Step]) -> ProofState:
        """Return how the proof of a job with these steps stands."""
        wanted = required(steps, self.demands)
        lots: dict[int | None, int] = {None: self.lot, **{one.seq: one.lot for one in steps}}
        loops = [one.seq for one in steps if one.loop]
        counts = owing.counts(self.measured, asking(wanted), lots, loops)
        return state(wanted, self.given, self.waivers, counts)


def way(job: str, required: Required) -> str:
    """Return the command that gives a proof, for a refusal to name."""
    at = "" if required.seq is None else f" --op {required.seq}"
    if required.kind == MEASURED:
        return f"`titleblock measure {job}{at} FILE`"
    if required.kind == FIRST_ARTICLE:
        return f"`titleblock fai open {job}` and a second person's approval"
    if required.kind in FILED:
        return f"`titleblock evidence add {job}{at} --kind {required.kind} FILE`"
    kind = f'"{required.kind}"' if " " in required.kind else required.kind
    return f"`titleblock proof give {job} {kind}{at}`"


def told(lines: Iterable[Line]) -> str:
    """Return what is owed in one phrase: ``measurement at step 40, certificate before shipping``."""
    return ", ".join(one.owed for one in lines)
