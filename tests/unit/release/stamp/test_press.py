# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every odd sheet comes out stamped right, or is refused with a reason; never silently wrong."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest
import zxingcpp

from release.errors import UnstampableFile
from release.stamp import engine, metrics, press, task
from release.stamp.template import STATES, Stamp
from release.stamp.templates import Condition, Templates
from vault.errors import UnreadableFile
from vault.reading.active import active, traces
from vault.worker import Worker

MENDED = {"crop outside", "crop is a line", "unit zero"}
HASHES = Path(__file__).with_name("hashes.json")


def codes(page: pymupdf.Page, dpi: int = 150) -> list[str]:
    """Return the QR codes in a picture of a whole page."""
    zoom = min(dpi / 72, (30_000_000 / (page.rect.width * page.rect.height)) ** 0.5)
    picture = page.get_pixmap(matrix=pymupdf.Matrix(zoom, zoom), colorspace=pymupdf.csGRAY)
    samples = memoryview(picture.samples).cast("B", (picture.height, picture.width))
    return [one.text for one in zxingcpp.read_barcodes(samples) if one.orientation in range(-2, 3)]


def test_every_oddity_comes_out_stamped(
    case: tuple[str, bytes], stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """Pages, sizes, an upright code and the words on each page, and nothing active: read anew."""
    name, data = case
    source, out = put(data), put(b"", "out.pdf")
    made = press.stamp(worker, source, out, stamp, password=sheets.passwords.get(name, ""))
    assert made.sha256 == hashlib.sha256(out.read_bytes()).hexdigest()
    assert made.size == out.stat().st_size
    with pymupdf.open(source) as before, pymupdf.open(out) as after:
        before.authenticate(sheets.passwords.get(name, ""))
        assert made.pages == after.page_count
        for old, new in zip(before, after, strict=False):
            if name not in MENDED:  # readers disagree before, and agree after
                assert abs(old.rect.width - new.rect.width) < 0.1
                assert abs(old.rect.height - new.rect.height) < 0.1
            assert codes(new) == [stamp.url], name
            words = " ".join(new.get_text().split())
            for word in ("RELEASED", "Rev. B", "10-0042", "2026-11-22", "Mei Chen", "CO-0012"):
                assert word in words
            assert f"{new.number + 1} / {after.page_count}" in words
        assert not active(after)
        assert not traces(after)
        assert not after.is_form_pdf


def test_the_drawing_beside_the_stamp_is_the_same_but_for_the_watermark(
    stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """No pixel outside the block gets lighter, and none darker than the tint of the watermark."""
    source, out = put(sheets.cases["a3"]), put(b"", "out.pdf")
    press.stamp(worker, source, out, stamp)
    with pymupdf.open(source) as before, pymupdf.open(out) as after:
        old = before[0].get_pixmap(dpi=72, colorspace=pymupdf.csGRAY)
        new = after[0].get_pixmap(dpi=72, colorspace=pymupdf.csGRAY)
        block = min(after[0].search_for("RELEASED"), key=lambda found: found.height)
    darkest = 0
    for row in range(old.height):
        for a, b in zip(
            old.samples[row * old.width : row * old.width + 400],  # left of the block
            new.samples[row * old.width : row * old.width + 400],
            strict=True,
        ):
            assert b <= a + 2  # smoothing rounds
            darkest = max(darkest, a - b)
    assert block.x0 > 400
    assert 8 < darkest <= 20


@pytest.mark.parametrize("state", STATES)
def test_every_state_says_its_word_once_in_the_block_and_once_across(
    state: str, stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """The state is found by a search, in the block and in the watermark."""
    out = put(b"", "out.pdf")
    wanted = replace(stamp, state=state)
    press.stamp(worker, put(sheets.cases["a3"]), out, wanted)
    with pymupdf.open(out) as document:
        assert len(document[0].search_for(wanted.manner.watermark)) >= 2
        assert document[0].search_for(wanted.manner.word)


@pytest.mark.parametrize("state", ["superseded", "recalled", "review"])
def test_the_word_across_shows_on_dark_paper_too(
    state: str, stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """A drawing in white on black is warned about as clearly as one in black on white."""
    out = put(b"", "out.pdf")
    press.stamp(worker, put(sheets.cases["dark ground"]), out, replace(stamp, state=state))
    with pymupdf.open(out) as document:
        picture = document[0].get_pixmap(dpi=36, colorspace=pymupdf.csRGB)
    middle = picture.samples[picture.stride * 150 : picture.stride * 300]  # above the block
    shown = sum(1 for red in middle[::3] if 60 < red < 200)
    assert shown > len(middle) / 3 * 0.05


def test_a_stamp_can_be_stamped_again(stamp: Stamp, worker: Worker, put: Any, sheets: Any) -> None:
    """A released file that was superseded carries both stamps, and both codes are readable."""
    first, second = put(b"", "first.pdf"), put(b"", "second.pdf")
    press.stamp(worker, put(sheets.cases["a3"]), first, stamp)
    later = replace(stamp, state="superseded", url=stamp.url[:-1] + "T")
    press.stamp(worker, first, second, later)
    with pymupdf.open(second) as document:
        assert sorted(codes(document[0])) == [stamp.url, later.url]


@pytest.mark.parametrize(
    "name",
    [
        "Иван Петров", "Zdeněk Šťastný", "Ελένη", "陳美玲", "田中 さくら", "김민준", "שרה לוי",
        "عبد الله حسن", "สมชาย ใจดี", "क्षत्रिय शर्मा", "דן Levi (2)", "Nguyễn Thị Hồng",
    ],
)  # fmt: skip
def test_names_of_other_alphabets_are_set_embedded_and_found(
    name: str, stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """The approval owner's name is readable and searchable whatever its alphabet."""
    out = put(b"", "out.pdf")
    press.stamp(worker, put(sheets.cases["a3"]), out, replace(stamp, approver=name))
    with pymupdf.open(out) as document:
        said = document[0].get_text()
        assert all(word in said for word in name.split())
        embedded = [font for font in document.get_page_fonts(0, full=True) if font[1] != "n/a"]
    assert embedded
    assert out.stat().st_size < 40_000


def test_a_sign_no_font_has_is_refused_by_name(
    stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """Nothing is printed as a box or a question mark: the sign is named instead."""
    with pytest.raises(UnstampableFile, match="no font at hand has the sign “ᚱ”"):
        press.stamp(
            worker, put(sheets.cases["a4"]), put(b"", "o.pdf"), replace(stamp, approver="ᚱune")
        )


def test_without_an_address_there_is_no_code(
    stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """The stamping engine alone works without a QR."""
    out = put(b"", "out.pdf")
    press.stamp(worker, put(sheets.cases["a4"]), out, replace(stamp, url=""))
    with pymupdf.open(out) as document:
        assert codes(document[0]) == []
        assert "RELEASED" in document[0].get_text()


@pytest.mark.parametrize("way", press.WAYS)
def test_every_way_of_the_cascade_works_by_itself(
    way: str, stamp: Stamp, put: Any, sheets: Any, tmp_path: Path
) -> None:
    """The later ways are hardly ever needed, so each is driven here on its own."""
    out = tmp_path / "out.pdf"
    source = str(put(sheets.cases["crop and turn"]))
    answer = task.press(source, str(out), "x.pdf", asdict(stamp), way)
    assert answer["fault"] == ""
    with pymupdf.open(out) as document:
        assert [codes(page) for page in document] == [[stamp.url]] * 3


@pytest.mark.parametrize(
    ("name", "how"),
    [("a4", "in place"), ("matrix left behind", "rewritten"), ("clip left behind", "rewritten")],
)
def test_the_cascade_goes_no_farther_than_it_must(
    name: str, how: str, stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """An ordinary file is stamped in place; one whose content leaves its fence is rewritten."""
    made = press.stamp(worker, put(sheets.cases[name]), put(b"", "out.pdf"), stamp)
    assert made.how == how


def test_what_was_active_is_reported(stamp: Stamp, worker: Worker, put: Any, sheets: Any) -> None:
    """The answer names what is no longer in the copy."""
    removed = {
        name: press.stamp(worker, put(sheets.cases[name]), put(b"", "out.pdf"), stamp).removed
        for name in ("a4", "javascript", "launch", "attachment", "xfa", "form", "signed")
    }
    assert removed == {
        "a4": (), "javascript": ("javascript",), "launch": ("action",), "attachment": ("files",),
        "xfa": ("xfa",),
        "signed": ("signature",), "form": ("submit",),
    }  # fmt: skip


REASONS = {
    "garbage": (UnreadableFile, "it is not a PDF"),
    "empty": (UnreadableFile, "it is not a PDF"),
    "html": (UnreadableFile, "it is not a PDF"),
    "only a header": (UnreadableFile, "damaged|no pages"),
    "no pages": (UnreadableFile, "it has no pages"),
    "truncated": (UnreadableFile, "its end is missing"),
    "no table": (UnreadableFile, "its end is missing"),
    "lost content": (UnstampableFile, "page 1 has lost its content"),
    "tiny": (UnstampableFile, r"page 1 is 1\.4 × 1\.4 mm, too small"),
    "strip": (UnstampableFile, r"page 2 is 317\.5 × 0\.4 mm, too small"),
    "pages in a ring": (UnstampableFile, "it is damaged or incomplete"),
    "wrong password": (UnreadableFile, "the password does not open it"),
}


@pytest.mark.parametrize("kind", REASONS)
def test_what_cannot_be_stamped_is_refused_with_the_reason_and_leaves_nothing(
    kind: str, stamp: Stamp, worker: Worker, put: Any, sheets: Any, tmp_path: Path
) -> None:
    """One sentence says what is wrong; no file, whole or half, is left behind."""
    refusal, reason = REASONS[kind]
    source = put(sheets.refused[kind])
    password = sheets.passwords.get(kind, "")
    with pytest.raises(refusal, match=reason):
        press.stamp(worker, source, tmp_path / "out.pdf", stamp, password=password)
    assert list(tmp_path.iterdir()) == [source]
    assert sheets.refused.keys() == REASONS.keys()


def locked(path: Path, user: str) -> Path:
    """Write an encrypted file: with a password to open it, or only an owner's."""
    document = pymupdf.open()
    document.new_page().insert_text((99, 99), "secret")
    how = pymupdf.PDF_ENCRYPT_AES_256
    document.save(path, encryption=how, owner_pw="owner", user_pw=user, permissions=4)
    return path


def test_a_password_to_open_is_asked_of_nobody(
    stamp: Stamp, worker: Worker, tmp_path: Path
) -> None:
    """A file locked with a user's password is refused unless it is given, and then not kept."""
    with pytest.raises(UnreadableFile, match="locked with a password"):
        press.stamp(worker, locked(tmp_path / "a.pdf", "user"), tmp_path / "out.pdf", stamp)
    for way in press.WAYS:
        answer = task.press(
            str(tmp_path / "a.pdf"), str(tmp_path / "out.pdf"), "a.pdf", asdict(stamp), way,
            password="user",
        )  # fmt: skip
        assert answer["fault"] == "", way
        with pymupdf.open(tmp_path / "out.pdf") as document:
            assert not document.needs_pass
            assert codes(document[0]) == [stamp.url]
    press.stamp(worker, locked(tmp_path / "b.pdf", ""), tmp_path / "out.pdf", stamp)
    with pymupdf.open(tmp_path / "out.pdf") as document:
        assert not document.metadata["encryption"]
        assert "secret" in document[0].get_text()


def test_qpdf_says_no_to_a_wrong_password_in_the_same_words(
    stamp: Stamp, tmp_path: Path, sheets: Any, put: Any
) -> None:
    """Found by spoiled files: what one library calls a damaged key is no fault of ours."""
    source = str(put(sheets.refused["wrong password"]))
    for password, reason in (("guess", "the password does not open it"), ("", "locked with a")):
        with pytest.raises(UnreadableFile, match=reason):
            task.press(
                source, str(tmp_path / "o.pdf"), "x.pdf", asdict(stamp), "rewritten",
                password=password,
            )  # fmt: skip


def test_a_bomb_is_given_up_and_the_next_file_is_stamped(
    stamp: Stamp, put: Any, sheets: Any, tmp_path: Path
) -> None:
    """Millions of operations in a small file cost a worker, not the caller."""
    import vault.worker

    pool = Worker(vault.worker.Limits(cpu=1, wall=2), processes=1)
    page = sheets.page(content="0 0 595 842 re W n " + "0 0 m 595 842 l 9 0 l f " * 900_000)
    source = put(sheets.written([page]), "bomb.pdf")
    limits = vault.worker.Limits(cpu=1, wall=2)
    with pytest.raises(vault.worker.WorkerGaveUp):
        pool.call(
            "release.stamp.task:press", limits=limits, path=source, out=tmp_path / "o.pdf",
            name="bomb.pdf", stamp=asdict(stamp), way="in place",
        )  # fmt: skip
    press.stamp(pool, put(sheets.cases["a4"]), tmp_path / "out.pdf", stamp)
    pool.close()


def mutations(data: bytes, count: int) -> Iterator[bytes]:
    """Yield spoiled copies of a file: bytes changed, cut out, doubled, cut off, numbers replaced."""
    dice = random.Random(len(data))
    for turn in range(count):
        spoiled = bytearray(data)
        at, length = dice.randrange(len(data)), dice.randrange(1, 400)
        if turn % 5 == 0:
            for place in dice.sample(range(len(data)), dice.choice([1, 5, 50])):
                spoiled[place] = dice.randrange(256)
        elif turn % 5 == 1:
            del spoiled[at : at + length]
        elif turn % 5 == 2:
            spoiled[at:at] = spoiled[at : at + length]
        elif turn % 5 == 3:
            del spoiled[at:]
        else:
            number = dice.choice(list(re.finditer(rb"\d+", data)))
            other = str(dice.choice([0, -1, 3, 99, 2**31, 10**12])).encode()
            spoiled[number.start() : number.end()] = other
        yield bytes(spoiled)


@pytest.mark.parametrize("name", ["three pages", "form", "attachment", "shared resources"])
def test_spoiled_files_are_stamped_right_or_refused_and_never_a_bug(
    name: str, stamp: Stamp, worker: Worker, put: Any, sheets: Any, tmp_path: Path
) -> None:
    """Whatever comes out carries the code on every page; whatever does not was refused in words."""
    out = tmp_path / "out.pdf"
    outcomes, bugs = set(), list[str]()
    for data in mutations(sheets.cases[name], 60):
        out.unlink(missing_ok=True)
        try:
            made = press.stamp(worker, put(data), out, stamp)
        except (UnreadableFile, UnstampableFile) as refusal:
            bugs += [str(refusal.__cause__.__cause__)] if refusal.__cause__ else []
            outcomes.add("left behind" if out.exists() else "refused")
            continue
        outcomes.add("stamped")
        with pymupdf.open(out) as document:
            assert document.page_count == made.pages
            assert stamp.url in codes(document[made.pages - 1])
    assert outcomes == {"stamped", "refused"}
    assert bugs == []


def test_the_bytes_are_those_of_the_committed_table(
    stamp: Stamp, worker: Worker, put: Any, sheets: Any
) -> None:
    """Same source and stamp, same bytes, on every machine; a change of the stamp is seen here."""
    found = {}
    for name, data in sheets.cases.items():
        made = press.stamp(
            worker, put(data), put(b"", "out.pdf"), stamp, password=sheets.passwords.get(name, "")
        )
        found[name] = made.sha256
    if not HASHES.exists():
        told = {"engine": engine.name(), "sha256": found}
        HASHES.write_text(json.dumps(told, indent=1) + "\n")
        pytest.fail("the table was written; look at the stamps and commit it")
    kept = json.loads(HASHES.read_text())
    if kept["engine"] != engine.name():
        pytest.skip(f"the table is of engine {kept['engine']}")
    assert found == kept["sha256"]


def test_process_locale_time_zone_and_hash_seed_change_no_byte(
    stamp: Stamp, put: Any, sheets: Any, tmp_path: Path
) -> None:
    """Four processes in four worlds write the same file."""
    wanted = replace(stamp, approver="Zdeněk Šťastný")
    source = put(sheets.cases["three pages"])
    code = (
        "import json,sys; from release.stamp.task import press;"
        "assert press(*sys.argv[1:3], 'x.pdf', json.loads(sys.argv[3]), 'in place')['fault'] == ''"
    )
    seen = set()
    for turn, (zone, tongue) in enumerate(
        [("UTC", "C"), ("Asia/Kolkata", "de_DE.UTF-8"), ("America/St_Johns", "tr_TR.UTF-8")]
    ):
        out = tmp_path / f"{turn}.pdf"
        world = {"TZ": zone, "LANG": tongue, "LC_ALL": tongue, "PYTHONHASHSEED": str(turn)}
        command = [sys.executable, "-c", code, str(source), str(out), json.dumps(asdict(wanted))]
        subprocess.run(command, env={**os.environ, **world}, check=True, cwd=tmp_path)
        seen.add(hashlib.sha256(out.read_bytes()).hexdigest())
    assert len(seen) == 1


@pytest.mark.parametrize("shape", ["wide", "short", "tall"])
@pytest.mark.parametrize(
    "why",
    [
        "letter drawn next week, agreed with the customer by telephone",
        "图纸字母下周更改" * 6,
        "x" * 90,
    ],
)
def test_the_whole_reason_of_an_override_stands_on_the_sheet(
    stamp: Stamp, worker: Worker, put: Any, sheets: Any, why: str, shape: str
) -> None:
    """Who set a requirement aside, and why, is read from the paper in every arrangement."""
    told = f"title block agrees: by ada on 2026-11-29T05:56:31Z: {why}"
    source, out = put(sheets.cases["a3"]), put(b"", "out.pdf")
    press.stamp(
        worker, source, out, replace(stamp, extra=(("Override", told),)),
        templates=Templates((Condition(changes={"layouts": (shape,)}),)),
    )  # fmt: skip
    with pymupdf.open(out) as after:
        assert "".join(told.split()) in "".join(after[0].get_text().split())
        assert codes(after[0]) == [stamp.url]


def test_an_endless_reason_is_cut_and_says_so() -> None:
    """The block does not grow over the drawing: the record and the packet have the rest."""
    lines = metrics.wrapped("because " * 400, 6.2, 170, 6)
    assert len(lines) == 6
    assert lines[-1].endswith("…")
