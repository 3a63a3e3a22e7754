# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's proof packet: a lot that is made, measured and proved, and the customer's link to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from traveler import jobs
from traveler.customer import shares
from traveler.floor import starting, stopping
from traveler.packet import issuing
from traveler.quality import evidence, internal, measurements, proof_desk
from traveler.quality.evidence import Wanted
from traveler.quality.measurements import Reading
from traveler.shipping import desk as shipping
from vault.home import Vault
from vault.ledger.people import Person

JOB: Final = "J-2030"
ITEM: Final = "10-0051"
DEVICE: Final = "demo"
LINK: Final = "link.txt"
WIDTHS: Final = ("16.08", "16.10", "16.07", "16.11", "16.09", "16.08")
MARKS: Final = (
    {"shape": "arrow", "at": [420, 620, 300, 480]},
    {"shape": "words", "at": [430, 660], "words": "measured here"},
)
DEPTHS: Final = ("2.44", "2.45", "2.43", "2.46", "2.44", "2.45")


def prove(
    vault: Vault,
    who: Mapping[str, Person],
    place: Path,
    prints: Path,
    tell: Callable[[str], None],
) -> None:
    """Make six pieces with all that proves them, issue the packet, and give the customer a link."""
    tell(f"making and proving {JOB}")
    planner, operator, quality = who["pat"], who["nadia"], who["quinn"]
    due = (datetime.now(UTC).date() + timedelta(days=1)).isoformat()
    jobs.add(
        vault, planner, JOB, ITEM, len(WIDTHS), due, customer="Marlow Packaging", order="MP-1188"
    )
    jobs.release_job(vault, planner, JOB)
    starting.start(vault, operator, JOB, 10, device=DEVICE)
    stopping.finish(vault, operator, JOB, 10, device=DEVICE)
    starting.start(vault, operator, JOB, 20, device=DEVICE)
    proof_desk.vouch(vault, operator, JOB, "first piece", seq=20, said="groove and depth in limits",
                     device=DEVICE)  # fmt: skip
    readings = [
        Reading(balloon, str(piece), text, gauge="CAL-07")
        for balloon, texts in (("1", WIDTHS), ("2", DEPTHS))
        for piece, text in enumerate(texts, 1)
    ]
    measurements.record(vault, quality, JOB, None, readings, device=DEVICE)
    stopping.finish(vault, operator, JOB, 20, device=DEVICE)
    photo = Wanted("photo", JOB, words="All six, oiled, in their box")
    (shown,) = evidence.add(
        vault, quality, photo, {"box.jpg": place / "evidence" / "packed.jpg"}, device=DEVICE
    )
    evidence.mark(vault, quality, shown.root, MARKS, device=DEVICE)
    inside = Wanted("photo", JOB, words="The fixture beside it is another customer's")
    (kept,) = evidence.add(
        vault, quality, inside, {"fixture.jpg": place / "evidence" / "burr.jpg"}, device=DEVICE
    )
    internal.mark(vault, quality, kept.root, "shows what is made for somebody else")
    for qty, boxes, tracking in (
        (4, "1 carton, 3 kg", "NC-77120"),
        (2, "1 carton, 2 kg", "NC-77164"),
    ):
        packed = shipping.pack(vault, planner, JOB, qty, boxes=boxes, device=DEVICE)
        shipping.attach(vault, planner, packed.number,
                        {"box.jpg": place / "evidence" / "packed.jpg"}, "before it was closed",
                        device=DEVICE)  # fmt: skip
        shipping.ship(vault, planner, packed.number, carrier="Norden Cargo", tracking=tracking,
                      device=DEVICE)  # fmt: skip
    issuing.issue(vault, quality, JOB)
    _share, address = shares.make(vault, planner, JOB, whom="Incoming inspection", dates=True)
    (prints / LINK).write_text(address.removeprefix(vault.settings.public_url.rstrip("/")))


def worth_opening(prints: Path) -> list[tuple[str, str]]:
    """Return the pages that show it, each with why."""
    link = (prints / LINK).read_text("utf-8").strip()
    return [
        (
            "/packets/PP-0001",
            f"the proof packet of {JOB}: readable, signed, to be checked by anybody",
        ),
        (link, "the customer's link to the same order; no login"),
    ]
