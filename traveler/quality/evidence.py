# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence: notes, photos, documents, certificates and heat numbers, kept with a job for good.

What somebody gave is kept unchanged and leaves as an attachment only; what people see of a photo
was drawn anew.  Nothing is edited and nothing is deleted: a correction or a withdrawal is a newer
record, with its reason, and the first one stays to be read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from release.log import ReleaseLog
from traveler.job_records import subject
from traveler.quality import evidence_records, place, plan, tables, taking
from traveler.quality.errors import (
    BadMarks,
    CorrectionNeedsReason,
    EvidenceIncomplete,
    EvidenceReplaced,
    NoSuchEvidence,
    NoSuchEvidenceFile,
    NoSuchKindOfEvidence,
    NotAPicture,
)
from traveler.quality.evidence_records import Evidence, EvidenceFile
from traveler.quality.place import Place
from traveler.words import line, lines
from vault import canonical
from vault.home import Vault
from vault.ledger import idempotency
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

KINDS: Final = ("note", "photo", "document", "certificate", "heat")
STAFF: Final = ("engineer", "approver", "planner", "operator", "quality")
MOST_FILES: Final = 20
MOST_MARKS: Final = 40
_LONGEST: Final = 2000
_SHAPES: Final = {"arrow": 4, "ring": 4, "words": 2}
_ACTS: Final = {"correct": "corrected", "withdraw": "withdrawn", "add": "added"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody says about evidence: its kind, where it belongs, in which words."""

    kind: str
    job: str
    seq: int | None = None
    balloon: str = ""
    nonconformance: int | None = None
    words: str = ""
    heat: str = ""


def add(
    vault: Vault, actor: Person, wanted: Wanted, files: Mapping[str, Path] | None = None, *,
    device: str = "", idempotency_key: str = "", token: str = "",
) -> list[Evidence]:  # fmt: skip
    """Keep evidence, one piece for each file, or one without any; returns what stands.

    Raises RoleNeeded, NoSuchKindOfEvidence, EvidenceIncomplete, FileNotTaken, TooManyFiles,
    BadWords, NoSuchJob, NoSuchOperation, NoSuchBalloon or OutsideTraveler.  One file that is not
    taken means that none is.
    """
    require(actor, *STAFF)
    given = dict(files or {})
    told = _told(wanted, given)
    with vault.ledger.reading() as connection:  # before any work is done on the files
        place.found(connection, wanted.job, wanted.seq, token)
    kept = taking.kept(vault, wanted.kind, given)
    request = {**told, "act": "evidence", "job": wanted.job, "seq": wanted.seq,
               "files": [[one.name, one.digest.sha256] for (one, *_rest) in kept]}  # fmt: skip
    with vault.ledger.writing(actor.name, device) as writing:
        earlier = idempotency.earlier(writing, idempotency_key, request)
        if earlier is not None:
            return _standing(writing, earlier["evidence"])
        where = place.found(writing.connection, wanted.job, wanted.seq, token)
        if told["balloon"]:
            pinned = plan.of_revision(ReleaseLog(vault), where.job.item, where.job.rev)
            told["balloon"] = pinned.find(told["balloon"]).balloon
        made = [insert(writing, where, told, one) for one in kept or [()]]
        idempotency.keep(writing, idempotency_key, request, {"evidence": made})
        return _standing(writing, made)


def correct(
    vault: Vault, actor: Person, number: int, why: str, *, words: str | None = None,
    heat: str | None = None, seen: int | None = None, device: str = "",
) -> Evidence:  # fmt: skip
    """Say it in other words, or name another heat; what was said first stays beside it.

    ``seen`` is the row the person looked at.  Raises NoSuchEvidence, EvidenceReplaced,
    CorrectionNeedsReason, EvidenceIncomplete or BadWords.
    """
    return _newer(vault, actor, number, "correct", why, device, seen, words=words, heat=heat)


def withdraw(
    vault: Vault, actor: Person, number: int, why: str, *, seen: int | None = None,
    device: str = "",
) -> Evidence:  # fmt: skip
    """Take evidence back, with a reason: it stays to be read and proves nothing any more."""
    return _newer(vault, actor, number, "withdraw", why, device, seen)


def mark(
    vault: Vault, actor: Person, number: int, marks: Sequence[Mapping[str, Any]], *,
    device: str = "",
) -> Evidence:  # fmt: skip
    """Draw arrows, rings and words over a photo: a record beside it, the picture stays as it is.

    Places are thousandths of its width and height.  Raises NotAPicture or BadMarks.
    """
    require(actor, *STAFF)
    drawn = canonical.dumps(_marks(marks)).decode()
    with vault.ledger.writing(actor.name, device) as writing:
        standing = _known(evidence_records.evidence_one(writing.connection, number), number)
        if standing.file("shown") is None:
            raise NotAPicture(number=number)
        writing.insert(
            tables.evidence_mark, evidence=standing.root, marks=drawn, at=writing.at,
            person=writing.actor, device=writing.device,
        )  # fmt: skip
        writing.record("evidence.marked", subject(standing.job), evidence=standing.root,
                       marks=len(marks))  # fmt: skip
        return _standing(writing, [standing.root])[0]


def show(vault: Vault, number: int) -> tuple[Evidence, list[Evidence]]:
    """Return evidence as it stands, and every record of it, oldest first; raises NoSuchEvidence."""
    with vault.ledger.reading() as connection:
        standing = _known(evidence_records.evidence_one(connection, number), number)
        return standing, evidence_records.line_of(connection, standing.root)


def file(one: Evidence, role: str) -> EvidenceFile:
    """Return a file of evidence; raises NoSuchEvidenceFile."""
    found = one.file(role)
    if found is None:
        roles = ", ".join(each.role for each in one.files) or "no file"
        raise NoSuchEvidenceFile(number=one.root, role=role, roles=roles)
    return found


def insert(
    writing: Writing, where: Place, told: Mapping[str, Any], files: Sequence[EvidenceFile]
) -> int:
    """Write one piece of evidence with its files, and tell of it; returns its number."""
    operation = where.operation
    row = writing.insert(
        tables.evidence, job=where.job.number, operation=operation.id if operation else None,
        act="add", why="", root=None, replaces=None, at=writing.at, person=writing.actor,
        device=writing.device, **told,
    )  # fmt: skip
    for one in files:
        writing.insert(
            tables.evidence_file, evidence=row["id"], role=one.role, name=one.name,
            media=one.media, md5=one.digest.md5, sha256=one.digest.sha256, size=one.digest.size,
            wide=one.wide, high=one.high,
        )  # fmt: skip
    facts = {key: value for key, value in told.items() if value not in ("", None)}
    facts["of"] = facts.pop("kind")
    if files:
        facts |= {"file": files[0].name, "sha256": files[0].digest.sha256}
    if operation:
        facts["seq"] = operation.seq
    writing.record("evidence.added", subject(where.job.number), evidence=row["id"], **facts)
    return int(row["id"])


def _told(wanted: Wanted, files: Mapping[str, Path]) -> dict[str, Any]:
    """Return what is stored of somebody's words, once they are complete for their kind."""
    if wanted.kind not in KINDS:
        raise NoSuchKindOfEvidence(kind=wanted.kind, known=", ".join(KINDS))
    taking.not_too_many(files, MOST_FILES)
    told = {
        "kind": wanted.kind,
        "balloon": line("balloon", wanted.balloon, 12),
        "nonconformance": wanted.nonconformance,
        "words": lines("words", wanted.words, _LONGEST) if wanted.words.strip() else "",
        "heat": line("heat number", wanted.heat, 80),
    }
    _complete(wanted.kind, told, bool(files))
    return told


def _complete(kind: str, told: Mapping[str, Any], files: bool) -> None:
    if kind in {"photo", "document", "certificate"} and not files:
        raise EvidenceIncomplete(kind=kind, what="a file")
    if kind == "note" and files:
        raise EvidenceIncomplete(kind=kind, what="no file; say photo or document with one")
    if kind == "note" and not told["words"]:
        raise EvidenceIncomplete(kind=kind, what="words")
    if kind == "heat" and not told["heat"]:
        raise EvidenceIncomplete(kind="heat", what="the heat number")


def _newer(
    vault: Vault, actor: Person, number: int, act: str, why: str, device: str, seen: int | None,
    **changes: str | None,
) -> Evidence:  # fmt: skip
    require(actor, *STAFF)
    reason = line("reason", why, 500)
    if not reason:
        raise CorrectionNeedsReason(what="evidence", act=_ACTS[act])
    with vault.ledger.writing(actor.name, device) as writing:
        before = _known(evidence_records.evidence_one(writing.connection, number), number)
        if before.withdrawn or seen not in {None, before.id}:
            raise EvidenceReplaced(number=before.root, act=_ACTS[before.act], person=before.person)
        told = {
            "kind": before.kind, "balloon": before.balloon,
            "nonconformance": before.nonconformance, "words": before.words, "heat": before.heat,
        }  # fmt: skip
        if changes.get("words") is not None:
            text = str(changes["words"])
            told["words"] = lines("words", text, _LONGEST) if text.strip() else ""
        if changes.get("heat") is not None:
            told["heat"] = line("heat number", str(changes["heat"]), 80)
        _complete(before.kind, told, bool(before.files))
        row = writing.insert(
            tables.evidence, job=before.job,
            operation=before.operation, act=act, why=reason,
            root=before.root, replaces=before.id, at=writing.at, person=writing.actor,
            device=writing.device, **told,
        )  # fmt: skip
        done = _ACTS[act]
        writing.record(f"evidence.{done}", subject(before.job), evidence=before.root,
                       now=row["id"], why=reason)  # fmt: skip
        return _standing(writing, [before.root])[0]


def _standing(writing: Writing, numbers: Sequence[int]) -> list[Evidence]:
    found = [evidence_records.evidence_one(writing.connection, number) for number in numbers]
    return [one for one in found if one is not None]


def _known(found: Evidence | None, number: int) -> Evidence:
    if found is None:
        raise NoSuchEvidence(number=number)
    return found


def _marks(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    if len(given) > MOST_MARKS:
        raise BadMarks(why=f"there are more than {MOST_MARKS}")
    return [_one_mark(one) for one in given]


def _one_mark(one: Mapping[str, Any]) -> dict[str, Any]:
    shape, points = one.get("shape"), one.get("at")
    if shape not in _SHAPES or not isinstance(points, list) or len(points) != _SHAPES[str(shape)]:
        raise BadMarks(why="a mark is an arrow or ring with four numbers, or words with two")
    if not all(type(number) is int and 0 <= number <= 1000 for number in points):
        raise BadMarks(why="a place is a whole number from 0 to 1000")
    words = line("mark", str(one.get("words") or ""), 80)
    if shape == "words" and not words:
        raise BadMarks(why="words without letters")
    return {"shape": shape, "at": points, **({"words": words} if words else {})}
