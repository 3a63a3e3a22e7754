# SPDX-License-Identifier: AGPL-3.0-or-later
"""What git owns, verified from the repository alone: log, keys, tags, change orders, sign-offs.

A mirror clone is enough: nothing here asks the ledger or the catalogue, and objects only where
they are given.  The log is walked once, entry by entry, by what each one changed, and of a
revision only a few words are kept in memory.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Final, NamedTuple

from release import change, lifecycle, requirements, settling
from release import log as release_log
from release.change import Order
from release.log import ReleasedFile, Revision, StampedFile
from vault import canonical, errors, names
from vault.history import keyring
from vault.history.allowed import Allowed
from vault.history.keyring import ALLOWED_SIGNERS, KeyRecord
from vault.history.repository import CHANGES, RELEASES, History
from vault.history.signing import Signer
from vault.history.steps import Steps
from vault.history.verifying import Signed, Verifier
from vault.objects.store import Digest, ObjectStore

Progress = Callable[[str], None]
SHOW_EVERY: Final = 100
MUTABLE: Final = frozenset({"current.json", release_log.HEAD, ALLOWED_SIGNERS})


@dataclass(frozen=True, slots=True)
class Fault:
    """One disagreement: what kind, where, and what is wrong there."""

    kind: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found; ``checked`` counts what was looked at, by kind.

    ``seconds`` says how long each part took, hashing in ``hashing`` apart from them; ``signer`` is
    the fingerprint the log begins with, which has to be known from outside.
    """

    checked: dict[str, int]
    faults: tuple[Fault, ...]
    seconds: dict[str, float] = field(default_factory=dict)
    signer: str = ""

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
            "seconds": {part: round(taken, 3) for part, taken in self.seconds.items()},
            "signer": self.signer,
        }


class Known(NamedTuple):
    """What is kept of a revision once it was verified; ``record`` is the blob of its record."""

    change: str
    source_commit: str
    record: str


class Trail:
    """Walks what git owns, yields its faults, and remembers what the other stores must agree with.

    ``wanted`` says which revisions are looked into; the log as a whole is always checked, since an
    entry is only as good as those before it.  ``stock`` has git check each signature once more.
    """

    def __init__(
        self, history: History, keys: tuple[Allowed, ...], objects: ObjectStore | None = None,
        *, wanted: Callable[[str, str], bool] = lambda _number, _rev: True,
        progress: Progress = lambda _line: None, stock: Signer | None = None,
        look_closer: Callable[[Revision, ReleasedFile, str], Iterator[Fault]] | None = None,
    ) -> None:  # fmt: skip
        """Bind the walk to a repository and the keys that are trusted; nothing is read yet."""
        self.history = history
        self.objects = objects
        self.checked: dict[str, int] = {}
        self.seconds: dict[str, float] = {}
        self.revisions: dict[tuple[str, str], Known] = {}
        self.recalls: set[tuple[str, str]] = set()
        self.latest: dict[str, tuple[str, str]] = {}
        self.orders: dict[str, str] = {}
        self.witnesses: list[tuple[int, str]] = []
        self.keys_told: list[KeyRecord] = []
        self.good: dict[str, Digest] = {}
        self.first_key = ""
        self._given = keys
        self._verifier = Verifier(history, keys)
        self._steps = Steps(history)
        self._wanted = wanted
        self._progress = progress
        self._stock = stock
        self._look_closer = look_closer
        self._active = ""

    @property
    def keys(self) -> tuple[Allowed, ...]:
        """Return the keys as the log leaves them: who took over, who ended."""
        return self._verifier.keys

    def count(self, kind: str, by: int = 1) -> None:
        """Count what was looked at."""
        self.checked[kind] = self.checked.get(kind, 0) + by

    def standing(self, number: str, rev: str) -> str:
        """Return what the order of the log makes of a revision."""
        if (number, rev) in self.recalls:
            return "recalled"
        return "current" if self.latest[names.fold(number)][1] == rev else "superseded"

    def steps(self) -> list[tuple[str, Callable[[], Iterator[Fault]]]]:
        """Return the parts of the walk, in their order."""
        return [("release log", self.of_log), ("standing", self.of_standing),
                ("tags", self.of_tags), ("change orders", self.of_orders)]  # fmt: skip

    # --- the log -------------------------------------------------------------

    def of_log(self) -> Iterator[Fault]:
        """Every entry is signed by the key of its time, has one parent, and only ever adds."""
        tip = self.history.tip(RELEASES)
        entries = [entry.oid for entry in self.history.chain(RELEASES)][::-1]
        self._verifier = Verifier(
            self.history, keyring.followed(self._given, keyring.records(self.history, tip))
        )
        before: str | None = None
        for sequence, oid in enumerate(entries, 1):
            if sequence % SHOW_EVERY == 0:
                self._progress(f"release log {sequence}/{len(entries)}")
            self.count("log entries")
            where = f"{RELEASES} {oid[:10]}"
            if len(self.history.commit_at(oid).parents) > 1:
                yield Fault("release log", where, "an entry has two parents")
            yield from self._of_signature("signature", where, oid, in_log=sequence)
            yield from self._of_entry(sequence, before, oid, where)
            before = oid

    def _of_signature(
        self, kind: str, where: str, oid: str, in_log: int = 0, of: str = ""
    ) -> Iterator[Fault]:
        why, signed = self._verifier.checked_commit(oid)
        self.count("signatures")
        if why is None and self._stock is not None:
            why = self._stock.commit_fault(oid)
        if why is not None:
            yield Fault(kind, where, f"{of}{why}{self._revoked(signed)}")
        if in_log and signed is not None:
            by = signed.signature.fingerprint
            self._active = self._active or by
            self.first_key = self.first_key or by
            if by != self._active:
                yield Fault("key", where, f"it is signed with {by}, when {self._active} signed")

    def _revoked(self, signed: Signed | None) -> str:
        by = signed.signature.fingerprint if signed else ""
        told = [one for one in self.keys_told if one.act == keyring.REVOKED and one.key == by]
        return f"; the key {by} is revoked: {told[-1].reason}" if told else ""

    def _of_entry(self, sequence: int, before: str | None, oid: str, where: str) -> Iterator[Fault]:
        fresh: dict[str, bytes] = {}
        for path, old, new in self._steps.changed(before, oid):
            name = path.rpartition("/")[2]
            if new is None or (old is not None and name not in MUTABLE):
                yield Fault("release log", where, f"{path} was changed after it was written")
                continue
            fresh[path] = data = self.history.blob_of(new)
            if path.startswith("items/") and name.endswith(".json"):
                yield from self._of_record(sequence, path, name, data, new, where)
        head = canonical.loads(fresh.get(release_log.HEAD, b"{}"))
        if head.get("sequence") != sequence:
            yield Fault("release log", where, f"it calls itself entry {head.get('sequence')}")
        else:
            self.witnesses.append((head["ledger_sequence"], head["ledger_hash"]))
        yield from self._of_keys(fresh, where)
        for path, data in fresh.items():
            if path.startswith("orders/"):
                told = canonical.loads(data)
                self.orders[told["change"]] = told["commit"]

    def _of_record(
        self, sequence: int, path: str, name: str, data: bytes, blob: str, where: str
    ) -> Iterator[Fault]:  # fmt: skip
        if name == "current.json":
            return  # compared with what the whole log makes of the item
        if name.endswith(".recall.json"):
            told = canonical.loads(data)
            key, at, place = (
                (told["number"], told["rev"]),
                told["sequence"],
                release_log.recall_path,
            )
            self.recalls.add(key)
            if key not in self.revisions:
                yield Fault("release log", where, f"{path} recalls what was never released")
        else:
            one = release_log.read(data, path)
            key, at, place = (one.number, one.rev), one.sequence, release_log.record_path
            self.revisions[key] = Known(one.change, one.source_commit, blob)
            self.latest[names.fold(one.number)] = key
            if self._wanted(*key):
                yield from self._of_revision(one)
        if path != place(*key) or at != sequence:
            yield Fault(
                "release log", where, f"{path} is the record of {key[0]} {key[1]}, entry {at}"
            )

    def _of_keys(self, fresh: dict[str, bytes], where: str) -> Iterator[Fault]:
        told = [keyring.read(data, path) for path, data in fresh.items()
                if path.startswith(f"{keyring.FOLDER}/")]  # fmt: skip
        for record in told:
            self.count("key entries")
            self.keys_told.append(record)
            if record.act == keyring.ROTATED:
                if record.old != self._active:
                    yield Fault(
                        "key", where, f"{record.key} takes over from a key that did not sign"
                    )
                self._active = record.key
        if ALLOWED_SIGNERS in fresh and not told and len(self.witnesses) > 1:
            yield Fault("key", where, "the list of keys was changed without saying so")

    # --- revisions -----------------------------------------------------------

    def _of_revision(self, one: Revision) -> Iterator[Fault]:
        """Every released file is there byte for byte, and every requirement had passed."""
        self.count("revisions")
        where = f"{one.number} {one.rev}"
        try:
            if self.history.tree(one.source_commit, one.path) != one.tree:
                yield Fault("revision", where, "its source commit does not hold the recorded tree")
        except errors.DamagedHistory as refusal:
            yield Fault("revision", where, str(refusal))
            return
        if not one.findings or not all(finding.passes for finding in one.findings):
            yield Fault("revision", where, "it was released with an open requirement")
        for file in one.files:
            self._progress(f"{where} {file.name}")
            self.count("files")
            try:
                yield from self._of_file(one, file, where)
            except errors.Unavailable:
                raise  # a store that is away says nothing of its bytes
            except errors.Refusal as refusal:
                yield Fault("object", f"{where} {file.name}", str(refusal))

    def _of_file(self, one: Revision, file: ReleasedFile, where: str) -> Iterator[Fault]:
        called = f"{where} {file.name}"
        if not file.md5:
            data = self.history.blob(one.source_commit, f"{one.path}/{file.name}")
            if data is None:
                raise errors.MissingObject(name=file.name, md5="in git")
            if hashlib.sha256(data).hexdigest() != file.sha256:
                yield Fault("object", called, "its sha256 differs from the release record")
            return
        yield from self._of_object(file, called)
        if file.stamped is not None:
            yield from self._of_object(file.stamped, f"{called} (stamped)")
            if self._look_closer is not None:
                self.count("stamps made again")
                yield from self._look_closer(one, file, where)
        elif file.name.lower().endswith(".pdf"):
            yield Fault("stamp", called, "a released PDF has no stamped file")

    def _of_object(self, file: ReleasedFile | StampedFile, where: str) -> Iterator[Fault]:
        digest = Digest(file.md5, file.sha256, file.size)
        if self.objects is None:
            self.count("objects not looked at")
            return
        if self.good.get(file.md5) == digest:
            return  # another revision has the same bytes
        begun = time.perf_counter()
        why = self.objects.fault(digest)
        self.hashed(begun, file.size)
        if why is None:
            self.good[file.md5] = digest
        else:
            yield Fault("object", where, f"{why} (md5 {file.md5})")

    def hashed(self, begun: float, size: int) -> None:
        """Note that bytes were read and hashed since a moment of ``time.perf_counter``."""
        self.seconds["hashing"] = self.seconds.get("hashing", 0.0) + time.perf_counter() - begun
        self.count("bytes hashed", size)

    # --- what is derived, and must agree --------------------------------------

    def of_standing(self) -> Iterator[Fault]:
        """What the log notes as current is what the order of its entries makes of each item."""
        tip = self.history.tip(RELEASES) or ""
        for number, rev in self.latest.values():
            data = self.history.blob(tip, release_log.standing_path(number))
            note = {} if data is None else canonical.loads(data)
            if (note.get("rev"), note.get("state")) != (rev, self.standing(number, rev)):
                yield Fault(
                    "release log", number, "its note of what is current is not what the log says"
                )

    def of_tags(self) -> Iterator[Fault]:
        """Every revision and recall has its signed tag on its source, and no tag stands alone."""
        wanted: dict[str, str] = {}
        for (number, rev), one in self.revisions.items():
            wanted[f"refs/tags/{settling.TAG.format(number=number, rev=rev)}"] = one.source_commit
            if (number, rev) in self.recalls:
                recall = f"refs/tags/{settling.RECALL_TAG.format(number=number, rev=rev)}"
                wanted[recall] = one.source_commit
        there = {ref: target for ref, target in self.history.refs("refs/tags/")
                 if ref.startswith(("refs/tags/release/", "refs/tags/recall/"))}  # fmt: skip
        for count, ref in enumerate(sorted(wanted.keys() | there.keys())):
            _refs, _tags, _kind, number, rev = ref.split("/", 4)
            if not self._wanted(number, rev):
                continue
            if count % SHOW_EVERY == 0:
                self._progress(f"tags {count}")
            self.count("tags")
            if ref not in there:
                yield Fault("tag", ref, "it is missing; the next start makes it again")
            elif ref not in wanted:
                yield Fault("tag", ref, "the release log knows nothing of it")
            else:
                yield from self._of_tag(ref, there[ref], wanted[ref])

    def _of_tag(self, ref: str, oid: str, target: str) -> Iterator[Fault]:
        kind, data = self.history.stored(oid)
        if self.history.peeled(oid) != target:
            yield Fault("tag", ref, "it does not point at what was released")
        elif (why := self._verifier.tag_fault(oid)) is not None:
            yield Fault("tag", ref, f"its signature does not hold: {why}")
        elif f"\ntag {ref.removeprefix('refs/tags/')}\n".encode() not in data.partition(b"\n\n")[0]:
            yield Fault("tag", ref, f"it is a {kind} of another name")
        elif self._stock is not None and (why := self._stock.tag_fault(oid)) is not None:
            yield Fault("tag", ref, f"git says: {why}")
        self.count("signatures")

    def of_orders(self) -> Iterator[Fault]:
        """Every order is a signed chain of legal steps, and agrees with the log both ways."""
        released: dict[str, list[tuple[str, str]]] = {}
        for key, one in self.revisions.items():
            if self._wanted(*key):
                released.setdefault(one.change, []).append(key)
        everything = len(released) == len({one.change for one in self.revisions.values()})
        there = set()
        for count, (ref, tip) in enumerate(self.history.refs(CHANGES)):
            name = ref.removeprefix(CHANGES)
            there.add(name)
            if not everything and name not in released:
                continue
            if count % SHOW_EVERY == 0:
                self._progress(f"change orders {count}")
            self.count("change orders")
            yield from self._of_order(name, tip, released.get(name, []))
        for name in sorted(released.keys() - there):
            yield Fault("change order", name, "it is missing, and the release log says released")

    def _of_order(self, name: str, tip: str, revisions: list[tuple[str, str]]) -> Iterator[Fault]:
        chain = [entry.oid for entry in self.history.chain(tip)][::-1]
        before: Order | None = None
        for oid in chain:
            of = f"the signature of {oid[:10]}: "
            yield from self._of_signature("change order", name, oid, of=of)
            data = self.history.blob(oid, change.FILE)
            if data is None:
                yield Fault("change order", name, f"{oid[:10]} has no {change.FILE}")
                return
            order = change.read(data, CHANGES + name)
            yield from self._of_step(name, before, order)
            before = order
        if before is None:
            return
        says = "released" if name in self.orders else "not released"
        if (before.state == "released") != (name in self.orders):
            yield Fault("change order", name, f"it is {before.state}, the release log says {says}")
        elif name in self.orders and self.orders[name] not in chain:
            yield Fault("change order", name, "the release log released another state of it")
        if before.state == "released":
            for key in revisions:
                yield from self._of_signoffs(name, before, *key)

    @staticmethod
    def _of_step(name: str, before: Order | None, order: Order) -> Iterator[Fault]:
        event = order.events[-1]
        was = "new" if before is None else before.state
        if order.change != name:
            yield Fault("change order", name, f"it calls itself {order.change}")
        if order.events[:-1] != (() if before is None else before.events):
            yield Fault("change order", name, "its earlier events were rewritten")
        signed = (
            [] if before is None else [(one.by, one.at, one.meaning) for one in before.signoffs]
        )
        if [(one.by, one.at, one.meaning) for one in order.signoffs][: len(signed)] != signed:
            yield Fault("change order", name, "an earlier sign-off was rewritten")
        if lifecycle.after(lifecycle.ORDER, was, event.act) != order.state:
            yield Fault("change order", name, f"{event.act} led from {was} to {order.state}")

    def _of_signoffs(self, name: str, order: Order, number: str, rev: str) -> Iterator[Fault]:
        """What was released is what was signed, and every signature is in the record."""
        one = release_log.read(self.history.blob_of(self.revisions[number, rev].record), number)
        try:
            item = order.item(number)
        except errors.NoSuchItem:
            yield Fault("sign-off", f"{number} {rev}", f"it is no item of {name}")
            return
        recorded = {signed["by"] for signed in one.signoffs}
        covering = {signed.by for signed in order.signoffs
                    if signed.covers(item) and signed.meaning == requirements.APPROVED}  # fmt: skip
        files = [(f.name, f.size, f.sha256) for f in one.files]
        if one.tree != item.tree or [(f.name, f.size, f.sha256) for f in item.files] != files:
            yield Fault("sign-off", f"{number} {rev}", f"{name} signed for other bytes")
        if not covering <= recorded:
            yield Fault("sign-off", f"{number} {rev}", f"a sign-off of {name} is missing")
