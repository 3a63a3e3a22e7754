# SPDX-License-Identifier: AGPL-3.0-or-later
"""The verbs on proof: what a job owes, vouch for it, ask for more, waive it, take any of it back.

Results and files are given elsewhere, as measurements and evidence.  Who may waive stands in the
rules; who may vouch depends on the kind: the inspector is of quality and did not do the step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from sqlalchemy.engine import Connection

from release import rulebook
from release.log import ReleaseLog
from traveler import job_records, operation_records, tokens, words
from traveler.job_records import Job, subject
from traveler.operation_records import Operation
from traveler.quality import plan, proof, proof_records, proof_tables
from traveler.quality.errors import (
    BadProofKind,
    BadProofMoment,
    NoSuchDemand,
    NoSuchWaiver,
    NoSuchWord,
    OwnWorkInspected,
    ProofNeedsRecord,
    ProofNotOwed,
    ProofOfWhom,
    ProofThere,
)
from traveler.quality.proof import Demand, Given, Line, ProofState, Waiver
from vault.home import Vault
from vault.ledger import idempotency
from vault.ledger.people import Person, require
from vault.names import fold

STAFF = ("engineer", "approver", "planner", "operator", "quality")
ASKERS = ("planner", "quality")
"""Who may ask for more proof; taking a demand back takes whoever may waive."""
LONGEST_WHY = 500


def show(vault: Vault, number: str) -> ProofState:
    """Return all proof a job owes and how it stands; raises NoSuchJob."""
    with vault.ledger.reading() as connection:
        job, operations = _known(connection, number)
        return _state(vault, connection, job, operations)


def of_jobs(
    vault: Vault, jobs: Sequence[Job], operations: Mapping[str, Sequence[Operation]]
) -> dict[str, ProofState]:
    """Return how the proof of the jobs of one page stands, by job, in a few questions for all."""
    with vault.ledger.reading() as connection:
        plans = plan.finder(ReleaseLog(vault))
        return proof_records.states(connection, jobs, operations, plans)


def vouch(
    vault: Vault, actor: Person, number: str, kind: str, *, seq: int | None = None,
    said: str = "", device: str = "", idempotency_key: str = "", token: str = "",
) -> Given:  # fmt: skip
    """Give one's word for what no file shows: the first piece is right, the kit is complete.

    Raises RoleNeeded, NoSuchJob, ProofNotOwed, ProofNeedsRecord, OwnWorkInspected, BadWords or
    OutsideTraveler.  Somebody else may vouch for the same once more; both words stay.
    """
    kind = proof.named(kind)
    require(actor, *(("quality",) if kind == proof.INSPECTOR else STAFF))
    told = words.line("remark", said, LONGEST_WHY)
    request = {"act": "vouch", "job": number, "seq": seq, "kind": kind, "said": told}
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, idempotency_key, request)
        if earlier is not None:
            return Given(**earlier)
        job, operations = _known(writing.connection, number)
        found = _state(vault, writing.connection, job, operations)
        one = _fitting(job, found, kind, seq, "")[0].required
        if kind in proof.FILED:
            raise ProofNeedsRecord(kind=kind, way=f"give it with {proof.way(job.number, one)}")
        operation = next((it for it in operations if it.seq == one.seq), None)
        if token:
            tokens.within(writing.connection, token, job, operation)
        if operation and kind == proof.INSPECTOR:
            _not_own(writing.connection, actor, job, operation)
        row = writing.insert(
            proof_tables.proof_word, job=job.number, operation=operation.id if operation else None,
            kind=kind, words=told, at=writing.at, person=writing.actor, device=writing.device,
        )  # fmt: skip
        writing.record("proof.vouched", subject(job.number), word=row["id"], proof=kind,
                       seq=one.seq, words=told)  # fmt: skip
        given = Given(kind, one.seq, f"word/{row['id']}", row["person"], row["at"], 1, told)
        idempotency.keep(writing, idempotency_key, request, asdict(given))
    return given


def take_back(vault: Vault, actor: Person, word: int, why: str) -> None:
    """Take back what somebody vouched for, so that it is owed again; raises NoSuchWord."""
    require(actor, *rulebook.current(vault).quality.may_waive)
    reason = words.reason_for("withdrawal", why)
    with vault.ledger.writing(actor.name) as writing:
        found = proof_records.word(writing.connection, word)
        if found is None:
            raise NoSuchWord(id=word)
        writing.update(proof_tables.proof_word, word, withdrawn_at=writing.at,
                       withdrawn_by=writing.actor, withdrawn_why=reason)  # fmt: skip
        writing.record("proof.word_withdrawn", subject(found[0]), word=word, proof=found[1],
                       why=reason)  # fmt: skip


def waive(
    vault: Vault, actor: Person, number: str, kind: str, why: str, *, seq: int | None = None,
    before: str = "", device: str = "",
) -> Waiver:  # fmt: skip
    """Set one owed proof aside; who did and why stays on the job, its papers and its packet.

    Raises RoleNeeded, NoReason, NoSuchJob, ProofNotOwed or ProofThere.
    """
    require(actor, *rulebook.current(vault).quality.may_waive)
    reason = words.reason_for("waiver", why)
    kind = proof.named(kind)
    with vault.ledger.writing(actor.name, device) as writing:
        job, operations = _known(writing.connection, number)
        found = _state(vault, writing.connection, job, operations)
        line = _owed(job, found, kind, seq, before)
        one = line.required
        row = writing.insert(
            proof_tables.proof_waiver, job=job.number, seq=one.seq, kind=one.kind,
            before=one.before, at=writing.at, person=writing.actor, device=writing.device,
            why=reason,
        )  # fmt: skip
        writing.record(
            "proof.waived", subject(job.number), waiver=row["id"], proof=one.kind, seq=one.seq,
            before=one.before, why=reason,
        )  # fmt: skip
    return Waiver(row["id"], one.kind, one.before, one.seq, row["person"], row["at"], reason)


def withdraw(vault: Vault, actor: Person, waiver: int, why: str) -> None:
    """Take a waiver back, so that the proof is owed again; raises NoSuchWaiver, RoleNeeded."""
    require(actor, *rulebook.current(vault).quality.may_waive)
    reason = words.reason_for("withdrawal", why)
    with vault.ledger.writing(actor.name) as writing:
        found = proof_records.waiver(writing.connection, waiver)
        if found is None:
            raise NoSuchWaiver(id=waiver)
        job, held = found
        writing.update(
            proof_tables.proof_waiver, waiver, withdrawn_at=writing.at,
            withdrawn_by=writing.actor, withdrawn_why=reason,
        )  # fmt: skip
        writing.record(
            "proof.waiver_withdrawn", subject(job), waiver=waiver, proof=held.kind, seq=held.seq,
            why=reason,
        )  # fmt: skip


def ask(
    vault: Vault, actor: Person, kind: str, *, before: str = proof.STEP, customer: str = "",
    job: str = "", seq: int | None = None, why: str = "",
) -> Demand:  # fmt: skip
    """Ask for proof beyond the route: of every job of a customer, or of one job.

    Raises RoleNeeded, BadProofKind, BadProofMoment, ProofOfWhom, NoSuchJob or NoSuchOperation.
    """
    require(actor, *ASKERS)
    kind, moment = _kind(kind), _moment(before)
    customer = words.line("customer", customer, 80)
    reason = words.line("reason", why, LONGEST_WHY)
    if bool(customer) == bool(job):
        raise ProofOfWhom
    with vault.ledger.writing(actor.name) as writing:
        number = None
        if job:
            found, operations = _known(writing.connection, job)
            number = found.number
            if seq is not None:
                operation_records.step(operations, found.number, seq)
        row = writing.insert(
            proof_tables.proof_demand, customer=customer, fold=fold(customer), job=number,
            seq=seq, kind=kind, before=moment, at=writing.at, person=writing.actor, why=reason,
        )  # fmt: skip
        about = subject(number) if number else f"customer/{customer}"
        writing.record("proof.asked", about, demand=row["id"], proof=kind, before=moment, seq=seq,
                       why=reason)  # fmt: skip
    return Demand(row["id"], kind, moment, seq, customer, number or "", row["person"], row["at"],
                  reason)  # fmt: skip


def drop(vault: Vault, actor: Person, demand: int, why: str) -> None:
    """Take a demand back: it is owed by nobody from now on; raises NoSuchDemand, RoleNeeded."""
    require(actor, *rulebook.current(vault).quality.may_waive)
    reason = words.reason_for("end of a demand", why)
    with vault.ledger.writing(actor.name) as writing:
        held = proof_records.demand(writing.connection, demand)
        if held is None:
            raise NoSuchDemand(id=demand)
        writing.update(proof_tables.proof_demand, demand, dropped_at=writing.at,
                       dropped_by=writing.actor, dropped_why=reason)  # fmt: skip
        about = subject(held.job) if held.job else f"customer/{held.customer}"
        writing.record("proof.dropped", about, demand=demand, proof=held.kind, why=reason)


def demands(vault: Vault, customer: str = "", job: str = "") -> list[Demand]:
    """Return what customers and jobs ask for beyond the routes."""
    with vault.ledger.reading() as connection:
        return proof_records.demands(connection, customer, job)


# --- inside -----------------------------------------------------------------


def _state(
    vault: Vault, connection: Connection, job: Job, operations: Sequence[Operation]
) -> ProofState:
    plans = plan.finder(ReleaseLog(vault))
    return proof_records.states(connection, [job], {job.number: operations}, plans)[job.number]


def _owed(job: Job, found: ProofState, kind: str, seq: int | None, before: str) -> Line:
    """Return the line that is meant; the first that is missing where several would fit."""
    fitting = _fitting(job, found, kind, seq, before)
    missing = [one for one in fitting if one.state == "missing"]
    if not missing:
        raise ProofThere(job=job.number, what=fitting[0].required.sentence)
    return missing[0]


def _fitting(job: Job, found: ProofState, kind: str, seq: int | None, before: str) -> list[Line]:
    """Return the lines of a kind, those that are missing first; raises ProofNotOwed."""
    if before:
        _moment(before)
    fitting = [
        one for one in found.lines
        if one.required.kind == kind
        and (seq is None or one.required.seq == seq)
        and (not before or one.required.before == before)
    ]  # fmt: skip
    if not fitting:
        where = f" at step {seq}" if seq is not None else ""
        raise ProofNotOwed(job=job.number, kind=kind, where=where)
    return sorted(fitting, key=lambda one: one.state != "missing")


def _not_own(connection: Connection, actor: Person, job: Job, operation: Operation) -> None:
    if proof_records.worked(connection, operation.id, actor.name):
        raise OwnWorkInspected(name=actor.name, seq=operation.seq, job=job.number)


def _kind(text: str) -> str:
    kind = proof.named(text)
    if not kind or len(kind) > proof.LONGEST_KIND:
        why = "it is empty" if not kind else f"it is longer than {proof.LONGEST_KIND} signs"
        raise BadProofKind(kind=text, why=why)
    if not kind.isprintable() or proof.read(kind).before != proof.STEP:
        raise BadProofKind(kind=text, why="it holds a sign or a word that has another meaning")
    return kind


def _moment(before: str) -> str:
    if before not in proof.MOMENTS:
        raise BadProofMoment(before=before)
    return before


def _known(connection: Connection, number: str) -> tuple[Job, list[Operation]]:
    job = job_records.known(connection, number)
    return job, operation_records.operations(connection, job.number)
