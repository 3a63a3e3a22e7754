# SPDX-License-Identifier: AGPL-3.0-or-later
"""What follows from the release log: tags, closing events, catalogue rows, ledger events.

All of it is derived and repeatable.  ``settle`` does what is missing since it
last looked, so a crash right after the commit point heals at the next call
of anything, without a hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from release import log as release_log
from release import orders
from release.change import Event
from release.log import Recall, ReleaseLog, Revision
from vault import bom, canonical, errors, following, looking, words
from vault.catalogue_rows import RevisionRow
from vault.history import keyring
from vault.history.keyring import KeyRecord
from vault.history.repository import CHANGES, RELEASES, Author
from vault.history.signing import NewTag
from vault.home import Vault
from vault.ledger import events, people

TAG = "release/{number}/{rev}"
RECALL_TAG = "recall/{number}/{rev}"
RELEASED, RECALLED = "revision.released", "revision.recalled"
KEY_KINDS = {keyring.ROTATED: "key.rotated", keyring.REVOKED: "key.revoked"}


def settle(vault: Vault) -> str:
    """Complete everything that follows from history and return the tip of ``main``.

    With nothing new this reads two refs and three rows.  Where somebody only looks it takes in
    what was checked in, and leaves the release log to those who act (``vault.looking``).
    """
    main = following.follow(vault)
    if vault.catalogue.cursor(CHANGES) is None:  # it was begun anew, by a new version or a mishap
        _take_in_orders(vault)
    tip, seen = vault.history.tip(RELEASES), vault.catalogue.cursor(RELEASES)
    if tip == seen or looking.is_only():
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
    released: list[Revision] = []
    closing: list[dict[str, str]] = []
    for path in vault.history.changed(before, commit):
        name = path.rpartition("/")[2]
        data = vault.history.blob(commit, path)
        if data is None:
            continue
        if path.startswith("orders/"):
            closing.append(canonical.loads(data))
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
            released.append(revision)
    if released:
        _released(vault, commit, log, released)
    for told_order in closing:
        _close(vault, told_order)
    if moments:
        vault.catalogue.put_entry(log.head().sequence, max(moments))


def _released(vault: Vault, commit: str, log: ReleaseLog, made: Sequence[Revision]) -> None:
    """Tag, list and tell the revisions of one entry, all of them together: one wait for each."""
    texts = {
        TAG.format(number=one.number, rev=one.rev): (
            one.source_commit,
            (
                f"{one.number} {one.rev}: {one.title}\n\n{one.notes}\n\n"
                f"Change-Order: {one.change}\nReleased-At: {one.released_at}\nRecord: {commit}\n"
            ),
        )
        for one in made
    }
    orders.signer(vault).tags(
        [NewTag(name, *told) for name, told in texts.items()
         if vault.history.tip(f"refs/tags/{name}") is None]
    )  # fmt: skip
    older = [_older_row(log, commit, one) for one in made if one.supersedes is not None]
    with vault.catalogue.transaction():
        for row in (*older, *(_row(one, "current", commit) for one in made)):
            vault.catalogue.put_revision(row)
        for one in made:
            if any(file.name == bom.FILE for file in one.files):
                data = vault.history.blob(one.source_commit, f"{one.path}/{bom.FILE}")
                vault.catalogue.uses.put(one.number, one.rev, following.lines_of(data))
    _tell_released(vault, made)


def _older_row(log: ReleaseLog, commit: str, one: Revision) -> RevisionRow:
    older = log.revision(one.number, one.supersedes or "")
    recall = log.recall(one.number, older.rev)
    state, at = ("recalled", recall.sequence) if recall else ("superseded", 0)
    return _row(older, state, commit, at)


def _tell_released(vault: Vault, made: Sequence[Revision]) -> None:
    """Write the ledger's events of an entry, all in one transaction.

    Where the first one stands some were written before a crash, so each is looked for.
    """
    with vault.ledger.writing(made[0].released_by) as writing:
        begun = _is_told(vault, RELEASED, f"item/{made[0].number}", made[0].sequence)
        for one in made:
            subject = f"item/{one.number}"
            if not (begun and _is_told(vault, RELEASED, subject, one.sequence)):
                writing.record(RELEASED, subject, rev=one.rev, change=one.change,
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
    if not _is_told(vault, kind, subject, facts["sequence"]):
        with vault.ledger.writing(by) as writing:
            writing.record(kind, subject, **facts)


def _is_told(vault: Vault, kind: str, subject: str, sequence: object) -> bool:
    return any(
        one.kind == kind and one.facts.get("sequence") == sequence
        for one in events.of(vault.ledger, subject, limit=1000)
    )


def _row(one: Revision, state: str, commit: str, recalled: int = 0) -> RevisionRow:
    return RevisionRow(
        number=one.number, rev=one.rev, sequence=one.sequence, change=one.change, state=state,
        released_at=one.released_at, released_by=one.released_by, code=one.code, commit=commit,
        recalled=recalled,
    )  # fmt: skip
