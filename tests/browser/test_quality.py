# SPDX-License-Identifier: AGPL-3.0-or-later
"""Quality in a real browser: keypad, grid, proof, nonconformances, gauges, first articles, memory."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
TABLET = {"width": 1024, "height": 768}
PASSWORD, PIN = "correct horse 7", "4711"
LONG = "Lagersitzbohrungsdurchmesserabweichung-am-Getriebegehäusedeckel, " * 4
ROUTE = f"""\
[[operation]]
seq = 10
station = "mill"
title = "{LONG[:100]}"
proof = ["measurement", "first piece", "photo"]

[[operation]]
seq = 20
station = "qc"
title = "Inspect"
proof = ["inspector"]
"""
PLAN = (
    "balloon,requirement,nominal,lower,upper,unit,gauge,sampling,operation\n"
    "1,Bore,12.0,12.000,12.018,mm,,all,10\n"
    f'2,"{LONG[:190]}",5.0,4.9,5.1,mm,,first,10\n'
    "3,Break edges,,,,visual,,2,10\n"
)
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll('a.button, button, select, input, summary, .tile span')]
    .filter(one => one.checkVisibility() && one.type !== 'hidden' && !one.closest('.tile input'))
    .filter(one => !one.matches('.tile input'))
    .filter(one => one.getBoundingClientRect().height < 48)
    .map(one => one.outerHTML.slice(0, 120))"""
"""Targets lower than 48 px."""


@dataclass(frozen=True, slots=True)
class Lab:
    """The traveler's code of the job at work, and the numbers of what hangs on it."""

    code: str
    nc: str


@pytest.fixture(scope="module")
def lab(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Fill the served vault: a job with long names at work, its troubles, and the same item before."""
    from release import desk
    from traveler import jobs, sheet
    from traveler.firstarticle import desk as articles
    from traveler.floor import noting, starting
    from traveler.nonconformance import opening
    from traveler.quality import gauges, measurements
    from traveler.quality.measurements import Reading
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("lab")
    vault = home.open_vault(site.root)
    who = {one.name: one for one in people.everybody(vault.ledger)}
    people.set_pin(vault.ledger, "otto", "otto", PIN)
    for name, text in (("route.toml", ROUTE), ("characteristics.csv", PLAN)):
        (place / name).write_text(text)
    for number in ("10-0042", "20-0001"):
        desk.add_item(vault, who["eli"], number, LONG[:110], "mchen")
        files = {name: place / name for name in ("route.toml", "characteristics.csv")}
        desk.check_in(vault, who["eli"], number, files, "drawn")
        change = desk.open_change(vault, who["eli"], [number], "As drawn.").order.change
        desk.sign(vault, who["mchen"], PASSWORD, change)
        desk.release(vault, who["eli"], change)
    for number, item in (("J-0", "10-0042"), ("J-1", "10-0042"), ("J-2", "20-0001")):
        jobs.add(vault, who["pat"], number, item, 4, "2027-03-01", customer="Orrin")
        jobs.release_job(vault, who["pat"], number)
    otto, quinn = who["otto"], who["quinn"]
    starting.start(vault, otto, "J-0", 10)
    noting.note(vault, otto, "J-0", 10, f"Clamp low. {LONG}")
    for piece in range(1, 5):
        readings = [Reading("1", str(piece), f"12.0{piece}")]
        measurements.record(vault, otto, "J-0", 10, readings)
    starting.start(vault, otto, "J-1", 10)
    measurements.record(vault, otto, "J-1", 10, [Reading("1", "1", "12.05")])
    made = opening.open_new(vault, otto, opening.Wanted("J-1", LONG * 3, 3, 10, pieces=LONG[:190]))
    soon = (datetime.now(UTC).date() + timedelta(days=9)).isoformat()
    for code, kind in (("MIC-1", "Micrometer"), ("MIC-2", LONG[:60])):
        gauges.add(vault, quinn, code, kind, LONG[:110])
    gauges.calibrated(vault, quinn, "MIC-1", soon)
    articles.open_new(vault, quinn, "J-1", "full", LONG[:200], detail="assembly")
    printed = sheet.print_traveler(vault, who["pat"], "J-1", place / "t.pdf")
    vault.close()
    return Lab(printed.addresses[0][1].rpartition("/")[2].lower(), made.number)


PAGES = (
    (None, "/t/{lab.code}"), (None, "/t/{lab.code}/measure"), (None, "/t/{lab.code}/measure?balloon=2"),
    (None, "/t/{lab.code}/measure?balloon=3"), (None, "/t/{lab.code}/nc"),
    (None, "/t/{lab.code}/evidence"), (None, "/t/{lab.code}/proof/first piece"),
    ("quinn", "/quality"), ("quinn", "/quality?q=nothing"), ("quinn", "/quality/J-1"),
    ("quinn", "/quality/J-2"), ("quinn", "/quality/J-1/enter"), ("quinn", "/quality/J-99"),
    ("quinn", "/jobs/J-1"), ("quinn", "/jobs/J-1/proof"), ("quinn", "/jobs/J-2/proof"),
    ("quinn", "/nc"), ("quinn", "/nc?state=proposed"), ("quinn", "/nc/new?job=J-1"),
    ("quinn", "/nc/{lab.nc}"), ("mchen", "/nc/{lab.nc}"), ("quinn", "/nc/NC-9999"),
    ("quinn", "/gauges"), ("quinn", "/gauges?show=due"), ("quinn", "/gauges?show=retired"),
    ("quinn", "/gauges/MIC-1"), ("quinn", "/gauges/MIC-2"), ("otto", "/gauges/MIC-2"),
    ("quinn", "/jobs/J-1/fai"), ("quinn", "/jobs/J-2/fai"), ("quinn", "/jobs/J-1/shipping"),
    ("pat", "/items/10-0042/memory"), ("otto", "/items/20-0001/memory"),
    ("pat", "/items/10-0042/memory?kind=dismissed"), ("pat", "/jobs/new?number=10-0042"),
    ("quinn", "/charts/10-0042/1"), ("eli", "/items/10-0042/characteristics"),
)  # fmt: skip


def test_every_page_of_quality_is_accessible_and_fits(
    visit: Callable[..., Any], lab: Lab, looked: Callable[..., list[str]]
) -> None:
    """Axe finds nothing and nothing is wider than the screen; long names, empty lists, errors."""
    wrong, pages = [], {}
    for who, path in PAGES:
        if who not in pages:
            pages[who] = visit(who, PHONE).page()
        assert pages[who].goto(path.format(lab=lab)).status < 500, path
        wrong += looked(pages[who])
    assert not wrong


def test_what_quality_taps_on_the_floor_is_large_enough(
    visit: Callable[..., Any], lab: Lab
) -> None:
    """On a tablet and on a phone every target is at least 48 px high."""
    for screen in (PHONE, TABLET):
        page = visit(None, screen).page()
        for path in (f"/t/{lab.code}/measure", f"/t/{lab.code}/measure?balloon=3",
                     f"/t/{lab.code}/nc", f"/t/{lab.code}/evidence"):  # fmt: skip
            page.goto(path)
            assert not page.evaluate(SMALL), path


def test_results_go_in_by_keypad_and_say_at_once_how_far_out(
    visit: Callable[..., Any], lab: Lab
) -> None:
    """Typed on the tablet's own keys: in green, out in red with by how much, and the next is asked."""
    page = visit("quinn", TABLET).page()
    page.goto("/quality/J-2/enter")
    assert page.get_by_role("heading", name="Bore").is_visible()
    pad = page.get_by_role("group", name="Keypad for the marked field")
    for key in "12.030":
        pad.locator(f'button[data-key="{key}"]').click()
    assert page.get_by_label("Result in mm").input_value() == "12.030"
    said = page.locator("[data-verdict]")
    assert "0.012" in said.inner_text()
    page.get_by_role("button", name="Record and go on").click()
    page.wait_for_url("**/enter?*said=*")
    assert page.get_by_text("0.012 OVER").is_visible()
    page.goto("/quality/J-2/enter?balloon=1&piece=2")
    for key in "12.01":
        page.locator(f'.pad button[data-key="{key}"]').click()
    page.get_by_role("button", name="Record and go on").click()
    page.wait_for_url("**/enter?*ok=1*")
    assert page.get_by_text("IN TOLERANCE").is_visible()


def test_the_grid_takes_a_whole_column_at_a_desk(visit: Callable[..., Any], lab: Lab) -> None:
    """Four pieces are typed and saved at once; what is out says by how much."""
    page = visit("quinn").page()
    page.goto("/quality/J-2")
    for piece, text in enumerate(("12.001", "12.002", "12.003", "12.020"), 1):
        page.locator(f'input[name="r:1:{piece}"]').fill(text)
    page.locator('button[name="act"][value="grid"], form button.first').first.click()
    page.wait_for_url("**/quality/J-2?*done=measured*")
    assert page.locator('input[name="r:1:4"]').input_value() == "12.020"
    assert page.locator(".cell.out").count() == 1
    owed = visit("quinn").page()
    owed.goto("/jobs/J-2/proof")
    assert owed.get_by_text("4 of 7").first.is_visible()


def test_pieces_are_decided_on_in_parts(visit: Callable[..., Any], lab: Lab) -> None:
    """What does not add up comes back with all that was typed; then it waits for the owner's name."""
    page = visit("quinn").page()
    page.goto(f"/nc/{lab.nc}")
    page.get_by_text("Not the same for all 3 pieces").click()
    page.get_by_label("Scrap", exact=True).last.fill("1")
    page.get_by_label("Why", exact=True).first.fill("two are on the edge")
    page.get_by_role("button", name="Decide").click()
    assert page.get_by_text("is about 3 pieces, but 1 are disposed of").is_visible()
    assert page.get_by_label("Scrap", exact=True).last.input_value() == "1"
    page.get_by_label("Use as is", exact=True).last.fill("2")
    page.get_by_role("button", name="Decide").click()
    page.wait_for_url("**?done=propose")
    assert page.get_by_text("WAITS FOR MCHEN").is_visible()
    owner = visit("mchen").page()
    owner.goto(f"/nc/{lab.nc}")
    owner.get_by_label("Your password again").first.fill(PASSWORD)
    owner.get_by_role("button", name="Sign").click()
    owner.wait_for_url("**?done=approve")
    assert owner.get_by_text("written off at step 10").is_visible()


def test_a_note_of_an_earlier_job_is_read_at_the_step_and_set_aside(
    visit: Callable[..., Any], lab: Lab
) -> None:
    """The floor page tells it before the work, until the office says why it need not."""
    glove = visit(None, PHONE).page()
    glove.goto(f"/t/{lab.code}")
    assert glove.get_by_text("Clamp low.").is_visible()
    page = visit("pat").page()
    page.goto("/items/10-0042/memory?kind=note")
    page.get_by_text("Set it aside").first.click()
    page.get_by_label("Why it need not be told any more").first.fill("new fixture")
    page.get_by_role("button", name="Set it aside").first.click()
    page.wait_for_url("**?done=dismiss")
    glove.goto(f"/t/{lab.code}")
    glove.get_by_role("heading", name="Earlier jobs say").wait_for()  # of what else went wrong
    assert glove.get_by_text("Clamp low.").count() == 0


def test_a_thousand_results_stay_readable(visit: Callable[..., Any], lab: Lab, site: Any) -> None:
    """A lot of a thousand pieces comes in columns of twelve, and the page within two seconds."""
    from traveler import jobs
    from traveler.quality import measurements
    from traveler.quality.measurements import Reading
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    who = {one.name: one for one in people.everybody(vault.ledger)}
    jobs.add(vault, who["pat"], "J-1000", "20-0001", 1000, "2027-03-01")
    jobs.release_job(vault, who["pat"], "J-1000")
    readings = [Reading("1", str(piece), "12.005") for piece in range(1, 1001)]
    measurements.record(vault, who["quinn"], "J-1000", 10, readings)
    vault.close()
    page = visit("quinn").page()
    started = time.monotonic()
    page.goto("/quality/J-1000")
    taken = time.monotonic() - started
    assert page.locator('input[name^="r:1:"]').count() == 12
    assert page.evaluate(WIDE) <= 0
    assert taken < 6, taken
    page.goto("/jobs/J-1000/proof")
    assert page.get_by_text("1000 of 1003").first.is_visible()
