# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register of copies: which are out, which have to come back, and what became of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy.engine import Connection

from release import settling
from release.log import Recall, ReleaseLog, Revision
from traveler import clearing, lifecycle, tables
from traveler import words as words_of
from traveler.copies import old, records
from traveler.copies.errors import BadCopyAct, CopyCannot, CopyNeedsNote, NoSuchCopy
from traveler.copies.issuing import STAFF, deviation, subject
from traveler.copies.records import Act, Copy, CopyFilter
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require

OUT: Final = "open"
ACTS: Final = ("collect", "destroy", "miss", "correct")
SAID: Final = {
    "issue": "handed out",
    "collect": "collected",
    "destroy": "destroyed",
    "miss": "declared missing",
    "correct": "put back to being out",
}
_NOTED: Final = {"miss": "a missing copy", "correct": "a correction"}
_LONGEST_NOTE: Final = 500


@dataclass(frozen=True, slots=True)
class CopyView:
    """What the code of a copy answers: the copy, its revision, how that stands, what was done.

    ``deviation`` is the decision by which its job may go on with an old revision, if there is one.
    """

    copy: Copy
    revision: Revision
    standing: str
    current: Revision | None
    recall: Recall | None
    acts: tuple[Act, ...]
    deviation: str

    @property
    def closed(self) -> bool:
        """Say whether this copy should not be in anybody's hands any more."""
        return self.copy.state != OUT


def look(vault: Vault, text: str) -> CopyView:
    """Return what is known of a copy by its code, the address in its QR, or its number.

    Raises NoSuchCopy, also for a number that was never handed out.
    """
    settling.settle(vault)
    with vault.ledger.reading() as connection:
        copy = _wanted(connection, text)
        done = records.acts(connection, copy.id)
    log = ReleaseLog(vault)
    return CopyView(
        copy, log.revision(copy.item, copy.rev), log.standing(copy.item, copy.rev),
        log.current(copy.item), log.recall(copy.item, copy.rev), tuple(done),
        deviation(vault, log, copy),
    )  # fmt: skip


def by_code(vault: Vault, code: str) -> CopyView:
    """Return what a scanned code answers; a number, which can be guessed, finds nothing here."""
    if records.serial(code) is not None or records.digest(code) is None:
        raise NoSuchCopy(copy=code)
    return look(vault, code)


def open_copies(vault: Vault, number: str, rev: str) -> list[Copy]:
    """Return the copies of a revision that are out, the newest first."""
    with vault.ledger.reading() as connection:
        return records.copies(connection, CopyFilter(item=number, rev=rev, state=OUT))


def listing(
    vault: Vault, wanted: CopyFilter, limit: int | None = None, offset: int = 0
) -> list[Copy]:
    """Return the copies that were handed out and fit, the newest first."""
    with vault.ledger.reading() as connection:
        return records.copies(connection, wanted, limit, offset)


def to_collect(vault: Vault, wanted: CopyFilter) -> list[Copy]:
    """Return the copies that are out although their revision is not the one to work from any more."""
    settling.settle(vault)
    with vault.ledger.reading() as connection:
        pairs = [
            (item, rev) for item, rev in records.revisions(connection, OUT)
            if wanted.item in {"", item} and wanted.rev in {"", rev}
        ]  # fmt: skip
        found = [
            copy for item, rev in old.withdrawn(ReleaseLog(vault), pairs)
            for copy in records.copies(
                connection, CopyFilter(item, rev, wanted.job, wanted.person, OUT)
            )
        ]  # fmt: skip
    return sorted(found, key=lambda one: one.id, reverse=True)


def act(
    vault: Vault, actor: Person, text: str, what: str, note: str = "", device: str = ""
) -> Copy:
    """Put on record what became of a copy; of two people who close the same one, the first counts.

    ``what`` is ``collect``, ``destroy``, ``miss`` or ``correct``: nothing is edited, a mistake is
    put right by a newer record.  Raises RoleNeeded, BadCopyAct, NoSuchCopy, CopyNeedsNote,
    BadWords or CopyCannot.
    """
    require(actor, *STAFF)
    if what not in ACTS:
        raise BadCopyAct(act=what, known=", ".join(ACTS))
    said = words_of.line("note", note, _LONGEST_NOTE)
    with vault.ledger.writing(actor.name, device) as writing:
        copy = _wanted(writing.connection, text)
        after = lifecycle.COPY.get((copy.state, what))
        if after is None:
            raise CopyCannot(copy=copy.number, state=_state_said(copy), act=SAID[what])
        if what in _NOTED and not said:
            raise CopyNeedsNote(what=_NOTED[what])
        return _acted(writing, copy, what, after, said)


def _acted(writing: Writing, copy: Copy, what: str, after: str, note: str) -> Copy:
    writing.update(tables.drawing_copy, copy.id, state=after)
    writing.insert(
        tables.copy_act, copy=copy.id, act=what, at=writing.at, person=writing.actor,
        device=writing.device, note=note,
    )  # fmt: skip
    writing.record(
        f"copy.{what}", subject(copy.id), number=copy.item, rev=copy.rev, before=copy.state,
        now=after, note=note,
    )  # fmt: skip
    now = _wanted(writing.connection, copy.number)
    clearing.collected(writing, now)
    return now


def _wanted(connection: Connection, text: str) -> Copy:
    """Return a copy that was handed out, by number, code or address; raises NoSuchCopy."""
    serial, digest = records.serial(text), records.digest(text)
    found = None
    if serial is not None:
        found = records.by_id(connection, serial)
    elif digest is not None:
        found = records.by_hash(connection, digest)
    if found is None or found.state in lifecycle.NEVER_OUT:
        raise NoSuchCopy(copy=text)
    return found


def _state_said(copy: Copy) -> str:
    if copy.state == OUT or copy.last is None:
        return "out"
    return f"{copy.state} already (by {copy.last.person} at {copy.last.at})"
