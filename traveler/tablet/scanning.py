# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a scanner or a thumb typed: a code, an address, a job, a step of it, or a copy's number.

Case does not matter, nor the host of an address: a shop that moved has old prints on the floor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from release.log import ReleaseLog
from traveler import jobs, tokens
from traveler.copies import register
from traveler.copies.errors import NoSuchCopy
from traveler.errors import NoSuchJob, NoSuchTraveler, TravelerEnded
from traveler.tablet import badges
from traveler.tablet.errors import NoSuchBadge
from vault import codes
from vault.errors import BadCode, NotFound
from vault.home import Vault

COPY: Final = re.compile(r"c-?([0-9]{1,9})", re.IGNORECASE | re.ASCII)
STEP: Final = re.compile(r"(.+?)[-/ ]0*([0-9]{1,6})", re.ASCII)
STATION: Final = re.compile(r".*/stations/([^/?#]{1,120})/?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """What was meant: ``kind`` is t, c, r, p or b with a ``code``, or job, copy or station.

    For a job ``code`` is its number and ``seq`` the step that was named, None for the whole job.
    """

    kind: str
    code: str
    seq: int | None = None


def find(vault: Vault, text: str) -> Found | None:
    """Return what a scanned or typed text names, None where it names nothing of this shop."""
    given = " ".join(text.split())
    if station := STATION.fullmatch(given):
        return Found("station", unquote(station[1]))
    try:
        return Found(*codes.parse_qr(given))
    except BadCode:
        pass
    try:
        code = codes.normal_code(given)
    except BadCode:
        return _numbered(vault, given)
    return next((Found(kind, code) for kind in _kinds(vault, code)), None)


def _kinds(vault: Vault, code: str) -> Iterator[str]:
    """Yield what a bare code opens; a code without its address does not say what it is."""
    with vault.ledger.reading() as connection:
        try:
            tokens.find(connection, code)
            yield "t"
        except TravelerEnded:
            yield "t"
        except NoSuchTraveler:
            pass
    try:
        register.by_code(vault, code)
        yield "c"
    except NoSuchCopy:
        pass
    try:
        badges.owner(vault, code)
        yield "b"
    except NoSuchBadge:
        pass
    try:
        ReleaseLog(vault).by_code(code)
        yield "r"
    except NotFound:
        pass


def _numbered(vault: Vault, given: str) -> Found | None:
    if copy := COPY.fullmatch(given):
        return Found("copy", f"C-{int(copy[1]):06d}")
    if job := _job(vault, given):
        return Found("job", job)
    step = STEP.fullmatch(given)
    if step and (job := _job(vault, step[1])):
        return Found("job", job, int(step[2]))
    return None


def _job(vault: Vault, number: str) -> str:
    try:
        return jobs.show(vault, number).job.number
    except NoSuchJob:
        return ""
