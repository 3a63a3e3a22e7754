# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passwords and PINs as they are kept: Argon2id, with the cost OWASP names for one lane.

Whoever is unknown, or has no password, is checked against a hash nobody knows the answer to, so
that the time an answer takes does not tell who exists.
"""

from __future__ import annotations

import re
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vault.ledger.errors import BadPassword, BadPin

MEMORY_KIB = 47_104
ROUNDS = 1
LANES = 1
SHORTEST = 8
LONGEST = 256

NOBODY = (
    "$argon2id$v=19$m=47104,t=1,p=1$dGl0bGVibG9ja25vYm9keQ"
    "$0000000000000000000000000000000000000000000"
)
_PIN = re.compile(r"[0-9]{4,8}", re.ASCII)


@cache
def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=LANES)


def hash_password(password: str) -> str:
    """Return the hash of a password to keep; raises BadPassword where it is too short or long."""
    if len(password) < SHORTEST:
        raise BadPassword(why=f"it has fewer than {SHORTEST} characters")
    if len(password) > LONGEST:
        raise BadPassword(why=f"it has more than {LONGEST} characters")
    return _hasher().hash(password)


def hash_pin(pin: str) -> str:
    """Return the hash of a PIN to keep; raises BadPin where it is not 4 to 8 digits."""
    if not _PIN.fullmatch(pin):
        raise BadPin
    return _hasher().hash(pin)


def hash_passcode(passcode: str) -> str:
    """Return the hash of what opens one link and no account; its length is its giver's to judge."""
    return _hasher().hash(passcode)


def matches(kept: str | None, given: str) -> bool:
    """Say whether what was given belongs to the kept hash, in the same time with or without one."""
    try:
        _hasher().verify(kept or NOBODY, given[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None
