# SPDX-License-Identifier: AGPL-3.0-or-later
"""The main job, end to end in a real browser: from an upload to STOP on the old print."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

PASSWORD, PIN = "correct horse 7", "4711"
PHONE = {"width": 390, "height": 844}
NUMBER, JOB = "10-0043", "J-2231"
DPI = 150


def codes_on(pdf: Path) -> list[str]:
    """Return the texts of the QR codes on every page, read from pictures of 150 dpi."""
    import numpy as np
    import pymupdf
    import zxingcpp

    found = []
    with pymupdf.open(pdf) as document:
        for page in document:
            picture = page.get_pixmap(dpi=DPI, colorspace=pymupdf.csGRAY)
            grey = np.frombuffer(picture.samples, np.uint8)
            grey = grey.reshape(picture.height, picture.stride)[:, : picture.width]
            found += [one.text for one in zxingcpp.read_barcodes(grey)]
    return found


def words_on(pdf: Path) -> str:
    """Return all text of a PDF."""
    import pymupdf

    with pymupdf.open(pdf) as document:
        return "\n".join(page.get_text() for page in document)


def path_of(address: str, site: Any) -> str:
    """Return where a scanned address leads, which has to be this very server."""
    base = urlsplit(site.url)
    scanned = urlsplit(address)
    assert (scanned.scheme.lower(), scanned.netloc.lower()) == (base.scheme, base.netloc)
    return scanned.path


def check_in(page: Any, note: str, *files: Path) -> None:
    """Check files in by the form of the item."""
    page.goto(f"/items/{NUMBER}/checkin")
    page.get_by_label("Files").set_input_files(files)
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Check in").click()
    page.wait_for_url("**?done=checkin")


def open_change(page: Any, why: str) -> str:
    """Open a change order for the item from its page, and return where it stands."""
    page.goto(f"/items/{NUMBER}")
    page.get_by_role("link", name="Open a change order").click()
    page.get_by_label("Why").fill(why)
    page.get_by_role("button", name="Open it").click()
    page.wait_for_url("**/changes/CO-*")
    return urlsplit(page.url).path


def sign(page: Any, place: str, password: str, signer: str = "mchen") -> None:
    """Type name and password into the form of a change order and approve."""
    page.goto(place)
    page.get_by_label("Your name, as you sign in").fill(signer)
    page.get_by_label("Your password again").fill(password)
    page.get_by_role("button", name="Approve").click()


def release(page: Any, place: str) -> None:
    """Release a change order."""
    page.goto(place)
    page.get_by_role("button", name="Release 1 item").click()
    page.wait_for_url("**?done=release")


def download(page: Any, press: Callable[[], None], to: Path) -> Path:
    """Press something and keep what comes down."""
    with page.expect_download() as coming:
        press()
    coming.value.save_as(to)
    return to


def at_the_machine(page: Any, act: str, pin: str, **amounts: int) -> None:
    """Act on the floor page as an operator does: button, tile, counts, PIN on the keypad."""
    page.get_by_role("link", name=act).click()
    for field, amount in amounts.items():
        page.get_by_label(field.capitalize(), exact=True).click()
        for digit in str(amount):
            page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_label("Otto Lind").check()
    page.get_by_label("Badge PIN").click()
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name=act, exact=True).click()


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_from_an_upload_to_stop_on_the_old_print(
    visit: Callable[..., Any], site: Any, project: Path, tmp_path: Path
) -> None:
    """One thread: check in, sign, release, print, scan, make, release again, scan the old print."""
    drawings = project / "sample_vault" / "items" / NUMBER
    second = next((drawings / "B").glob("*.pdf"))
    eli, mei, pat = (visit(name).page() for name in ("eli", "mchen", "pat"))
    otto, public = visit(None, PHONE).page(), visit(None, PHONE).page()

    make_the_item(eli)
    check_in(eli, "first drawing", *sorted((drawings / "A").iterdir()))
    place = open_change(eli, "First release for the pilot build.")
    signed_with_the_right_password_only(mei, place)
    release(eli, place)
    old_print = printed_and_scanned(eli, tmp_path / "stamped.pdf", site)
    public.goto(old_print)
    assert public.get_by_role("heading", name="CURRENT").is_visible()
    assert NUMBER in public.locator("dl").inner_text()

    job_code = job_on_paper(pat, otto, tmp_path / "traveler.pdf", site)
    made_at_the_machine(otto, job_code)
    pat.goto(f"/jobs/{JOB}")
    assert "11" in pat.locator("tbody tr").first.inner_text()

    check_in(eli, "slot moved 3 mm", second)
    place = open_change(eli, "Slot moved 3 mm.")
    sign(mei, place, PASSWORD)
    mei.wait_for_url("**?done=sign")
    release(eli, place)
    old_paper_says_stop(public, old_print, otto, job_code, pat)


def make_the_item(page: Any) -> None:
    """Make the item by the form, without files yet."""
    page.goto("/items/new")
    page.get_by_label("Number").fill(NUMBER)
    page.get_by_label("Title").fill("Carriage")
    page.get_by_label("Approval owner").select_option("mchen")
    page.get_by_role("button", name="Make the item").click()
    page.wait_for_url(f"**/items/{NUMBER}?done=new")


def signed_with_the_right_password_only(page: Any, place: str) -> None:
    """A wrong password is refused in a sentence, and what was typed is kept; then it is signed."""
    page.goto(place)
    page.get_by_label("Comment (needed to reject)").fill("Looks right.")
    page.get_by_label("Your name").fill("mchen")
    page.get_by_label("Your password again").fill("wrong horse")
    page.get_by_role("button", name="Approve").click()
    assert "do not belong together" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Comment (needed to reject)").input_value() == "Looks right."
    page.get_by_label("Your password again").fill(PASSWORD)
    page.get_by_role("button", name="Approve").click()
    page.wait_for_url("**?done=sign")


def printed_and_scanned(page: Any, out: Path, site: Any) -> str:
    """Take a copy of the drawing, look at it closely, and return where its QR leads."""
    page.goto(f"/items/{NUMBER}")
    taking = page.locator(".drawing").get_by_role("button", name="Take a copy")
    download(page, taking.click, out)
    said = words_on(out)
    for word in ("RELEASED", NUMBER, "Mei Chen", "C-000001", "eli"):
        assert word in said
    if shutil.which("qpdf"):
        checked = subprocess.run(
            ["qpdf", "--check", out], capture_output=True, text=True, check=False
        )
        assert checked.returncode == 0, checked.stdout + checked.stderr
    (scanned,) = {text for text in codes_on(out) if "/C/" in text}
    return path_of(scanned, site)


def job_on_paper(pat: Any, otto: Any, out: Path, site: Any) -> str:
    """Plan and release a job, print its traveler, scan every code of it; return that of the job."""
    pat.goto(f"/jobs/new?number={NUMBER}")
    for label, value in (("Job number", JOB), ("Quantity", "12"), ("Due", "2027-03-01")):
        pat.get_by_label(label).fill(value)
    pat.get_by_role("button", name="Make the job").click()
    pat.get_by_role("button", name="Release to the floor").click()
    pat.wait_for_url("**?done=release")
    steps = pat.locator("tbody tr").count()
    download(pat, pat.get_by_role("button", name="Print the traveler").click, out)
    scans = [path_of(text, site) for text in codes_on(out) if "/T/" in text]
    assert len(scans) == len(set(scans)) == 1 + steps
    for scan in scans:
        otto.goto(scan)
        assert JOB in otto.locator("dl").inner_text()
        assert otto.locator(".drawing img").is_visible()
    return next(scan for scan in scans if not starts_at_a_later_step(otto, scan))


def starts_at_a_later_step(page: Any, scan: str) -> bool:
    """Say whether a code is for a step that has to wait."""
    page.goto(scan)
    return page.get_by_role("link", name="Start").count() == 0


def made_at_the_machine(otto: Any, code: str) -> None:
    """A wrong PIN is refused; with the right one the first step is started and finished."""
    otto.goto(code)
    at_the_machine(otto, "Start", "0000")
    assert "do not belong together" in otto.get_by_role("alert").inner_text()
    otto.goto(code)
    at_the_machine(otto, "Start", PIN)
    otto.wait_for_url("**?done=start")
    assert otto.get_by_text("RUNNING", exact=True).is_visible()
    at_the_machine(otto, "Finish", PIN, good=11, scrap=1)
    otto.wait_for_url("**?done=finish")


def old_paper_says_stop(public: Any, old_print: str, otto: Any, job_code: str, pat: Any) -> None:
    """The old drawing, the traveler and the job's page say so, each with the way to revision B."""
    public.goto(old_print)
    assert public.get_by_role("heading", name="SUPERSEDED").is_visible()
    assert "B: Slot moved 3 mm." in public.get_by_role("alert").inner_text()
    public.get_by_role("link", name="Go to the current revision B").click()
    assert public.get_by_role("heading", name="CURRENT").is_visible()
    otto.goto(job_code)
    assert otto.get_by_text("STOP", exact=True).is_visible()
    otto.get_by_role("link", name="See revision B").click()
    otto.get_by_role(
        "heading", name="CURRENT"
    ).wait_for()  # it asks first whether the server is there
    pat.goto(f"/jobs/{JOB}")
    assert "SUPERSEDED" in pat.get_by_role("alert").inner_text()
    assert pat.get_by_role("alert").get_by_role("link", name="B").is_visible()


def test_an_author_cannot_sign_their_own_change(
    visit: Callable[..., Any], site: Any, project: Path
) -> None:
    """Not even as approval owner of the item: the page says why, and nothing is signed."""
    from release import desk
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    people.set_roles(vault.ledger, "ada", "quinn", ["engineer", "approver"])
    quinn = people.get(vault.ledger, "quinn")
    drawing = next((project / "sample_vault" / "items" / NUMBER / "A").glob("*.pdf"))
    desk.add_item(vault, quinn, "90-0001", "Own work", "quinn")
    desk.check_in(vault, quinn, "90-0001", {"90-0001.pdf": drawing}, "mine")
    change = desk.open_change(vault, quinn, ["90-0001"], "Mine.").order.change
    page = visit("quinn").page()
    sign(page, f"/changes/{change}", PASSWORD, "quinn")
    assert "cannot approve it" in page.get_by_role("alert").inner_text()
    assert desk.judge(vault, change).order.signoffs == ()
    vault.close()
