# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's flow of work: hours and a holiday, child jobs, vendors, rework, a split job, a step left out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from traveler import calendars, jobs, rework, sheet, skipping, splitting, stations
from traveler.family import Family
from traveler.floor import starting, stopping
from traveler.floor.starting import Trip
from traveler.quality import proof_desk
from traveler.route import Step
from vault.home import Vault
from vault.ledger.people import Person
from web import demo_given

DEVICE: Final = "demo"
FLOW: Final = "flow.toml"


def stations_and_hours(vault: Vault, planner: Person, place: Path) -> None:
    """Say how many lanes stations have, who works outside, when the shop is manned."""
    told = _told(place)
    for row in told["station"]:
        code = row["code"]
        more = {key: value for key, value in row.items() if key != "code"}
        known = {one.code for one in stations.listing(vault)}
        (stations.change if code in known else stations.add)(vault, planner, code, **more)
    calendars.tell_hours(vault, planner, told["hours"])
    for code, hours in told["own_hours"].items():
        calendars.tell_hours(vault, planner, hours, code)
    for day in told["day"]:
        calendars.tell_day(vault, planner, _day(day["in"]), day["hours"], name=day["name"],
                           station=day.get("station", ""))  # fmt: skip


def run(vault: Vault, who: Mapping[str, Person], place: Path, prints: Path) -> None:
    """Plan the jobs of the story that are more than a row of steps, and do what was done on them."""
    told = _told(place)
    for job in told["job"]:
        kin = Family(children=job.get("children", False))
        jobs.add(vault, who["pat"], job["job"], job["number"], job["qty"], _day(job["due"]),
                 customer=job["customer"], family=kin)  # fmt: skip
    for act in told["act"]:
        _act(vault, who[act.get("who", "pat")], act, prints)


def worth_opening(place: Path) -> list[tuple[str, str]]:
    """Return the pages that show it, each with why."""
    return [(f"/jobs/{job['job']}", job["shows"]) for job in _told(place)["job"]] + [
        ("/stations", "stations, hours, holidays")
    ]


def _act(vault: Vault, actor: Person, act: Mapping[str, Any], prints: Path) -> None:
    job, seq = act["job"], act.get("seq", 0)
    match act["act"]:
        case "release":
            jobs.release_job(vault, actor, job)
        case "start":
            starting.start(vault, actor, job, seq, device=DEVICE)
        case "send":
            trip = Trip(slip=act["slip"], expected=_day(act["back_in"]))
            starting.start(vault, actor, job, seq, trip=trip, device=DEVICE)
        case "vouch":
            proof_desk.vouch(vault, actor, job, act["proof"], seq=seq, said=act["why"],
                             device=DEVICE)  # fmt: skip
        case "finish":
            demo_given.give(vault, actor.name, job, seq)
            stopping.finish(vault, actor, job, seq, act.get("good"), act.get("scrap", 0),
                         rework=act.get("rework", 0), device=DEVICE)  # fmt: skip
        case "rework":
            steps = [Step(1, act["station"], act["title"], run_minutes=float(act["minutes"]))]
            rework.plan(vault, actor, job, seq, act["why"], steps=steps, repeat=act["again"])
        case "split":
            splitting.split(vault, actor, job, act["qty"], act["why"])
        case "skip":
            skipping.skip(vault, actor, job, seq, act["why"])
        case _:
            sheet.print_traveler(vault, actor, job, prints / f"{job}.pdf")


def _told(place: Path) -> dict[str, Any]:
    return tomllib.loads((place / FLOW).read_text("utf-8"))


def _day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
