# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes out with pieces: the packing slip, and the certificate of conformance.

A certificate prints what was signed, never what the records would say today.
"""

from __future__ import annotations

from pathlib import Path

from traveler import jobs, paper
from traveler.series import CERTIFICATE, SHIPMENT
from traveler.shipping import certifying, desk
from vault.home import Vault


def certificate(vault: Vault, number: str, out: Path) -> int:
    """Write a certificate of conformance as PDF and return how many pages it has."""
    one = desk.certificate(vault, number)
    rows = [(field, label, _page(one.fields[field])) for field, label in certifying.FIELDS]
    said = f"Job {one.job}, {SHIPMENT.name(one.shipment)}"
    if one.replaced:
        said += f". REPLACED by {CERTIFICATE.name(one.replaced)}"
    elif one.replaces:
        said += f". Replaces {CERTIFICATE.name(one.replaces)}"
    section = paper.section("", [("Field", 0.7), ("AS9163", 2.2), ("", 7)], rows)
    return paper.draw(vault, out, "CERTIFICATE OF CONFORMANCE", one.number, said, [section],
                 f"/jobs/{one.job}/shipping", f"{one.number}, signed {one.at}")  # fmt: skip


def slip(vault: Vault, number: str, out: Path) -> int:
    """Write the packing slip of a shipment as PDF and return how many pages it has."""
    one, entries, papers = desk.show(vault, number)
    job, facts = jobs.show(vault, one.job).job, one.facts
    before = [each for each in desk.look(vault, one.job).shipments if each.id < one.id and
              each.state in {"shipped", "received"}]  # fmt: skip
    sent = sum(each.facts.qty for each in before)
    told = [
        ("To", facts.to), ("Purchase order", job.order), ("Carrier", facts.carrier),
        ("Tracking", facts.tracking), ("Packages", facts.boxes),
        ("Packed", f"{facts.packed_by}, {facts.packed_at[:16].replace('T', ' ')} UTC"),
        ("Photos, papers", f"{len(facts.photos)} on record" if facts.photos else ""),
        ("Certificate", ", ".join(each.number for each in papers if each.replaced is None)),
        ("Received", f"{facts.received_by}, {facts.received_on}" if facts.received_by else ""),
    ]  # fmt: skip
    line = (job.item, job.rev, job.title, str(facts.qty), f"{sent + facts.qty} of {job.qty}",
            str(max(job.qty - sent - facts.qty, 0)), facts.pieces or paper.NOT_SAID)  # fmt: skip
    heads = [("Item", 1.6), ("Rev", 0.7), ("Description", 3.4), ("Pieces", 0.9),
             ("With this one", 1.4), ("Still to come", 1.3), ("Piece numbers", 2.2)]  # fmt: skip
    sections = [
        paper.section("", [("", 1), ("", 4)], [(label, text or paper.NOT_SAID) for label, text in told]),
        paper.section("What is in it", heads, [line]),
        paper.section("Received in good order", [("Printed name", 3), ("Date", 2), ("Signature", 4)],
                 [("\n\n", "", "")]),
    ]  # fmt: skip
    state = f"PACKING SLIP, {one.state.upper()}"
    last = entries[-1]
    return paper.draw(vault, out, state, one.number, f"Job {one.job}: {job.title}", sections,
                 f"/jobs/{one.job}/shipping", f"{one.number}, {last.act} {last.at}")  # fmt: skip


def _page(text: str) -> str:
    return "on every page" if text == "see the page itself" else text
