# SPDX-License-Identifier: AGPL-3.0-or-later
"""The demo's quality: gauges, a lot with one piece out, photos with marks, a certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from traveler.quality import evidence, gauges, importing, measurements
from traveler.quality.evidence import Wanted
from traveler.quality.importing import ReadAs
from traveler.quality.measurements import Reading
from vault.home import Vault
from vault.ledger.people import Person

JOB: Final = "J-2041"
DEVICE: Final = "demo"
FOLDER: Final = "evidence"
GAUGES: Final = (
    ("PG-50", "Plug gauge 50 H7", "go and no-go", 200), ("CMM-1", "CMM", "700 × 500 × 400", 90),
    ("CAL-07", "Calliper", "0-150 mm", 40), ("CAL-09", "Calliper", "0-300 mm", -12),
    ("SQ-2", "Square, dial gauge", "grade 0", 300),
)  # fmt: skip


def record(
    vault: Vault, who: Mapping[str, Person], place: Path, tell: Callable[[str], None]
) -> None:
    """Calibrate the gauges, measure the lot, and keep what shows how it went."""
    tell(f"measuring {JOB}")
    inspector, device = who["quinn"], DEVICE
    for code, kind, name, days in GAUGES:
        gauges.add(vault, inspector, code, kind, name)
        gauges.calibrated(vault, inspector, code, _day(days), on=_day(days - 365),
                          certificate=f"K-{days + 4000}")  # fmt: skip
    files = place / FOLDER
    certificate = Wanted("certificate", JOB, 10, words="EN 10204 3.1, flat bar 80 x 60",
                         heat="H-77310")  # fmt: skip
    evidence.add(vault, who["pat"], certificate,
                 {"mill-certificate.pdf": files / "mill-certificate.pdf"}, device=device)  # fmt: skip
    table = files / "cmm-10-0042.csv"
    importing.take(vault, inspector, JOB, None, table, table.name, ReadAs("CMM-1"), device=device)
    wrong = measurements.record(
        vault, inspector, JOB, None, [Reading("6", "17", "80.1", gauge="CAL-07")], device=device
    )
    measurements.correct(vault, inspector, JOB, wrong.outside[0].id, "8.01", "point mistyped")
    photo = Wanted("photo", JOB, 20, "1", words="Burr at the lower edge of the bore, piece 17")
    kept = evidence.add(vault, who["nadia"], photo, {"burr.jpg": files / "burr.jpg"}, device=device)
    evidence.mark(vault, inspector, kept[0].id, [
        {"shape": "arrow", "at": [720, 300, 545, 435], "words": "burr"},
        {"shape": "ring", "at": [485, 395, 570, 490]},
    ], device=device)  # fmt: skip
    packed = Wanted("photo", JOB, words="Twelve of 23 in foam, as last time")
    evidence.add(vault, inspector, packed, {"packed.jpg": files / "packed.jpg"}, device=device)
    note = Wanted("note", JOB, 30, "2", words="Axis height runs high since the new vice; watch it.")
    evidence.add(vault, inspector, note, device=device)


def worth_opening() -> list[tuple[str, str]]:
    """Return the pages that show it, each with why."""
    return [
        (f"/quality/{JOB}", "a lot that was measured, one piece out; photos, a certificate"),
        ("/charts/10-0042/2", "one characteristic over all jobs: run chart, histogram, Cp, Cpk"),
        ("/gauges", "gauges: what is due, and who measured what with each"),
        (f"/quality/{JOB}/enter", "measuring by keypad, one result at a time"),
    ]


def _day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()
