# SPDX-License-Identifier: AGPL-3.0-or-later
"""What it costs to verify a vault of 1,000 and of 10,000 releases, part by part.

Run with ``python tests/benchmarks/bench_verify.py [--releases 1000 10000] [--bytes 20000]``.  Every
release is real: an order of three signed commits, an entry of the log, a signed tag, a drawing, its
stamped copy and a model, ledger and catalogue.  Only the stamp is made of other bytes, since it is
not looked into here.  Building takes minutes and is kept in ``--cache`` for the next run.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import vaults
from measuring import Goal, judged, show, world

from release import audit, change, settling
from release import log as release_log
from release.change import Bound, Event, FileFact, Order, OrderItem, Signoff
from release.finding import Finding
from release.log import Head, ReleasedFile, Revision, StampedFile
from vault import canonical, clock, codes, durable, home, item, pointer
from vault.history import raw, sshsig
from vault.history.repository import CHANGES, COMMITTER, MAIN, RELEASES
from vault.home import Vault
from vault.ledger import events
from vault.objects.store import Digest
from vault.terminal import table

LIMIT_S = 60.0
AT = 1_780_000_000
BEGUN = clock.text(clock.from_epoch(AT))


class Pack:
    """A pack being written: objects as they come, then ``git index-pack``."""

    def __init__(self, git_dir: Path, key: bytes) -> None:
        """Begin with none."""
        self._git_dir = git_dir
        self._key = key
        self._place = git_dir / "objects" / "building.pack"
        self._file = self._place.open("wb+")
        self._file.write(b"\0" * 12)
        self._seen: set[bytes] = set()

    def add(self, kind: str, data: bytes) -> str:
        """Write an object once and return its name."""
        oid = hashlib.sha1(b"%b %d\0%b" % (kind.encode(), len(data), data), usedforsecurity=False)
        if oid.digest() in self._seen:
            return oid.hexdigest()
        self._seen.add(oid.digest())
        number, size = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}[kind], len(data)
        head = bytearray([number << 4 | size & 15])
        size >>= 4
        while size:
            head[-1] |= 0x80
            head.append(size & 0x7F)
            size >>= 7
        self._file.write(bytes(head) + zlib.compress(data, 1))
        return oid.hexdigest()

    def commit(self, tree: str, parent: str | None, message: str, at: int) -> str:
        """Write a signed commit."""
        who = f"{COMMITTER[0]} <{COMMITTER[1]}> {at} +0000"
        parents = f"parent {parent}\n" if parent else ""
        head = f"tree {tree}\n{parents}author {who}\ncommitter {who}\n".encode()
        rest = f"\n{message}\n".encode()
        armour = sshsig.sign(self._key, "git", head + rest).rstrip(b"\n").replace(b"\n", b"\n ")
        return self.add("commit", head + b"gpgsig " + armour + b"\n" + rest)

    def tag(self, name: str, target: str, message: str, at: int) -> str:
        """Write a signed tag."""
        who = f"{COMMITTER[0]} <{COMMITTER[1]}> {at} +0000"
        text = f"object {target}\ntype commit\ntag {name}\ntagger {who}\n\n{message}\n".encode()
        return self.add("tag", text + sshsig.sign(self._key, "git", text))

    def close(self) -> None:
        """Finish the pack and let git index it."""
        self._file.seek(0)
        self._file.write(b"PACK" + (2).to_bytes(4, "big") + len(self._seen).to_bytes(4, "big"))
        self._file.seek(0)
        digest = hashlib.file_digest(self._file, lambda: hashlib.sha1(usedforsecurity=False))
        self._file.seek(0, os.SEEK_END)
        self._file.write(digest.digest())
        self._file.close()
        with self._place.open("rb") as file:
            subprocess.run(["git", f"--git-dir={self._git_dir}", "index-pack", "--stdin"],
                           stdin=file, check=True, capture_output=True)  # fmt: skip
        self._place.unlink()


class Folder:
    """A folder of a tree that grows: only what changed is written again."""

    def __init__(self) -> None:
        """Begin empty."""
        self._nodes: dict[str, raw.Node] = {}
        self._below: dict[str, Folder] = {}
        self._stale: set[str] = set()

    def put(self, path: str, oid: str) -> None:
        """Set a file."""
        name, slash, rest = path.partition("/")
        if slash:
            self._below.setdefault(name, Folder()).put(rest, oid)
            self._stale.add(name)
        else:
            self._nodes[name] = raw.Node(name, raw.FILE, oid)

    def written(self, pack: Pack) -> str:
        """Write what is new and return the tree."""
        for name in self._stale:
            self._nodes[name] = raw.Node(name, raw.FOLDER, self._below[name].written(pack))
        self._stale.clear()
        return pack.add("tree", raw.tree(self._nodes.values()))


class Builder:
    """Builds a vault of many releases, past every gate but in the very form they have."""

    def __init__(self, root: Path, size: int) -> None:
        """Found the vault; ``size`` is that of each file, in bytes."""
        self.vault, _engineer = vaults.found(root)
        self._size = size
        self._pack = Pack(root / home.GIT, (self.vault.keys / "release").read_bytes())
        self._log = Folder()
        self._main = Folder()
        self._refs: dict[str, str] = {}
        self._block = os.urandom(size)
        self._at = AT

    def build(self, releases: int) -> Vault:
        """Release so many items, one order each."""
        facts = [self._item(place) for place in range(releases)]
        base = self.vault.history.tip(MAIN)
        source = self._commit_main(base)
        head = events.head(self.vault.ledger)
        self._log.put(
            "allowed_signers", self._blob((self.vault.keys / "allowed_signers").read_bytes())
        )
        entry: str | None = None
        for place, (number, path, tree, files) in enumerate(facts):
            entry = self._release(place, number, path, tree, source, files, entry, head)
        self._pack.close()
        self._refs |= {RELEASES: entry or "", MAIN: source}
        for ref, oid in self._refs.items():
            where = self.vault.root / home.GIT / ref
            where.parent.mkdir(parents=True, exist_ok=True)
            where.write_text(f"{oid}\n")
        with self.vault.ledger.writing("eli") as writing:
            for place, (number, *_rest) in enumerate(facts):
                writing.record(settling.RELEASED, f"item/{number}", rev="A", sequence=place + 1,
                               change=change.numbered(place + 1))  # fmt: skip
        settling.rebuild(self.vault)
        return self.vault

    def _blob(self, data: bytes) -> str:
        return self._pack.add("blob", data)

    def _object(self, name: str) -> Digest:
        data = hashlib.sha256(name.encode()).digest() + self._block[32:]
        md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
        where = self.vault.root / "objects" / "files" / "md5" / md5[:2] / md5[2:]
        where.parent.mkdir(exist_ok=True)
        where.write_bytes(data)
        return Digest(md5=md5, sha256=hashlib.sha256(data).hexdigest(), size=len(data))

    def _item(self, place: int) -> tuple[str, str, str, tuple[ReleasedFile, ...]]:
        number = vaults.number(place)
        path = item.default_folder(number)
        text = vaults.manifest(place)
        folder = Folder()
        folder.put(item.FILE, self._blob(text))
        files = [ReleasedFile(item.FILE, len(text), "", hashlib.sha256(text).hexdigest())]
        for name in (f"{number}.pdf", f"{number}.step"):
            one = self._object(name)
            stands_for = pointer.Pointer(name, one.md5, one.size, one.sha256)
            folder.put(f"{name}.dvc", self._blob(pointer.write(stands_for)))
            made = self._object(f"{name} stamped") if name.endswith(".pdf") else None
            stamp = made and StampedFile(made.size, made.md5, made.sha256, 1, "drawn")
            files.append(ReleasedFile(name, one.size, one.md5, one.sha256, stamp))
        for name, node in folder._nodes.items():
            self._main.put(f"{path}/{name}", node.oid)
        return number, path, folder.written(self._pack), tuple(files)

    def _commit_main(self, base: str | None) -> str:
        for name, node in raw.nodes(self.vault.history.raw_tree(
            self.vault.history.tree(base or "") or ""), "main").items():  # fmt: skip
            self._main._nodes.setdefault(name, node)
        return self._pack.commit(self._main.written(self._pack), base, "All drawn", AT)

    def _release(
        self, place: int, number: str, path: str, tree: str, source: str,
        files: tuple[ReleasedFile, ...], before: str | None, head: tuple[int, str],
    ) -> str:  # fmt: skip
        self._at += 60
        at = clock.text(clock.from_epoch(self._at))
        name = change.numbered(place + 1)
        facts = tuple(FileFact(one.name, one.size, one.sha256, one.md5) for one in files)
        one = OrderItem(number, "Part", "part", "mchen", path, source, tree, None, facts, ("eli",))
        order = Order(name, "new", "first release", "eli", BEGUN, (one,))
        order = order.acted(Event(at, "eli", "open", f"opened for {number}"))
        opened = self._order(order, None)
        signed = Signoff("mchen", "Mei Chen", "approved", at, "", {number: Bound(tree, one.digest)})
        order = order.acted(Event(at, "mchen", "sign", "approved"), signoffs=(signed,))
        judged_at = self._order(order, opened)
        code = codes.new_code()
        revision = Revision(
            number=number, rev="A", title="Part", kind="part", owner="mchen", change=name,
            sequence=place + 1, released_at=at, released_by="eli", code=code,
            url=codes.qr_address("https://vault.example", "r", code), supersedes=None,
            notes="first release", source_commit=source, tree=tree, path=path, rules=source,
            files=files, signoffs=({"by": "mchen", "full_name": "Mei Chen", "meaning": "approved",
                                    "at": at, "comment": ""},),
            findings=(Finding("approval", number, tree, "satisfied", "approved by Mei Chen"),),
        )  # fmt: skip
        note = {"number": number, "rev": "A", "state": "current", "sequence": place + 1}
        told = {"change": name, "commit": judged_at, "released_at": at, "released_by": "eli",
                "items": [{"number": number, "rev": "A"}]}  # fmt: skip
        for where, data in (
            (release_log.record_path(number, "A"), release_log.written(revision)),
            (release_log.standing_path(number), canonical.pretty(note)),
            (release_log.order_path(name), canonical.pretty(told)),
            (release_log.HEAD, replace(Head(place + 1, *head)).written()),
        ):
            self._log.put(where, self._blob(data))
        entry = self._pack.commit(
            self._log.written(self._pack), before, f"Release {number} A", self._at
        )
        order = order.acted(Event(at, "eli", "release", "released"))
        self._refs[CHANGES + name] = self._order(order, judged_at)
        tag = settling.TAG.format(number=number, rev="A")
        self._refs[f"refs/tags/{tag}"] = self._pack.tag(tag, source, f"Record: {entry}", self._at)
        return entry

    def _order(self, order: Order, before: str | None) -> str:
        folder = Folder()
        folder.put(change.FILE, self._blob(change.written(order)))
        return self._pack.commit(folder.written(self._pack), before, order.change, self._at)


def built(cache: Path, releases: int, size: int) -> Path:
    """Return a vault of so many releases, from the cache where an earlier run left one."""
    root = cache / f"{releases}-{size}"
    if not (root / "READY").exists():
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(parents=True, exist_ok=True)
        begun = time.perf_counter()
        Builder(root, size).build(releases).close()
        durable.write(root / "READY", b"")
        show(f"built {releases:,} releases in {time.perf_counter() - begun:.0f} s")
    return root


def loosened(root: Path) -> Iterator[Path]:
    """Take every object out of its pack, as a vault keeps them, and give the vault."""
    git_dir = root / home.GIT
    for pack in list((git_dir / "objects" / "pack").glob("*.pack")):
        aside = git_dir / pack.name
        pack.rename(aside)
        for other in pack.parent.glob(f"{pack.stem}.*"):
            other.unlink()
        with aside.open("rb") as file:
            subprocess.run(["git", f"--git-dir={git_dir}", "unpack-objects", "-q"], stdin=file,
                           check=True)  # fmt: skip
        aside.unlink()
    yield root


def processor() -> float:
    """Return the seconds a processor worked for us and for what we started: load changes it less."""
    return sum(os.times()[:4])


def measured(root: Path, releases: int) -> Goal:
    """Verify once, print what each part took, and return what is promised."""
    vault = home.open_vault(root)
    begun, busy = time.perf_counter(), processor()
    report = audit.verify(vault)
    taken, busy = time.perf_counter() - begun, processor() - busy
    vault.close()
    assert report.ok, report.faults[:5]
    mega = report.checked["bytes hashed"] / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = [(part, f"{seconds:.2f}") for part, seconds in report.seconds.items()]
    show(f"{releases:,} releases, {report.checked['signatures']:,} signatures,"
         f" {report.checked['objects']:,} objects of {mega:,.0f} MB"
         f" ({mega / report.seconds['hashing']:,.0f} MB/s), peak memory {peak:.0f} MB")  # fmt: skip
    show(
        table(
            ["PART", "SECONDS"], [*rows, ("all", f"{taken:.2f}"), ("all, processor", f"{busy:.2f}")]
        )
        + "\n"
    )
    return Goal(f"seconds to verify {releases:,} releases", taken, LIMIT_S)


def main(counts: list[int], size: int, cache: Path, loose: bool) -> int:
    """Measure each count; returns 1 where the promise is missed."""
    goals = []
    for releases in counts:
        root = built(cache, releases, size)
        if loose:
            root = next(loosened(root))
        show(world(root))
        goals.append(measured(root, releases))
    return judged(goals)


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--releases", type=int, nargs="+", default=[1_000, 10_000])
    given.add_argument("--bytes", type=int, default=20_000, help="size of each file")
    given.add_argument("--cache", type=Path,
                       default=Path(tempfile.gettempdir()) / "titleblock-bench-verify")  # fmt: skip
    given.add_argument(
        "--loose", action="store_true", help="every object a file, as releases leave it"
    )
    told = given.parse_args()
    vaults.isolate()
    sys.exit(main(told.releases, told.bytes, told.cache, told.loose))
