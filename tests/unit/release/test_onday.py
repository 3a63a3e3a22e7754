# SPDX-License-Identifier: AGPL-3.0-or-later
"""The state of an item and of the shop at a moment: from the log as it stood, by order of entries."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Release = Callable[[str, str], None]


@pytest.fixture
def release(
    vault: Vault, people: dict[str, Person], password: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Release:  # fmt: skip
    """Return a function that releases an item at a moment: ``release("10-0001", moment)``."""
    from release import desk
    from vault import clock

    def released(number: str, at: str) -> None:
        monkeypatch.setattr(clock, "now", lambda: at)
        if vault.catalogue.item(number) is None:
            desk.add_item(vault, people["eli"], number, "Part", "mchen")
        model = tmp_path / "model.step"
        model.write_text(f"{number} {at}")
        desk.check_in(vault, people["eli"], number, {"model.step": model}, "drawn")
        change = desk.open_change(vault, people["eli"], [number], "next").order.change
        desk.sign(vault, people["mchen"], password, change)
        desk.release(vault, people["eli"], change)

    return released


def test_it_says_which_entry_it_was_and_every_standing_then(
    vault: Vault, people: dict[str, Person], release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A, then B, then B recalled: each moment has its entry, and the standings of that time."""
    from release import desk, onday
    from vault import clock
    from vault.history.repository import RELEASES

    release("10-0001", "2031-01-01T08:00:00Z")
    release("10-0001", "2031-01-02T08:00:00Z")
    monkeypatch.setattr(clock, "now", lambda: "2031-01-03T08:00:00Z")
    desk.recall(vault, people["mchen"], "10-0001", "B", "wrong hole")
    entries = [entry.oid for entry in vault.history.chain(RELEASES)][::-1]

    def at(moment: str) -> tuple[int, str | None, list[tuple[str, str]], str | None]:
        then = onday.item(vault, "10-0001", moment)
        commits = ["", *entries]
        assert then.entry.commit == commits[then.entry.sequence]
        return (then.entry.sequence, then.revision.rev if then.revision else None,
                [(one.rev, state) for one, state in then.revisions],
                then.recall.reason if then.recall else None)  # fmt: skip

    assert at("2031-01-01T07:59Z") == (0, None, [], None)
    assert at("2031-01-01T08:00Z") == (1, "A", [("A", "current")], None)
    assert at("2031-01-02T08:00:00Z") == (2, "B", [("A", "superseded"), ("B", "current")], None)
    assert at("2031-01-04") == (
        3, None, [("A", "superseded"), ("B", "recalled")], "wrong hole")  # fmt: skip


def test_the_order_of_the_log_decides_and_no_clock(vault: Vault, release: Release) -> None:
    """A clock put back: what was released later supersedes, though its moment is earlier."""
    from release import onday

    release("10-0001", "2031-01-02T12:00:00Z")
    release("10-0001", "2031-01-02T09:00:00Z")
    then = onday.item(vault, "10-0001", "2031-01-02T10:00Z")
    assert (then.entry.sequence, then.revision and then.revision.rev) == (2, "B")


def test_a_moment_is_read_with_z_with_an_offset_and_in_the_shops_time(vault: Vault) -> None:
    """Seconds may be left out; what is no moment is refused with how to write one."""
    from release import onday
    from release.errors import BadDay

    assert onday.moment(vault, "2026-11-01T12:00Z") == "2026-11-01T12:00:00Z"
    assert onday.moment(vault, "2026-11-01T12:00:30+02:00") == "2026-11-01T10:00:30Z"
    assert onday.moment(vault, "2026-11-01 12:00Z") == "2026-11-01T12:00:00Z"
    assert onday.moment(vault, "2026-11-01T12:00").endswith(":00Z")
    for wrong in ("T", "2026-11-01T25:00Z", "noon", " "):
        with pytest.raises(BadDay, match="2026-03-01"):
            onday.moment(vault, wrong)


def test_the_whole_shop_at_a_moment_comes_page_by_page(vault: Vault, release: Release) -> None:
    """By number, only what was current then, with the entry that made it so."""
    from release import onday

    for count, number in enumerate(["10-0003", "10-0001", "10-0002"], 1):
        release(number, f"2031-01-0{count}T08:00:00Z")
    shop = onday.items(vault, "2031-01-02")
    assert [one.number for one in shop.revisions] == ["10-0001", "10-0003"]
    assert shop.entry.sequence == 2
    page = onday.items(vault, "2031-01-05", after="10-0001", limit=1)
    assert [one.number for one in page.revisions] == ["10-0002"]
