# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates of packets: what goes in by customer, and that what is hidden is nowhere in the zip."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vault import derived

JOB = "J-7"
MINE, OTHER = "Marlow Packaging", "Halvard Robotics"
SECRETS = ("otto", "Otto", "Lind", "mill-2", "saw-1", "chatter from the old spindle", "worn jaws",
           "ask Halvard", OTHER, "Geneva pocket")  # fmt: skip
"""What the standard template must keep inside, each written somewhere in the story below."""


def rules(shop: Any, text: str) -> None:
    """Put templates in force beside the rules there are."""
    from release import rulebook

    before = rulebook.text(shop.vault)[0].partition("\n[[packets")[0]
    rulebook.edit(shop.vault, shop.ada, f"{before}\n{text}\n", "packets")


def paper(folder: Path, *lines: str) -> Path:
    """Write a certificate with properties, a note and an outline, all naming people."""
    import pymupdf

    place = folder / "certificate.pdf"
    with pymupdf.open() as document:
        page = document.new_page()
        for at, line in enumerate(lines):
            page.insert_text((60, 80 + 20 * at), line)
        page.add_text_annot((300, 300), "checked by Otto Lind")
        document.set_metadata({"author": "Otto Lind", "title": "for Halvard Robotics"})
        document.set_toc([[1, "Otto Lind signs", 1]])
        document.embfile_add("otto.txt", b"Otto Lind")
        document.save(place)
    return place


def photo(folder: Path) -> Path:
    """Take a photo that knows where, with what, and by whom it was taken."""
    from PIL import Image

    picture = Image.new("RGB", (90, 60), "red")
    marks = picture.getexif()
    marks[0x010E], marks[0x013B] = "Geneva pocket", "Otto Lind"
    marks.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 1.0), 3: "E", 4: (8.0, 32.0, 1.0)})
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=marks)
    place = folder / "photo.jpg"
    place.write_bytes(out.getvalue())
    return place


@pytest.fixture
def told(drawn: Any) -> Any:
    """Return the shop with a finished job whose records name what a customer must not see."""
    from traveler import jobs
    from traveler.floor import noting, starting, stopping
    from traveler.nonconformance import closing, disposing, opening
    from traveler.quality import evidence
    from traveler.quality.evidence import Wanted

    shop = drawn
    shop.job("J-8", customer=OTHER)
    shop.job(JOB, customer=MINE, order="MP-1")
    shop.prove(JOB)
    for one in jobs.show(shop.vault, JOB).operations:
        starting.start(shop.vault, shop.otto, JOB, one.operation.seq)
        noting.note(shop.vault, shop.otto, JOB, one.operation.seq, "chatter from the old spindle")
        stopping.finish(shop.vault, shop.otto, JOB, one.operation.seq)
    found = opening.open_new(shop.vault, shop.otto, opening.Wanted(
        JOB, "Otto Lind dropped one at mill-2, ask Halvard Robotics", qty=1, seq=20,
        containment="set aside by otto"))  # fmt: skip
    opening.explain(shop.vault, shop.quinn, found.number, cause="worn jaws on mill-2",
                 action="new jaws")  # fmt: skip
    disposing.dispose(shop.vault, shop.quinn, found.number, "scrap", "one is lost")
    closing.close(shop.vault, shop.quinn, found.number)
    table = shop.folder / "otto-readings.csv"
    table.write_text("piece,by\n1,Otto Lind\n2,otto\n3,at mill-2 for Halvard Robotics\n")
    files = {
        "certificate": {"cert by otto.pdf": paper(
            shop.folder, "Heat 4711, analysed by Otto Lind", "Bottoms ottoman stays.",
            "Delivered for Halvard", "Robotics and Marlow Packaging")},
        "document": {"otto-readings.csv": table},
        "photo": {"Otto at the mill.jpg": photo(shop.folder)},
    }  # fmt: skip
    for kind, given in files.items():
        wanted = Wanted(kind, JOB, words=f"{kind} by Otto Lind, not for Halvard Robotics")
        evidence.add(shop.vault, shop.otto, wanted, given)
    return shop


def issued(shop: Any) -> tuple[Any, Path]:
    """Issue the packet and unpack its zip."""
    from traveler.packet import issuing

    made = issuing.issue(shop.vault, shop.quinn, JOB)
    out = shop.folder / "out"
    with zipfile.ZipFile(issuing.file_of(shop.vault, made)) as packed:
        packed.extractall(out)
    return made, out / made.name.removesuffix(".zip")


def everything(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield all there is to read in a packet: names, bytes, text of pages, properties, office parts."""
    import pymupdf

    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        name = path.relative_to(folder).as_posix()
        yield name, name
        data = path.read_bytes()
        if path.suffix != ".jpg":
            yield name, data.decode("latin-1")
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as packed:
                for part in packed.namelist():
                    yield name, packed.read(part).decode()
        if path.suffix == ".pdf":
            with pymupdf.open(path) as document:
                for page in document:
                    yield name, page.get_text()
                    yield name, " ".join(note.info["content"] for note in page.annots())
                yield name, json.dumps([document.metadata, document.get_toc(),
                                        document.embfile_names()])  # fmt: skip
                for number in range(1, document.xref_length()):
                    yield name, document.xref_object(number)
                    if document.xref_is_stream(number) and "/Image" not in document.xref_object(
                        number
                    ):
                        yield name, (document.xref_stream(number) or b"").decode("latin-1")


def said(folder: Path, word: str) -> list[str]:
    """Return the files in which a word is said as a word, in any case."""
    whole = re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])", re.IGNORECASE)
    return sorted({name for name, text in everything(folder) if whole.search(text)})


def read(folder: Path) -> str:
    """Return the text of the readable packet in one line."""
    import pymupdf

    with pymupdf.open(folder / "packet.pdf") as document:
        return " ".join(" ".join(page.get_text().split()) for page in document)


def test_what_is_hidden_is_nowhere_in_the_zip(told: Any) -> None:
    """Bytes, text, properties, names, manifest and originals are searched for every secret."""
    made, folder = issued(told)
    for word in SECRETS:
        assert said(folder, word) == [], word
    text = read(folder)
    for word in ("O.L. dropped one at a station, ask another customer", "certificate by O.L.",
                 "An extract", "is a copy with words, or what acts by itself, taken out",
                 "Marlow Packaging", "Mei Chen", "Quinn Abara"):  # fmt: skip
        assert word in text, word
    (certificate,) = (folder / "documents").glob("*.pdf")
    import pymupdf

    with pymupdf.open(certificate) as document:
        left = document[0].get_text()
    assert "Heat 4711, analysed by" in left
    assert "Bottoms ottoman stays." in left
    assert "Marlow Packaging" in left
    assert made.template == "standard"
    record = json.loads((folder / "packet.json").read_text())
    assert (record["complete"], record["template"]) == (False, "standard")
    assert record["left_out"] == list(made.left_out)


def test_a_template_that_shows_all_makes_a_whole_packet(told: Any) -> None:
    """Names, stations, notes and causes are in it; only other customers are not, and it says it is whole."""
    from traveler.quality import evidence, views

    rules(told, '[[packets.template]]\nname = "open"\ncustomers = ["marlow *"]\npeople = "names"\n'
          'show = ["stations", "notes", "causes"]')  # fmt: skip
    for one in views.evidence_of(
        told.vault, JOB
    ):  # what names the other customer cannot go in whole
        if one.kind != "photo":
            evidence.withdraw(told.vault, told.quinn, one.root, "names another customer")
    made, folder = issued(told)
    text = read(folder)
    for word in ("otto", "mill-2", "chatter from the old spindle", "worn jaws on mill-2"):
        assert word in text, word
    assert said(folder, OTHER) == []
    assert "all that is on record of this job is in it" in text
    assert json.loads((folder / "packet.json").read_text())["complete"] is True
    assert (made.template, made.left_out) == ("open", ())
    assert "seq=10" in (folder / "history.csv").read_text()


def test_parts_are_left_out_and_that_is_said(told: Any) -> None:
    """Neither section nor file of a left-out part is in it; the packet, its record and verifier say so."""
    import subprocess
    import sys

    rules(told, '[[packets.template]]\nname = "short"\n'
          'leave_out = ["photos", "documents", "drawings", "history", "making"]')  # fmt: skip
    _made, folder = issued(told)
    names = {one.name for one in folder.iterdir()}
    assert not names & {"photos", "documents", "drawing", "history.csv"}
    text = read(folder)
    assert "Mill first side" not in text
    for word in ("Left out: the photos.", "Left out: the released drawings.", "Nonconformances"):
        assert word in text
    answer = subprocess.run([sys.executable, "-I", str(folder / "verify.py")], capture_output=True,
                            text=True, check=False)  # fmt: skip
    assert answer.returncode == 0
    assert "It is an extract" in answer.stdout
    assert "Left out: the photos." in answer.stdout
    assert "cannot know whether the packet was replaced or withdrawn" in answer.stdout


@pytest.mark.parametrize(
    ("kind", "source", "template"),
    [("photo", "customer", 'leave_out = ["photos"]'), ("certificate", "job", 'leave_out = ["documents"]')],
)  # fmt: skip
def test_a_template_cannot_drop_what_is_asked_for(
    told: Any, kind: str, source: str, template: str
) -> None:
    """What customer or job ask for as proof holds the packet, in one sentence that says what to do."""
    from traveler.packet import issuing
    from traveler.packet.errors import PacketNotReady
    from traveler.quality import proof_desk

    whose = {"customer": MINE} if source == "customer" else {"job": JOB}
    proof_desk.ask(told.vault, told.quinn, kind, before="packet", why="contract", **whose)
    rules(told, f'[[packets.template]]\nname = "short"\n{template}')
    with pytest.raises(PacketNotReady, match=f"“short” leaves out .*the {source} asks for {kind}"):
        issuing.issue(told.vault, told.quinn, JOB)
    rules(told, "")
    assert issuing.issue(told.vault, told.quinn, JOB).template == "standard"


def test_what_is_internal_proves_and_stays(told: Any) -> None:
    """It is in no section and no file, counted only; let out again it is there; asked for, it holds."""
    from traveler.packet import issuing
    from traveler.packet.errors import PacketNotReady
    from traveler.quality import internal, proof_desk, views

    photo_ = next(one for one in views.evidence_of(told.vault, JOB) if one.kind == "photo")
    kept = internal.mark(told.vault, told.quinn, photo_.root, "shows another part")
    assert kept.internal == "quinn: shows another part"
    found = issuing.check(told.vault, JOB)
    assert not [one for one in found.files if one.part == "photos"]
    assert "Kept inside by the shop: 1 piece of evidence marked internal." in found.left_out
    demand = proof_desk.ask(
        told.vault, told.quinn, "photo", before="packet", customer=MINE, why="x"
    )
    with pytest.raises(
        PacketNotReady, match="photo before packet, which the customer asks for, is"
    ):
        issuing.issue(told.vault, told.quinn, JOB)
    proof_desk.drop(told.vault, told.quinn, demand.id, "not any more")
    internal.mark(told.vault, told.pat, photo_.root, "cut it", internal=False)
    found = issuing.check(told.vault, JOB)
    assert [one for one in found.files if one.part == "photos"]


def test_marking_twice_without_reason_or_by_an_operator_is_refused(told: Any) -> None:
    """Each is one sentence, and nothing is written."""
    from traveler.quality import errors, evidence, internal, views
    from vault.ledger.errors import RoleNeeded

    first, second = views.evidence_of(told.vault, JOB)[:2]
    with pytest.raises(RoleNeeded):
        internal.mark(told.vault, told.otto, first.root, "why")
    with pytest.raises(errors.CorrectionNeedsReason):
        internal.mark(told.vault, told.quinn, first.root, " ")
    with pytest.raises(errors.NoSuchEvidence):
        internal.mark(told.vault, told.quinn, 999, "why")
    with pytest.raises(errors.InternalAlready, match="let out already"):
        internal.mark(told.vault, told.quinn, first.root, "why", internal=False)
    internal.mark(told.vault, told.quinn, first.root, "why")
    with pytest.raises(errors.InternalAlready, match="kept inside already"):
        internal.mark(told.vault, told.quinn, first.root, "why")
    evidence.withdraw(told.vault, told.quinn, second.root, "blurred")
    with pytest.raises(errors.EvidenceReplaced):
        internal.mark(told.vault, told.quinn, second.root, "why")


def _office(place: Path, text: str) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.properties.creator = None
    book.active["A1"] = text
    book.save(place)
    return place


def _locked(place: Path) -> Path:
    import pymupdf

    with pymupdf.open() as document:
        document.new_page()
        document.save(place, encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="x", owner_pw="y")
    return place


@pytest.mark.parametrize(
    ("name", "why"),
    [("book.xlsx", "cannot be taken out of an office file"), ("locked.pdf", "locked with a password"),
     ("bomb.zip", "unpack to too much"), ("nested.zip", "an archive in it"),
     ("broken.zip", "damaged or locked")],
)  # fmt: skip
def test_what_cannot_be_looked_through_holds_the_packet(told: Any, name: str, why: str) -> None:
    """The evidence is named with the reason; kept inside, the packet goes out without it."""
    from traveler.packet import issuing
    from traveler.packet.errors import PacketNotReady
    from traveler.quality import evidence, internal
    from traveler.quality.evidence import Wanted

    place = told.folder / name
    if name.endswith(".xlsx"):
        _office(place, "read off by Otto Lind")
    elif name.endswith(".pdf"):
        _locked(place)
    elif name.startswith("broken"):
        place.write_bytes(b"PK\x03\x04" + b"\0" * 50)
    else:
        inner = io.BytesIO()
        zipfile.ZipFile(inner, "w").writestr("x", b"1") if name.startswith("nested") else None
        with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("a.zip" if name.startswith("nested") else "a",
                            inner.getvalue() or b"\0" * (65 << 20))  # fmt: skip
    (one,) = evidence.add(told.vault, told.quinn, Wanted("document", JOB), {name: place})
    with pytest.raises(PacketNotReady, match=f"redaction: evidence {one.root}, .*{why}"):
        issuing.issue(told.vault, told.quinn, JOB)
    internal.mark(told.vault, told.quinn, one.root, "for us")
    assert issuing.issue(told.vault, told.quinn, JOB).rev == 1


def test_an_office_file_that_says_nothing_goes_as_it_came(told: Any) -> None:
    """Its bytes are those that were given."""
    from traveler.packet import issuing
    from traveler.quality import evidence
    from traveler.quality.evidence import Wanted

    place = _office(told.folder / "plain.xlsx", "12.01")
    evidence.add(told.vault, told.quinn, Wanted("document", JOB), {"plain.xlsx": place})
    (file,) = [one for one in issuing.check(told.vault, JOB).files if one.name.endswith(".xlsx")]
    assert (file.path.read_bytes(), file.cleaned) == (place.read_bytes(), "")


def test_quality_answers_for_what_lies_unseen_in_a_file(told: Any) -> None:
    """Held by name; let with a reason the packet says; held again once that is taken back."""
    import openpyxl
    from openpyxl.comments import Comment

    from traveler.packet import errors, issuing, letting
    from traveler.quality import evidence
    from traveler.quality.evidence import Wanted
    from vault.ledger.errors import RoleNeeded

    place = told.folder / "book.xlsx"
    book = openpyxl.Workbook()
    book.properties.creator = "Otto Lind"
    book.active["A1"] = "12.01"
    book.active["A1"].comment = Comment("reading is good", "x")
    book.create_sheet("Costs").sheet_state = "hidden"
    book.save(place)
    (one,) = evidence.add(told.vault, told.quinn, Wanted("document", JOB), {"book.xlsx": place})
    what = "comments; the hidden sheet “Costs”"
    with pytest.raises(
        errors.PacketNotReady, match=f"evidence {one.root}, book.xlsx holds {what}; this cannot"
    ):
        issuing.issue(told.vault, told.quinn, JOB)
    for who, why, refusal in (
        (told.pat, "no matter", RoleNeeded), (told.quinn, " ", errors.LettingNeedsReason),
    ):  # fmt: skip
        with pytest.raises(refusal):
            letting.let(told.vault, who, one.root, why)
    with pytest.raises(errors.NotLet):
        letting.hold(told.vault, told.quinn, one.root, "why")
    letting.let(told.vault, told.quinn, one.root, "the customer's own workbook")
    with pytest.raises(errors.NothingHeld):
        letting.let(told.vault, told.quinn, one.root, "again")
    found = issuing.check(told.vault, JOB)
    (finding,) = [each for each in found.findings if each.requirement == "redaction"]
    assert (finding.verdict, found.held) == ("waived", ())
    _made, folder = issued(told)
    text = read(folder)
    assert f"leaves with {what} (quinn: the customer's own workbook)" in " ".join(text.split())
    assert "Otto Lind" not in text
    letting.hold(told.vault, told.quinn, one.root, "they want it clean")
    with pytest.raises(errors.PacketNotReady, match="hidden sheet"):
        issuing.issue(told.vault, told.quinn, JOB, "again")


def test_nobody_lets_a_file_that_names_another_customer(told: Any) -> None:
    """A word of one's own shop may be let; what was let is not what is found later."""
    from traveler.packet import errors, issuing, letting
    from traveler.quality import evidence
    from traveler.quality.evidence import Wanted

    for name, text in (("ours.xlsx", "read off by Otto Lind"), ("theirs.xlsx", f"for {OTHER}")):
        place = _office(told.folder / name, text)
        evidence.add(told.vault, told.quinn, Wanted("document", JOB), {name: place})
    held = {one.name: one for one in issuing.check(told.vault, JOB).held}
    assert [held[name].may for name in ("ours.xlsx", "theirs.xlsx")] == [True, False]
    with pytest.raises(errors.MayNotBeLet, match=OTHER):
        letting.let(told.vault, told.quinn, held["theirs.xlsx"].evidence, "why not")
    letting.let(told.vault, told.quinn, held["ours.xlsx"].evidence, "they know Otto")
    assert [one.name for one in issuing.check(told.vault, JOB).held] == ["theirs.xlsx"]
    told.job("J-60", customer="Read off")
    held = {one.name: one for one in issuing.check(told.vault, JOB).held}
    assert held["ours.xlsx"].may is False


def test_a_drawing_that_names_another_customer_holds_the_packet(told: Any) -> None:
    """What was released is never changed: the part is left out by a template, or nothing goes."""
    from traveler import jobs
    from traveler.floor import starting, stopping
    from traveler.packet import issuing
    from traveler.packet.errors import PacketNotReady

    told.release_drawing("MADE FOR HALVARD ROBOTICS")
    told.job("J-9", customer=MINE)
    told.prove("J-9")
    for one in jobs.show(told.vault, "J-9").operations:
        starting.start(told.vault, told.otto, "J-9", one.operation.seq)
        stopping.finish(told.vault, told.otto, "J-9", one.operation.seq)
    with pytest.raises(PacketNotReady, match=r"drawing/bracket\.pdf says “HALVARD ROBOTICS”"):
        issuing.issue(told.vault, told.quinn, "J-9")
    rules(told, '[[packets.template]]\nname = "no drawings"\nleave_out = ["drawings"]')
    assert issuing.issue(told.vault, told.quinn, "J-9").template == "no drawings"


def test_the_same_words_make_the_same_copy(told: Any) -> None:
    """A copy is kept in the cache and made anew, byte for byte, when the cache is gone."""
    from traveler.packet import issuing

    def copies() -> dict[str, str]:
        return {one.name: one.sha256 for one in issuing.check(told.vault, JOB).files if one.cleaned}

    first = copies()
    assert len(first) == 2
    for one in (told.vault.cache / "packets").iterdir():
        os.utime(one, (1, 1))
    derived.make_room(told.vault.root, 0)
    assert not list((told.vault.cache / "packets").iterdir())
    assert copies() == first
