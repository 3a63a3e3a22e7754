# SPDX-License-Identifier: AGPL-3.0-or-later
"""A shift at a tablet: two minutes without contact, two tablets at one operation, scans of all kinds."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

PIN, SECOND = "4711", "1212"
PHONE = {"width": 390, "height": 844}
LONGEST = "JOB-NUMBER-OF-THIRTY-TWO-SIGNS-X"


@dataclass(frozen=True, slots=True)
class Floor:
    """Codes of jobs on the floor, and of a badge; ``root`` is the vault behind the server."""

    root: Path
    job: str
    other: str
    badge: str
    held: str
    kept: str


@pytest.fixture(scope="module")
def floor(site: Any, tmp_path_factory: pytest.TempPathFactory) -> Floor:
    """Return a served shop with a drawn part, three jobs of it on the floor, and a badge."""
    import pymupdf

    from release import desk
    from traveler import jobs, sheet
    from traveler.family import Family, Wanted
    from traveler.tablet import badges
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("tablets")
    vault = home.open_vault(site.root)
    who = {one.name: one for one in people.everybody(vault.ledger)}
    people.set_pin(vault.ledger, "ada", "quinn", SECOND)
    with pymupdf.open() as document:
        page = document.new_page(width=842, height=595)
        page.draw_rect((20, 20, 822, 575), width=1)
        page.insert_text((60, 60), "BRACKET", fontsize=14)
        document.save(place / "10-0042.pdf", no_new_id=True)
    (place / "route.toml").write_text(
        '[[operation]]\nseq = 10\nstation = "mill-2"\ntitle = "Mill it"\nrun_minutes = 3\n'
    )
    (place / "characteristics.csv").write_text(
        "balloon,requirement,nominal,lower,upper,unit,gauge,sampling,operation\n"
        "4,Bore,12.0,12.000,12.018,mm,,2,10\n"
    )
    desk.add_item(vault, who["eli"], "10-0042", "Bracket, motor mount", "mchen")
    files = {one.name: one for one in place.iterdir()}
    desk.check_in(vault, who["eli"], "10-0042", files, "first")
    desk.add_item(vault, who["eli"], "10-0050", "Bolt", "mchen")
    bolt = {"bolt.pdf": files["10-0042.pdf"]}
    desk.check_in(vault, who["eli"], "10-0050", bolt, "first")
    both = ["10-0042", "10-0050"]
    change = desk.open_change(vault, who["eli"], both, "First.").order.change
    desk.sign(vault, who["mchen"], "correct horse 7", change)
    desk.release(vault, who["eli"], change)
    codes = []
    for number in ("J-1", "J-2", "J-3", LONGEST):
        kit = Family(kit=(Wanted("10-0050", qty=4),) if number == "J-3" else ())
        jobs.add(vault, who["pat"], number, "10-0042", 12, "2027-03-01", family=kit)
        jobs.release_job(vault, who["pat"], number)
        made = sheet.print_traveler(vault, who["pat"], number, place / "t.pdf")
        codes.append(made.addresses[0][1].rpartition("/")[2].lower())
    _badge, badge = badges.issue(vault, who["pat"], "otto")
    vault.close()
    return Floor(site.root, codes[0], codes[1], badge.lower(), codes[2], codes[3])


@pytest.fixture
def tablet(browser: Any, site: Any) -> Iterator[Callable[[], Any]]:
    """Return a maker of tablets: a phone's screen with touch, and no errors on its pages."""
    contexts, faults = [], []

    def make() -> Any:
        context = browser.new_context(base_url=site.url, viewport=PHONE, has_touch=True)
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not faults


def tap(page: Any, digits: str) -> None:
    """Type digits on the keypad that is in sight."""
    pad = page.locator(".pad:visible")
    for digit in digits:
        pad.get_by_role("button", name=digit, exact=True).tap()


def sign_in(page: Any, code: str, who: str = "Otto Lind", pin: str = PIN) -> None:
    """Go to a traveler and say who one is, once."""
    page.goto(f"/t/{code}")
    page.get_by_role("link", name="Sign in").tap()
    page.get_by_label(who).check()
    tap(page, pin)
    page.get_by_role("button", name="Sign in here").tap()
    page.wait_for_url(lambda url: urlsplit(url).path == f"/t/{code}", wait_until="networkidle")


def counted(page: Any, act: str, good: str, scrap: str = "") -> None:
    """Count pieces in the sheet that comes up, with the thumb."""
    page.locator(f"[data-act={act}]").tap()
    tap(page, good)
    if scrap:
        page.get_by_label("Scrap").tap()
        tap(page, scrap)
    page.locator("#counting [data-go]").tap()


def stop(page: Any, kind: str, what: str, picture: Path, place: Path) -> None:
    """Raise a blocker with a photo in the sheet that comes up; one too large is refused at once."""
    page.get_by_role("link", name="Raise a blocker").tap()
    page.locator("#blocking").get_by_label(kind).check()
    page.get_by_label("What is missing or wrong?").fill(what)
    large = place / picture.name
    with large.open("wb") as file:
        file.truncate(25_000_001)
    page.locator("[data-shot]").set_input_files(large)
    page.get_by_text("rack.jpg has 25.0 MB, and a photo may have 25.0 MB").wait_for()
    page.locator("[data-shot]").set_input_files(picture)
    page.locator("#blocking").get_by_text("rack.jpg, ").wait_for()
    page.locator("#blocking [data-go]").tap()


def measure(page: Any, thumb: str, gauge: str) -> None:
    """Record two results: one on the keypad, one by a gauge that types it as a scanner types a code.

    The sheet asks for the next piece, and goes after the last.
    """
    from playwright.sync_api import expect

    page.locator("[data-act=measure]").last.tap()
    expect(page.locator("#m-piece")).to_have_value("1")
    for part in thumb:
        name = "Decimal point" if part == "." else part
        page.locator(".pad:visible").get_by_role("button", name=name, exact=True).tap()
    page.locator("#measuring [data-go]").tap()
    page.get_by_text(f"Balloon 4, piece 1: {thumb}, ").wait_for()
    expect(page.locator("#m-piece")).to_have_value("2")
    page.locator("#m-result").focus()
    page.keyboard.type(gauge)
    page.keyboard.press("Enter")
    page.locator("#measuring").wait_for(state="hidden")


def report(page: Any, what: str) -> None:
    """Report pieces that are not right in the sheet that comes up."""
    page.get_by_role("link", name="Report pieces that are not right").tap()
    page.get_by_label("In a few words").fill(what)
    page.locator("#reporting [data-go]").tap()


def told(floor: Floor, job: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Return what the record says of a job's operations: the act, who, and the facts."""
    from traveler import jobs
    from vault import home

    vault = home.open_vault(floor.root)
    try:
        return [
            (one.kind.partition(".")[2], one.actor, dict(one.facts))
            for one in jobs.history(vault, job) if one.kind.startswith("operation.")
        ]  # fmt: skip
    finally:
        vault.close()


def record(floor: Floor, job: str) -> list[Any]:
    """Return every event of a job, oldest first."""
    from traveler import jobs
    from vault import home

    vault = home.open_vault(floor.root)
    try:
        return list(jobs.history(vault, job))
    finally:
        vault.close()


def blocked(floor: Floor) -> list[tuple[Any, ...]]:
    """Return the blockers of the shop: kind, what, job, step, by whom, whose."""
    from traveler.blockers import handling
    from vault import home

    vault = home.open_vault(floor.root)
    try:
        found = [one.blocker for one in handling.listing(vault)]
    finally:
        vault.close()
    return [(one.kind, one.what, one.job, one.seq, one.raised_by, one.owner) for one in found]


def assert_told_as_pressed(floor: Floor, picture: bytes) -> None:
    """Look at the record: in the order of the presses, each once, each with the time of its press."""
    assert ("material", "Bar 40 mm is out", "J-1", 10, "otto", "pat") in blocked(floor)
    done = [one for one in record(floor, "J-1") if one.actor == "otto"]
    assert [one.kind for one in done][-5:] == [  # in the order of the presses, each once
        "operation.note", "measurement.recorded", "measurement.recorded", "nonconformance.open",
        "blocker.raise",
    ]  # fmt: skip
    assert all("done_at" in one.facts for one in done[-5:])
    assert done[-1].facts["photos"] == [["rack.jpg", hashlib.sha256(picture).hexdigest()]]


def test_two_minutes_without_contact_in_the_middle_of_a_shift(
    tablet: Callable[[], Any], floor: Floor, project: Path, tmp_path: Path
) -> None:
    """The drawing goes, the acts stay; they are sent once and in order, with the time of the press.

    Results with the keypad, a report and a photo of what blocks wait as the counts do.
    """
    page = tablet()
    picture = project / "sample_vault/evidence/rack.jpg"
    page.clock.install()
    sign_in(page, floor.job)
    assert page.locator(".who").inner_text() == "Otto Lind"
    page.locator("[data-act=start]").tap()
    page.get_by_text("Started.").first.wait_for()

    page.context.set_offline(True)
    page.clock.run_for(20_000)
    counted(page, "pause", "4", "1")
    page.get_by_text("1 act waits to be sent").wait_for()
    assert page.locator(".now strong").inner_text() == "PAUSED"
    page.clock.run_for(50_000)
    page.locator(".drawing img").wait_for(state="hidden")
    assert page.get_by_text("NOT CONFIRMED", exact=True).is_visible()
    assert "not confirmed since" in page.locator("[data-checked]").inner_text()
    page.get_by_role("button", name="Go on").tap()
    page.clock.run_for(50_000)
    page.locator("[data-act=note]").tap()
    page.get_by_label("What should others know?").fill("Insert changed.")
    page.locator("#noting [data-go]").tap()
    measure(page, "12.01", "12.02")
    report(page, "Chatter on the face")
    stop(page, "material", "Bar 40 mm is out", picture, tmp_path)
    page.get_by_text("7 acts wait to be sent").wait_for()
    assert page.get_by_text("Blocker “Bar 40 mm is out”, J-1 step 10, Otto Lind").is_visible()

    page.context.set_offline(False)
    page.clock.run_for(12_000)
    page.locator(".drawing img").wait_for(state="visible")
    page.get_by_role("heading", name="Noted here").wait_for()
    page.get_by_text("is raised; pat sees to it.").wait_for()
    page.locator("#waiting .wait").wait_for(state="detached")
    page.get_by_text("12.02 mm is out of tolerance, 0.002 over").wait_for()
    page.locator(".shots img").wait_for()
    acts = told(floor, "J-1")
    assert [(kind, who) for kind, who, _facts in acts] == [
        ("start", "otto"), ("pause", "otto"), ("start", "otto"), ("note", "otto"),
    ]  # fmt: skip
    assert (acts[1][2]["good"], acts[1][2]["scrap"]) == (4, 1)
    assert all("done_at" in facts for _kind, _who, facts in acts[1:3])
    assert_told_as_pressed(floor, picture.read_bytes())


def test_where_nobody_is_signed_in_no_tap_and_no_word_is_lost_without_contact(
    tablet: Callable[[], Any], floor: Floor
) -> None:
    """It says so at once and stays on the page; what was typed goes out when contact is back."""
    page, form = tablet(), tablet()
    page.goto(f"/t/{floor.kept}")
    form.goto(f"/t/{floor.kept}/nc")
    form.get_by_label("What is not right?").fill("Holes are 0.5 off")
    form.get_by_label("Otto Lind").check()
    form.get_by_label("Badge PIN").fill(PIN)
    for one in (page, form):
        one.context.set_offline(True)
    page.locator("[data-act=start]").tap()
    page.get_by_text("only the server knows the PINs: nothing was done").wait_for()
    page.keyboard.type(floor.other)
    page.keyboard.press("Enter")
    page.get_by_text("so nothing else can be opened").wait_for()
    assert urlsplit(page.url).path == f"/t/{floor.kept}"
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_text("Nobody is signed in here, so nothing you press can be kept").wait_for()
    form.get_by_role("button", name="Report it").tap()
    form.get_by_text("All you typed still stands here").wait_for()
    assert form.get_by_label("What is not right?").input_value() == "Holes are 0.5 off"
    assert form.get_by_label("Badge PIN").input_value() == PIN

    for one in (page, form):
        one.context.set_offline(False)
    form.get_by_text("Contact is back: press again.").wait_for()
    form.get_by_role("button", name="Report it").tap()
    form.get_by_text("Reported: quality decides").wait_for()
    page.locator("[data-act=start]").tap()
    page.get_by_label("Otto Lind").wait_for()


def test_what_changed_meanwhile_is_asked_about_and_never_done_in_silence(
    tablet: Callable[[], Any], floor: Floor
) -> None:
    """The job is held while the tablet is away: the count is asked about, and done when said so."""
    from traveler import jobs
    from vault import home
    from vault.ledger import people

    page = tablet()
    sign_in(page, floor.held)
    page.locator("[data-act=start]").tap()
    page.get_by_text("Started.").first.wait_for()
    page.context.set_offline(True)
    counted(page, "pause", "2")
    page.get_by_text("1 act waits to be sent").wait_for()
    vault = home.open_vault(floor.root)
    jobs.hold(vault, people.get(vault.ledger, "pat"), "J-3")
    vault.close()
    page.context.set_offline(False)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_text("the job is held now").wait_for()
    assert [kind for kind, _who, _facts in told(floor, "J-3")] == ["start"]
    page.get_by_role("button", name="Do it all the same").tap()
    page.locator(".ask").wait_for(state="detached")
    page.get_by_text("Paused; the pieces are counted.").first.wait_for()
    kind, _who, facts = told(floor, "J-3")[-1]
    assert (kind, facts["good"], facts["in_spite_of"]) == ("pause", 2, "the job is held now")


def test_two_tablets_act_on_one_operation_at_once(tablet: Callable[[], Any], floor: Floor) -> None:
    """Both press Start: two people are on it; both count, and every piece is counted once."""
    one, two = tablet(), tablet()
    sign_in(one, floor.other)
    sign_in(two, floor.other, "Quinn Abara", SECOND)
    for page in (one, two):
        page.locator("[data-act=start]").wait_for()
    for page in (one, two):
        page.evaluate("document.querySelector('[data-act=start]').click()")
    for page in (one, two):
        page.get_by_text("Started.").first.wait_for()
    one.reload()
    two.reload()
    assert {who for kind, who, _facts in told(floor, "J-2") if kind in {"start", "join"}} == {
        "otto", "quinn",
    }  # fmt: skip
    said = one.locator(".now p").inner_text()
    assert "otto" in said
    assert "quinn" in said
    counted(one, "pause", "5")
    one.get_by_text("Paused; the pieces are counted.").first.wait_for()
    two.reload()
    counted(two, "finish", "7")
    two.get_by_text("Finished.").first.wait_for()
    good = sum(facts.get("good", 0) for _kind, _who, facts in told(floor, "J-2"))
    assert good == 12


def test_scans_by_wedge_badge_and_picture(
    site: Any, floor: Floor, tmp_path: Path, tablet: Callable[[], Any]
) -> None:
    """A quick run of keys goes where it leads whatever has the focus; pictures are read by zxing."""
    import numpy as np
    import zxingcpp
    from PIL import Image

    page = tablet()
    page.goto("/scan")
    page.get_by_label("Code, job, step or copy").focus()
    page.keyboard.type(f"HTTP://OLD.EXAMPLE/T/{floor.job.upper()}")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/t/{floor.job}")
    page.keyboard.type(f"{site.url}/B/{floor.badge.upper()}".upper())
    page.keyboard.press("Enter")
    page.wait_for_url("**/b/*")
    assert page.get_by_text("OTTO LIND", exact=True).is_visible()
    tap(page, PIN)
    page.get_by_role("button", name="Sign in here").tap()
    page.wait_for_url(lambda url: urlsplit(url).path == f"/t/{floor.job}")
    assert page.locator(".who").inner_text() == "Otto Lind"
    page.keyboard.type("j-2-010")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/t/" in url and floor.job not in url)
    assert "J-2" in page.locator("dl").inner_text()

    code = zxingcpp.create_barcode(
        f"{site.url}/t/{floor.other}".upper(), zxingcpp.BarcodeFormat.QRCode
    )
    drawn = Image.fromarray(np.array(code.to_image(scale=6)))
    drawn.convert("RGB").save(tmp_path / "code.png")
    page.goto("/scan")
    page.locator("[data-picture]").set_input_files(tmp_path / "code.png")
    page.wait_for_url(f"**/t/{floor.other}")

    page.goto(f"/t/{floor.held}")  # its kit: looked at closer, and taken as a numbered copy
    page.get_by_role("link", name="bolt.pdf").tap()
    page.wait_for_url("**/view/bolt.pdf?item=10-0050")
    assert "10-0050 A bolt.pdf" in " ".join(page.locator(".under").inner_text().split())
    page.locator("img:visible").first.wait_for()
    page.get_by_role("link", name="Copy").tap()
    page.get_by_text("10-0050").first.wait_for()
    with page.expect_download() as got:
        page.get_by_role("button", name="Take").tap()
    assert Path(got.value.path()).read_bytes().startswith(b"%PDF-")


def test_a_scanner_is_heard_on_every_page_of_the_floor_and_never_taken_for_a_thumb(
    tablet: Callable[[], Any], floor: Floor
) -> None:
    """A badge where the PIN is asked comes back to the same act; a quick PIN stays a PIN."""
    page = tablet()
    page.goto(f"/t/{floor.kept}?act=start")
    page.get_by_label("Otto Lind").check()
    page.get_by_label("Badge PIN").focus()
    page.keyboard.type("9999")
    page.keyboard.press("Enter")
    page.get_by_text("do not belong together").wait_for()
    page.goto(f"/t/{floor.kept}?act=start")
    page.get_by_label("Badge PIN").focus()
    page.keyboard.type(f"HTTP://OLD.EXAMPLE/B/{floor.badge.upper()}")
    page.keyboard.press("Enter")
    page.wait_for_url("**/b/*")
    tap(page, PIN)
    page.get_by_role("button", name="Sign in here").tap()
    page.wait_for_url(f"**/t/{floor.kept}?act=start")
    assert page.locator(".acting").inner_text().startswith("Otto Lind")
    for path in (f"/t/{floor.kept}/nc", f"/c/{'z' * 26}", f"/r/{'z' * 26}", f"/t/{'z' * 26}"):
        page.goto(path)
        page.keyboard.type(floor.other.upper())  # without its address, as it stands below the QR
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/t/{floor.other}")


def test_the_tablets_pages_have_no_faults_and_weigh_little(
    browser: Any, site: Any, floor: Floor, looked: Callable[..., list[str]]
) -> None:
    """Axe finds nothing, nothing is wider than the phone, and 150 kB come before the drawing."""
    context = browser.new_context(
        base_url=site.url, viewport=PHONE, has_touch=True, service_workers="block"
    )
    page, weights = context.new_page(), {}

    def weighed(response: Any) -> None:
        if response.ok and ".png" not in response.url:
            weights[response.url] = len(response.body())

    page.on("response", weighed)
    page.goto(f"/t/{floor.held}", wait_until="networkidle")
    assert 20_000 < sum(weights.values()) <= 150_000, weights
    page.remove_listener("response", weighed)
    sign_in(page, floor.held)
    wrong = []
    for path in (f"/t/{floor.held}", f"/t/{floor.kept}", f"/t/{floor.kept}?act=start",
                 "/scan", "/tablet", "/tablet?who=else", f"/b/{floor.badge}",
                 "/offline"):  # fmt: skip
        page.goto(path)
        wrong += looked(page, screens=(PHONE,))
    page.goto(f"/t/{floor.held}")
    page.locator("[data-act=note]").tap()
    wrong += looked(page, screens=(PHONE,))
    page.locator("#noting [data-close]").tap()
    page.get_by_role("link", name="Raise a blocker").tap()
    wrong += looked(page, screens=(PHONE,))
    page.locator("#blocking [data-close]").tap()
    page.locator("[data-act=measure]").last.tap()
    page.locator("#m-result").wait_for()
    wrong += looked(page, screens=(PHONE,))
    context.close()
    assert not wrong
