# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whose orders somebody sees who signs in as a customer: tied by an administrator, name by name.

A customer is the name on a job, letter for letter.  Nothing is guessed: *Halvard* and *Halvard
Robotics* are two customers until somebody ties a login to both.  A tie that is withdrawn holds no
longer at the next request, whatever page is still open.
"""

from __future__ import annotations

from dataclasses import dataclass

from traveler import job_records
from traveler.customer import records
from traveler.customer.errors import NoCustomerNamed, NotACustomer, NotTied, TiedAlready
from traveler.customer.records import LoginLook, Tie
from traveler.customer.tables import customer_tie
from traveler.words import line, reason_for
from vault.home import Vault
from vault.ledger import people
from vault.ledger.people import Person, require

READERS = ("engineer", "approver", "planner", "quality")


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as jobs name them: how many jobs are not over, how many there are, who signs in."""

    name: str
    open: int
    jobs: int
    logins: tuple[str, ...]


def tie(vault: Vault, actor: Person, login: str, customer: str, why: str) -> Tie:
    """Let a login see the orders of a customer from now on.

    By an administrator, with a reason.  Raises RoleNeeded, NoSuchPerson, NotACustomer,
    NoCustomerNamed, NoReason or TiedAlready.
    """
    require(actor)
    named = _named(customer)
    reason = reason_for("tie", why)
    if "customer" not in people.get(vault.ledger, login).roles:
        raise NotACustomer(login=login)
    return _act(vault, actor, login, named, "tie", reason)


def untie(vault: Vault, actor: Person, login: str, customer: str, why: str) -> Tie:
    """Let a login see the orders of a customer no longer, at once; raises NotTied, RoleNeeded, NoReason."""
    require(actor)
    return _act(vault, actor, login, _named(customer), "untie", reason_for("withdrawal", why))


def listing(vault: Vault, actor: Person) -> list[Customer]:
    """Return every customer that jobs name or somebody is tied to, by name; raises RoleNeeded."""
    require(actor, *READERS)
    with vault.ledger.reading() as connection:
        counted = job_records.customer_counts(connection)
        tied = records.ties(connection)
    names = sorted({*counted, *(one.customer for one in tied)})
    return [
        Customer(name, *counted.get(name, (0, 0)),
                 tuple(one.login for one in tied if one.customer == name))
        for name in names
    ]  # fmt: skip


def ties_of(vault: Vault, login: str) -> list[Tie]:
    """Return whose orders a login sees."""
    with vault.ledger.reading() as connection:
        return records.ties(connection, login=login)


def history(vault: Vault, actor: Person, customer: str) -> list[Tie]:
    """Return who was tied to a customer and who no longer is, oldest first; raises RoleNeeded."""
    require(actor, *READERS)
    with vault.ledger.reading() as connection:
        return records.tie_history(connection, customer)


def looks(vault: Vault, actor: Person, *, job: str = "", customer: str = "") -> list[LoginLook]:
    """Return what people signed in looked at and downloaded, the newest first; raises RoleNeeded.

    Of a job, or of all who were ever tied to a customer.
    """
    require(actor, *READERS)
    with vault.ledger.reading() as connection:
        if not customer:
            return records.login_looks(connection, job=job)
        logins = sorted({one.login for one in records.tie_history(connection, customer)})
        return records.login_looks(connection, job=job, logins=logins)


def _act(vault: Vault, actor: Person, login: str, customer: str, act: str, why: str) -> Tie:
    with vault.ledger.writing(actor.name) as writing:
        tied = customer in records.customers_of(writing.connection, login)
        if act == "tie" and tied:
            raise TiedAlready(login=login, customer=customer)
        if act == "untie" and not tied:
            raise NotTied(login=login, customer=customer)
        writing.insert(customer_tie, login=login, customer=customer, act=act, why=why,
                       at=writing.at, person=writing.actor)  # fmt: skip
        writing.record(f"customer.{act}", f"person/{login}", customer=customer, why=why)
        return Tie(login, customer, act, why, writing.at, writing.actor)


def _named(customer: str) -> str:
    named = line("customer", customer, 80)
    if not named:
        raise NoCustomerNamed
    return named
