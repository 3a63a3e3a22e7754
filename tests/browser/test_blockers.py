# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers with gloves on and at the desk, and a job that is decided, in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PASSWORD, PIN = "correct horse 7", "4711"
LONG = "Spannungsarmglühen-vor-dem-Schleifen steht aus, weil " * 5
ROUTE = """\
[[operation]]
seq = 10
station = "Fräszentrum mit Nullpunktspannsystem 12"
title = "Mill all over"
run_minutes = 2

[[operation]]
seq = 20
station = "bench"
title = "Deburr"
"""
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SMALL = """() => [...document.querySelectorAll('a.button, button, select, input, .tile span')]
    .filter(one => one.checkVisibility() && one.type !== 'hidden' && !one.closest('.tile input'))
    .filter(one => !one.matches('.tile input'))
    .filter(one => one.getBoundingClientRect().height < 56)
    .map(one => one.outerHTML.slice(0, 120))"""
"""Targets lower than 56 px."""
FINE = """() => [...document.querySelectorAll('main *, .bar *')]
    .filter(one => one.checkVisibility() && !one.matches('.unseen, .unseen *'))
    .filter(one => [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
    .filter(one => parseFloat(getComputedStyle(one).fontSize) < 18)
    .map(one => one.outerHTML.slice(0, 120))"""
"""What holds text smaller than 18 px."""


@dataclass(frozen=True, slots=True)
class Floor:
    """The codes of the travelers of three jobs: at work, overtaken, blocked by what is long."""

    working: str
    overtaken: str
    blocked: str


@pytest.fixture(scope="module")
def floor(site: Any, tmp_path_factory: pytest.TempPathFactory, project: Path) -> Floor:
    """Fill the served vault: a job to work on, one whose revision was superseded, one blocked."""
    from release import desk
    from traveler import jobs, sheet
    from traveler.blockers import handling
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("floor")
    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    eli, mei, pat, otto = (person[name] for name in ("eli", "mchen", "pat", "otto"))
    people.set_pin(vault.ledger, "pat", "pat", "2468")
    drawing = project / "sample_vault/items/10-0043/A/10-0043_carriage.pdf"
    route = place / "route.toml"

    def release(number: str, text: str) -> None:
        route.write_text(text)
        desk.check_in(vault, eli, number, {f"{number}.pdf": drawing, "route.toml": route}, "drawn")
        change = desk.open_change(vault, eli, [number], "As drawn.").order.change
        desk.sign(vault, mei, PASSWORD, change)
        desk.release(vault, eli, change)

    codes = []
    for job, number in (("J-1", "10-0042"), ("J-2", "20-0001"), ("J-3", "30-0001")):
        desk.add_item(vault, eli, number, "Carriage", "mchen")
        release(number, ROUTE)
        jobs.add(vault, pat, job, number, 25, "2027-12-01")
        jobs.release_job(vault, pat, job)
        printed = sheet.print_traveler(vault, pat, job, place / f"{job}.pdf")
        codes.append(printed.addresses[0][1].rpartition("/")[2])
    release("20-0001", ROUTE.replace("run_minutes = 2", "run_minutes = 3"))
    for words in (LONG, "x" * 200):
        wanted = handling.Wanted("material", "pat", words[:290], "J-3", next_check="2020-01-01",
                                 facts={"po": "P" * 100}, until="2020-01-02")  # fmt: skip
        handling.raise_blocker(vault, otto, wanted)
    vault.close()
    return Floor(*codes)


def tap(page: Any, pin: str) -> None:
    """Type a PIN on the keypad of the page."""
    page.get_by_label("Badge PIN").tap()
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).tap()


@pytest.fixture
def glove(browser: Any, site: Any) -> Any:
    """Return a page of a phone that is touched."""
    context = browser.new_context(base_url=site.url, viewport=PHONE, has_touch=True, is_mobile=True)
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def test_an_operator_raises_a_blocker_and_works_on_once_it_is_resolved(
    visit: Callable[..., Any], glove: Any, floor: Floor, project: Path
) -> None:
    """Seven taps, a few words and a PIN; the owner finds it, sees to it, resolves it; work goes on."""
    glove.goto(f"/t/{floor.working}")
    glove.get_by_role("link", name="Raise a blocker").tap()
    glove.get_by_label("machine").tap()
    glove.get_by_label("What is missing or wrong?").fill("spindle hums")
    glove.get_by_label("Photo of it").set_input_files(project / "sample_vault/evidence/burr.jpg")
    glove.get_by_label("Otto Lind").tap()
    tap(glove, PIN)
    glove.get_by_role("button", name="Raise it").tap()
    glove.wait_for_url("**?done=block")
    assert glove.get_by_text("BLOCKED", exact=True).is_visible()
    assert glove.get_by_text("spindle hums", exact=True).is_visible()
    glove.get_by_role("link", name="Photo 1 of spindle hums").tap()
    glove.locator("#looking img").wait_for()
    glove.get_by_role("button", name="Back").tap()
    assert glove.get_by_role("link", name="Start", exact=True).count() == 0

    planner = visit("pat").page()
    planner.goto("/")
    planner.get_by_role("region", name="Your blockers").get_by_role("link", name="J-1").click()
    planner.get_by_role("button", name="I see to it").click()
    planner.wait_for_url("**?done=acknowledge")
    planner.get_by_role("button", name="Tick: Call maintenance").click()
    planner.wait_for_url("**?done=step")
    planner.get_by_label("How was it resolved?").fill("belt tightened")
    planner.get_by_role("button", name="Resolve").click()
    planner.wait_for_url("**?done=resolve")

    glove.evaluate("htmx.trigger('#live', 'look')")
    glove.get_by_role("link", name="Start", exact=True).tap()
    glove.get_by_label("Otto Lind").tap()
    tap(glove, PIN)
    glove.get_by_role("button", name="Start", exact=True).tap()
    glove.wait_for_url("**?done=start")
    assert glove.get_by_text("RUNNING", exact=True).is_visible()


def test_a_planner_starts_anyway_at_the_machine(glove: Any, floor: Floor) -> None:
    """Only planners are offered; the reason is asked; the job says it from then on."""
    glove.goto(f"/t/{floor.blocked}")
    glove.get_by_role("link", name="Start anyway").tap()
    assert glove.get_by_label("Otto Lind").count() == 0
    glove.get_by_label("Pat Osei").tap()
    glove.get_by_label("Why go on all the same?").fill("enough for the first ten")
    tap(glove, "2468")
    glove.get_by_role("button", name="Start anyway").tap()
    glove.wait_for_url("**?done=override")
    assert glove.get_by_text("RUNNING", exact=True).is_visible()


def test_an_overtaken_job_stops_until_an_approver_signs_a_deviation(
    visit: Callable[..., Any], glove: Any, floor: Floor
) -> None:
    """STOP without a start; signed at the desk with the password; the floor goes on under it."""
    glove.goto(f"/t/{floor.overtaken}")
    assert glove.get_by_text("STOP", exact=True).is_visible()
    assert glove.get_by_role("link", name="Start", exact=True).count() == 0
    page = visit("mchen").page()
    page.goto("/jobs/J-2")
    page.get_by_role("link", name="Decide", exact=True).click()
    assert "minutes a piece 2 → 3" in page.get_by_role("table").inner_text()
    page.get_by_label("Why").fill("only the time differs")
    page.get_by_label("At most good pieces").fill("25")
    page.get_by_label("Your password again").fill(PASSWORD)
    page.get_by_role("button", name="Sign the deviation").click()
    page.wait_for_url("**/jobs/J-2?done=deviation")
    assert page.get_by_text("DEVIATION", exact=True).is_visible()
    glove.evaluate("htmx.trigger('#live', 'look')")
    glove.get_by_role("link", name="Start", exact=True).wait_for()
    assert glove.get_by_text("STOP", exact=True).count() == 0


PAGES = (
    (None, "/t/{floor.working}/block"), (None, "/t/{floor.blocked}"),
    (None, "/t/{floor.blocked}?act=override"), (None, "/t/{floor.overtaken}"),
    ("pat", "/"), ("pat", "/blockers"), ("pat", "/blockers?by=owner&state=resolved"),
    ("pat", "/blockers?job=none"), ("pat", "/blockers/2"), ("pat", "/blockers/999"),
    ("pat", "/blockers/new"), ("pat", "/blockers/new?type=approval"), ("pat", "/jobs/J-3"),
    ("pat", "/jobs/J-2/decision"), ("mchen", "/jobs/J-2/decision"), ("pat", "/jobs/J-1/decision"),
    ("otto", "/blockers/2"),
)  # fmt: skip


def test_every_page_of_blockers_is_accessible_and_fits(
    visit: Callable[..., Any], floor: Floor, looked: Callable[..., list[str]]
) -> None:
    """Axe finds nothing and nothing is wider than the screen, however long the words are."""
    wrong, pages = [], {}
    for who, path in PAGES:
        if who not in pages:
            pages[who] = visit(who, PHONE).page()
        assert pages[who].goto(path.format(floor=floor)).status < 500, path
        wrong += looked(pages[who])
    assert not wrong


def test_what_the_floor_taps_is_large_enough_for_gloves(
    visit: Callable[..., Any], floor: Floor
) -> None:
    """On a phone every target is at least 56 px high and no text smaller than 18 px."""
    page = visit(None, PHONE).page()
    for path in (f"/t/{floor.working}/block", f"/t/{floor.blocked}?act=override"):
        page.goto(path)
        assert not page.evaluate(SMALL), path
        assert not page.evaluate(FINE), path


def test_a_thousand_blockers_stay_readable(
    visit: Callable[..., Any], floor: Floor, site: Any
) -> None:
    """The board comes in pages of 100, oldest first, in less than a second on this machine."""
    from traveler.blockers import handling
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    pat = people.get(vault.ledger, "pat")
    kinds = ("material", "machine", "labor", "shipping", "inspection")
    for at in range(1000):
        wanted = handling.Wanted(
            kinds[at % 5], ("pat", "eli", "otto")[at % 3], f"thing {at}", "J-1"
        )
        handling.raise_blocker(vault, pat, wanted)
    vault.close()
    page = visit("eli").page()
    page.goto("/blockers")
    before = time.monotonic()
    page.goto("/blockers")
    assert time.monotonic() - before < 3
    assert page.locator("tbody tr").count() == 100
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**skip=100**")
    assert page.locator("tbody tr").count() == 100
    assert page.evaluate(WIDE) <= 0
