# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's proof: a job that owes and gives it, what went wrong on it, and what left with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from traveler import jobs, skipping
from traveler.firstarticle import desk as articles
from traveler.floor import starting, stopping
from traveler.nonconformance import closing, disposing, opening
from traveler.nonconformance import views as nc_views
from traveler.nonconformance.disposing import Rework, Share
from traveler.nonconformance.opening import Wanted
from traveler.quality import measurements, proof_desk
from traveler.quality.measurements import Reading
from traveler.route import Step
from traveler.shipping import desk as shipping
from vault.home import Vault
from vault.ledger.people import Person
from web import demo_memory

JOB: Final = "J-2090"
ITEM: Final = "10-0050"
AGAIN: Final = "J-2094"
REWORKED: Final = "J-2041"
CUSTOMER: Final = "Orrin Automation"
_OUT: Final = "1.9674"
_READ: Final = (("1.9665", "1.5021", "0.2100", "0.0030"), ("1.9668", "1.5024", "0.2110", "0.0045"),
                (_OUT, "1.5026", "0.2095", "0.0060"))  # fmt: skip
_GAUGES: Final = {4: "CMM-1"}
_LATER: Final = ("1.9667", "1.5023", "0.2105", "0.0050")


def run(vault: Vault, who: Mapping[str, Person], password: str, day: Callable[[int], str]) -> None:
    """Tell the story of one job from first piece to receipt, and of pieces that go back."""
    quinn, pat, nadia = who["quinn"], who["pat"], who["nadia"]
    jobs.add(vault, pat, JOB, ITEM, 5, day(5), customer=CUSTOMER, order="PO 88-1207")
    jobs.release_job(vault, pat, JOB)
    proof_desk.ask(vault, quinn, "certificate", before="shipping", customer=CUSTOMER,
                   why="terms of 3 March")  # fmt: skip
    _step(vault, who["otto"], 10)
    starting.start(vault, nadia, JOB, 20, device="demo")
    proof_desk.vouch(vault, nadia, JOB, "first piece", seq=20, said="boss 1.9665", device="demo")
    _measure(vault, nadia, 20, _READ)
    one = opening.open_new(vault, nadia, Wanted(
        JOB, f"Boss {_OUT} in, limit 1.967", 1, 20, pieces="3", containment="red tag, tray 2",
        balloons=["1"], results=[each.id for each in nc_views.proposed(vault, JOB)],
    ), device="demo")  # fmt: skip
    stopping.finish(vault, nadia, JOB, 20, 5, 0, device="demo")
    disposing.dispose(
        vault, quinn, one.number, "use as is", "the mating bore is 1.969 at the least"
    )
    disposing.approve(
        vault, who["mchen"], one.number, password, "stack checked, still 0.0016 clear"
    )
    opening.explain(vault, quinn, one.number, cause="insert changed after piece 2, wear not entered",
                action="enter the wear offset at every insert change")  # fmt: skip
    closing.close(vault, quinn, one.number)
    _step(vault, nadia, 30)
    starting.start(vault, quinn, JOB, 40, device="demo")
    _measure(vault, quinn, 40, (_LATER, _LATER), first=4)
    stopping.finish(vault, quinn, JOB, 40, 5, 0, device="demo")
    proof_desk.waive(vault, quinn, JOB, "certificate", "Orrin supplied the plate", device="demo")
    first = articles.open_new(vault, quinn, JOB, "full", "new part", serial="pieces 1 to 5",
                              supplier="FMW-7", customer="wanted")  # fmt: skip
    articles.materials(vault, quinn, first.number, [
        {"5": "Plate .500", "6": "AMS 4027", "8": f"{CUSTOMER} (customer furnished)", "9": "NA"},
        {"5": "Clear anodize", "6": "MIL-A-8625 type II", "8": "outside", "9": "N"},
    ])  # fmt: skip
    articles.verify(vault, quinn, first.number, password)
    articles.approve(vault, who["rokafor"], first.number, password)
    articles.accept(vault, quinn, first.number, "R. Orrin, Orrin Automation")
    packed = shipping.pack(vault, pat, JOB, 3, boxes="1 carton", pieces="1 to 3", device="demo")
    shipping.certify(vault, quinn, packed.number, password, remarks="Anodized as per drawing")
    shipping.ship(vault, pat, packed.number, carrier="Northline Parcel", tracking="NP 5518 2044")
    shipping.receive(vault, pat, packed.number, "R. Orrin, goods in")
    shipping.pack(vault, pat, JOB, 2, boxes="1 carton", pieces="4 and 5", device="demo")
    jobs.add(vault, pat, AGAIN, ITEM, 6, day(30), customer=CUSTOMER, order="PO 88-1311")
    skipping.skip(vault, pat, AGAIN, 10, "the blanks come sawn to size from Orrin")
    _back(vault, who)
    demo_memory.repeat(vault, who, day)


def worth_opening(vault: Vault) -> list[tuple[str, str]]:
    """Return the pages of it worth opening, and why."""
    found = [(f"/jobs/{JOB}/proof", "proof a job owed: given, vouched for, waived"),
             (f"/jobs/{JOB}/shipping", "a job that leaves in parts, with its certificate"),
             (f"/jobs/{JOB}/fai", "a first article after AS9102, verified and approved by two"),
             (f"/jobs/{AGAIN}/fai", "made another way since: a partial first article is due")]  # fmt: skip
    found += [(f"/nc/{one.number}", f"{one.number}: {one.facts.disposition or 'to be decided'}")
              for one in nc_views.listing(vault)]  # fmt: skip
    return [*found, *demo_memory.worth_opening()]


def _step(vault: Vault, person: Person, seq: int) -> None:
    starting.start(vault, person, JOB, seq, device="demo")
    stopping.finish(vault, person, JOB, seq, device="demo")


def _measure(
    vault: Vault, person: Person, seq: int, rows: tuple[tuple[str, ...], ...], first: int = 1
) -> None:
    readings = [
        Reading(str(balloon), str(piece), text, gauge=_GAUGES.get(balloon, ""))
        for piece, row in enumerate(rows, first) for balloon, text in enumerate(row, 1)
    ]  # fmt: skip
    measurements.record(vault, person, JOB, seq, readings, device="demo")


def _back(vault: Vault, who: Mapping[str, Person]) -> None:
    """Send one bracket of a running job back, and leave another for somebody to decide on."""
    made = opening.open_new(vault, who["nadia"], Wanted(
        REWORKED, "Slot 5.94, undersize: end mill 6 worn", 1, 20, pieces="17",
        containment="blue tray at MILL-1", holds="nothing",
    ), device="demo")  # fmt: skip
    work = Rework([Step(1, "MILL-1", "Open the slot to 6.02")])
    disposing.dispose(vault, who["quinn"], made.number, "rework", "there is stock left", work)
    opening.open_new(vault, who["nadia"], Wanted(
        REWORKED, "Dent on the wall, 0.3 deep, below the bore", 1, 20, pieces="22",
        containment="red tray at QC", holds="nothing",
    ), device="demo")  # fmt: skip
    thin = opening.open_new(vault, who["nadia"], Wanted(
        REWORKED, "Wall 11.92 to 11.94, limit 11.95; one of them with chatter marks", 3, 20,
        pieces="8, 9, 11", containment="red tray at QC", holds="nothing",
    ), device="demo")  # fmt: skip
    disposing.dispose_parts(vault, who["quinn"], thin.number, [
        Share("use as is", 2, "the wall carries nothing there"), Share("scrap", 1, "chatter marks"),
    ])  # fmt: skip
