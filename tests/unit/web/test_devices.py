# SPDX-License-Identifier: AGPL-3.0-or-later
"""No act of the web and of the command line is on record without the device it was done from."""

from __future__ import annotations

from typing import Any

from click.testing import CliRunner

from vault import cli, device
from vault.ledger import events


def test_acts_of_the_office_are_recorded_with_their_device(
    guest: Any, stock: Any, app: Any
) -> None:
    """A job held in the browser and let go on by a command: both say from where."""
    from web.visitor import VAULT

    browser = guest("pat")
    held = browser.post(f"/jobs/{stock.job}", {"act": "hold", "why": "no bar"})
    assert held.status_code == 303
    given = ["--vault", str(stock.root), "--as", "pat", "job", "release", stock.job]
    assert CliRunner().invoke(cli.trunk(), given).exit_code == 0
    device.be("")
    found = [one for one in events.latest(app.extensions[VAULT].ledger, 50)
             if one.kind in {"job.held", "job.released"}][-2:]  # fmt: skip
    assert [one.kind for one in found] == ["job.held", "job.released"]
    assert found[0].device.startswith("127.0.0.1 ")
    assert found[1].device.startswith("command line, ")
    page = browser.get(f"/jobs/{stock.job}/history").text
    assert "command line, " in page
