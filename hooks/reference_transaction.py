# SPDX-License-Identifier: AGPL-3.0-or-later
"""``reference-transaction``: the last guard of the refs, and what makes a push last.

``receive.denyDeletes`` does not protect tags, and a push that got past every other check would end
here.  The vault itself writes with hooks turned off.  Once refs have moved, their folders are
flushed: git does not, and a power cut would take back what was answered.
"""

from __future__ import annotations

# Nothing but this is imported: it runs for each ref of a push.
import os
import sys

from hooks import refs

FOLDERS = ("objects/pack", "objects", "refs/heads", "refs", ".")


def main(state: str, moving: list[str]) -> int:
    """Refuse a transaction that touches what the vault keeps, or flush one that has ended."""
    if state == "committed":
        _flush(os.environ.get("GIT_DIR", "."), moving)
    if state != "prepared":
        return 0
    kept = [ref for ref in moving if refs.is_kept_by_us(ref)]
    if kept:
        shown = ", ".join(ascii(ref)[1:-1] for ref in kept)
        sys.stderr.write(
            f"Titleblock keeps {shown} itself; no push and no git command changes it.\n"
        )
    return 1 if kept else 0


def _flush(git_dir: str, moved: list[str]) -> None:
    if os.name == "nt":
        return
    places = list(FOLDERS)
    for ref in moved:
        while "/" in ref:
            ref = ref.rpartition("/")[0]  # noqa: PLW2901 - upwards, folder by folder
            places.append(ref)
    for name in dict.fromkeys(places):
        place = os.path.join(git_dir, name)  # noqa: PTH118 - pathlib would double the start
        if os.path.isdir(place):  # noqa: PTH112
            handle = os.open(place, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
