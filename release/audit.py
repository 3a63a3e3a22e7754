# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verification: log, tags, change orders, objects, ledger and catalogue, compared both ways.

Nothing here repairs and nothing here trusts: every signature is checked by
git, every byte is hashed again, and each disagreement is one named fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from release import lifecycle, orders, requirements, settling, transaction
from release import log as release_log
from release.change import Order
from release.log import ReleasedFile, ReleaseLog, Revision, StampedFile
from vault import canonical, errors, names, pointer
from vault.history.repository import CHANGES, MAIN, RELEASES, Commit
from vault.home import Vault
from vault.ledger import events
from vault.objects.store import Digest

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One disagreement: what kind, where, and what is wrong there."""

    kind: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found; ``checked`` counts what was looked at, by kind."""

    checked: dict[str, int]
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Say whether nothing is wrong; a report that checked nothing is not good."""
        return not self.faults and any(self.checked.values())

    def told(self) -> dict[str, Any]:
        """Return what ``--json`` says."""
        return {
            "ok": self.ok,
            "checked": self.checked,
            "faults": [asdict(one) for one in self.faults],
        }


def verify(
    vault: Vault, number: str | None = None, rev: str | None = None, *, deep: bool = False,
    progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Return what is wrong with a vault, or with one item or revision of it.

    ``deep`` also stamps every released PDF again and compares the bytes.
    """
    audit = _Audit(vault, number, rev, deep, progress or (lambda _line: None))
    faults = tuple(audit.run())
    return Report(audit.checked, faults)


class _Audit:
    def __init__(
        self, vault: Vault, number: str | None, rev: str | None, deep: bool, progress: Progress
    ) -> None:
        self.vault = vault
        self.only = None if number is None else names.fold(number)
        self.rev = rev
        self.deep = deep
        self.progress = progress
        self.log = ReleaseLog(vault)
        self.signer = orders.signer(vault)
        self.checked: dict[str, int] = {}
        self.revisions: dict[tuple[str, str], Revision] = {}
        self.recalls: set[tuple[str, str]] = set()
        self.witnesses: list[tuple[int, str]] = []
        self.good: set[str] = set()

    def run(self) -> Iterator[Fault]:
        steps: list[tuple[str, Callable[[], Iterator[Fault]]]] = [
            ("release log", self.of_log), ("revisions", self.of_revisions), ("tags", self.of_tags),
            ("change orders", self.of_orders),
        ]  # fmt: skip
        if self.only is None:
            steps += [("git", self.of_git), ("objects", self.of_objects), ("main", self.of_main),
                      ("ledger", self.of_ledger), ("catalogue", self.of_catalogue)]  # fmt: skip
        for label, step in steps:
            self.progress(label)
            try:
                yield from step()
            except errors.Unavailable:
                raise
            except errors.Refusal as refusal:
                yield Fault(label, str(refusal.facts.get("where", label)), str(refusal))

    def count(self, kind: str) -> None:
        self.checked[kind] = self.checked.get(kind, 0) + 1

    def wanted(self, number: str, rev: str) -> bool:
        return self.only is None or (names.fold(number) == self.only and self.rev in (None, rev))

    # --- history -------------------------------------------------------------

    def of_log(self) -> Iterator[Fault]:
        """Every entry is signed, has one parent, and only ever adds."""
        for entry in reversed(list(self.vault.history.chain(RELEASES))):
            self.count("log entries")
            where = f"{RELEASES} {entry.oid[:10]}"
            if len(entry.parents) > 1:
                yield Fault("release log", where, "an entry has two parents")
            why = self.signer.commit_fault(entry.oid)
            if why is not None:
                yield Fault("signature", where, why)
            yield from self.of_entry(entry, where)

    def of_entry(self, entry: Commit, where: str) -> Iterator[Fault]:
        before = entry.parents[0] if entry.parents else None
        for path in self.vault.history.changed(before, entry.oid):
            data = self.vault.history.blob(entry.oid, path)
            old = None if before is None else self.vault.history.blob(before, path)
            name = path.rpartition("/")[2]
            if data is None or (old is not None and name not in ("current.json", release_log.HEAD)):
                yield Fault("release log", where, f"{path} was changed after it was written")
            elif path == release_log.HEAD:
                told = canonical.loads(data)
                self.witnesses.append((told["ledger_sequence"], told["ledger_hash"]))
            elif name.endswith(".recall.json"):
                recall = canonical.loads(data)
                self.recalls.add((recall["number"], recall["rev"]))
            elif path.startswith("items/") and name != "current.json":
                one = release_log.read(data, path)
                self.revisions[(one.number, one.rev)] = one

    def of_revisions(self) -> Iterator[Fault]:
        """Every released file is there byte for byte, and every record was signed for."""
        for (number, rev), one in self.revisions.items():
            if not self.wanted(number, rev):
                continue
            self.count("revisions")
            where = f"{number} {rev}"
            if self.vault.history.tree(one.source_commit, one.path) != one.tree:
                yield Fault("revision", where, "its source commit does not hold the recorded tree")
            if not one.findings or not all(finding.passes for finding in one.findings):
                yield Fault("revision", where, "it was released with an open requirement")
            for file in one.files:
                self.progress(f"{where} {file.name}")
                yield from self.of_file(one, file, where)

    def of_file(self, one: Revision, file: ReleasedFile, where: str) -> Iterator[Fault]:
        self.count("files")
        try:
            if file.md5:
                yield from self.of_object(file, f"{where} {file.name}")
            else:
                self.log.read(one, file.name)
            if file.stamped is not None:
                yield from self.of_object(file.stamped, f"{where} {file.name} (stamped)")
                if self.deep:
                    yield from self.of_stamp(one, file, where)
            elif file.name.lower().endswith(".pdf"):
                yield Fault("stamp", f"{where} {file.name}", "a released PDF has no stamped file")
        except errors.Unavailable:
            raise  # a store that is away says nothing of its bytes
        except errors.Refusal as refusal:
            yield Fault("object", f"{where} {file.name}", str(refusal))

    def of_object(self, file: ReleasedFile | StampedFile, where: str) -> Iterator[Fault]:
        why = self.vault.objects.fault(Digest(file.md5, file.sha256, file.size))
        if why is None:
            self.good.add(file.md5)
        else:
            yield Fault("object", where, f"{why} (md5 {file.md5})")

    def of_stamp(self, one: Revision, file: ReleasedFile, where: str) -> Iterator[Fault]:
        self.count("stamps made again")
        again = transaction.stamped_again(self.vault, one, file)
        if file.stamped is not None and again != file.stamped.sha256:
            yield Fault("stamp", f"{where} {file.name}", "stamping it again gives other bytes")

    def of_tags(self) -> Iterator[Fault]:
        """Every revision and recall has its signed tag on its source, and no tag stands alone."""
        known: dict[str, str] = {}
        for (number, rev), one in self.revisions.items():
            known[f"refs/tags/{settling.TAG.format(number=number, rev=rev)}"] = one.source_commit
            if (number, rev) in self.recalls:
                recall = f"refs/tags/{settling.RECALL_TAG.format(number=number, rev=rev)}"
                known[recall] = one.source_commit
        there = {**dict(self.vault.history.refs("refs/tags/release/")),
                 **dict(self.vault.history.refs("refs/tags/recall/"))}  # fmt: skip
        for ref in sorted(known.keys() | there.keys()):
            _refs, _tags, _kind, number, rev = ref.split("/", 4)
            if not self.wanted(number, rev):
                continue
            self.count("tags")
            if ref not in there:
                yield Fault("tag", ref, "it is missing; the next start makes it again")
            elif ref not in known:
                yield Fault("tag", ref, "the release log knows nothing of it")
            elif self.vault.history.peeled(there[ref]) != known[ref]:
                yield Fault("tag", ref, "it does not point at what was released")
            elif (why := self.signer.tag_fault(there[ref])) is not None:
                yield Fault("tag", ref, f"its signature does not hold: {why}")

    def of_orders(self) -> Iterator[Fault]:
        """Every order is a signed chain of legal steps, and agrees with the log both ways."""
        released = {one.change for one in self.revisions.values()}
        for ref, _target in self.vault.history.refs(CHANGES):
            name = ref.removeprefix(CHANGES)
            if self.only is not None and name not in {
                one.change for key, one in self.revisions.items() if self.wanted(*key)
            }:
                continue
            self.count("change orders")
            for entry in self.vault.history.chain(ref):
                why = self.signer.commit_fault(entry.oid)
                if why is not None:
                    yield Fault("change order", name, f"the signature of {entry.oid[:10]}: {why}")
            yield from self.of_story(
                name, [order for _oid, order in orders.story(self.vault, name)]
            )
            state = orders.load(self.vault, name).order.state
            if (state == "released") != (name in released):
                says = "released" if name in released else "not released"
                yield Fault("change order", name, f"it is {state}, the release log says {says}")

    def of_story(self, name: str, states: list[Order]) -> Iterator[Fault]:
        before: Order | None = None
        for order in states:
            event = order.events[-1]
            was = "new" if before is None else before.state
            if order.events[:-1] != (() if before is None else before.events):
                yield Fault("change order", name, "its earlier events were rewritten")
            if lifecycle.after(lifecycle.ORDER, was, event.act) != order.state:
                yield Fault("change order", name, f"{event.act} led from {was} to {order.state}")
            before = order
        if before is not None and before.state == "released":
            yield from self.of_signatures(name, before)

    def of_signatures(self, name: str, order: Order) -> Iterator[Fault]:
        for one in self.revisions.values():
            if one.change != name:
                continue
            item = order.item(one.number)
            recorded = {signed["by"] for signed in one.signoffs}
            covering = {signed.by for signed in order.signoffs
                        if signed.covers(item) and signed.meaning == requirements.APPROVED}  # fmt: skip
            files = [(f.name, f.size, f.sha256) for f in one.files]
            if [(f.name, f.size, f.sha256) for f in item.files] != files:
                yield Fault("sign-off", f"{one.number} {one.rev}", f"{name} signed for other bytes")
            if not covering <= recorded:
                yield Fault(
                    "sign-off", f"{one.number} {one.rev}", f"a sign-off of {name} is missing"
                )

    def of_git(self) -> Iterator[Fault]:
        self.count("repositories")
        for line in self.signer.damage():
            yield Fault("git", "vault.git", line)

    def of_main(self) -> Iterator[Fault]:
        """Every pointer on ``main`` has its bytes."""
        tip = self.vault.history.tip(MAIN)
        for path in [] if tip is None else self.vault.history.changed(None, tip):
            if not path.endswith(names.POINTER):
                continue
            self.count("pointers")
            try:
                told = pointer.parse(self.vault.history.blob(tip or "", path) or b"", path)
                found = self.vault.objects.identify(told.md5, told.name)
            except errors.Unavailable:
                raise
            except errors.Refusal as refusal:
                yield Fault("pointer", path, str(refusal))
                continue
            if (found.size, told.sha256 or found.sha256) != (told.size, found.sha256):
                yield Fault("pointer", path, "its size or sha256 is not that of the bytes")

    # --- stores --------------------------------------------------------------

    def of_objects(self) -> Iterator[Fault]:
        """Every object has the bytes its name says, whether released or not."""
        for md5 in self.vault.objects.digests():
            self.count("objects")
            if md5 in self.good:
                continue
            try:
                self.vault.objects.identify(md5, md5)
            except errors.Unavailable:
                raise
            except errors.Refusal as refusal:
                yield Fault("object", md5, str(refusal))

    def of_ledger(self) -> Iterator[Fault]:
        for fault in events.verify(self.vault.ledger, self.witnesses):
            yield Fault("ledger", fault.where, fault.what)
        self.checked["ledger events"] = events.head(self.vault.ledger)[0]
        for number in {one.number for one in self.revisions.values()}:
            told = {
                (one.kind, one.facts.get("rev"))
                for one in events.of(self.vault.ledger, f"item/{number}", limit=100_000)
            }
            for of, rev in self.revisions:
                if of == number and (settling.RELEASED, rev) not in told:
                    yield Fault(
                        "ledger", f"{number} {rev}", "the ledger has no event of its release"
                    )
            for kind, told_rev in told:
                if kind == settling.RELEASED and (number, told_rev) not in self.revisions:
                    yield Fault(
                        "ledger", f"{number} {told_rev}", "the release log has no such release"
                    )

    def of_catalogue(self) -> Iterator[Fault]:
        catalogue = self.vault.catalogue
        for ref in (MAIN, RELEASES):
            if (tip := self.vault.history.tip(ref)) is not None and catalogue.cursor(ref) != tip:
                yield Fault(
                    "catalogue", ref, "it is behind; `titleblock catalogue rebuild` mends it"
                )
        rows = {(row.number, row.rev): row.state for number in {n for n, _r in self.revisions}
                for row in catalogue.revisions(number)}  # fmt: skip
        for number, rev in self.revisions.keys() | rows.keys():
            self.count("catalogue rows")
            if (number, rev) not in self.revisions or (
                rows.get((number, rev)) != self.log.standing(number, rev)
            ):
                yield Fault("catalogue", f"{number} {rev}",
                            "it disagrees with the release log; `titleblock catalogue rebuild`"
                            " mends it")  # fmt: skip
