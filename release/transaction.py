# SPDX-License-Identifier: AGPL-3.0-or-later
"""The release transaction: everything is made and checked first, then one ref moves.

Stamped files are content-addressed and records are not visible before the
release log moves, so a crash before that point leaves nothing released and a
crash after it is completed by ``release.settling``.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from release import appending
from release import log as release_log
from release.change import FileFact, Order, OrderItem, Signoff
from release.errors import AlreadyReleased, ReleaseLost
from release.finding import Finding
from release.gate import Judgement
from release.log import INSTRUCTIONS, Recall, ReleasedFile, ReleaseLog, Revision, StampedFile
from release.orders import Filed
from release.rules import grammar
from release.rules.distributed import Asked
from release.stamp import press, sealing
from release.stamp.sealing import Sealer
from release.stamp.template import Stamp
from release.stamp.templates import Templates
from vault import canonical, clock, codes, errors, worker
from vault.history.repository import CHANGES, RELEASES
from vault.home import Vault
from vault.ledger.people import Person
from vault.objects import opening
from vault.objects._batch import Batch
from vault.objects.store import Digest, ObjectStore

TRIES: Final = 20
Progress = Callable[[str], None]


def release(
    vault: Vault, actor: Person, filed: Filed, judgement: Judgement, rules: str,
    seen: Mapping[str, str | None], progress: Progress,
) -> list[Revision]:  # fmt: skip
    """Release every item of a judged order, or none.

    The findings must have passed: that is the desk's business, this is the machine.  ``seen``
    names refs the judgement was made by, and where they stood: nothing is released by rules that
    are not in force any more.  Raises MovedOn, ReleaseLost, UnstampableFile, MissingObject,
    DamagedObject, or what signing a PDF refuses.
    """
    at = clock.now()
    log = _not_overtaken(vault, judgement.order)
    templates = templates_of(vault, rules)
    findings: dict[str, list[Finding]] = {one.number: [] for one in filed.order.items}
    for finding in judgement.findings:
        findings[finding.item].append(finding)
    sealer = sealing.of_vault(vault)
    with opening.together(vault.objects) as store:
        making = _Making(
            vault, store, actor, filed.order, judgement.next, findings, rules, templates, log, at,
            sealer,
        )  # fmt: skip
        made = [_made(making, one, progress) for one in filed.order.items]
    _hold_stamped(vault, made)
    for _ in range(TRIES):
        head = log.head()
        numbered = [replace(one, sequence=head.sequence + 1) for one in made]
        files: dict[str, bytes | None] = {
            release_log.order_path(filed.order.change): canonical.pretty(
                _order_record(filed, numbered, at, actor, judgement.lists)
            )
        }
        for one in numbered:
            files[release_log.record_path(one.number, one.rev)] = release_log.written(one)
            files[release_log.standing_path(one.number)] = _note(one, "current")
        names = ", ".join(f"{one.number} {one.rev}" for one in numbered)
        message = f"Release {names}\n\n{filed.order.notes}\n\nChange-Order: {filed.order.change}\n"
        try:
            appending.append(
                vault, actor, log, files, message,
                {**seen, CHANGES + filed.order.change: filed.commit},
            )  # fmt: skip
        except errors.MovedOn as moved:
            if moved.facts["ref"] != RELEASES:
                refuse_released(vault, judgement.order)  # whoever released it has closed it, too
                raise
            log = _not_overtaken(vault, judgement.order)
            continue
        return numbered
    raise errors.MovedOn(ref=RELEASES, now=vault.history.tip(RELEASES) or "nothing")


def recall(
    vault: Vault, actor: Person, revision: Revision, reason: str,
    instruction: str = INSTRUCTIONS[0], ask: str = "",
) -> Recall:  # fmt: skip
    """Withdraw a revision by one signed entry in the log.

    The item has no current revision afterwards, unless it was an older one that was recalled.
    """
    for _ in range(TRIES):
        log = ReleaseLog(vault)
        made = Recall(revision.number, revision.rev, actor.name, clock.now(), reason,
                      log.head().sequence + 1, instruction, ask)  # fmt: skip
        files: dict[str, bytes | None] = {
            release_log.recall_path(revision.number, revision.rev): canonical.pretty(asdict(made))
        }
        if log.latest(revision.number) == revision.rev:
            files[release_log.standing_path(revision.number)] = _note(revision, "recalled")
        message = f"Recall {revision.number} {revision.rev}\n\n{reason}\n\n{made.order}\n"
        try:
            appending.append(vault, actor, log, files, message, {})
        except errors.MovedOn:
            continue
        return made
    raise errors.MovedOn(ref=RELEASES, now=vault.history.tip(RELEASES) or "nothing")


def refuse_released(vault: Vault, order: Order) -> None:
    """Refuse an order the release log holds already, closed or not; raises AlreadyReleased."""
    tip = vault.history.tip(RELEASES)
    data = None if tip is None else vault.history.blob(tip, release_log.order_path(order.change))
    if data is not None:
        told = canonical.loads(data)
        released = ", ".join(f"{one['number']} {one['rev']}" for one in told["items"])
        raise AlreadyReleased(
            change=order.change, by=told["released_by"], at=told["released_at"], released=released
        )


def _not_overtaken(vault: Vault, order: Order) -> ReleaseLog:
    """Return the log as it is now; raises ReleaseLost where it is not the one that was judged.

    Somebody else may have released this very order since, and not closed it yet.
    """
    log = ReleaseLog(vault)
    for one in order.items:
        if log.latest(one.number) != one.from_rev:
            rev = log.latest(one.number) or ""
            winner = log.revision(one.number, rev).change
            raise ReleaseLost(number=one.number, rev=rev, winner=winner, change=order.change)
    return log


@dataclass(frozen=True, slots=True)
class _Making:
    """What is the same for every item of a release; ``store`` takes all its stamped files."""

    vault: Vault
    store: ObjectStore | Batch
    actor: Person
    order: Order
    letters: Mapping[str, str]
    findings: Mapping[str, list[Finding]]
    rules: str
    templates: Templates
    log: ReleaseLog
    at: str
    sealer: Sealer | None


def _made(making: _Making, one: OrderItem, progress: Progress) -> Revision:
    order, code = making.order, codes.new_code()
    bare = Revision(
        number=one.number, rev=making.letters[one.number], title=one.title, kind=one.kind,
        owner=one.owner, change=order.change, sequence=0, released_at=making.at,
        released_by=making.actor.name, code=code,
        url=codes.qr_address(making.vault.settings.public_url, "r", code),
        supersedes=making.log.latest(one.number), notes=order.notes, source_commit=one.commit,
        tree=one.tree, path=one.path, rules=making.rules, files=(),
        signoffs=tuple(_bound(signed, one) for signed in order.signoffs if signed.covers(one)),
        findings=tuple(making.findings[one.number]),
        change_class=order.change_class, item_notes=one.notes, stock=one.stock,
        in_process=one.in_process,
        overrides=tuple(
            asdict(replace(each, trees={one.number: one.tree})) for each in order.overrides
            if each.trees.get(one.number) == one.tree
        ),
        delegations=tuple(asdict(each) for each in order.delegations),
    )  # fmt: skip
    files = []
    for file in one.files:
        progress(f"{bare.number} {bare.rev}: {file.name}")
        files.append(_released(making, file, stamp_of(bare)))
    return replace(bare, files=tuple(files))


def _bound(signed: Signoff, one: OrderItem) -> dict[str, Any]:
    """Return a signature as the record of one item keeps it: bound to that item and no other."""
    return asdict(replace(signed, items={one.number: signed.items[one.number]}, voided={}))


def stamp_of(one: Revision) -> Stamp:
    """Return what is stamped on a revision's PDFs: a function of its record and nothing else."""
    approvers = [str(s["full_name"] or s["by"]) for s in one.signoffs if s["meaning"] == "approved"]
    overridden = [f for f in one.findings if f.verdict == "overridden"]
    return Stamp(
        state="released", number=one.number, rev=one.rev, title=one.title,
        date=one.released_at[:10], approver=", ".join(dict.fromkeys(approvers)),
        change=one.change, url=one.url,
        extra=tuple(("Override", f"{f.requirement}: {f.reason}") for f in overridden),
    )  # fmt: skip


def stamped_again(vault: Vault, one: Revision, file: ReleasedFile) -> press.Stamped:
    """Stamp a released PDF once more and return the outcome; for verification."""
    source = vault.objects.path(Digest(file.md5, file.sha256, file.size), file.name)
    with tempfile.TemporaryDirectory(prefix="titleblock-stamp-") as folder:
        out = Path(folder) / "stamped.pdf"
        return press.stamp(
            worker.shared(), source, out, stamp_of(one), name=file.name,
            templates=templates_of(vault, one.rules), ways=_ways(file),
        )  # fmt: skip


def _ways(file: ReleasedFile) -> Sequence[str]:
    """Return the ways from the one that was taken on: an earlier one may not have borne signing."""
    if file.stamped is None or file.stamped.seal is None:
        return press.WAYS
    return press.WAYS[press.WAYS.index(file.stamped.how) :]


def templates_of(vault: Vault, rules: str) -> Templates:
    """Return how the rules a revision was released by want its stamps; ``rules`` is their blob."""
    return grammar.read(vault.history.blob_of(rules).decode(), rules).templates


def _released(making: _Making, file: FileFact, stamp: Stamp) -> ReleasedFile:
    """Check a file once more, byte for byte, stamp it where it is a PDF, and store the result.

    What is released is held where the store can do that, before anybody is told of the release.
    """
    kept = ReleasedFile(file.name, file.size, file.md5, file.sha256)
    if not file.md5:
        return kept
    objects = making.vault.objects
    original = Digest(file.md5, file.sha256, file.size)
    source = objects.path(original, file.name)
    objects.hold(original)
    if not file.is_pdf:
        return kept
    with tempfile.TemporaryDirectory(prefix="titleblock-stamp-") as folder:
        out = Path(folder) / "stamped.pdf"
        stamped, seal = sealing.stamped(
            worker.shared(), source, out, stamp, file.name, making.templates, making.sealer
        )
        digest = making.store.put(out)
    if digest.sha256 != stamped.sha256:
        raise errors.DamagedObject(
            name=file.name, why="the stamped file changed while being stored"
        )
    return replace(
        kept,
        stamped=StampedFile(
            digest.size,
            digest.md5,
            digest.sha256,
            stamped.pages,
            stamped.how,
            stamped.engine,
            stamped.covered,
            seal,
        ),
    )


def _hold_stamped(vault: Vault, made: list[Revision]) -> None:
    """Hold the stamped files where the store can do that, before anybody is told of the release."""
    for one in made:
        for file in one.files:
            if (stamped := file.stamped) is not None:
                vault.objects.hold(Digest(stamped.md5, stamped.sha256, stamped.size))


def _note(revision: Revision, state: str) -> bytes:
    return canonical.pretty(
        {"number": revision.number, "rev": revision.rev, "state": state,
         "sequence": revision.sequence}
    )  # fmt: skip


def _order_record(
    filed: Filed, revisions: list[Revision], at: str, actor: Person,
    lists: Mapping[str, Sequence[Asked]],
) -> dict[str, Any]:  # fmt: skip
    """Return the log's entry of an order, with who has to read what it released, and why."""
    return {
        "change": filed.order.change,
        "commit": filed.commit,
        "released_at": at,
        "released_by": actor.name,
        "readers": list(filed.order.readers),
        "items": [
            {
                "number": one.number,
                "rev": one.rev,
                "readers": {each.person: each.by for each in lists.get(one.number, ())},
            }
            for one in revisions
        ],
    }
