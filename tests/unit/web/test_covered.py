# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where a drawing left no white space, whoever releases it is told to look at what is covered."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def crowded(place: Path) -> Path:
    """Draw a sheet whose second page is full of lines."""
    import pymupdf

    with pymupdf.open() as document:
        document.new_page(width=842, height=595).draw_rect((20, 20, 822, 575), width=1)
        page = document.new_page(width=842, height=595)
        for at in range(0, 595, 4):
            page.draw_line((0, at), (842, at), width=0.8)
        document.save(place, no_new_id=True)
    return place


def test_a_stamp_that_covers_something_is_told_on_every_screen_of_the_release(
    app: Any, guest: Any, tmp_path: Path
) -> None:
    """The page of the order, that of the revision, and the terminal name file and page."""
    from click.testing import CliRunner

    from release import desk
    from release.log import ReleaseLog
    from vault.cli import trunk
    from vault.ledger import people
    from web.visitor import VAULT

    vault = app.extensions[VAULT]
    eli = people.get(vault.ledger, "eli")
    mei = people.get(vault.ledger, "mchen")
    desk.add_item(vault, eli, "10-0077", "Full", "mchen")
    files = {"full.pdf": crowded(tmp_path / "full.pdf")}
    desk.check_in(vault, eli, "10-0077", files, "drawn")
    order = desk.open_change(vault, eli, ["10-0077"], "First.").order.change
    desk.sign(vault, mei, "correct horse 7", order)
    words = ["--vault", str(vault.root), "--as", "eli", "release", order]
    said = CliRunner().invoke(trunk(), words)
    assert said.exit_code == 0, said.output
    told = "full.pdf has no white space on page 2: look at what the stamp covers"
    assert f"10-0077 A: {told}" in said.stderr
    assert ReleaseLog(vault).revision("10-0077", "A").file("full.pdf").stamped.covered == (2,)
    assert told in guest("eli").get(f"/changes/{order}").text
    assert told in guest("eli").get("/items/10-0077/A").text
    assert "no white space" not in guest("eli").get("/items/10-0042/A").text
