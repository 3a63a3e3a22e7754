# SPDX-License-Identifier: AGPL-3.0-or-later
"""What files of an item hold: manifests and routes that parse, pointers that speak the truth.

Pushed content is only ever read by our own strict readers; DVC itself would
follow a pointer out of the repository.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from hooks.errors import BelongsIntoObjects, BytesNotThere, FileTwice, OnlyAPointer, PointerWrong
from hooks.pushed import Change, Trees
from vault import grammars, item, names, pointer
from vault.errors import BadManifest, BadPointer, DamagedObject, MissingObject, Refusal
from vault.objects.store import ObjectStore
from vault.pointer import Pointer

if TYPE_CHECKING:
    from vault.history.repository import History

Store = Callable[[], ObjectStore]
"""The way to the store, which is opened for the first pointer only."""
LFS: Final = b"version https://git-lfs.github.com/spec/"
_LARGEST_LFS: Final = 1024  # bytes


def faults(
    history: History, trees: Trees, tree: str, change: Change, objects: Store | None
) -> Iterator[Refusal]:
    """Yield what is wrong with a changed file of an item; without objects only with its text."""
    node, path = change.now, PurePosixPath(change.path)
    if node is None:
        return
    if is_pointer(path.name):
        yield from _pointer_faults(history, trees, tree, change, objects)
        return
    twin = trees.node(tree, f"{change.path}{names.POINTER}")
    if twin is not None:
        yield FileTwice(path=change.path, pointer=f"{path.name}{names.POINTER}")
    size = history.size(node.oid)
    if size <= _LARGEST_LFS and history.blob_of(node.oid).startswith(LFS):
        yield OnlyAPointer(path=change.path)
    elif path.name.casefold().endswith(".pdf"):
        yield BelongsIntoObjects(path=change.path)
    if path.name in grammars.KEPT_IN_GIT and size <= grammars.LARGEST_TEXT:
        yield from _grammar_faults(path.name, history.blob_of(node.oid), change.path)


def is_pointer(name: str) -> bool:
    """Say whether a name is that of a pointer, in whatever case it was written."""
    return name.casefold().endswith(names.POINTER)


def _grammar_faults(name: str, data: bytes, where: str) -> Iterator[Refusal]:
    if not grammars.is_text(name, data):
        yield BadManifest(where=where, why="it is not UTF-8 text")
        return
    try:
        if name == item.FILE:
            item.parse(data, where)
        else:
            grammars.check(name, data, where)
    except Refusal as fault:  # each grammar has a refusal of its own
        yield fault


def _pointer_faults(
    history: History, trees: Trees, tree: str, change: Change, objects: Store | None
) -> Iterator[Refusal]:
    told = _pointer(history, change.now.oid if change.now else "", change.path)
    if isinstance(told, Refusal):
        yield told
        return
    if told.name in grammars.KEPT_IN_GIT:
        why = f"{told.name} is read and compared, so it lives in git itself, not in objects"
        yield BadPointer(where=change.path, why=why)
    beside = change.path[: -len(names.POINTER)]
    if trees.node(tree, beside) is not None:
        yield FileTwice(path=beside, pointer=PurePosixPath(change.path).name)
    if objects is not None and not _same_bytes(history, told, change):
        yield from _object_faults(told, change.path, objects())


def _pointer(history: History, oid: str, where: str) -> Pointer | Refusal:
    if history.size(oid) > pointer.LARGEST:
        return BadPointer(where=where, why=f"it is larger than {pointer.LARGEST} bytes")
    try:
        return pointer.parse(history.blob_of(oid), where)
    except BadPointer as fault:
        return fault


def _same_bytes(history: History, told: Pointer, change: Change) -> bool:
    """Say whether a pointer only changed in what it says beside the bytes it stands for."""
    if change.was is None:
        return False
    before = _pointer(history, change.was.oid, change.path)
    return isinstance(before, Pointer) and (before.md5, before.size, before.sha256) == (
        told.md5, told.size, told.sha256,
    )  # fmt: skip


def _object_faults(told: Pointer, path: str, objects: ObjectStore) -> Iterator[Refusal]:
    try:
        found = objects.identify(told.md5, told.name)
    except MissingObject:
        yield BytesNotThere(path=path, md5=told.md5)
        return
    except DamagedObject as fault:
        yield fault
        return
    if told.size != found.size:
        yield PointerWrong(path=path, told=f"{told.size} bytes", found=f"{found.size} bytes")
    if told.sha256 is not None and told.sha256 != found.sha256:
        yield PointerWrong(
            path=path, told=f"sha256 {told.sha256[:12]}…", found=f"sha256 {found.sha256[:12]}…"
        )
