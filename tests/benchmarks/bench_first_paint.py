# SPDX-License-Identifier: AGPL-3.0-or-later
"""How soon a phone on a slow line shows the floor page after a scan, and what it loads for that.

Run with ``python tests/benchmarks/bench_first_paint.py [--runs N]``.  Chromium as a phone of
390 by 844 points, its processor slowed to a quarter, its line to 1.6 Mbit/s with 150 ms to each
answer (Lighthouse's "slow 4G"), nothing kept from an earlier visit.  The peer is the same Chromium
and line at a bare page of one heading, which is what nobody can be faster than.  Bytes are those
that came over the line, headers among them; the picture of the drawing is told apart.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bare import ROOT as BARE_ROOT
from bench_floor import HERE, serving, shop
from measuring import Goal, judged, show, table, world
from playwright.sync_api import Browser, sync_playwright

import dev
from web.serving import free_port

LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8,
        "uploadThroughput": 750e3 / 8}  # fmt: skip
SLOWED = 4
LIMIT_MS, LIMIT_KB = 1500.0, 150.0
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3,
                         "has_touch": True, "is_mobile": True}  # fmt: skip
ASK = """() => {
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  const drawing = [...performance.getEntriesByType("resource")].filter(
    (one) => one.name.includes("/pages/")).map((one) => one.responseEnd);
  return [paint ? paint.startTime : null, drawing.length ? Math.max(...drawing) : null];
}"""


def visited(browser: Browser, url: str) -> tuple[float, float | None, float, float]:
    """Return first paint, end of the drawing (ms), and kB before it and of it."""
    context = browser.new_context(**PHONE, service_workers="block")
    page = context.new_page()
    line = context.new_cdp_session(page)
    asked: dict[str, str] = {}
    sizes: dict[str, float] = {}
    line.on("Network.requestWillBeSent",
            lambda told: asked.__setitem__(told["requestId"], told["request"]["url"]))  # fmt: skip
    line.on("Network.loadingFinished",
            lambda told: sizes.__setitem__(told["requestId"], told["encodedDataLength"]))  # fmt: skip
    line.send("Network.enable")
    line.send("Network.emulateNetworkConditions", LINE)
    line.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.goto(url, wait_until="load")
    until = time.monotonic() + 20
    paint, drawing = page.evaluate(ASK)
    while paint is None and time.monotonic() < until:
        page.wait_for_timeout(100)
        paint, drawing = page.evaluate(ASK)
    context.close()
    of_drawing = {one for one, address in asked.items() if "/pages/" in address}
    before = sum(size for one, size in sizes.items() if one not in of_drawing)
    return paint, drawing, before / 1000, sum(sizes.get(one, 0) for one in of_drawing) / 1000


def measured(url: str, bare: str, runs: int) -> int:
    """Visit both in turns, show what was seen, and judge."""
    found: dict[str, list[tuple[float, float | None, float, float]]] = {
        "floor page": [],
        "bare": [],
    }
    with sync_playwright() as play:
        browser = play.chromium.launch(
            executable_path=dev.chromium(),
            args=["--no-sandbox", "--disable-quic", "--no-first-run",
                  "--disable-background-networking"],
        )  # fmt: skip
        for turn in range(runs + 1):
            for name, address in (("floor page", url), ("bare", bare)):
                one = visited(browser, address)
                if turn:  # the first one starts the browser's own processes
                    found[name].append(one)
        browser.close()
    rows = []
    middle = {name: statistics.median(one[0] for one in all_) for name, all_ in found.items()}
    for name, all_ in found.items():
        paints = [one[0] for one in all_]
        drawn = [one[1] for one in all_ if one[1] is not None]
        rows.append(
            (name, f"{middle[name]:.0f}", f"{min(paints):.0f} to {max(paints):.0f}",
             f"{statistics.median(drawn):.0f}" if drawn else "", f"{all_[-1][2]:.1f}",
             f"{all_[-1][3]:.1f}" if drawn else "", f"{middle[name] / middle['bare']:.2f}")
        )  # fmt: skip
    show(table(["PAGE", "FIRST PAINT ms", "FROM TO", "DRAWING THERE ms", "kB BEFORE IT",
                "kB OF IT", "TIMES BARE"], rows))  # fmt: skip
    show(f"load of the machine {os.getloadavg()[0]:.1f}")
    return judged(
        [
            Goal("first paint in ms", middle["floor page"], LIMIT_MS),
            Goal("kB before the drawing", found["floor page"][-1][2], LIMIT_KB),
        ]
    )


def main() -> int:
    """Serve both, and measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=7)
    chosen = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="titleblock-paint-") as folder:
        port, other = free_port("127.0.0.1"), free_port("127.0.0.1")
        root = Path(folder) / "vault"
        code = shop(root, f"http://127.0.0.1:{port}")[0]
        show(world(root))
        ours = [sys.executable, "-c", "from vault.cli import main; main()", "--vault", str(root),
                "serve", "--port", str(port)]  # fmt: skip
        bare = [sys.executable, str(HERE / "bare.py"), str(other)]
        with serving(ours, port), serving(bare, other, **{BARE_ROOT: folder}):
            return measured(
                f"http://127.0.0.1:{port}/t/{code}",
                f"http://127.0.0.1:{other}/t/{code}",
                chosen.runs,
            )


if __name__ == "__main__":
    sys.exit(main())
