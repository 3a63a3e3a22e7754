# SPDX-License-Identifier: AGPL-3.0-or-later
"""What follows from the release log: tags, closing events, catalogue rows, ledger events.

All of it is derived and repeatable.  ``settle`` does what is missing since it
last looked, so a crash right after the commit point heals at the next call
of anything, without a hand.
"""

from __future__ import annotations

from dataclasses import replace

from release import log as release_log
from release import orders
from release.change import Event
from release.log import Recall, ReleaseLog, Revision
from vault import bom, canonical, errors, following, words
from vault.catalogue import RevisionRow
from vault.history import keyring
from vault.history.keyring import KeyRecord
from vault.history.repository import CHANGES, RELEASES, Author
from vault.home import Vault
from vault.ledger import events, people

TAG = "release/{number}/{rev}"
RECALL_TAG = "recall/{number}/{rev}"
RELEASED, RECALLED = "revision.released", "revision.recalled"
KEY_KINDS = {keyring.ROTATED: "key.rotated", keyring.REVOKED: "key.revoked"}


def settle(vault: Vault) -> str:
    """Complete everything that follows from history and return the tip of ``main``.

    With nothing new this reads two refs and three rows.
    """
    main = following.follow(vault)
    if vault.catalogue.cursor(CHANGES) is None:  # it was begun anew, by a new version or a mishap
        _take_in_orders(vault)
    tip, seen = vault.history.tip(RELEASES), vault.catalogue.cursor(RELEASES)
    if tip == seen:
        return main
    if seen is not None and (tip is None or following.has_drifted(vault, seen, tip)):
        rebuild(vault)
        return main
    for commit in vault.history.between(seen, tip or ""):
        _settle_entry(vault, commit.oid, commit.parents[0] if commit.parents else None)
        with vault.catalogue.transaction():
            vault.catalogue.set_cursor(RELEASES, commit.oid)
    return main


def rebuild(vault: Vault) -> dict[str, int]:
    """Make the catalogue again from history alone, and return how much it holds.

    The words of drawings that were read before come back with it; the others wait to be read.
    """
    with vault.catalogue.remade() as fresh:
        filling = replace(vault, catalogue=fresh)
        settle(filling)
        words.read_pending(filling, open_files=False)
    return {**vault.catalogue.counts(), "orders": len(vault.catalogue.orders())}


def _take_in_orders(vault: Vault) -> None:
    with vault.catalogue.transaction():
        for ref, _target in vault.history.refs(CHANGES):
            filed = orders.load(vault, ref.removeprefix(CHANGES))
            orders.put_in_catalogue(vault, filed.order, filed.commit)
        vault.catalogue.set_cursor(CHANGES, "taken in")


def _settle_entry(vault: Vault, commit: str, before: str | None) -> None:
    log = ReleaseLog(vault, at=commit)
    moments: set[str] = set()
    for path in vault.history.changed(before, commit):
        name = path.rpartition("/")[2]
        data = vault.history.blob(commit, path)
        if data is None:
            continue
        if path.startswith("orders/"):
            _close(vault, canonical.loads(data))
        elif name.endswith(".recall.json"):
            recall = Recall(**canonical.loads(data))
            moments.add(recall.at)
            _recalled(vault, commit, recall)
        elif path.startswith(f"{keyring.FOLDER}/"):
            told = keyring.read(data, path)
            moments.add(told.at)
            _took_over(vault, told)
        elif path.startswith("items/") and name != "current.json":
            revision = release_log.read(data, path)
            moments.add(revision.released_at)
            _released(vault, commit, log, revision)
    if moments:
        vault.catalogue.put_entry(log.head().sequence, max(moments))


def _released(vault: Vault, commit: str, log: ReleaseLog, one: Revision) -> None:
    text = (
        f"{one.number} {one.rev}: {one.title}\n\n{one.notes}\n\n"
        f"Change-Order: {one.change}\nReleased-At: {one.released_at}\nRecord: {commit}\n"
    )
    _tag(vault, TAG.format(number=one.number, rev=one.rev), one.source_commit, text)
    with vault.catalogue.transaction():
        if one.supersedes is not None:
            older = log.revision(one.number, one.supersedes)
            recall = log.recall(one.number, older.rev)
            state, at = ("recalled", recall.sequence) if recall else ("superseded", 0)
            vault.catalogue.put_revision(_row(older, state, commit, at))
        vault.catalogue.put_revision(_row(one, "current", commit))
        if any(file.name == bom.FILE for file in one.files):
            data = vault.history.blob(one.source_commit, f"{one.path}/{bom.FILE}")
            vault.catalogue.uses.put(one.number, one.rev, following.lines_of(data))
    _tell(vault, RELEASED, f"item/{one.number}", one.released_by, rev=one.rev, change=one.change,
          sequence=one.sequence)  # fmt: skip


def _recalled(vault: Vault, commit: str, one: Recall) -> None:
    revision = ReleaseLog(vault, at=commit).revision(one.number, one.rev)
    text = f"{one.number} {one.rev} recalled\n\n{one.reason}\n\n{one.order}\n\nRecord: {commit}\n"
    _tag(vault, RECALL_TAG.format(number=one.number, rev=one.rev), revision.source_commit, text)
    with vault.catalogue.transaction():
        vault.catalogue.put_revision(_row(revision, "recalled", commit, one.sequence))
    _tell(vault, RECALLED, f"item/{one.number}", one.by, rev=one.rev, reason=one.reason,
          instruction=one.instruction, ask=one.ask, sequence=one.sequence)  # fmt: skip


def _took_over(vault: Vault, told: KeyRecord) -> None:
    """Bring the keys beside the vault up to the log; after a crash the last step was not taken."""
    with keyring.replacing(vault.keys):
        keyring.complete(vault.history, vault.keys)
    _tell(vault, KEY_KINDS[told.act], "keys", told.by, key=told.key, reason=told.reason,
          sequence=told.sequence)  # fmt: skip


def _close(vault: Vault, told: dict[str, str]) -> None:
    filed = orders.load(vault, told["change"])
    if filed.order.state == "released":
        return
    event = Event(told["released_at"], told["released_by"], "release", "released")
    actor = people.get(vault.ledger, told["released_by"])
    try:
        orders.append(vault, actor, filed, filed.order.acted(event), guard=False)
    except errors.MovedOn:
        if orders.load(vault, told["change"]).order.state != "released":
            raise


def _tag(vault: Vault, name: str, target: str, text: str) -> None:
    ref = f"refs/tags/{name}"
    if vault.history.tip(ref) is not None:
        return  # verify says if it is not the right one; a tag is never moved
    try:
        orders.signer(vault).tag(name, target, text, Author("Titleblock", ""))
    except errors.MovedOn:
        return  # another process settled the same entry a moment earlier


def _tell(vault: Vault, kind: str, subject: str, by: str, **facts: object) -> None:
    """Write the ledger's event of a log entry once; the entry's sequence is what makes it one."""
    for known in events.of(vault.ledger, subject, limit=1000):
        if known.kind == kind and known.facts.get("sequence") == facts["sequence"]:
            return
    with vault.ledger.writing(by) as writing:
        writing.record(kind, subject, **facts)


def _row(one: Revision, state: str, commit: str, recalled: int = 0) -> RevisionRow:
    return RevisionRow(
        number=one.number, rev=one.rev, sequence=one.sequence, change=one.change, state=state,
        released_at=one.released_at, released_by=one.released_by, code=one.code, commit=commit,
        recalled=recalled,
    )  # fmt: skip
