# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words in files, for the search: read once for each content, kept, and read later if need be.

A drawing takes a worker process milliseconds to seconds, so nobody who checks in or follows
``main`` waits for that: they only queue the item.  What was read lies under ``<vault>/cache/words``
by the SHA-256 of the bytes; the folder may be removed at any time, and a catalogue that is made
again reads nothing twice.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from vault import derived, names, pointer, search, trimming
from vault.catalogue_rows import ItemRow
from vault.errors import BadPointer, Refusal, UnreadableFile, WorkerGaveUp
from vault.home import Vault

if os.name == "posix":
    import fcntl

READERS: Final = {
    ".pdf": "vault.reading.pdf:facts",
    ".dxf": "vault.reading.dxf:words",
    ".step": "vault.reading.step:words",
    ".stp": "vault.reading.step:words",
}
"""Which task of the worker reads a file, by how its name ends."""
TEXTS: Final = (".md", ".txt")
FOLDER: Final = "words"
BATCH: Final = 50
_FIRST_LINE = "titleblock words 1\n"  # what a power cut left empty is not taken for a text


@dataclass(frozen=True, slots=True)
class Reading:
    """What a round of reading did: items it finished, and items that are still unread."""

    done: int
    left: int


def has_words(name: str) -> bool:
    """Say whether a file, by the name it has in git, may have words for the search."""
    bare = name.removesuffix(names.POINTER).lower()
    return bare.endswith(tuple(READERS)) if bare != name.lower() else bare.endswith(TEXTS)


def read_pending(
    vault: Vault,
    seconds: float | None = None,
    *,
    open_files: bool = True,
    told: Callable[[int], object] = lambda _done: None,
) -> Reading:
    """Bring the text of files that wait for it into the catalogue, until done or out of time.

    Without ``open_files`` only what was read before is taken.  One process does it at a time;
    another one that asks meanwhile is told at once how many are left.
    """
    done = 0
    end = None if seconds is None else time.monotonic() + seconds
    if not vault.catalogue.unread_count():
        return Reading(0, 0)
    with _alone(vault) as alone:
        if alone:
            for row in _waiting(vault):
                if end is not None and time.monotonic() > end:
                    break
                if _read_item(vault, row, end, open_files=open_files):
                    done += 1
                told(1)
    return Reading(done, vault.catalogue.unread_count())


def keep(vault: Vault, sha256: str, text: str) -> None:
    """Keep the words of a content, so that it need not be opened for them again."""
    place = _place(vault, sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    aside = place.with_name(f".{secrets.token_hex(8)}.aside")
    kept = " ".join(text.split())[: search.TEXT_OF_FILE]
    try:
        aside.write_bytes((_FIRST_LINE + kept).encode("utf-8", "replace"))
        aside.replace(place)
        derived.added(vault.root, place)
    finally:
        aside.unlink(missing_ok=True)


def kept(vault: Vault, sha256: str) -> str | None:
    """Return the words of a content that was read before, or None."""
    place = _place(vault, sha256)
    try:
        text = place.read_bytes().decode("utf-8", "replace")
    except OSError:
        return None
    trimming.used(place)
    return text.removeprefix(_FIRST_LINE) if text.startswith(_FIRST_LINE) else None


def _waiting(vault: Vault) -> Iterator[ItemRow]:
    after = ""
    while rows := vault.catalogue.unread(after, BATCH):
        yield from rows
        after = rows[-1].number


def _read_item(vault: Vault, row: ItemRow, end: float | None, *, open_files: bool) -> bool:
    """Read the files of one item and say whether nothing of it has to wait any longer."""
    texts: dict[str, str] = {}
    for name, entry in vault.history.folder_of(row.tree).items():
        if entry.kind != "blob" or not has_words(name):
            continue
        data = vault.history.blob_of(entry.oid)
        if not name.endswith(names.POINTER):
            texts[name] = data[: search.TEXT_OF_FILE].decode("utf-8", "replace")
            continue
        with contextlib.suppress(BadPointer):  # verify names it
            told = pointer.parse(data, name)
            text = _words_of(vault, told, end, open_files=open_files)
            if text is None:
                return False
            texts[told.name] = text
    vault.catalogue.put_drawn(row, texts)
    return True


def _words_of(
    vault: Vault, told: pointer.Pointer, end: float | None, *, open_files: bool
) -> str | None:
    """Return the words of a file, or None where they cannot be had now."""
    text = None if told.sha256 is None else kept(vault, told.sha256)
    if text is not None or not open_files:
        return text
    try:
        digest = vault.objects.identify(told.md5, told.name)
        text = kept(vault, digest.sha256)
        if text is None:
            text = _read(vault, vault.objects.path(digest, told.name), told.name, end)
            keep(vault, digest.sha256, text)
    except WorkerGaveUp:
        return None  # with all the time it may have, _read itself says that there are no words
    except (Refusal, OSError):
        return None  # the bytes are away or damaged; verify says so
    return text


def _read(vault: Vault, path: Path, name: str, end: float | None) -> str:
    limits = vault.worker.limits
    if end is not None:
        limits = replace(limits, wall=min(limits.wall, max(end - time.monotonic(), 0.2)))
    task = READERS["." + name.lower().rpartition(".")[2]]
    try:
        answer = vault.worker.call(task, limits=limits, path=path, name=name)
    except UnreadableFile:
        return ""
    except WorkerGaveUp:
        if end is not None:
            raise
        return ""
    return _text(answer)


def _text(answer: dict[str, Any]) -> str:
    """Return the words in an answer of a worker: one text, or one for each page."""
    text = answer["text"]
    whole = text if isinstance(text, str) else "\n".join(text)
    return whole.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be kept


def _place(vault: Vault, sha256: str) -> Path:
    return vault.cache / FOLDER / f"{sha256}.txt"


@contextlib.contextmanager
def _alone(vault: Vault) -> Iterator[bool]:
    """Say whether nobody else reads; where there is no ``flock`` two may read the same, harmlessly."""
    folder = vault.cache / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    if os.name != "posix":
        yield True
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
