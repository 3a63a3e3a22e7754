# SPDX-License-Identifier: AGPL-3.0-or-later
"""What pages do in a real browser: the floor, the search, the forms, on paper, without scripts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
LONG = "Hinge assembly, right, with a name that goes on for so long that headings have to cope"
ROUTE = """\
[[operation]]
seq = 10
station = "saw"
title = "Cut the blank"
setup_minutes = 10
run_minutes = 2
notes = "Deburr both ends."

[[operation]]
seq = 20
station = "mill-2"
title = "Mill the first side"
setup_minutes = 45
run_minutes = 12.5
proof = ["photo"]
"""


@dataclass(frozen=True, slots=True)
class Codes:
    """What the pages behind QRs are asked with."""

    release_old: str
    release_now: str
    traveler_old: str
    traveler_now: str
    copy_old: str
    copy_closed: str


def with_copies(vault: Any, person: Any) -> list[str]:
    """Hand out a copy that will be superseded and one that is missing, and return their codes."""
    from traveler.copies import issuing, register
    from traveler.copies.issuing import Wanted
    from vault.codes import new_code

    found = []
    for wanted, who in (
        (Wanted("10-0042", "A", "10-0042.pdf", "J-1", 10), "otto"),
        (Wanted("20-0001", "A", "20-0001.pdf"), "eli"),
    ):
        key = new_code()
        issuing.issue(vault, person[who], wanted, "tablet", key)
        found.append(issuing.derived(who, key))
    looked = "not in its folder, not on the bench, not at home"
    register.act(vault, person["pat"], "C-000002", "miss", looked)
    return found


@pytest.fixture(scope="module")
def stocked(site: Any, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Codes:
    """Fill the served vault: revisions, a change in review, jobs on current and old revisions."""
    from release import desk
    from release.log import ReleaseLog
    from traveler import jobs, sheet
    from traveler.floor import starting
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("stock")
    (route := place / "route.toml").write_text(ROUTE)
    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    eli, mei, pat, otto = (person[name] for name in ("eli", "mchen", "pat", "otto"))
    drawings = project / "sample_vault" / "items"

    def release(number: str, notes: str) -> None:
        change = desk.open_change(vault, eli, [number], notes).order.change
        desk.sign(vault, mei, "correct horse 7", change, "Looks right.")
        desk.release(vault, eli, change)

    for number, title, pdf in (
        ("10-0042", "Bracket, motor mount", drawings / "10-0043/A/10-0043_carriage.pdf"),
        ("20-0001", LONG, drawings / "80-0003/A/80-0003_acceptance_LA-40.pdf"),
    ):
        desk.add_item(vault, eli, number, title, "mchen", metadata={"material": "6061-T6"})
        desk.check_in(vault, eli, number, {f"{number}.pdf": pdf, "route.toml": route}, "first")
        release(number, "First release.")
    desk.add_item(vault, eli, "30-0100", "Not released yet", "mchen")
    travelers = []
    for job, number in (("J-1", "10-0042"), ("J-2", "20-0001")):
        jobs.add(vault, pat, job, number, 25, "2026-12-01", customer="Northwind", order="PO 88")
        jobs.release_job(vault, pat, job)
        printed = sheet.print_traveler(vault, pat, job, place / f"{job}.pdf")
        travelers.append(printed.addresses[0][1].rpartition("/")[2])
    starting.start(vault, otto, "J-2", 10)
    travelers += with_copies(vault, person)
    desk.add_item(vault, eli, "30-0200", "Plate that was recalled", "mchen")
    desk.check_in(vault, eli, "30-0200",
                  {"30-0200.pdf": drawings / "10-0043/A/10-0043_carriage.pdf"}, "first")  # fmt: skip
    release("30-0200", "First release.")
    desk.recall(vault, mei, "30-0200", "A", "Wrong material on the certificate", "ask", "quinn")
    newer = drawings / "10-0043/B/10-0043_carriage.pdf"
    desk.check_in(vault, eli, "10-0042", {"10-0042.pdf": newer}, "slot moved")
    release("10-0042", "Slot moved 3 mm.")
    desk.check_in(vault, eli, "20-0001", {"notes.txt": route}, "notes")
    desk.open_change(vault, eli, ["20-0001"], "Notes added.")
    log = ReleaseLog(vault)
    codes = Codes(
        log.revision("10-0042", "A").code, log.revision("10-0042", "B").code, *travelers
    )  # fmt: skip
    vault.close()
    return codes


SMALL = """() => [...document.querySelectorAll(
        'a.button, button, .tile span, .part .ops a, .drawing figcaption a, .amounts input')]
    .filter(one => one.checkVisibility())
    .filter(one => (one.closest('li') ?? one).getBoundingClientRect().height < 56)
    .map(one => one.outerHTML.slice(0, 120))"""
"""Targets lower than 56 px; a link in a row is as high as its row."""
FINE = """() => [...document.querySelectorAll('main *, .bar *')]
    .filter(one => one.checkVisibility() && !one.matches('.unseen, .unseen *'))
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(one => parseFloat(getComputedStyle(one).fontSize) < 18)
    .map(one => one.outerHTML.slice(0, 120))"""
"""What holds text smaller than 18 px."""


def test_the_floor_is_large_enough_for_gloves(visit: Callable[..., Any], stocked: Codes) -> None:
    """On a phone every target is at least 56 px high and no text smaller than 18 px."""
    page = visit(None, PHONE).page()
    for path in (f"/t/{stocked.traveler_now}", f"/t/{stocked.traveler_old}",
                 f"/t/{stocked.traveler_now}?act=finish",
                 f"/t/{stocked.traveler_now}/copies/20-0001.pdf",
                 f"/c/{stocked.copy_old}?act=destroy"):  # fmt: skip
        page.goto(path)
        small, fine = page.evaluate(SMALL), page.evaluate(FINE)
        assert not small, path
        assert not fine, path


def test_a_drawing_is_not_shown_unconfirmed(visit: Callable[..., Any], stocked: Codes) -> None:
    """After 60 s without an answer the drawing and the buttons go; with contact they come back."""
    guest = visit(None, PHONE)
    page = guest.page()
    page.clock.install()
    page.goto(f"/t/{stocked.traveler_now}")
    drawing, dock = page.locator(".drawing img"), page.locator(".dock")
    assert drawing.is_visible()
    assert "checked at" in page.locator("[data-checked]").inner_text()
    page.route("**/t/**", lambda route: route.abort())
    page.clock.run_for(50_000)
    assert drawing.is_visible()
    page.clock.run_for(15_000)
    drawing.wait_for(state="hidden")
    assert not dock.is_visible()
    assert "not confirmed since" in page.locator("[data-checked]").inner_text()
    assert page.get_by_text("NOT CONFIRMED", exact=True).is_visible()
    page.unroute("**/t/**")
    page.clock.run_for(12_000)
    drawing.wait_for(state="visible")
    assert "checked at" in page.locator("[data-checked]").inner_text()
    guest.faults.clear()  # the requests that were cut off are reported, as they should be


def test_the_light_switch_is_remembered(visit: Callable[..., Any], stocked: Codes) -> None:
    """The switch turns light to dark and back, and the next page keeps it."""
    page = visit("eli").page()
    page.goto("/items")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("Switch between light and dark").click()
    page.goto("/jobs")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    page.get_by_label("Switch between light and dark").click()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == light


def test_a_search_answers_while_one_types(visit: Callable[..., Any], stocked: Codes) -> None:
    """The list narrows without leaving the page, ``/`` goes to the box, and the address follows."""
    from playwright.sync_api import expect

    page = visit("eli").page()
    page.goto("/items")
    assert page.locator("tbody tr").count() == 4
    page.get_by_label("Search items").press_sequentially("hinge")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.wait_for_url("**/items?q=hinge")
    page.locator("h1").click()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.name") == "q"


def test_a_refused_upload_keeps_the_chosen_files(
    visit: Callable[..., Any], stocked: Codes, tmp_path: Path
) -> None:
    """The refusal comes in place: the note is still typed, the files are still chosen."""
    bad = tmp_path / "drawing.pdf"
    bad.write_bytes(b"this is no pdf")
    page = visit("eli").page()
    page.goto("/items/30-0100/checkin")
    page.get_by_label("Files").set_input_files(bad)
    assert page.get_by_text("drawing.pdf · 14 B").is_visible()
    page.get_by_label("Note").fill("the first one")
    page.get_by_role("button", name="Check in").click()
    page.get_by_role("alert").wait_for()
    assert "not a PDF" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Note").input_value() == "the first one"
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1
    good = tmp_path / "notes.txt"
    good.write_text("deburr\n")
    page.get_by_label("Files").set_input_files(good)
    page.get_by_role("button", name="Check in").click()
    page.wait_for_url("**/items/30-0100?done=checkin")
    assert page.get_by_text("Checked in.").is_visible()


def test_pages_print_without_their_chrome(visit: Callable[..., Any], stocked: Codes) -> None:
    """On paper there are no buttons and no bar, and a line says that paper grows old."""
    page = visit("eli").page()
    page.goto("/items/10-0042")
    page.emulate_media(media="print")
    assert not page.locator("header.top").is_visible()
    assert not page.get_by_role("link", name="Check in").is_visible()
    after = page.evaluate("getComputedStyle(document.querySelector('main'), '::after').content")
    assert "Uncontrolled if printed" in after


def test_pages_work_without_scripts(browser: Any, site: Any, stocked: Codes) -> None:
    """An old tablet, or a blocked script: sign in, read the floor page, reach the form to act."""
    context = browser.new_context(base_url=site.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"/t/{stocked.traveler_now}")
    page.get_by_role("link", name="Finish").click()
    assert page.get_by_label("Badge PIN").is_visible()
    assert not page.locator(".pad").is_visible()
    page.goto("/login")
    page.get_by_label("Name").fill("eli")
    page.get_by_label("Password").fill("correct horse 7")
    page.get_by_role("button", name="Sign in").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Next for Eli Brandt"
    context.close()
