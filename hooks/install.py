# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting the hooks where git finds them: in a vault, or in an engineer's clone.

A stub names the interpreter by its whole path and starts it with ``-I``, else python would import
a stray ``vault.py`` out of the repository.
"""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hooks import refs
from hooks.errors import NoRepository
from hooks.pushed import NOTHING
from vault import durable, home, settings
from vault.history import repository
from vault.history.record import LOCKS
from vault.home import Vault

LARGEST_INPUT: Final = "256m"
"""The largest pack of one push; bytes of drawings go to the object store, never into a pack."""
SERVER: Final = ("pre-receive", "proc-receive", "post-receive", "reference-transaction")
CLONE: Final = ("pre-commit", "pre-push")
SETTINGS: Final[dict[str, str | None]] = {
    **repository.GIT_CONFIG,
    "core.hooksPath": "hooks",  # a person's own setting must not lead past them
    "http.getanyfile": "false",
    "receive.maxInputSize": LARGEST_INPUT,
    "receive.procReceiveRefs": "refs/for",
}
MARK: Final = "# Written by `titleblock hooks install`"
BEFORE: Final = "before-titleblock"
_STUB: Final = """\
#!/bin/sh
{mark}; write it again by the same words.
exec {python} -I -m hooks.{module} "$@"
"""
_STUB_AFTER: Final = """\
#!/bin/sh
{mark}; write it again by the same words.
# The hook that was here before comes first, with the same words and the same input.
given=$(cat; printf .)
printf %s "${{given%.}}" | "$0.{before}" "$@" || exit
printf %s "${{given%.}}" | exec {python} -I -m hooks.{module} "$@"
"""
_TRANSACTION: Final = """\
#!/bin/sh
{mark}; write it again by the same words.
# It runs twice for each ref of a push, so Python is started only for what the shell cannot decide.
case "$1" in prepared | committed | aborted) ;; *) exit 0 ;; esac
other= pushed=
while read -r _old new ref; do
    set -- "$@" "$ref"
    case "$ref" in {main}) pushed="{pushing}/$new" ;; HEAD) ;; *) other=1 ;; esac
done
if [ "$1" != prepared ]; then
    [ -z "$pushed" ] || rm -f "$pushed"
    [ "$1" = committed ] || exit 0
elif [ -f "$pushed" ]; then
    # The branch is locked now, and nobody takes a lock of an item without locking it too.
    packed=$(grep " {locks}" packed-refs 2>/dev/null)
    while read -r seen lock; do
        now={nothing}
        case "$packed" in *" $lock") now="${{packed%" $lock"}}" ;; *" $lock
"*) now="${{packed%%" $lock
"*}}" ;; esac
        [ ! -f "$lock" ] || read -r now < "$lock"
        case "$now" in *"$seen") continue ;; esac
        echo "Titleblock refused this push: $lock was taken or ended this very moment; push again." >&2
        exit 1
    done < "$pushed"
fi
if [ -z "$other" ]; then
    [ "$1" = prepared ] && exit 0
    {sync} objects/pack objects refs/heads refs . 2>/dev/null && exit 0
fi
exec {python} -I -m hooks.reference_transaction "$@"
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """Where hooks were written, and which."""

    folder: Path
    names: tuple[str, ...]
    guards_a_vault: bool


def found(vault: Vault) -> None:
    """Give a new vault its hooks."""
    into(vault.root)


def into(place: Path) -> Installed:
    """Write the hooks of a vault (its folder or its ``vault.git``) or of a clone.

    Hooks of others in a clone stay and come first.  Raises NoRepository.
    """
    vault_git = _vault_git(place)
    if vault_git is not None:
        repository.configure(vault_git, SETTINGS)
        return _written(vault_git / "hooks", SERVER, guards_a_vault=True)
    return _written(_git_dir(place) / "hooks", CLONE, guards_a_vault=False)


def _vault_git(place: Path) -> Path | None:
    for root in (place, place.parent):
        git_dir = root / home.GIT
        if (root / settings.FILE).is_file() and git_dir.is_dir():
            return git_dir if root == place or place.resolve() == git_dir.resolve() else None
    return _unsettled(place)


def _unsettled(place: Path) -> Path | None:
    """Return the history of a vault that is being founded: its settings are written last."""
    git_dir = place / home.GIT
    return git_dir if (git_dir / "HEAD").is_file() and (place / home.KEYS).is_dir() else None


def _git_dir(place: Path) -> Path:
    for folder in (place, *place.parents):
        git = folder / ".git"
        if git.is_dir():
            return git
        if git.is_file():  # a work tree whose repository is elsewhere: hooks are shared there
            led = git.read_text("utf-8").removeprefix("gitdir:").strip()
            there = (folder / led).resolve()
            common = there / "commondir"
            return (
                (there / common.read_text("utf-8").strip()).resolve() if common.is_file() else there
            )
    raise NoRepository(where=place)


def _written(folder: Path, names: tuple[str, ...], *, guards_a_vault: bool) -> Installed:
    folder.mkdir(exist_ok=True)
    for name in names:
        hook = folder / name
        if hook.exists() and MARK not in hook.read_text("utf-8", "replace"):
            hook.replace(folder / f"{name}.{BEFORE}")
        _write(hook)
    durable.fsync_folder(folder.parent)
    return Installed(folder, names, guards_a_vault)


def _write(hook: Path) -> None:
    earlier = hook.with_name(f"{hook.name}.{BEFORE}")
    stub = _STUB_AFTER if earlier.exists() and os.access(earlier, os.X_OK) else _STUB
    if hook.name == "reference-transaction":
        stub = _TRANSACTION
    text = stub.format(
        mark=MARK, before=BEFORE, python=shlex.quote(Path(sys.executable).as_posix()),
        module=hook.name.replace("-", "_"), main=refs.MAIN, sync=_sync(), pushing=refs.PUSHING,
        locks=LOCKS, nothing=NOTHING,
    )  # fmt: skip
    durable.write(hook, text.encode(), mode=0o755)


def _sync() -> str:
    """Return the program that flushes folders to disk; on other systems it promises less."""
    found = shutil.which("sync") if sys.platform == "linux" else None
    return shlex.quote(found) if found else "false"
