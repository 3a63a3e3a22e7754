# SPDX-License-Identifier: AGPL-3.0-or-later
"""Looking closer with a real browser: by wheel, keys, two fingers and one thumb; models in 3D."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NUMBER = "10-0042"
SHEET, MODEL, PROGRAM = "10-0042_bracket.pdf", "10-0042_bracket.step", "10-0042_op20.nc"
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
TOLD = "name => document.querySelector('.viewer').dataset[name]"
SETTLED = """() => {
  const told = document.querySelector('.viewer').dataset;
  return told.waiting === '0' && Number(told.zoom) > 0;
}"""
INK = """() => {
  const canvas = document.querySelector('[data-canvas]');
  const copy = document.createElement('canvas');
  copy.width = canvas.width; copy.height = canvas.height;
  const pen = copy.getContext('2d');
  pen.drawImage(canvas, 0, 0);
  const {data} = pen.getImageData(0, 0, copy.width, copy.height);
  let dark = 0, bright = 0;
  for (let at = 0; at < data.length; at += 4) {
    const light = data[at] + data[at + 1] + data[at + 2];
    if (light < 240) dark += 1; else if (light > 720) bright += 1;
  }
  return [dark, bright, data.length / 4];
}"""
ZOOMED = """([least, most]) => {
    const zoom = Number(document.querySelector('.viewer').dataset.zoom)
    return least <= zoom && zoom <= most
}"""
FINGERS = """([kind, points]) => {
  const glass = document.querySelector('[data-glass]'), box = glass.getBoundingClientRect();
  for (const [id, x, y] of points) glass.dispatchEvent(new PointerEvent(kind, {
    pointerId: id, pointerType: 'touch', isPrimary: id === 1, bubbles: true, cancelable: true,
    clientX: box.left + x, clientY: box.top + y, button: kind === 'pointermove' ? -1 : 0}));
}"""
AT_ONCE = f"several => several.forEach({FINGERS})"


@dataclass(frozen=True, slots=True)
class Bracket:
    """Where the bracket is looked at: at a desk and on the floor."""

    desk: str
    floor: str


@pytest.fixture(scope="module")
def bracket(site: Any, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Bracket:
    """Fill the served vault with the sample bracket, released, with a job on the floor."""
    from release import desk
    from traveler import jobs, sheet
    from vault import home
    from vault.ledger import people

    vault = home.open_vault(site.root)
    person = {one.name: one for one in people.everybody(vault.ledger)}
    eli, mei, pat = person["eli"], person["mchen"], person["pat"]
    samples = project / "sample_vault" / "items" / NUMBER / "C"
    desk.add_item(vault, eli, NUMBER, "Bracket, motor mount", "mchen")
    files = {
        one.name: one for one in samples.iterdir() if one.suffix in {".pdf", ".step", ".nc", ".dxf"}
    }
    desk.check_in(vault, eli, NUMBER, files, "first")
    change = desk.open_change(vault, eli, [NUMBER], "First release.").order.change
    desk.sign(vault, mei, "correct horse 7", change)
    desk.release(vault, eli, change)
    jobs.add(vault, pat, "J-1", NUMBER, 10, "2027-01-04")
    jobs.release_job(vault, pat, "J-1")
    out = tmp_path_factory.mktemp("printed") / "traveler.pdf"
    token = sheet.print_traveler(vault, pat, "J-1", out).addresses[0][1].rpartition("/")[2]
    vault.close()
    return Bracket(f"/items/{NUMBER}/A", f"/t/{token}")


def axe(page: Any) -> list[str]:
    """Return what axe finds on a page."""
    from axe_playwright_python.sync_playwright import Axe

    violations = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in violations]


def test_looking_is_accessible_and_fits_everywhere(
    visit: Callable[..., Any], bracket: Bracket, looked: Callable[..., list[str]]
) -> None:
    """Axe finds nothing on any kind of file; nothing is wider than a desk's screen or a phone."""
    desk, floor = visit("mchen", DESKTOP).page(), visit(None, PHONE).page()
    for name in (SHEET, MODEL, PROGRAM, "10-0042_bracket.dxf", "item.toml"):
        for page, base, screen in (
            (desk, bracket.desk, DESKTOP),
            (floor, bracket.floor, PHONE),
        ):
            assert page.goto(f"{base}/view/{name}").status == 200
            page.wait_for_load_state("networkidle")
            assert looked(page, screens=(screen,)) == [], (base, name)


def test_the_wheel_and_keys_bring_the_sheet_closer(
    visit: Callable[..., Any], bracket: Bracket, until: Callable[..., None]
) -> None:
    """The first picture is there at once, then squares of what is looked at, down to a hair's width."""
    page = visit("mchen").page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{bracket.desk}/view/{SHEET}")
    page.wait_for_selector(".viewer.live")
    until(page, SETTLED)
    assert page.evaluate(TOLD, "zoom") == "1.00"
    dark, bright, whole = page.evaluate(INK)
    assert dark > 500
    assert bright > whole / 3
    assert not [one for one in asked if "/tiles/" in one], "the whole sheet needs no squares"
    box = page.locator("[data-glass]").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.9)
    for _turn in range(6):
        page.mouse.wheel(0, -240)
    until(page, SETTLED)
    until(page, "document.querySelector('.viewer').dataset.level === '30720'")
    until(page, SETTLED)
    squares = [one for one in asked if "/tiles/" in one]
    assert squares
    assert len(squares) < 60, "only what is on the glass is asked for"
    page.locator("[data-glass]").focus()
    for _time in range(9):
        page.keyboard.press("+")
    until(page, SETTLED)
    assert page.evaluate(TOLD, "level") == "61440", "a letter of 0.1 mm is a dozen points high"
    page.keyboard.press("0")
    until(page, "document.querySelector('.viewer').dataset.zoom === '1.00'")
    page.keyboard.press("r")
    assert page.locator("[data-told]").text_content() == "Turned by 90 degrees"


def test_two_fingers_and_one_thumb_zoom_on_a_phone(
    visit: Callable[..., Any], bracket: Bracket, until: Callable[..., None]
) -> None:
    """Pinch, double tap, a second tap that stays down; every button is wide enough for a glove."""
    page = visit(None, PHONE).page()
    page.goto(f"{bracket.floor}/view/{SHEET}")
    page.wait_for_selector(".viewer.live")
    page.evaluate(FINGERS, ["pointerdown", [[1, 150, 200], [2, 190, 200]]])
    for step in range(1, 9):
        page.evaluate(
            FINGERS, ["pointermove", [[1, 150 - step * 8, 200], [2, 190 + step * 8, 200]]]
        )
    page.evaluate(FINGERS, ["pointerup", [[1, 86, 200], [2, 254, 200]]])
    until(page, ZOOMED, [3.5, 5])
    page.get_by_role("button", name="Whole sheet").click()
    until(page, ZOOMED, [1, 1])
    tap = [["pointerdown", [[1, 200, 260]]], ["pointerup", [[1, 200, 260]]]]
    page.evaluate(AT_ONCE, [*tap, *tap])
    until(page, ZOOMED, [3.9, 4.1])
    page.get_by_role("button", name="Whole sheet").click()
    until(page, ZOOMED, [1, 1])
    away = [[kind, [[1, 120, 200]]] for kind in ("pointerdown", "pointerup", "pointerdown")]
    page.evaluate(AT_ONCE, away)  # so far from the taps before that it goes on with none of them
    for step in range(1, 13):
        page.evaluate(FINGERS, ["pointermove", [[1, 120, 200 + step * 20]]])
    page.evaluate(FINGERS, ["pointerup", [[1, 120, 440]]])
    until(page, ZOOMED, [5.01, 100])
    for button in page.locator(".tool, .under .button").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 48, button.inner_html()
    bottom = page.locator(".tools").bounding_box()
    assert bottom["y"] > 844 / 2, "the tools lie under the thumb"


def test_a_model_turns_and_its_program_is_fetched_only_then(
    visit: Callable[..., Any], bracket: Bracket, until: Callable[..., None]
) -> None:
    """A sheet loads no 3D; a model shows its measures, turns by hand and by button, all in policy."""
    page = visit("mchen").page()
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.goto(f"{bracket.desk}/view/{SHEET}")
    page.wait_for_load_state("networkidle")
    assert not [one for one in asked if "three" in one or "solid.js" in one]
    page.goto(f"{bracket.desk}/view/{MODEL}")
    page.wait_for_selector(".viewer[data-state=shown]", timeout=60_000)
    assert [one for one in asked if "three.min.js" in one]
    assert page.locator(".measures dd").first.inner_text() == "76 × 50 × 86 mm"
    _dark, bright, whole = page.evaluate(INK)
    assert bright < whole, "something is drawn"
    before = page.evaluate(TOLD, "view")
    box = page.locator("[data-glass]").bounding_box()
    page.mouse.move(box["x"] + 300, box["y"] + 200)
    page.mouse.down()
    page.mouse.move(box["x"] + 420, box["y"] + 230, steps=4)
    page.mouse.up()
    until(page, "was => document.querySelector('.viewer').dataset.view !== was", arg=before)
    page.get_by_role("button", name="Front").click()
    until(page, "document.querySelector('.viewer').dataset.view === '0.00 0.00 1.00'")


def test_a_browser_without_3d_keeps_the_picture(
    visit: Callable[..., Any], bracket: Bracket
) -> None:
    """Where WebGL is missing, a sentence and the picture the server drew stand there."""
    look = visit("mchen")
    page = look.page()
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(f"{bracket.desk}/view/{MODEL}")
    page.wait_for_selector(".viewer[data-state=refused]", timeout=60_000)
    assert "cannot show 3D" in page.locator("[data-told]").inner_text()
    assert page.locator("[data-still]").evaluate("one => one.naturalWidth") > 300
    look.faults[:] = [one for one in look.faults if "WebGL" not in one]


def test_what_was_not_confirmed_for_a_minute_is_hidden(
    visit: Callable[..., Any], bracket: Bracket
) -> None:
    """Without contact the sheet goes away after 60 s and says so; it comes back by itself."""
    look = visit(None, PHONE)
    page = look.page()
    page.clock.install()
    page.goto(f"{bracket.floor}/view/{SHEET}")
    page.wait_for_selector(".viewer.live")
    look.context.set_offline(True)
    page.clock.run_for(70_000)
    assert page.locator("[data-lost]").is_visible()
    assert not page.locator(".viewer").is_visible()
    look.context.set_offline(False)
    page.clock.run_for(15_000)
    page.locator("[data-lost]").wait_for(state="hidden")
    assert page.locator(".viewer").is_visible()


def test_lists_show_small_pictures_that_nobody_waits_for(
    visit: Callable[..., Any], bracket: Bracket, until: Callable[..., None]
) -> None:
    """Items, jobs and revisions have one each, fetched when it comes into sight; a phone fits them."""
    page = visit("mchen", PHONE).page()
    for place in ("/items", "/jobs?state=", f"/items/{NUMBER}", "/changes?state="):
        page.goto(place)
        small = page.locator("img.thumb").first
        small.scroll_into_view_if_needed()
        assert small.get_attribute("loading") == "lazy"
        until(page, "document.querySelector('img.thumb').naturalWidth > 100")
        assert page.evaluate(WIDE) <= 0, place
