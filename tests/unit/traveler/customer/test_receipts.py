# SPDX-License-Identifier: AGPL-3.0-or-later
"""A customer confirms that a shipment arrived: their own, once, by name; what is wrong is a question."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from traveler.customer import logins, questions, receipts, records, shares
from traveler.customer.errors import NoSuchOrder, NoSuchShare
from traveler.quality import evidence
from traveler.quality.errors import FileNotTaken
from traveler.shipping import desk
from traveler.shipping.errors import (
    ConfirmedAlready,
    NoSuchShipment,
    ReceiverMissing,
    ShipmentCannot,
)
from vault.errors import NotAllowed

ROUTE = '[[operation]]\nseq = 10\nstation = "saw"\ntitle = "Saw"\nrun_minutes = 1\n'
OURS, THEIRS = "Halvard", "Halvard Robotics"


@pytest.fixture
def sent(shop: Any) -> Any:
    """Return a shop that made four pieces for each of two customers; two of ours have left."""
    from traveler.floor import starting, stopping

    shop.release("10-0042", route__toml=ROUTE)
    for job, customer in (("J-1", OURS), ("J-2", THEIRS)):
        shop.job(job, qty=4, customer=customer)
        starting.start(shop.vault, shop.otto, job, 10)
        stopping.finish(shop.vault, shop.otto, job, 10)
    logins.tie(shop.vault, shop.ada, "cora", OURS, "their buyer")
    for job in ("J-1", "J-1", "J-2"):
        made = desk.pack(shop.vault, shop.pat, job, 2)
        if made.number != "SH-0002":
            desk.ship(shop.vault, shop.pat, made.number, carrier="Hermes")
    return shop


def test_the_customer_confirms_what_arrived_once(sent: Any) -> None:
    """Who and when stand with the shipment; what is wrong waits for an answer as a question."""
    got = receipts.confirm(sent.vault, sent.cora, "J-1", "SH-0001", "Dock B, L. Ruiz",
                           "one box is wet", device="phone")  # fmt: skip
    assert (got.state, got.facts.confirmed_by, got.facts.received_by) == (
        "received", "Dock B, L. Ruiz", "Dock B, L. Ruiz",
    )  # fmt: skip
    _one, entries, _papers = desk.show(sent.vault, "SH-0001")
    assert (entries[-1].act, entries[-1].person, entries[-1].words) == (
        "confirm", "cora", "one box is wet",
    )  # fmt: skip
    (asked,) = questions.waiting(sent.vault, sent.quinn)
    assert asked.words == "SH-0001 arrived, but: one box is wet"
    with sent.vault.ledger.reading() as connection:
        looks = records.login_looks(connection, job="J-1")
    assert [one.what for one in looks] == ["confirmed SH-0001"]
    with pytest.raises(ConfirmedAlready, match="Ruiz confirmed on"):
        receipts.confirm(sent.vault, sent.cora, "J-1", "SH-0001", "again")


def test_the_shops_word_stays_beside_the_customers(sent: Any) -> None:
    """What the shop heard first is not written over."""
    desk.receive(sent.vault, sent.pat, "SH-0001", "the driver says C. Steen", "2026-11-20")
    got = receipts.confirm(sent.vault, sent.cora, "J-1", "SH-0001", "Cora")
    assert (got.facts.received_by, got.facts.received_on, got.facts.confirmed_by) == (
        "the driver says C. Steen", "2026-11-20", "Cora",
    )  # fmt: skip
    assert questions.count(sent.vault) == 0


def test_nobody_confirms_what_is_not_theirs_or_has_not_left(sent: Any) -> None:
    """Nothing is written then, no question either; staff use the shop's own page."""
    for job, number, by, refusal in (
        ("J-2", "SH-0003", "Cora", NoSuchOrder), ("J-1", "SH-0003", "Cora", NoSuchShipment),
        ("J-1", "SH-0099", "Cora", NoSuchShipment), ("J-1", "x", "Cora", NoSuchShipment),
        ("J-1", "SH-0001", " ", ReceiverMissing), ("J-1", "SH-0002", "Cora", ShipmentCannot),
    ):  # fmt: skip
        with pytest.raises(refusal):
            receipts.confirm(sent.vault, sent.cora, job, number, by, "nothing came")
    with pytest.raises(NotAllowed):
        receipts.confirm(sent.vault, sent.pat, "J-1", "SH-0001", "Pat")
    assert questions.count(sent.vault) == 0
    assert [one.state for one in desk.look(sent.vault, "J-1").shipments] == ["shipped", "packed"]


def test_through_a_link_its_own_shipments_are_confirmed(sent: Any) -> None:
    """Written down as a use of the link; a withdrawn link, and another order's shipment, refuse."""
    made, address = shares.make(sent.vault, sent.pat, "J-1")
    code = address.rpartition("/")[2]
    with pytest.raises(NoSuchShipment):
        shares.confirmed(sent.vault, code, "", "phone", "SH-0003", "Goods in")
    shares.confirmed(sent.vault, code, "", "phone", "SH-0001", "Goods in", "two short")
    ((_share, looks),) = shares.listing(sent.vault, "J-1")
    assert [one.what for one in looks] == ["confirmed SH-0001"]
    (asked,) = questions.waiting(sent.vault, sent.quinn)
    assert (asked.share, asked.customer) == (made.id, OURS)
    shares.withdraw(sent.vault, sent.pat, made.id)
    with pytest.raises(NoSuchShare):
        shares.confirmed(sent.vault, code, "", "phone", "SH-0001", "Goods in")


def test_a_receipt_is_kept_as_photo_or_paper_or_not_at_all(sent: Any, tmp_path: Path) -> None:
    """A PDF of the carrier is a document, a picture a photo; one bad file means none is kept."""
    from PIL import Image

    picture, paper, page = tmp_path / "a.jpg", tmp_path / "b.pdf", tmp_path / "c.html"
    Image.new("RGB", (60, 40), "red").save(picture)
    paper.write_bytes(b"%PDF-1.4\n")
    page.write_text("<!doctype html><script>alert(1)</script>")
    files = {one.name: one for one in (picture, paper, page)}
    with pytest.raises(FileNotTaken):
        desk.attach(sent.vault, sent.pat, "SH-0001", files)
    with pytest.raises(Exception, match="needs a file"):
        desk.attach(sent.vault, sent.pat, "SH-0001", {})
    del files["c.html"]
    got = desk.attach(sent.vault, sent.pat, "SH-0001", files, "receipt")
    kinds = [evidence.show(sent.vault, one)[0].kind for one in got.facts.photos]
    assert kinds == ["photo", "document"]
