# SPDX-License-Identifier: AGPL-3.0-or-later
"""The inbox: files that came from a watched folder and belong to no item yet.

Two files each in ``<vault>/inbox``: the bytes, and JSON that says what they are.  The JSON is
written last and read first, so what a power cut leaves half-made is not there.  What was filed or
dropped leaves its JSON in ``done``, so that a list of what waits costs what waits.  An entry belongs
to the place it came from: saved again there, it holds the newer bytes.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final, Literal

from vault import canonical, checkin, clock, durable, errors
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person
from vault.objects import store
from vault.objects.store import Digest
from vault.reading import pictures
from vault.worker import Worker

FOLDER: Final = "inbox"
DONE: Final = "done"
LONGEST_WHY: Final = 500  # characters
_ID: Final = re.compile(r"IN-[A-Z2-7]{8}")

State = Literal["waiting", "filed", "dropped"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the inbox: what it is, where it came from, and which item it may belong to.

    ``guess`` may be empty, ``why`` says what the guess rests on.  ``number``, ``note``, ``done_by``
    and ``done_at`` tell what became of it.
    """

    id: str
    name: str
    size: int
    sha256: str
    at: str
    by: str
    origin: str
    guess: str = ""
    why: str = ""
    state: State = "waiting"
    number: str = ""
    note: str = ""
    done_by: str = ""
    done_at: str = ""


def put(
    vault: Vault, actor: Person, origin: str, name: str, path: Path, guess: str = "", why: str = ""
) -> Entry:
    """Take a file in and return its entry, the one that is there where it is the same bytes.

    What somebody dropped stays dropped until other bytes come.  Raises NotAllowed and what a
    check-in would refuse: BadFileName, EmptyFile, FileTooLarge, UnreadableFile or BadManifest.
    """
    people.require(actor, "engineer")
    name, _text = checkin.checked(vault, name, path)
    folder = vault.root / FOLDER
    folder.mkdir(exist_ok=True)
    with durable.locked(folder):
        aside = folder / f".{secrets.token_hex(8)}.aside"
        _sweep(folder, ".")  # of whoever was killed here; the lock says that nobody is at it now
        try:
            with path.open("rb") as source, aside.open("xb") as sink:
                digest = store.take_in(source, sink)
            before = _found(folder, _id_of(origin))
            if before is not None and before.sha256 == digest.sha256:
                return before
            made = Entry(_id_of(origin), name, digest.size, digest.sha256, clock.now(), actor.name,
                         origin, guess, why)  # fmt: skip
            durable.fsync_file(aside)
            aside.replace(_place(folder, made))
            durable.write(folder / f"{made.id}.json", _json(made))
            (folder / DONE / f"{made.id}.json").unlink(missing_ok=True)
        finally:
            aside.unlink(missing_ok=True)
        _sweep(folder, f"{made.id}-", _place(folder, made).name)
    return made


def waiting(vault: Vault) -> list[Entry]:
    """Return what waits, the oldest first."""
    paths = (vault.root / FOLDER).glob("IN-*.json")
    return sorted(filter(None, map(_read, paths)), key=lambda one: (one.at, one.id))


def entry(vault: Vault, id_: str) -> Entry:
    """Return an entry whatever became of it; raises NoSuchEntry."""
    wanted = id_.strip().upper()
    found = _found(vault.root / FOLDER, wanted) if _ID.fullmatch(wanted) else None
    if found is None:
        raise errors.NoSuchEntry(id=id_)
    return found


def of_origin(vault: Vault, origin: str) -> Entry | None:
    """Return the entry of a place files come from, or None."""
    return _found(vault.root / FOLDER, _id_of(origin))


def path_of(vault: Vault, one: Entry) -> Path:
    """Return where the bytes of a waiting entry lie, checked; raises NotWaiting or DamagedObject."""
    if one.state != "waiting":
        raise _past(one)
    place = _place(vault.root / FOLDER, one)
    try:
        with place.open("rb") as file:
            found = store.take_in(file)
    except FileNotFoundError:
        raise _past(entry(vault, one.id)) from None
    wrong = store.difference(Digest("", one.sha256, one.size), found.sha256, found.size)
    if wrong is not None:
        raise errors.DamagedObject(name=one.name, why=wrong)
    return place


def done(
    vault: Vault, actor: Person, one: Entry, state: State, number: str = "", note: str = ""
) -> Entry:
    """Say what became of a waiting entry; its bytes leave the inbox.  Raises NotWaiting.

    An entry whose bytes changed since it was looked at still waits: what became of the older bytes
    is not true of the newer.
    """
    folder = vault.root / FOLDER
    with durable.locked(folder):
        now = entry(vault, one.id)
        if now.state != "waiting":
            raise _past(now)
        if now.sha256 != one.sha256:
            return now
        closed = replace(now, state=state, number=number, note=" ".join(note.split())[:LONGEST_WHY],
                         done_by=actor.name, done_at=clock.now())  # fmt: skip
        (folder / DONE).mkdir(exist_ok=True)
        durable.write(folder / DONE / f"{closed.id}.json", _json(closed))
        (folder / f"{closed.id}.json").unlink()
        _place(folder, now).unlink(missing_ok=True)
    return closed


def drop(vault: Vault, actor: Person, id_: str, why: str) -> Entry:
    """Take an entry out of the inbox with the reason; raises NotWaiting or NoReasonToDrop."""
    people.require(actor, "engineer")
    one = entry(vault, id_)
    if not why.strip():
        raise errors.NoReasonToDrop(name=one.name)
    return done(vault, actor, one, "dropped", note=why)


def picture(vault: Vault, one: Entry, width: int) -> Path:
    """Return a picture of the first page of a waiting PDF; raises what ``path_of`` raises."""
    digest = Digest("", one.sha256, one.size)
    return pictures.page_picture(_Source(vault, one), digest, 1, width, one.name)


@dataclass(frozen=True, slots=True)
class _Source:
    """The inbox as the store that pictures are drawn from."""

    vault: Vault
    entry: Entry

    @property
    def root(self) -> Path:
        return self.vault.root

    @property
    def worker(self) -> Worker:
        return self.vault.worker

    @property
    def objects(self) -> _Source:
        return self

    def path(self, digest: Digest, name: str = "") -> Path:
        return path_of(self.vault, self.entry)


def _found(folder: Path, id_: str) -> Entry | None:
    return _read(folder / f"{id_}.json") or _read(folder / DONE / f"{id_}.json")


def _read(path: Path) -> Entry | None:
    try:
        return Entry(**canonical.loads(path.read_bytes()))
    except FileNotFoundError:
        return None
    except (TypeError, ValueError) as fault:
        raise errors.DamagedObject(name=path.name, why="it is no entry of the inbox") from fault


def _json(one: Entry) -> bytes:
    return canonical.pretty(asdict(one))


def _place(folder: Path, one: Entry) -> Path:
    return folder / f"{one.id}-{one.sha256[:16]}"


def _sweep(folder: Path, start: str, but: str = "") -> None:
    for path in folder.iterdir():
        if path.name.startswith(start) and path.name != but:
            path.unlink(missing_ok=True)


def _id_of(origin: str) -> str:
    digest = hashlib.sha256(origin.encode(errors="replace")).digest()
    return f"IN-{base64.b32encode(digest)[:8].decode()}"


def _past(one: Entry) -> errors.NotWaiting:
    what = f"filed under {one.number}" if one.state == "filed" else one.state
    return errors.NotWaiting(id=one.id, name=one.name, state=what, by=one.done_by or one.by)
