# SPDX-License-Identifier: AGPL-3.0-or-later
"""Several orders signed in one sitting, driven in a real browser: each shown, each bound."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASSWORD = "correct horse 7"
NUMBERS = ("30-0001", "30-0002", "30-0003")
TITLES = ("Plate", "Halteplatte für Vorschubspindel, linke Ausführung (步进电机)", "Lid")
LIST = """
[[distribution]]
name = "whoever mills it"
to = "role:operator"
"""


@pytest.fixture(scope="module")
def waiting(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Return the served vault, opened here too, with three orders that wait for mchen."""
    import pymupdf

    from release import desk, rulebook
    from vault import home
    from vault.ledger import people as ledger_people

    vault = home.open_vault(site.root)
    people = {one.name: one for one in ledger_people.everybody(vault.ledger)}
    text, _blob = rulebook.text(vault)
    rulebook.edit(vault, people["ada"], text.replace(
        "author_may_sign = false", "author_may_sign = false\ndelegation = true") + LIST)  # fmt: skip
    place = tmp_path_factory.mktemp("drawn") / "plate.pdf"
    with pymupdf.open() as sheet:
        sheet.new_page(width=842, height=595).insert_text((60, 60), "PLATE", fontsize=30)
        sheet.save(place, no_new_id=True)
    for number, title in zip(NUMBERS, TITLES, strict=True):
        desk.add_item(vault, people["eli"], number, title, "mchen")
        desk.check_in(vault, people["eli"], number, {place.name: place}, "first drawing")
        desk.open_change(vault, people["eli"], [number], f"First release of {title}")
    yield vault, people, place
    vault.close()


def axe(page: Page) -> list[str]:
    """Return what axe objects to, or that something is wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    told = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in told] + ["wide"] * wide


def mark(page: Page, change: str, what: str, comment: str = "") -> None:
    """Say what the signature on an order is to mean."""
    sheet = page.get_by_role("region", name=re.compile(change))
    sheet.get_by_label(what).check()
    if comment:
        sheet.get_by_label(f"Comment on {change}").fill(comment)


def sign(page: Page, password: str) -> None:
    """Type name and password and sign what is marked."""
    page.get_by_label("Your name, as you sign in").fill("mchen")
    page.get_by_label("Your password again").fill(password)
    page.get_by_role("button", name="Sign", exact=True).click()


def test_a_sitting_signs_what_is_marked_and_nothing_else(
    visit: Callable[..., Any], waiting: Any
) -> None:
    """A wrong password signs nothing and loses nothing typed.

    Then one order is approved, the one that changed under the eyes is not signed and says so, one
    is rejected with its reason.
    """
    from playwright.sync_api import expect

    from release import desk, orders

    vault, people, place = waiting
    page = visit("mchen").page()
    page.goto("/changes/sign")
    expect(page.get_by_role("heading", name=re.compile("CO-000"))).to_have_count(3)
    assert axe(page) == []
    mark(page, "CO-0001", "I approve it")
    mark(page, "CO-0002", "I approve it")
    mark(page, "CO-0003", "I reject it", "the vent is missing")
    sign(page, "wrong horse 8")
    expect(page.get_by_role("alert")).to_be_visible()
    assert all(orders.load(vault, f"CO-000{one}").order.signoffs == () for one in (1, 2, 3))
    expect(page.get_by_label("Comment on CO-0003")).to_have_value("the vent is missing")
    place.write_bytes(place.read_bytes() + b"\n% another byte\n")
    desk.check_in(vault, people["eli"], NUMBERS[1], {place.name: place}, "slot moved")
    sign(page, PASSWORD)
    told = page.get_by_role("status").filter(has_text="What became of it")
    expect(told.get_by_text("Not signed")).to_have_count(1)
    expect(told).to_contain_text("Nothing is open: it can be released.")
    first, second, third = (orders.load(vault, f"CO-000{one}").order for one in (1, 2, 3))
    assert [one.executed for one in first.signoffs] == ["name and password"]
    assert second.signoffs == ()
    assert (third.state, third.signoffs[0].comment) == ("rejected", "the vent is missing")
    assert third.signoffs[0].executed.startswith("password, in the sitting mchen began")
    assert axe(page) == []


def test_an_order_shows_whom_it_asks_and_a_delegation_is_taken_back(
    visit: Callable[..., Any], waiting: Any
) -> None:
    """The list of the rules stands among who and what; who signs for whom is ended with a reason."""
    from playwright.sync_api import expect

    from release import orders, review
    from vault.ledger import people as ledger_people

    vault, people, _place = waiting
    ledger_people.add(vault.ledger, "ada", "rkim", ["approver"], "Rae Kim")
    review.delegate(vault, people["mchen"], "CO-0002", "rkim", "on holiday")
    page = visit("mchen", theme="dark").page()
    page.goto("/changes/CO-0002")
    expect(page.get_by_text("whoever mills it").first).to_be_visible()
    page.get_by_text("Take back who signs for whom").click()
    form = page.locator("form").filter(has=page.get_by_role("button", name="Take it back"))
    form.get_by_label("Why").fill("back at work")
    form.get_by_role("button", name="Take it back").click()
    expect(page.get_by_text("Taken back; who signs is as it was before.")).to_be_visible()
    expect(page.get_by_text("taken back by mchen, back at work")).to_be_visible()
    assert not orders.load(vault, "CO-0002").order.delegations[0].holds()
    assert axe(page) == []
