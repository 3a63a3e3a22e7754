# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verification: log, tags, change orders, objects, ledger and catalogue, compared both ways.

Nothing here repairs and nothing here trusts: every signature is checked, every object is read and
hashed once, and each disagreement is one named fault.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from release import settling, transaction
from release.errors import NoMirror
from release.log import ReleasedFile, ReleaseLog, Revision
from release.orders import signer
from release.stamp import sealing
from release.trail import Fault, Progress, Report, Trail
from vault import errors, names, pointer
from vault.history import allowed, keyring
from vault.history.allowed import Allowed
from vault.history.keyring import ALLOWED_SIGNERS
from vault.history.repository import MAIN, RELEASES, History
from vault.history.signing import Key, Signer
from vault.home import Vault
from vault.ledger import events, keeping
from vault.objects.store import Digest, ObjectStore, difference

Step = tuple[str, Callable[[], Iterator[Fault]]]
KINDS: Final = (settling.RELEASED,)


def verify(
    vault: Vault, number: str | None = None, rev: str | None = None, *, deep: bool = False,
    stock: bool = False, progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Return what is wrong with a vault, or with one item or revision of it.

    ``deep`` also stamps every released PDF again, compares the bytes, and checks the shop's
    signature in it; ``stock`` has git and ssh-keygen check every signature once more, a process
    for each.
    """
    progress = progress or (lambda _line: None)
    only = None if number is None else names.fold(number)
    stores = _Stores(vault, progress)
    trail = Trail(
        vault.history, keyring.keys_in(vault.keys), vault.objects, progress=progress,
        wanted=lambda of, one: only is None or (names.fold(of) == only and rev in (None, one)),
        stock=signer(vault) if stock else None, look_closer=stores.of_stamp if deep else None,
    )  # fmt: skip
    stores.trail = trail
    steps = trail.steps()
    if only is None:
        steps += stores.steps()
    return _report(trail, steps, progress)


def verify_mirror(
    mirror: Path, *, signers: Path | None = None, objects: ObjectStore | None = None,
    stock: bool = False, progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Return what is wrong with a mirror clone, from nothing but it: no vault, no network.

    ``signers`` is a list of keys from somewhere else.  Without it the first list in the log itself
    is used, and then the report's ``signer`` has to be compared with what the vault prints.
    Objects are looked at only where they are given.  Raises NoMirror or DamagedKeys.
    """
    progress = progress or (lambda _line: None)
    history = _opened(mirror)
    keys = _trusted(history, signers)
    checker = Signer(history, Key(mirror / "no-key", (signers or mirror / ALLOWED_SIGNERS)))
    trail = Trail(
        history, keys, objects, progress=progress, stock=checker if stock and signers else None
    )
    return _report(trail, [*trail.steps(), ("git", lambda: _of_git(trail, checker))], progress)


def _report(trail: Trail, steps: list[Step], progress: Progress) -> Report:
    faults: list[Fault] = []
    for label, step in steps:
        progress(label)
        begun = time.perf_counter()
        hashing = trail.seconds.get("hashing", 0.0)
        try:
            faults.extend(step())
        except errors.Unavailable:
            raise
        except errors.Refusal as refusal:
            faults.append(Fault(label, str(refusal.facts.get("where", label)), str(refusal)))
        except (ValueError, KeyError, TypeError, IndexError) as fault:
            faults.append(Fault(label, label, f"it cannot be read: {fault!r}"))
        hashing = trail.seconds.get("hashing", 0.0) - hashing
        trail.seconds[label] = time.perf_counter() - begun - hashing
    return Report(trail.checked, tuple(faults), trail.seconds, trail.first_key)


def _of_git(trail: Trail, checker: Signer) -> Iterator[Fault]:
    trail.count("repositories")
    for line in checker.damage():
        yield Fault("git", "vault.git", line)


def _opened(mirror: Path) -> History:
    history = History(mirror)
    try:
        tip = history.tip(RELEASES)
    except errors.DamagedHistory as fault:
        raise NoMirror(where=mirror, why="it is no bare git repository") from fault
    if tip is None:
        raise NoMirror(where=mirror, why=f"it has no {RELEASES}")
    return history


def _trusted(history: History, signers: Path | None) -> tuple[Allowed, ...]:
    try:
        if signers is not None:
            return allowed.read(signers.read_text("utf-8"))
        first = [entry.oid for entry in history.chain(RELEASES)][-1]
        return allowed.read((history.blob(first, ALLOWED_SIGNERS) or b"").decode())
    except (OSError, ValueError) as fault:
        raise errors.DamagedKeys(where=signers or ALLOWED_SIGNERS, why=fault) from fault


def _other(wanted: Digest, found: Digest) -> str:
    why = difference(wanted, found.sha256, found.size)
    return f"the bytes kept are not the ones the ledger tells: {why} ({found.md5})"


class _Stores:
    """What a vault holds beside git, compared with what its trail said."""

    def __init__(self, vault: Vault, progress: Progress) -> None:
        self.vault = vault
        self.progress = progress
        self.trail: Trail

    def steps(self) -> list[Step]:
        return [
            ("keys", self.of_keys), ("git", lambda: _of_git(self.trail, signer(self.vault))),
            ("evidence and packets", self.of_kept), ("objects", self.of_objects), ("main", self.of_main),
            ("ledger", self.of_ledger), ("catalogue", self.of_catalogue),
        ]  # fmt: skip

    def of_stamp(self, one: Revision, file: ReleasedFile, where: str) -> Iterator[Fault]:
        """Stamping a released PDF again gives the bytes that were released.

        Another engine gives other bytes; then the recorded sha256 is the proof, and it is counted
        that nothing was compared.  A signature in it has to hold besides.
        """
        if file.stamped is None:
            return
        called = f"{where} {file.name}"
        if file.stamped.seal is not None:
            self.trail.count("signatures in PDFs")
            path = ReleaseLog(self.vault).path(one, file.name)
            if why := sealing.fault(self.vault.worker, path, file.stamped, file.name):
                yield Fault("signature", called, why)
        again = transaction.stamped_again(self.vault, one, file)
        if again.sha256 == (file.stamped.seal or file.stamped).sha256:
            return
        if again.engine == file.stamped.engine:
            yield Fault("stamp", called, "stamping it again gives other bytes")
        else:
            self.trail.count("stamps of another engine, not compared")

    def of_keys(self) -> Iterator[Fault]:
        """The list of keys beside the vault is the one its log tells, and the key at hand signs."""
        beside = keyring.keys_in(self.vault.keys)
        self.trail.count("keys", len(beside))
        if {one.fingerprint: one.before for one in beside} != {
            one.fingerprint: one.before for one in self.trail.keys
        }:
            yield Fault("key", ALLOWED_SIGNERS, "it is not the list of keys the release log tells")

    def of_objects(self) -> Iterator[Fault]:
        """Every object has the bytes its name says, whether released or not."""
        for md5 in self.vault.objects.digests():
            self.trail.count("objects")
            if md5 in self.trail.good:
                continue
            try:
                self._identified(md5, md5)
            except errors.Unavailable:
                raise
            except errors.Refusal as refusal:
                yield Fault("object", md5, str(refusal))

    def of_kept(self) -> Iterator[Fault]:
        """Every object a row of the ledger refers to is there, with the very bytes it was filed with."""
        for one in keeping.kept(self.vault.ledger):
            self.trail.count("files of evidence and packets")
            try:
                found = self.trail.good.get(one.digest.md5) or self._identified(
                    one.digest.md5, one.where
                )
            except errors.Unavailable:
                raise
            except errors.MissingObject as refusal:
                yield Fault(one.kind, one.where, f"its bytes are missing. {refusal}")
            except errors.Refusal as refusal:
                yield Fault(one.kind, one.where, str(refusal))
            else:
                if found != one.digest:
                    yield Fault(one.kind, one.where, _other(one.digest, found))

    def of_main(self) -> Iterator[Fault]:
        """Every pointer on ``main`` has its bytes."""
        tip = self.vault.history.tip(MAIN)
        for path in [] if tip is None else self.vault.history.changed(None, tip):
            if not path.endswith(names.POINTER):
                continue
            self.trail.count("pointers")
            try:
                told = pointer.parse(self.vault.history.blob(tip or "", path) or b"", path)
                found = self.trail.good.get(told.md5) or self._identified(told.md5, told.name)
            except errors.Unavailable:
                raise
            except errors.Refusal as refusal:
                yield Fault("pointer", path, str(refusal))
                continue
            if (found.size, told.sha256 or found.sha256) != (told.size, found.sha256):
                yield Fault("pointer", path, "its size or sha256 is not that of the bytes")

    def _identified(self, md5: str, name: str) -> Digest:
        begun = time.perf_counter()
        found = self.vault.objects.identify(md5, name)
        self.trail.hashed(begun, found.size)
        self.trail.good[md5] = found
        return found

    def of_ledger(self) -> Iterator[Fault]:
        """The chain of events holds, and it tells of the same releases as the log."""
        for fault in events.verify(self.vault.ledger, self.trail.witnesses):
            yield Fault("ledger", fault.where, fault.what)
        self.trail.checked["ledger events"] = events.head(self.vault.ledger)[0]
        told = {
            (one.subject.removeprefix("item/"), str(one.facts.get("rev")))
            for one in events.of_kinds(self.vault.ledger, KINDS)
        }
        for number, rev in sorted(self.trail.revisions.keys() - told):
            yield Fault("ledger", f"{number} {rev}", "the ledger has no event of its release")
        for number, rev in sorted(told - self.trail.revisions.keys()):
            yield Fault("ledger", f"{number} {rev}", "the release log has no such release")

    def of_catalogue(self) -> Iterator[Fault]:
        """The catalogue says of every revision what the log says."""
        catalogue, trail = self.vault.catalogue, self.trail
        for ref in (MAIN, RELEASES):
            if (tip := self.vault.history.tip(ref)) is not None and catalogue.cursor(ref) != tip:
                yield Fault(
                    "catalogue", ref, "it is behind; `titleblock catalogue rebuild` mends it"
                )
        rows = {(row.number, row.rev): row.state for number, _rev in trail.latest.values()
                for row in catalogue.revisions(number)}  # fmt: skip
        for number, rev in sorted(trail.revisions.keys() | rows.keys()):
            trail.count("catalogue rows")
            known = (number, rev) in trail.revisions
            if not known or rows.get((number, rev)) != trail.standing(number, rev):
                yield Fault("catalogue", f"{number} {rev}",
                            "it disagrees with the release log; `titleblock catalogue rebuild`"
                            " mends it")  # fmt: skip
