# SPDX-License-Identifier: AGPL-3.0-or-later
"""The release log on ``refs/meta/releases``: the one truth of what is released.

Every commit is signed and adds: a change order that was released, or a recall.
Its tree holds a record for each revision, never rewritten, and beside them the
current revision of every item, sharded so that finding it costs three small
trees whatever the size of the vault.  Order is the order of the log; labels
and clocks decide nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from release.errors import NeverReleased, NoSuchReleaseCode, NoSuchRevision, NothingCurrent
from release.finding import Finding
from vault import canonical, derived, durable, errors, names, trimming
from vault.history.repository import RELEASES
from vault.home import Vault
from vault.objects.store import Digest

SCHEMA: Final = 2
_READABLE: Final = frozenset({1, 2})
"""The first had neither class of change, notes and dispositions, overrides nor delegations."""
HEAD: Final = "head.json"
Standing = Literal["current", "superseded", "recalled"]


@dataclass(frozen=True, slots=True)
class Seal:
    """The stamped bytes before the shop's signature was appended, and by which certificate.

    ``size`` and ``sha256`` are what stamping again gives, ``certificate`` is the SHA-256 of the
    certificate's DER form.
    """

    size: int
    sha256: str
    certificate: str


@dataclass(frozen=True, slots=True)
class StampedFile:
    """The stamped PDF of a released file, as it lies in the object store.

    ``engine`` names what decided on its bytes, ``covered`` the pages without white space, where
    the stamp covers something, ``seal`` what the shop's signature was appended to, where there is
    one; older records do not tell.
    """

    size: int
    md5: str
    sha256: str
    pages: int
    how: str
    engine: str = ""
    covered: tuple[int, ...] = ()
    seal: Seal | None = None


@dataclass(frozen=True, slots=True)
class ReleasedFile:
    """A released file: what it was when it was signed; ``md5`` is empty where git holds it."""

    name: str
    size: int
    md5: str
    sha256: str
    stamped: StampedFile | None = None


@dataclass(frozen=True, slots=True)
class Revision:
    """One released revision of one item, exactly as recorded.

    ``sequence`` is the place in the log, ``source_commit`` and ``tree`` what was
    released, ``url`` the address in the QR of the stamp and ``code`` its last part.
    ``notes`` say why the order was, ``item_notes`` what changed in this item, ``stock`` and
    ``in_process`` what becomes of what was made before; a record of schema 1 names no class.
    """

    number: str
    rev: str
    title: str
    kind: str
    owner: str
    change: str
    sequence: int
    released_at: str
    released_by: str
    code: str
    url: str
    supersedes: str | None
    notes: str
    source_commit: str
    tree: str
    path: str
    rules: str
    files: tuple[ReleasedFile, ...]
    signoffs: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...]
    change_class: str = ""
    item_notes: str = ""
    stock: str = ""
    in_process: str = ""
    overrides: tuple[Mapping[str, Any], ...] = ()
    delegations: tuple[Mapping[str, Any], ...] = ()

    def file(self, name: str) -> ReleasedFile:
        """Return a released file by name; raises NoSuchFile."""
        for one in self.files:
            if one.name == name:
                return one
        raise errors.NoSuchFile(where=f"{self.number} {self.rev}", name=name)

    @property
    def covered(self) -> list[str]:
        """Return a sentence for each drawing without white space, where the stamp covers something."""
        return [
            f"{one.name} has no white space on page {', '.join(map(str, one.stamped.covered))}: "
            "look at what the stamp covers"
            for one in self.files if one.stamped is not None and one.stamped.covered
        ]  # fmt: skip


INSTRUCTIONS: Final = ("stop", "finish lot", "scrap", "ask")
"""What a recall tells the floor to do with what is in work; the first where nobody says."""
_ORDERS: Final = {
    "stop": "Stop work now. Set aside and mark what you have",
    "finish lot": "Finish the lot you are on; start no new one",
    "scrap": "Stop work now. Scrap what was made from it",
    "ask": "Stop work now and ask",
}


@dataclass(frozen=True, slots=True)
class Recall:
    """A withdrawn revision: who, when, why, what the floor does now, and whom it asks.

    ``ask`` names a person, or nobody.  Records from before there were instructions say ``stop``.
    """

    number: str
    rev: str
    by: str
    at: str
    reason: str
    sequence: int
    instruction: str = INSTRUCTIONS[0]
    ask: str = ""

    @property
    def order(self) -> str:
        """Return the instruction as a sentence to whoever stands at the machine."""
        told = _ORDERS.get(self.instruction, self.instruction)
        if not self.ask:
            return f"{told}{' your planner' if self.instruction == 'ask' else ''}."
        return f"{told} {self.ask}." if self.instruction == "ask" else f"{told}. Ask {self.ask}."


def folder(number: str) -> str:
    """Return the folder of the log's tree that holds the records of an item."""
    fold = names.fold(number)
    return f"items/{hashlib.sha256(fold.encode()).hexdigest()[:2]}/{fold}"


def record_path(number: str, rev: str) -> str:
    """Return the path of a revision's record."""
    return f"{folder(number)}/{rev}.json"


def recall_path(number: str, rev: str) -> str:
    """Return the path of a recall's record."""
    return f"{folder(number)}/{rev}.recall.json"


def order_path(change: str) -> str:
    """Return the path of a change order's entry; it is there exactly if the order was released."""
    return f"orders/{change[:-2]}/{change}.json"


def standing_path(number: str) -> str:
    """Return the path of the note that says which revision of an item is current."""
    return f"{folder(number)}/current.json"


def written(revision: Revision) -> bytes:
    """Return a revision as the bytes of its record."""
    return canonical.pretty({"schema": SCHEMA, **asdict(revision)})


def _stamped(told: dict[str, Any] | None) -> StampedFile | None:
    if not told:
        return None
    seal, covered = told.get("seal"), tuple(told.get("covered", ()))
    return StampedFile(**{**told, "covered": covered, "seal": Seal(**seal) if seal else None})


@lru_cache(maxsize=2_000)
def read(data: bytes, where: str) -> Revision:
    """Return the revision of a record; raises DamagedHistory where it is not one.

    A record never changes, so one that was read is kept: pages and gates ask for it again.
    """
    try:
        told = canonical.loads(data)
        if told.pop("schema") not in _READABLE:
            raise errors.DamagedHistory(where=where, why="it was written by a newer Titleblock")
        files = tuple(
            ReleasedFile(**{**one, "stamped": _stamped(one["stamped"])}) for one in told["files"]
        )
        findings = tuple(Finding(**one) for one in told["findings"])
        lists = {
            name: tuple(told.get(name, ())) for name in ("signoffs", "overrides", "delegations")
        }
        return Revision(**{**told, **lists, "files": files, "findings": findings})
    except (ValueError, TypeError, KeyError) as fault:
        raise errors.DamagedHistory(where=where, why=fault) from fault


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands: how many entries, and the ledger's head when the last was written."""

    sequence: int
    ledger_sequence: int
    ledger_hash: str

    def written(self) -> bytes:
        """Return the head as the bytes of ``head.json``."""
        return canonical.pretty({"schema": SCHEMA, **asdict(self)})


class ReleaseLog:
    """Reads the release log of a vault, at its tip or at any earlier commit of it."""

    def __init__(self, vault: Vault, at: str | None = None) -> None:
        """Look at the log as it is now, or as it was at the commit ``at``."""
        self._vault = vault
        self.tip = at if at is not None else vault.history.tip(RELEASES)

    # --- what is released ----------------------------------------------------

    def head(self) -> Head:
        """Return where the log stands; an empty log stands at zero."""
        data = self._blob(HEAD)
        if data is None:
            return Head(0, 0, "")
        told = canonical.loads(data)
        return Head(told["sequence"], told["ledger_sequence"], told["ledger_hash"])

    def current(self, number: str) -> Revision | None:
        """Return the revision to work from, or None where there is none (never, or recalled)."""
        note = self._note(number)
        if note is None or note["state"] != "current":
            return None
        return self.revision(number, note["rev"])

    def latest(self, number: str) -> str | None:
        """Return the last label given to an item, recalled or not, or None; labels never repeat."""
        note = self._note(number)
        return None if note is None else str(note["rev"])

    def revision(self, number: str, rev: str) -> Revision:
        """Return a revision; raises NoSuchRevision where it was never released."""
        path = record_path(number, rev)
        data = self._blob(path) if rev and "/" not in rev else None
        if data is None:
            raise NoSuchRevision(number=number, rev=rev)
        return read(data, path)

    def revisions(self, number: str) -> list[Revision]:
        """Return every revision of an item in the order of the log; empty where there is none."""
        if self.tip is None:
            return []
        place = folder(number)
        found = [
            read(self._vault.history.blob_of(entry.oid), f"{place}/{name}")
            for name, entry in self._vault.history.folder(self.tip, place).items()
            if name.endswith(".json")
            and not name.endswith(".recall.json")
            and name != "current.json"
        ]
        return sorted(found, key=lambda one: one.sequence)

    def numbers(self, after: str | None = None) -> list[str]:
        """Return every item that was ever released, without regard to case, by number."""
        if self.tip is None:
            return []
        start = "" if after is None else names.fold(after)
        history = self._vault.history
        return sorted(
            name
            for shard in history.folder(self.tip, "items").values()
            for name in history.folder_of(shard.oid)
            if name > start
        )

    def standing(self, number: str, rev: str) -> Standing:
        """Return whether a revision is current, superseded or recalled; raises NoSuchRevision."""
        if self.recall(number, rev) is not None:
            return "recalled"
        note = self._note(number)
        if note is not None and note["rev"] == rev:
            return "current"
        self.revision(number, rev)
        return "superseded"

    def recall(self, number: str, rev: str) -> Recall | None:
        """Return the recall of a revision, or None where it was not recalled."""
        data = self._blob(recall_path(number, rev)) if rev and "/" not in rev else None
        return None if data is None else Recall(**canonical.loads(data))

    def made_by(self, change: str) -> dict[str, Revision]:
        """Return the revisions a change order made, by item; empty where it was not released."""
        data = self._blob(order_path(change))
        told = [] if data is None else canonical.loads(data)["items"]
        return {one["number"]: self.revision(one["number"], one["rev"]) for one in told}

    def wanted(self, number: str, rev: str | None) -> Revision:
        """Return a named revision, or the current one where ``rev`` is None or ``current``.

        Raises NoSuchItem, NoSuchRevision, NeverReleased, or NothingCurrent where the last one was
        recalled.
        """
        if rev is not None and rev != "current":
            try:
                return self.revision(number, rev)
            except NoSuchRevision:
                self._must_be_known(number)
                raise
        found = self.current(number)
        if found is not None:
            return found
        latest = self.latest(number)
        recalled = self.recall(number, latest) if latest else None
        if recalled is None:
            self._must_be_known(number)
            raise NeverReleased(number=number)
        raise NothingCurrent(number=number, rev=recalled.rev, why=recalled.reason)

    def _must_be_known(self, number: str) -> None:
        """Raise NoSuchItem: who mistyped a number must not be sent to release it."""
        catalogue = self._vault.catalogue
        if catalogue.item(number) is None and not catalogue.revisions(number):
            raise errors.NoSuchItem(number=number)

    def by_code(self, code: str) -> Revision:
        """Return the revision whose stamp carries a code; raises NoSuchReleaseCode."""
        row = self._vault.catalogue.revision_by_code(code)
        if row is None:
            raise NoSuchReleaseCode(code=code)
        return self.revision(row.number, row.rev)

    # --- released bytes ------------------------------------------------------

    def read(self, revision: Revision, name: str, *, stamped: bool = False) -> bytes:
        """Return the bytes of a released file once size and sha256 are found right.

        Raises NoSuchFile, MissingObject or DamagedObject.
        """
        file = revision.file(name)
        if stamped and file.stamped is not None:
            return self._vault.objects.read(_digest(file.stamped), name)
        if file.md5:
            return self._vault.objects.read(_digest(file), name)
        data = self._vault.history.blob(revision.source_commit, f"{revision.path}/{name}")
        if data is None:
            raise errors.MissingObject(name=name, md5="in git")
        if hashlib.sha256(data).hexdigest() != file.sha256:
            raise errors.DamagedObject(name=name, why="its sha256 differs from the release record")
        return data

    def path(self, revision: Revision, name: str, *, stamped: bool = True) -> Path:
        """Return a local path of a released file, checked like ``read``; never write to it."""
        file = revision.file(name)
        if stamped and file.stamped is not None:
            return self._vault.objects.path(_digest(file.stamped), name)
        if file.md5:
            return self._vault.objects.path(_digest(file), name)
        data = self.read(revision, name)
        place = self._vault.root / "cache" / "text" / file.sha256
        if not trimming.used(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            durable.write(place, data)
            derived.added(self._vault.root, place)
        return place

    # --- inside --------------------------------------------------------------

    def _note(self, number: str) -> dict[str, Any] | None:
        data = self._blob(standing_path(number))
        note: dict[str, Any] | None = None if data is None else canonical.loads(data)
        return note

    def _blob(self, path: str) -> bytes | None:
        return None if self.tip is None else self._vault.history.blob(self.tip, path)


def _digest(file: ReleasedFile | StampedFile) -> Digest:
    return Digest(md5=file.md5, sha256=file.sha256, size=file.size)
