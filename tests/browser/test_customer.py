# SPDX-License-Identifier: AGPL-3.0-or-later
"""A customer and the office at two browsers: asked, answered, told, downloaded, shut out."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SMALL = """() => [...document.querySelectorAll('main .tall .button')].filter(one => one.checkVisibility())
    .filter(one => one.getBoundingClientRect().height < 48).map(one => one.outerHTML.slice(0, 120))"""
"""Buttons a thumb has to hit that are lower than 48 px."""
CUSTOMER = "Northwind Hydraulics, Works for long cylinders and all that is around them, KG"
ROUTE = """\
[[operation]]
seq = 10
station = "saw"
title = "Cut the blank"
setup_minutes = 10
run_minutes = 2

[[operation]]
seq = 20
station = "mill-2"
title = "Mill the first side, the second one, and the slot between them, in one clamping if it holds"
setup_minutes = 45
run_minutes = 12.5
"""


@pytest.fixture(scope="module")
def orders(site: Any, project: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give the served vault a customer with an order in work, one that is done, and a link."""
    from release import desk, rulebook
    from traveler import jobs
    from traveler.customer import logins, shares
    from traveler.floor import starting, stopping
    from traveler.packet import issuing
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("orders")
    (place / "route.toml").write_text(ROUTE)
    vault = home.open_vault(site.root)
    who = {one.name: one for one in people.everybody(vault.ledger)}
    rules, _blob = rulebook.text(vault)
    rulebook.edit(vault, who["ada"], f"{rules}\n[customer]\nforecast = true\n")
    drawing = project / "sample_vault/items/10-0043/A/10-0043_carriage.pdf"
    desk.add_item(vault, who["eli"], "10-0042", "Bracket, motor mount", "mchen")
    desk.check_in(vault, who["eli"], "10-0042", {"10-0042.pdf": drawing, "route.toml": place / "route.toml"},
                  "first")  # fmt: skip
    change = desk.open_change(vault, who["eli"], ["10-0042"], "First release.").order.change
    desk.sign(vault, who["mchen"], "correct horse 7", change, "Looks right.")
    desk.release(vault, who["eli"], change)
    for job, order in (("J-1", "PO 88"), ("J-2", "PO 89")):
        jobs.add(vault, who["pat"], job, "10-0042", 2, "2027-12-01", customer=CUSTOMER, order=order)
        jobs.release_job(vault, who["pat"], job)
        starting.start(vault, who["otto"], job, 10)
        stopping.finish(vault, who["otto"], job, 10)
    starting.start(vault, who["otto"], "J-2", 20)
    stopping.finish(vault, who["otto"], "J-2", 20)
    issuing.issue(vault, who["quinn"], "J-2")
    logins.tie(vault, who["ada"], "cora", CUSTOMER, "their buyer")
    _made, address = shares.make(vault, who["pat"], "J-2", dates=True)
    vault.close()
    return address.rpartition("/")[2]


def told(page: Any) -> str:
    """Return all text of a page."""
    return str(page.locator("main").inner_text())


def asked(phone: Any) -> None:
    """Sign in as the customer, find the order, and ask something about it."""
    phone.goto("/")
    phone.wait_for_url("**/customer")
    assert "Step 2 of 2" in told(phone)
    phone.get_by_role("link", name="Order PO 88").click()
    phone.get_by_label("Ask something about this order").fill("Could one leave before the other?")
    phone.get_by_role("button", name="Ask").click()
    phone.get_by_text("The shop has it and answers here.").wait_for()


def answered(desk: Any) -> None:
    """Find the question from the board, and answer it."""
    desk.goto("/dispatch")
    desk.get_by_role("link", name="Customers ask").click()
    desk.get_by_role("link", name="Q-0001").click()
    desk.get_by_label("Answer, which the customer reads with your name").fill("Yes, on Friday.")
    desk.get_by_role("button", name="Answer").click()
    desk.get_by_text("The customer reads it").wait_for()


def written_to(desk: Any) -> None:
    """Edit the draft about the order, send it, and copy it for a mail."""
    desk.goto("/jobs/J-1/message")
    text = desk.get_by_label("Made of the facts beside it")
    assert "Step 10 (Cut the blank) was finished" in text.input_value()
    text.fill(text.input_value().replace("Hello,", "Hello Cora,"))
    desk.get_by_role("button", name="Send it under your name").click()
    desk.get_by_text("It stands on the customer's page.").wait_for()
    desk.get_by_role("button", name="Copy message 1").click()
    desk.get_by_text("Copied").wait_for()
    assert "Hello Cora," in desk.evaluate("navigator.clipboard.readText()")


def let(admin: Any, *, see: bool) -> None:
    """Let the customer's login see the orders, or take that back, as the administrator."""
    admin.goto("/customers")
    admin.get_by_role("link", name=CUSTOMER).click()
    if see:
        admin.get_by_label("Login, with the role customer").select_option("cora")
        admin.get_by_label("Why").last.fill("came back")
        admin.get_by_role("button", name="Let them see these orders").click()
        admin.get_by_text("They see these orders from now on").wait_for()
    else:
        admin.get_by_text("Take back").click()
        admin.get_by_label("Why").first.fill("left the company")
        admin.get_by_role("button", name="cora sees them no longer").click()
        admin.get_by_text("They see these orders no longer").wait_for()


def test_a_customer_asks_reads_downloads_and_is_shut_out(
    visit: Callable[..., Any], orders: str, tmp_path: Path
) -> None:
    """From the first look to the last, with the office's half of it in other browsers."""
    phone, office, admin = visit("cora", PHONE).page(), visit("pat"), visit("ada").page()
    office.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk = office.page()
    asked(phone)
    answered(desk)
    written_to(desk)
    phone.reload()
    assert "Yes, on Friday." in told(phone)
    assert "Hello Cora," in told(phone)
    phone.get_by_role("link", name="Your orders").click()
    phone.get_by_role("link", name="Order PO 89").click()
    with phone.expect_download() as fetched:
        phone.get_by_role("button", name="ZIP").click()
    fetched.value.save_as(tmp_path / "packet.zip")
    with zipfile.ZipFile(tmp_path / "packet.zip") as packet:
        assert packet.testzip() is None
    desk.goto("/jobs/J-2/links")
    assert "PP-0001 1 zip" in told(desk)
    let(admin, see=False)
    phone.get_by_role("button", name="PDF to read").click()
    phone.get_by_text("You have no order J-2 here").wait_for()
    phone.goto("/customer")
    assert "not tied to any customer" in told(phone)
    let(admin, see=True)


PAGES = (
    ("cora", "/customer"),
    ("cora", "/customer?which=done"),
    ("cora", "/customer?q=zebra"),
    ("cora", "/customer/J-1"),
    ("cora", "/customer/J-2"),
    ("cora", "/customer/J-9"),
    ("cora", "/account"),
    ("ada", "/customers"),
    ("ada", f"/customers?customer={CUSTOMER}"),
    ("ada", "/people?name=cora"),
    ("pat", "/questions"),
    ("pat", "/questions/1"),
    ("pat", "/jobs/J-1/message"),
    ("pat", "/jobs/J-1/message?corrects=1"),
    ("pat", f"/customers/message?customer={CUSTOMER}"),
    ("pat", "/jobs/J-1/links"),
    ("eli", "/jobs/J-1/message"),
)


def test_every_page_is_accessible_and_fits(
    visit: Callable[..., Any], orders: str, looked: Callable[..., list[str]]
) -> None:
    """Axe finds nothing, nothing is wider than the screen, and a thumb hits every button that matters."""
    wrong, pages = [], {}
    for who, path in (*PAGES, (None, f"/s/{orders}")):
        if who not in pages:
            pages[who] = visit(who, PHONE).page()
        page = pages[who]
        assert page.goto(path).status < 500, path
        if who is None:
            page.get_by_role("button", name="Open").click()
            page.get_by_role("heading", name="How far it is").wait_for()
        wrong += looked(page, on_phone=SMALL)
    assert not wrong


def test_a_customer_reads_and_asks_without_scripts(browser: Any, site: Any, orders: str) -> None:
    """A strict browser: sign in, ask, and the words stand there."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Name").fill("cora")
    page.get_by_label("Password").fill("correct horse 7")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Order PO 88").click()
    page.get_by_label("Ask something about this order").fill("Without scripts?")
    page.get_by_role("button", name="Ask").click()
    assert page.get_by_text("Without scripts?").first.is_visible()
    context.close()
