# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handing out a numbered copy: a number, bytes made for it alone, and the record of both.

The number is reserved first, the drawing stamped outside of any transaction, and only what is on
record is handed out.  A crash between leaves a number that never was a copy.  Whoever sends a form
again gets the same copy again: its code is derived from the form's key, which is kept nowhere.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from release import settling
from release.errors import UnstampableFile
from release.log import ReleaseLog, Revision
from release.stamp import press
from release.transaction import templates_of
from traveler import job_records, kit_records, lifecycle, operation_records, tables
from traveler.copies import marking, records
from traveler.copies.errors import (
    CopyOfAnotherRevision,
    NoCopyOfRecalled,
    NoSuchCopy,
    OnlyDrawingsAreCopies,
)
from traveler.copies.records import Copy
from traveler.decisions import rules
from traveler.decisions.records import decisions
from traveler.standing import standing
from traveler.words import today
from vault import codes, worker
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.errors import KeyUsedBefore
from vault.ledger.people import ROLES, Person, require

STAFF: Final = tuple(role for role in ROLES if role != "customer")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for: a file of a released revision, and the job and step it is for, if any."""

    number: str
    rev: str
    file: str
    job: str = ""
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A copy handed out: its record, and the bytes the record's sha256 is of."""

    copy: Copy
    data: bytes


def issue(vault: Vault, actor: Person, wanted: Wanted, device: str = "", key: str = "") -> Issued:
    """Hand out a numbered copy of a released drawing to a person of the shop.

    ``key`` is a code of the form that asks; the same key hands out the same copy.  Raises
    RoleNeeded, NoSuchRevision, NoSuchFile, OnlyDrawingsAreCopies, NoCopyOfRecalled, NoSuchJob,
    NoSuchOperation, CopyOfAnotherRevision, KeyUsedBefore or UnstampableFile.
    """
    require(actor, *STAFF)
    return hand_out(vault, actor.name, wanted, device, key)


def hand_out(vault: Vault, person: str, wanted: Wanted, device: str = "", key: str = "") -> Issued:
    """Hand out a copy to somebody by name; who may have one is ``issue``'s to ask."""
    settling.settle(vault)
    log = ReleaseLog(vault)
    revision = log.wanted(wanted.number, wanted.rev)
    file = revision.file(wanted.file)
    stand = log.standing(revision.number, revision.rev)
    if stand == "recalled":
        raise NoCopyOfRecalled(number=revision.number, rev=revision.rev)
    if file.stamped is None:
        raise OnlyDrawingsAreCopies(name=file.name)
    marked = "superseded" if stand == "superseded" else "job" if wanted.job else "released"
    code = derived(person, key) if key else codes.new_code()
    with vault.ledger.writing(person, device) as writing:
        copy = _reserved(writing, revision, wanted, code, marked, key)
    try:
        data = _drawn(vault, log, revision, copy, code)
    except UnstampableFile:
        _void(vault, person, device, copy)
        raise
    with vault.ledger.writing(person, device) as writing:
        return Issued(_opened(writing, copy, data, key), data)


def _reserved(
    writing: Writing, revision: Revision, wanted: Wanted, code: str, marked: str, key: str
) -> Copy:
    """Return the record a copy will have; that of the first time where a form is sent again."""
    earlier = records.by_hash(writing.connection, codes.hashed(code)) if key else None
    for_work = _work(writing, revision, wanted)
    if earlier is not None:
        asked = (revision.number, revision.rev, wanted.file, for_work["job"], for_work["seq"])
        if asked != (earlier.item, earlier.rev, earlier.file, earlier.job, earlier.seq):
            raise KeyUsedBefore(key=key)
        return earlier
    row = writing.insert(
        tables.drawing_copy, hash=codes.hashed(code), item=revision.number, rev=revision.rev,
        file=wanted.file, marked=marked, person=writing.actor, device=writing.device,
        at=writing.at, sha256="", size=0, state="reserved", **for_work,
    )  # fmt: skip
    writing.record("copy.reserved", subject(row["id"]), file=wanted.file, number=revision.number,
                   rev=revision.rev)  # fmt: skip
    return _found(writing, row["id"])


def _work(writing: Writing, revision: Revision, wanted: Wanted) -> dict[str, Any]:
    """Return the columns that say what a copy is for."""
    nothing: Mapping[str, Any] = {"job": None, "seq": None, "station": "", "qty": None}
    if not wanted.job:
        return dict(nothing)
    job = job_records.known(writing.connection, wanted.job)
    kit = kit_records.items(writing.connection, [job.number])[job.number]
    pinned = {(job.item, job.rev), *((one.item, one.rev) for one in kit)}
    if (revision.number, revision.rev) not in pinned:
        raise CopyOfAnotherRevision(job=job.number, item=job.item, rev=job.rev,
                                    number=revision.number, other=revision.rev)  # fmt: skip
    found = {**nothing, "job": job.number, "qty": job.qty}
    if wanted.seq is None:
        return found
    steps = operation_records.operations(writing.connection, job.number)
    one = operation_records.step(steps, job.number, wanted.seq)
    return {**found, "seq": one.seq, "station": one.station}


def _drawn(vault: Vault, log: ReleaseLog, revision: Revision, copy: Copy, code: str) -> bytes:
    """Stamp the released original for this copy alone and return the bytes."""
    source = log.path(revision, copy.file, stamped=False)
    templates = templates_of(vault, revision.rules)
    refusal: UnstampableFile | None = None
    with tempfile.TemporaryDirectory(prefix="titleblock-copy-") as folder:
        out = Path(folder) / "copy.pdf"
        for stamp in marking.stamps(
            revision, copy, code, vault.settings.public_url, deviation(vault, log, copy),
            next((one.rev for one in log.revisions(copy.item) if one.supersedes == copy.rev), ""),
        ):  # fmt: skip
            try:
                press.stamp(
                    worker.shared(), source, out, stamp, name=copy.file, templates=templates
                )
            except UnstampableFile as unstampable:
                refusal = refusal or unstampable
            else:
                return out.read_bytes()
    raise refusal or UnstampableFile(name=copy.file, reason="it has no pages")


def deviation(vault: Vault, log: ReleaseLog, copy: Copy) -> str:
    """Return the decision by which a copy's job may go on with its old revision, empty if none."""
    if copy.job is None or log.standing(copy.item, copy.rev) == "current":
        return ""
    with vault.ledger.reading() as connection:
        job = job_records.job(connection, copy.job)
        made = decisions(connection, [copy.job])[copy.job]
        kit = kit_records.items(connection, [copy.job])[copy.job]
    part = next((one for one in kit if (one.item, one.rev) == (copy.item, copy.rev)), None)
    if job is None or (part is None and (job.item, job.rev) != (copy.item, copy.rev)):
        return ""
    stand, day = standing(log, copy.item, copy.rev), today(vault.settings.time_zone)
    found = rules.in_force(made, job, stand, day, part)
    return f"{found.sentence} ({found.person})" if found and found.choice == "deviation" else ""


def _opened(writing: Writing, copy: Copy, data: bytes, key: str) -> Copy:
    digest = hashlib.sha256(data).hexdigest()
    now = _found(writing, copy.id)
    after = lifecycle.COPY.get((now.state, "issue"))
    if after is None:  # a form that was sent again: the copy is out already
        if now.sha256 != digest:
            raise KeyUsedBefore(key=key)
        writing.record("copy.sent again", subject(copy.id), sha256=digest)
        return now
    writing.update(tables.drawing_copy, copy.id, state=after, sha256=digest, size=len(data))
    _acted(writing, copy.id, "issue", "")
    writing.record(
        "copy.issued", subject(copy.id), number=copy.item, rev=copy.rev, file=copy.file,
        job=copy.job or "", seq=copy.seq or 0, station=copy.station, sha256=digest,
        marked=copy.marked,
    )  # fmt: skip
    return _found(writing, copy.id)


def _void(vault: Vault, person: str, device: str, copy: Copy) -> None:
    """Give up a number whose drawing could not be made."""
    with vault.ledger.writing(person, device) as writing:
        after = lifecycle.COPY.get((_found(writing, copy.id).state, "void"))
        if after is not None:
            writing.update(tables.drawing_copy, copy.id, state=after)
            writing.record("copy.void", subject(copy.id), why="its drawing could not be stamped")


def _acted(writing: Writing, copy: int, act: str, note: str) -> None:
    writing.insert(
        tables.copy_act, copy=copy, act=act, at=writing.at, person=writing.actor,
        device=writing.device, note=note,
    )  # fmt: skip


def _found(writing: Writing, copy: int) -> Copy:
    found = records.by_id(writing.connection, copy)
    if found is None:  # a row is never removed
        raise NoSuchCopy(copy=records.written(copy))
    return found


def derived(person: str, key: str) -> str:
    """Return the code that belongs to a form's key; raises BadCode for a key that could be guessed."""
    told = f"copy\n{person}\n{codes.normal_code(key)}".encode()
    number = int.from_bytes(hashlib.sha256(told).digest(), "big")
    return "".join(codes.ALPHABET[(number >> shift) & 31] for shift in range(0, codes.SIGNS * 5, 5))


def subject(copy: int) -> str:
    """Return the subject under which a copy's events are kept."""
    return f"copy/{records.written(copy)}"
