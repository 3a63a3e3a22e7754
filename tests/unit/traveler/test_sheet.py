# SPDX-License-Identifier: AGPL-3.0-or-later
"""The traveler on paper: every QR reads, nothing is cut in two, the words are all there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest
import zxingcpp
from PIL import Image

from release.printed.pen import FOOT, MARGIN, PAPERS
from traveler import jobs, sheet, skipping
from traveler.errors import RevisionRecalled
from traveler.floor import noting
from traveler.nonconformance import opening
from traveler.nonconformance.opening import Wanted
from vault.ledger.errors import RoleNeeded


def _codes(path: Path, dpi: int = 150) -> list[set[str]]:
    """Return what a reader finds on each page of a print."""
    found = []
    with pymupdf.open(path) as document:
        for page in document:
            picture = page.get_pixmap(dpi=dpi, colorspace=pymupdf.csGRAY)
            image = Image.frombytes("L", (picture.width, picture.height), picture.samples)
            found.append({one.text for one in zxingcpp.read_barcodes(image)})
    return found


def _text(path: Path) -> list[str]:
    with pymupdf.open(path) as document:
        return [page.get_text() for page in document]


def _long_route(steps: int) -> str:
    words = "Clamp on the fixture, zero on datum A, probe, then run. " * 12
    return "\n".join(
        f'[[operation]]\nseq={seq * 10}\nstation="mill-{seq % 3}"\n'
        f'title="Step {seq} with a title that goes on, as titles typed in a hurry do go on"\n'
        f'notes="{words if seq % 4 == 0 else "Short."}"\nproof=["photo"]\n'
        for seq in range(1, steps + 1)
    )


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_every_code_of_a_print_reads_at_150_dpi_and_after_a_bad_print(
    shop: Any, tmp_path: Path, paper: str, read_back: Callable[..., list[set[str]]]
) -> None:
    """Job and operations, on either paper; each address is the one that was issued."""
    shop.job("J-1", customer="Nord", order="PO 1")
    made = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf", paper)
    read = set().union(*_codes(made.path))
    assert set().union(*read_back(made.path)) == read  # blurred, askew, under a lamp
    assert read == {address for _, address in made.addresses}
    assert all(address.startswith("HTTPS://VAULT.EXAMPLE/T/") for address in read)
    with pymupdf.open(made.path) as document:
        assert (document[0].rect.width, document[0].rect.height) == pytest.approx(PAPERS[paper])


def test_the_first_page_says_what_the_job_is(shop: Any, tmp_path: Path) -> None:
    """Shop, job, item, letter, quantity, day, customer, order, owner, and the warning."""
    shop.job("J-1", qty=25, customer="Nordwind GmbH", order="PO 88")
    sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    (page,) = _text(tmp_path / "t.pdf")
    for words in (
        "Example Shop", "J-1", "10-0042", "Bracket", "25", "2027-03-01", "Nordwind GmbH", "PO 88",
        "CO-0001", "mchen", "page 1 of 1", "Uncontrolled if printed: scan to check.",
        "Zero on datum A.", "Proof owed: measurement, photo", "planned 2 h 10 min", "Signed",
        "Files: setup.txt", "end of traveler",
    ):  # fmt: skip
        assert words in page


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_six_operations_fit_one_page(shop: Any, tmp_path: Path, paper: str) -> None:
    """Notes, files and proof of each, and the end of the traveler is said on the same page."""
    steps = "\n".join(
        f'[[operation]]\nseq={seq * 10}\nstation="mill-2"\ntitle="Mill side {seq}"\n'
        f'setup_minutes=30\nrun_minutes=4\nnotes="Zero on datum A."\nproof=["photo"]\n'
        for seq in range(1, 7)
    )
    shop.release("10-0050", route__toml=steps)
    jobs.add(shop.vault, shop.pat, "J-6", "10-0050", 5, "2027-03-01", customer="N", order="PO 1")
    made = sheet.print_traveler(shop.vault, shop.pat, "J-6", tmp_path / "t.pdf", paper)
    assert made.pages == 1
    assert "end of traveler" in _text(made.path)[0]


def test_long_travelers_keep_each_operation_on_one_page(shop: Any, tmp_path: Path) -> None:
    """Twenty-five steps with long notes: number, title, code and boxes of a step stand together."""
    shop.release("10-0050", route__toml=_long_route(25))
    jobs.add(shop.vault, shop.pat, "J-25", "10-0050", 5, "2027-03-01")
    made = sheet.print_traveler(shop.vault, shop.pat, "J-25", tmp_path / "t.pdf")
    pages, codes = _text(made.path), _codes(made.path)
    assert len(pages) == made.pages > 3
    assert set().union(*codes) == {address for _, address in made.addresses}
    for number, (text, read) in enumerate(zip(pages, codes, strict=True), 1):
        assert "J-25" in text
        assert f"page {number} of {made.pages}" in text
        assert "Uncontrolled if printed" in text
        here = [seq for seq, address in made.addresses if seq and address in read]
        assert here == [seq for seq, _ in made.addresses if seq and f"Scan: {seq}\n" in text]
        assert all(f"Step {seq // 10} with" in text for seq in here)
        assert text.count("Signed") == len(here)
    with pymupdf.open(made.path) as document:
        for page in document:
            foot = page.rect.height - MARGIN - FOOT
            low = {word[4] for word in page.get_text("words") if word[3] > foot}
            assert low >= {"Uncontrolled", "J-25", "page"}
            assert not low & {"Started", "Good", "Signed", "Step", "Scan:", "Clamp"}


def test_nothing_runs_off_the_paper(shop: Any, tmp_path: Path) -> None:
    """Long names and words of other scripts stay inside the margins and are not lost."""
    word = "Ψ" * 110
    route = f'[[operation]]\nseq=10\nstation="mill"\ntitle="{word}"\nnotes="{word} 日本語"\n'
    shop.release("10-0050", route__toml=route)
    job = "J-2027-000000000000000000-REWORK"
    jobs.add(shop.vault, shop.pat, job, "10-0050", 5, "2027-03-01", customer="W" * 80)
    sheet.print_traveler(shop.vault, shop.pat, job, tmp_path / "t.pdf")
    with pymupdf.open(tmp_path / "t.pdf") as document:
        for page in document:
            for x0, y0, x1, y1, *_ in page.get_text("words"):
                assert MARGIN - 1 <= x0 <= x1 <= page.rect.width - MARGIN + 1
                assert 0 <= y0 <= y1 <= page.rect.height
        assert "日本語" in document[0].get_text()


def test_a_superseded_job_prints_its_warning_and_a_recalled_one_does_not_print(
    shop: Any, tmp_path: Path
) -> None:
    """Paper never hides how the revision stands."""
    shop.job("J-1")
    shop.release("10-0042", setup__txt="Other jaws.")
    sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    assert (
        "Revision A is superseded: B is current. Ask before you start."
        in _text(tmp_path / "t.pdf")[0]
    )
    shop.recall("10-0042", "A")
    with pytest.raises(RevisionRecalled):
        sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "u.pdf")
    assert not (tmp_path / "u.pdf").exists()


def test_a_job_without_steps_prints_its_own_code(shop: Any, tmp_path: Path) -> None:
    """One page, one code."""
    jobs.add(shop.vault, shop.pat, "J-1", "10-0050", 5, "2027-03-01")
    made = sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    assert _codes(made.path) == [{made.addresses[0][1]}]


def test_only_planners_print(shop: Any, tmp_path: Path) -> None:
    """Whoever may print may hand out authority to act."""
    shop.job("J-1")
    with pytest.raises(RoleNeeded):
        sheet.print_traveler(shop.vault, shop.otto, "J-1", tmp_path / "t.pdf")
    assert not (tmp_path / "t.pdf").exists()


def test_the_traveler_asks_for_what_customer_and_job_ask_besides_the_route(
    shop: Any, tmp_path: Path
) -> None:
    """Proof of a step stands at the step, that of the whole job at the top; waived says so."""
    from traveler.quality import proof_desk

    shop.job("J-1", customer="Nord")
    proof_desk.ask(shop.vault, shop.pat, "certificate", customer="Nord", before="shipping")
    proof_desk.ask(shop.vault, shop.pat, "photo", job="J-1", seq=20)
    proof_desk.waive(shop.vault, shop.quinn, "J-1", "photo", "lens broken", seq=40)
    sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    text = _text(tmp_path / "t.pdf")[0]
    assert "Proof the job owes: certificate before shipping" in text
    assert "Proof owed: photo" in text
    assert "photo (waived)" in text


def test_a_traveler_tells_the_few_things_that_matter_of_earlier_jobs(
    shop: Any, tmp_path: Path
) -> None:
    """Nonconformances first, two a step, two lines each, never off the paper; the screen has all."""
    shop.job("J-1")
    long = "chatter on the outer wall, " * 30
    for words in ("deburr by hand", "use the short end mill"):
        noting.note(shop.vault, shop.otto, "J-1", 20, words)
    opening.open_new(shop.vault, shop.quinn, Wanted("J-1", f"Slot undersize\n{long}", 1, 20))
    opening.open_new(shop.vault, shop.quinn, Wanted("J-1", "Wrong heat on the bar", 5))
    shop.job("J-2")
    made = sheet.print_traveler(shop.vault, shop.pat, "J-2", tmp_path / "t.pdf")
    (page,) = _text(made.path)
    flat = " ".join(page.split())
    assert "Before, J-1 A: Slot undersize chatter" in flat
    assert page.count("chatter on the outer wall") < 12
    assert "J-1 A: use the short end mill (and 1 more)" in flat
    assert "deburr by hand" not in flat
    assert "Before, J-1 A: Wrong heat on the bar" in flat
    with pymupdf.open(made.path) as document:
        for x0, _, x1, *_ in document[0].get_text("words"):
            assert MARGIN - 1 <= x0 <= x1 <= document[0].rect.width - MARGIN + 1
    assert set().union(*_codes(made.path)) == {address for _, address in made.addresses}
    (plain,) = _text(sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "o.pdf").path)
    assert "Before" not in plain


def test_a_step_that_was_left_out_says_so_on_the_next_print(shop: Any, tmp_path: Path) -> None:
    """With the reason; whoever has only the paper goes past it."""
    shop.job("J-1")
    skipping.skip(shop.vault, shop.pat, "J-1", 10, "sawn by the merchant")
    sheet.print_traveler(shop.vault, shop.pat, "J-1", tmp_path / "t.pdf")
    (page,) = _text(tmp_path / "t.pdf")
    assert page.count("LEFT OUT, go past it: sawn by the merchant") == 1
