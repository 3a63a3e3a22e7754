# SPDX-License-Identifier: AGPL-3.0-or-later
# mypy: disable-error-code="import-not-found"
# /// script
# requires-python = ">=3.11"
# dependencies = ["build123d>=0.13,<0.14"]
# ///
"""Models every item, writes its STEP file and the exact views that `make.py` draws from.

Run it (`uv run sample_vault/solids.py [NUMBER…]`) only after a size has changed: what it writes
is committed. STEP files carry a fixed date, so that running it again changes nothing.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from build123d import export_step  # noqa: E402

from sample_vault.catalogue import MODELS, WHOLE, folder_of, stem  # noqa: E402
from sample_vault.modelling.project import section, view  # noqa: E402
from sample_vault.modelling.shapes import SHAPES  # noqa: E402


def main(wanted: list[str]) -> None:
    """Model the wanted items, or all of them."""
    for (number, rev), shown in MODELS.items():
        if wanted and number not in wanted:
            continue
        shape = SHAPES[number](rev)
        _write_step(shape, number, rev)
        _write_views(shape, number, rev, shown)
        print(f"{number} {rev}", flush=True)


def _write_views(shape: Any, number: str, rev: str, shown: tuple[str, ...]) -> None:
    views = {}
    for name in shown:
        words = name.split("@")
        if len(words) == 1:
            views[name] = view(shape, name)
        else:
            axis, at = words[1].split("=")
            views[name] = section(shape, axis, float(at), words[0], WHOLE)
    volume = sum(s.volume for s in shape.solids())
    text = json.dumps({"volume": round(volume, 1), "views": views}, separators=(",", ":"))
    (ROOT / "sample_vault" / "views" / f"{number}_{rev}.json").write_text(text + "\n")


def _write_step(shape: Any, number: str, rev: str) -> None:
    """Write AP214 and put our own header on it: a fixed date, our names."""
    target = folder_of(number, rev) / f"{stem(number)}.step"
    target.parent.mkdir(parents=True, exist_ok=True)
    before = target.read_text(encoding="utf-8") if target.exists() else ""
    if not shape.label:
        shape.label = f"{number} {rev}"
    export_step(shape, str(target), write_pcurves=False)
    text = target.read_text(encoding="utf-8")
    header = (
        "FILE_DESCRIPTION(('Titleblock sample vault'),'2;1');\n"
        f"FILE_NAME('{stem(number)}.step','2026-01-01T08:00:00',('Fernhill Motion Works'),"
        f"('Fernhill Motion Works'),'build123d','{number} rev {rev}','');\n"
    )
    text = re.sub(
        r"FILE_DESCRIPTION.*?(?=FILE_SCHEMA)", lambda _: header, text, count=1, flags=re.DOTALL
    )
    text = re.sub(r"\s*\n +", "", text)
    text = re.sub(r"^(#\d+) = ", r"\1=", text, flags=re.MULTILINE)
    same = sorted(_unnumbered(text)) == sorted(_unnumbered(before))
    target.write_text(before if same else text, encoding="utf-8", newline="\n")


def _unnumbered(step: str) -> list[str]:
    """Entities without their numbers: the kernel lists the colours in an order of chance."""
    return [re.sub(r"#\d+", "#", line) for line in step.splitlines()]


if __name__ == "__main__":
    main(sys.argv[1:])
