# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vault's keys over time: which one signs now, which ones did, and until when each counts.

A new key is named by an entry of the release log that the old key signed, so that whoever trusts
the first key can follow to the last.  The entry is the commit point; the files beside the vault
follow from it, and whoever signs next completes them after a crash.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from shutil import which
from typing import Any, Final

from vault import canonical, durable, errors
from vault.history import allowed, sshsig
from vault.history.allowed import EXPORT, GIT, PRINCIPAL, Allowed
from vault.history.record import RELEASES
from vault.history.repository import History

if os.name == "posix":
    import fcntl

KEY: Final = "release"
NEXT: Final = "next"
ALLOWED_SIGNERS: Final = "allowed_signers"
LOCK: Final = ".signing"
FOLDER: Final = "keys"
"""The folder of the release log's tree that says which key took over, and which is revoked."""
ROTATED, REVOKED = "rotate", "revoke"
_SCHEMA: Final = 1


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """One entry about keys: ``key`` took over from ``old``, or ``key`` is revoked.

    ``until`` is the last moment that counts of the key that ended (UTC), ``public`` the new one as
    OpenSSH writes it, ``sequence`` the place in the release log.  A new key counts from its place
    in the log, not from a moment, so that a clock put back does not make it void.
    """

    act: str
    at: str
    by: str
    reason: str
    sequence: int
    key: str
    old: str = ""
    public: str = ""
    until: str = ""

    @property
    def path(self) -> str:
        """Return the path of the record in the release log."""
        return f"{FOLDER}/{self.sequence:08d}.json"

    def written(self) -> bytes:
        """Return the bytes of the record."""
        return canonical.pretty({"schema": _SCHEMA, **asdict(self)})


def read(data: bytes, where: str) -> KeyRecord:
    """Return the record of these bytes; raises DamagedHistory where they are none."""
    try:
        told: dict[str, Any] = canonical.loads(data)
        if told.pop("schema") != _SCHEMA:
            raise errors.DamagedHistory(where=where, why="it was written by a newer Titleblock")
        made = KeyRecord(**told)
        if made.act == ROTATED:
            allowed.public_key(made.public)
    except (ValueError, TypeError, KeyError, AttributeError) as fault:
        raise errors.DamagedHistory(where=where, why=fault) from fault
    return made


def records(history: History, tip: str | None) -> list[KeyRecord]:
    """Return what the release log says of keys at one of its commits, in its order."""
    if tip is None:
        return []
    found = history.folder(tip, FOLDER)
    return [read(history.blob_of(found[name].oid), f"{FOLDER}/{name}") for name in sorted(found)]


def followed(keys: Sequence[Allowed], told: Sequence[KeyRecord]) -> tuple[Allowed, ...]:
    """Return a list of keys with all that the records say of them; what is known stays as it is.

    A key that took over is trusted because the one before it, which is in the list, named it.
    """
    known = {one.fingerprint: one for one in keys}
    for record in told:
        if record.act == ROTATED and record.old in known:
            old = known[record.old]
            known[record.old] = allowed.ended(old, record.until)
            known.setdefault(record.key, Allowed(
                old.principals, allowed.public_key(record.public), f"{GIT},{EXPORT}"
            ))  # fmt: skip
        elif record.act == REVOKED and record.key in known:
            known[record.key] = allowed.ended(known[record.key], record.until)
    return tuple(known.values())


def current(keys: Sequence[Allowed], told: Sequence[KeyRecord]) -> str:
    """Return the fingerprint of the key that signs now: the last that took over, else the first."""
    taken_over = [one.key for one in told if one.act == ROTATED]
    return taken_over[-1] if taken_over else keys[0].fingerprint


def generated(folder: Path, name: str) -> bytes:
    """Make an Ed25519 key pair in a folder, on disk when it returns, and return the public key.

    Raises MissingProgram where OpenSSH is not installed.
    """
    keygen = which("ssh-keygen")
    if keygen is None:
        raise errors.MissingProgram(program="ssh-keygen", how="the package openssh-client")
    private = folder / name
    subprocess.run(
        [keygen, "-q", "-t", "ed25519", "-N", "", "-C", PRINCIPAL, "-f", str(private)],
        check=True, capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    durable.fsync_file(private)
    durable.fsync_file(private.with_suffix(".pub"))
    durable.fsync_folder(folder)
    return public_in(folder, name)


def public_in(folder: Path, name: str = KEY) -> bytes:
    """Return the public key of a pair in a folder."""
    return allowed.public_key((folder / name).with_suffix(".pub").read_text("ascii"))


def keys_in(folder: Path) -> tuple[Allowed, ...]:
    """Return the keys the vault trusts, as they lie beside it; raises DamagedKeys."""
    try:
        return allowed.read((folder / ALLOWED_SIGNERS).read_text("utf-8"))
    except (OSError, ValueError) as fault:
        raise errors.DamagedKeys(where=folder / ALLOWED_SIGNERS, why=fault) from fault


@contextlib.contextmanager
def signing(folder: Path) -> Iterator[None]:
    """Sign while no key is being replaced; several may sign at a time."""
    with _locked(folder, exclusive=False):
        yield


@contextlib.contextmanager
def replacing(folder: Path) -> Iterator[None]:
    """Replace a key while nobody signs."""
    with _locked(folder, exclusive=True):
        yield


def begun(folder: Path) -> bool:
    """Say whether a replacement was begun and not completed."""
    return (folder / NEXT).exists() or (folder / NEXT).with_suffix(".pub").exists()


def complete(history: History, folder: Path) -> None:
    """Bring the files in ``keys/`` up to what the release log says, or sweep a key it never named.

    The private key comes last, so that a crash in between is seen and completed again.  The old
    private key is gone afterwards: nobody needs it any more.  Call it while ``replacing``.
    """
    told = records(history, history.tip(RELEASES))
    known = keys_in(folder)
    wanted = allowed.written(followed(known, told))
    if wanted != allowed.written(known):
        durable.write(folder / ALLOWED_SIGNERS, wanted)
    private, public = folder / NEXT, (folder / NEXT).with_suffix(".pub")
    is_named = public.exists() and private.exists() and (
        sshsig.fingerprint(public_in(folder, NEXT)) == current(known, told)
    )  # fmt: skip
    if is_named:
        durable.write((folder / KEY).with_suffix(".pub"), public.read_bytes())
        private.replace(folder / KEY)
        durable.fsync_folder(folder)
    private.unlink(missing_ok=True)
    public.unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(folder: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold the lock of a folder of keys; where there is no ``flock`` (Windows) nothing is locked."""
    if os.name == "nt":
        yield
        return
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)
