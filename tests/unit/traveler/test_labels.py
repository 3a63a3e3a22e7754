# SPDX-License-Identifier: AGPL-3.0-or-later
"""Labels for machines and bins: they read after a bad print, and a label printer gets the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from traveler import jobs, labels, stations, zpl
from traveler.errors import (
    BadLabelCount,
    BadLabelFile,
    NoStationToLabel,
    NoSuchStation,
    RevisionRecalled,
)
from traveler.zpl import Dots
from vault.ledger.errors import RoleNeeded

Reader = Callable[..., list[set[str]]]


def _text(path: Path) -> list[str]:
    with pymupdf.open(path) as document:
        return [page.get_text() for page in document]


def _picture(dots: Dots) -> Image.Image:
    across = len(dots.rows[0]) * 8
    bits = Image.frombytes("1", (across, len(dots.rows)), b"".join(dots.rows))
    return ImageOps.invert(bits.convert("L")).crop((0, 0, dots.width, len(dots.rows)))


def test_every_station_in_use_gets_a_label_that_reads_after_a_bad_print(
    shop: Any, tmp_path: Path, read_back: Reader
) -> None:
    """One page each, 100 x 50 mm; code, name and address of each station, none of a retired one."""
    shop.job("J-1")
    stations.add(shop.vault, shop.pat, "öfen & co", "Härteofen im Keller hinter der Säge, links")
    stations.change(shop.vault, shop.pat, "bench", retired=True)
    made = labels.of_stations(shop.vault, (), tmp_path / "s.pdf")
    codes = [one.code for one in stations.listing(shop.vault) if not one.retired]
    assert [list(read) for read in read_back(made.path)] == [[one] for one in made.addresses]
    assert "https://vault.example/stations/%C3%B6fen%20%26%20co" in made.addresses
    for code, said in zip(codes, _text(made.path), strict=True):
        assert code in said
    with pymupdf.open(made.path) as document:
        assert {(round(p.rect.width / 72 * 25.4), round(p.rect.height / 72 * 25.4))
                for p in document} == {(100, 50)}  # fmt: skip


def test_the_labels_of_a_job_are_counted_and_open_the_job(
    shop: Any, tmp_path: Path, read_back: Reader
) -> None:
    """Three bins, one new code, withdrawn with the travelers; printing is on record."""
    from traveler import tokens
    from traveler.errors import TravelerEnded

    shop.job("J-1", qty=25, customer="Nordwind GmbH", order="PO 88")
    made = labels.of_job(shop.vault, shop.pat, "J-1", tmp_path / "j.pdf", 3)
    assert read_back(made.path) == [{made.addresses[0]}] * 3
    for place, said in enumerate(_text(made.path), 1):
        for words in (f"{place} of 3", "J-1", "10-0042 rev A", "25 pcs", "Nordwind GmbH, PO 88"):
            assert words in said
    code = made.addresses[0].rpartition("/")[2]
    with shop.vault.ledger.reading() as connection:
        assert tokens.find(connection, code).job == "J-1"
    assert [one.kind for one in jobs.history(shop.vault, "J-1")][-1] == "label.printed"
    tokens.withdraw(shop.vault, shop.pat, "J-1")
    with shop.vault.ledger.reading() as connection, pytest.raises(TravelerEnded):
        tokens.find(connection, code)


@pytest.mark.parametrize("density", zpl.DENSITIES)
def test_a_label_printer_gets_the_very_dots(shop: Any, tmp_path: Path, density: int) -> None:
    """ZPL read back is a picture of 100 x 50 mm whose code reads, in whole dots a module."""
    shop.job("J-1")
    made = labels.of_job(shop.vault, shop.pat, "J-1", tmp_path / "j.zpl", 2, density)
    pictures = [_picture(one) for one in zpl.read(made.path.read_text("ascii"))]
    assert [one.size for one in pictures] == [(100 * density, 50 * density)] * 2
    for picture in pictures:
        (code,) = zxingcpp.read_barcodes(picture)
        assert code.text == made.addresses[0]
        row = picture.crop((4 * density, 4 * density, 11 * density, 4 * density + 1)).tobytes()
        assert row == bytes(7 * density)  # the finder's edge: seven modules of a millimetre, black


def test_a_label_warns_of_an_old_revision_and_none_is_made_of_a_recalled_one(
    shop: Any, tmp_path: Path
) -> None:
    """A bin may outlive its drawing."""
    shop.job("J-1")
    shop.release("10-0042", setup__txt="Other jaws.")
    made = labels.of_job(shop.vault, shop.pat, "J-1", tmp_path / "j.pdf")
    assert "Revision A is superseded" in _text(made.path)[0]
    shop.recall("10-0042", "A")
    with pytest.raises(RevisionRecalled):
        labels.of_job(shop.vault, shop.pat, "J-1", tmp_path / "k.pdf")
    assert not (tmp_path / "k.pdf").exists()


def test_what_cannot_be_a_label_is_refused_and_nothing_is_issued(shop: Any, tmp_path: Path) -> None:
    """Other endings, counts out of reason, people who may not, stations nobody has."""
    shop.job("J-1")
    with pytest.raises(BadLabelFile):
        labels.of_job(shop.vault, shop.pat, "J-1", tmp_path / "j.docx")
    for count in (0, 201):
        with pytest.raises(BadLabelCount):
            labels.of_job(shop.vault, shop.pat, "J-1", tmp_path / "j.pdf", count)
    with pytest.raises(RoleNeeded):
        labels.of_job(shop.vault, shop.otto, "J-1", tmp_path / "j.pdf")
    with pytest.raises(NoSuchStation):
        labels.of_stations(shop.vault, ["nowhere"], tmp_path / "s.pdf")
    assert "label.printed" not in [one.kind for one in jobs.history(shop.vault, "J-1")]
    for one in stations.listing(shop.vault):
        stations.change(shop.vault, shop.pat, one.code, retired=True)
    with pytest.raises(NoStationToLabel):
        labels.of_stations(shop.vault, (), tmp_path / "s.pdf")
    assert list(tmp_path.glob("*.pdf")) == []


def test_long_names_stay_on_the_label(shop: Any, tmp_path: Path) -> None:
    """Whatever a shop calls its things, nothing runs off 100 x 50 mm or over the code."""
    name = "W" * 40
    stations.add(shop.vault, shop.pat, name, "M" * 80)
    made = labels.of_stations(shop.vault, [name], tmp_path / "s.pdf")
    with pymupdf.open(made.path) as document:
        page = document[0]
        code = max(one["rect"].x1 for one in page.get_drawings() if one["rect"].height > 60)
        words = [word[:4] for word in page.get_text("words")]
    assert len(words) >= 6
    assert all(
        code < x0 and x1 <= 100 / 25.4 * 72 and y1 <= 50 / 25.4 * 72 for x0, _, x1, y1 in words
    )


@given(
    st.integers(1, 70).flatmap(
        lambda across: st.lists(
            st.lists(
                st.sampled_from([0, 0, 0, 255, 255, 170, 15]), min_size=across, max_size=across
            ).map(bytes),
            min_size=1, max_size=6,
        )
    )
)  # fmt: skip
def test_any_picture_comes_back_from_zpl(rows: list[bytes]) -> None:
    """Written and read: the printer's shorthand loses nothing."""
    dots = Dots(len(rows[0]) * 8, tuple(rows))
    assert zpl.read(zpl.written([dots, dots])) == [dots, dots]


@pytest.mark.parametrize("spoiled", ["^XA^XZ", ":", "cut", "longer"])
def test_other_zpl_is_not_read(spoiled: str) -> None:
    """A reader that guesses would prove nothing."""
    good = zpl.written([Dots(8, (b"\xa5", b"\xa5"))])
    text = {"cut": good.replace(":", ""), "longer": good.replace(":", ":F")}.get(spoiled, spoiled)
    with pytest.raises(ValueError, match=r"label|row|run"):
        zpl.read(text)
