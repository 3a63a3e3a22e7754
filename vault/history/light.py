# SPDX-License-Identifier: AGPL-3.0-or-later
"""History for a process that lives for one push: read by git itself, which is running anyway.

Loading libgit2 takes longer than all a hook has to look up.  ``git cat-file`` starts in three
milliseconds and answers the common questions; whatever else is asked goes to ``History``, which is
loaded then.
"""

from __future__ import annotations

# The library is imported when it is first needed, which at most pushes is never.
import contextlib
import mmap
import os
import re
import subprocess
import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from vault import clock, durable, errors
from vault.history import raw, stale
from vault.history.loose import Loose
from vault.history.raw import Node
from vault.history.record import Author, Commit, Entry, commit_text, is_oid
from vault.history.trees import differing, rewritten

if TYPE_CHECKING:
    from vault.history.repository import History

_OID: Final = re.compile(rb"[0-9a-f]{40}")
_PERSON: Final = re.compile(rb"(.*?) ?<([^>]*)> (\d{1,12}) [+-]\d{4}")
_NO_HOOKS: Final = ("-c", "core.hooksPath=/dev/null")


class LightHistory:
    """Stands for a ``History`` in hooks; one thread at a time."""

    def __init__(self, git_dir: Path, further: Sequence[Path] = ()) -> None:
        """Point at a repository; nothing is started yet.  ``further`` is as for ``History``."""
        self.git_dir = git_dir
        self.place = git_dir / "objects"
        self._further = tuple(further)

    def __getattr__(self, name: str) -> Any:
        """Give everything that is not here from the whole ``History``."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self._whole, name)

    @cached_property
    def _whole(self) -> History:
        from vault.history.repository import History  # noqa: PLC0415 - see the top of the file

        return History(self.git_dir, self._further)

    # --- reading -------------------------------------------------------------

    def tip(self, ref: str) -> str | None:
        """Return what a ref points at, or None where there is no such ref."""
        try:
            told = (self.git_dir / ref).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return self._packed(ref)
        if not _OID.fullmatch(told.strip()):
            raise errors.DamagedHistory(where=ref, why="it points at nothing git could have")
        return told.strip().decode("ascii")

    def _packed(self, ref: str) -> str | None:
        try:
            with (
                (self.git_dir / "packed-refs").open("rb") as file,
                mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as text,
            ):
                found = text.find(b" %b\n" % ref.encode())
                oid = text[max(found - 40, 0) : found]
        except (FileNotFoundError, ValueError):  # an empty file cannot be mapped
            return None
        return oid.decode("ascii") if found >= 40 and _OID.fullmatch(oid) else None

    def commit_at(self, oid: str) -> Commit:
        """Return one commit; raises DamagedHistory where it is not there."""
        kind, data = self._object(oid)
        while kind == "tag":
            oid = data[7:47].decode("ascii", "replace")
            kind, data = self._object(oid)
        if kind != "commit":
            raise errors.DamagedHistory(where=oid, why="it is not a commit")
        return _parsed(oid, data) or self._whole.commit_at(oid)

    def peeled(self, oid: str) -> str:
        """Return the commit an annotated tag, or a commit itself, stands for."""
        return self.commit_at(oid).oid

    def tree(self, commit: str, path: str = "") -> str | None:
        """Return the tree of a folder in a commit, or None where it is no folder."""
        found = self._find(commit, path)
        return found.oid if found is not None and found.is_folder else None

    def folder(self, commit: str, path: str = "") -> dict[str, Entry]:
        """Return what a folder holds, by name; empty where there is no such folder."""
        found = self.tree(commit, path)
        return {} if found is None else self.folder_of(found)

    def folder_of(self, tree: str) -> dict[str, Entry]:
        """Return what a tree object holds, by name."""
        kinds = {raw.FOLDER: "tree", raw.REPOSITORY: "commit"}
        return {
            name: Entry(name, kinds.get(node.mode, "blob"), node.oid)
            for name, node in self._nodes(tree).items()
        }

    def blob(self, commit: str, path: str) -> bytes | None:
        """Return the bytes of a file in a commit, or None where there is no such file."""
        found = self._find(commit, path)
        if found is None or found.mode in {raw.FOLDER, raw.REPOSITORY}:
            return None
        return self.blob_of(found.oid)

    def blob_of(self, oid: str) -> bytes:
        """Return the bytes of a blob object; raises DamagedHistory where it is not there."""
        return self._of_kind(oid, "blob", "it is not a file")

    def raw_tree(self, tree: str) -> bytes:
        """Return a tree object as git stores it, modes and names unchanged."""
        return self._of_kind(tree, "tree", "it is not a folder")

    def size(self, oid: str) -> int:
        """Return the size in bytes of a blob, which is not read for that."""
        return int(self._headed(self._sizes, oid)[1])

    def has(self, oid: str) -> bool:
        """Say whether an object is here."""
        return self._sizes.of(oid) is not None

    def held(self, oid: str) -> tuple[str, bytes] | None:
        """Return kind and bytes of an object, or None; raises DamagedHistory."""
        told = self._contents.of(oid)
        return None if told is None else (told[0], self._read(oid, told[1]))

    def between(self, old: str | None, new: str) -> list[Commit]:
        """Return the commits reachable from ``new`` and not from ``old``, oldest first."""
        return self.beyond([] if old is None else [old], new)

    def beyond(self, known: Sequence[str], new: str) -> list[Commit]:
        """Return the commits in the past of ``new`` and of none of the known ones, oldest first."""
        tip = self.commit_at(new)
        if list(known) == list(tip.parents) and len(known) == 1:
            return [tip]
        said = self._run(
            "rev-list", "--topo-order", "--reverse", new, *(f"^{one}" for one in known)
        )
        return [self.commit_at(one) for one in said.split()]

    def contains(self, commit: str, ancestor: str) -> bool:
        """Say whether a commit has another one in its past, or is that one."""
        if commit == ancestor or ancestor in self.commit_at(commit).parents:
            return True
        if commit in self.commit_at(ancestor).parents:
            return False
        done = self._started("merge-base", "--is-ancestor", ancestor, commit)
        done.communicate()
        if done.returncode not in {0, 1}:
            raise errors.DamagedHistory(where=commit, why="its past cannot be followed")
        return done.returncode == 0

    def changed(self, old: str | None, new: str | None) -> list[str]:
        """Return the paths of files that differ between two commits; equal folders are skipped."""
        before, after = (None if one is None else self.commit_at(one).tree for one in (old, new))
        return sorted(differing(self.raw_tree, before, after))

    # --- writing -------------------------------------------------------------

    def commit(
        self,
        ref: str,
        changes: Mapping[str, bytes | None],
        *,
        message: str,
        author: Author,
        expect: str | None,
    ) -> str:
        """Write files as one commit and move the ref, as ``History.commit``; raises MovedOn."""
        objects = Loose(self)
        before = None if expect is None else self.commit_at(expect).tree
        files = {
            path: None if data is None else objects.add("blob", data)
            for path, data in changes.items()
        }
        tree = rewritten(self.raw_tree, before, files, objects)
        made = objects.add("commit", commit_text(tree, expect, author, message))
        if self.tip(ref) != expect:
            raise errors.MovedOn(ref=ref, now=self.tip(ref) or "nothing")
        objects.write()
        self._move(ref, made, expect)
        durable.fsync_folders([self.place, *_above(self.git_dir, ref)])
        return made

    def _move(self, ref: str, new: str, expect: str | None) -> None:
        for last in (False, True):
            moved = self._started("update-ref", "--no-deref", ref, new, expect or "0" * 40)
            complaint = moved.communicate()[1]
            if moved.returncode == 0:
                return
            if self.tip(ref) != expect:
                raise errors.MovedOn(ref=ref, now=self.tip(ref) or "nothing")
            if last or not stale.clear(self.git_dir, ref):
                why = complaint.decode("utf-8", "replace").strip()
                raise errors.DamagedHistory(where=ref, why=why)

    # --- inside --------------------------------------------------------------

    def _find(self, commit: str, path: str) -> Node | None:
        at = Node("", raw.FOLDER, self.commit_at(commit).tree)
        for step in path.split("/") if path else ():
            found = self._nodes(at.oid).get(step) if at.is_folder else None
            if found is None:
                return None
            at = found
        return at

    def _nodes(self, tree: str) -> dict[str, Node]:
        return raw.nodes(self.raw_tree(tree), tree)

    def _of_kind(self, oid: str, wanted: str, why: str) -> bytes:
        kind, data = self._object(oid)
        if kind != wanted:
            raise errors.DamagedHistory(where=oid, why=why)
        return data

    def _object(self, oid: str) -> tuple[str, bytes]:
        kind, size = self._headed(self._contents, oid)
        return kind, self._read(oid, size)

    def _read(self, oid: str, size: int) -> bytes:
        data = self._contents.read(size)
        if len(data) != size:
            raise errors.DamagedHistory(where=oid, why="the object is missing or broken")
        return data

    @staticmethod
    def _headed(answers: _Answers, oid: str) -> tuple[str, int]:
        found = answers.of(oid)
        if found is None:
            raise errors.DamagedHistory(where=oid, why="the object is missing or broken")
        return found

    @cached_property
    def _contents(self) -> _Answers:
        return _Answers(self._started("cat-file", "--batch"))

    @cached_property
    def _sizes(self) -> _Answers:
        return _Answers(self._started("cat-file", "--batch-check"))

    def _run(self, *words: str) -> str:
        done = self._started(*words)
        said, complaint = done.communicate()
        if done.returncode != 0:
            why = complaint.decode("utf-8", "replace").strip()
            raise errors.DamagedHistory(where=words[0], why=why)
        return said.decode("ascii")

    def _started(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            ["git", f"--git-dir={self.git_dir}", *_NO_HOOKS, *words], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self._environment,
        )  # fmt: skip

    @cached_property
    def _environment(self) -> Mapping[str, str]:
        passed = {name: told for name, told in os.environ.items() if not name.startswith("GIT_")}
        return passed | {
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": os.pathsep.join(map(str, self._further)),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "LC_ALL": "C.UTF-8",
        }


class _Answers:
    """A talk with one ``git cat-file``, which ends with this object."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._ask = cast("IO[bytes]", process.stdin)
        self._answer = cast("IO[bytes]", process.stdout)
        weakref.finalize(self, _end, process)

    def of(self, oid: str) -> tuple[str, int] | None:
        """Return kind and size of an object, or None; raises DamagedHistory."""
        if not is_oid(oid):
            return None
        told: list[bytes] = []
        with contextlib.suppress(OSError):  # it ended over a broken object
            self._ask.write(oid.encode("ascii") + b"\n")
            self._ask.flush()
            told = self._answer.readline().split()
        if told[1:] == [b"missing"]:
            return None
        if len(told) != 3:
            raise errors.DamagedHistory(where=oid, why="the object is missing or broken")
        return told[1].decode("ascii"), int(told[2])

    def read(self, size: int) -> bytes:
        """Return the bytes that follow such an answer, fewer where they do not come."""
        return self._answer.read(size + 1)[:size]


def _end(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout, process.stderr):
        with contextlib.suppress(OSError):
            if pipe is not None:
                pipe.close()
    process.wait()


def _above(root: Path, ref: str) -> Iterator[Path]:
    folder = (root / ref).parent
    while folder != root:
        yield folder
        folder = folder.parent


def _parsed(oid: str, data: bytes) -> Commit | None:
    """Return the commit git stores so, or None where it is written in no ordinary way."""
    head, _, message = data.partition(b"\n\n")
    lines = head.split(b"\n")
    parents = [line[7:] for line in lines if line.startswith(b"parent ")]
    person = next((line[7:] for line in lines if line.startswith(b"author ")), b"")
    found = _PERSON.fullmatch(person)
    plain = not any(line.startswith(b"encoding ") for line in lines)
    if not lines[0].startswith(b"tree ") or found is None or not plain:
        return None
    return Commit(
        oid=oid,
        tree=lines[0][5:].decode("ascii"),
        parents=tuple(one.decode("ascii") for one in parents),
        author=found[1].decode("utf-8", "replace"),
        email=found[2].decode("utf-8", "replace"),
        at=clock.text(clock.from_epoch(int(found[3]))),
        message=message.lstrip(b"\n").decode("utf-8", "replace"),
    )
