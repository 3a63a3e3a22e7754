# SPDX-License-Identifier: AGPL-3.0-or-later
"""The certificate that signs released PDFs: shown, made, taken over; each is an event on record."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from vault.errors import BadCertificate
from vault.history import certificate
from vault.history.certificate import Certificate
from vault.home import Vault
from vault.ledger.people import Person, require

LARGEST: Final = 1 << 20  # bytes of a file with a key and certificates


@dataclass(frozen=True, slots=True)
class State:
    """The certificate in use, whether PDFs are signed at all, and those that signed before."""

    on: bool
    now: Certificate
    before: tuple[Certificate, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"on": self.on, **asdict(self.now), "before": [asdict(one) for one in self.before]}


def shown(vault: Vault) -> State:
    """Return the certificate in use; raises NoCertificate or BadCertificate."""
    now = certificate.current(vault.keys)
    before = tuple(
        one for one in certificate.past(vault.keys) if one.fingerprint != now.fingerprint
    )
    return State(vault.settings.pdf_signature == "on", now, before)


def make(vault: Vault, actor: Person, name: str, years: int) -> State:
    """Make a certificate in the shop's name; by an administrator.

    Raises RoleNeeded or BadCertificate.
    """
    require(actor, "admin")
    made = certificate.make(vault.keys, name or vault.settings.shop_name, years)
    return _on_record(vault, actor, "certificate.made", made)


def take(vault: Vault, actor: Person, file: Path, password: str) -> State:
    """Take over the shop's own certificate and key from a file; by an administrator.

    Raises RoleNeeded or BadCertificate.
    """
    require(actor, "admin")
    try:
        data = file.read_bytes() if file.stat().st_size <= LARGEST else b""
    except OSError as fault:
        raise BadCertificate(where=file.name, why=fault.strerror) from fault
    taken = certificate.take(vault.keys, file.name, data, password)
    return _on_record(vault, actor, "certificate.taken", taken)


def _on_record(vault: Vault, actor: Person, kind: str, one: Certificate) -> State:
    with vault.ledger.writing(actor.name) as writing:
        writing.record(
            kind, f"certificate/{one.fingerprint}", holder=one.subject, issuer=one.issuer,
            until=one.until,
        )  # fmt: skip
    return shown(vault)
