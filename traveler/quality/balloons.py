# SPDX-License-Identifier: AGPL-3.0-or-later
"""The plan of an item before it is released: as it lies on main, and what its drawing proposes."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

from release import desk, shelf
from traveler.quality import characteristics, proposing
from traveler.quality.characteristics import Characteristic
from traveler.quality.errors import PlanMoved
from traveler.quality.proposing import Line, Proposal
from vault.errors import Refusal
from vault.home import Vault
from vault.ledger.people import Person


def working(vault: Vault, number: str) -> tuple[Characteristic, ...]:
    """Return the characteristics of an item as they lie on main; none where there is no file.

    Raises BadCharacteristics where a pushed file is not one.
    """
    data = _working(vault, number)
    return characteristics.parse(data, f"{number} {characteristics.FILE}") if data else ()


def stands(vault: Vault, number: str) -> str:
    """Return what names the characteristics as they lie on main now: the sha256 of the file."""
    return hashlib.sha256(_working(vault, number)).hexdigest()


def save(
    vault: Vault, actor: Person, number: str, told: Iterable[Characteristic], note: str,
    seen: str = "",
) -> None:  # fmt: skip
    """Check in the characteristics of an item, in the place of those that ``seen`` names.

    Raises PlanMoved, BadCharacteristics, or what a check-in does.
    """
    data = characteristics.write(told)
    if seen and seen != stands(vault, number):
        raise PlanMoved(number=number)
    with tempfile.TemporaryDirectory(prefix="plan-", dir=_aside(vault)) as folder:
        place = Path(folder) / characteristics.FILE
        place.write_bytes(data)
        desk.check_in(vault, actor, number, {characteristics.FILE: place}, note)


def proposed(vault: Vault, path: Path, name: str) -> tuple[Proposal, ...]:
    """Return what the words of a drawing propose, in no file yet; nothing where it has no words."""
    try:
        found = vault.worker.call("vault.reading.sheet:lines", path=path, name=name)
    except Refusal:
        return ()
    unit = "in" if str(found["units"]).casefold() in {"in", "inch", "inches"} else "mm"
    return proposing.proposals([Line(*one) for one in found["lines"]], unit)


def ballooned(
    vault: Vault, path: Path, name: str, told: Iterable[Characteristic], said: str
) -> bytes:
    """Return a copy of a drawing with the balloons of these characteristics drawn on it."""
    places = proposing.placed(told, proposed(vault, path, name))
    with tempfile.TemporaryDirectory(prefix="balloons-", dir=_aside(vault)) as folder:
        out = Path(folder) / "ballooned.pdf"
        vault.worker.call(
            "traveler.quality.balloon_draw:ballooned", path=path, out=out,
            places=json.loads(json.dumps(places)), said=said, name=name,
        )  # fmt: skip
        return out.read_bytes()


def _working(vault: Vault, number: str) -> bytes:
    if characteristics.FILE not in {one["name"] for one in shelf.files(vault, number, None)}:
        return b""
    return shelf.working_path(vault, number, characteristics.FILE).read_bytes()


def _aside(vault: Vault) -> Path:
    vault.cache.mkdir(parents=True, exist_ok=True)
    return vault.cache
