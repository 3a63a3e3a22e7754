# SPDX-License-Identifier: AGPL-3.0-or-later
"""A real server on a free loopback port, with a real vault, and a real Chromium looking at it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Playwright

PASSWORD = "correct horse 7"
FLAGS = ("--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync",
         "--enable-unsafe-swiftshader")  # 3D without a graphics card  # fmt: skip
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
FAULTS = """async (rules) => {
    const found = (await axe.run({resultTypes: ['violations'], ...rules})).violations
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
    return found.map(one => `${one.id}: ${one.nodes[0].html.slice(0, 160)}`)
        .concat(wide > 0 ? [`${wide} px too wide`] : [])
}"""
CONTRAST = {"runOnly": ["color-contrast"]}
"""What the dark may spoil; all else is as it is in the light."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all of this folder, so that a machine without a browser can leave it out by name."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True, slots=True)
class Site:
    """A served vault: where it lies and where it answers."""

    root: Path
    url: str


@pytest.fixture(scope="session")
def serving() -> Callable[[Path, int, Path], AbstractContextManager[None]]:
    """Return what serves a vault by ``titleblock serve``, two processes of granian, while within."""

    @contextmanager
    def serve(root: Path, port: int, log: Path) -> Iterator[None]:
        with log.open("wb") as kept:
            server = subprocess.Popen(
                [*_titleblock(), "--vault", str(root), "serve", "--port", str(port)],
                stdout=kept, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            try:
                _wait_for(f"http://127.0.0.1:{port}/readyz", server, log)
                yield
            finally:
                server.terminate()
                server.wait(20)

    return serve


@pytest.fixture(scope="module")
def site(
    founded: Path, serving: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """Serve a copy of the vault with people."""
    from vault import settings
    from web.serving import free_port

    place = tmp_path_factory.mktemp("served")
    root = place / "vault"
    shutil.copytree(founded, root, symlinks=True)
    port = free_port("127.0.0.1")
    settings.write(root / settings.FILE, public_url=f"http://127.0.0.1:{port}")
    with serving(root, port, place / "server.log"):
        yield Site(root, f"http://127.0.0.1:{port}")


def _titleblock() -> list[str]:
    return [sys.executable, "-c", "from vault.cli import main; main()"]


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"the server did not come up:\n{log.read_text('utf-8', 'replace')}")


@pytest.fixture(scope="session")
def until() -> Callable[..., None]:
    """Return what waits until an expression holds; asked from outside, as our policy wants it."""

    def until(page: Page, expression: str, arg: Any = None, timeout: float = 30_000) -> None:
        end = time.monotonic() + timeout / 1000
        while not page.evaluate(expression, arg):
            assert time.monotonic() < end, expression
            page.wait_for_timeout(50)

    return until


@pytest.fixture(scope="session")
def looked() -> Callable[..., list[str]]:
    """Return what looks at the page that is open, and tells what is wrong with it.

    It is turned in place, from a phone to a desk and from light to dark, since loading a page is
    what takes the time.  Axe may find nothing, nothing may be wider than the screen, and whatever
    ``asked`` gives as expressions may name nothing; ``on_phone`` is asked on a phone only.
    """
    from axe_playwright_python.base import AXE_SCRIPT

    def look(
        page: Page, *asked: str, on_phone: str = "", screens: tuple[Any, ...] = (PHONE, DESKTOP)
    ) -> list[str]:
        page.evaluate(AXE_SCRIPT)
        wrong = []
        for screen in screens:
            page.set_viewport_size(screen)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme, reduced_motion="reduce")
                found = page.evaluate(FAULTS, CONTRAST if theme == "dark" else {})
                for one in (*asked, *([on_phone] if on_phone and screen is PHONE else ())):
                    found += page.evaluate(one)
                wrong += [f"{page.url}, {screen['width']} px, {theme}: {one}" for one in found]
        page.emulate_media(color_scheme="light")
        return wrong

    return look


@pytest.fixture(scope="session")
def playing() -> Iterator[Playwright]:
    """Start the driver of browsers once."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playing: Playwright, chromium: str) -> Iterator[Browser]:
    """Start Chromium, as the machine has it."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    flags = [*FLAGS, *(["--no-sandbox"] if root else [])]
    started = playing.chromium.launch(executable_path=chromium, args=flags)
    yield started
    started.close()


@dataclass(slots=True)
class Visit:
    """A person at a browser: the context, and what went wrong on its pages."""

    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def page(self) -> Page:
        """Open a new page whose errors are collected."""
        page = self.context.new_page()
        faults = self.faults

        def heard(message: Any) -> None:
            # A page that was refused on purpose is told by the browser as one that failed to load.
            refused = "Failed to load resource" in message.text
            drawn_by_software = "GL Driver Message" in message.text
            if message.type in {"error", "warning"} and not (refused or drawn_by_software):
                faults.append(message.text)

        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", heard)
        return page


@pytest.fixture(scope="module")
def arrived() -> set[str]:
    """Return who has signed in at the site by its form; the next time their cookie is enough."""
    return set()


def signed_in(site: Site, who: str) -> dict[str, str]:
    """Return the cookie of a new session of somebody, opened as the form would."""
    from vault import home
    from vault.ledger import people, sessions
    from web.visitor import COOKIE

    vault = home.open_vault(site.root)
    try:
        secret = sessions.open_session(vault.ledger, people.get(vault.ledger, who), "a browser")
    finally:
        vault.close()
    return {"name": COOKIE, "value": secret, "url": site.url}


@pytest.fixture
def visit(browser: Browser, site: Site, arrived: set[str]) -> Iterator[Callable[..., Visit]]:
    """Return a maker of visits: who (None: nobody signed in), on which screen, light or dark."""
    made: list[Visit] = []

    def make(
        who: str | None = None, screen: dict[str, int] | None = None, theme: str = "light"
    ) -> Visit:
        context = browser.new_context(
            base_url=site.url, viewport=screen or DESKTOP, color_scheme=theme, accept_downloads=True
        )
        context.set_default_timeout(15_000)
        one = Visit(context)
        made.append(one)
        if who in arrived:
            context.add_cookies([signed_in(site, who)])
        elif who is not None:
            arrived.add(who)
            page = one.page()
            page.goto("/login")
            page.get_by_label("Name").fill(who)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(re.compile(r"/(customer)?$"), timeout=60_000)
            page.close()
        return one

    yield make
    for one in made:
        one.context.close()
    assert not [fault for one in made for fault in one.faults]
