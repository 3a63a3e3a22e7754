# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page of the table of addresses, opened in the demo with a real browser and looked at.

The walk follows ``web.addresses.TABLE``: a page that is added there is walked
without a word here, and a part of an address nobody gave an example of fails.
Each page is loaded once; screens and lights are changed in place, since
loading is what takes the time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
NAME, IDLER = "10-0042_bracket.pdf", "10-0044_housing_idler.pdf"
FLOOR = ("/t/", "/scan", "/tablet", "/b/")
"""What is worked at with gloves."""
FILES = (".pdf", ".png", ".csv", ".js")
WHO = {
    "": "ada",
    "/jobs": "pat", "/dispatch": "pat", "/quality": "quinn", "/changes": "mchen",
    "/customer/": "cora", "/customer": "cora", "/customers": "ada",
    "/performance/people/": "otto",
}  # fmt: skip
"""As whom pages are looked at, by the longest beginning; all others as the administrator."""
# fmt: off
INSTEAD = {
    "/changes/<change>/redline/<number>/<name>": f"/changes/{{change}}/redline/10-0044/{IDLER}",
    "/changes/<change>/redline/<number>/<name>/<int:page>/<what>.png":
        f"/changes/{{change}}/redline/10-0044/{IDLER}/1/changes.png",
    "/inbox/<code>/page.png": "/inbox/{inbox}/page.png",
    "/items/<number>/<rev>/models/<name>": "/items/{number}/{rev}/models/10-0042_bracket.step",
    "/t/<token>/models/<name>": "/t/{token}/models/10-0042_bracket.step",
    "/t/<token>/blockers/<int:blocker>/<int:photo>/<role>": "/t/{rack}/blockers/{blocker}/1/thumb",
    "/changes/<change>/sheet": "/changes/CO-0016/sheet",
    "/jobs/<job>/decision": "/jobs/J-2042/decision",
    "/recalls/<number>/<rev>": "/recalls/10-0045/A",
    "/customers/message": "/customers/message?customer=Halvard%20Robotics",
}
# fmt: on
"""Addresses whose example is not made of the usual names."""
NOT_TO_BE_MADE_UP = ("/p/",)
"""What only paper knows: the page that says so is looked at."""
BESIDES = (
    *((who, "/") for who in ("eli", "mchen", "pat", "otto", "quinn", "cora")),
    ("otto", "/people"),
    ("otto", "/items/10-0042"),
    ("eli", "/items?q=zebra"),
    ("eli", "/items/none"),
    ("eli", "/items/10-0044/working"),
    ("eli", "/changes?state=cancelled"),
    ("eli", "/rules?number=10-0042"),
    ("mchen", "/changes/CO-0016"),
    ("pat", "/copies?state=&by=person"),
    ("pat", "/copies?code=C-9"),
    ("pat", "/jobs?state=closed"),
    ("pat", "/jobs/J-2042"),
    ("pat", "/jobs/J-2042/message?corrects=1"),
    ("pat", "/questions/2"),
    ("ada", "/customers?customer=Halvard%20Robotics"),
    ("cora", "/customer/J-2042"),
    ("cora", "/customer?q=zebra"),
    ("cora", "/customer/J-2047"),
    ("ada", "/people?name=otto"),
    (None, "/login"),
    (None, "/r/0000000000000000000000000A"),
    (None, "/c/0000000000000000000000000A"),
    (None, "/t/{stopped}"),
    (None, "/t/{rack}"),
    (None, "/t/{token}?act=start"),
)
"""Other looks of pages: for other people, empty, refused, stopped, unknown."""

FAULTS = """async ([what, options]) => {
    const told = one => one.outerHTML.replace(/\\s+/g, ' ').slice(0, 110)
    const wrong = []
    const root = document.documentElement
    if (root.scrollWidth > root.clientWidth) wrong.push(`${root.scrollWidth} px wide`)
    for (const one of document.images)
        if (one.complete && !one.naturalWidth) wrong.push('broken: ' + told(one))
    const heads = [...document.querySelectorAll('h1')].filter(one => one.checkVisibility())
    if (heads.length !== 1) wrong.push(`${heads.length} headings of the first rank`)
    for (const one of (await axe.run(what, options)).violations)
        wrong.push(`${one.id}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 110)).join(' | ')}`)
    return wrong
}"""
GLOVES = """() => [...document.querySelectorAll('a[href], button, select, textarea, summary, input')]
    .filter(one => one.checkVisibility({visibilityProperty: true, opacityProperty: true}))
    .filter(one => !one.matches('.unseen, .skip, [type=hidden]') && !one.closest('p'))
    .map(one => [one, (one.closest('li, label, .tile') ?? one).getBoundingClientRect()])
    .filter(([, box]) => box.height && (box.height < 48 || box.width < 48))
    .map(([one]) => 'small: ' + one.outerHTML.replace(/\\s+/g, ' ').slice(0, 110))"""
"""Targets below 48 px; a link in a row is as large as its row, one in a sentence is text."""
UNFOCUSED = """() => [...document.querySelectorAll('a[href], button, select, textarea, summary, input')]
    .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.disabled)
    .filter(one => one.type !== 'hidden' && one.tabIndex >= 0)
    .filter(one => {
        one.focus({preventScroll: true})
        if (document.activeElement !== one) return true
        const seen = [one, one.closest('label'), one.nextElementSibling].filter(Boolean)
        return !seen.some(part => {
            const style = getComputedStyle(part)
            return style.outlineStyle !== 'none' || style.boxShadow !== 'none'
        })
    }).map(one => 'focus unseen: ' + one.outerHTML.replace(/\\s+/g, ' ').slice(0, 110))"""
WHAT = {"exclude": [["tbody > tr:nth-child(n+9)"], ["ul > li:nth-child(n+13)"]]}
"""A list of hundreds is not looked at row by row: its rows are made alike."""
EVERYTHING = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
SIGHT = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "target-size"]}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
"""What light, dark and the size of the screen may spoil; all else is the same on each."""


@dataclass
class Walk:
    """A walker with one browser: a window for every person, and what was found."""

    browser: Any
    url: str
    axe: str
    faults: list[str] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)
    _windows: dict[str | None, Any] = field(default_factory=dict)
    _heard: list[str] = field(default_factory=list)

    def window(self, who: str | None) -> Any:
        """Return the window of somebody, who signs in once."""
        if who not in self._windows:
            context = self.browser.new_context(base_url=self.url, reduced_motion="reduce")
            context.set_default_timeout(15_000)
            page = context.new_page()
            page.on("pageerror", lambda error: self._heard.append(str(error)))
            page.on("console", self._listen)
            if who is not None:
                page.goto("/login")
                page.get_by_label("Name").fill(who)
                page.get_by_label("Password").fill("correct horse 7")
                page.get_by_role("button", name="Sign in").click()
                page.wait_for_url(lambda url: not url.endswith("/login"))
            self._windows[who] = page
        return self._windows[who]

    def _listen(self, message: Any) -> None:
        refused = "Failed to load resource" in message.text  # of a page refused on purpose
        drawn_by_software = "GL Driver Message" in message.text
        if message.type in {"error", "warning"} and not (refused or drawn_by_software):
            self._heard.append(message.text)

    def is_page(self, who: str | None, path: str) -> bool:
        """Say whether an address answers with a page at all, not with a file or a picture."""
        answer = self.window(who).context.request.get(path, max_redirects=0, timeout=60_000)
        return bool(answer.headers.get("content-type", "").startswith("text/html")) and (
            answer.status != 303
        )

    def close(self) -> None:
        """Close every window."""
        for page in self._windows.values():
            page.context.close()

    def look(self, who: str | None, path: str, floor: bool) -> int:
        """Open a page, note what is wrong on both screens and in both lights, return the status."""
        page = self.window(who)
        self._heard.clear()
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        status = page.goto(path, wait_until="load").status
        page.evaluate(self.axe)
        wrong = ["phone: " + one for one in page.evaluate(FAULTS, [WHAT, EVERYTHING])]
        if floor:
            wrong += page.evaluate(GLOVES)
        page.emulate_media(color_scheme="dark")
        wrong += ["phone, dark: " + one for one in page.evaluate(FAULTS, [WHAT, CONTRAST])]
        page.set_viewport_size(DESKTOP)
        wrong += ["dark: " + one for one in page.evaluate(FAULTS, [WHAT, CONTRAST])]
        page.emulate_media(color_scheme="light")
        wrong += page.evaluate(FAULTS, [WHAT, SIGHT])
        page.keyboard.press("Tab")  # what is focused after a key shows it
        wrong += page.evaluate(UNFOCUSED)
        self.faults += [f"{path} ({who}): {one}" for one in wrong + self._heard]
        return int(status)


@dataclass(frozen=True, slots=True)
class Demo:
    """The served demo, and what stands for each part of an address."""

    url: str
    facts: dict[str, str]


@pytest.fixture(scope="module")
def demo(serving: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Build the demo and serve it."""
    from web import demo as story
    from web.serving import free_port

    place = tmp_path_factory.mktemp("demo")
    root, port = place / "vault", free_port("127.0.0.1")
    url = f"http://127.0.0.1:{port}"
    vault = story.build(root, url, lambda _line: None)
    facts = _facts(vault, root / story.PRINTS)
    vault.close()
    with serving(root, port, place / "server.log"):
        yield Demo(url, facts)


def _facts(vault: Any, prints: Path) -> dict[str, str]:
    """Return an example of every part of an address that stands in the table."""
    from release.log import ReleaseLog
    from vault import inbox
    from web import demo as story

    def codes(name: str) -> dict[str, str]:
        lines = (prints / name).read_text("utf-8").splitlines()
        return {line.split()[0]: line.split()[1].rpartition("/")[2] for line in lines}

    travelers, copies = codes("codes.txt"), codes("copies.txt")
    return {
        "number": "10-0042", "rev": "C", "name": NAME, "filename": "css/tokens.css",
        "change": story.waiting(vault), "job": "J-2041", "station": "MILL-2", "balloon": "1",
        "token": travelers["J-2041"], "stopped": travelers["J-2042"], "code": "",
        "copy": "C-000004", "copy_code": copies["C-000004"], "kept": "1", "photo": "1",
        "rack": travelers["J-2043"], "blocker": _shown(vault),
        "badge_code": codes("badges.txt")["otto"], "nc": "NC-0002", "packet": "PP-0001",
        "display_code": (prints / "screens.txt").read_text("utf-8").split()[0].rpartition("/")[2],
        "person": "otto", "table": "steps", "question": "1", "gauge": "CAL-09",
        "share": (prints / "link.txt").read_text("utf-8").strip().rpartition("/")[2],
        "page": "1", "wide": "3840", "column": "0", "row": "0", "what": "changes",
        "role": "original", "form": "zip", "paper": "inspection.pdf", "kind": "photo",
        "export": "jobs", "inbox": inbox.waiting(vault)[0].id,
    } | {"code": ReleaseLog(vault).wanted("10-0042", None).code}  # fmt: skip


def _shown(vault: Any) -> str:
    """Return a blocker that has a photo."""
    from traveler.blockers import handling

    return next(str(one.blocker.id) for one in handling.listing(vault) if one.photos)


def _example(rule: str, facts: dict[str, str]) -> str:
    """Return an address of a rule; a part without an example is a fault of this test."""

    def part(found: re.Match[str]) -> str:
        assert found[1] in facts, f"give <{found[1]}> of {rule} an example in _facts()"
        return facts[found[1]]

    return re.sub(r"<(?:\w+:)?(\w+)>", part, INSTEAD.get(rule, rule).format(**facts))


def _who(rule: str) -> str:
    """Return as whom a page is looked at."""
    return WHO[max((one for one in WHO if rule.startswith(one)), key=len, default="")]


@pytest.fixture(scope="module")
def walked(browser: Any, demo: Demo) -> Iterator[Walk]:
    """Look at every page of the table, and at the other looks of some, once for all tests."""
    from axe_playwright_python.base import AXE_SCRIPT

    from web.addresses import TABLE
    from web.doors import ANYBODY

    walk = Walk(browser, demo.url, AXE_SCRIPT)
    for address in TABLE:
        if address.get is None or address.manner not in {"page", "public"}:
            continue
        if address.rule.endswith(FILES):
            continue
        who = None if address.get.who == ANYBODY else _who(address.rule)
        path = _example(address.rule, demo.facts)
        if walk.is_page(who, path):
            status = walk.look(who, path, address.rule.startswith(FLOOR))
            if status == 200:
                walk.titles[f"{path} ({who})"] = walk.window(who).title()
            if status != 200 and not address.rule.startswith(NOT_TO_BE_MADE_UP):
                walk.faults.append(f"{path} ({who}) answers {status}")
    for who, path in BESIDES:
        walk.look(who, path.format(**demo.facts), path.startswith(FLOOR))
    yield walk
    walk.close()


@pytest.mark.timeout(600)
def test_every_page_can_be_read_and_worked_by_everybody(walked: Walk) -> None:
    """On both screens, in both lights: nothing too wide, broken, faint, small, unheard or unnamed."""
    faults = [*walked.faults, *_unnamed(walked.titles)]
    assert not faults, "\n".join(faults)


def _unnamed(titles: Mapping[str, str]) -> Iterator[str]:
    """Yield the pages whose title is not page and shop, or another page's of the same person."""
    seen: dict[tuple[str, str], str] = {}
    for where, title in titles.items():
        page, _dot, shop = title.rpartition(" · ")
        who = where.rpartition(" ")[2]
        if not page or not shop:
            yield f"{where} is called {title!r}"
        elif (who, title) in seen:
            yield f"{where} is called as {seen[who, title]} is: {title!r}"
        seen[who, title] = where
