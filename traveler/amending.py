# SPDX-License-Identifier: AGPL-3.0-or-later
"""Changing what was ordered: the day, the customer, the order, and before the release the quantity.

The revision of a job is never changed here: that is a decision (``traveler.decisions``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from traveler import job_records, jobs, tables
from traveler.customer import records as customers
from traveler.customer.errors import CustomerStays
from traveler.errors import JobCannot
from traveler.exchange.errors import QuantityStays
from traveler.job_records import Job, subject
from traveler.packet import records as packets
from traveler.views import JobView
from traveler.words import day, line, pieces
from vault.home import Vault
from vault.ledger.engine import Writing
from vault.ledger.people import Person, require


def amend(
    vault: Vault,
    actor: Person,
    number: str,
    *,
    qty: int | None = None,
    due: str | None = None,
    customer: str | None = None,
    order: str | None = None,
    why: str = "",
) -> JobView:
    """Change what is given of a job; what was there before stays in its history.

    Raises RoleNeeded, NoSuchJob, JobCannot for a closed job, QuantityStays for one that was
    released, CustomerStays for one that a link or a valid packet opens, BadQuantity, BadDueDate or BadWords.
    """
    require(actor, "planner")
    with vault.ledger.writing(actor.name) as writing:
        amended(writing, number, given(qty, due, customer, order), line("reason", why, 500))
    return jobs.show(vault, number)


def given(
    qty: int | None, due: str | None, customer: str | None, order: str | None
) -> dict[str, Any]:
    """Return the columns to change, checked; raises BadQuantity, BadDueDate or BadWords."""
    found: dict[str, Any] = {}
    if qty is not None:
        found["qty"] = pieces(qty, least=1)
    if due is not None:
        found["due"] = day(due)
    if customer is not None:
        found["customer"] = line("customer", customer, 80)
    if order is not None:
        found["order_number"] = line("order", order, 80)
    return found


def amended(writing: Writing, number: str, wanted: dict[str, Any], why: str) -> list[str]:
    """Change a job inside a transaction and return which columns were not as wanted before."""
    job, before = _known(writing.connection, number)
    changed = judged(writing.connection, number, wanted)
    if changed:
        writing.update(tables.job, job.number, **changed)
        writing.record(
            "job.amended", subject(job.number), now=changed,
            before={name: before[name] for name in changed}, **({"why": why} if why else {}),
        )  # fmt: skip
    return sorted(changed)


def judged(connection: Connection, number: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return which columns would change, and to what; raises what ``amend`` does.

    A preview asks this too, so that it cannot promise what is then refused.
    """
    job, before = _known(connection, number)
    changed = {name: value for name, value in wanted.items() if before[name] != value}
    if not changed:
        return {}
    if job.state in {"closed", "cancelled"}:
        raise JobCannot(job=job.number, state=job.state, act="changed", way="make a new job")
    if job.customer and "customer" in changed:
        _not_opened(connection, job.number, job.customer)
    if "qty" in changed and job.released_at is not None:
        more = f"{changed['qty'] - job.qty} more" if changed["qty"] > job.qty else "fewer"
        raise QuantityStays(job=job.number, qty=job.qty, more=more)
    return changed


def _known(connection: Connection, number: str) -> tuple[Job, dict[str, Any]]:
    job = job_records.known(connection, number)
    return job, {
        "qty": job.qty,
        "due": job.due,
        "customer": job.customer,
        "order_number": job.order,
    }


def _not_opened(connection: Connection, number: str, customer: str) -> None:
    """Raise CustomerStays where a link or a packet would show one customer's order to another."""
    links = [one for one in customers.of_job(connection, number) if one.state == "live"]
    issued = [one for one in packets.of_job(connection, number) if one.state == "valid"]
    opened = [*(f"link {one.id}" for one in links), *(one.label for one in issued)]
    if opened:
        raise CustomerStays(job=number, customer=customer, what=" and ".join(opened))
