# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's floor: badges on cards, a job in two lots, a traveler printed again, screens."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from traveler import jobs, lots, sheet
from traveler.display import links
from traveler.family import Family, named
from traveler.tablet import card
from traveler.words import today
from vault.home import Vault
from vault.ledger.people import Person

BADGES: Final = "badges.txt"
CARRIERS: Final = ("otto", "nadia")
REPRINTED: Final = "J-2044"
KIT: Final = ("J-2096", "10-0041", "10-0043:B*2")
SCREENS: Final = "screens.txt"
WALL: Final = (("", "Over the door to hall 1"), ("MILL-1", "At the machine"))
IN_LOTS: Final = ("J-2043", 30)


def equip(vault: Vault, who: Mapping[str, Person], prints: Path) -> None:
    """Hand out badges, split a job into lots, and print again what was lost in the coolant."""
    planner = who["pat"]
    for name in CARRIERS:
        made = card.print_badge(vault, planner, name, prints / f"badge-{name}.pdf")
        address = made.address.removeprefix(vault.settings.public_url.upper()).lower()
        with (prints / BADGES).open("a", encoding="utf-8") as kept:
            kept.write(f"{name} {address}\n")
    job, pieces = IN_LOTS
    part = lots.make(vault, planner, job, pieces)
    sheet.print_traveler(vault, planner, job, prints / f"{job}-lot-1.pdf", lot=part.number)
    lots.make(vault, planner, job, pieces)
    sheet.print_traveler(vault, planner, REPRINTED, prints / f"{REPRINTED}.pdf")
    _kit(vault, planner)
    for station, place in WALL:
        _screen, address = links.make(vault, planner, station, place=place)
        with (prints / SCREENS).open("a", encoding="utf-8") as kept:
            kept.write(address.removeprefix(vault.settings.public_url) + "\n")


def _kit(vault: Vault, planner: Person) -> None:
    """Plan a kit whose second item was overtaken meanwhile, so that somebody has to decide."""
    due = date.fromisoformat(today(vault.settings.time_zone)) + timedelta(days=25)
    job, number, part = KIT
    kit = Family(kit=(named(part),))
    jobs.add(vault, planner, job, number, 4, due.isoformat(), family=kit)


def worth_opening(prints: Path) -> list[tuple[str, str]]:
    """Return the addresses of the tablet: the box to scan into, a badge, prints of a job."""
    name, address = (prints / BADGES).read_text("utf-8").splitlines()[0].split()
    shop, station = (prints / SCREENS).read_text("utf-8").split()
    return [
        (shop, "a screen on the wall, without a sign-in: the shop"),
        (station, "another one: what a machine is at"),
        (f"/jobs/{KIT[0]}/decision", "a kit with an item that was superseded, to be decided"),
        ("/scan", "a tablet on the floor: scan or type, in any case"),
        (address, f"the badge of {name}, as scanned: it asks for the PIN"),
        (f"/jobs/{IN_LOTS[0]}/travelers", "prints and lots of a job, each withdrawn alone"),
    ]
