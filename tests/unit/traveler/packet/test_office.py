# SPDX-License-Identifier: AGPL-3.0-or-later
"""What lies unseen in office files: each kind is found by name, and properties are emptied safely."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from traveler.packet import clean, office
from traveler.packet.redaction import PROPERTIES, Redaction
from vault.errors import UnreadableFile

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
ODF = " ".join(
    f'xmlns:{one}="urn:oasis:names:tc:opendocument:xmlns:{one}:1.0"'
    for one in ("office", "text", "table", "style", "meta")
)


def packed(tmp_path: Path, **parts: str | bytes) -> str:
    """Write a zip of parts; ``__`` in a name stands for a slash, ``_x`` for a dot."""
    place = tmp_path / "file"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in parts.items():
            out.writestr(name.replace("__", "/").replace("_x", "."), data)
    return str(place)


def word(tmp_path: Path, inner: str, **more: str | bytes) -> str:
    """Write a document with something in its body."""
    body = f"<w:document {W}><w:body>{inner}</w:body></w:document>"
    return packed(tmp_path, **{"[Content_Types]_xxml": TYPES, "word__document_xxml": body}, **more)


def odf(tmp_path: Path, inner: str, **more: str | bytes) -> str:
    """Write an OpenDocument with something in its body."""
    body = f"<office:document-content {ODF}>{inner}</office:document-content>"
    return packed(tmp_path, mimetype="application/vnd.oasis.opendocument.text",
                  content_xxml=body, **more)  # fmt: skip


def located() -> bytes:
    """Return a photo that knows where it was taken."""
    from PIL import Image

    marks, out = Image.Exif(), io.BytesIO()
    marks.get_ifd(0x8825).update({1: "N", 2: (47.0, 22.0, 1.0)})
    Image.new("RGB", (8, 8)).save(out, "JPEG", exif=marks)
    return out.getvalue()


HIDDEN_SHEET = (
    '<style:style style:name="ta2"><style:table-properties table:display="false"/></style:style>'
    '<table:table table:style-name="ta2" table:name="Costs"/>'
)
COMMENTS = f"<w:comments {W}><w:comment w:id='1'/></w:comments>"
LINK = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" TargetMode="External" Target="file://server/Halvard" Type="x/{}"/>'
    "</Relationships>"
)


@pytest.mark.parametrize(
    ("inner", "more", "found"),
    [("<w:p/>", {}, []), ("<w:p/>", {"word__comments_xxml": COMMENTS}, ["comments"]),
     ("<w:ins><w:r/></w:ins>", {}, ["tracked changes"]),
     ("<w:p><w:moveFrom/><w:rPrChange/></w:p>", {}, ["tracked changes"]),
     ("<w:rPr><w:vanish/></w:rPr>", {}, ["hidden text"]),
     ("<w:rPr><w:vanish w:val='0'/></w:rPr>", {}, []),
     ("<w:p/>", {"word__styles_xxml": f"<w:styles {W}><w:vanish/></w:styles>"}, []),
     ("<w:instrText>DDEAUTO c:\\\\x</w:instrText>", {}, ["links to other files"]),
     ("<w:p/>", {"word___rels__document_xxml_xrels": LINK.format("attachedTemplate")},
      ["links to other files"]),
     ("<w:p/>", {"word___rels__document_xxml_xrels": LINK.format("hyperlink")}, []),
     ("<w:p/>", {"word__vbaProject_xbin": b"x"}, ["macros"]),
     ("<w:p/>", {"word__embeddings__a_xbin": b"x"}, ["an embedded file, word/embeddings/a.bin"]),
     ("<w:p/>", {"word__media__a_xjpg": located()}, ["the place where a picture was taken"]),
     ("<w:p/>", {"customXml__item1_xxml": "<a><b>Kunde 7</b></a>"}, ["data of another program"]),
     ("<w:p/>", {"odd_xqqq": b"x"}, ["a part nobody can look into, odd.qqq"])],
)  # fmt: skip
def test_what_a_document_hides_is_named(
    tmp_path: Path, inner: str, more: dict[str, str], found: list[str]
) -> None:
    """And what every document has is not."""
    assert office.hidden(word(tmp_path, inner, **more), "a.docx") == found


@pytest.mark.parametrize(
    ("inner", "more", "found"),
    [("<text:p/>", {}, []), ("<office:annotation/>", {}, ["comments"]),
     ("<text:tracked-changes><text:changed-region/></text:tracked-changes>", {}, ["tracked changes"]),
     (HIDDEN_SHEET, {}, ["the hidden sheet “Costs”"]),
     ('<table:table-row table:visibility="collapse"/>', {}, ["hidden rows or columns"]),
     ("<text:hidden-text/>", {}, ["hidden text"]), ("<text:p/>", {"Basic__a_xxml": "<a/>"}, ["macros"]),
     ("<text:p/>", {"Object 1__content_xxml": "<a/>"}, ["an embedded file, Object 1/content.xml"])],
)  # fmt: skip
def test_what_an_open_document_hides_is_named(
    tmp_path: Path, inner: str, more: dict[str, str], found: list[str]
) -> None:
    """The same of the other standard."""
    assert office.hidden(odf(tmp_path, inner, **more), "a.ods") == found


def test_what_a_workbook_hides_is_named_and_its_properties_are_emptied(tmp_path: Path) -> None:
    """Sheets, rows and comments by name; the copy opens with its cells, and says nothing of its author."""
    import openpyxl
    from openpyxl.comments import Comment

    place, out = tmp_path / "a.xlsx", tmp_path / "out.xlsx"
    book = openpyxl.Workbook()
    book.properties.creator, book.properties.title = "Otto Lind", "for Halvard"
    book.active["A1"] = "12.01"
    book.create_sheet("Costs").sheet_state = "veryHidden"
    book.create_sheet("Notes")["B2"].comment = Comment("cheap steel", "Otto Lind")
    book["Notes"].row_dimensions[3].hidden = True
    book.save(place)
    assert sorted(office.hidden(str(place), "a.xlsx")) == [
        "comments", "hidden rows or columns", "the hidden sheet “Costs”",
    ]  # fmt: skip
    assert clean.look(str(place), clean.OFFICE, Redaction().as_json())["found"] == [PROPERTIES]
    clean.copy(str(place), str(out), clean.OFFICE, Redaction().as_json())
    assert not office.told(str(out), "a.xlsx")
    assert "for Halvard" not in "".join(office.texts(str(out), "a.xlsx"))
    copy = openpyxl.load_workbook(out)
    assert (copy.active["A1"].value, copy.properties.title) == ("12.01", None)
    first = out.read_bytes()
    clean.copy(str(place), str(out), clean.OFFICE, Redaction().as_json())
    assert out.read_bytes() == first


def test_an_open_document_loses_its_author_and_its_preview(tmp_path: Path) -> None:
    """Its mimetype stands first and unpacked still, as the standard asks."""
    meta = f"<office:document-meta {ODF}><office:meta><meta:initial-creator>Otto</meta:initial-creator>"
    path = odf(tmp_path, "<text:p>12.01</text:p>", Thumbnails__thumbnail_xpng=located(),
               meta_xxml=f"{meta}</office:meta></office:document-meta>")  # fmt: skip
    assert office.told(path, "a.odt")
    out = tmp_path / "out"
    office.emptied(path, str(out), "a.odt")
    with zipfile.ZipFile(out) as copy:
        assert copy.namelist()[0] == "mimetype"
        assert b"Otto" not in copy.read("meta.xml")
        assert copy.read("Thumbnails/thumbnail.png")[:4] == b"\x89PNG"
        assert b"12.01" in copy.read("content.xml")


@pytest.mark.parametrize(
    ("data", "why"),
    [('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "declares entities"), ("<a><b></a>", "cannot be read")],
)  # fmt: skip
def test_a_part_that_cannot_be_read_is_no_harmless_one(tmp_path: Path, data: str, why: str) -> None:
    """Nothing fails open."""
    with pytest.raises(UnreadableFile, match=why):
        office.hidden(word(tmp_path, "<w:p/>", word__footnotes_xxml=data), "a.docx")


def test_a_mere_archive_is_as_clear_as_what_is_in_it(tmp_path: Path) -> None:
    """Tables can be looked through in it; anything else is named."""
    path = packed(tmp_path, a_xcsv="1,2", b_xpdf=b"%PDF-1.7")
    assert office.hidden(path, "a.zip") == ["a file that cannot be looked through, b.pdf"]
