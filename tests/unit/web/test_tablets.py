# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tablets over HTTP: who is signed in, acts that were kept, scans, networks, and what a code reaches."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from PIL import Image

from traveler import jobs
from traveler.blockers import handling
from traveler.floor import scan, starting
from traveler.tablet import badges, presence
from vault import clock, settings
from vault.codes import new_code
from vault.ledger import events, people

PIN = "4711"
JSON = {"Accept": "application/json"}


@pytest.fixture
def shop(app: Any) -> Any:
    """Return the vault behind the application."""
    from web.visitor import VAULT

    return app.extensions[VAULT]


def signed_in(guest: Any, who: str = "otto", pin: str = PIN) -> Any:
    """Return a tablet at which somebody is signed in by tile and PIN."""
    tablet = guest(None)
    answer = tablet.post("/tablet", {"what": "arrive", "operator": who, "pin": pin})
    assert answer.status_code == 303, answer.text
    return tablet


def pressed(tablet: Any, stock: Any, act: str, **fields: Any) -> Any:
    """Send an act as the program of the floor page does."""
    told = {"act": act, "seq": "10", "key": new_code(), "operator": "otto", **fields}
    return tablet.post(f"/t/{stock.token}/act", told, headers=JSON)


def test_a_person_signed_in_acts_without_a_pin_until_the_minutes_are_over(
    guest: Any, stock: Any, shop: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name stands on the page; ten minutes later the same press is refused by name."""
    tablet = signed_in(guest)
    assert "Otto Lind" in tablet.get(f"/t/{stock.token}").text
    assert pressed(tablet, stock, "start").json["state"] == "running"
    counted = pressed(tablet, stock, "pause", good="3", scrap="1").json
    assert (counted["good"], counted["scrap"]) == (3, 1)
    assert pressed(tablet, stock, "note", words="Burr on the left edge").status_code == 200
    later = clock.text(clock.from_epoch(int(clock.moment(clock.now()).timestamp()) + 660))
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        answer = pressed(tablet, stock, "start")
        assert answer.status_code == 401
        assert answer.json["type"].endswith("nobody-here")
        assert "otto is not signed in" in answer.json["detail"]
        assert pressed(tablet, stock, "start", pin=PIN).status_code == 200
    started = [one for one in jobs.history(shop, "J-1") if one.kind == "operation.start"]
    assert [one.actor for one in started] == ["otto", "otto"]


def test_what_one_pressed_is_not_done_in_the_name_of_another(
    guest: Any, stock: Any, shop: Any
) -> None:
    """Quinn signs in after Otto pressed: Otto's act waits for Otto's PIN."""
    people.set_pin(shop.ledger, "ada", "quinn", "1212")
    tablet = signed_in(guest, "quinn", "1212")
    assert pressed(tablet, stock, "start").status_code == 401
    assert pressed(tablet, stock, "start", operator="quinn").status_code == 200


def test_a_press_sent_twice_counts_once_and_a_stale_one_is_asked_about(
    guest: Any, stock: Any, shop: Any
) -> None:
    """A lost answer is given again; a held job is told and done all the same only when sure."""
    tablet = signed_in(guest)
    pressed(tablet, stock, "start")
    seen = scan.look(shop, stock.token).mark
    key = new_code()
    for _ in range(2):
        assert pressed(tablet, stock, "pause", good="2", key=key, seen=seen).json["good"] == 2
    pressed(tablet, stock, "start")
    pat = people.get(shop.ledger, "pat")
    jobs.hold(shop, pat, "J-1")
    asked = pressed(tablet, stock, "pause", good="1", seen=seen, ago="90")
    assert (asked.status_code, asked.json["type"].rpartition(":")[2]) == (409, "act-stale")
    assert "the job is held now" in asked.json["detail"]
    sure = pressed(tablet, stock, "pause", good="1", seen=seen, ago="90", sure="yes")
    assert sure.json["good"] == 3


def test_a_blocker_is_taken_from_a_queue_once_and_asked_about_when_stale(
    guest: Any, stock: Any, shop: Any
) -> None:
    """With the time it was pressed, on the step it was pressed on; a held job is told first."""
    tablet, key = signed_in(guest), new_code()
    seen = scan.look(shop, stock.token).mark
    told = {"type": "machine", "what": "Spindle hums", "where": "step", "owner": "pat"}
    for _ in range(2):
        answer = pressed(tablet, stock, "block", key=key, seen=seen, ago="90", **told)
        assert answer.status_code == 200, answer.text
        assert "sees to it" in answer.json["said"]
    (one,) = [one for one in handling.listing(shop) if one.blocker.what == "Spindle hums"]
    assert (one.blocker.job, one.blocker.seq, one.blocker.raised_by) == ("J-1", 10, "otto")
    raised = [one for one in jobs.history(shop, "J-1") if one.facts.get("what") == "Spindle hums"]
    assert len(raised) == 1
    assert raised[0].facts["done_at"] < raised[0].at
    jobs.hold(shop, people.get(shop.ledger, "pat"), "J-1")
    asked = pressed(tablet, stock, "block", seen=seen, **(told | {"where": "station"}))
    assert (asked.status_code, asked.json["type"].rpartition(":")[2]) == (409, "act-stale")
    assert "the job is held now" in asked.json["detail"]
    sure = pressed(tablet, stock, "block", seen=seen, sure="yes", **(told | {"where": "station"}))
    assert sure.status_code == 200
    (event,) = [one for one in events.of(shop.ledger, "station/saw") if one.kind == "blocker.raise"]
    assert event.facts["in_spite_of"] == "the job is held now"


def picture() -> bytes:
    """Return a small photo."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(out, "JPEG")
    return out.getvalue()


def test_photos_of_a_blocker_come_from_a_queue_and_are_shown_where_it_holds(
    guest: Any, stock: Any, shop: Any
) -> None:
    """Once however often sent; whoever holds the paper sees them drawn anew, never as they came."""
    tablet, key = signed_in(guest), new_code()
    told = {"type": "machine", "what": "Spindle hums", "where": "step", "owner": "pat"}
    for _ in range(2):
        answer = pressed(
            tablet, stock, "block", key=key, photo=(io.BytesIO(picture()), "a.jpg"), **told
        )
        assert answer.status_code == 200, answer.text
    (number,) = [one.blocker.id for one in handling.listing(shop) if one.photos]
    more = pressed(
        tablet, stock, "shot", blocker=str(number), photo=(io.BytesIO(picture()), "b.jpg")
    )
    assert more.json["said"] == f"The photo is kept with blocker {number}."
    public = guest(None)
    page = public.get(f"/t/{stock.token}").text
    places = re.findall(r'src="(/t/[^"]+/blockers/[^"]+/thumb)"', page)
    assert len(places) == 2
    seen = public.get(places[0])
    assert (seen.status_code, seen.headers["Content-Type"]) == (200, "image/jpeg")
    assert public.get(places[0].replace("thumb", "original")).status_code == 404
    assert public.get(places[0].replace(f"/{number}/", "/1/")).status_code == 404
    assert public.get(f"/blockers/{number}/photos/1/shown").status_code != 200
    for page in ("/blockers", "/jobs/J-1"):
        assert f"/blockers/{number}/photos/2/thumb" in guest("pat").get(page).text
    original = guest("pat").get(f"/blockers/{number}/photos/1/original")
    assert (original.data, "attachment" in original.headers["Content-Disposition"]) == (
        picture(),
        True,
    )
    assert guest("cora").get(f"/blockers/{number}/photos/1/shown").status_code == 403
    page = f"/blockers/{number}"
    bare = guest("pat").post(page, {"act": "withdraw", "photo": "1", "why": ""})
    assert (bare.status_code, "needs a reason" in bare.text) == (422, True)
    gone = guest("pat").post(page, {"act": "withdraw", "photo": "1", "why": "not our machine"})
    assert gone.headers["Location"] == f"{page}?done=withdraw"
    assert "Photo 1 is withdrawn</b>: not our machine" in guest("pat").get(page).text
    assert f"/blockers/{number}/photos/1/thumb" not in guest("pat").get("/blockers").text
    assert public.get(f"/t/{stock.token}/blockers/{number}/1/shown").status_code == 404
    assert public.get(f"/t/{stock.token}/blockers/{number}/2/shown").status_code == 200
    again = guest("pat").post(page, {"act": "withdraw", "photo": "1", "why": "x"})
    assert (again.status_code, "was withdrawn by pat already" in again.text) == (409, True)
    bad = pressed(tablet, stock, "shot", blocker=str(number), photo=(io.BytesIO(b"x y"), "b.jpg"))
    assert (bad.status_code, bad.json["type"].rpartition(":")[2]) == (422, "file-not-taken")
    none = pressed(tablet, stock, "shot", blocker=str(number))
    assert none.json["detail"].startswith("No photo was given")


def test_photos_are_added_by_form_when_raising_and_later(guest: Any, shop: Any) -> None:
    """At the desk; a refused file is one sentence on the page, and nothing was raised."""
    pat = guest("pat")
    told = {"type": "material", "what": "rack empty", "owner": "pat", "job": "J-1"}
    bad = pat.post("/blockers/new", {**told, "photo": (io.BytesIO(b"words"), "a.txt")})
    assert (bad.status_code, "a.txt is not taken: it is text/plain and no photo" in bad.text) == (
        422, True,
    )  # fmt: skip
    made = pat.post("/blockers/new", {**told, "photo": (io.BytesIO(picture()), "a.jpg")})
    place = made.headers["Location"].partition("?")[0]
    later = pat.post(place, {"act": "photo", "photo": (io.BytesIO(picture()), "b.jpg")})
    assert "The photos are kept with the blocker." in pat.get(later.headers["Location"]).text
    empty = pat.post(place, {"act": "photo"})
    assert (empty.status_code, "No photo was given" in empty.text) == (422, True)
    assert [
        len(one.photos) for one in handling.listing(shop) if one.blocker.what == "rack empty"
    ] == [2]


def test_a_report_is_taken_from_a_queue_once_and_asked_about_when_stale(
    guest: Any, stock: Any, shop: Any
) -> None:
    """On the step it was pressed on, with the time of the press; a held job is told first."""
    tablet, key = signed_in(guest), new_code()
    seen = scan.look(shop, stock.token).mark
    told = {"what": "Bore oversize", "qty": "2", "containment": "red box"}
    for _ in range(2):
        answer = pressed(tablet, stock, "nc", key=key, seen=seen, ago="90", **told)
        assert answer.json["said"].startswith("NC-0002 is reported")
    (opened,) = [one for one in jobs.history(shop, "J-1") if one.facts.get("what") == "Bore oversize"
                 and one.kind == "nonconformance.open"]  # fmt: skip
    assert opened.facts["done_at"] < opened.at
    assert (opened.facts["qty"], opened.facts["seq"]) == (2, 10)
    jobs.hold(shop, people.get(shop.ledger, "pat"), "J-1")
    asked = pressed(tablet, stock, "nc", seen=seen, ago="90", **told)
    assert (asked.status_code, asked.json["type"].rpartition(":")[2]) == (409, "act-stale")
    assert pressed(tablet, stock, "nc", seen=seen, ago="90", sure="yes", **told).status_code == 200


@pytest.mark.parametrize(("wrong", "said"), [
    ({"type": ""}, "What kind of blocker it is"), ({"type": "weather"}, "weather"),
    ({"what": " "}, "What is missing or wrong"), ({"owner": "cora"}, "customer"),
    ({"seq": "99"}, "99"), ({"operator": "quinn"}, "quinn"), ({"key": ""}, "The key"),
])  # fmt: skip
def test_a_blocker_from_a_queue_is_refused_as_from_a_form(
    wrong: dict[str, str], said: str, guest: Any, stock: Any, shop: Any
) -> None:
    """Every gate of the form is there; nothing is written."""
    told = {"type": "machine", "what": "Spindle hums", "where": "step", "owner": "pat", **wrong}
    answer = pressed(signed_in(guest), stock, "block", **told)
    assert 400 <= answer.status_code < 500, answer.text
    assert said in answer.json["detail"]
    assert "Spindle hums" not in [one.blocker.what for one in handling.listing(shop)]


@pytest.mark.parametrize("act", ["override", "sign", "release", "approve", "", "finish lot"])
def test_nothing_but_the_acts_of_the_floor_is_taken_from_a_queue(
    act: str, guest: Any, stock: Any
) -> None:
    """A sign-off, a release or a start past a blocker cannot be kept on a tablet and sent later."""
    answer = pressed(signed_in(guest), stock, act)
    assert answer.status_code == 422
    assert answer.json["type"].endswith("not-while-away")


def test_the_state_is_answered_by_its_tag_and_changes_with_the_job(
    guest: Any, stock: Any, shop: Any
) -> None:
    """304 while nothing changed, also past events of other jobs; another tag after an act."""
    tablet = guest(None)
    first = tablet.get(f"/t/{stock.token}/state")
    tag = first.headers["ETag"]
    assert first.json["tag"] in tablet.get(f"/t/{stock.token}").text

    def asked() -> Any:
        return tablet.get(f"/t/{stock.token}/state", headers={"If-None-Match": tag})

    assert asked().status_code == 304
    pat, otto = people.get(shop.ledger, "pat"), people.get(shop.ledger, "otto")
    jobs.add(shop, pat, "J-2", "10-0042", 5, "2027-01-05")
    presence.arrive(shop, otto, "other")
    assert asked().status_code == 304
    starting.start(shop, otto, "J-1", 10)
    changed = asked()
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert changed.json["tag"] in tablet.get(f"/t/{stock.token}").text


def test_a_withdrawn_traveler_says_so_to_the_next_look(guest: Any, stock: Any, shop: Any) -> None:
    """What is kept in memory never outlives the code."""
    from traveler import tokens

    tablet = guest(None)
    looks = ("/state", "", "/pages/10-0042.pdf/1.png", "/view/10-0042.pdf",
             "/tiles/10-0042.pdf/1/3840/0-0.png")  # fmt: skip
    for one in looks:
        assert tablet.get(f"/t/{stock.token}{one}").status_code == 200
    tokens.withdraw(shop, people.get(shop.ledger, "pat"), "J-1")
    for one in looks:
        assert tablet.get(f"/t/{stock.token}{one}").status_code == 404
    answer = tablet.get(f"/t/{stock.token}/state", headers=JSON)
    assert answer.status_code == 404
    assert "withdrawn; ask the planner for a new print" in answer.json["detail"]
    page = tablet.get(f"/t/{stock.token}").text
    assert "Scan another code" in page  # the floor has no account to sign in to
    assert "Sign in</a>" not in page.partition("<main")[2]


def test_a_badge_signs_in_with_its_pin_or_without_where_the_shop_says_so(
    guest: Any, stock: Any, shop: Any, app: Any
) -> None:
    """Looking at a badge signs nobody in; a revoked one says what to do."""
    tablet = guest(None)
    place = f"/B/{stock.badge_code}"
    page = tablet.get(place)
    assert "OTTO LIND" in page.text
    assert "titleblock-tablet" not in str(page.headers.getlist("Set-Cookie"))
    assert tablet.post(place, {"pin": "0000"}).status_code == 401
    there = tablet.post(place, {"pin": PIN, "back": f"/t/{stock.token}"})
    assert there.headers["Location"] == f"/t/{stock.token}"
    assert (
        tablet.post(place, {"pin": PIN, "back": "//evil.example/t/"}).headers["Location"] == "/scan"
    )
    assert "OTTO LIND" in tablet.get("/tablet").text
    tablet.post("/tablet", {"what": "leave"})
    assert "NOBODY" in tablet.get("/tablet").text
    badges.revoke(shop, people.get(shop.ledger, "otto"), 1)
    gone = tablet.get(place)
    assert gone.status_code == 404
    assert "take the newest one" in gone.text


def test_a_waived_pin_is_waived_for_badges_alone(guest: Any, stock: Any, app: Any) -> None:
    """With the setting a badge is enough; a tile is not."""
    from web.app import create_app

    settings.write(stock.root / settings.FILE, badge_pin="waived")
    other = create_app(stock.root)
    client = type(guest(None))(other.test_client())
    assert client.post(f"/b/{stock.badge_code}").status_code == 303
    assert client.post("/tablet", {"what": "arrive", "operator": "otto"}).status_code == 401
    from web.visitor import VAULT

    other.extensions[VAULT].close()


def test_scans_and_typed_numbers_lead_to_their_page(guest: Any, stock: Any) -> None:
    """Codes bare or as an address of any host, in any case; numbers for people of the floor only."""
    anybody = guest(None)

    def led(tablet: Any, given: str) -> str:
        return str(tablet.post("/scan", {"id": given}).headers.get("Location"))

    assert (
        led(anybody, f"HTTPS://OLD.EXAMPLE/T/{stock.token.upper()}") == f"/t/{stock.token.lower()}"
    )
    assert led(anybody, stock.token.upper()) == f"/t/{stock.token.lower()}"
    assert led(anybody, stock.copy_code) == f"/c/{stock.copy_code.lower()}"
    assert led(anybody, stock.code.lower()) == f"/r/{stock.code.lower()}"
    assert led(anybody, stock.badge_code) == f"/b/{stock.badge_code.lower()}"
    for number in ("J-1", "j-1-010", "C-000001"):
        refused = anybody.post("/scan", {"id": number})
        assert refused.status_code == 401
        assert "say who you are first" in refused.text
    nothing = anybody.post("/scan", {"id": "J-99"})
    assert nothing.status_code == 404
    assert 'value="J-99"' in nothing.text

    otto = signed_in(guest)
    page = otto.get(led(otto, "j-1-020"))
    assert "Mill the first side" in page.text
    assert "STOP" not in otto.post("/scan", {"id": "c-1"}).text
    assert "Copy C-000001 of 10-0042 A, for job J-1" in otto.post("/scan", {"id": "c-1"}).text
    assert led(guest("pat"), "J-1") == "/jobs/J-1"


def test_a_tablet_at_a_station_asks_before_a_step_of_another(
    guest: Any, stock: Any, shop: Any
) -> None:
    """It says so on the page, asks on the press, and does it when sure; nobody else binds it."""
    assert guest(None).post("/tablet", {"what": "place", "station": "mill-2"}).status_code == 401
    tablet = signed_in(guest)
    tablet.post("/tablet", {"what": "place", "station": "MILL-2"})
    assert "This tablet stands at" in tablet.get(f"/t/{stock.token}").text
    asked = pressed(tablet, stock, "start")
    assert asked.json["type"].endswith("wrong-station")
    assert pressed(tablet, stock, "start", sure="yes").status_code == 200
    facts = jobs.history(shop, "J-1")[-1].facts
    assert facts["at_station"] == "mill-2"


def test_a_photo_of_the_step_is_kept_as_evidence_once(guest: Any, stock: Any, shop: Any) -> None:
    """A picture goes to the job's evidence by whoever is signed in; the same key adds no second."""
    from PIL import Image

    drawn = io.BytesIO()
    Image.new("RGB", (64, 48), (200, 30, 30)).save(drawn, "JPEG")
    tablet, key = signed_in(guest), new_code()
    for _ in range(2):
        told = {"seq": "10", "key": key, "operator": "otto",
                "photo": (io.BytesIO(drawn.getvalue()), "first.jpg")}  # fmt: skip
        answer = tablet.post(f"/t/{stock.token}/photo", told, headers=JSON)
        assert answer.status_code == 200, answer.text
    kept = [one for one in jobs.history(shop, "J-1") if one.kind.startswith("evidence.")]
    assert len(kept) == 1
    assert kept[0].actor == "otto"


def test_travelers_open_only_from_the_shops_networks_where_it_says_so(
    guest: Any, stock: Any
) -> None:
    """Every address below a traveler is kept to them; people who signed in come from anywhere."""
    from web.addresses import TABLE
    from web.app import create_app
    from web.visitor import VAULT

    settings.write(stock.root / settings.FILE, floor_networks=["192.168.7.0/24", "fd00::/8"])
    app = create_app(stock.root)
    client = type(guest(None))(app.test_client())
    away = {"REMOTE_ADDR": "203.0.113.5"}
    below = [one for one in TABLE if one.rule.startswith("/t/") and one.get is not None]
    assert len(below) >= 6
    for one in below:
        path = example(one.rule, stock)
        answer = client.get(path, environ_overrides=away)
        assert answer.status_code == 403, path
        assert "only from the shop" in answer.text
    for near in ("192.168.7.20", "fd00::1", "::ffff:192.168.7.9"):
        there = client.get(f"/t/{stock.token}", environ_overrides={"REMOTE_ADDR": near})
        assert there.status_code == 200, near
    from vault.ledger import sessions

    ledger = app.extensions[VAULT].ledger
    secret = sessions.open_session(ledger, people.get(ledger, "eli"), "test")
    client.client.set_cookie("__Host-titleblock", secret, domain="vault.example", secure=True)
    assert client.get(f"/t/{stock.token}", environ_overrides=away).status_code == 200
    app.extensions[VAULT].close()


def example(rule: str, stock: Any) -> str:
    """Return an address of a rule, of the other job wherever a job is named."""
    facts = {"number": stock.number, "rev": "A", "change": stock.change, "job": "J-9",
             "token": stock.token, "code": stock.code, "copy": stock.copy, "page": "1",
             "copy_code": stock.copy_code, "badge_code": stock.badge_code}  # fmt: skip
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda part: facts.get(part[1], "1"), rule)
