# SPDX-License-Identifier: AGPL-3.0-or-later
"""Labels of 100 × 50 mm, as PDF or as ZPL: one for a station's machine, some for a job's bins.

A station's label leads to what is next there and may hang on the wall; a job's carries a code of
its own, like a print of its traveler, and is withdrawn with those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from release.printed.placing import placed
from traveler import gate, job_records, jobs, stations, tokens
from traveler.errors import BadLabelCount, BadLabelFile, NoStationToLabel
from traveler.sheet import grouped, rows_of, warning
from traveler.station_records import Station
from traveler.views import JobView
from traveler.zpl import DENSITIES
from vault import worker
from vault.codes import qr_address
from vault.home import Vault
from vault.ledger.people import Person, require

MOST: Final = 200
FORMS: Final = (".pdf", ".zpl")


@dataclass(frozen=True, slots=True)
class Labels:
    """Labels that were drawn: where the file is, how many, and the addresses in their codes."""

    path: Path
    count: int
    addresses: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {"file": str(self.path), "labels": self.count, "qr": list(self.addresses)}


def of_stations(
    vault: Vault, codes: Sequence[str], out: Path, density: int = DENSITIES[0]
) -> Labels:
    """Draw a label for each of these stations, for all in use where none is named.

    The ending of ``out`` says PDF or ZPL, ``density`` the dots a millimetre of a label printer.
    Raises NoSuchStation, NoStationToLabel, BadLabelFile or WorkerGaveUp.
    """
    wanted = [stations.get(vault, code) for code in codes]
    wanted = wanted or [one for one in stations.listing(vault) if not one.retired]
    if not wanted:
        raise NoStationToLabel
    addresses = [station_address(vault, one.code) for one in wanted]
    facts = [_station(vault, one, address) for one, address in zip(wanted, addresses, strict=True)]
    return _drawn(out, density, facts, addresses)


def of_job(
    vault: Vault, actor: Person, number: str, out: Path, count: int = 1,
    density: int = DENSITIES[0],
) -> Labels:  # fmt: skip
    """Draw the labels of a job's bins, counted and with one new code, and put that on record.

    Raises RoleNeeded, NoSuchJob, RevisionRecalled, BadLabelCount, BadLabelFile or WorkerGaveUp.
    """
    require(actor, "planner")
    _form(out)
    if not 1 <= count <= MOST:
        raise BadLabelCount(count=count, most=MOST)
    view = jobs.show(vault, number)
    if view.standing.state == "recalled" and not view.ground.workable:
        raise gate.recalled(view.job.item, view.job.rev, view.standing)
    with vault.ledger.writing(actor.name) as writing:
        printed, codes = tokens.issue(writing, view.job, ())
        writing.record(
            "label.printed", job_records.subject(view.job.number), print=printed, labels=count
        )
    address = qr_address(vault.settings.public_url, "t", codes[0].code)
    facts = [_job(vault, view, codes[0].code, address, place, count) for place in range(count)]
    return _drawn(out, density, facts, [address])


def station_address(vault: Vault, code: str) -> str:
    """Return the address of what is next at a station."""
    return f"{vault.settings.public_url}/stations/{quote(code, safe='')}"


def _station(vault: Vault, one: Station, address: str) -> dict[str, Any]:
    named = one.name if one.name != one.code else ""
    return {
        "title": f"Station {one.code}",
        "kind": "STATION",
        "name": one.code,
        "lines": [(named, 12, False, 3), ("Scan: what is next here", 10, True, 2)],
        "warning": "",
        "foot": vault.settings.shop_name,
        "qr": rows_of(address),
        "code": "",
    }


def _job(
    vault: Vault, view: JobView, code: str, address: str, place: int, count: int
) -> dict[str, Any]:
    job = view.job
    told = [part for part in (job.customer, job.order) if part]
    return {
        "title": f"Job {job.number}",
        "kind": "JOB" + (f"   {place + 1} of {count}" if count > 1 else ""),
        "name": job.number,
        "lines": [
            (f"{job.item} rev {job.rev}", 12, True, 1),
            (f"{job.qty} pcs   due {job.due}", 10, True, 1),
            (job.title, 9, False, 1),
            (", ".join(told), 8, False, 1),
        ],
        "warning": warning(view).partition(":")[0],
        "foot": " · ".join(filter(None, (vault.settings.shop_name, "uncontrolled: scan"))),
        "qr": rows_of(address),
        "code": grouped(code),
    }


def _drawn(
    out: Path, density: int, facts: Sequence[dict[str, Any]], addresses: Sequence[str]
) -> Labels:
    dots = density if _form(out) == ".zpl" else 0
    with placed(out) as aside:
        answer = worker.shared().call(
            "traveler.label_draw:draw", name=out.name, out=aside, density=dots, labels=list(facts)
        )
    return Labels(out, int(answer["pages"]), tuple(addresses))


def _form(out: Path) -> str:
    """Return the ending of a file of labels; raises BadLabelFile."""
    form = out.suffix.lower()
    if form not in FORMS:
        raise BadLabelFile(name=out.name)
    return form
