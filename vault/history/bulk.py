# SPDX-License-Identifier: AGPL-3.0-or-later
"""Many files or many commits at once, by ``git fast-import``: one pack instead of loose objects.

Loose objects cost a synced file each; a pack costs one.  Commits grow on a ref
of their own, and the branch moves by compare-and-swap when all of them are on
disk, so a crash leaves nothing but a pack nobody points at.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import IO, Final

from vault import durable, errors
from vault.history.repository import COMMITTER, Author
from vault.history.signing import Signer

PILE: Final = "refs/imports/"
_FAST_IMPORT: Final = ("-c", "core.compression=0", "fast-import", "--quiet", "--done", "--force")
"""Pointers and manifests are a few lines of digests, which compressing makes hardly smaller."""


@dataclass(frozen=True, slots=True)
class Ahead:
    """The bytes of a file, given before the commit that sets it, so that git works meanwhile.

    The first one of a pile is called 1, the next one 2, and so on.
    """

    data: bytes


@dataclass(frozen=True, slots=True)
class Step:
    """One commit to be: by whom, when (seconds since 1970), why, and the files it sets or removes.

    A number stands for the bytes given ahead.
    """

    author: Author
    at: int
    message: str
    changes: Mapping[str, bytes | int | None]


def pile_up(
    signer: Signer,
    ref: str,
    steps: Iterable[Ahead | Step],
    expect: str,
    landing: Callable[[str], None] | None = None,
) -> str:
    """Write commits on top of ``expect`` and move the ref to the last one; raises MovedOn.

    ``landing`` is told the last commit before the ref moves there.  Without any step nothing is
    moved, and ``expect`` is returned.  Paths have to be ones the
    vault's policy of names lets pass: quoting is not needed then.
    """
    aside = PILE + secrets.token_hex(8)
    process = signer.started(_FAST_IMPORT)
    try:
        _write(process.stdin, steps, aside, expect)
        complaint = process.communicate()[1]
    except BrokenPipeError:
        complaint = process.communicate()[1]
    if process.returncode:
        why = str(complaint, "utf-8", "replace").strip().splitlines()
        raise errors.DamagedHistory(where=ref, why=why[0] if why else "git fast-import failed")
    tip = signer.history.tip(aside) or expect
    try:
        durable.fsync_folder(signer.history.git_dir / "objects" / "pack")
        if landing is not None and tip != expect:
            landing(tip)
        signer.move(ref, tip, expect)
    finally:
        if tip != expect:
            signer.forget(aside, tip)
    return tip


def _write(stream: IO[bytes], steps: Iterable[Ahead | Step], aside: str, base: str) -> None:
    committed = int(time.time())
    ahead, source = 0, f"from {base}\n".encode()
    for step in steps:
        if isinstance(step, Ahead):
            ahead += 1
            stream.write(b"blob\nmark :%d\n" % ahead + _data(step.data))
            continue
        lines = [
            f"commit {aside}",
            f"author {_identity(step.author)} {step.at} +0000",
            f"committer {COMMITTER[0]} <{COMMITTER[1]}> {committed} +0000",
        ]
        stream.write("\n".join(lines).encode() + b"\n" + _data(step.message.encode()))
        stream.write(source)
        source = b""
        for path, data in step.changes.items():
            if data is None:
                stream.write(b"D " + path.encode() + b"\n")
            elif isinstance(data, int):
                stream.write(b"M 100644 :%d %b\n" % (data, path.encode()))
            else:
                stream.write(b"M 100644 inline " + path.encode() + b"\n" + _data(data))
    stream.write(b"done\n")


def _data(data: bytes) -> bytes:
    return b"data %d\n" % len(data) + data + b"\n"


def _identity(author: Author) -> str:
    name, email = (
        "".join(sign for sign in text if sign not in "<>\n\0")
        for text in (author.name, author.email)
    )
    return f"{name or 'unknown'} <{email}>"
