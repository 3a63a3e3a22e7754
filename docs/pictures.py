# SPDX-License-Identifier: AGPL-3.0-or-later
"""Take the README's pictures anew: the demo, served and looked at with a real browser.

    .venv/bin/python docs/pictures.py

Needs the test programs (`make test` brings them).
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PIL import Image
from playwright.sync_api import Page, sync_playwright

import dev
from release.log import ReleaseLog
from vault import worker
from vault.home import Vault
from web import demo, demo_check, serving

PICTURES = Path(__file__).resolve().parent / "pictures"
DESK, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
WALL = {"width": 1280, "height": 720}
SWITCHES = ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--enable-unsafe-swiftshader"]  # fmt: skip


def main() -> None:
    """Build the demo, serve it, and write every picture."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        port = serving.free_port("127.0.0.1")
        url = f"http://127.0.0.1:{port}"
        vault = demo.build(Path(folder) / "demo", url, lambda line: print("·", line))
        server = subprocess.Popen(
            [sys.executable, "-c", "from vault.cli import main; main()", "--vault", str(vault.root),
             "serve", "--port", str(port)], env={**os.environ},
        )  # fmt: skip
        try:
            demo_check.wait(f"{url}/healthz")
            _take_all(vault, url)
        finally:
            server.terminate()
            server.wait()
            vault.close()


def _take_all(vault: Vault, url: str) -> None:
    codes = dict(
        line.split(" ")
        for line in (vault.root / demo.PRINTS / "codes.txt").read_text().splitlines()
    )
    change = demo.waiting(vault)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=dev.chromium(), args=SWITCHES)
        desk = browser.new_page(viewport=DESK)
        _sign_in(desk, url)
        redline = f"/changes/{change}/redline/10-0044/10-0044_housing_idler.pdf"
        for name, path in {"item": "/items/10-0042", "change": f"/changes/{change}",
                           "redline": redline}.items():  # fmt: skip
            desk.goto(url + path)
            desk.wait_for_load_state("networkidle")  # what changed is drawn one by one
            _write(f"{name}.png", desk.screenshot())
        wall = browser.new_page(viewport=WALL)
        _sign_in(wall, url, "pat")
        for page, name, path in ((wall, "wall", "/wall"), (desk, "dispatch", "/dispatch")):
            page.goto(url + path)
            page.wait_for_timeout(800)
            _write(f"{name}.png", page.screenshot())
        desk.goto(f"{url}/items/11-0001/B/view/11-0001_vise_TV-60.step")
        desk.wait_for_selector(".viewer[data-state=shown]", timeout=60_000)
        desk.wait_for_timeout(500)
        _write("model.png", desk.screenshot())
        phone = browser.new_page(viewport=PHONE)
        for name, job in {"floor": "J-2041", "stop": "J-2042"}.items():
            phone.goto(url + codes[job].strip())
            phone.wait_for_timeout(800)
            _write(f"{name}.png", phone.screenshot())
        phone.goto(url + codes["J-2041"].strip() + "/view/10-0042_bracket.pdf")
        phone.wait_for_selector(".viewer.live")
        phone.dblclick("[data-glass]", position={"x": 110, "y": 250})
        phone.wait_for_timeout(1500)
        _write("closer.png", phone.screenshot())
        _sign_in(phone, url)
        phone.goto(url + redline)
        phone.click("[data-look=swipe]")
        phone.wait_for_timeout(800)
        _write("swipe.png", phone.screenshot())
        browser.close()
    log = ReleaseLog(vault)
    stamped = log.path(log.wanted("10-0042", None), "10-0042_bracket.pdf")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "page.png"
        worker.shared().call(
            "vault.reading.pdf:page_image", path=stamped, page=1, width=1280, out=out
        )
        _write("stamped.png", out.read_bytes())


def _sign_in(page: Page, url: str, name: str = "mchen") -> None:
    page.goto(f"{url}/login")
    page.fill("input[name=name]", name)
    page.fill("input[name=password]", "correct horse 7")
    page.click("main button[type=submit]")
    page.wait_for_load_state()


def _write(name: str, data: bytes) -> None:
    picture: Any = Image.open(io.BytesIO(data)).convert("RGB").quantize(96)
    picture.save(PICTURES / name, optimize=True)
    print(name, (PICTURES / name).stat().st_size)


if __name__ == "__main__":
    main()
