# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo vault: the sample shop's story, told through the same verbs people use.

Nothing is put into a store behind the product's back, so what the demo shows
is what the product does.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from release import desk, keys, rulebook
from release.log import ReleaseLog
from release.terms import Terms
from traveler import jobs, sheet, stations
from traveler.blockers import handling
from traveler.decisions import deciding
from traveler.floor import starting, stopping
from traveler.quality import proof_desk
from vault import device, founding, inbox, item, locks, settings
from vault.home import Vault
from vault.item import Item
from vault.ledger import people
from vault.ledger.people import Person
from web import (
    demo_copies,
    demo_customer,
    demo_floor,
    demo_flow,
    demo_given,
    demo_orders,
    demo_packets,
    demo_paper,
    demo_past,
    demo_proof,
    demo_quality,
    demo_queue,
    demo_views,
)
from web.errors import NoSample

Tell = Callable[[str], None]
STORY: Final = "story.toml"
RULES: Final = "rules.toml"
REVIEW: Final = "review"
PRINTS: Final = "prints"


@dataclass(frozen=True, slots=True)
class Address:
    """A page of the demo worth opening, and why."""

    path: str
    why: str


def sample() -> Path:
    """Return the folder of the sample vault; raises NoSample where only the wheel is installed."""
    place = Path(__file__).resolve().parents[1] / "sample_vault"
    if not (place / STORY).is_file():
        raise NoSample(where=place)
    return place


def is_for(root: Path, url: str) -> bool:
    """Say whether a folder holds a finished demo vault whose QR codes lead to an address."""
    if not (root / PRINTS).is_dir() or not (root / settings.FILE).is_file():
        return False
    return settings.load(root / settings.FILE).public_url == url


def build(root: Path, url: str, tell: Tell) -> Vault:
    """Make the demo vault in a new folder and return it opened."""
    place = sample()
    story = tomllib.loads((place / STORY).read_text("utf-8"))
    first = story["person"][0]["name"]
    tell("founding the vault")
    device.be("office")
    with demo_past.at(demo_past.FOUNDED):
        vault, who = _founded(root, url, story, place)
    prints = root / f".{PRINTS}"
    prints.mkdir()
    _orders(vault, who, place, story, prints, tell)
    for job in story["job"]:
        if "before" not in job:
            tell(f"working on {job['job']}")
            _job(vault, who, job, prints)
        taken = [row for row in story["copy"] if row.get("job") == job["job"]]
        demo_copies.take(vault, who, taken, prints)
    demo_flow.run(vault, who, place, prints)
    demo_copies.withdraw(vault, who, story["recall"], story["read"])
    demo_queue.fill(vault, who, story["queue"], _day)
    demo_quality.record(vault, who, place, tell)
    demo_packets.prove(vault, who, place, prints, tell)
    for decision in story["decision"]:
        _decided(vault, who, decision, _password(story, decision["by"]))
    for blocker in story["blocker"]:
        _blocker(vault, who, blocker, place, tell)
    tell("proving a job, and shipping it")
    demo_proof.run(vault, who, _password(story, "quinn"), _day)
    tell("taking over last night's orders")
    demo_orders.take(vault, who["pat"], place / "erp")
    _brought(vault, who["eli"], place)
    _printed(vault, who, prints)
    _ended(vault, who, who[first], place)
    prints.rename(root / PRINTS)  # the last step, so that a half-made demo is made again
    return vault


def _founded(
    root: Path, url: str, story: Mapping[str, Any], place: Path
) -> tuple[Vault, dict[str, Person]]:
    """Found the vault, and let in people, rules and stations."""
    first = story["person"][0]["name"]
    vault = founding.found(root, first, public_url=url, shop_name=story["shop"]["name"])
    who = _people(vault, story["person"])
    rules = (place / RULES).read_text("utf-8")
    rulebook.edit(vault, who[first], rules, "what this shop asks for")
    for row in story["station"]:
        stations.add(vault, who["pat"], row["code"], row["title"])
    demo_flow.stations_and_hours(vault, who["pat"], place)
    return vault, who


def _ended(vault: Vault, who: Mapping[str, Person], first: Person, place: Path) -> None:
    """Let customers in, and change the key as once a year."""
    demo_customer.welcome(vault, who, place)
    keys.rotate(vault, first, "yearly change of the signing key")


def _printed(vault: Vault, who: Mapping[str, Person], prints: Path) -> None:
    """Print what hangs on walls and machines, and what people carry on the floor."""
    demo_paper.print_all(vault, who, waiting(vault), prints)
    demo_floor.equip(vault, who, prints)


def logins() -> list[tuple[str, str, str, str]]:
    """Return name, roles, password and PIN of everybody in the story."""
    story = tomllib.loads((sample() / STORY).read_text("utf-8"))
    return [
        (row["name"], ", ".join(row["roles"]), row["password"], row.get("pin", ""))
        for row in story["person"]
    ]


def worth_opening(vault: Vault) -> list[Address]:
    """Return the pages that tell the story, the floor pages first."""
    found = [
        Address(line.split(" ", 1)[1].strip(), f"traveler of {line.split(' ', 1)[0]}, as scanned")
        for line in (vault.root / PRINTS / "codes.txt").read_text("utf-8").splitlines()
    ]
    log = ReleaseLog(vault)
    for row in vault.catalogue.items(limit=1000):
        revisions = log.revisions(row.number)
        if len(revisions) > 2 and log.current(row.number):
            old, new = revisions[0], revisions[-1]
            found += [
                Address(f"/r/{old.code}", f"the QR of {old.number} {old.rev}: superseded"),
                Address(f"/r/{new.code}", f"the QR of {new.number} {new.rev}: current"),
                Address(
                    f"/items/{row.number}", f"{row.number} {row.title}, {len(revisions)} revisions"
                ),
            ]
            break
    found += [Address("/items/10-0042/current", "a release to take along as proof: *Export*")]
    found += [Address(*one) for one in demo_views.worth_opening(vault)]
    found += [Address("/items?kind=assembly", "items by kind, state, owner and material")]
    found += [Address(f"/items/{row.number}", f"{row.number} {row.title}: what it is made of")
              for row in vault.catalogue.items(kind="assembly", limit=1)]  # fmt: skip
    waiting = desk.listing(vault, "open")
    found += [Address(f"/changes/{one.change}", f"waits for a signature: {one.notes}")
              for one in waiting]  # fmt: skip
    found.append(Address("/erp", "orders from the ERP and back; try sample_vault/erp there"))
    found += [Address(*one) for one in demo_floor.worth_opening(vault.root / PRINTS)]
    found += [Address(*one) for one in demo_copies.worth_opening(vault, vault.root / PRINTS)]
    found += [Address("/rules/stamps", "a stamp tried on any drawing, in any template")]
    found += [Address(*one) for one in demo_flow.worth_opening(sample())]
    found += [Address(*one) for one in demo_quality.worth_opening()]
    found += [Address(*one) for one in demo_proof.worth_opening(vault)]
    found += [Address(*one) for one in demo_packets.worth_opening(vault.root / PRINTS)]
    found += [Address(*one) for one in demo_customer.worth_opening()]
    found += [Address("/recalls", "what recalls and supersessions still leave to do")]
    found += [Address("/inbox", "a file from a watched folder that nobody could place")]
    asked = [one.blocker for one in handling.listing(vault) if one.blocker.decides]
    found += [Address(f"/jobs/{one.job}/decision", "a job on a superseded revision: decide")
              for one in asked[:1]]  # fmt: skip
    found += [Address("/dispatch", "what needs action now, and why")]
    found += [Address(*one) for one in demo_past.worth_opening()]
    found += [Address("/wall", "the shop on the wall; each station has a display of its own")]
    found += [Address("/blockers", "what keeps work from going on, and who sees to it")]
    return [*found, Address("/jobs", "all jobs"), Address("/items", "all items")]


def waiting(vault: Vault) -> str:
    """Return the change order that waits for a signature in the story."""
    return desk.listing(vault, "open")[0].change


# --- the story --------------------------------------------------------------


def _orders(
    vault: Vault, who: Mapping[str, Person], place: Path, story: Mapping[str, Any], prints: Path,
    tell: Tell,
) -> None:  # fmt: skip
    """Release what the story released, in its order, and open what waits for review.

    What was released long ago is released at that day, between the jobs of the past.
    """
    past = demo_past.Past(vault, who)
    for order in story["change"]:
        for job in story["job"]:
            if job.get("before") in order["items"]:  # it was in work when this was released
                tell(f"working on {job['job']}")
                _job(vault, who, job, prints)
        if order.get("signed"):
            vault = demo_paper.signing(vault, who)
        tell(f"releasing {', '.join(order['items'])}")
        with past.on(order["days_ago"]):
            change = _opened(vault, who, place, order, order["items"])
            desk.sign(vault, who[order["approver"]], _password(story, order["approver"]), change)
            desk.release(vault, who[order["approver"]], change)
            early = [
                one for one in story["copy"] if "job" not in one and one["item"] in order["items"]
            ]
            demo_copies.take(vault, who, early, prints)
    for order in story["review"]:
        tell(f"opening {', '.join(order['items'])} for review")
        _opened(vault, who, place, order, [f"{one.split()[0]} {REVIEW}" for one in order["items"]])
        locks.take(
            vault, who[order["author"]], order["items"][0].split()[0], "in review; ask me first"
        )


def _people(vault: Vault, rows: Sequence[Mapping[str, Any]]) -> dict[str, Person]:
    admin = rows[0]["name"]
    for row in rows:
        name = row["name"]
        if name != admin:
            people.add(vault.ledger, admin, name, row["roles"], row["full_name"])
        people.set_password(vault.ledger, admin, name, row["password"])
        if "pin" in row:
            people.set_pin(vault.ledger, admin, name, row["pin"])
    return {row["name"]: people.get(vault.ledger, row["name"]) for row in rows}


def _brought(vault: Vault, engineer: Person, place: Path) -> None:
    """Put into the inbox what a watched folder would bring there: a drawing without a number."""
    number, name = "11-0014", "11-0014_handle.pdf"
    inbox.put(vault, engineer, "cad-2:D:/cad/from supplier/handle proposal.pdf",
              "handle proposal.pdf", place / "items" / number / "A" / name, number,
              "the number stands on the drawing")  # fmt: skip


def _password(story: Mapping[str, Any], name: str) -> str:
    return str(next(row["password"] for row in story["person"] if row["name"] == name))


def _opened(
    vault: Vault, who: Mapping[str, Person], place: Path, order: Mapping[str, Any],
    items: Sequence[str],
) -> str:  # fmt: skip
    author = who[order["author"]]
    numbers = []
    for entry in items:
        number, rev = entry.split()
        folder = place / "items" / number / rev
        told = item.parse((folder / item.FILE).read_bytes(), f"{number}/{rev}")
        if vault.catalogue.item(number) is None:
            _add(vault, author, told)
        files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}
        desk.check_in(vault, author, number, files, order["notes"])
        numbers.append(number)
    terms = Terms(
        change_class=order.get("class", ""), notes=order.get("item_notes", {}),
        stock=order.get("stock", {}),
        observers=tuple(order["observers"]) if "observers" in order else None,
        readers=tuple(order["readers"]) if "readers" in order else None,
    )  # fmt: skip
    return desk.open_change(vault, author, numbers, order["notes"], terms).order.change


def _add(vault: Vault, author: Person, told: Item) -> None:
    desk.add_item(
        vault, author, told.number, told.title, told.owner, told.kind, metadata=told.metadata
    )


def _job(vault: Vault, who: Mapping[str, Person], job: Mapping[str, Any], prints: Path) -> None:
    planner = who["pat"]
    jobs.add(vault, planner, job["job"], job["number"], job["qty"], _day(job["due"]), job.get("rev"),
             job.get("customer", ""))  # fmt: skip
    if job["state"] != "released":
        return
    jobs.release_job(vault, planner, job["job"])
    printed = sheet.print_traveler(vault, planner, job["job"], prints / f"{job['job']}.pdf")
    address = printed.addresses[0][1].removeprefix(vault.settings.public_url.upper())
    with (prints / "codes.txt").open("a", encoding="utf-8") as codes:
        codes.write(f"{job['job']} {address.lower()}\n")
    for act in job["acts"]:
        actor = who[act["who"]]
        if act["act"] == "start":
            starting.start(vault, actor, job["job"], act["seq"], device="demo")
        elif act["act"] == "pause":
            stopping.pause(vault, actor, job["job"], act["seq"], device="demo")
        elif act["act"] == "vouch":
            proof_desk.vouch(vault, actor, job["job"], act["proof"], seq=act["seq"],
                             said=act["why"], device="demo")  # fmt: skip
        elif act["act"] == "waive":
            proof_desk.waive(vault, actor, job["job"], act["proof"], act["why"], seq=act["seq"],
                             device="demo")  # fmt: skip
        else:
            demo_given.give(vault, act["who"], job["job"], act["seq"])
            stopping.finish(vault, actor, job["job"], act["seq"], act["good"], act["scrap"],
                         device="demo")  # fmt: skip


def _decided(
    vault: Vault, who: Mapping[str, Person], told: Mapping[str, Any], password: str
) -> None:
    until = _day(told["until"])
    deciding.deviate(vault, who[told["by"]], password, told["job"], told["why"], told["qty"], until)


def _blocker(
    vault: Vault, who: Mapping[str, Person], told: Mapping[str, Any], place: Path, tell: Tell
) -> None:
    """Raise a blocker of the story and do what was done about it; days count from today."""
    tell(f"raising a blocker: {told['type']}")
    facts = {key: _day(one) if isinstance(one, int) else one for key, one in told["facts"].items()}
    if "change_of" in told:
        facts["change"] = next(
            one.change for one in desk.listing(vault, "open")
            if any(item.number == told["change_of"] for item in one.items)
        )  # fmt: skip
    made = handling.raise_blocker(vault, who[told["who"]], handling.Wanted(
        kind=told["type"], owner=told["owner"], what=told["what"], job=told.get("job", ""),
        seq=told.get("seq"), station=told.get("station", ""), path=told.get("path", ()),
        facts=facts, next_check=_day(told["check"]) if "check" in told else "",
        escalate_hours=told.get("hours", 0), escalate_to=told.get("to", ""),
    ), device="demo", files={name: place / "evidence" / name for name in told.get("photos", ())})  # fmt: skip
    owner = who[told["owner"]]
    if told.get("seen"):
        handling.acknowledge(vault, owner, made.id, told["seen"])
    for step in told.get("ticked", ()):
        handling.tick(vault, owner, made.id, step)
    if wrong := told.get("wrong"):
        handling.withdraw_photo(vault, owner, made.id, wrong["photo"], wrong["why"])
    if told.get("resolved"):
        handling.resolve(vault, owner, made.id, told["resolved"])


def _day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
