# SPDX-License-Identifier: AGPL-3.0-or-later
"""Import: a tree of folders, or a git repository with its past, becomes history of the vault.

A plan is made first, from names alone, and can be shown without doing anything
(``--dry-run``).  Importing releases nothing: what was released elsewhere is
released here by a change order that somebody signs.
"""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final

from vault import checkin, clock, errors, following, item, names, pointer, pushes
from vault.checkin import author
from vault.errors import printable
from vault.history import bulk, signing
from vault.history.bulk import Ahead, Step
from vault.history.repository import MAIN, Author, Commit, History, opened
from vault.home import Vault
from vault.item import Item
from vault.ledger import people
from vault.ledger.people import Person
from vault.objects import opening
from vault.objects.store import Puts

Progress = Callable[[int], None]
Outcome = tuple[str, bytes] | tuple[str, None, str]
AT_ONCE: Final = 24  # files
_NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_KEPT_OUT: Final = frozenset({".git", ".dvc", ".svn", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Planned:
    """An item to be: where its files are now, where they will be, and whether it is new.

    ``guessed`` says that its number and title come from the folder's name.
    """

    item: Item
    source: str
    path: str
    files: tuple[str, ...]
    is_new: bool
    guessed: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What an import would do; ``faults`` are pairs of place and reason."""

    items: tuple[Planned, ...]
    faults: tuple[tuple[str, str], ...]
    commits: int = 1

    @property
    def files(self) -> int:
        """Return how many files there are to import."""
        return sum(len(one.files) for one in self.items)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the new tip of ``main`` and what was left out, with the reason."""

    commit: str
    commits: int
    items: int
    files: int
    left_out: tuple[tuple[str, str], ...]


def is_repository(source: Path) -> bool:
    """Say whether a folder is a git repository, bare or with a work tree."""
    return (source / ".git").exists() or (
        (source / "HEAD").is_file() and (source / "objects").is_dir()
    )


def plan(vault: Vault, source: Path, owner: str, kind: str = "part") -> Plan:
    """Return what importing a folder or repository would do; changes nothing.

    ``owner`` becomes the approval owner of items whose folder has no ``item.toml``.
    Raises NoSuchPerson, UnreadableFile or DamagedHistory.
    """
    if owner:
        people.get(vault.ledger, owner)
    following.follow(vault)
    if is_repository(source):
        foreign = opened(source)
        tip = foreign.head()
        if tip is None:
            raise errors.UnreadableFile(name=source.name, reason="the repository has no commit")
        found = _plan(vault, foreign.changed(None, tip), lambda path: foreign.blob(tip, path) or b"",
                      owner, kind)  # fmt: skip
        return replace(found, commits=sum(1 for _ in foreign.chain(tip)))
    if not source.is_dir():
        raise errors.UnreadableFile(name=source.name, reason="there is no such folder")
    return _plan(vault, _walked(source), lambda path: (source / path).read_bytes(), owner, kind)


def run(vault: Vault, actor: Person, source: Path, made: Plan, progress: Progress) -> Imported:
    """Do what a plan says: a folder as one commit, a repository commit by commit.

    Files that turn out to be bad are left out and named; nothing else is lost by them.
    """
    people.require(actor, "engineer")
    if not made.items:
        raise errors.NothingToCheckIn(number=source.name)
    tip = following.follow(vault)
    left_out: list[tuple[str, str]] = []
    if is_repository(source):
        steps: Iterable[Ahead | Step] = _replayed(vault, opened(source), made, left_out, progress)
    else:
        steps = _brought(vault, actor, source, made, tip, left_out, progress)
    signer = signing.Signer(vault.history, signing.key_in(vault.keys))
    commit = bulk.pile_up(
        signer, MAIN, steps, tip, lambda new: pushes.record(vault.history, tip, new, author(actor))
    )
    if commit == tip:
        raise errors.NothingToCheckIn(number=source.name)
    following.follow(vault)
    commits = len(vault.history.between(tip, commit))
    return Imported(commit, commits, len(made.items), made.files - len(left_out), tuple(left_out))


# --- planning ---------------------------------------------------------------


def _plan(
    vault: Vault, paths: Iterable[str], read: Callable[[str], bytes], owner: str, kind: str
) -> Plan:
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    found: dict[str, Planned] = {}
    faults: list[tuple[str, str]] = []
    for folder, files in sorted(folders.items()):
        try:
            one = _planned(vault, folder, files, read, owner, kind, folders)
        except errors.Refusal as refusal:
            faults.append((folder or ".", str(refusal)))
            continue
        twin = found.get(names.fold(one.item.number))
        if twin is not None:
            faults.append((folder, f"{twin.source} has the number {one.item.number} too"))
        else:
            found[names.fold(one.item.number)] = one
            faults += [(f"{folder}/{name}", why) for name in one.files if (why := _fault(name))]
    return Plan(tuple(found.values()), tuple(faults))


def _planned(
    vault: Vault, folder: str, files: list[str], read: Callable[[str], bytes], owner: str, kind: str,
    folders: Mapping[str, list[str]],
) -> Planned:  # fmt: skip
    steps = folder.split("/")
    for depth in range(1, len(steps)):
        if item.FILE in folders.get("/".join(steps[:depth]), ()):
            raise errors.UnreadableFile(name=folder, reason="it lies inside the folder of an item")
    guessed = item.FILE not in files
    told = (
        _guessed(folder, owner, kind)
        if guessed
        else item.parse(read(f"{folder}/{item.FILE}"), folder)
    )
    there = vault.catalogue.item(told.number)
    kept = {name.removesuffix(names.POINTER) for name in files} - {item.FILE, ".gitignore"}
    if not guessed:
        kept.add(item.FILE)
    path = there.path if there else item.default_folder(told.number)
    return Planned(
        told, folder, path, tuple(sorted(kept)), there is None, guessed and there is None
    )


def _guessed(folder: str, owner: str, kind: str) -> Item:
    name = folder.rpartition("/")[2]
    number = _NUMBER.match(name)
    if number is None or not any(sign.isdigit() for sign in number[0]):
        raise errors.NoNumberInName(folder=folder or "The top folder")
    if not owner:
        raise errors.NobodyToApprove(folder=folder)
    told = names.item_number(number[0].rstrip("._-"))
    title = name[len(number[0]) :].strip(" _-,.") or told
    made = Item(told, title, kind, owner)
    item.check(made, folder)
    return made


def _fault(name: str) -> str | None:
    try:
        names.file_name(name)
    except errors.Refusal as refusal:
        return str(refusal)
    return None


def _walked(source: Path) -> Iterator[str]:
    waiting = [""]
    while waiting:
        under = waiting.pop()
        with os.scandir(source / under) as found:
            entries = sorted(found, key=lambda one: one.name)
        yield from (
            under + one.name for one in entries
            if not one.is_dir(follow_symlinks=False) and not one.is_symlink()
        )  # fmt: skip
        waiting += [
            f"{under}{one.name}/" for one in reversed(entries)
            if one.is_dir(follow_symlinks=False) and one.name not in _KEPT_OUT
        ]  # fmt: skip


# --- a folder ---------------------------------------------------------------


def _brought(
    vault: Vault, actor: Person, source: Path, made: Plan, tip: str,
    left_out: list[tuple[str, str]], progress: Progress,
) -> Iterator[Ahead | Step]:  # fmt: skip
    """Yield what is new as it comes, then the commit; all objects are kept by then."""
    changes: dict[str, bytes | int | None] = {}
    ahead = 0
    for path, data in _gathered(vault, source, made, left_out, progress):
        if vault.history.blob(tip, path) != data:
            ahead += 1
            changes[path] = ahead
            yield Ahead(data)
    if changes:
        message = f"Import {made.files - len(left_out)} files of {len(made.items)} items\n"
        yield Step(author(actor), int(time.time()), message, changes)


def _gathered(
    vault: Vault, source: Path, made: Plan, left_out: list[tuple[str, str]], progress: Progress
) -> Iterator[tuple[str, bytes]]:
    def taken(one: Planned, name: str) -> Outcome:
        where = f"{one.source}/{name}"
        try:
            file, data = checkin.kept_bytes(vault, name, source / where, kept)
        except (errors.StoreUnwritable, errors.Unavailable):
            raise  # a full disk or a bucket that is away is no fault of this file
        except errors.Refusal as refusal:
            return where, None, _told(source / where, refusal)
        finally:
            progress(1)
        return f"{one.path}/{pointer.pointer_name(name) if file.md5 else name}", data

    def some_taken(pairs: list[tuple[Planned, str]]) -> list[Outcome]:
        return [taken(*pair) for pair in pairs]

    for one in made.items:
        if one.guessed:
            yield f"{one.path}/{item.FILE}", item.write(one.item, None)
    with (
        opening.together(vault.objects) as kept,
        ThreadPoolExecutor(opening.at_once(vault.objects)) as pool,
    ):
        handed = _some(_pairs(made), opening.handed_over(vault.objects, AT_ONCE))
        for outcome in chain.from_iterable(pool.map(some_taken, handed)):
            if len(outcome) == 2:
                yield outcome
            else:
                left_out.append((outcome[0], outcome[2]))


def _some(pairs: Iterator[tuple[Planned, str]], size: int) -> Iterator[list[tuple[Planned, str]]]:
    """Yield so many of them at a time."""
    while some := list(islice(pairs, size)):
        yield some


def _pairs(made: Plan) -> Iterator[tuple[Planned, str]]:
    faulty = {place for place, _why in made.faults}
    for one in made.items:
        for name in one.files:
            if f"{one.source}/{name}" not in faulty:
                yield one, name


def _told(path: Path, refusal: errors.Refusal) -> str:
    if not path.exists() and path.with_name(pointer.pointer_name(path.name)).exists():
        reason = "only its DVC pointer is here; run `dvc pull` there first"
        return str(errors.UnreadableFile(name=path.name, reason=reason))
    return str(refusal)


# --- a repository -----------------------------------------------------------


def _replayed(
    vault: Vault, foreign: History, made: Plan, left_out: list[tuple[str, str]], progress: Progress
) -> Iterator[Step]:
    by_folder = {one.source: one for one in made.items}
    tags = _tags(foreign)
    begun: set[str] = set()
    before: str | None = None
    with (
        opening.together(vault.objects) as kept,
        ThreadPoolExecutor(opening.at_once(vault.objects)) as pool,
    ):
        for commit in reversed(list(foreign.chain(foreign.head() or ""))):
            changes: dict[str, bytes | None] = {}
            touched: list[tuple[str, Planned]] = []
            for path in foreign.changed(before, commit.oid):
                folder, _, name = path.rpartition("/")
                one = by_folder.get(folder)
                if one is None or _fault(name.removesuffix(names.POINTER)) is not None:
                    continue
                if one.guessed and folder not in begun:
                    changes[f"{one.path}/{item.FILE}"] = item.write(one.item, None)
                    begun.add(folder)
                touched.append((path, one))
            replay = partial(_replayed_file, vault, foreign, commit.oid, kept)
            for changed, out in pool.map(replay, touched):
                changes |= changed
                left_out += out
            before = commit.oid
            progress(1)
            if changes:
                yield _step(commit, tags.get(commit.oid, []), changes)


def _step(commit: Commit, tags: list[str], changes: dict[str, bytes | None]) -> Step:
    subject = commit.subject + "".join(f" [{tag}]" for tag in tags)
    body = commit.message.partition("\n")[2].strip()
    message = f"{subject}\n\n{body}\n\nImported-From: {commit.oid}\n"
    at = int(clock.moment(commit.at).timestamp())
    return Step(Author(commit.author, commit.email), at, message, dict(changes))


def _replayed_file(
    vault: Vault, foreign: History, commit: str, kept: Puts, touched: tuple[str, Planned]
) -> tuple[dict[str, bytes | None], list[tuple[str, str]]]:
    """Return what a file of a foreign commit becomes here, or why it is left out."""
    path, one = touched
    name = path.rpartition("/")[2]
    data = foreign.blob(commit, path)
    target = f"{one.path}/{name}"
    if data is None:
        return {target: None, pointer.pointer_name(target): None}, []
    if name.endswith(names.POINTER):
        told = pointer.parse(data, path)
        if vault.objects.has(told.md5):
            return {target: data}, []
        return {}, [(path, "only its DVC pointer is in the repository; push its bytes first")]
    with tempfile.TemporaryDirectory(prefix="titleblock-import-") as folder:
        given = Path(folder) / "file"
        given.write_bytes(data)
        try:
            file, stands_for = checkin.kept_bytes(vault, name, given, kept)
        except (errors.StoreUnwritable, errors.Unavailable):
            raise  # a full disk or a bucket that is away is no fault of this file
        except errors.Refusal as refusal:
            return {}, [(f"{path} at {commit[:10]}", str(refusal))]
    return {pointer.pointer_name(target) if file.md5 else target: stands_for}, []


def _tags(foreign: History) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for ref, target in foreign.refs("refs/tags/"):
        try:
            commit = foreign.peeled(target)
        except errors.DamagedHistory:
            continue  # a tag of a file or tree names no commit
        found.setdefault(commit, []).append(printable(ref.removeprefix("refs/tags/")))
    return found
