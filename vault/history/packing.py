# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting the tags of many releases into one file, which git would do unless it were forbidden to.

Each release leaves a file for its tag, and after some ten thousand of them everything that lists
refs is slow.  ``gc.packRefs`` stays off and the hook that keeps tags refuses any other
``git pack-refs``, since that removes files of tags; here nothing is removed before the file with
all of them is on disk, and afterwards every tag is compared.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass

from vault import durable, errors
from vault.history.repository import History

TAGS = "refs/tags/"
_PACKED = "packed-refs"


@dataclass(frozen=True, slots=True)
class Packed:
    """How many tags there are, and how many of them had a file of their own before and after."""

    tags: int
    loose_before: int
    loose_after: int


def pack_tags(history: History) -> Packed:
    """Pack the tags; others may read and write meanwhile.

    Raises DamagedHistory where git does not do it, or a tag is not afterwards what it was.
    """
    before, loose = dict(history.refs(TAGS)), _loose(history)
    for more in (["--no-prune"], []):
        _run(history, ["pack-refs", *more])
        if (history.git_dir / _PACKED).exists():
            durable.fsync_file(history.git_dir / _PACKED)
            durable.fsync_folder(history.git_dir)
    after = dict(history.refs(TAGS))
    for ref, at in before.items():
        if after.get(ref) != at:
            raise errors.DamagedHistory(where=ref, why="it is not what it was before packing")
    return Packed(len(after), loose, _loose(history))


def _loose(history: History) -> int:
    return sum(len(files) for _folder, _folders, files in os.walk(history.git_dir / TAGS))


def _run(history: History, words: list[str]) -> None:
    environment = {name: told for name, told in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
    }
    options = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsync=all",
               "-c", "core.filesRefLockTimeout=5000"]  # fmt: skip
    done = subprocess.run(
        ["git", f"--git-dir={history.git_dir}", *options, *words], env=environment,
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        why = done.stderr.decode("utf-8", "replace").strip()
        raise errors.DamagedHistory(where=_PACKED, why=why)
