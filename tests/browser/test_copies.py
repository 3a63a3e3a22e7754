# SPDX-License-Identifier: AGPL-3.0-or-later
"""A copy from the floor to its end: taken at the machine, scanned when it is old, accounted for."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PASSWORD, PIN = "correct horse 7", "4711"
PHONE = {"width": 390, "height": 844}
NUMBER, JOB = "10-0071", "J-71"


@pytest.fixture(scope="module")
def journey() -> ModuleType:
    """Return the helpers of the other journey: how codes are read off a PDF, and downloads kept."""
    place = Path(__file__).with_name("test_journey.py")
    spec = importlib.util.spec_from_file_location("journey", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def release(vault: Any, drawing: Path, notes: str) -> None:
    """Check a drawing in and release it."""
    from release import desk
    from vault.ledger import people

    eli, mei = (people.get(vault.ledger, name) for name in ("eli", "mchen"))
    if vault.catalogue.item(NUMBER) is None:
        desk.add_item(vault, eli, NUMBER, "Carriage", "mchen")
    desk.check_in(vault, eli, NUMBER, {f"{NUMBER}.pdf": drawing}, notes)
    change = desk.open_change(vault, eli, [NUMBER], notes).order.change
    desk.sign(vault, mei, PASSWORD, change)
    desk.release(vault, eli, change)


def on_the_floor(vault: Any, folder: Path) -> str:
    """Plan and release a job, and return where its traveler leads."""
    from traveler import jobs, sheet
    from vault.ledger import people

    pat = people.get(vault.ledger, "pat")
    jobs.add(vault, pat, JOB, NUMBER, 12, "2027-03-01")
    jobs.release_job(vault, pat, JOB)
    printed = sheet.print_traveler(vault, pat, JOB, folder / "traveler.pdf")
    return f"/t/{printed.addresses[0][1].rpartition('/')[2]}"


def badge(page: Any, button: str) -> None:
    """Say who one is, type the PIN on the keypad, and press the button."""
    page.get_by_label("Otto Lind").check()
    for digit in PIN:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name=button, exact=True).click()


@pytest.mark.slow
def test_a_copy_lives_from_the_machine_to_the_shredder(
    visit: Callable[..., Any], site: Any, project: Path, tmp_path: Path, journey: ModuleType
) -> None:
    """Taken by badge, scanned green, superseded and scanned red, destroyed by badge; recall closes."""
    from vault import home

    drawings = project / "sample_vault" / "items" / "10-0043"
    vault = home.open_vault(site.root)
    release(vault, next((drawings / "A").glob("*.pdf")), "First release.")
    traveler = on_the_floor(vault, tmp_path)
    otto, pat = visit(None, PHONE).page(), visit("pat").page()

    otto.goto(traveler)
    otto.get_by_role("link", name="Copy").click()
    with otto.expect_download() as coming:
        badge(otto, "Take a copy")
    coming.value.save_as(tmp_path / "copy.pdf")
    assert coming.value.suggested_filename == f"{NUMBER}_A_C-000001.pdf"
    assert otto.get_by_label("Badge PIN").input_value() == ""  # it must not stay on the tablet
    (scanned,) = {text for text in journey.codes_on(tmp_path / "copy.pdf") if "/C/" in text}
    place = journey.path_of(scanned, site)

    otto.goto(place)
    assert otto.get_by_role("heading", name="CURRENT").is_visible()
    for said in (NUMBER, JOB, "C-000001", "12 pieces", "otto"):
        assert said in otto.locator("dl").inner_text()

    release(vault, next((drawings / "B").glob("*.pdf")), "Slot moved 3 mm.")
    vault.close()
    otto.goto(place)
    alert = otto.get_by_role("alert").inner_text()
    assert "SUPERSEDED" in alert
    assert "B: Slot moved 3 mm." in alert
    assert otto.get_by_role("alert").bounding_box()["y"] < 200  # seen without scrolling
    assert otto.get_by_role("link", name="Go to the current revision B").is_visible()

    pat.goto("/copies")
    assert "C-000001" in pat.locator("main").inner_text()
    otto.get_by_role("link", name="I destroyed it").click()
    badge(otto, "Destroyed it")
    otto.wait_for_url(f"**/c/{place.rpartition('/')[2]}")
    assert "This copy was destroyed on" in otto.get_by_role("alert").inner_text()

    found_by_scanner(pat, scanned)
    pat.goto(f"/recalls/{NUMBER}/A")
    assert "1 of 2 still to be done" in pat.locator("main").inner_text()  # the job is to be decided


def found_by_scanner(pat: Any, scanned: str) -> None:
    """Nothing is to be collected any more; a hand scanner, which types and presses Enter, finds it."""
    pat.goto("/copies")
    assert "Nothing to collect" in pat.locator("main").inner_text()
    pat.get_by_label("Scan or type a copy").fill(scanned)
    pat.keyboard.press("Enter")
    pat.wait_for_url("**/copies/C-000001")
    assert "Destroyed" in pat.locator("h1").inner_text()
