# SPDX-License-Identifier: AGPL-3.0-or-later
"""Logins of customers: tied name by name, to their own orders only, every look on record."""

from __future__ import annotations

import json
from typing import Any

import pytest

HALVARD, ROBOTICS = "Halvard", "Halvard Robotics"
LIKE_IT = ("halvard", "HALVARD", "Halvard ", "Hаlvard", "Halvard%", "", "_______")  # noqa: RUF001 - one has a Cyrillic letter


def order(shop: Any, job: str, customer: str, **more: Any) -> None:
    """Plan a job for a customer."""
    from traveler import jobs

    jobs.add(shop.vault, shop.pat, job, "10-0042", 6, "2027-01-04", customer=customer, **more)


def let_in(shop: Any, login: str = "cora", customer: str = ROBOTICS) -> None:
    """Tie a login to a customer as the administrator."""
    from traveler.customer import logins

    logins.tie(shop.vault, shop.ada, login, customer, "their buyer")


def seen(shop: Any, who: Any, **more: Any) -> list[str]:
    """Return the numbers of the jobs in somebody's list of orders."""
    from traveler.customer import orders

    return [one.job for one in orders.listing(shop.vault, who, "a phone", **more).rows]


@pytest.fixture
def dana(drawn: Any) -> Any:
    """Return a second person who signs in as a customer."""
    from vault.ledger import people

    return people.add(drawn.vault.ledger, "ada", "dana", ["customer"], "Dana Diaz")


def test_a_login_without_a_tie_sees_nothing(drawn: Any) -> None:
    """Not everybody's orders, not the ones without a customer: none."""
    from traveler.customer import orders
    from traveler.customer.errors import NoSuchOrder

    order(drawn, "J-10", ROBOTICS)
    assert seen(drawn, drawn.cora) == []
    assert orders.listing(drawn.vault, drawn.cora, "").customers == ()
    for job in ("J-1", "J-10"):
        with pytest.raises(NoSuchOrder):
            orders.look(drawn.vault, drawn.cora, job, "")


def test_names_that_are_alike_are_two_customers(drawn: Any, dana: Any) -> None:
    """Each login sees the jobs that name its customer letter for letter."""
    from traveler.customer import orders
    from traveler.customer.errors import NoSuchOrder

    order(drawn, "J-10", HALVARD)
    order(drawn, "J-11", ROBOTICS)
    for number, name in enumerate(LIKE_IT[:5]):
        order(drawn, f"J-2{number}", name)
    let_in(drawn, "cora", HALVARD)
    let_in(drawn, "dana", ROBOTICS)
    assert seen(drawn, drawn.cora) == ["J-10", "J-22"]  # a blank at the end is no letter
    assert seen(drawn, dana) == ["J-11"]
    with pytest.raises(NoSuchOrder):
        orders.look(drawn.vault, drawn.cora, "J-11", "")
    with pytest.raises(NoSuchOrder):
        orders.look(drawn.vault, dana, "J-10", "")


def test_a_job_without_a_customer_is_nobodys_order(drawn: Any) -> None:
    """No tie to an empty name can be made, however it is written."""
    from traveler.customer import logins
    from traveler.customer.errors import NoCustomerNamed

    for name in ("", "   ", "\n"):
        with pytest.raises(NoCustomerNamed):
            logins.tie(drawn.vault, drawn.ada, "cora", name, "why")


def test_a_withdrawn_tie_holds_no_longer_at_once(drawn: Any) -> None:
    """The next look and the next download are refused; who, when and why stay."""
    from traveler.customer import logins, orders
    from traveler.customer.errors import NoSuchOrder, NotTied, TiedAlready

    order(drawn, "J-10", ROBOTICS)
    let_in(drawn)
    assert orders.look(drawn.vault, drawn.cora, "j-10", "").job == "J-10"
    with pytest.raises(TiedAlready):
        let_in(drawn)
    logins.untie(drawn.vault, drawn.ada, "cora", ROBOTICS, "left the company")
    for act in (
        lambda: orders.look(drawn.vault, drawn.cora, "J-10", ""),
        lambda: orders.fetched(drawn.vault, drawn.cora, "J-10", "PP-0001", "", pdf=True),
    ):
        with pytest.raises(NoSuchOrder):
            act()
    with pytest.raises(NotTied):
        logins.untie(drawn.vault, drawn.ada, "cora", ROBOTICS, "again")
    told = [
        (one.act, one.why, one.person) for one in logins.history(drawn.vault, drawn.ada, ROBOTICS)
    ]
    assert told == [("tie", "their buyer", "ada"), ("untie", "left the company", "ada")]
    let_in(drawn)
    assert seen(drawn, drawn.cora) == ["J-10"]


def test_who_may_not_tie_and_who_may_not_be_tied(drawn: Any) -> None:
    """Administrators do, with a reason; only whoever has the role is tied."""
    from traveler.customer import logins
    from traveler.customer.errors import NotACustomer
    from traveler.errors import BadWords, NoReason
    from vault.ledger.errors import NoSuchPerson, RoleNeeded

    for name in ("pat", "quinn", "eli", "cora"):
        for verb in (logins.tie, logins.untie):
            with pytest.raises(RoleNeeded):
                verb(drawn.vault, drawn.people[name], "cora", ROBOTICS, "why")
    with pytest.raises(NotACustomer):
        let_in(drawn, "pat")
    with pytest.raises(NoSuchPerson):
        let_in(drawn, "nobody")
    with pytest.raises(NoReason):
        logins.tie(drawn.vault, drawn.ada, "cora", ROBOTICS, " ")
    with pytest.raises(BadWords):
        logins.tie(drawn.vault, drawn.ada, "cora", "x" * 81, "why")
    for name in ("cora", "otto"):
        for reading in (
            lambda who: logins.listing(drawn.vault, who),
            lambda who: logins.looks(drawn.vault, who),
            lambda who: logins.history(drawn.vault, who, ROBOTICS),
        ):
            with pytest.raises(RoleNeeded):
                reading(drawn.people[name])


def test_only_customers_have_orders(drawn: Any) -> None:
    """Others have pages of their own; whoever lost the role or is disabled has none either."""
    from traveler.customer import orders
    from vault.ledger import people
    from vault.ledger.errors import PersonDisabled, RoleNeeded

    order(drawn, "J-10", ROBOTICS)
    let_in(drawn)
    for name in ("pat", "quinn", "otto"):
        with pytest.raises(RoleNeeded):
            orders.listing(drawn.vault, drawn.people[name], "")
    gone = people.disable(drawn.vault.ledger, "ada", "cora")
    with pytest.raises(PersonDisabled):
        orders.look(drawn.vault, gone, "J-10", "")


def test_child_jobs_are_the_shops_own(drawn: Any) -> None:
    """A customer sees what was ordered, not what it is made of."""
    from traveler import tables
    from traveler.customer import orders
    from traveler.customer.errors import NoSuchOrder

    order(drawn, "J-10", ROBOTICS)
    order(drawn, "J-10-01", ROBOTICS)
    with drawn.vault.ledger.writing("pat") as writing:
        writing.update(tables.job, "J-10-01", parent="J-10", parent_seq=20)
        writing.record("job.child", "job/J-10-01")
    let_in(drawn)
    assert seen(drawn, drawn.cora) == ["J-10"]
    with pytest.raises(NoSuchOrder):
        orders.look(drawn.vault, drawn.cora, "J-10-01", "")


def test_every_look_is_on_record_and_the_office_sees_it(drawn: Any) -> None:
    """List, order, and what was refused not; in the chain of events too, not as an act on the job."""
    from traveler import jobs
    from traveler.customer import logins, orders
    from traveler.customer.errors import NoSuchOrder
    from vault.ledger import events

    order(drawn, "J-10", ROBOTICS)
    order(drawn, "J-11", HALVARD)
    let_in(drawn)
    seen(drawn, drawn.cora)
    orders.look(drawn.vault, drawn.cora, "J-10", "192.0.2.1 Phone")
    with pytest.raises(NoSuchOrder):
        orders.look(drawn.vault, drawn.cora, "J-11", "")
    told = [(one.login, one.job, one.what, one.device) for one in
            logins.looks(drawn.vault, drawn.pat, customer=ROBOTICS)]  # fmt: skip
    assert told == [
        ("cora", "J-10", "order", "192.0.2.1 Phone"),
        ("cora", "", "list of orders", "a phone"),
    ]
    assert logins.looks(drawn.vault, drawn.pat, customer=HALVARD) == []
    assert [one.what for one in logins.looks(drawn.vault, drawn.pat, job="J-10")] == ["order"]
    (look,) = [one for one in events.of(drawn.vault.ledger, "person/cora") if one.facts.get("job")]
    assert (look.kind, look.actor, look.facts["what"]) == ("customer.looked", "cora", "order")
    assert [one.kind for one in jobs.history(drawn.vault, "J-10")] == ["job.added"]
    assert list(events.verify(drawn.vault.ledger)) == []


def test_a_job_takes_nothing_along_to_another_customer(drawn: Any) -> None:
    """While a link opens it, it stays with its customer; afterwards the new one sees it."""
    from traveler import amending
    from traveler.customer import shares
    from traveler.customer.errors import CustomerStays

    order(drawn, "J-10", HALVARD)
    let_in(drawn)
    made, _address = shares.make(drawn.vault, drawn.pat, "J-10")
    with pytest.raises(CustomerStays, match=f"link {made.id}"):
        amending.amend(drawn.vault, drawn.pat, "J-10", customer=ROBOTICS)
    shares.withdraw(drawn.vault, drawn.pat, made.id)
    assert seen(drawn, drawn.cora) == []
    amending.amend(drawn.vault, drawn.pat, "J-10", customer=ROBOTICS)
    assert seen(drawn, drawn.cora) == ["J-10"]


def test_dates_are_told_where_the_shop_allows_it(drawn: Any) -> None:
    """Without a rule there is no day and no word about one; with it both, with the reason."""
    from release import rulebook
    from traveler import jobs
    from traveler.blockers import handling
    from traveler.customer import orders

    order(drawn, "J-10", ROBOTICS)
    jobs.release_job(drawn.vault, drawn.pat, "J-10")
    let_in(drawn)
    plain = orders.look(drawn.vault, drawn.cora, "J-10", "")
    assert (plain.forecast, plain.honest) == ("", "")
    rules, _blob = rulebook.text(drawn.vault)
    rulebook.edit(drawn.vault, drawn.ada, f"{rules}\n[customer]\nforecast = true\n")
    in_time = orders.look(drawn.vault, drawn.cora, "J-10", "")
    assert in_time.forecast
    assert in_time.honest.startswith("That is in time for ")
    handling.raise_blocker(drawn.vault, drawn.pat, handling.Wanted(
        kind="material", owner="pat", what="bar from Kuhn, paid late", job="J-10"))  # fmt: skip
    unknown = orders.look(drawn.vault, drawn.cora, "J-10", "")
    assert (unknown.forecast, unknown.honest) == (
        "", "No day can be said at the moment, because it waits for material.")  # fmt: skip
    assert "Kuhn" not in repr(unknown.stage) + unknown.honest
    rulebook.edit(drawn.vault, drawn.ada, f"{rules}\n[customer]\nforecast = true\nreasons = []\n")
    silent = orders.look(drawn.vault, drawn.cora, "J-10", "")
    assert "material" not in silent.honest + silent.stage.sentence
    assert silent.honest.endswith("it waits for something the shop sees to.")


def test_a_late_day_is_told_with_its_reason(drawn: Any) -> None:
    """A blocker with a day makes a later day, which says so; what is done has no forecast at all."""
    from release.rules.customer import Customers
    from traveler.customer import facts
    from traveler.customer.knowing import Known
    from traveler.job_records import Job
    from traveler.views import Dates

    job = Job("J-1", "10-0042", "A", "Bracket", 6, "2026-12-04", ROBOTICS, "PO 1", "released",
              "", "", None, None)  # fmt: skip
    late = Dates("2026-12-01T08:00", "2026-12-09T15:00", "at risk", "internal: MILL-2 is full")
    known = Known(job, (), (), (), (), late, Customers(), "2026-12-01")
    assert known.forecast(allowed=True) == (
        "2026-12-09",
        "That is later than Friday 4 December, because of the work that is before it.",
    )
    said = [one.words for one in facts.standing(known, dates=True)]
    assert "later than Friday 4 December" in said[-1]
    assert "MILL" not in repr(said)
    assert known.forecast(allowed=False) == ("", "")


def test_at_the_terminal(drawn: Any) -> None:
    """Tied, listed, looked, untied; the reason is asked for."""
    from click.testing import CliRunner

    from vault import cli

    order(drawn, "J-10", ROBOTICS)

    def run(who: str, *words: str) -> Any:
        told = ["--vault", str(drawn.vault.root), "--as", who, "customer", *words]
        return CliRunner().invoke(cli.trunk(), told)

    assert (
        json.loads(run("ada", "tie", "cora", ROBOTICS, "-m", "buyer", "--json").stdout)["act"]
        == "tie"
    )
    seen(drawn, drawn.cora)
    (listed,) = json.loads(run("pat", "list", "--json").stdout)
    assert listed == {"customer": ROBOTICS, "open": 1, "jobs": 1, "logins": ["cora"]}
    (look,) = json.loads(run("pat", "looks", ROBOTICS, "--json").stdout)
    assert (look["login"], look["what"]) == ("cora", "list of orders")
    assert run("ada", "untie", "cora", ROBOTICS).exit_code == 2
    assert run("pat", "untie", "cora", ROBOTICS, "-m", "x").exit_code != 0
    assert "no longer" in run("ada", "untie", "cora", ROBOTICS, "-m", "left").stdout
