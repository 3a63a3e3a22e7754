# SPDX-License-Identifier: AGPL-3.0-or-later
"""An old drawing never opens looking like the current one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pymupdf
import pytest

from release.errors import UnstampableFile

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

Draw = Callable[..., Path]
People = dict[str, "Person"]


def words(path: Path) -> str:
    """Return what the first page says."""
    with pymupdf.open(path) as document:
        return " ".join(document[0].get_text().split())


@pytest.fixture
def bracket(vault: Vault, people: People, draw: Draw, password: str) -> str:
    """Return an item whose revision A was superseded by B."""
    from release import desk

    desk.add_item(vault, people["eli"], "10-0042", "Bracket, motor mount", "mchen")
    for text in ("FIRST", "SECOND"):
        files = {"drawing.pdf": draw("drawing.pdf", text)}
        desk.check_in(vault, people["eli"], "10-0042", files, text)
        change = desk.open_change(vault, people["eli"], ["10-0042"], text).order.change
        desk.sign(vault, people["mchen"], password, change)
        desk.release(vault, people["eli"], change)
    return "10-0042"


def test_a_superseded_file_opens_marked_and_the_current_one_as_it_was_released(
    vault: Vault, bracket: str
) -> None:
    """The mark names the later revision; the released bytes stay; the copy is made once."""
    from release import marking
    from release.log import ReleaseLog

    log = ReleaseLog(vault)
    first, second = (log.revision(bracket, rev) for rev in "AB")
    marked = marking.as_it_stands(vault, first, "drawing.pdf")
    said = words(marked)
    for word in ("FIRST", "SUPERSEDED", "RELEASED", "Rev. A", "Superseded by B"):
        assert word in said
    before = marked.stat().st_mtime_ns
    assert marking.as_it_stands(vault, first, "drawing.pdf") == marked
    assert marked.stat().st_mtime_ns == before
    assert marked.parent.parent == vault.cache / "stamps"
    current = marking.as_it_stands(vault, second, "drawing.pdf")
    assert current == log.path(second, "drawing.pdf")
    assert "SUPERSEDED" not in words(log.path(first, "drawing.pdf"))


def test_a_recalled_file_says_why(vault: Vault, people: People, bracket: str) -> None:
    """Recalled goes before superseded, and the reason is on the paper."""
    from release import desk, marking
    from release.log import ReleaseLog

    first = ReleaseLog(vault).revision(bracket, "A")
    desk.recall(vault, people["mchen"], bracket, "A", "hole 6.5 is wrong")
    said = words(marking.as_it_stands(vault, first, "drawing.pdf"))
    assert "RECALLED" in said
    assert "hole 6.5 is wrong" in said


def test_work_in_progress_opens_as_in_review(vault: Vault, bracket: str, draw: Draw) -> None:
    """A working PDF says that it is not released; other files are what they are."""
    from release import marking

    source = draw("work.pdf", "DRAFT")
    said = words(marking.under_review(vault, bracket, "Bracket", source, "work.pdf"))
    assert "REVIEW" in said
    assert "DRAFT" in said
    text = source.with_suffix(".txt")
    text.write_text("deburr")
    assert marking.under_review(vault, bracket, "Bracket", text, "work.txt") == text


def test_what_cannot_be_marked_is_refused_and_not_shown_bare(
    vault: Vault, bracket: str, tmp_path: Path
) -> None:
    """No unmarked copy slips out, and nothing half-made is kept."""
    from release import marking

    tiny = tmp_path / "tiny.pdf"
    with pymupdf.open() as document:
        document.new_page(width=4, height=4)
        document.save(tiny)
    with pytest.raises(UnstampableFile, match="too small"):
        marking.under_review(vault, bracket, "Bracket", tiny, "tiny.pdf")
    assert not list((vault.cache / "stamps").rglob("*.pdf"))


def test_verification_compares_only_what_the_same_engine_stamped(
    vault: Vault, bracket: str
) -> None:
    """The record names the engine; by the same one the bytes are made again."""
    from release import audit
    from release.log import ReleaseLog
    from release.stamp import engine

    stamped = ReleaseLog(vault).revision(bracket, "A").file("drawing.pdf").stamped
    assert stamped is not None
    assert stamped.engine == engine.name()
    report = audit.verify(vault, deep=True)
    assert report.faults == ()
    assert report.checked["stamps made again"] == 2
    assert "stamps of another engine, not compared" not in report.checked


def test_the_templates_of_the_rules_are_what_a_release_stamps_by(
    vault: Vault, people: People, bracket: str, password: str, draw: Draw
) -> None:
    """Rules with [stamps] change the next release; older ones are verified by their own rules."""
    from release import audit, desk, rulebook
    from release.errors import BadRules
    from release.log import ReleaseLog

    text, _blob = rulebook.text(vault)
    with pytest.raises(BadRules, match="langauge"):
        rulebook.edit(vault, people["ada"], text + '\n[stamps]\nlangauge = "de"\n')
    rulebook.edit(vault, people["ada"], text + '\n[stamps]\nlanguage = "de"\n')
    files = {"drawing.pdf": draw("drawing.pdf", "THIRD")}
    desk.check_in(vault, people["eli"], bracket, files, "third")
    change = desk.open_change(vault, people["eli"], [bracket], "third").order.change
    desk.sign(vault, people["mchen"], password, change)
    desk.release(vault, people["eli"], change)
    log = ReleaseLog(vault)
    third = log.revision(bracket, "C")
    said = words(log.path(third, "drawing.pdf"))
    assert "FREIGEGEBEN" in said
    assert "Sachnummer" in said
    assert audit.verify(vault, deep=True).faults == ()
