# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about proof packets: every refusal, one class each."""

from __future__ import annotations

from vault.errors import BadInput, Conflict, Damaged, NotFound, Refused


class PacketNotReady(Refused):
    """No packet can be issued for job {job} yet: {open}; `titleblock packet check {job}` shows all."""


class NoSuchPacket(NotFound):
    """There is no packet {packet}; `titleblock packet list` shows what was issued."""


class NoSuchPacketCode(NotFound):
    """This code belongs to no proof packet of this shop; ask the shop for the right one."""


class PacketRevoked(NotFound):
    """Packet {packet} was withdrawn on {at}: {why}; ask for a newer one."""

    status = 410


class PacketIsRevoked(Conflict):
    """Packet {packet} was withdrawn already, by {person}: {why}."""


class PacketNeedsReason(BadInput):
    """Job {job} has packet {packet} already; say why a newer one is issued (-m WHY)."""


class PacketOvertaken(Conflict):
    """Something happened to job {job} while its packet was made; look at it and issue it again."""


class BadPacketFile(BadInput):
    """{name} is not a proof packet: {why}."""


class PacketDamaged(Damaged):
    """{name} is not as it was issued: {why}."""


class NothingHeld(Conflict):
    """Evidence {number} holds no packet of job {job}; there is nothing to let."""


class MayNotBeLet(Refused):
    """Evidence {number} names another customer, so nobody lets it leave: {what}; keep it inside, or
    give it anew without that."""


class NotLet(Conflict):
    """Nobody let evidence {number} leave as it is; there is nothing to take back."""


class LettingNeedsReason(BadInput):
    """Say why evidence {number} may leave, or no longer (-m WHY)."""
