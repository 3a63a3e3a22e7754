# SPDX-License-Identifier: AGPL-3.0-or-later
"""The keys that sign releases: listed, replaced, revoked; each change is an entry in the log.

A new key is named by an entry the old one signs: that entry is the commit point.  Before it the
new key lies aside and counts for nothing, after it whoever signs next puts it in place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from release import appending, onday, settling
from release.errors import NoNotes
from release.log import ReleaseLog
from vault import clock, errors
from vault.history import allowed, keyring, sshsig
from vault.history.allowed import Allowed
from vault.history.keyring import ALLOWED_SIGNERS, NEXT, REVOKED, ROTATED, KeyRecord
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person

TRIES = 20


@dataclass(frozen=True, slots=True)
class KeyState:
    """A key as people ask for it: ``signs`` now, or counts for what it signed ``until`` a moment.

    ``since`` is empty for the first key, ``reason`` says why it ended, ``public`` is the key as
    OpenSSH writes it.
    """

    fingerprint: str
    signs: bool
    since: str
    until: str
    revoked: bool
    reason: str
    public: str


def listing(vault: Vault) -> list[KeyState]:
    """Return every key the vault ever signed with, the first one first."""
    settling.settle(vault)
    return states(vault)


def states(vault: Vault) -> list[KeyState]:
    """Return what ``listing`` does, and follow nothing first."""
    keys, told = keyring.keys_in(vault.keys), keyring.records(vault.history, ReleaseLog(vault).tip)
    now = keyring.current(keys, told)
    return [_state(one, now, told) for one in keys]


def rotate(vault: Vault, actor: Person, reason: str) -> KeyState:
    """Replace the signing key; what the old one signed until now keeps counting.

    By an administrator, with a reason.  Raises NoNotes, RoleNeeded or MissingProgram.
    """
    people.require(actor, "admin")
    if not reason.strip():
        raise NoNotes(what="new key")
    settling.settle(vault)
    with keyring.replacing(vault.keys):
        keyring.complete(vault.history, vault.keys)  # sweeps what a crash left
        public = keyring.generated(vault.keys, NEXT)
        made = KeyRecord(
            act=ROTATED, at="", by=actor.name, reason=reason.strip(), sequence=0,
            key=sshsig.fingerprint(public), public=allowed.Allowed("", public).public,
            old=sshsig.fingerprint(keyring.public_in(vault.keys)),
        )  # fmt: skip
        _append(vault, actor, made, f"Replace the signing key: {made.key}")
    settling.settle(vault)
    return next(one for one in listing(vault) if one.signs)


def revoke(vault: Vault, actor: Person, fingerprint: str, since: str, reason: str) -> KeyState:
    """Let a key that was replaced count only until a moment: what it signed later is named.

    By an administrator.  Raises NoNotes, BadDay, NoSuchKey or KeyInUse.
    """
    people.require(actor, "admin")
    if not reason.strip():
        raise NoNotes(what="revocation")
    until = onday.moment(vault, since)
    known = listing(vault)
    one = next((one for one in known if one.fingerprint == fingerprint), None)
    if one is None:
        raise errors.NoSuchKey(fingerprint=fingerprint)
    if one.signs:
        raise errors.KeyInUse(fingerprint=fingerprint)
    made = KeyRecord(
        act=REVOKED, at="", by=actor.name, reason=reason.strip(), sequence=0,
        key=fingerprint, until=until,
    )  # fmt: skip
    with keyring.replacing(vault.keys):
        _append(vault, actor, made, f"Revoke a key: {fingerprint}")
    settling.settle(vault)
    return next(one for one in listing(vault) if one.fingerprint == fingerprint)


def _append(vault: Vault, actor: Person, made: KeyRecord, subject: str) -> None:
    """File a change of keys and bring ``keys/`` up to it; call it while ``replacing``."""
    for _ in range(TRIES):
        log = ReleaseLog(vault)
        told = _placed(vault, made, log)
        keys = keyring.followed(
            keyring.keys_in(vault.keys), [*keyring.records(vault.history, log.tip), told]
        )
        files: dict[str, bytes | None] = {
            told.path: told.written(), ALLOWED_SIGNERS: allowed.written(keys)
        }  # fmt: skip
        message = f"{subject}\n\n{made.reason}\n"
        try:
            appending.append(vault, actor, log, files, message, {}, at=told.at)
        except errors.MovedOn:
            continue
        keyring.complete(vault.history, vault.keys)
        return
    raise errors.MovedOn(ref="refs/meta/releases", now=ReleaseLog(vault).tip or "nothing")


def _placed(vault: Vault, made: KeyRecord, log: ReleaseLog) -> KeyRecord:
    """Return a record with its place in the log and the last moment that counts of the old key.

    That is the moment of this entry, or a later one the last entry tells: a clock that was put
    back does not make void what was signed before.
    """
    at = clock.now()
    last = vault.history.commit_at(log.tip).at if log.tip else ""
    return replace(made, at=at, sequence=log.head().sequence + 1, until=made.until or max(at, last))


def _state(one: Allowed, now: str, told: list[KeyRecord]) -> KeyState:
    begun = [r for r in told if r.act == ROTATED and r.key == one.fingerprint]
    ended = [r for r in told if one.fingerprint == (r.old if r.act == ROTATED else r.key)]
    return KeyState(
        fingerprint=one.fingerprint, signs=one.fingerprint == now,
        since=begun[0].at if begun else "", until=one.before or "",
        revoked=any(r.act == REVOKED for r in ended), reason=ended[-1].reason if ended else "",
        public=one.public,
    )  # fmt: skip
