# SPDX-License-Identifier: AGPL-3.0-or-later
"""A look at the vault's health: what is missing, what is wrong, and what to do about it.

It is quick and changes nothing; whether the content is what it was is the
business of ``verify``.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from release import keys, rulebook
from release.gate import APPROVER
from release.keys import KeyState
from release.rules import reach
from vault import clock, derived, errors
from vault.history import allowed, certificate, keyring, sshsig
from vault.history.repository import MAIN, RELEASES, RULES
from vault.home import Vault
from vault.ledger import events, people
from vault.trimming import SHARE

OLDEST_GIT: Final = (2, 34)
OLDEST_KEY_DAYS: Final = 730
LEAST_FREE: Final = 1024**3  # bytes
EARLY: Final = 60  # days
ROUNDING: Final = 1024**2  # bytes of a cache that are not worth a word
_NEW: Final = "titleblock keys certificate make, or take"
Verdict = Literal["good", "warning", "bad"]


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at: what was found, and the remedy where it is not good."""

    about: str
    verdict: Verdict
    found: str
    remedy: str = ""


def examine(vault: Vault) -> list[Sign]:
    """Return every sign of a vault's health, the machine first."""
    looks: list[Callable[[Vault], Iterator[Sign]]] = [
        _programs, _disk, _key, _certificate, _address, _people, _rules, _stores, _catalogue, _caches,
    ]  # fmt: skip
    signs: list[Sign] = []
    for look in looks:
        try:
            signs += look(vault)
        except errors.Refusal as refusal:
            signs.append(Sign(look.__name__.strip("_"), "bad", str(refusal)))
    return signs


def _programs(_vault: Vault) -> Iterator[Sign]:
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Sign("python", "good", version)
    git = shutil.which("git")
    said = (
        subprocess.run([git, "--version"], capture_output=True, text=True, check=False)
        if git
        else None
    )
    found = re.search(r"(\d+)\.(\d+)", said.stdout) if said else None
    if found is None or (int(found[1]), int(found[2])) < OLDEST_GIT:
        oldest = ".".join(str(part) for part in OLDEST_GIT)
        yield Sign("git", "bad", said.stdout.strip() if said else "it is not installed",
                   f"install git {oldest} or later, which signs with SSH keys")  # fmt: skip
    else:
        yield Sign("git", "good", f"{found[1]}.{found[2]}")
    keygen = shutil.which("ssh-keygen")
    yield (
        Sign("ssh-keygen", "good", keygen) if keygen
        else Sign("ssh-keygen", "bad", "it is not installed", "install the package openssh-client")
    )  # fmt: skip


def _disk(vault: Vault) -> Iterator[Sign]:
    free = shutil.disk_usage(vault.root).free
    found = f"{free / 1024**3:.1f} GB free"
    if free < LEAST_FREE:
        yield Sign("disk", "warning", found, "make room before a release cannot be written")
    else:
        yield Sign("disk", "good", found)
    if os.access(vault.root, os.W_OK):
        yield Sign("folder", "good", str(vault.root))
    else:
        yield Sign("folder", "bad", f"{vault.root} cannot be written", "check who owns the folder")


def _key(vault: Vault) -> Iterator[Sign]:
    key = vault.keys / "release"
    if not key.is_file():
        yield Sign("signing key", "bad", f"{key} is missing", "restore keys/ from a backup")
    elif os.name != "nt" and stat.S_IMODE(key.stat().st_mode) & 0o077:
        yield Sign("signing key", "bad", "others may read it", f"chmod 600 {key}")
    else:
        yield from _keys(vault)


def _keys(vault: Vault) -> Iterator[Sign]:
    """Say which key signs and for how long, which were revoked, and who would not trust them."""
    trusted = keys.states(vault)
    now = next((one for one in trusted if one.signs), None)
    held = sshsig.fingerprint(keyring.public_in(vault.keys))
    aside = keyring.begun(vault.keys)
    if now is None or held != now.fingerprint:
        named = now.fingerprint if now else "no key"
        yield Sign("signing key", "bad", f"{held} lies in keys/, and the release log names {named}",
                   "restore keys/ from a backup of this very vault")  # fmt: skip
    elif aside:
        yield Sign("signing key", "warning", "a replacement was begun and not completed",
                   "the next release completes it, or sweeps what a crash left")  # fmt: skip
    else:
        yield _aged(vault, now)
    tip = vault.history.tip(RELEASES)
    in_log = None if tip is None else vault.history.blob(tip, keyring.ALLOWED_SIGNERS)
    listed = {one.fingerprint for one in allowed.read(in_log.decode())} if in_log else set()
    missing = [one.fingerprint for one in trusted if in_log and one.fingerprint not in listed]
    if missing:
        yield Sign("allowed signers", "bad", f"the release log does not list {', '.join(missing)}",
                   "titleblock verify says what it signed; restore keys/ from a backup")  # fmt: skip
    else:
        yield Sign("allowed signers", "good", f"{len(trusted)} trusted, listed in the release log"
                   if in_log else f"{len(trusted)} trusted")  # fmt: skip
    for one in trusted:
        if one.revoked:
            yield Sign("revoked key", "good", f"{one.fingerprint} counts until {one.until}:"
                       f" {one.reason}")  # fmt: skip


def _aged(vault: Vault, now: KeyState) -> Sign:
    """Say how old the key in use is, and warn of an old one: whoever copied it can still sign."""
    first = next(iter(deque(vault.history.chain(RULES), maxlen=1)), None)
    since = now.since or (first.at if first else "")
    days = (clock.moment(clock.now()) - clock.moment(since)).days if since else 0
    told = f"{now.fingerprint}, {days} days in use, only its owner may read it"
    if days > OLDEST_KEY_DAYS:
        return Sign("signing key", "warning", told,
                    "titleblock keys rotate -m WHY; what it signed keeps counting")  # fmt: skip
    return Sign("signing key", "good", told)


def _certificate(vault: Vault) -> Iterator[Sign]:
    if vault.settings.pdf_signature != "on":
        return
    one = certificate.current(vault.keys)
    left = (clock.moment(one.until) - clock.moment(clock.now())).days
    if certificate.readable_by_others(vault.keys):
        yield Sign("certificate", "bad", "others may read its key",
                   f"chmod 600 {vault.keys / certificate.FILE}")  # fmt: skip
    elif certificate.over(one, clock.now()):
        yield Sign("certificate", "bad", f"it holds from {one.since} to {one.until}", _NEW)
    elif left < EARLY:
        yield Sign("certificate", "warning", f"it holds for {left} days more", _NEW)
    else:
        yield Sign("certificate", "good", f"{one.subject}, to {one.until}")


def _address(vault: Vault) -> Iterator[Sign]:
    url = vault.settings.public_url
    if vault.settings.host in ("127.0.0.1", "localhost", "::1"):
        yield Sign("address", "warning", f"{url} is in every QR and only this machine opens it",
                   "set public_url to the name phones reach the server by")  # fmt: skip
    elif not url.startswith("https://"):
        yield Sign("address", "warning", f"{url} is not encrypted",
                   "put a certificate in front and set public_url to https://")  # fmt: skip
    else:
        yield Sign("address", "good", url)


def _people(vault: Vault) -> Iterator[Sign]:
    active = [one for one in people.everybody(vault.ledger) if not one.disabled]
    for role in ("admin", "engineer", APPROVER):
        able = [
            one.name
            for one in active
            if role in one.roles and (role != APPROVER or one.has_password)
        ]
        if able:
            yield Sign(role, "good", ", ".join(able[:5]))
        else:
            yield Sign(role, "warning", f"nobody can act as {role}",
                       f"titleblock user add NAME --role {role}, then user password NAME")  # fmt: skip


def _rules(vault: Vault) -> Iterator[Sign]:
    told = rulebook.current(vault)
    odd = reach.warnings(vault, told)
    for warning in odd:
        yield Sign("rules", "warning", warning, "titleblock rules edit, or give somebody the role")
    if not odd:
        yield Sign("rules", "good", ", ".join(one.name for one in told.requirements))


def _stores(vault: Vault) -> Iterator[Sign]:
    for ref in (MAIN, RELEASES):
        tip = vault.history.tip(ref)
        yield Sign(ref, "good", tip[:10] if tip else "nothing yet")
    sequence, head = events.head(vault.ledger)
    yield Sign("ledger", "good", f"{sequence} events, head {head[:10]}")
    first = next(vault.objects.digests(), None)
    yield Sign("objects", "good", "reachable" if first else "reachable, nothing in it yet")


def _caches(vault: Vault) -> Iterator[Sign]:
    limit = vault.settings.largest_derived
    sizes = derived.sizes(vault.root)
    limited = sum(sizes.get(one, 0) for one in derived.FOLDERS)
    found = f"{_mb(limited)} of at most {_mb(limit)} in {', '.join(derived.FOLDERS)}"
    others = [f"{name} {_mb(size)}" for name, size in sizes.items()
              if name not in derived.FOLDERS and size]  # fmt: skip
    found += f"; besides {', '.join(others)}" if others else ""
    if limited > limit + limit // SHARE + ROUNDING:
        yield Sign(
            "cache", "warning", found, "`titleblock tidy` removes what nobody looked at lately"
        )
    else:
        yield Sign("cache", "good", found)


def _mb(size: int) -> str:
    return f"{size / 1_000_000:.1f} MB"


def _catalogue(vault: Vault) -> Iterator[Sign]:
    behind = [
        ref for ref in (MAIN, RELEASES)
        if vault.history.tip(ref) is not None and vault.catalogue.cursor(ref) != vault.history.tip(ref)
    ]  # fmt: skip
    if behind:
        yield Sign("catalogue", "warning", f"it is behind {', '.join(behind)}",
                   "any verb follows up; `titleblock catalogue rebuild` begins anew")  # fmt: skip
    else:
        counts = ", ".join(f"{count} {what}" for what, count in vault.catalogue.counts().items())
        yield Sign("catalogue", "good", counts)
