# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checking signed commits and tags as git does, but in this process: 0.2 ms instead of 15.

What is signed is taken from the object exactly as git takes it (``gpg-interface.c``): a commit
without its ``gpgsig`` header, a tag up to its last armour; the moment is the committer's or the
tagger's.  One thing is stricter: a commit with two signatures does not pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from vault import clock
from vault.history import allowed, sshsig
from vault.history.allowed import Allowed
from vault.history.repository import History
from vault.history.sshsig import Signature
from vault.history.wire import NotSigned

_WHEN: Final = re.compile(rb".*> (\d{1,12}) [+-]\d{4}\Z")
_TAG_ARMOUR: Final = re.compile(rb"^" + sshsig.BEGIN, re.MULTILINE)
_OTHER_ARMOUR: Final = re.compile(rb"^-----BEGIN (?:PGP (?:SIGNATURE|MESSAGE)|SIGNED MESSAGE)-----",
                                  re.MULTILINE)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed object: the bytes that are signed, by what, and the moment it tells (UTC)."""

    payload: bytes
    signature: Signature
    moment: str


def commit(data: bytes) -> Signed:
    """Return what is signed in a commit object; raises NotSigned where nothing well is."""
    kept: list[bytes] = []
    armour: list[bytes] = []
    seen = 0
    inside = other = False
    head, blank, message = data.partition(b"\n\n")
    for line in head.split(b"\n"):
        if line.startswith(b" ") and (inside or other):
            if inside:
                armour.append(line[1:])
            continue
        inside = line.startswith(b"gpgsig ")
        other = not inside and line.startswith(b"gpgsig")
        if inside:
            seen += 1
            armour.append(line[7:])
        elif not other:
            kept.append(line)
    if seen != 1:
        raise NotSigned("it is not signed" if not seen else "it has more than one signature")
    payload = b"\n".join(kept) + blank + message
    return Signed(payload, sshsig.read(b"\n".join(armour)), _moment(kept, b"committer "))


def tag(data: bytes) -> Signed:
    """Return what is signed in a tag object; raises NotSigned where nothing well is."""
    found = list(_TAG_ARMOUR.finditer(data))
    if not found or _OTHER_ARMOUR.search(data, found[-1].end()):
        raise NotSigned("it is not signed with a key of OpenSSH")
    payload, armour = data[: found[-1].start()], data[found[-1].start() :]
    head = payload.partition(b"\n\n")[0].split(b"\n")
    return Signed(payload, sshsig.read(armour), _moment(head, b"tagger "))


class Verifier:
    """Checks commits and tags of a history against a list of keys."""

    def __init__(self, history: History, keys: Iterable[Allowed]) -> None:
        """Bind a list of keys to a history."""
        self._history = history
        self.keys = tuple(keys)

    def commit_fault(self, oid: str) -> str | None:
        """Return why the signature of a commit does not hold, or None where it does."""
        return self.checked_commit(oid)[0]

    def checked_commit(self, oid: str) -> tuple[str | None, Signed | None]:
        """Return why a commit's signature does not hold, or None, and what was signed."""
        return self._checked(oid, "commit")

    def tag_fault(self, oid: str) -> str | None:
        """Return why the signature of a tag object does not hold, or None where it does."""
        return self._checked(oid, "tag")[0]

    def _checked(self, oid: str, kind: str) -> tuple[str | None, Signed | None]:
        told, data = self._history.stored(oid)
        if told != kind:
            return f"it is a {told}, which carries no signature", None
        try:
            signed = commit(data) if kind == "commit" else tag(data)
            signed.signature.check(signed.payload)
        except NotSigned as why:
            return str(why), None
        return allowed.fault(self.keys, signed.signature, allowed.GIT, signed.moment), signed


def keys_in(path: Path) -> tuple[Allowed, ...]:
    """Return the keys of an ``allowed_signers`` file; raises NotSigned or OSError."""
    return allowed.read(path.read_text("utf-8"))


def _moment(head: list[bytes], role: bytes) -> str:
    lines = [line for line in head if line.startswith(role)]
    found = _WHEN.match(lines[0]) if len(lines) == 1 else None
    if found is None:
        raise NotSigned("it does not say when it was made")
    try:
        return clock.text(clock.from_epoch(int(found[1])))
    except (ValueError, OverflowError, OSError) as fault:
        raise NotSigned("it does not say when it was made") from fault
