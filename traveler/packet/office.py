# SPDX-License-Identifier: AGPL-3.0-or-later
"""What lies in an office file and nobody sees who opens it: found by name; worker tasks.

Comments, tracked changes and hidden sheets are for the shop.  They cannot be cut out of a file of
another program without a risk that it says something else afterwards, so they are named and a person
decides.  What the properties say of author and company is emptied, which every program bears.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET

from vault.errors import UnreadableFile
from vault.reading import photo

MOST_BYTES: Final = 64 << 20
"""What an office file may unpack to; a larger one is not looked through."""
_ENTRIES: Final = 5_000
_TAG: Final = re.compile(rb"<[^>]{0,4000}>")
_OOXML, _ODF, _ARCHIVE = "ooxml", "odf", "archive"
_CHANGES: Final = frozenset({
    "ins", "del", "moveFrom", "moveTo", "delText", "rPrChange", "pPrChange", "sectPrChange",
    "tblPrChange", "trPrChange", "tcPrChange", "cellIns", "cellDel", "cellMerge",
    "numberingChange", "changed-region",
})  # fmt: skip
_COMMENTS: Final = frozenset({"comment", "threadedComment", "annotation"})
_PROPERTIES: Final = frozenset({
    "creator", "lastModifiedBy", "title", "subject", "description", "keywords", "category",
    "contentStatus", "Manager", "Company", "HyperlinkBase", "Template", "property",
    "initial-creator", "printed-by", "keyword", "user-defined", "template",
})  # fmt: skip
_SEEN: Final = frozenset({
    "", "xml", "rels", "vml", "rdf", "png", "jpg", "jpeg", "gif", "bmp", "emf", "wmf", "tif",
    "tiff", "svg", "ttf", "odttf", "fntdata",
})  # fmt: skip
_TEXTS: Final = frozenset({"txt", "csv", "tsv", "md", "log", "stp", "step"})
_EMPTY: Final = {
    "docProps/core.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
    b'core-properties"/>',
    "docProps/app.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'extended-properties"/>',
    "docProps/custom.xml": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    b'custom-properties"/>',
    "meta.xml": b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b'<office:document-meta xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    b'office:version="1.2"><office:meta/></office:document-meta>',
}
"""Parts that hold properties and nothing else, by what stands in their place."""
_PREVIEWS: Final = re.compile(r"(docProps/thumbnail|Thumbnails/thumbnail)\.(png|jpe?g)")


class _Parts:
    """The parts of an office file, read once and within bounds."""

    def __init__(self, path: str, name: str) -> None:
        """Read them; raises UnreadableFile where there is too much, or it is damaged or locked."""
        self.name = name
        self.by: dict[str, bytes] = {}
        try:
            with zipfile.ZipFile(path) as packed:
                self.entries = packed.infolist()
                self.comment = packed.comment
                size = sum(one.file_size for one in self.entries)
                if len(self.entries) > _ENTRIES or size > MOST_BYTES:
                    raise UnreadableFile(name=name, reason="it would unpack to too much")
                for one in self.entries:
                    with packed.open(one) as part:
                        self.by[one.filename] = part.read(MOST_BYTES + 1)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as broken:
            raise UnreadableFile(name=name, reason="it is damaged or locked") from broken

    @property
    def form(self) -> str:
        """Return by which standard it is built, or that it is a mere archive."""
        if "[Content_Types].xml" in self.by:
            return _OOXML
        return _ODF if "mimetype" in self.by and "content.xml" in self.by else _ARCHIVE

    def elements(self, part: str) -> Iterator[tuple[str, Any]]:
        """Yield the elements of a part by their local names; raises UnreadableFile."""
        data = self.by[part]
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise UnreadableFile(name=self.name, reason=f"its part {part} declares entities")
        try:
            for _event, one in ET.iterparse(io.BytesIO(data)):  # noqa: S314 - no entities
                yield one.tag.rpartition("}")[2], one
        except ET.ParseError as broken:
            reason = f"its part {part} cannot be read"
            raise UnreadableFile(name=self.name, reason=reason) from broken


def texts(path: str, name: str) -> Iterator[str]:
    """Yield what each part says, names of parts too, without its marks, so that no run hides one.

    Properties that are emptied before anybody gets the file are left out.
    """
    parts = _Parts(path, name)
    emptied_ = _EMPTY if _told(parts) else {}
    for part, data in parts.by.items():
        if part in emptied_:
            continue
        yield part
        if data[:4] == b"PK\x03\x04":
            raise UnreadableFile(name=name, reason="there is an archive in it")
        yield _TAG.sub(b"", data).decode("utf-8", "replace")
        yield _TAG.sub(b" ", data).decode("utf-8", "replace")
        if _ending(part) not in _SEEN | _TEXTS:
            yield data.decode("utf-16-le", "replace")


def hidden(path: str, name: str) -> list[str]:
    """Return what lies in a file and is not seen, each once, in words a person understands."""
    parts = _Parts(path, name)
    return list(dict.fromkeys(_hidden(parts)))


def told(path: str, name: str) -> bool:
    """Say whether its properties name anybody or anything, or it shows an older picture of itself."""
    return _told(_Parts(path, name))


def _told(parts: _Parts) -> bool:
    if parts.comment or any(_PREVIEWS.fullmatch(one) for one in parts.by):
        return True
    return any(
        tag in _PROPERTIES and (one.text or "".join(one.itertext())).strip()
        for part in _EMPTY if part in parts.by
        for tag, one in parts.elements(part)
    )  # fmt: skip


def emptied(path: str, out: str, name: str) -> None:
    """Write a copy whose properties say nothing; every other part is byte for byte the same."""
    parts = _Parts(path, name)
    with zipfile.ZipFile(out, "w") as packed:
        for one in parts.entries:
            entry = zipfile.ZipInfo(one.filename, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = one.compress_type
            packed.writestr(entry, _instead(one.filename, parts.by[one.filename]))


def _instead(part: str, data: bytes) -> bytes:
    if part in _EMPTY:
        return _EMPTY[part]
    preview = _PREVIEWS.fullmatch(part)
    return photo.blank(preview[2]) if preview else data


def _hidden(parts: _Parts) -> Iterator[str]:
    if parts.form == _ARCHIVE:
        for part in parts.by:
            if _ending(part) not in _TEXTS and not part.endswith("/"):
                yield f"a file that cannot be looked through, {part}"
        return
    for part, data in parts.by.items():
        yield from _by_name(part, parts.form)
        ending = _ending(part)
        if ending in {"jpg", "jpeg", "tif", "tiff", "png"} and photo.knows_place(data):
            yield "the place where a picture was taken"
        if ending == "rels":
            yield from _links(parts, part)
        elif ending == "xml" and part not in _EMPTY:
            yield from _in_part(parts, part)


def _by_name(part: str, form: str) -> Iterator[str]:
    """Yield what the name of a part gives away."""
    folded = part.casefold()
    last = posixpath.basename(folded)
    if "vbaproject" in folded or folded.startswith(("basic/", "scripts/")):
        yield "macros"
    elif "/embeddings/" in folded or folded.startswith(("objectreplacements/", "object ")):
        yield f"an embedded file, {part}"
    elif "/activex/" in folded:
        yield "controls that act by themselves"
    elif folded.startswith("versions/") or "/revisions/" in folded:
        yield "older versions of itself"
    elif "/pivotcache/pivotcacherecords" in folded or folded.startswith("xl/model/"):
        yield "the data behind a pivot table"
    elif folded.startswith("ppt/notesslides/") and last.endswith(".xml"):
        yield "the speaker's notes"
    elif folded == "xl/connections.xml" or folded.startswith("xl/externallinks/"):
        yield "links to other files"
    elif _ending(part) not in _SEEN and "printersettings" not in folded and not part.endswith("/") \
            and not (form == _ODF and part == "mimetype"):  # fmt: skip
        yield f"a part nobody can look into, {part}"


def _links(parts: _Parts, part: str) -> Iterator[str]:
    for tag, one in parts.elements(part):
        outside = tag == "Relationship" and one.get("TargetMode") == "External"
        if outside and not one.get("Type", "").endswith("/hyperlink"):
            yield "links to other files"


def _in_part(parts: _Parts, part: str) -> Iterator[str]:
    styles, unseen = posixpath.basename(part) == "styles.xml", set[str]()
    for tag, one in parts.elements(part):
        said = {key.rpartition("}")[2]: value for key, value in one.attrib.items()}
        if tag in _COMMENTS or (tag == "cm" and part.startswith("ppt/")):
            yield "comments"
        elif tag in _CHANGES and not part.startswith("xl/"):
            yield "tracked changes"
        elif tag == "vanish" and not styles and said.get("val", "1") not in {"0", "false"}:
            yield "hidden text"
        elif part.startswith("customXml/item") and "Props" not in part and (one.text or "").strip():
            yield "data of another program"
        elif part == "content.xml":
            yield from _in_odf(tag, one, said, unseen)
        else:
            yield from _in_sheets(tag, one, said)


def _in_sheets(tag: str, one: Any, said: dict[str, str]) -> Iterator[str]:
    """Yield what workbooks and presentations hide, and fields that fetch from elsewhere."""
    if tag == "sheet" and said.get("state") in {"hidden", "veryHidden"}:
        yield f"the hidden sheet “{said.get('name', '')}”"
    elif tag == "sld" and said.get("show") == "0":
        yield "hidden slides"
    elif tag in {"row", "col"} and said.get("hidden") in {"1", "true"}:
        yield "hidden rows or columns"
    elif tag == "instrText" and re.search(r"\bDDE(AUTO)?\b", one.text or ""):
        yield "links to other files"


def _in_odf(tag: str, one: Any, said: dict[str, str], unseen: set[str]) -> Iterator[str]:
    """Yield what an OpenDocument hides; a style is read before the tables that use it."""
    if tag == "style" and any(
        value == "false" and key.endswith("}display")
        for inner in one for key, value in inner.attrib.items()
    ):  # fmt: skip
        unseen.add(said.get("name", ""))
    elif tag == "table" and said.get("style-name") in unseen:
        yield f"the hidden sheet “{said.get('name', '')}”"
    elif tag in {"table-row", "table-column"} and said.get("visibility") in {"collapse", "filter"}:
        yield "hidden rows or columns"
    elif tag in {"hidden-text", "hidden-paragraph"} or said.get("display") == "none":
        yield "hidden text"
    elif tag == "event-listener":
        yield "macros"


def _ending(part: str) -> str:
    return posixpath.splitext(part)[1][1:].casefold()
