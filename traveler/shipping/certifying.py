# SPDX-License-Identifier: AGPL-3.0-or-later
"""The fourteen fields of a certificate of conformance after AS9163; none of them is blank.

A field nobody has anything to say in reads ``None``, so that an empty one can never be filled in
afterwards.  The page number of field 1 is written when the pages are laid out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy.engine import Connection

from traveler.decisions import records as decisions
from traveler.firstarticle import records as articles
from traveler.job_records import Job
from traveler.nonconformance import records as nonconformances
from traveler.quality import evidence_records
from traveler.quality.evidence_records import Evidence
from traveler.shipping.records import Shipment
from vault.home import Vault
from vault.ledger.people import Person

NONE: Final = "None"
STATEMENT: Final = (
    "We certify that the items listed here conform to the requirements of the purchase order and "
    "of the drawing and revision named."
)
CONCEDED: Final = (
    "We certify that the items listed here conform to the requirements of the purchase order and "
    "of the drawing and revision named, with the concessions stated in field 13."
)
"""What is said where something was conceded; the statement is unqualified everywhere else."""
ELECTRONIC: Final = "Document electronically generated and validated."
FIELDS: Final = (
    ("1", "Page"), ("2", "Certificate number"), ("3", "Date"), ("4", "Organization"),
    ("5", "Customer"), ("6", "Purchase order"), ("7", "Item number"), ("8", "Quantity"),
    ("9", "Description"), ("10", "Revision"), ("11", "Traceability"), ("12", "Remarks"),
    ("13", "Conformity details"), ("14", "Statement and signature"),
)  # fmt: skip
"""Number and name of each field."""


def fields(
    vault: Vault, connection: Connection, job: Job, sent: Shipment, signer: Person, number: str,
    at: str, given: Mapping[str, str],
) -> dict[str, str]:  # fmt: skip
    """Return all fourteen as they are signed now, by their numbers."""
    conceded = _conceded(connection, job)
    found = {
        "1": "see the page itself",
        "2": number,
        "3": at[:10],
        "4": vault.settings.shop_name,
        "5": sent.facts.to or job.customer,
        "6": job.order,
        "7": job.item,
        "8": f"{sent.facts.qty} of {job.qty}, {sent.number}",
        "9": job.title,
        "10": job.rev,
        "11": _traces(connection, job, sent),
        "12": given["remarks"],
        "13": _details(connection, job, given, conceded),
        "14": f"{CONCEDED if conceded else STATEMENT}\n{signer.shown} ({signer.name}), "
        f"{', '.join(sorted(signer.roles))}, {at}\n{ELECTRONIC}",
    }
    return {name: " ".join(text.split(" ")).strip() or NONE for name, text in found.items()}


def _standing(connection: Connection, job: Job) -> list[Evidence]:
    """Return the evidence of a job that nobody withdrew: nothing else may be certified with."""
    return [one for one in evidence_records.evidence(connection, job.number) if not one.withdrawn]


def _traces(connection: Connection, job: Job, sent: Shipment) -> str:
    """Return job, pieces and the heats of the material."""
    heats = sorted({one.heat for one in _standing(connection, job) if one.heat})
    told = [f"job {job.number}"]
    told += [f"pieces {sent.facts.pieces}"] if sent.facts.pieces else []
    return ", ".join([*told, *(f"heat {one}" for one in heats)])


def _conceded(connection: Connection, job: Job) -> list[str]:
    """Return what the approval owner let pass that the drawing does not ask for."""
    ncs = nonconformances.listed(connection, nonconformances.Filter(job=job.number))[::-1]
    return [
        *(f"{one.number} {one.facts.disposition} ({one.facts.approved_by})"
          for one in ncs if one.facts.owned),
        *(one.sentence for one in decisions.decisions(connection, [job.number])[job.number]
          if one.choice == "deviation"),
    ]  # fmt: skip


def _details(
    connection: Connection, job: Job, given: Mapping[str, str], conceded: Sequence[str]
) -> str:
    """Return shelf life, first article, certificates, concessions, nonconformances and update."""
    ncs = nonconformances.listed(connection, nonconformances.Filter(job=job.number))[::-1]
    papers = [
        one.file("original") for one in _standing(connection, job)
        if one.kind == "certificate"
    ]  # fmt: skip
    told = (
        ("Shelf life", given["shelf_life"]),
        ("First article", _first_article(connection, job)),
        ("Certificates", ", ".join(one.name for one in papers if one is not None)),
        ("Concessions", "; ".join(conceded)),
        ("Nonconformances", ", ".join(one.number for one in ncs)),
        ("Reason for update", given["why"]),
    )
    return "\n".join(f"{label}: {value or NONE}" for label, value in told)


def _first_article(connection: Connection, job: Job) -> str:
    """Return the newest approved first article of the revision."""
    found = [
        one for one in articles.listed(connection, item=job.item)
        if one.state == "approved" and one.rev == job.rev
    ]  # fmt: skip
    return f"{found[-1].number}, {found[-1].facts.scope}" if found else ""
