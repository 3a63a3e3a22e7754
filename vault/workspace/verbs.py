# SPDX-License-Identifier: AGPL-3.0-or-later
"""What an engineer does in a clone: pull, push, and see how each file stands.

Bytes go before the commit that names them, and come after it, so that nobody ever has a pointer
to bytes that are nowhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vault import grammars, pointer
from vault.errors import LockedBy
from vault.workspace import desk, keeping, tracked
from vault.workspace.errors import (
    BehindTheVault,
    GitFailed,
    MessageNeeded,
    NothingToPush,
    VaultAway,
    VaultSays,
    WouldOverwrite,
)
from vault.workspace.place import BRANCH, Workspace
from vault.workspace.tracked import Moved

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class FileState:
    """A file of a clone: synced, modified, new, missing, outdated or conflict, and who holds it."""

    path: str
    state: str
    locked_by: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A clone: its files, commits not pushed and not pulled, whether the vault could be asked."""

    files: tuple[FileState, ...]
    ahead: int
    behind: int
    asked: bool


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a push did: paths that changed, objects sent, the commit that stands in the vault."""

    files: tuple[str, ...]
    objects: int
    commit: str


def pull(workspace: Workspace, say: Say) -> Moved:
    """Bring what others pushed: history, then bytes, then who holds what.

    Raises WouldOverwrite before anything is moved, GitFailed, BytesNotMoved or PulledDamaged.
    """
    say("asking the vault")
    held = desk.of(workspace).held()
    workspace.git("fetch", "-q", "origin")
    _no_clash(workspace)
    say("history")
    _ahead_of(workspace)
    keeping.hide_bytes(workspace)
    say("files")
    moved = tracked.bring(workspace)
    keeping.guard(workspace, _mine(workspace, held))
    return moved


def push(workspace: Workspace, message: str, say: Say) -> Pushed:
    """Check in what changed here: bytes, then one commit.

    Raises LockedBy, MessageNeeded, NothingToPush, BehindTheVault, GitFailed or BytesNotMoved.
    """
    say("asking the vault")
    held = desk.of(workspace).held()
    states = [one for one in _local(workspace, held) if one.state in {"modified", "new"}]
    for one in states:
        if one.locked_by not in {"", workspace.user}:
            lock = held[keeping.item_of(one.path, held)]
            raise LockedBy(number=one.path, holder=lock.by, at=lock.at, why=lock.why)
    if states and not message.strip():
        raise MessageNeeded(count=len(states))
    say("files")
    kept = {one.path for one in states if not _in_git(workspace, one.path)}
    pointers = tracked.add(workspace, sorted(kept))
    keeping.hide_bytes(workspace)
    _committed(workspace, [one.path for one in states if one.path not in kept] + pointers, message)
    if not states and not _count(workspace, f"{BRANCH}..HEAD"):
        raise NothingToPush
    sent = tracked.send(workspace)
    say("history")
    try:
        workspace.git("push", "-q", "origin", "HEAD:refs/heads/main")
    except GitFailed as refusal:
        workspace.git("fetch", "-q", "origin")
        if _count(workspace, f"HEAD..{BRANCH}"):
            raise BehindTheVault from refusal
        raise VaultSays(why=refusal.facts["why"]) from refusal
    keeping.guard(workspace, _mine(workspace, held))
    commit = workspace.git("rev-parse", "HEAD").strip()
    return Pushed(tuple(one.path for one in states), sent, commit)


def status(workspace: Workspace) -> Standing:
    """Return how every file of every item stands; without the vault, as of the last contact."""
    asked = True
    held: dict[str, desk.Held] = {}
    try:
        held = desk.of(workspace).held()
        workspace.git("fetch", "-q", "origin")
    except VaultAway:
        asked = False
    coming = set(workspace.listed("diff", "--name-only", "-z", f"HEAD...{BRANCH}"))
    folders = set(keeping.items(workspace))
    files = [_with_coming(one, coming) for one in _local(workspace, held)]
    known = {one.path for one in files} | {pointer.pointer_name(one.path) for one in files}
    for path in coming - known:
        folder = keeping.item_of(path, folders) or path.rpartition("/")[0]
        holder = held[folder].by if folder in held else ""
        files.append(FileState(path.removesuffix(pointer.pointer_name("")), "outdated", holder))
    return Standing(
        files=tuple(sorted(files, key=lambda one: one.path)),
        ahead=_count(workspace, f"{BRANCH}..HEAD"), behind=_count(workspace, f"HEAD..{BRANCH}"),
        asked=asked,
    )  # fmt: skip


def take(workspace: Workspace, number: str, why: str) -> str:
    """Lock an item and make its files writable; return its folder."""
    at = desk.of(workspace)
    folder = desk.folder_of(workspace, number)
    at.take(folder, why)
    keeping.guard(workspace, _mine(workspace, at.held()))
    return folder


def give_back(workspace: Workspace, number: str) -> str:
    """Give the lock on an item back and make its files read-only; return its folder."""
    at = desk.of(workspace)
    folder = desk.folder_of(workspace, number)
    at.give_back(folder)
    keeping.guard(workspace, _mine(workspace, at.held()))
    return folder


# --- inside -----------------------------------------------------------------


def _local(workspace: Workspace, held: dict[str, desk.Held]) -> list[FileState]:
    """Return the files of items as they stand here, whatever the vault has meanwhile."""
    folders = set(keeping.items(workspace))
    bytes_changed = tracked.changed(workspace)
    files = {path.removesuffix(pointer.pointer_name("")): "synced"
             for path in keeping.pointers(workspace)}  # fmt: skip
    for path in workspace.listed("ls-files", "-z"):
        if not path.endswith(pointer.pointer_name("")) and keeping.item_of(path, folders):
            files[path] = "synced"
    for line in workspace.listed("status", "--porcelain", "-z", "-uall", "--no-renames"):
        path, word = line[3:], line[:2]
        if keeping.item_of(path, folders):
            name = path.removesuffix(pointer.pointer_name(""))
            files[name] = {"??": "new", " D": "missing", "D ": "missing"}.get(word, "modified")
    files |= bytes_changed
    told = []
    for path, state in sorted(files.items()):
        holder = held.get(keeping.item_of(path, folders))
        told.append(FileState(path, state, holder.by if holder else ""))
    return told


def _with_coming(one: FileState, coming: set[str]) -> FileState:
    if not coming & {one.path, pointer.pointer_name(one.path)}:
        return one
    state = "conflict" if one.state in {"modified", "new"} else "outdated"
    return FileState(one.path, state, one.locked_by)


def _no_clash(workspace: Workspace) -> None:
    coming = set(workspace.listed("diff", "--name-only", "-z", f"HEAD...{BRANCH}"))
    clashes = [one.path for one in _local(workspace, {})
               if _with_coming(one, coming).state == "conflict"]  # fmt: skip
    if clashes:
        raise WouldOverwrite(names=", ".join(clashes))


def _ahead_of(workspace: Workspace) -> None:
    """Put one's own commits, if there are any, on top of what others pushed."""
    if not _count(workspace, f"{BRANCH}..HEAD"):
        workspace.git("merge", "-q", "--ff-only", BRANCH)
        return
    try:
        workspace.git("rebase", "-q", "--autostash", BRANCH)
    except GitFailed:
        workspace.git("rebase", "--abort")
        raise


def _committed(workspace: Workspace, paths: list[str], message: str) -> None:
    if not paths:
        return
    workspace.git("add", "--", *(f":(literal){path}" for path in paths))
    if workspace.git("diff", "--cached", "--name-only"):
        workspace.git("commit", "-q", "-m", message.strip())


def _in_git(workspace: Workspace, path: str) -> bool:
    """Say whether a file is small text, which git keeps itself, as a check-in decides it."""
    place = workspace.root / path
    if (workspace.root / pointer.pointer_name(path)).exists():
        return False
    if place.stat().st_size > grammars.LARGEST_TEXT:
        return False
    return grammars.is_text(place.name, place.read_bytes())


def _mine(workspace: Workspace, held: dict[str, desk.Held]) -> set[str]:
    return {one.folder for one in held.values() if one.by == workspace.user}


def _count(workspace: Workspace, span: str) -> int:
    return int(workspace.git("rev-list", "--count", span))
