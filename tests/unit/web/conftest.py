# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stocked vault behind the application, and somebody of every role at the door."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

BASE = "https://vault.example"
ROUTE = b"""\
[[operation]]
seq = 10
station = "saw"
title = "Cut the blank"
setup_minutes = 10
run_minutes = 2

[[operation]]
seq = 20
station = "mill-2"
title = "Mill the first side"
setup_minutes = 45
run_minutes = 12
notes = "Soft jaws."
"""


def one_page_pdf(words: str) -> bytes:
    """Return a small drawing: one A4 page with a frame and a line of text."""
    drawn = f"0.5 w 40 40 515 762 re S BT /F1 18 Tf 80 700 Td ({words}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
            b"/Resources<</Font<</F1 5 0 R>>>>>>"
        ),
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


@dataclass(frozen=True, slots=True)
class Stock:
    """What the stocked vault holds, by the names tests ask for it."""

    root: Path
    number: str
    change: str
    released_change: str
    job: str
    token: str
    code: str
    copy: str = "C-000001"
    copy_code: str = ""
    badge_code: str = ""
    display: str = ""


@pytest.fixture(scope="session")
def stocked(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Stock:
    """Return a vault with a released item, a change in review, a job on the floor; only copied."""
    from release import desk
    from release.log import ReleaseLog
    from traveler import jobs, sheet
    from traveler.blockers import handling
    from traveler.copies import issuing
    from traveler.copies.issuing import Wanted
    from traveler.nonconformance import opening
    from vault import home
    from vault.ledger import people as ledger_people

    place = tmp_path_factory.mktemp("stocked")
    shutil.copytree(founded, place / "vault", symlinks=True)
    vault = home.open_vault(place / "vault")
    people = {one.name: one for one in ledger_people.everybody(vault.ledger)}
    eli, mei, pat = people["eli"], people["mchen"], people["pat"]
    drawing, route = place / "drawing.pdf", place / "route.toml"
    drawing.write_bytes(one_page_pdf("Bracket, first"))
    route.write_bytes(ROUTE)
    desk.add_item(vault, eli, "10-0042", "Bracket, motor mount", "mchen")
    desk.check_in(vault, eli, "10-0042", {"10-0042.pdf": drawing, "route.toml": route}, "first")
    released = desk.open_change(vault, eli, ["10-0042"], "First release.").order.change
    desk.sign(vault, mei, "correct horse 7", released)
    desk.release(vault, eli, released)
    jobs.add(vault, pat, "J-1", "10-0042", 10, "2027-01-04")
    jobs.release_job(vault, pat, "J-1")
    said = handling.Wanted(kind="material", owner="pat", what="no blank", job="J-1")
    handling.resolve(vault, pat, handling.raise_blocker(vault, pat, said).id, "came")
    opening.open_new(vault, pat, opening.Wanted("J-1", "scratch on the face", holds="nothing"))
    printed = sheet.print_traveler(vault, pat, "J-1", place / "traveler.pdf")
    wanted = Wanted("10-0042", "A", "10-0042.pdf", "J-1", 10)
    copy_code = issuing.derived("otto", "0" * 26)
    issuing.issue(vault, people["otto"], wanted, "test", "0" * 26)
    drawing.write_bytes(one_page_pdf("Bracket, second"))
    desk.check_in(vault, eli, "10-0042", {"10-0042.pdf": drawing}, "second")
    change = desk.open_change(vault, eli, ["10-0042"], "Slot moved.").order.change
    badge_code, display = _handed_out(vault, pat)
    code = ReleaseLog(vault).revision("10-0042", "A").code
    vault.close()
    token = printed.addresses[0][1].rpartition("/")[2]
    return Stock(place / "vault", "10-0042", change, released, "J-1", token, code,
                 copy_code=copy_code, badge_code=badge_code, display=display)  # fmt: skip


def _handed_out(vault: Any, planner: Any) -> tuple[str, str]:
    """Give Otto a badge and hang up a screen; return both codes."""
    from traveler.display import links
    from traveler.tablet import badges

    _badge, code = badges.issue(vault, planner, "otto")
    _screen, address = links.make(vault, planner, place="over the saws")
    return code, address.rpartition("/")[2]


@pytest.fixture
def stock(stocked: Stock, tmp_path: Path) -> Stock:
    """Return a copy of the stocked vault that may be changed."""
    root = tmp_path / "stocked"
    shutil.copytree(stocked.root, root, symlinks=True)
    return replace(stocked, root=root)


@pytest.fixture(scope="session", autouse=True)
def templates_once() -> Iterator[None]:
    """Let the applications of this process share the compiled templates: a third of these tests."""
    from flask import Flask
    from jinja2 import BytecodeCache

    kept: dict[tuple[str, str], bytes] = {}

    class Kept(BytecodeCache):
        def load_bytecode(self, bucket: Any) -> None:
            if found := kept.get((bucket.key, bucket.checksum)):
                bucket.bytecode_from_string(found)

        def dump_bytecode(self, bucket: Any) -> None:
            kept[bucket.key, bucket.checksum] = bucket.bytecode_to_string()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": Kept()})
        yield


@pytest.fixture
def app(stock: Stock) -> Iterator[Flask]:
    """Return the application on a vault of its own."""
    from web import tablet
    from web.app import create_app
    from web.remote import basic
    from web.views import customer, links, login
    from web.visitor import VAULT

    for tries in (tablet.TRIES, login.TRIES, links.TRIES, customer.LOOKS, basic.WRONG_TOKENS):
        tries._levels.clear()  # one process tries words and PINs of all tests from one address
    made = create_app(stock.root)
    yield made
    made.extensions[VAULT].close()


@dataclass(frozen=True, slots=True)
class Guest:
    """A browser at the application, signed in or not."""

    client: FlaskClient
    _tokens: dict[tuple[str, ...], str] = field(default_factory=dict, repr=False)

    def get(self, path: str, **more: Any) -> Any:
        """Ask for a page."""
        return self.client.get(path, base_url=BASE, buffered=True, **more)

    def open(self, path: str, method: str, **more: Any) -> Any:
        """Ask with any method."""
        return self.client.open(path, base_url=BASE, method=method, buffered=True, **more)

    def form_token(self) -> str:
        """Return the token of this browser's forms, from a page that has one; its cookies make it."""
        token = self._tokens.get(self._cookies())
        if token is None:
            page = self.get("/account").text + self.get("/login").text
            found = re.search(r'name="form_token" value="([0-9a-f]+)"', page)
            assert found, page[:400]
            token = self._tokens[self._cookies()] = found[1]
        return token

    def _cookies(self) -> tuple[str, ...]:
        return tuple(one.value for one in self.client._cookies.values())

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        """Send a form as a page of the application would."""
        told = {"form_token": self.form_token(), **(data or {})}
        return self.client.post(path, base_url=BASE, data=told, buffered=True, **more)


@pytest.fixture
def guest(app: Flask) -> Callable[[str | None], Guest]:
    """Return a maker of browsers, each signed in as somebody or as nobody (None)."""

    def make(name: str | None) -> Guest:
        from vault.ledger import people as ledger_people
        from vault.ledger import sessions
        from web.visitor import VAULT

        client = app.test_client()
        if name is not None:
            ledger = app.extensions[VAULT].ledger
            secret = sessions.open_session(ledger, ledger_people.get(ledger, name), "test")
            client.set_cookie(
                "__Host-titleblock", secret, domain="vault.example", secure=True, httponly=True
            )
        return Guest(client)

    return make
