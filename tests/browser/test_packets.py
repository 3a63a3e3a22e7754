# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof in a real browser: measured, approved, shipped, issued, downloaded, checked, withdrawn."""

from __future__ import annotations

import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "correct horse 7"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PLAIN = getattr(sys, "_base_executable", sys.executable)  # outside of the environment
ITEM, CUSTOMER = "10-0051", "Northwind Pumps"
LONG = "Größte Pumpenfabrik für Höchstdruck 日本精工 Προσαρμογή ГОСТ and Sons of Old"


@dataclass(frozen=True, slots=True)
class Stock:
    """Jobs that are made: one to be proved by hand, one with a packet, one without anything."""

    job: str
    packed: str
    code: str
    share: str
    bare: str


def axe(page: Any) -> list[str]:
    """Return what axe finds on a page."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in violations]


def made(vault: Any, person: dict[str, Any], job: str, customer: str, *, prove: bool) -> None:
    """Make two pieces of a job; with ``prove`` all is measured as well."""
    from traveler import jobs
    from traveler.floor import starting, stopping
    from traveler.quality import measurements, proof_desk
    from traveler.quality.measurements import Reading

    pat, otto, quinn = person["pat"], person["otto"], person["quinn"]
    jobs.add(vault, pat, job, ITEM, 2, "2030-01-04", customer=customer, order="NP-7")
    jobs.release_job(vault, pat, job)
    for seq in (10, 20):
        starting.start(vault, otto, job, seq)
        if seq == 20:
            proof_desk.vouch(vault, otto, job, "first piece", seq=20, said="groove in limits")
        stopping.finish(vault, otto, job, seq)
    if prove:
        readings = [Reading(balloon, str(piece), text) for balloon, text in (("1", "16.08"), ("2", "2.45"))
                    for piece in (1, 2)]  # fmt: skip
        measurements.record(vault, quinn, job, None, readings)


@pytest.fixture(scope="module")
def stock(site: Any, project: Path) -> Stock:
    """Fill the served vault with a released part and three jobs of it."""
    from release import desk
    from traveler import jobs
    from traveler.customer import shares
    from traveler.packet import issuing
    from vault import codes, home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    eli, mei, quinn, pat = (person[name] for name in ("eli", "mchen", "quinn", "pat"))
    folder = project / "sample_vault" / "items" / ITEM / "A"
    files = {one.name: one for one in folder.iterdir() if one.name != "item.toml"}
    desk.add_item(vault, eli, ITEM, "Clamp, belt", "mchen")
    desk.check_in(vault, eli, ITEM, files, "first")
    order = desk.open_change(vault, eli, [ITEM], "First release.").order.change
    desk.sign(vault, mei, PASSWORD, order)
    desk.release(vault, eli, order)
    made(vault, person, "J-1", CUSTOMER, prove=False)
    made(vault, person, "J-2", LONG, prove=True)
    jobs.add(vault, pat, "J-3", ITEM, 1, "2030-01-04")
    told: list[str] = []
    real = codes.new_code
    codes.new_code = lambda: told.append(real()) or told[-1]  # type: ignore[func-returns-value]
    try:
        issuing.issue(vault, quinn, "J-2")
    finally:
        codes.new_code = real
    _made, address = shares.make(vault, pat, "J-2", whom=LONG, passcode="harbour 9")
    vault.close()
    return Stock("J-1", "J-2", told[0].lower(), address.rpartition("/")[2], "J-3")


# --- the journey ----------------------------------------------------------------------------


def saved(page: Any, button: str, to: Path) -> Path:
    """Press a button and keep what comes down."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=button).or_(
            page.get_by_role("link", name=button)
        ).first.click()
    coming.value.save_as(to)
    return to


def measured(page: Any, job: str) -> None:
    """Enter every result the plan asks for, one after the other."""
    page.goto(f"/quality/{job}/enter")
    for _ in range(4):
        upper = float(page.locator("#f-result").get_attribute("data-upper"))
        page.get_by_label("Result in mm").fill(f"{upper - 0.02:.2f}")
        page.get_by_role("button", name="Record and go on").click()
        page.get_by_text("IN TOLERANCE").wait_for()
    assert page.get_by_text("Everything the plan asks for is measured.").is_visible()


def first_article(quinn: Any, mei: Any, job: str) -> None:
    """Open it, write form 2, verify; nobody issues a packet until a second person approves it."""
    quinn.goto(f"/jobs/{job}/fai")
    quinn.get_by_label("Why", exact=True).fill("first of this revision")
    quinn.get_by_role("button", name="Open it").click()
    quinn.get_by_label("Form 2").fill("Aluminium 6082 | EN 755-2 |  | Metallwerk | | 3.1-4711")
    quinn.get_by_role("button", name="Write form 2").click()
    quinn.get_by_label("Your password again").fill(PASSWORD)
    quinn.get_by_role("button", name="Verify it").click()
    quinn.wait_for_url("**done=verify")
    quinn.goto(f"/jobs/{job}/packet")
    assert quinn.get_by_text(
        "FA-0001 is verified; have it approved by a second person"
    ).is_visible()
    assert quinn.get_by_role("button", name="Issue the packet").is_disabled()
    mei.goto(f"/jobs/{job}/fai")
    mei.get_by_label("Your password again").first.fill(PASSWORD)
    mei.get_by_role("button", name="Approve").click()
    mei.wait_for_url("**done=approve")


def shipped(pat: Any, quinn: Any, job: str) -> None:
    """Pack and send both pieces, and sign their certificate."""
    pat.goto(f"/jobs/{job}/shipping")
    pat.get_by_role("button", name="Pack them").click()
    pat.get_by_label("Carrier").fill("DHL")
    pat.get_by_role("button", name="Let it leave").click()
    pat.wait_for_url("**done=send")
    quinn.goto(f"/jobs/{job}/shipping")
    quinn.get_by_text("Sign a certificate of conformance").click()
    quinn.get_by_label("Your password again").fill(PASSWORD)
    quinn.get_by_role("button", name="Sign it").click()
    quinn.wait_for_url("**done=certify")


def proved_and_shipped(quinn: Any, mei: Any, pat: Any, job: str) -> None:
    """Measure all, have the first article approved, and send the pieces."""
    measured(quinn, job)
    first_article(quinn, mei, job)
    shipped(pat, quinn, job)


def confirmed(cora: Any, pat: Any, job: str) -> None:
    """Say on the customer's page that it arrived and what is wrong, and read it in the shop."""
    cora.get_by_text("It arrived", exact=True).click()
    assert cora.get_by_label("Who took it").input_value() == "Cora Diaz"
    cora.get_by_label("What is missing or damaged").fill("one bag is open")
    cora.get_by_role("button", name="Confirm that it arrived").click()
    cora.get_by_text("Thank you; the shop knows that it arrived.").wait_for()
    assert "SH-0001 arrived, but: one bag is open" in cora.locator("#questions").inner_text()
    assert not cora.get_by_text("It arrived", exact=True).count()
    pat.goto(f"/jobs/{job}/shipping")
    assert pat.get_by_text("confirmed by the customer: Cora Diaz").is_visible()


def progress_is_shown(site: Any, quinn: Any, job: str) -> None:
    """While a packet is made its page shows how far it is; the form cannot be sent twice.

    The form is held back so that there is time to look; the points are told as the maker tells them.
    """
    from traveler.packet import telling
    from vault import home

    vault = home.open_vault(site.root)
    teller = telling.Teller(vault, job)
    form = "document.querySelector('form[data-making]')"
    quinn.evaluate(
        f"{form}.addEventListener('submit', one => one.preventDefault(), {{ once: true }})"
    )
    quinn.get_by_role("button", name="Issue the packet").click()
    bar = quinn.get_by_role("progressbar", name="The packet is being made")
    bar.wait_for()
    assert quinn.get_by_role("button", name="Issue the packet").is_disabled()
    for more, told in ((15, 15), (30, 45)):
        teller(more)
        quinn.wait_for_function(
            "told => document.querySelector('progress').value === told", arg=told
        )
    assert axe(quinn) == []
    teller.end()
    vault.close()
    quinn.evaluate(f"{form}.submit()")  # as the first one would have gone on


def issued(site: Any, quinn: Any, job: str) -> str:
    """See what goes in and what stays, issue the packet, and return its page."""
    quinn.goto(f"/jobs/{job}/packet")
    left = quinn.locator("section", has_text="What stays in the shop").inner_text()
    assert "named by initials" in left
    progress_is_shown(site, quinn, job)
    quinn.get_by_text("The packet is issued").wait_for(timeout=90_000)
    return str(quinn.url.partition("?")[0])


def given(pat: Any, ada: Any, job: str) -> str:
    """Make a link, and tie the login of a customer; return the link's path."""
    pat.goto(f"/jobs/{job}/links")
    pat.get_by_role("button", name="Make the link").click()
    address = re.search(r"/s/[0-9a-z]{26}", pat.locator("main").inner_text())
    assert address is not None
    ada.goto(f"/customers?customer={CUSTOMER}")
    ada.get_by_label("Login, with the role customer").select_option("cora")
    ada.get_by_label("Why").last.fill("frame contract")
    ada.locator("form", has=ada.get_by_label("Login, with the role customer")).get_by_role(
        "button").last.click()  # fmt: skip
    ada.wait_for_load_state()
    return address[0]


def commands(folder: Path) -> list[str]:
    """Return the commands the packet's own README tells to type, as they stand there."""
    told = (folder / "README.txt").read_text()
    joined = re.sub(r" \\\n\s+", " ", told)
    return [line.strip() for line in joined.splitlines() if re.match(r"\s{4}\S", line)][:3]


def typed(folder: Path, command: str) -> subprocess.CompletedProcess[str]:
    """Type a command into a shell in the folder, with a plain Python."""
    told = command.replace("python3", PLAIN)
    return subprocess.run(
        ["sh", "-c", told], cwd=folder, capture_output=True, text=True, check=False
    )


def every_changed_byte_is_named(folder: Path) -> None:
    """In each file in turn: by the verifier, by sha256sum, and for manifest and signature by OpenSSH."""
    python, sums, keys = commands(folder)
    paths = sorted(one for one in folder.rglob("*") if one.is_file())
    assert len(paths) >= 12
    for path in paths:
        name = path.relative_to(folder).as_posix()
        kept = path.read_bytes()
        for at in (len(kept) // 2, len(kept) - 2):
            path.write_bytes(kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :])
            if name != "verify.py":  # it would have to find itself out; sha256sum does
                found = typed(folder, python)
                assert found.returncode == 5, (name, found.stdout)
                assert name in found.stdout, (name, found.stdout)
            if name in {"MANIFEST.sha256", "MANIFEST.sha256.sig"}:
                assert typed(folder, keys).returncode != 0, name
            else:
                found = typed(folder, sums)
                assert found.returncode == 1, name
                assert re.search(rf"^{re.escape(name)}: FAILED", found.stdout, re.MULTILINE), name
        path.write_bytes(kept)
    for path in paths:  # one that is missing is named, too
        name = path.relative_to(folder).as_posix()
        if name != "verify.py":
            away = path.rename(folder.parent / "away")
            assert name in typed(folder, python).stdout
            away.rename(path)
    assert typed(folder, python).returncode == 0


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_from_the_first_article_to_a_packet_the_customer_checks(
    visit: Callable[..., Any], site: Any, stock: Stock, tmp_path: Path
) -> None:
    """One thread, by everybody's own hand; then it is withdrawn under the customer's eyes."""
    quinn, mei, pat, ada = (visit(name).page() for name in ("quinn", "mchen", "pat", "ada"))
    proved_and_shipped(quinn, mei, pat, stock.job)
    place = issued(site, quinn, stock.job)
    share = given(pat, ada, stock.job)

    link, cora = visit(None, PHONE).page(), visit("cora", PHONE).page()
    link.goto(share)
    link.get_by_role("button", name="Open").click()
    by_link = saved(link, "ZIP", tmp_path / "by-link.zip")
    cora.goto(f"/customer/{stock.job}")
    by_login = saved(cora, "ZIP", tmp_path / "by-login.zip")
    confirmed(cora, pat, stock.job)
    ours = saved(quinn, "ZIP", tmp_path / "ours.zip")
    assert by_link.read_bytes() == by_login.read_bytes() == ours.read_bytes()

    with zipfile.ZipFile(by_link) as packed:
        packed.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    names = {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()}
    assert {"packet.pdf", "first-article/FA-0001.pdf", "first-article/FA-0001.xlsx", "results.csv",
            "history.csv"} <= names  # fmt: skip
    assert [typed(folder, one).returncode for one in commands(folder)] == [0, 0, 0]
    assert "GOOD: packet" in typed(folder, commands(folder)[0]).stdout
    every_changed_byte_is_named(folder)

    public = visit(None, PHONE).page()
    public.goto(f"/p/{code_on(folder / 'packet.pdf')}")
    assert public.get_by_role("heading", name="VALID").is_visible()
    mei.goto(place)
    cora.route("**/standing", lambda one: one.abort())  # faster than the page's own question
    withdrawn(quinn, place)
    with cora.expect_response(lambda one: one.request.method == "POST") as answer:
        cora.get_by_role("button", name="ZIP").click()
    assert answer.value.status == 410
    assert "was withdrawn on" in cora.locator("main").inner_text()
    assert "heat number mixed up" in cora.locator("main").inner_text()
    assert verified(site, by_link) == (1, "revoked")
    public.get_by_role("heading", name="WITHDRAWN").wait_for(timeout=30_000)
    mei.get_by_text("Withdrawn by quinn: heat number mixed up").wait_for(timeout=30_000)
    link.locator("[data-ended]").wait_for(timeout=30_000)
    assert not link.get_by_role("button", name="ZIP").is_visible()
    assert ada.request.get(f"{place}/zip").status == 410


def withdrawn(page: Any, place: str) -> None:
    """Withdraw the packet by its page."""
    page.goto(place)
    page.get_by_text("Withdraw this packet").click()
    page.get_by_label("Why").fill("heat number mixed up")
    page.get_by_role("button", name=re.compile("^Withdraw PP-")).click()
    page.wait_for_url("**done=revoked")


def code_on(pdf: Path) -> str:
    """Return the code in the address on the cover, read from its picture."""
    import pymupdf
    import zxingcpp
    from PIL import Image

    with pymupdf.open(pdf) as document:
        pixels = document[0].get_pixmap(dpi=150, colorspace="gray")
    picture = Image.frombytes("L", (pixels.width, pixels.height), pixels.samples)
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text.rpartition("/")[2])


def verified(site: Any, file: Path) -> tuple[int, str]:
    """Ask the command of the shop about a zip; return its exit code and the packet's state."""
    import json

    found = subprocess.run(
        [sys.executable, "-c", "from vault.cli import main; main()", "--vault", str(site.root),
         "--as", "quinn", "packet", "verify", str(file), "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return found.returncode, json.loads(found.stdout)["state"]


# --- every page ------------------------------------------------------------------------------

PLACES = (
    ("quinn", "/packets"), ("mchen", "/packets/PP-0001"), ("quinn", "/packets/PP-0001"),
    ("quinn", "/jobs/{stock.packed}/packet"), ("quinn", "/jobs/{stock.bare}/packet"),
    ("pat", "/jobs/{stock.packed}/links"), ("pat", "/jobs/{stock.bare}/links"),
    (None, "/p/{stock.code}"), (None, "/s/{stock.share}"),
)  # fmt: skip


def test_pages_of_packets_are_accessible_and_fit(
    visit: Callable[..., Any], stock: Stock, looked: Callable[..., list[str]]
) -> None:
    """Axe objects to nothing; no page is wider than its screen, long and foreign names and all."""
    people: dict[str | None, Any] = {}
    for who, place in PLACES:
        if who not in people:
            people[who] = visit(who, PHONE).page()
        page = people[who]
        assert page.goto(place.format(stock=stock)).status == 200, place
        page.wait_for_load_state("networkidle")
        assert looked(page) == [], place


def test_an_opened_link_is_accessible_and_fits(
    visit: Callable[..., Any], stock: Stock, looked: Callable[..., list[str]]
) -> None:
    """A wrong passcode is said and nothing shown; with the right one the order and its packet are."""
    page = visit(None, PHONE).page()
    page.goto(f"/s/{stock.share}")
    page.get_by_label("Passcode").fill("harbor 9")
    page.get_by_role("button", name="Open").click()
    assert "more tries" in page.get_by_role("alert").inner_text()
    assert looked(page) == []
    page.get_by_label("Passcode").fill("harbour 9")
    page.get_by_role("button", name="Open").click()
    page.get_by_role("button", name="ZIP").wait_for()
    assert looked(page) == []


def test_what_is_not_there_is_said(visit: Callable[..., Any], stock: Stock) -> None:
    """A packet, a code and a link nobody gave are pages of their own, and accessible."""
    page = visit("quinn", PHONE).page()
    for place in ("/packets/PP-9999", "/packets/x", f"/p/{'0' * 26}", f"/s/{'0' * 26}"):
        assert page.goto(place).status == 404, place
        assert axe(page) == [], place


@pytest.fixture
def crowd(site: Any, stock: Stock) -> None:
    """Put a thousand packets beside the ones there are, as rows, and take nothing away again."""
    from traveler.packet.tables import packet
    from vault import home

    vault = home.open_vault(site.root)
    with vault.ledger.writing("quinn") as writing:
        row = writing.connection.execute(packet.select().limit(1)).mappings().one()
        for at in range(1000):
            writing.insert(packet, **{**row, "id": 5000 + at, "number": 5000 + at, "rev": 1,
                                      "code_hash": f"{at:064d}"})  # fmt: skip
        writing.record("packet.issued", f"job/{stock.packed}", packet="a thousand")
    vault.close()


def test_a_thousand_packets_are_pages(visit: Callable[..., Any], crowd: None) -> None:
    """Fifty at a time, the newest first, quickly, and the last page has no next one."""
    page = visit("quinn").page()
    begun = time.monotonic()
    page.goto("/packets")
    assert time.monotonic() - begun < 10
    seen = page.locator("tbody tr").count()
    assert page.locator("tbody tr").first.inner_text().startswith("PP-5999")
    assert axe(page) == []
    while page.get_by_role("link", name="Older ones").count():
        page.get_by_role("link", name="Older ones").click()
        page.wait_for_load_state()
        seen += page.locator("tbody tr").count()
    assert seen >= 1001
