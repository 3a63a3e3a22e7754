# SPDX-License-Identifier: AGPL-3.0-or-later
"""Check-in: new items, and files of an item added or replaced as one commit on ``main``.

Bytes go into the object store first, where they are harmless until something
points at them; the commit is the one point at which the check-in happens.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vault import acting, errors, following, grammars, item, locks, names, pointer, words, worker
from vault.acting import Actor
from vault.catalogue_rows import ItemRow
from vault.history.repository import MAIN, Author, Entry
from vault.home import Vault
from vault.item import Item
from vault.objects import opening
from vault.objects.store import Puts
from vault.reading import pictures

TRIES: Final = 20


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A file as it was checked in: size in bytes and sha256; ``md5`` is empty where git holds it."""

    name: str
    size: int
    sha256: str
    md5: str = ""


@dataclass(frozen=True, slots=True)
class CheckIn:
    """What a check-in made: the commit, and the files whose bytes are new."""

    number: str
    commit: str
    files: tuple[CheckedIn, ...]


def add_item(vault: Vault, actor: Actor, made: Item, path: str | None = None) -> CheckIn:
    """Make a folder an item; raises BadItemNumber, ItemExists, FolderTaken or BadManifest."""
    acting.require(actor, "engineer")
    names.item_number(made.number)
    item.check(made, item.FILE)
    folder = path.strip("/") if path else item.default_folder(made.number)
    if fault := names.path_fault(f"{folder}/{item.FILE}"):
        raise errors.BadFileName(name=folder, why=fault)
    data = item.write(made, None)
    for _ in range(TRIES):
        tip = following.follow(vault)
        _is_new(vault, made.number, folder, tip)
        try:
            commit = vault.history.commit(
                MAIN, {f"{folder}/{item.FILE}": data},
                message=f"{made.number}: new item, {made.title}\n", author=author(actor), expect=tip,
            )  # fmt: skip
        except errors.MovedOn:
            continue
        following.follow(vault)
        file = CheckedIn(item.FILE, len(data), hashlib.sha256(data).hexdigest())
        return CheckIn(made.number, commit, (file,))
    raise errors.MovedOn(ref=MAIN, now=vault.history.tip(MAIN) or "nothing")


def check_in(
    vault: Vault,
    actor: Actor,
    number: str,
    files: Mapping[str, Path],
    message: str,
    remove: Sequence[str] = (),
) -> CheckIn:
    """Add or replace files of an item, by name, as one commit.

    ``files`` gives for each name the path its bytes lie at now.  Raises NoSuchItem,
    LockedBy, BadFileName, EmptyFile, FileTooLarge, UnreadableFile, BadManifest,
    NothingToCheckIn or MovedOn; nothing has changed then.
    """
    acting.require(actor, "engineer")
    kept = _kept(vault, files)
    for _ in range(TRIES):
        tip = following.follow(vault)
        row = vault.catalogue.item(number)
        if row is None:
            raise errors.NoSuchItem(number=number)
        mine = locks.seen(vault, actor, [row.number])
        changes = _changes(vault, tip, row, kept, remove)
        try:
            commit = vault.history.commit(
                MAIN, changes, message=_message(row.number, message, kept), author=author(actor),
                expect=tip, verify=mine,
            )  # fmt: skip
        except errors.MovedOn:
            continue
        following.follow(vault)
        return CheckIn(row.number, commit, tuple(one for one, _data in kept.values()))
    raise errors.MovedOn(ref=MAIN, now=vault.history.tip(MAIN) or "nothing")


def restore(vault: Vault, actor: Actor, number: str, commit: str, why: str) -> CheckIn:
    """Make an item's files what they were at an earlier commit, as a new iteration.

    Nothing of what came between is lost.  Raises NoSuchItem, NoSuchIteration or
    NothingToCheckIn where the files are the same already.
    """
    acting.require(actor, "engineer")
    for _ in range(TRIES):
        tip = following.follow(vault)
        row = vault.catalogue.item(number)
        if row is None:
            raise errors.NoSuchItem(number=number)
        mine = locks.seen(vault, actor, [row.number])
        was = next((one for one in vault.catalogue.iterations(row.number)
                    if len(commit) > 6 and one.commit.startswith(commit)), None)  # fmt: skip
        if was is None:
            raise errors.NoSuchIteration(number=row.number, commit=commit)
        then = _files(vault.history.folder_of(was.tree))
        now = _files(vault.history.folder(tip, row.path))
        changes = {
            f"{row.path}/{name}": vault.history.blob_of(then[name]) if name in then else None
            for name in sorted(then.keys() | now.keys())
            if then.get(name) != now.get(name)
        }
        if not changes:
            raise errors.NothingToCheckIn(number=row.number)
        message = f"{row.number}: {why.strip() or 'restore'} (as of {was.commit[:10]})\n"
        try:
            made = vault.history.commit(
                MAIN, changes, message=message, author=author(actor), expect=tip, verify=mine
            )
        except errors.MovedOn:
            continue
        following.follow(vault)
        return CheckIn(row.number, made, ())
    raise errors.MovedOn(ref=MAIN, now=vault.history.tip(MAIN) or "nothing")


def author(person: Actor) -> Author:
    """Return a person as git names them: the login name, so that it can be looked up again."""
    return Author(person.name, person.email or f"{person.name}@localhost")


def _files(folder: Mapping[str, Entry]) -> dict[str, str]:
    return {name: entry.oid for name, entry in folder.items() if entry.kind == "blob"}


def _is_new(vault: Vault, number: str, folder: str, tip: str) -> None:
    existing = vault.catalogue.item(number)
    if existing is not None:
        raise errors.ItemExists(number=number, existing=existing.number, path=existing.path)
    steps = folder.split("/")
    for depth in range(1, len(steps)):
        above = "/".join(steps[:depth])
        if vault.history.blob(tip, f"{above}/{item.FILE}") is not None:
            raise errors.FolderTaken(path=above)
    if vault.history.folder(tip, folder):
        raise errors.FolderTaken(path=folder)


def kept_bytes(
    vault: Vault, name: str, path: Path, objects: Puts | None = None
) -> tuple[CheckedIn, bytes]:
    """Put a file's bytes where they belong; return it with what stands for it in git.

    ``objects`` is the vault's store, or where it takes many objects together.

    Raises BadFileName, EmptyFile, FileTooLarge, UnreadableFile or BadManifest.
    """
    name, text, pages = _looked_at(vault, name, path)
    if text is not None:
        return CheckedIn(name, len(text), hashlib.sha256(text).hexdigest()), text
    digest = (objects or vault.objects).put(path, name)
    if pages:
        with contextlib.suppress(OSError):  # a cache; the search reads the file again
            words.keep(vault, digest.sha256, "\n".join(pages))
    stands_for = pointer.write(pointer.Pointer(name, digest.md5, digest.size, digest.sha256))
    return CheckedIn(name, digest.size, digest.sha256, digest.md5), stands_for


def _kept(vault: Vault, files: Mapping[str, Path]) -> dict[str, tuple[CheckedIn, bytes]]:
    """Put files where they belong, many at once; refuses as ``kept_bytes`` for the first bad one."""
    if len(files) < 2:
        return {name: kept_bytes(vault, name, path) for name, path in files.items()}
    with ThreadPoolExecutor(min(len(files), opening.at_once(vault.objects))) as pool:
        done = pool.map(lambda name: kept_bytes(vault, name, files[name]), files)
        return dict(zip(files, done, strict=True))


def checked(vault: Vault, name: str, path: Path) -> tuple[str, bytes | None]:
    """Return a file's name as it is kept, and its bytes where git itself keeps them; keeps nothing.

    Raises BadFileName, EmptyFile, FileTooLarge, UnreadableFile or BadManifest.
    """
    name, text, _pages = _looked_at(vault, name, path)
    return name, text


def _looked_at(vault: Vault, name: str, path: Path) -> tuple[str, bytes | None, Sequence[str]]:
    """Return what ``checked`` does, and the text of a PDF's pages, since it was opened anyway."""
    name = names.file_name(name)
    try:
        size = path.stat().st_size
    except OSError as fault:
        raise errors.UnreadableFile(name=name, reason=fault.strerror or str(fault)) from fault
    if not size:
        raise errors.EmptyFile(name=name)
    if size > vault.settings.largest_file:
        raise errors.FileTooLarge(name=name, size=size, limit=vault.settings.largest_file)
    if size <= grammars.LARGEST_TEXT and grammars.may_be_text(name):
        data = path.read_bytes()
        if grammars.is_text(name, data):
            grammars.check(name, data, name)
            return name, data, ()
    if name in grammars.KEPT_IN_GIT:
        raise errors.BadManifest(where=name, why="it is not UTF-8 text of at most 256 kB")
    return name, None, _pages_of(name, path)


def _pages_of(name: str, path: Path) -> Sequence[str]:
    """Return the text of a PDF's pages; raises UnreadableFile where a file is not what it says."""
    with path.open("rb") as file:
        start = file.read(1024)
    if start.startswith(b"version https://git-lfs.github.com/spec/"):
        raise errors.UnreadableFile(name=name, reason="it is only a Git LFS pointer, not the file")
    if name.lower().endswith(".pdf"):
        if b"%PDF-" not in start:
            raise errors.UnreadableFile(name=name, reason="it is not a PDF")
        pages: list[str] = pictures.facts(worker.shared(), path, name)["text"]
        return pages
    return ()


def _changes(
    vault: Vault,
    tip: str,
    row: ItemRow,
    kept: Mapping[str, tuple[CheckedIn, bytes]],
    remove: Sequence[str],
) -> dict[str, bytes | None]:
    there = vault.history.folder(tip, row.path)
    folded = {names.fold(name.removesuffix(names.POINTER)): name for name in there}
    changes: dict[str, bytes | None] = {}
    for name, (file, data) in kept.items():
        in_git = name if not file.md5 else pointer.pointer_name(name)
        twin = folded.get(names.fold(name))
        if twin is not None and twin != in_git:
            changes[f"{row.path}/{twin}"] = None
        if name == item.FILE:
            _same_number(row, data)
        if twin == in_git and vault.history.blob(tip, f"{row.path}/{in_git}") == data:
            continue
        changes[f"{row.path}/{in_git}"] = data
    for name in remove:
        in_git = folded.get(names.fold(name), "")
        if not in_git or name == item.FILE:
            raise errors.NoSuchFile(where=row.number, name=name)
        changes[f"{row.path}/{in_git}"] = None
    if not changes:
        raise errors.NothingToCheckIn(number=row.number)
    return changes


def _same_number(row: ItemRow, data: bytes) -> None:
    told = item.parse(data, item.FILE)
    if told.number != row.number:
        why = f"it says number {told.number}, and the number of an item never changes"
        raise errors.BadManifest(where=f"{row.path}/{item.FILE}", why=why)


def _message(number: str, message: str, kept: Mapping[str, Any]) -> str:
    text = message.strip() or f"check in {', '.join(kept)}"
    return f"{number}: {text}\n"
