# SPDX-License-Identifier: AGPL-3.0-or-later
"""Change orders in the browser: opened, looked at, amended, commented, signed in one sitting."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import pytest

PASSWORD = "correct horse 7"
WHO = {"signer": "mchen", "password": PASSWORD}


@pytest.fixture
def further(app: Any, tmp_path: Any) -> list[str]:
    """Return two further items with a drawing each, never released."""
    from release import desk
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    eli = people.get(vault.ledger, "eli")
    place = tmp_path / "note.step"
    for number in ("10-0050", "10-0051"):
        desk.add_item(vault, eli, number, f"Plate {number}", "mchen")
        place.write_bytes(f"ISO-10303-21; {number}".encode())
        desk.check_in(vault, eli, number, {"note.step": place}, "first")
    return ["10-0050", "10-0051"]


def opened(browser: Any, *numbers: str, **more: str) -> str:
    """Open an order by the form and return where it stands."""
    form = {"numbers": " ".join(numbers), "notes": "Plates.", **more}
    answer = browser.post("/changes/new", form)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"].partition("?")[0])


def test_an_order_is_looked_at_first_and_opened_with_what_is_said_of_its_items(
    guest: Any, stock: Any, further: list[str]
) -> None:
    """Looking opens nothing; the letter is one it *will be*; notes and dispositions are kept."""
    eli = guest("eli")
    form = {"differing": "1", "leave_out": "1", "notes": "All of it.", "act": "look"}
    looked = eli.post("/changes/new", form)
    assert looked.status_code == 200
    assert "Nothing is opened yet" in looked.text
    assert f"in {stock.change} of eli" in looked.text
    assert eli.get("/changes/CO-0003").status_code == 404
    place = opened(eli, differing="1", leave_out="1", change_class="minor", observers="pat",
                   **{"note-10-0050": "thicker", "stock-10-0050": "scrap"})  # fmt: skip
    page = eli.get(place).text
    for words in ("thicker", "scrap", "minor", "pat", "will be"):
        assert words in page, words
    refused = eli.post("/changes/new", {"numbers": "10-0050", "notes": "Again.", "act": "open"})
    assert refused.status_code == 409
    assert "Again." in refused.text
    assert eli.post("/changes/new", {"notes": "None."}).status_code == 422
    misspelt = {"numbers": "10-0050", "notes": "x", "change_class": "tiny"}
    assert eli.post("/changes/new", misspelt).status_code in {409, 422}


def test_an_order_is_amended_by_its_form_and_the_page_tells_what_changed(
    guest: Any, further: list[str]
) -> None:
    """An item out, a disposition in, another class: each stands in the story."""
    eli = guest("eli")
    place = opened(eli, *further)
    assert "Amend" in eli.get(f"{place}/edit").text
    done = eli.post(f"{place}/edit", {"act": "amend", "notes": "Plates.", "change_class": "minor",
                                      "out-10-0051": "on", "stock-10-0050": "rework"})  # fmt: skip
    assert done.status_code == 303
    story = eli.get(place).text
    for words in ("removed 10-0051", "class minor", "10-0050 stock: rework"):
        assert words in story, words
    last = eli.post(f"{place}/edit", {"act": "amend", "out-10-0050": "on"})
    assert last.status_code == 409
    assert "cancel it with" in last.text
    assert guest("quinn").post(f"{place}/edit", {"act": "amend"}).status_code == 403


def test_observers_comment_and_are_offered_nothing_else(guest: Any, further: list[str]) -> None:
    """The planner who observes sees the comment form alone; a stranger is refused."""
    eli, pat = guest("eli"), guest("pat")
    place = opened(eli, *further, observers="pat")
    page = pat.get(place).text
    assert 'value="comment"' in page
    for act in ("sign", "release", "cancel", "withdraw", "amend"):
        assert f'value="{act}"' not in page
    assert pat.post(place, {"act": "comment", "comment": "When?"}).status_code == 303
    assert "When?" in eli.get(place).text
    refused = pat.post(place, {"act": "cancel", "reason": "mine"})
    assert refused.status_code == 403
    assert "pat observes" in refused.text
    assert guest("quinn").post(place, {"act": "comment", "comment": "x"}).status_code == 403


def test_an_order_is_taken_back_and_cancelled_and_stays_on_record(
    guest: Any, further: list[str]
) -> None:
    """Withdrawn is a state of its own in the list, cancelled is the end."""
    eli = guest("eli")
    place = opened(eli, *further)
    assert eli.post(place, {"act": "withdraw", "reason": ""}).status_code == 422
    assert eli.post(place, {"act": "withdraw", "reason": "hole"}).status_code == 303
    assert place in eli.get("/changes?state=withdrawn").text
    assert eli.post(place, {"act": "cancel", "reason": "no more"}).status_code == 303
    assert "no more" in eli.get(place).text
    assert eli.post(place, {"act": "amend"}).status_code == 409


def test_several_orders_are_signed_in_one_sitting(
    guest: Any, stock: Any, further: list[str], app: Any
) -> None:
    """Each is shown with its files and bound to its own trees; one failure holds up none."""
    eli, mei = guest("eli"), guest("mchen")
    one, two = (opened(eli, number).rpartition("/")[2] for number in further)
    page = mei.get("/changes/sign").text
    seen = dict(re.findall(r'name="(seen-CO-[0-9]+)" value="([^"]+)"', page))
    assert list(seen) == [f"seen-{name}" for name in (stock.change, one, two)]
    upload = {"files": [(BytesIO(b"ISO-10303-21; other"), "note.step")], "note": "slot"}
    assert eli.post("/items/10-0050/checkin", upload).status_code == 303
    marked = {f"choice-{name}": "approved" for name in (stock.change, one, two)}
    wrong = mei.post("/changes/sign", {**seen, **marked, **WHO, "password": "x"})
    assert wrong.status_code == 401
    assert wrong.text.count("checked>I approve it") == 3
    assert mei.post("/changes/sign", {**seen, **marked, **WHO, "signer": "eli"}).status_code == 422
    done = mei.post("/changes/sign", {**seen, **marked, **WHO})
    assert done.status_code == 200
    assert done.text.count("Not signed") == 1
    assert "10-0050 changed since you looked at it" in done.text
    for name, signed in ((stock.change, 1), (one, 0), (two, 1)):
        told = eli.get(f"/api/v1/changes/{name}").json
        assert len(told["signoffs"]) == signed, name
    assert list(re.findall(r'name="seen-(CO-[0-9]+)"', mei.get("/changes/sign").text)) == [one]


def test_the_sheet_names_who_signed_what_when_and_what_it_means(guest: Any, stock: Any) -> None:
    """21 CFR 11.50 and 11.70 on paper: printed name, zone, meaning, whole sha256 and tree."""
    mei = guest("mchen")
    place = f"/changes/{stock.change}"
    seen = re.search(r'name="seen" value="([^"]+)"', mei.get(place).text)
    assert seen
    mei.post(place, {"act": "sign", "seen": seen[1], "comment": "Looks right.", **WHO})
    told = mei.get(f"/api/v1{place}").json
    sheet = mei.get(f"{place}/sheet").text
    for words in ("Mei Chen", "approved", "UTC", "name and password", "Looks right.",
                  told["items"][0]["tree"], told["items"][0]["files"][0]["sha256"]):  # fmt: skip
        assert words in sheet, words
    moment = re.search(r'<time datetime="([^"]+)">[^<]*:[0-9]{2} UTC</time>', sheet)
    assert moment
    assert guest("cora").get(f"{place}/sheet").status_code == 403


def test_programs_are_told_the_class_the_story_and_the_observers(
    guest: Any, further: list[str]
) -> None:
    """The API says what the page shows."""
    eli = guest("eli")
    place = opened(eli, *further, change_class="administrative", observers="pat")
    told = eli.get(f"/api/v1{place}").json
    assert (told["class"], told["observers"]) == ("administrative", ["pat"])
    assert [one["act"] for one in told["events"]] == ["open"]
    assert told["items"][0]["stock"] == ""
