# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person may be told about shipments and certificates: one class each."""

from __future__ import annotations

from vault.errors import BadInput, NotFound, Refused


class NoSuchShipment(NotFound):
    """There is no shipment {number}; `titleblock ship list` shows what is there."""


class NoSuchCertificate(NotFound):
    """There is no certificate {number}; `titleblock ship certificates` shows what is there."""


class ShipmentCannot(Refused):
    """{number} is {state}, so nobody can {act} it."""


class NotSoMany(Refused):
    """{left} finished pieces of job {job} are there to be packed, so {qty} cannot be; count again,
    or finish the last step first."""


class ShippingOwesProof(Refused):
    """{what} owes proof first: {owed}; give it, or let it be waived with a reason
    (`titleblock proof {job}`)."""


class RevisionMayNotLeave(Refused):
    """{number} {rev} is {standing}, so nothing made to it leaves; decide first what happens to job
    {job} (`titleblock job decide {job}`)."""


class ConfirmedAlready(Refused):
    """{by} confirmed on {day} already that {number} arrived; ask the shop where something is wrong."""


class ReceiverMissing(BadInput):
    """Say who took {number}, by name."""


class CarrierMissing(BadInput):
    """{number} cannot leave without a carrier; say who takes it."""


class UpdateNeedsReason(BadInput):
    """{number} was certified by {earlier} already; say why it is certified anew."""
