# SPDX-License-Identifier: AGPL-3.0-or-later
"""The floor page tells: why a step cannot be finished and how to, and who is on what besides."""

from __future__ import annotations

import re
from typing import Any

import pytest

from traveler import jobs, rework, sheet, stations
from traveler.floor import noting, starting, stopping
from traveler.quality import proof_desk
from traveler.route import Step
from vault.ledger import people

PIN = "4711"


@pytest.fixture
def shop(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


def person(shop: Any, name: str) -> Any:
    """Return somebody of the shop."""
    return people.get(shop.ledger, name)


def words(text: str) -> str:
    """Return what a page says."""
    return " ".join(re.sub("<[^>]+>", " ", text).split())


def signed_in(guest: Any, who: str = "otto", pin: str = PIN) -> Any:
    """Return a tablet at which somebody is signed in."""
    tablet = guest(None)
    tablet.post("/tablet", {"what": "arrive", "operator": who, "pin": pin})
    return tablet


def test_a_step_that_waits_for_proof_of_the_one_before_sends_there_in_plain_words(
    guest: Any, stock: Any, shop: Any
) -> None:
    """No command nobody can type at a machine, but which step to scan."""
    from traveler.floor import stopping

    quinn, pat = person(shop, "quinn"), person(shop, "pat")
    starting.start(shop, pat, "J-1", 10)
    stopping.finish(shop, pat, "J-1", 10)
    proof_desk.ask(shop, quinn, "photo", job="J-1", seq=10, why="asked for")
    said = words(guest(None).get(f"/t/{stock.token}").text)
    assert "First it needs proof: photo at step 10. Scan step 10 and give it there." in said
    assert "titleblock evidence" not in said


def test_a_step_that_owes_proof_says_what_and_leads_there(
    guest: Any, stock: Any, shop: Any
) -> None:
    """Before it runs it is only told; while it runs each proof has its way, and then Finish is there."""
    quinn, pat = person(shop, "quinn"), person(shop, "pat")
    for kind in ("photo", "first piece", "measurements"):
        proof_desk.ask(shop, quinn, kind, job="J-1", seq=10, why="asked for")
    page = guest(None)
    assert "Not to be finished yet" not in page.get(f"/t/{stock.token}").text
    starting.start(shop, pat, "J-1", 10)
    text = page.get(f"/t/{stock.token}").text
    said = words(text)
    assert "Not to be finished yet. First it owes proof:" in said
    assert 'data-act="finish"' not in text
    for kind in ("photo at step 10", "first piece at step 10", "measurement at step 10"):
        assert kind in said
    token = stock.token.lower()
    ways = re.findall(r'href="(/t/[^"]+)"', text[text.index("Not to be finished") :][:2500])
    wanted = {f"/t/{token}/evidence?kind=photo", f"/t/{token}/measure",
              f"/t/{token}/proof/first%20piece"}  # fmt: skip
    found = {one.replace(stock.token, token).replace("+", "%20") for one in ways}
    assert wanted <= found
    for way in ways:
        assert page.get(way).status_code == 200, way
    assert re.search(
        r'value="photo" required checked', page.get(f"/t/{token}/evidence?kind=photo").text
    )
    for kind in ("photo", "first piece", "measurement"):
        proof_desk.waive(shop, quinn, "J-1", kind, "a test", seq=10)
    text = page.get(f"/t/{stock.token}").text
    assert 'data-act="finish"' in text
    assert "Not to be finished yet" not in text


def test_rework_that_is_out_says_why_the_step_stays_open(
    guest: Any, stock: Any, shop: Any, tmp_path: Any
) -> None:
    """Pieces that come back keep the step they come to from being finished; the page names them."""
    pat, otto = person(shop, "pat"), person(shop, "otto")
    starting.start(shop, otto, "J-1", 10)
    stopping.finish(shop, otto, "J-1", 10, 8, rework=2)
    rework.plan(shop, pat, "J-1", 10, "too long", qty=2, steps=[Step(1, "saw", "Cut again")])
    starting.start(shop, otto, "J-1", 20)
    printed = sheet.print_traveler(shop, pat, "J-1", tmp_path / "t.pdf")
    code = next(address for seq, address in printed.addresses if seq == 20).rpartition("/")[2]
    text = guest(None).get(f"/t/{code}").text
    assert "Not to be finished yet. Pieces come back to operation 20 of job J-1" in words(text)
    assert 'data-act="finish"' not in text


def test_whoever_is_on_several_steps_is_told_and_two_on_one_are_both_named(
    guest: Any, stock: Any, shop: Any
) -> None:
    """The person at the tablet sees what else runs under the name; the paper alone tells nobody."""
    pat, otto, quinn = (person(shop, name) for name in ("pat", "otto", "quinn"))
    jobs.add(shop, pat, "J-7", "10-0042", 5, "2027-01-05")
    jobs.release_job(shop, pat, "J-7")
    tablet, nobody = signed_in(guest), guest(None)
    before = tablet.get(f"/t/{stock.token}/state").headers["ETag"]
    starting.start(shop, otto, "J-7", 10)
    assert "You are also on J-7 step 10, Cut the blank" in words(
        tablet.get(f"/t/{stock.token}").text
    )
    page = tablet.get(f"/t/{stock.token}").text
    assert page.index('class="drawing"') < page.index("also on")  # the drawing comes first
    changed = tablet.get(f"/t/{stock.token}/state", headers={"If-None-Match": before})
    assert changed.status_code == 200
    assert changed.json["tag"] in tablet.get(f"/t/{stock.token}").text
    assert "J-7" not in nobody.get(f"/t/{stock.token}").text
    starting.start(shop, otto, "J-1", 10)
    starting.start(shop, quinn, "J-1", 10)
    for page in (tablet, nobody):
        assert "by otto, quinn since" in words(page.get(f"/t/{stock.token}").text)
    stopping.pause(shop, otto, "J-7", 10)
    assert "also on" not in words(tablet.get(f"/t/{stock.token}").text)


def test_work_at_a_vendors_is_sent_out_and_comes_back(guest: Any, stock: Any, shop: Any) -> None:
    """The buttons say what happens to the pieces, and the page where they are and until when."""
    station = jobs.show(shop, "J-1").operations[0].operation.station
    stations.change(shop, person(shop, "pat"), station, outside=True, vendor="Norden", days=5)
    tablet = signed_in(guest)
    page = words(tablet.get(f"/t/{stock.token}").text)
    assert "It is done at Norden." in page
    assert "Send out" in page
    assert "SEND OUT Step 10" in words(tablet.get(f"/t/{stock.token}?act=start").text)
    starting.start(shop, person(shop, "otto"), "J-1", 10)
    page = words(tablet.get(f"/t/{stock.token}").text)
    assert re.search(r"SENT OUT to Norden by otto, back on \w{3} \d+ \w{3} \d{4}", page)
    assert "It is back Part is back" in page
    people.set_pin(shop.ledger, "ada", "quinn", "6063")
    other = words(signed_in(guest, "quinn", "6063").get(f"/t/{stock.token}").text)
    assert "Quinn" in other
    assert "Join" not in other  # nobody joins pieces that are away


def test_a_step_with_many_notes_shows_the_newest_and_says_how_many_there_are(
    guest: Any, stock: Any, shop: Any
) -> None:
    """The newest stands first; a page that has to be read in a second does not grow with the years."""
    for number in range(1, 24):
        noting.note(shop, person(shop, "otto"), "J-1", 10, f"Note {number}.")
    page = words(guest(None).get(f"/t/{stock.token}").text)
    assert page.index("Note 23.") < page.index("Note 4.")
    assert "Note 3." not in page
    assert "3 earlier notes stand on the page of the job" in page
