# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a change order of 200 items costs: judged, released, and its page.

Run with ``python tests/benchmarks/bench_orders.py [--items 200] [--folder DIR]``.
Every item has a drawing, a model and a route, and was released before, so that the order
supersedes.  Stamping is taken off the release by a clock around the stamping engine alone.
"""

from __future__ import annotations

import argparse
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vaults
from measuring import Goal, judged, show, world

from release import desk, transaction
from release.stamp import press
from vault import item, pointer
from vault.home import Vault
from vault.ledger import people, sessions
from vault.ledger.people import Person
from vault.terminal import table

PASSWORD = "correct horse 7"
ROUTE = b'[[operation]]\nseq = 10\nstation = "saw"\ntitle = "Cut"\n'


def drawing(words: str) -> bytes:
    """Return a small drawing: one sheet with a frame and a line of text."""
    drawn = f"0.5 w 40 40 515 762 re S BT /F1 18 Tf 80 700 Td ({words}) Tj ET".encode()
    parts = [
        b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        (b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
         b"/Resources<</Font<</F1 5 0 R>>>>>>"),
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawn), drawn),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]  # fmt: skip
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, part)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n"
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def stocked(vault: Vault, items: int, turn: int) -> Iterator[tuple[str, bytes]]:
    """Yield path and bytes of every file in git, with the objects put beside."""
    for place in range(items):
        number = vaults.number(place)
        folder = item.default_folder(number)
        yield f"{folder}/{item.FILE}", vaults.manifest(place)
        yield f"{folder}/route.toml", ROUTE
        for name, data in (
            (f"{number}.pdf", drawing(f"{number} iteration {turn}")),
            (f"{number}.step", f"ISO-10303-21; {number} {turn}".encode() * 400),
        ):
            digest = vault.objects.put(io.BytesIO(data))
            told = pointer.Pointer(name, digest.md5, digest.size, digest.sha256)
            yield f"{folder}/{name}.dvc", pointer.write(told)


def seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    """Return how long a call took, and its answer."""
    begun = time.perf_counter()
    answer = run()
    return time.perf_counter() - begun, answer


@contextmanager
def stamping_timed() -> Iterator[list[float]]:
    """Give the seconds that pass inside the stamping engine meanwhile."""
    taken: list[float] = []
    real = press.stamp

    def timed(*given: Any, **more: Any) -> Any:
        spent, made = seconds(lambda: real(*given, **more))
        taken.append(spent)
        return made

    transaction.press.stamp = timed  # type: ignore[attr-defined]
    try:
        yield taken
    finally:
        transaction.press.stamp = real  # type: ignore[attr-defined]


def released(
    vault: Vault, eli: Person, mei: Person, numbers: list[str], notes: str
) -> dict[str, float]:
    """Take all items through one order and return what each step took, in seconds."""
    opening, first = seconds(lambda: desk.open_change(vault, eli, numbers, notes))
    change = first.order.change
    judging = statistics.median(seconds(lambda: desk.judge(vault, change))[0] for _ in range(5))
    signing, _ = seconds(lambda: desk.sign(vault, mei, PASSWORD, change))
    page = paged(vault, change)
    with stamping_timed() as stamps:
        whole, made = seconds(lambda: desk.release(vault, eli, change))
    assert len(made) == len(numbers)
    return {
        "opened": opening, "judged": judging, "signed": signing, "page in review": page,
        "released, stamping aside": whole - sum(stamps), "stamping": sum(stamps),
        "page when released": paged(vault, change), "judged when released":
        seconds(lambda: desk.judge(vault, change))[0],
    }  # fmt: skip


def paged(vault: Vault, change: str) -> float:
    """Return how long the page of an order takes the server, in seconds, as its approver sees it."""
    from web.app import of_vault

    client = of_vault(vault).test_client()
    secret = sessions.open_session(vault.ledger, people.get(vault.ledger, "mchen"), "bench")
    client.set_cookie("__Host-titleblock", secret, domain="vault.example", secure=True)

    def fetched() -> Any:
        answer = client.get(f"/changes/{change}", base_url="https://vault.example")
        assert answer.status_code == 200, answer.status_code
        return len(answer.data)

    fetched()
    return statistics.median(seconds(fetched)[0] for _ in range(5))


def main(items: int, folder: Path) -> int:
    """Measure and print; returns 1 where a promise is missed."""
    with vaults.place(folder) as disk:
        vault, eli = vaults.found(disk / "vault")
        people.set_password(vault.ledger, "ada", "mchen", PASSWORD)
        mei = people.get(vault.ledger, "mchen")
        numbers = [vaults.number(place) for place in range(items)]
        taken = []
        for turn in range(2):
            vaults.fill(vault, dict(stocked(vault, items, turn)))
            taken.append(released(vault, eli, mei, numbers, f"turn {turn}"))
        show(f"an order of {items} items; {world(disk)}")
        rows = [(name, *(f"{one[name] * 1000:.0f}" for one in taken)) for name in taken[0]]
        show(table(["STEP", "FIRST RELEASE, ms", "SUPERSEDING, ms"], rows) + "\n")
        vault.close()
    worst = {name: max(one[name] for one in taken) for name in taken[0]}
    return judged([
        Goal("judged, seconds", worst["judged"], 1),
        Goal("released, stamping aside, seconds", worst["released, stamping aside"], 2),
        Goal("page in review, seconds", worst["page in review"], 0.3),
        Goal("page when released, seconds", worst["page when released"], 0.3),
    ])  # fmt: skip


if __name__ == "__main__":
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--items", type=int, default=200)
    given.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()))
    told = given.parse_args()
    vaults.isolate()
    sys.exit(main(told.items, told.folder))
