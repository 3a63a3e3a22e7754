# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a scan shows; it needs only the traveler's code, and never changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from release.log import ReleaseLog
from traveler import gate, job_records, jobs, lots, operation_records, tokens
from traveler.errors import EarlierProofOwed, ProofOwed, TravelerEnded
from traveler.gate import Part
from traveler.job_records import Job
from traveler.lots import Lot
from traveler.operation_records import Operation
from traveler.quality import proof
from traveler.quality.proof import Line
from traveler.tablet import sending
from traveler.token_records import Token
from traveler.views import JobView, OperationView
from vault import clock
from vault.errors import Refusal
from vault.home import Vault

_ALL_DONE = "Every operation of this job is done."


@dataclass(frozen=True, slots=True)
class FloorFile:
    """A released file of the job's revision; ``pages`` of its stamped PDF, 0 where there is none.

    ``here`` says that the current step names it, or names none and so needs all.
    """

    name: str
    size: int
    pages: int
    here: bool


@dataclass(frozen=True, slots=True)
class FloorView:
    """All that the page behind a traveler's QR shows, true at the moment ``as_of``.

    ``step`` is the operation in hand: the scanned one, else the first that is not done.  ``acts``
    are the buttons; where there is none, ``why_not`` is the sentence that says why and ``refused``
    the name of the refusal.  ``unfinished`` says why a running step cannot be finished;
    ``left`` how many pieces may still be counted with this paper.  ``mark`` goes with every act that
    is pressed on it.  ``owed`` is the step's proof, had, missing or waived.
    """

    view: JobView
    scope: int | None
    step: OperationView | None
    files: tuple[FloorFile, ...]
    owed: tuple[Line, ...]
    acts: tuple[str, ...]
    why_not: str
    refused: str
    as_of: str
    mark: str = ""
    lot: Lot | None = None
    left: int = 0
    unfinished: str = ""

    @property
    def job(self) -> Job:
        """Return the job."""
        return self.view.job

    @property
    def standing(self) -> gate.Standing:
        """Return how the job's revision stands."""
        return self.view.standing

    @property
    def stop(self) -> bool:
        """Say whether the page has to say STOP: nobody may work from the revision."""
        return not self.view.ground.workable

    def pinned(self, item: str = "") -> Part:
        """Return what may be looked at: the job's own revision, or an item's of its kit; NotInKit."""
        return gate.pinned(self.job, self.view.ground, item)

    @property
    def kit_stop(self) -> tuple[Part, ...]:
        """Return the further items of a kit for which the page has to say STOP."""
        return self.view.ground.overtaken

    @property
    def owing(self) -> bool:
        """Say whether only missing proof keeps the running step from being finished."""
        step = self.step
        return step is not None and step.operation.state == "running" and bool(step.owing)

    @property
    def blocked(self) -> bool:
        """Say whether only blockers keep the step from starting."""
        return self.step is not None and not self.acts and self.refused == "OperationBlocked"


def opened(vault: Vault, code: str) -> tuple[Job, list[Operation]]:
    """Return the job a traveler's code opens, with its operations, and nothing that hangs on them.

    That is all an act has to know before its verb asks the gates.  Raises what ``look`` does.
    """
    with vault.ledger.reading() as connection:
        token, job = _opened(connection, code)
        operations = operation_records.operations(connection, job.number)
    _scanned(token, job, operations)
    return job, operations


def look(vault: Vault, code: str) -> FloorView:
    """Return what a traveler's code shows; raises NoSuchTraveler, TravelerEnded."""
    with vault.ledger.reading() as connection:
        token, job = _opened(connection, code)
        view = jobs.gathered(vault, connection, job)
        operations = [one.operation for one in view.operations]
        scanned = _scanned(token, job, operations)
        step = view.operation(scanned.seq) if scanned else view.step
        lot = lots.lot(connection, job.number, token.lot) if token.lot is not None else None
        done = lots.counted(connection, step.operation, lot.number) if lot and step else 0
    acts = step.acts if step else ()
    why_not = None if acts else _why_not(view, operations, step)
    return FloorView(
        view=view,
        scope=scanned.seq if scanned else None,
        step=step,
        files=_files(ReleaseLog(vault), job, step),
        owed=step.proof.lines if step else (),
        acts=acts,
        why_not=_for_the_floor(why_not) if why_not else "" if acts else _ALL_DONE,
        refused=type(why_not).__name__ if why_not else "",
        as_of=clock.now(),
        mark=sending.mark(job, operations, view.ground),
        lot=lot,
        left=_left(step, lot, done),
        unfinished=_unfinished(view, operations, step),
    )


def _left(step: OperationView | None, lot: Lot | None, done: int) -> int:
    """Return how many pieces may still be counted: of the step, and of the lot the paper is for."""
    if step is None:
        return 0
    left = max(step.arrived - step.operation.counted, 0)
    return min(left, max(lot.qty - done, 0)) if lot else left


def _opened(connection: Connection, code: str) -> tuple[Token, Job]:
    token = tokens.find(connection, code)
    job = job_records.known(connection, token.job)
    return token, job


def _scanned(token: Token, job: Job, operations: Sequence[Operation]) -> Operation | None:
    """Return the operation a code is of, None where it is of the job; raises TravelerEnded."""
    scanned = next((one for one in operations if one.id == token.operation), None)
    if scanned is None and token.operation is not None:
        raise TravelerEnded(job=job.number, why=f"of a step that revision {job.rev} does not have")
    return scanned


def _files(log: ReleaseLog, job: Job, step: OperationView | None) -> tuple[FloorFile, ...]:
    named = step.operation.files if step else ()
    revision = log.revision(job.item, job.rev)
    return tuple(
        FloorFile(
            name=file.name,
            size=file.size,
            pages=file.stamped.pages if file.stamped else 0,
            here=not named or file.name in named,
        )
        for file in revision.files
    )


def _why_not(
    view: JobView, operations: list[Operation], step: OperationView | None
) -> Refusal | None:
    if step is None:
        return None
    return gate.act_refusal(view.job, operations, step.operation, view.ground, "start")


def _for_the_floor(why: Refusal) -> str:
    """Return why a step cannot begin without naming a command that nobody at a machine can type."""
    if isinstance(why, EarlierProofOwed):
        facts = why.facts
        return f"First it needs proof: {facts['what']}. Scan step {facts['earlier']} and give it there."
    return str(why)


def _unfinished(view: JobView, operations: list[Operation], step: OperationView | None) -> str:
    """Return why a running step cannot be finished yet, empty where it can or does not run."""
    if step is None or step.operation.state != "running":
        return ""
    why = gate.act_refusal(view.job, operations, step.operation, view.ground, "finish")
    if isinstance(why, ProofOwed):
        return f"First it owes proof: {proof.told(step.owing)}."
    return str(why) if why else ""
