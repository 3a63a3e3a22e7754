# SPDX-License-Identifier: AGPL-3.0-or-later
"""The text of files in the search: queued by a check-in, read later, kept by content."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from vault.home import Vault
    from vault.ledger.people import Person

People = dict[str, "Person"]
Draw = Callable[..., Path]
DXF = "  0\nSECTION\n  2\nENTITIES\n  0\nTEXT\n  1\nBohrung %%c50 H7\n  0\nENDSEC\n  0\nEOF\n"
STEP = "ISO-10303-21;HEADER;FILE_NAME('housing-left.step','',('Ikeda'),(''),'','','');ENDSEC;DATA;"


@pytest.fixture
def bracket(vault: Vault, people: People, draw: Draw, tmp_path: Path) -> str:
    """Return an item with a PDF, a DXF, a STEP file and a note, none of them read yet."""
    from release import desk

    eli = people["eli"]
    (tmp_path / "b.dxf").write_text(DXF)
    (tmp_path / "c.step").write_text(STEP)
    (tmp_path / "d.txt").write_text("passivate after turning")
    desk.add_item(vault, eli, "10-0042", "Bracket", "mchen", metadata={"material": "1.4301"})
    desk.check_in(vault, eli, "10-0042", {
        "a.pdf": draw("a.pdf", "SPIGOT Ra 0.8"), "b.dxf": tmp_path / "b.dxf",
        "c.step": tmp_path / "c.step", "notes.txt": tmp_path / "d.txt",
    }, "first")  # fmt: skip
    return "10-0042"


def found(vault: Vault, words: str) -> list[tuple[str, str, str]]:
    """Return number, file, and what is marked of each find."""
    return [
        (hit.item.number, hit.file, " ".join(one.text for one in hit.snippet if one.found))
        for hit in vault.catalogue.search(words)
    ]


def test_words_of_files_are_found_and_name_their_file(vault: Vault, bracket: str) -> None:
    """PDF, DXF, STEP and text each; a check-in only queued them."""
    from vault import words

    assert vault.catalogue.unread_count() == 1
    assert len(list((vault.root / "cache" / "words").glob("*.txt"))) == 1  # the PDF was opened
    assert found(vault, "spigot") == []
    assert words.read_pending(vault) == words.Reading(1, 0)
    assert found(vault, "spigot") == [(bracket, "a.pdf", "SPIGOT")]
    assert found(vault, "bohrung h7") == [(bracket, "b.dxf", "Bohrung H7")]
    assert found(vault, "ikeda") == [(bracket, "c.step", "Ikeda")]
    assert found(vault, "passivate") == [(bracket, "notes.txt", "passivate")]
    assert found(vault, "bracket ikeda") == [(bracket, "c.step", "Ikeda")]
    assert found(vault, "bracket")[0][1] == ""
    assert words.read_pending(vault) == words.Reading(0, 0)


def test_titles_come_before_drawings(vault: Vault, people: People, bracket: str) -> None:
    """What an item is called weighs more than what is written on a sheet."""
    from release import desk
    from vault import words

    desk.add_item(vault, people["eli"], "10-0050", "Spigot", "mchen")
    words.read_pending(vault)
    assert [one for one, _file, _text in found(vault, "spigot")] == ["10-0050", bracket]


def test_a_file_that_is_gone_is_found_no_longer(
    vault: Vault, people: People, draw: Draw, bracket: str
) -> None:
    """Replaced and removed files leave the search with the next reading."""
    from release import desk
    from vault import words

    words.read_pending(vault)
    new = {"a.pdf": draw("a.pdf", "FLANGE", folder="new")}
    desk.check_in(vault, people["eli"], bracket, new, "x", remove=["b.dxf"])
    words.read_pending(vault)
    assert found(vault, "spigot") == found(vault, "bohrung") == []
    assert found(vault, "flange") == [(bracket, "a.pdf", "FLANGE")]


def test_a_rebuild_opens_no_file_again(
    vault: Vault, bracket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words are kept by content; only what was never read waits."""
    from release import settling
    from vault import words

    words.read_pending(vault)
    monkeypatch.setattr(words, "_read", None)  # any opening would fail
    kept = sorted((vault.root / "cache" / "words").glob("*.txt"))
    assert len(kept) == 3
    for one in kept:
        os.utime(one, (1, 1))
    settling.rebuild(vault)
    assert found(vault, "spigot") == [(bracket, "a.pdf", "SPIGOT")]
    assert all(one.stat().st_mtime > 1 for one in kept)  # what is needed is not the oldest
    kept[0].write_bytes(b"")  # a power cut
    settling.rebuild(vault)
    assert vault.catalogue.unread_count() == 1


def test_a_damaged_file_has_no_words_and_keeps_nobody_waiting(
    vault: Vault, people: People, tmp_path: Path, draw: Draw
) -> None:
    """A PDF that is locked is read as empty; one whose bytes are away waits, others do not."""
    import pymupdf

    from release import desk
    from vault import words

    for number, text in (("10-0001", "AAA"), ("10-0002", "BBB"), ("10-0003", "CCC")):
        desk.add_item(vault, people["eli"], number, "Plate", "mchen")
        desk.check_in(vault, people["eli"], number, {"a.pdf": draw(f"{number}.pdf", text)}, "x")
    with pymupdf.open(tmp_path / "drawn" / "10-0001.pdf") as sheet:
        sheet.save(tmp_path / "locked.pdf", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x")
    assert words._read(vault, tmp_path / "locked.pdf", "locked.pdf", None) == ""
    stored = sorted((vault.root / "objects" / "files" / "md5").rglob("*"))
    gone = next(one for one in stored if one.is_file() and b"BBB" in _text(one))
    gone.rename(tmp_path / "away")
    for one in (vault.root / "cache" / "words").glob("*.txt"):
        one.unlink()  # what the check-in had kept
    assert words.read_pending(vault) == words.Reading(2, 1)
    assert found(vault, "ccc")
    (tmp_path / "away").rename(gone)
    assert words.read_pending(vault) == words.Reading(1, 0)
    assert found(vault, "bbb")


def test_reading_ends_when_its_time_is_over(vault: Vault, bracket: str) -> None:
    """Nobody waits longer than he said; the rest stays queued."""
    from vault import words

    assert words.read_pending(vault, -1.0) == words.Reading(0, 1)
    assert words.read_pending(vault, open_files=False) == words.Reading(0, 1)


def test_only_one_process_reads(vault: Vault, bracket: str) -> None:
    """Whoever comes second is told at once what is left."""
    from vault import words

    with words._alone(vault) as first, words._alone(vault) as second:
        assert (first, second) == (True, False)
        assert words.read_pending(vault) == words.Reading(0, 1)


def test_the_reader_reads_beside(
    vault: Vault, bracket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thread with a vault of its own empties the queue and can be stopped."""
    from vault import reader

    monkeypatch.setattr(reader, "PAUSE_S", 0.01)
    beside = reader.Reader(vault.root)
    beside.start()
    end = time.monotonic() + 30
    while vault.catalogue.unread_count() and time.monotonic() < end:
        time.sleep(0.02)
    beside.stop()
    assert found(vault, "spigot")


def test_facets_count_what_is_found(vault: Vault, people: People, bracket: str) -> None:
    """By kind, state, owner and material, and each is a condition of the search."""
    from release import desk

    for number in ("10-0001", "10-0002"):
        desk.add_item(vault, people["eli"], number, "Bracket", "quinn", "fixture")
    facets = vault.catalogue.facets("bracket")
    assert facets.kind == (("fixture", 2), ("part", 1))
    assert facets.owner == (("quinn", 2), ("mchen", 1))
    assert facets.state == (("never released", 3),)
    assert facets.material == (("1.4301", 1),)
    assert not facets.partial
    assert vault.catalogue.facets().kind == facets.kind
    assert vault.catalogue.facets("bracket", kind="part").owner == (("mchen", 1),)
    assert [one.number for one in vault.catalogue.items(material="1.4301")] == [bracket]
    assert vault.catalogue.facets("...").kind == ()


def test_the_command_line_reads_then_finds(vault: Vault, bracket: str) -> None:
    """A search first reads what waits; a file in the snippet; facets on request; a rebuild."""
    from click.testing import CliRunner

    from vault.cli import trunk

    def run(*words: str) -> str:
        answer = CliRunner().invoke(
            trunk(), ["--vault", str(vault.root), *words], catch_exceptions=False
        )
        assert answer.exit_code == 0, answer.output
        return answer.stdout

    assert "unread" in run("catalogue", "rebuild", "--words")
    assert json.loads(run("catalogue", "rebuild", "--json"))["unread"] == 0
    (hit,) = json.loads(run("search", "bohrung", "--json"))
    assert (hit["number"], hit["file"]) == (bracket, "b.dxf")
    assert hit["found"].startswith("b.dxf: …")
    assert "b.dxf: …Bohrung Ø50 H7…" in run("search", "bohrung")
    told = json.loads(run("search", "bohrung", "--facets", "--json"))
    assert told["facets"]["material"] == [["1.4301", 1]]
    assert json.loads(run("search", "bohrung", "--kind", "fixture", "--json")) == []


def _text(path: Path) -> bytes:
    import pymupdf

    if b"%PDF-" not in path.read_bytes()[:1024]:
        return b""
    with pymupdf.open(path, filetype="pdf") as sheet:
        return str(sheet[0].get_text()).encode()
