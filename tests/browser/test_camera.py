# SPDX-License-Identifier: AGPL-3.0-or-later
"""The scanner of the page itself: Chromium's camera is a film of a code, read by the page's zxing."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

WIDE, HIGH, FRAMES = 640, 480, 12
LENT = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
LOST = "The camera was not lent to this page"


@pytest.fixture(scope="module")
def traveler(site: Any, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the code of a job on the floor of the served shop."""
    from release import desk
    from traveler import jobs, sheet
    from vault import home
    from vault.ledger import people

    place = tmp_path_factory.mktemp("camera")
    vault = home.open_vault(site.root)
    who = {one.name: one for one in people.everybody(vault.ledger)}
    (place / "route.toml").write_text(
        '[[operation]]\nseq = 10\nstation = "mill-2"\ntitle = "Mill it"\nrun_minutes = 3\n'
    )
    desk.add_item(vault, who["eli"], "10-0042", "Bracket", "mchen")
    desk.check_in(vault, who["eli"], "10-0042", {"route.toml": place / "route.toml"}, "first")
    change = desk.open_change(vault, who["eli"], ["10-0042"], "First.").order.change
    desk.sign(vault, who["mchen"], "correct horse 7", change)
    desk.release(vault, who["eli"], change)
    jobs.add(vault, who["pat"], "J-1", "10-0042", 12, "2027-03-01")
    jobs.release_job(vault, who["pat"], "J-1")
    made = sheet.print_traveler(vault, who["pat"], "J-1", place / "t.pdf")
    vault.close()
    return made.addresses[0][1].rpartition("/")[2].lower()


def film(place: Path, text: str | None, turned: int = 0) -> Path:
    """Make a film of a code lying on a grey bench, or of the bench alone; return where it is."""
    import numpy as np
    import zxingcpp
    from PIL import Image

    bench = Image.new("L", (WIDE, HIGH), 150)
    if text is not None:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        drawn = Image.fromarray(np.array(code.to_image(scale=7))).convert("L")
        drawn = drawn.rotate(turned, expand=True, fillcolor=150)
        bench.paste(drawn, ((WIDE - drawn.width) // 2, (HIGH - drawn.height) // 2))
    frame = b"FRAME\n" + bench.tobytes() + bytes([128]) * (WIDE * HIGH // 2)
    head = f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode()
    place.write_bytes(head + frame * FRAMES)
    return place


@pytest.fixture
def phone(playing: Any, chromium: str, site: Any) -> Callable[..., Any]:
    """Return a maker of phones: what the camera sees, or None where it is not lent."""

    @contextmanager
    def make(seen: Path | None) -> Iterator[Any]:
        flags = ["--disable-quic", "--no-first-run"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            flags.append("--no-sandbox")
        if seen is not None:
            flags += [*LENT, f"--use-file-for-fake-video-capture={seen}"]
        browser = playing.chromium.launch(executable_path=chromium, args=flags)
        try:
            context = browser.new_context(
                base_url=site.url, viewport={"width": 390, "height": 844}, has_touch=True
            )
            context.set_default_timeout(20_000)
            page = context.new_page()
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto("/scan")
            yield page
            assert not faults
        finally:
            browser.close()

    return make


@pytest.mark.parametrize("turned", [0, 30])
def test_the_page_reads_a_traveler_through_the_camera(
    turned: int, phone: Callable[..., Any], site: Any, traveler: str, tmp_path: Path
) -> None:
    """Look, and the job opens; the code is printed in capitals and may lie askew."""
    seen = film(tmp_path / "code.y4m", f"{site.url}/t/{traveler}".upper(), turned)
    with phone(seen) as page:
        assert page.evaluate("isSecureContext")
        page.get_by_role("button", name="Look").tap()
        page.wait_for_url(f"**/t/{traveler}")
        assert "J-1" in page.locator("dl").inner_text()


def test_the_finder_shows_what_the_camera_sees_and_stops_when_told(
    phone: Callable[..., Any], tmp_path: Path, until: Callable[..., None]
) -> None:
    """With nothing to read it goes on looking, leads nowhere, and gives the camera back."""
    with phone(film(tmp_path / "bench.y4m", None)) as page:
        page.get_by_role("button", name="Look").tap()
        video = page.locator(".finder video")
        video.wait_for(state="visible")
        until(page, "document.querySelector('.finder video').currentTime > 0.5")
        assert video.evaluate("it => it.videoWidth") == WIDE
        assert page.url.endswith("/scan")
        page.get_by_role("button", name="Stop").tap()
        video.wait_for(state="hidden")
        tracks = video.evaluate("it => it.srcObject.getTracks().map(one => one.readyState)")
        assert tracks == ["ended"]


def test_a_code_of_something_else_says_what_to_do(
    phone: Callable[..., Any], tmp_path: Path
) -> None:
    """A bar code of a parcel is no code of the shop: the sentence stands in the page."""
    with phone(film(tmp_path / "parcel.y4m", "PARCEL 00340434161094")) as page:
        page.get_by_role("button", name="Look").tap()
        page.get_by_text("is no code, job or copy of this shop").wait_for()


def test_a_camera_that_is_not_lent_is_told(phone: Callable[..., Any]) -> None:
    """The person said no, or there is none: take a picture instead."""
    with phone(None) as page:
        page.get_by_role("button", name="Look").tap()
        page.get_by_text(LOST).wait_for()
        assert page.get_by_text("Take a picture", exact=True).is_visible()
