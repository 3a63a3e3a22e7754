# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others need for the same check-in: git, git-lfs, Subversion, DVC, and the floor below all.

Every peer has the same files under version control and gets the same new bytes.  Repositories lie
on the measured disk; work trees lie in memory, which favours the peers and lets a hundred thousand
files be removed again.  None of them is told to flush more than it does by itself.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import pygit2
from pygit2.enums import FileMode

from vault import durable, pointer

SIZE = 2_000_000  # bytes of the file that changes
TARGET = "items/10/10-00/10-0042/10-0042_model.step"
OTHER = "items/10/10-00/10-0043/10-0043_model.step"
Files = Mapping[str, bytes]


def fresh() -> bytes:
    """Return bytes of a changed binary: nobody has them yet, and nothing compresses them."""
    return os.urandom(SIZE)


def call(*words: str | Path, cwd: Path | None = None, given: bytes | None = None) -> bytes:
    """Run a program to its good end and return what it said."""
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, input=given, capture_output=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: {done.stderr.decode()[-600:]}")
    return done.stdout


def program(name: str) -> str | None:
    """Return where a program is, one of this environment before one of the system."""
    own = Path(sys.executable).with_name(name)
    return str(own) if own.exists() else shutil.which(name)


def packed(files: Files, extra: Files) -> Iterator[bytes]:
    """Yield a stream of git fast-import with one commit on ``main``."""
    who = b"Bench <bench@localhost> 1700000000 +0000"
    yield b"commit refs/heads/main\ncommitter " + who + b"\ndata 5\nfill\n\n"
    for path, data in (*files.items(), *extra.items()):
        yield b"M 100644 inline %b\ndata %d\n%b\n" % (path.encode(), len(data), data)
    yield b"done\n"


class Peer:
    """A way to check in one changed file."""

    name: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()

    def __init__(self, disk: Path, memory: Path) -> None:
        """Have a folder on the disk and one for working files; ``build`` fills them."""
        self.disk, self.memory = disk / type(self).__name__, memory / type(self).__name__
        self.disk.mkdir()
        self.memory.mkdir()

    @classmethod
    def missing(cls) -> str:
        """Return the programs it needs that are not here."""
        return ", ".join(name for name in cls.needs if program(name) is None)

    def build(self, files: Files) -> None:
        """Put all these files under version control."""
        raise NotImplementedError

    def prepare(self, turn: int) -> None:
        """Save the changed file where a person would."""
        raise NotImplementedError

    def run(self) -> None:
        """Check it in."""
        raise NotImplementedError


class Floor(Peer):
    """Hash and write the bytes durably, and one pointer commit by libgit2: nobody can do less."""

    name = "floor: md5, durable write, one commit"

    def build(self, files: Files) -> None:
        """Make a bare repository of one pack."""
        git = self.disk / "bare.git"
        call("git", "init", "-q", "--bare", "-b", "main", git)
        call("git", f"--git-dir={git}", "fast-import", "--quiet", "--done",
             given=b"".join(packed(files, {})))  # fmt: skip
        self._repository = pygit2.Repository(str(git))
        (self.disk / "objects").mkdir()
        self._source = self.memory / "new.step"

    def prepare(self, turn: int) -> None:
        """Write the new bytes."""
        self._source.write_bytes(fresh())

    def run(self) -> None:
        """Do the three things."""
        md5 = hashlib.md5(usedforsecurity=False)
        aside = self.disk / "objects" / "aside"
        with self._source.open("rb") as source, aside.open("wb") as sink:
            while chunk := source.read(1 << 20):
                md5.update(chunk)
                sink.write(chunk)
            sink.flush()
            os.fsync(sink.fileno())
        shard = self.disk / "objects" / md5.hexdigest()[:2]
        shard.mkdir(exist_ok=True)
        aside.rename(shard / md5.hexdigest()[2:])
        durable.fsync_folder(shard)
        name = TARGET.rpartition("/")[2]
        self._commit(pointer.write(pointer.Pointer(name, md5.hexdigest(), SIZE)))

    def _commit(self, data: bytes) -> None:
        repository = self._repository
        tip = repository.references["refs/heads/main"].target
        steps = f"{TARGET}.dvc".split("/")
        trees = [repository[tip].peel(pygit2.Tree)]
        for step in steps[:-1]:
            trees.append(repository[trees[-1][step].id].peel(pygit2.Tree))
        oid, mode = repository.create_blob(data), FileMode.BLOB
        for tree, step in zip(reversed(trees), reversed(steps), strict=True):
            builder = repository.TreeBuilder(tree)
            builder.insert(step, oid, mode)
            oid, mode = builder.write(), FileMode.TREE
        who = pygit2.Signature("bench", "bench@localhost")
        repository.create_commit("refs/heads/main", who, who, "check in\n", oid, [tip])


class Git(Peer):
    """The git command line, the binary in git itself."""

    name = "git add, git commit"
    needs = ("git",)
    attributes: ClassVar[Files] = {}

    def build(self, files: Files) -> None:
        """Make a repository of one pack, and its work tree."""
        call(
            "git",
            "init",
            "-q",
            "-b",
            "main",
            f"--separate-git-dir={self.disk / 'git'}",
            self.memory,
        )
        self._before()
        stream = b"".join(packed(files, self.attributes))
        call("git", "fast-import", "--quiet", "--done", cwd=self.memory, given=stream)
        call("git", "reset", "-q", "--hard", cwd=self.memory)
        self.prepare(0)
        self.run()

    def _before(self) -> None:
        """Set up what the first checkout needs."""

    def prepare(self, turn: int) -> None:
        """Save the changed file in the work tree."""
        (self.memory / TARGET).write_bytes(fresh())

    def run(self) -> None:
        """Add and commit."""
        call("git", "add", TARGET, cwd=self.memory)
        call("git", "commit", "-q", "-m", "check in", cwd=self.memory)


class Lfs(Git):
    """git-lfs, pushed to a remote by file path: until then only the own disk has the bytes."""

    name = "git-lfs add, commit, push"
    needs = ("git", "git-lfs")
    attributes: ClassVar[Files] = {
        ".gitattributes": b"*.step filter=lfs diff=lfs merge=lfs -text\n"
    }

    def _before(self) -> None:
        remote = self.disk / "remote.git"
        call("git", "init", "-q", "--bare", "-b", "main", remote)
        call("git", "lfs", "install", "--local", cwd=self.memory)
        call("git", "remote", "add", "origin", f"file://{remote}", cwd=self.memory)

    def run(self) -> None:
        """Add, commit and push."""
        super().run()
        call("git", "push", "-q", "origin", "main", cwd=self.memory)


class SvnCommit(Peer):
    """Subversion: commit of one file from a working copy that holds its folder alone."""

    name = "svn commit FILE"
    needs = ("svn", "svnadmin")

    def build(self, files: Files) -> None:
        """Load a repository of one revision and check the one folder out."""
        self.url = load_svn(self.disk / "svn", self.memory.parent, files)
        self._copy = self.memory / "copy"
        call("svn", "checkout", "-q", "--depth", "empty", self.url, self._copy)
        folder = TARGET.rpartition("/")[0]
        call("svn", "update", "-q", "--parents", folder, cwd=self._copy)

    def prepare(self, turn: int) -> None:
        """Save the changed file in the working copy."""
        (self._copy / TARGET).write_bytes(fresh())

    def run(self) -> None:
        """Commit that file."""
        call("svn", "commit", "-q", "-m", "check in", TARGET, cwd=self._copy)


class SvnMucc(Peer):
    """Subversion without a working copy, its fastest way."""

    name = "svnmucc put"
    needs = ("svnmucc", "svnadmin")

    def build(self, files: Files) -> None:
        """Load a repository of one revision."""
        self.url = load_svn(self.disk / "svn", self.memory.parent, files)

    def prepare(self, turn: int) -> None:
        """Write the new bytes."""
        (self.memory / "new.step").write_bytes(fresh())

    def run(self) -> None:
        """Put them in place of the old ones."""
        call("svnmucc", "-m", "check in", "put", self.memory / "new.step", f"{self.url}/{TARGET}")


class Dvc(Peer):
    """DVC as it is meant to be used: ``dvc add`` of one file, and a commit of its pointer."""

    name = "dvc add, git commit"
    needs = ("git", "dvc")

    def build(self, files: Files) -> None:
        """Make a repository with all pointers in its work tree."""
        call("git", "init", "-q", "-b", "main", self.memory)
        call("git", "fast-import", "--quiet", "--done", cwd=self.memory,
             given=b"".join(packed(files, {})))  # fmt: skip
        call("git", "reset", "-q", "--hard", cwd=self.memory)
        call(program("dvc") or "dvc", "init", "-q", cwd=self.memory)

    def prepare(self, turn: int) -> None:
        """Save the changed file in the work tree."""
        (self.memory / TARGET).write_bytes(fresh())

    def run(self) -> None:
        """Add it, and commit the pointer."""
        call(program("dvc") or "dvc", "add", "-q", TARGET, cwd=self.memory)
        folder = TARGET.rpartition("/")[0]
        call("git", "add", f"{TARGET}.dvc", f"{folder}/.gitignore", cwd=self.memory)
        call("git", "commit", "-q", "-m", "check in", cwd=self.memory)


def load_svn(root: Path, memory: Path, files: Files) -> str:
    """Make a Subversion repository with these files in one revision and return its address.

    It is loaded once, in memory, and copied: on a disk ``svnadmin load`` takes minutes.
    """
    model = memory / "svn-model"
    if not model.exists():
        call("svnadmin", "create", model)
        given = b"".join(dumped({**files, TARGET: b"first", OTHER: b"first"}))
        call("svnadmin", "load", "-q", "--no-flush-to-disk", model, given=given)
    shutil.copytree(model, root)
    return f"file://{root}"


def dumped(files: Files) -> Iterator[bytes]:
    """Yield a dump of Subversion with one revision that adds these files and their folders."""
    yield b"SVN-fs-dump-format-version: 2\n\nUUID: 5e6ac6b5-39a6-4c5c-9a41-9a4b1a3d7b11\n\n"
    told = b"K 7\nsvn:log\nV 4\nfill\nPROPS-END\n"
    yield b"Revision-number: 1\nProp-content-length: %d\nContent-length: %d\n\n%b\n" % (
        len(told), len(told), told,
    )  # fmt: skip
    made: set[str] = set()
    for path, data in files.items():
        steps = path.split("/")
        for depth in range(1, len(steps)):
            folder = "/".join(steps[:depth])
            if folder not in made:
                made.add(folder)
                yield b"Node-path: %b\nNode-kind: dir\nNode-action: add\n\n\n" % folder.encode()
        yield (
            b"Node-path: %b\nNode-kind: file\nNode-action: add\nText-content-length: %d\n"
            b"Content-length: %d\n\n%b\n\n" % (path.encode(), len(data), len(data), data)
        )
