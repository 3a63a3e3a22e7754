# SPDX-License-Identifier: AGPL-3.0-or-later
"""A paper of a job: a head with a QR and tables under it, drawn in the worker process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

from release.printed.placing import placed
from release.stamp import qr
from vault import worker
from vault.home import Vault

NOT_SAID: Final = "not said"


def section(
    title: str, columns: Sequence[tuple[str, float]], rows: Iterable[Sequence[str]],
    nothing: str = "None.",
) -> dict[str, Any]:  # fmt: skip
    """Return a table with its columns and their widths, or the words that say it has no rows."""
    return {"title": title, "columns": list(columns), "rows": [list(row) for row in rows],
            "nothing": nothing}  # fmt: skip


def draw(
    vault: Vault, out: Path, kind: str, called: str, said: str, sections: list[dict[str, Any]],
    address: str, foot: str, paper: str = "",
) -> int:  # fmt: skip
    """Draw a paper in the worker process and return how many pages it has.

    ``kind`` and the name it is ``called`` by stand at its head, ``foot`` on every page, and its QR
    opens ``address``.
    """
    dark = qr.matrix(f"{vault.settings.public_url}{address}")
    facts = {
        "title": f"{kind.capitalize()} {called}", "shop": vault.settings.shop_name, "kind": kind,
        "name": called, "said": said, "foot": foot, "sections": sections,
        "qr": ["".join("1" if one else "0" for one in row) for row in dark],
    }  # fmt: skip
    with placed(out) as aside:
        answer = worker.shared().call(
            "release.printed.flow_draw:draw", name=out.name, out=aside,
            paper_name=paper or vault.settings.paper, facts=facts,
        )  # fmt: skip
    return int(answer["pages"])
