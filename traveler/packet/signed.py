# SPDX-License-Identifier: AGPL-3.0-or-later
"""What somebody signed or sent, in a packet: certificates, first articles, shipments.

Signed papers go in as they were signed; where one says what must not be seen the packet is held.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from release.rules.packets import Template
from traveler.firstarticle import papers
from traveler.firstarticle.records import Article
from traveler.packet import enclosing
from traveler.packet.redaction import Redaction
from traveler.packet.sections import Enclosed, Facts, Grid, Pages, Section
from traveler.shipping.certifying import FIELDS
from traveler.shipping.records import Certificate, Shipment
from traveler.shipping.rules import Facts as Shipped
from vault import derived, trimming
from vault.home import Vault


def certificates(found: Sequence[Certificate]) -> Iterator[Section]:
    """Yield each certificate of conformance as it was signed."""
    for one in found:
        rows = [(f"{number}. {name}", one.fields.get(number, "")) for number, name in FIELDS]
        yield Section(
            f"Certificate of conformance {one.number}", [Facts(rows)], "certificates", True
        )


def forms(vault: Vault, approved: Sequence[Article]) -> list[Enclosed]:
    """Return forms 1 to 3 of each first article as they were signed, as PDF and as a workbook."""
    folder = vault.cache / enclosing.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for one in approved:
        stem = folder / f"{one.number}-{one.entries}"
        for ending, write in ((".pdf", papers.article), (".xlsx", papers.workbook)):
            place = stem.with_suffix(ending)
            if not trimming.used(place):
                write(vault, one.number, place)
                derived.added(vault.root, place)
            digest = enclosing.sha256_of(place)
            found.append(Enclosed(f"first-article/{one.number}{ending}", place, digest,
                                  "first article"))  # fmt: skip
    return found


def signed_faults(
    approved: Sequence[Article], template: Template, hidden: Redaction
) -> Iterator[str]:
    """Yield each word that stands in a signed form and must not be seen."""
    if "first article" in template.leave_out:
        return
    for one in approved:
        told = "\n".join(_values(one.facts.forms))
        for word in hidden.found(told):
            yield f"first article {one.number}, which is signed, says “{word}”; leave that part out"


def _values(told: object) -> Iterator[str]:
    if isinstance(told, Mapping):
        for value in told.values():
            yield from _values(value)
    elif isinstance(told, list | tuple):
        for value in told:
            yield from _values(value)
    else:
        yield str(told)


def shipments(sent: Sequence[Shipment]) -> Iterator[Section]:
    """Yield what was packed and sent, where anything was."""
    if not sent:
        return
    rows = [
        (one.number, str(one.facts.qty), one.facts.to,
         ", ".join(told for told in (one.facts.carrier, one.facts.tracking) if told) or "–",
         one.facts.shipped_at[:10] or one.state, _received(one.facts))
        for one in sent
    ]  # fmt: skip
    heads = ("Shipment", "Pieces", "To", "Carrier, tracking", "Left", "Received")
    yield Section("Shipments", [Grid(heads, rows, (1, 0.8, 2.4, 2.2, 1.1, 2.2))], "shipments")


def _received(facts: Shipped) -> str:
    if facts.confirmed_by:
        return f"{facts.confirmed_by}, {facts.confirmed_at[:10]}, confirmed by the customer"
    return by(facts.received_by, facts.received_on)


def first_articles(found: Sequence[Article], forms: Sequence[Enclosed]) -> Iterator[Section]:
    """Yield the list of first articles, and the pages of their forms."""
    if not found:
        return
    rows = [
        (one.number, f"{one.item} {one.rev}", one.facts.scope, one.state,
         by(one.facts.verified_by, one.facts.verified_at),
         by(one.facts.approved_by, one.facts.approved_at))
        for one in found
    ]  # fmt: skip
    heads = ("First article", "Item", "Scope", "State", "Verified by", "Approved by")
    part = "first article"
    yield Section("First article inspection (AS9102)",
                  [Grid(heads, rows, (1.1, 1.4, 0.8, 1, 2, 2))], part, True)  # fmt: skip
    for one in forms:
        if one.path.suffix == ".pdf":
            title = f"Forms 1 to 3 of {one.path.stem.rpartition('-')[0]}, as signed"
            yield Section(title, [Pages(one.path, one.name)], part, True)


def by(name: str, at: str) -> str:
    """Return who did something and on which day."""
    return f"{name}, {at[:10]}" if name else "–"
