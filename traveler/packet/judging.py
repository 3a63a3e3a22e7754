# SPDX-License-Identifier: AGPL-3.0-or-later
"""What has to be right before a packet is issued: every finding, the met ones too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from traveler.firstarticle.records import Article
from traveler.nonconformance.records import Nonconformance, Outside
from traveler.packet.sections import Finding
from traveler.quality.proof import PACKET, ProofState
from traveler.quality.views import JobResults
from traveler.views import JobView

DONE: Final = frozenset({"done", "skipped"})


def of_work(view: JobView) -> Iterator[Finding]:
    """Yield what is found of the steps, the pieces, the revision and the blockers."""
    open_steps = [
        str(one.operation.seq) for one in view.operations if one.operation.state not in DONE
    ]
    yield finding("operations done", not open_steps, "all are done",
                  f"step {', '.join(open_steps)} is not done; finish it")  # fmt: skip
    good = view.operations[-1].operation.good if view.operations else 0
    yield finding("good pieces", bool(good) or not view.operations, f"{good} are good",
                  "no good piece came out")  # fmt: skip
    stand = view.standing
    if stand.state == "current":
        yield Finding("revision", "satisfied", f"{view.job.item} {view.job.rev} is current")
    elif view.ground.deviation is not None:
        yield Finding("revision", "waived", view.ground.deviation.sentence)
    else:
        way = "decide it with `titleblock job decide`"
        yield Finding("revision", "unsatisfied", f"{view.job.rev} is {stand.state}; {way}")
    for part in view.ground.kit:
        pin = f"{part.item.item} {part.item.rev} in the kit"
        if part.standing.state == "current":
            yield Finding("revision", "satisfied", f"{pin} is current")
        elif part.deviation is not None:
            yield Finding("revision", "waived", part.deviation.sentence)
        else:
            way = f"decide it with `titleblock job decide --item {part.item.item}`"
            yield Finding("revision", "unsatisfied", f"{pin} is {part.standing.state}; {way}")
    blocking = [one for one in view.blockers if one.blocker.blocking]
    blocking = [one for one in blocking if one.blocker.kind != "shipping"]
    said = "; ".join(one.blocker.sentence for one in blocking)
    yield finding("blockers", not blocking, "none is open", f"{said}; resolve it")


def of_proof(
    results: JobResults,
    proof: ProofState,
    found: Sequence[Nonconformance],
    unnamed: Sequence[Outside],
) -> Iterator[Finding]:
    """Yield what is found of proof, nonconformances and results."""
    owed = proof.owed(PACKET)
    said = "; ".join(one.owed for one in owed)
    yield finding("proof", not owed, f"{len(proof.lines)} asked for, none missing",
                  f"{said}; give it, or have it waived")  # fmt: skip
    still = [one for one in found if one.open]
    said = "; ".join(one.sentence for one in still)
    yield finding("nonconformances", not still, "none is open", f"{said}; close it")
    yield _of_results(results, proof, unnamed)


def of_articles(articles: Sequence[Article]) -> Iterator[Finding]:
    """Yield whether a first article still waits for somebody: nothing unapproved goes in."""
    still = [one for one in articles if one.state not in {"approved", "cancelled"}]
    said = "; ".join(f"{one.number} is {one.state}" for one in still)
    if articles:
        yield finding("first article", not still, "what was begun is approved",
                      f"{said}; have it approved by a second person, or cancel it")  # fmt: skip


def finding(name: str, good: bool, yes: str, no: str) -> Finding:
    """Return a finding that is met or not, with its reason."""
    return Finding(name, "satisfied" if good else "unsatisfied", yes if good else no)


def _of_results(results: JobResults, proof: ProofState, unnamed: Sequence[Outside]) -> Finding:
    if not results.characteristics:
        return Finding("results", "not applicable", "the revision has no characteristics")
    waived = any(one.required.kind == "measurement" for one in proof.waived)
    failing = [row.characteristic.balloon for row in results.characteristics if row.state == "fail"]
    missing = [
        row.characteristic.balloon for row in results.characteristics if row.state == "missing"
    ]
    if failing and unnamed:  # a nonconformance about something else decides nothing here
        why = f"characteristic {', '.join(failing)} is out of tolerance; open a nonconformance that names it"
        return Finding("results", "unsatisfied", why)
    if missing and waived:
        return Finding("results", "waived", f"characteristic {', '.join(missing)} is not measured")
    if missing:
        why = f"characteristic {', '.join(missing)} is not measured as often as the plan asks"
        return Finding("results", "unsatisfied", f"{why}; measure it, or have it waived")
    return Finding("results", "satisfied", "all are measured and within limits, or decided")
