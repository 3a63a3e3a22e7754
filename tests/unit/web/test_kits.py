# SPDX-License-Identifier: AGPL-3.0-or-later
"""A kit in the browser: STOP on the floor, a link to decide, and the three ways for its item."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from release import desk
from traveler import following, jobs, sheet
from traveler.family import Family, Wanted
from vault.codes import new_code
from vault.ledger import people

WORD = "correct horse 7"


def words(text: str) -> str:
    """Return what a page says."""
    return " ".join(re.sub("<[^>]+>", " ", text).split())


def released(vault: Any, text: str, place: Path) -> None:
    """Release 10-0050 with a note of this text."""
    who = {one.name: one for one in people.everybody(vault.ledger)}
    place.write_text(text)
    desk.check_in(vault, who["eli"], "10-0050", {"note.txt": place}, text)
    order = desk.open_change(vault, who["eli"], ["10-0050"], text).order.change
    desk.sign(vault, who["mchen"], WORD, order)
    desk.release(vault, who["eli"], order)


@pytest.fixture
def code(app: Any, tmp_path: Path) -> str:
    """Return the code of J-9, whose kit has 10-0050 A while B is current."""
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    eli, pat = people.get(vault.ledger, "eli"), people.get(vault.ledger, "pat")
    desk.add_item(vault, eli, "10-0050", "Bolt", "mchen")
    released(vault, "first", tmp_path / "note.txt")
    jobs.add(vault, pat, "J-9", "10-0042", 5, "2027-01-05",
             family=Family(kit=(Wanted("10-0050", qty=4),)))  # fmt: skip
    jobs.release_job(vault, pat, "J-9")
    printed = sheet.print_traveler(vault, pat, "J-9", tmp_path / "t.pdf")
    released(vault, "second", tmp_path / "note.txt")
    following.follow(vault)
    return printed.addresses[0][1].rpartition("/")[2]


def test_the_floor_says_stop_and_whoever_decides_is_led_there(guest: Any, code: str) -> None:
    """The kit stands on the floor page; nothing can be started; job and blocker lead to the choice."""
    page = guest(None).get(f"/t/{code}").text
    assert "STOP 10-0050 revision A in this kit is SUPERSEDED" in words(page)
    assert "Also in the kit 4 × 10-0050 A Bolt" in words(page)
    assert 'data-act="start"' not in page
    pat = guest("pat")
    assert "/jobs/J-9/decision?item=10-0050" in pat.get("/jobs/J-9").text
    blocker = re.search(r"/blockers/(\d+)", pat.get("/blockers?job=J-9").text)
    assert blocker is not None
    assert "decision?item=10-0050" in pat.get(blocker[0]).text
    assert "decision?item=10-0050" in pat.get("/").text


def test_the_three_ways_for_an_item_of_a_kit(guest: Any, code: str) -> None:
    """Each asks for its reason; a deviation wants the approver, a newer one goes into the kit."""
    pat, mei = guest("pat"), guest("mchen")
    place = "/jobs/J-9/decision"
    for path in (place, f"{place}?item=10-0050"):
        shown = words(pat.get(path).text)
        assert "The kit has 10-0050 revision A" in shown
        assert "Take B into the kit" in shown
    assert (
        pat.get(f"{place}?item=99-9999").status_code == 404
        or "99-9999" in pat.get(f"{place}?item=99-9999").text
    )
    told = {"item": "10-0050", "choice": "deviation", "why": "same bolt", "password": WORD}
    assert pat.post(place, told).status_code == 403
    assert mei.post(place, told | {"why": ""}).status_code == 422
    assert mei.post(place, told | {"qty": "3"}).status_code == 303
    page = words(guest(None).get(f"/t/{code}").text)
    assert "DEVIATION 10-0050 A in the kit is superseded" in page
    assert "STOP" not in page
    stale = {"item": "10-0050", "choice": "move", "why": "new bolt", "to": "Z"}
    assert pat.post(place, stale).status_code in {409, 422}
    assert pat.post(place, stale | {"to": "B"}).status_code == 303
    assert "4 × 10-0050 B" in words(pat.get("/jobs/J-9").text)
    assert "There is nothing to decide" in words(pat.get(place).text)
    assert guest(None).get(f"/t/{code}").status_code == 404  # its print names the old revision


def test_a_traveler_opens_the_released_files_of_its_kit_and_of_nothing_else(
    guest: Any, code: str, app: Any, tmp_path: Path
) -> None:
    """Look, picture, tile, copy: at the pinned revision; an item that is not in the kit stays shut."""
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    eli, pat = people.get(vault.ledger, "eli"), people.get(vault.ledger, "pat")
    desk.add_item(vault, eli, "10-0060", "Lid", "mchen")
    jobs.add(vault, pat, "J-8", "10-0050", 5, "2027-01-05", family=Family(kit=(Wanted("10-0042"),)))
    printed = sheet.print_traveler(vault, pat, "J-8", tmp_path / "t8.pdf")
    token, browser = printed.addresses[0][1].rpartition("/")[2], guest(None)
    page = browser.get(f"/t/{token}").text
    assert f"/t/{token}/view/10-0042.pdf?item=10-0042" in page
    seen = browser.get(f"/t/{token}/view/10-0042.pdf?item=10-0042").text
    assert "10-0042 A: 10-0042.pdf" in words(seen)
    assert "item=10-0042" in seen
    below = f"/t/{token}"
    for path in (f"{below}/pages/10-0042.pdf/1.png", f"{below}/tiles/10-0042.pdf/1/3840/0-0.png"):
        assert browser.get(f"{path}?item=10-0042").mimetype == "image/png"
        assert browser.get(path).status_code == 404  # 10-0050 itself has no such file
    told = {"operator": "otto", "pin": "4711", "key": new_code()}
    copy = browser.post(f"{below}/copies/10-0042.pdf?item=10-0042", told)
    assert (copy.status_code, copy.mimetype) == (200, "application/pdf"), words(copy.text)
    for path in ("view/note.txt", "files/note.txt", "copies/note.txt", "read"):
        shut = browser.get(f"/t/{code}/{path}?item=10-0060")
        assert shut.status_code == 404, path
        assert "10-0060 is not among the further items of job J-9" in words(shut.text)
    shut = browser.get(f"/t/{code}/files/note.txt?item=10-0050")
    assert "10-0050 A" in words(shut.text)  # overtaken, and a text carries no mark
    assert shut.status_code in {403, 409}
