# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a search costs among many items: without the text of drawings, with it, and its facets."""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from measuring import Goal, judged, show, world
from vaults import MATERIALS, NOUNS, SIDES, number

from vault.catalogue import Catalogue, open_catalogue
from vault.catalogue_rows import ItemRow
from vault.terminal import table

SHEET = ("deburr", "edges", "tolerance", "anodise", "chamfer", "thread", "radius", "finish", "hole",
         "depth", "section", "view", "scale", "general", "surface", "unless", "noted")  # fmt: skip
LIMIT_MS = 20.0


def filled(path: Path, items: int, words: int) -> Catalogue:
    """Return a catalogue of items with so many words on each drawing."""
    chance = random.Random(7)
    made = open_catalogue(path)
    with made.transaction():
        for place in range(items):
            name = number(place)
            row = ItemRow(
                name, name, f"{NOUNS[place % 16]}, {SIDES[place // 16 % 10]} {place % 977}", "part",
                "mchen", f"items/{name}", f"{place:040x}",
                json.dumps({"material": MATERIALS[place % 8]}), "2026-03-01T09:00:00Z", "eli",
            )  # fmt: skip
            made.put_item(row)
            if words:
                drawn = [
                    *chance.choices(SHEET, k=words),
                    f"dim{place % 5003}",
                    f"Ø{place % 211} H7",
                ]
                made.put_drawn(row, {f"{name}.pdf": " ".join(drawn)})
    return made


def asked(items: int) -> list[tuple[str, str]]:
    """Return the searches, with what each is for."""
    place = items // 3
    return [
        ("a whole number", number(place)), ("the start of a number", number(place)[:5]),
        ("words of a title", f"{NOUNS[3].lower()} {place % 977}"), ("a material", "6082"),
        ("a word most items have", "part"), ("nothing", "no such words"),
        ("a word of few drawings", f"dim{place % 5003}"), ("a word of all drawings", "chamfer"),
        ("title and drawing", f"gasket dim{place % 50}"),
    ]  # fmt: skip


def measured(catalogue: Catalogue, words: str, rounds: int, *, facets: bool = False) -> list[float]:
    """Return the milliseconds of one search, again and again."""
    taken = []
    for _ in range(rounds):
        begun = time.perf_counter()
        if facets:
            catalogue.facets(words)
        else:
            catalogue.search(words, limit=50)
        taken.append((time.perf_counter() - begun) * 1000)
    return taken


def main() -> int:
    """Measure, print, and return 1 where a promise is missed."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--items", type=int, default=100_000)
    options.add_argument("--words", type=int, default=120, help="on each drawing")
    options.add_argument("--rounds", type=int, default=20)
    told = options.parse_args()
    every: dict[str, list[float]] = {"bare": [], "drawn": [], "facets": []}
    with tempfile.TemporaryDirectory() as folder:
        show(f"{told.items} items, {told.words} words a drawing; {world(Path(folder))}")
        bare = filled(Path(folder) / "bare.db", told.items, 0)
        drawn = filled(Path(folder) / "drawn.db", told.items, told.words)
        rows = []
        for what, words in asked(told.items):
            one = measured(bare, words, told.rounds)
            two = measured(drawn, words, told.rounds)
            three = measured(drawn, words, told.rounds, facets=True)
            for name, taken in (("bare", one), ("drawn", two), ("facets", three)):
                every[name] += taken
            rows.append(
                (what, *(f"{sorted(taken)[len(taken) // 2]:.1f}" for taken in (one, two, three)))
            )
    show(table(["SEARCH FOR", "WITHOUT TEXT ms", "WITH TEXT ms", "FACETS ms"], rows))
    goals = [
        Goal(f"p95 ms, {name}", sorted(taken)[int(len(taken) * 0.95)], LIMIT_MS)
        for name, taken in every.items()
    ]
    return judged(goals)


if __name__ == "__main__":
    sys.exit(main())
