# SPDX-License-Identifier: AGPL-3.0-or-later
"""The bare repository: read any file of any commit, write one commit by compare-and-swap.

There is no work tree and no index.  A commit rewrites only the trees on the
paths it touches, so its cost follows the depth of those paths and never the
number of files in the vault.  Everything is on disk, directories too, before
a call returns.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pygit2
from pygit2.enums import ConfigLevel, ObjectType, Option, SortMode

from vault import clock, durable, errors
from vault.history import stale
from vault.history.loose import Loose
from vault.history.record import (
    CHANGES,
    COMMITTER,
    LOCKS,
    MAIN,
    RELEASES,
    RULES,
    Author,
    Commit,
    Entry,
    commit_text,
    is_oid,
)
from vault.history.trees import EMPTY, differing, rewritten

__all__ = [
    "CHANGES",
    "COMMITTER",
    "GIT_CONFIG",
    "LOCKS",
    "MAIN",
    "RELEASES",
    "RULES",
    "Author",
    "Commit",
    "Entry",
    "History",
    "configure",
    "create",
    "is_oid",
    "opened",
]

GIT_CONFIG = {
    "core.fsync": "all",
    "core.useReplaceRefs": "false",
    "gc.auto": "0",
    "gc.packRefs": "false",
    "receive.autogc": "false",
    "receive.fsckObjects": "true",
    "receive.advertisePushOptions": "false",
    "transfer.unpackLimit": "1",
    "uploadpack.allowAnySHA1InWant": "false",
}
"""Settings of ``vault.git`` and why: a push is on disk when it is acknowledged, history cannot be
shown otherwise than it is (replace refs), and nothing is pruned behind our back."""
_KINDS = {
    ObjectType.BLOB: "blob", ObjectType.TREE: "tree", ObjectType.COMMIT: "commit",
    ObjectType.TAG: "tag",
}  # fmt: skip
_LOCK_TRIES = 40
_LOCK_PAUSE_S = 0.025

pygit2.option(Option.ENABLE_FSYNC_GITDIR, True)
for _level in (ConfigLevel.SYSTEM, ConfigLevel.XDG, ConfigLevel.GLOBAL, ConfigLevel.PROGRAMDATA):
    pygit2.settings.search_path[_level] = ""  # what a person configured for themselves is not ours


class History:
    """The vault's bare git repository, safe to use from several threads."""

    def __init__(self, git_dir: Path, further: Sequence[Path] = ()) -> None:
        """Point at a repository that exists; it is opened once for each thread.

        ``further`` are object folders that are read as well and never written: what a push
        brings lies in one until a hook has accepted it.
        """
        self.git_dir = git_dir
        self._further = tuple(further)
        self._threads = threading.local()

    @property
    def _repository(self) -> pygit2.Repository:
        opened: pygit2.Repository | None = getattr(self._threads, "repository", None)
        if opened is None:
            try:
                opened = pygit2.Repository(
                    str(self.git_dir), pygit2.enums.RepositoryOpenFlag.NO_SEARCH
                )
            except pygit2.GitError as fault:
                raise errors.DamagedHistory(where=self.git_dir, why=fault) from fault
            for objects in self._further:
                opened.odb.add_disk_alternate(str(objects))
            self._threads.repository = opened
        return opened

    # --- reading -------------------------------------------------------------

    def tip(self, ref: str) -> str | None:
        """Return the commit a ref points at, or None where there is no such ref."""
        found = self._repository.references.get(ref)
        return None if found is None else str(found.target)

    def head(self) -> str | None:
        """Return the commit HEAD stands at, or None in a repository without commits."""
        try:
            return str(self._repository.head.target)
        except pygit2.GitError:
            return None

    def refs(self, prefix: str) -> Iterator[tuple[str, str]]:
        """Yield every ref below a prefix with its target; reads all refs, so not for hot paths."""
        for name in self._repository.references:
            if name.startswith(prefix):
                yield name, str(self._repository.references[name].target)

    def commit_at(self, oid: str) -> Commit:
        """Return one commit; raises DamagedHistory where it is not there."""
        return _told(self._commit(oid))

    def peeled(self, oid: str) -> str:
        """Return the commit an annotated tag, or a commit itself, stands for."""
        return str(self._commit(oid).id)

    def tree(self, commit: str, path: str = "") -> str | None:
        """Return the tree of a folder in a commit, or None where it is no folder."""
        found = self._find(commit, path)
        return str(found.id) if isinstance(found, pygit2.Tree) else None

    def folder(self, commit: str, path: str = "") -> dict[str, Entry]:
        """Return what a folder holds, by name; empty where there is no such folder."""
        found = self._find(commit, path)
        return self._entries(found) if isinstance(found, pygit2.Tree) else {}

    def folder_of(self, tree: str) -> dict[str, Entry]:
        """Return what a tree object holds, by name."""
        found = self._object(tree)
        return self._entries(found) if isinstance(found, pygit2.Tree) else {}

    def blob(self, commit: str, path: str) -> bytes | None:
        """Return the bytes of a file in a commit, or None where there is no such file."""
        found = self._find(commit, path)
        return found.data if isinstance(found, pygit2.Blob) else None

    def blob_of(self, oid: str) -> bytes:
        """Return the bytes of a blob object; raises DamagedHistory where it is not there."""
        found = self._object(oid)
        if not isinstance(found, pygit2.Blob):
            raise errors.DamagedHistory(where=oid, why="it is not a file")
        return found.data

    def raw_tree(self, tree: str) -> bytes:
        """Return a tree object as git stores it, modes and names unchanged."""
        if tree == EMPTY:  # every git knows it without having it, and libgit2 gives no bytes of it
            return b""
        found = self._object(tree)
        if not isinstance(found, pygit2.Tree):
            raise errors.DamagedHistory(where=tree, why="it is not a folder")
        return found.read_raw()

    def stored(self, oid: str) -> tuple[str, bytes]:
        """Return the kind of an object and its bytes as git hashes them; for checking signatures.

        Raises DamagedHistory where it is missing or its bytes have another name.
        """
        if oid == EMPTY:
            return "tree", b""
        try:
            kind, data = self._repository.read(oid)
        except (KeyError, ValueError, pygit2.GitError) as fault:
            raise errors.DamagedHistory(where=oid, why="the object is missing or broken") from fault
        return _KINDS[ObjectType(kind)], bytes(data)

    def size(self, oid: str) -> int:
        """Return the size in bytes of a blob, which is not read for that."""
        try:
            _kind, size = self._repository.odb.read_header(pygit2.Oid(hex=oid))
        except (KeyError, ValueError, pygit2.GitError) as fault:
            raise errors.DamagedHistory(where=oid, why="the object is missing or broken") from fault
        return int(size)

    def has(self, oid: str) -> bool:
        """Say whether an object is here."""
        return pygit2.Oid(hex=oid) in self._repository

    def staged(self, index: Path) -> str:
        """Write what an index file has staged as a tree and return it; for hooks of a clone."""
        return str(pygit2.Index(str(index)).write_tree(self._repository))

    def chain(self, start: str, since: str | None = None) -> Iterator[Commit]:
        """Yield first-parent commits from a ref or commit back to, and without, ``since``."""
        at = start if is_oid(start) else self.tip(start)
        while at is not None and at != since:
            commit = self._commit(at)
            yield _told(commit)
            at = str(commit.parent_ids[0]) if commit.parent_ids else None

    def between(self, old: str | None, new: str) -> list[Commit]:
        """Return the commits reachable from ``new`` and not from ``old``, oldest first."""
        return self.beyond([] if old is None else [old], new)

    def beyond(self, known: Sequence[str], new: str) -> list[Commit]:
        """Return the commits in the past of ``new`` and of none of the known ones, oldest first."""
        walker = self._repository.walk(pygit2.Oid(hex=new), SortMode.TOPOLOGICAL | SortMode.REVERSE)
        for one in known:
            walker.hide(pygit2.Oid(hex=one))
        return [_told(commit) for commit in walker]

    def contains(self, commit: str, ancestor: str) -> bool:
        """Say whether a commit has another one in its past, or is that one."""
        mine, theirs = pygit2.Oid(hex=commit), pygit2.Oid(hex=ancestor)
        return mine == theirs or self._repository.descendant_of(mine, theirs)

    def changed(self, old: str | None, new: str | None) -> list[str]:
        """Return the paths of files that differ between two commits; equal folders are skipped."""
        before = None if old is None else str(self._commit(old).tree_id)
        after = None if new is None else str(self._commit(new).tree_id)
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
        verify: Mapping[str, str | None] | None = None,
    ) -> str:
        """Write files (None removes one) as one commit on top of ``expect`` and move the ref.

        The ref moves only if it still points at ``expect`` (None: there is no such ref yet) and if
        those of ``verify`` stand where they were seen, which is looked at while the ref is locked;
        raises MovedOn where somebody was first.
        """
        objects = Loose(_Kept(self._repository))
        tree = self._tree_of(objects, expect, changes)
        made = objects.add("commit", commit_text(tree, expect, author, message))
        if self.tip(ref) != expect:
            raise errors.MovedOn(ref=ref, now=self.tip(ref) or "nothing")
        objects.write()
        for attempt in range(_LOCK_TRIES + 1):
            try:
                self._move(ref, made, expect, verify or {})
            except (pygit2.GitError, ValueError, OSError) as fault:
                if self.tip(ref) != expect:
                    raise errors.MovedOn(ref=ref, now=self.tip(ref) or "nothing") from fault
                held = attempt + 1 == _LOCK_TRIES and not stale.clear(self.git_dir, ref)
                if held or attempt == _LOCK_TRIES:  # another writer does not let go of the lock
                    raise errors.DamagedHistory(where=ref, why=fault) from fault
                time.sleep(_LOCK_PAUSE_S)
                continue
            if expect is None:  # libgit2 flushes a ref and its folder, but not new folders above
                self.settle_on_disk(ref)
            return made
        raise AssertionError  # the loop returns or raises

    def written_tree(self, base: str | None, changes: Mapping[str, bytes | None]) -> str:
        """Write the tree of a commit with some files changed, and return it; moves no ref."""
        objects = Loose(_Kept(self._repository))
        tree = self._tree_of(objects, base, changes)
        objects.write()
        return tree

    def _tree_of(
        self, objects: Loose, base: str | None, changes: Mapping[str, bytes | None]
    ) -> str:
        before = None if base is None else str(self._commit(base).tree_id)
        files = {
            path: None if data is None else objects.add("blob", data)
            for path, data in changes.items()
        }
        tree = rewritten(self.raw_tree, before, files, objects)
        if tree == EMPTY:  # every git knows it, and `git fsck` misses it all the same
            objects.add("tree", b"")
        return tree

    def _move(
        self, ref: str, new: str, expect: str | None, verify: Mapping[str, str | None]
    ) -> None:
        """Move a ref by compare-and-swap, all comparisons under the lock of the ref."""
        if expect is None:
            self._repository.references.create(ref, pygit2.Oid(hex=new))
            return
        with self._repository.transaction() as moving:
            moving.lock_ref(ref)
            for name, at in {**verify, ref: expect}.items():
                now = self.tip(name)
                if now != at:
                    raise errors.MovedOn(ref=name, now=now or "nothing")
            moving.set_target(ref, pygit2.Oid(hex=new))

    def kept(self, data: bytes) -> str:
        """Write bytes as a file object and return it; no ref points at it yet."""
        objects = Loose(_Kept(self._repository))
        oid = objects.add("blob", data)
        objects.write()
        return oid

    def kept_tags(self, texts: Sequence[bytes]) -> list[str]:
        """Write annotated tags with one wait for the disk and return them; no ref points there yet."""
        objects = Loose(_Kept(self._repository))
        oids = [objects.add("tag", data) for data in texts]
        objects.write()
        return oids

    def settle_on_disk(self, ref: str) -> None:
        """Fsync the directories a new commit touched: without that a power cut may undo it.

        git removes a folder with its last ref, so the last ones on the way may be gone.
        """
        folders = [self.git_dir / "objects"]
        folder = (self.git_dir / ref).parent
        while folder != self.git_dir:
            folders.append(folder)
            folder = folder.parent
        durable.fsync_folders(folders)

    # --- inside --------------------------------------------------------------

    def _object(self, oid: str) -> pygit2.Object:
        try:
            return self._repository[oid]
        except (KeyError, ValueError, pygit2.GitError) as fault:
            raise errors.DamagedHistory(where=oid, why="the object is missing or broken") from fault

    def _commit(self, oid: str) -> pygit2.Commit:
        found = self._object(oid)
        try:
            return found.peel(pygit2.Commit)  # an annotated tag stands for its commit
        except (ValueError, pygit2.GitError) as fault:
            raise errors.DamagedHistory(where=oid, why="it is not a commit") from fault

    def _find(self, commit: str, path: str) -> pygit2.Object | None:
        tree = self._commit(commit).tree
        try:
            return tree / path if path else tree
        except KeyError:
            return None
        except pygit2.GitError as fault:
            raise errors.DamagedHistory(where=path, why=fault) from fault

    @staticmethod
    def _entries(tree: pygit2.Tree) -> dict[str, Entry]:
        return {str(one.name): Entry(str(one.name), str(one.type_str), str(one.id)) for one in tree}


class _Kept:
    """The objects of a repository as libgit2 reads them."""

    def __init__(self, repository: pygit2.Repository) -> None:
        self._repository = repository
        self.place = Path(repository.path) / "objects"

    def held(self, oid: str) -> tuple[str, bytes] | None:
        try:
            kind, data = self._repository.read(oid)
        except KeyError:
            return None
        except pygit2.GitError as fault:
            raise errors.DamagedHistory(where=oid, why=fault) from fault
        return _KINDS.get(ObjectType(kind), ""), bytes(data)


def opened(folder: Path) -> History:
    """Return the history of any repository, bare or with a work tree, to read from."""
    return History(folder / ".git" if (folder / ".git").is_dir() else folder)


def create(git_dir: Path) -> History:
    """Make an empty bare repository, without git's sample hooks, and return it."""
    pygit2.init_repository(str(git_dir), bare=True, initial_head="main")
    for sample in (git_dir / "hooks").glob("*.sample"):
        sample.unlink()
    durable.fsync_tree(git_dir)
    return History(git_dir)


def configure(git_dir: Path, settings: Mapping[str, str | None]) -> None:
    """Write settings into a repository's own configuration (None removes one), on disk at once."""
    file = git_dir / "config"
    config = pygit2.Config(str(file))
    for name, value in settings.items():
        if value is not None:
            config[name] = value
        elif name in config:
            del config[name]
    durable.fsync_file(file)
    durable.fsync_folder(git_dir)


def _told(commit: pygit2.Commit) -> Commit:
    at = clock.text(clock.from_epoch(commit.author.time))
    return Commit(
        oid=str(commit.id),
        tree=str(commit.tree_id),
        parents=tuple(str(parent) for parent in commit.parent_ids),
        author=commit.author.name,
        email=commit.author.email,
        at=at,
        message=commit.message,
    )
