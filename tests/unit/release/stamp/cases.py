# SPDX-License-Identifier: AGPL-3.0-or-later
"""PDFs written by hand, so that their bytes, and every oddity in them, are exactly known.

``CASES`` come out stamped, ``REFUSED`` do not; ``ABOUT`` says in a sentence what is odd about each.
docs/stamping.md shows what becomes of all of them.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pikepdf

URL = "HTTPS://SHOP.EXAMPLE/R/0123456789ABCDEFGHJKMNPQRS"
_OWNER = (
    "JVBERi0xLjcKJcK1wrYKJSBXcml0dGVuIGJ5IE11UERGIDEuMjguMgoKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUG"
    "FnZXMgMiAwIFIvSW5mbzw8L1Byb2R1Y2VyPDlBREQ4OTc1NEUxMTc3NUNCQTEwQTBDMkU5NUJCRkEzMEY3MkVCNjVC"
    "RDMyRTU3MzhBOEFCNUVGN0MzMDgzNDQ+Pj4+PgplbmRvYmoKCjIgMCBvYmoKPDwvVHlwZS9QYWdlcy9Db3VudCAxL0"
    "tpZHNbNCAwIFJdPj4KZW5kb2JqCgozIDAgb2JqCjw8L0ZvbnQ8PC9oZWx2IDYgMCBSPj4+PgplbmRvYmoKCjQgMCBv"
    "YmoKPDwvVHlwZS9QYWdlL01lZGlhQm94WzAgMCA1OTUgODQyXS9Sb3RhdGUgMC9SZXNvdXJjZXMgMyAwIFIvUGFyZW"
    "50IDIgMCBSL0NvbnRlbnRzWzUgMCBSIDcgMCBSIDggMCBSXT4+CmVuZG9iagoKNSAwIG9iago8PC9MZW5ndGggNjQv"
    "RmlsdGVyL0ZsYXRlRGVjb2RlPj4Kc3RyZWFtCplAEcnHn/Ba0skQi06EVHNugrG2Djwopn1Vg/NTTAmivyPEtGnrYe"
    "x3vK++1ISYpEUTbXUPdYeTI0BmhhRs7L8KZW5kc3RyZWFtCmVuZG9iagoKNiAwIG9iago8PC9UeXBlL0ZvbnQvU3Vi"
    "dHlwZS9UeXBlMS9CYXNlRm9udC9IZWx2ZXRpY2EvRW5jb2RpbmcvV2luQW5zaUVuY29kaW5nPj4KZW5kb2JqCgo3ID"
    "Agb2JqCjw8L0xlbmd0aCAxMTIvRmlsdGVyL0ZsYXRlRGVjb2RlPj4Kc3RyZWFtCmgrTvrx8lLwCUg1OmlVpyZQ4jtB"
    "v8eEMSDVfcnjIQG21Zc0QK0kDWPAjhAPs9JAqXpFJaPA2oOZaFZKMnmE1pV23A7ntf0nXmoraVlf2y6Z9JMmCUG+nT"
    "BPm2dTDZ62XV5qp+V/j6DPhM9cms10KpkKZW5kc3RyZWFtCmVuZG9iagoKOCAwIG9iago8PC9MZW5ndGggNjQvRmls"
    "dGVyL0ZsYXRlRGVjb2RlPj4Kc3RyZWFtCkyjKuD72K7+9KHLNrarmi8kQJELgTEaR6OIYkzWbsRR+gy/vQ6+AiaOw+"
    "IJ2E2RpVN6l7TRh3AKdy6zC48oWmcKZW5kc3RyZWFtCmVuZG9iagoKeHJlZgowIDkKMDAwMDAwMDAwMCA2NTUzNSBm"
    "IAowMDAwMDAwMDQyIDAwMDAwIG4gCjAwMDAwMDAxNzIgMDAwMDAgbiAKMDAwMDAwMDIyNCAwMDAwMCBuIAowMDAwMD"
    "AwMjY1IDAwMDAwIG4gCjAwMDAwMDAzODQgMDAwMDAgbiAKMDAwMDAwMDUxNiAwMDAwMCBuIAowMDAwMDAwNjA1IDAw"
    "MDAwIG4gCjAwMDAwMDA3ODYgMDAwMDAgbiAKCnRyYWlsZXIKPDwvU2l6ZSA5L1Jvb3QgMSAwIFIvSURbPDBDM0QwRE"
    "MyQTFDMzk3QzJCNzE0NDdDMkE5NDAxQUMzPjxDMjFENkI0NUY4OUU3NDM2QzkyQUNEOTU1OTFFQTU2Nz5dL0VuY3J5"
    "cHQ8PC9GaWx0ZXIvU3RhbmRhcmQvUiA0L1YgNC9MZW5ndGggMTI4L1AgLTM5MDAvRW5jcnlwdE1ldGFkYXRhIHRydW"
    "UvU3RtRi9TdGRDRi9TdHJGL1N0ZENGL0NGPDwvU3RkQ0Y8PC9BdXRoRXZlbnQvRG9jT3Blbi9DRk0vQUVTVjIvTGVu"
    "Z3RoIDE2Pj4+Pi9PPDU2NkZBODczRUUzM0M3OTdDRDNCOTA0RkRBREY4MTRBRkEzNERGOUEzOEY2RUQ0MUI5ODRFMk"
    "M2REEyQUE2RjU+L1U8QUYyQ0I4RTk3RkQzMDY3OUQwMDEyMkQ0NDBDMUQ0OTEyOEJGNEU1RTRFNzU4QTQxNjQwMDRF"
    "NTZGRkZBMDEwOD4+Pj4+CnN0YXJ0eHJlZgo5MTgKJSVFT0YK"
)
_USER = (
    "JVBERi0xLjcKJcK1wrYKJSBXcml0dGVuIGJ5IE11UERGIDEuMjguMgoKMSAwIG9iago8PC9UeXBlL0NhdGFsb2cvUG"
    "FnZXMgMiAwIFIvSW5mbzw8L1Byb2R1Y2VyPDk4NjEwNTI4ODlEOEJGQTAzMTdCREFGMDIyNDg2RThBMEU0RTVCRDdD"
    "QTE1QUU3MURERjgzRDBGRUY5MzE1QTc+Pj4+PgplbmRvYmoKCjIgMCBvYmoKPDwvVHlwZS9QYWdlcy9Db3VudCAxL0"
    "tpZHNbNCAwIFJdPj4KZW5kb2JqCgozIDAgb2JqCjw8L0ZvbnQ8PC9oZWx2IDYgMCBSPj4+PgplbmRvYmoKCjQgMCBv"
    "YmoKPDwvVHlwZS9QYWdlL01lZGlhQm94WzAgMCA1OTUgODQyXS9Sb3RhdGUgMC9SZXNvdXJjZXMgMyAwIFIvUGFyZW"
    "50IDIgMCBSL0NvbnRlbnRzWzUgMCBSIDcgMCBSIDggMCBSXT4+CmVuZG9iagoKNSAwIG9iago8PC9MZW5ndGggNjQv"
    "RmlsdGVyL0ZsYXRlRGVjb2RlPj4Kc3RyZWFtChO4CNhkhUHVT438uK3PO8pJdhfBoKKFnX8Ab0wlX7DJt1WN6pDCWx"
    "0ToYqFjx/HuSjYTSsnw4BS7cpVHnURtIoKZW5kc3RyZWFtCmVuZG9iagoKNiAwIG9iago8PC9UeXBlL0ZvbnQvU3Vi"
    "dHlwZS9UeXBlMS9CYXNlRm9udC9IZWx2ZXRpY2EvRW5jb2RpbmcvV2luQW5zaUVuY29kaW5nPj4KZW5kb2JqCgo3ID"
    "Agb2JqCjw8L0xlbmd0aCAxMTIvRmlsdGVyL0ZsYXRlRGVjb2RlPj4Kc3RyZWFtCmKSnllnpHrFcsCSt0QJdXJWj3IK"
    "cgVmg2FtTKkY4TfNprxF93SCaFT/wtkiFY90tq50rjJUNTVlRx81EdYXufn0QJwxIftwjoYm3IuFx28dJMTsArRa4a"
    "eS32Qx2wgu1+qkrvcw+rjYYL6LO4tuh5oKZW5kc3RyZWFtCmVuZG9iagoKOCAwIG9iago8PC9MZW5ndGggNjQvRmls"
    "dGVyL0ZsYXRlRGVjb2RlPj4Kc3RyZWFtCo+zdEGBwT0Q8egYFyWTvrGJZ6w7lGP67EHr8Fg7fizgMqDC5NRzvBhWcD"
    "H6tcGIZcAj4hRzp92R9GdlkdB0QEIKZW5kc3RyZWFtCmVuZG9iagoKeHJlZgowIDkKMDAwMDAwMDAwMCA2NTUzNSBm"
    "IAowMDAwMDAwMDQyIDAwMDAwIG4gCjAwMDAwMDAxNzIgMDAwMDAgbiAKMDAwMDAwMDIyNCAwMDAwMCBuIAowMDAwMD"
    "AwMjY1IDAwMDAwIG4gCjAwMDAwMDAzODQgMDAwMDAgbiAKMDAwMDAwMDUxNiAwMDAwMCBuIAowMDAwMDAwNjA1IDAw"
    "MDAwIG4gCjAwMDAwMDA3ODYgMDAwMDAgbiAKCnRyYWlsZXIKPDwvU2l6ZSA5L1Jvb3QgMSAwIFIvSURbPDJDQzM4Qj"
    "MxNzRDMkIzM0VDMkI5QzI4NUMzOEEwQTJEPjw4RUU5OEJDRjg5MkZDM0E2NjFENzUzNTkwNEY4MEJBMD5dL0VuY3J5"
    "cHQ8PC9GaWx0ZXIvU3RhbmRhcmQvUiA0L1YgNC9MZW5ndGggMTI4L1AgLTM5MDAvRW5jcnlwdE1ldGFkYXRhIHRydW"
    "UvU3RtRi9TdGRDRi9TdHJGL1N0ZENGL0NGPDwvU3RkQ0Y8PC9BdXRoRXZlbnQvRG9jT3Blbi9DRk0vQUVTVjIvTGVu"
    "Z3RoIDE2Pj4+Pi9PPDExQTA4MzQzODAzNTI4QTVDODU2QkIzMTlBNkJERTBDQTE5MDlFNDhFOEQwODUzRTZDODk0Mz"
    "E2OTA3OTc5NUY+L1U8NTVBMzM4RDI4N0RCMjFBMzExQ0ZFNkRBNTg5NEI4QUQyOEJGNEU1RTRFNzU4QTQxNjQwMDRF"
    "NTZGRkZBMDEwOD4+Pj4+CnN0YXJ0eHJlZgo5MTgKJSVFT0YK"
)
A4 = "[0 0 595 842]"
A3 = "[0 0 1191 842]"


def drawing(wide: float, high: float) -> str:
    """Return the content of a small drawing: a frame, a title block, some views with text."""
    parts = [f"0.7 w 20 20 {wide - 40} {high - 40} re S {wide - 220} 20 200 80 re S"]
    parts += [f"{wide - 220} {20 + row * 16} m {wide - 20} {20 + row * 16} l S" for row in range(5)]
    for view in range(3):
        x, y = 60 + view * (wide - 120) / 3, high * 0.45
        parts.append(f"{x} {y} {wide / 6} {high / 5} re S {x + 20} {y + 30} 40 20 re S")
        parts.append(f"BT /F 9 Tf {x} {y - 14} Td (25.4 +0.1 view {view + 1}) Tj ET")
    parts.append(f"BT /F 8 Tf {wide - 215} 88 Td (Sample drawing) Tj ET")
    return " ".join(parts)


def page(media: str = A4, content: str | None = None, **entries: str) -> dict[str, Any]:
    """Return a page for ``written``: its content, and entries of its dictionary as PDF text."""
    box = [float(part) for part in media.strip("[]").split()]
    if content is None:
        content = drawing(abs(box[2] - box[0]), abs(box[3] - box[1]))
        content = f"q 1 0 0 1 {min(box[0], box[2])} {min(box[1], box[3])} cm {content} Q"
    return {"content": content, "MediaBox": media, **entries}


def written(
    pages: Sequence[Mapping[str, Any]],
    *,
    catalog: str = "",
    tree: str = "",
    objects: Sequence[str] = (),
    resources: str | None = "<</Font<</F 3 0 R>>>>",
) -> bytes:
    """Return a PDF: objects 1 catalogue, 2 page tree, 3 a font, 10… as given, 100… pages."""
    parts = {1: f"<</Type/Catalog/Pages 2 0 R{catalog}>>"}
    parts[3] = "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    parts.update({10 + place: text for place, text in enumerate(objects)})
    kids = []
    for place, one in enumerate(pages):
        number = 100 + 2 * place
        kids.append(f"{number} 0 R")
        entries = {key: value for key, value in one.items() if key != "content"}
        if resources is not None:
            entries.setdefault("Resources", resources)
        if one["content"]:
            entries.setdefault("Contents", f"{number + 1} 0 R")
            data = one["content"]
            parts[number + 1] = f"<</Length {len(data.encode())}>>stream\n{data}\nendstream"
        inside = "".join(f"/{key} {value}" for key, value in entries.items())
        parts[number] = f"<</Type/Page/Parent 2 0 R{inside}>>"
    parts[2] = f"<</Type/Pages/Kids[{' '.join(kids)}]/Count {len(kids)}{tree}>>"
    return _numbered(parts)


def _numbered(parts: Mapping[int, str]) -> bytes:
    data = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    places = {}
    for number, text in sorted(parts.items()):
        places[number] = len(data)
        data += f"{number} 0 obj\n{text}\nendobj\n".encode()
    start = len(data)
    table = "xref\n0 1\n0000000000 65535 f \n"
    for number, place in places.items():
        table += f"{number} 1\n{place:010d} 00000 n \n"
    size = max(parts) + 1
    return (
        data + f"{table}trailer\n<</Size {size}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode()
    )


def _cases() -> dict[str, bytes]:
    """Return every oddity that has to come out stamped, by name."""
    shown = drawing(595, 842)
    field = (
        "<</Type/Annot/Subtype/Widget/FT/Tx/T(name)/V(typed)/Rect[60 600 200 620]/F 4"
        "/DA(/F 10 Tf 0 g)/AP<</N 11 0 R>>/A<</S/SubmitForm/F(http://x.example)>>>>"
    )
    look = (
        "<</Type/XObject/Subtype/Form/BBox[0 0 140 20]/Resources<</Font<</F 3 0 R>>>>/Length 39>>"
        "stream\nBT /F 10 Tf 2 6 Td (typed value) Tj ET \nendstream"
    )
    note = "<</Type/Annot/Subtype/FreeText/Rect[100 700 220 720]/Contents(check)/DA(/F 9 Tf 0 g)>>"
    dark = "0 g 0 0 595 842 re f 1 g 60 400 200 100 re f"
    full = " ".join(f"{x} 0 m {x} 842 l" for x in range(0, 600, 7)) + " S"
    hidden = "/OC /L BDC 1 0 0 rg 0 0 595 842 re f EMC " + shown
    cases = {
        "a4": written([page()]),
        "a3": written([page(A3)]),
        "a1": written([page("[0 0 2384 1684]")]),
        "three pages": written([page(), page(A3), page("[0 0 612 792]")]),
        "crop": written([page(A3, CropBox="[100 80 1100 760]")]),
        "crop outside": written([page(A4, CropBox="[700 900 900 1000]")]),
        "crop larger": written([page(A4, CropBox="[-50 -50 900 1000]")]),
        "negative origin": written([page("[-300 -400 295 442]")]),
        "far origin": written([page("[10000 20000 10595 20842]")]),
        "reversed box": written([page("[595 842 0 0]")]),
        "unit 2": written([page("[0 0 297 421]", UserUnit="2")]),
        "unit half": written([page("[0 0 1190 1684]", UserUnit="0.5")]),
        "unit and turn": written([page("[50 60 347 481]", UserUnit="2", Rotate="90")]),
        "crop and turn": written(
            [
                page("[-100 -50 1091 792]", CropBox="[0 0 900 700]", Rotate=turn)
                for turn in ("90", "180", "270")
            ]
        ),
        "odd turns": written([page(Rotate=turn) for turn in ("-90", "450", "720")]),
        "enormous": written([page("[0 0 22104 15840]", content=shown, UserUnit="2.035")]),
        "inherited": written(
            [{"content": shown}],
            tree=f"/MediaBox {A4}/Rotate 90/Resources<</Font<</F 3 0 R>>>>",
            resources=None,
        ),
        "shared resources": written(
            [page(), page()], objects=["<</Font<</F 3 0 R>>>>"], resources="10 0 R"
        ),
        "no resources": written([page(content="10 10 m 90 90 l S")], resources=None),
        "no content": written([page(content="")]),
        "content in parts": written(
            [page(content=shown, Contents="[10 0 R 101 0 R]")],
            objects=["<</Length 13>>stream\n1 0 0 RG 2 w \nendstream"],
        ),
        "content used twice": written([page(), page(content="", Contents="101 0 R")]),
        "name taken": written(
            [page()],
            objects=["<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Length 0>>stream\n\nendstream"],
            resources="<</Font<</F 3 0 R>>/XObject<</Stamp1 10 0 R>>>>",
        ),
        "q left open": written([page(content="q 0.5 0 0 0.5 30 30 cm " + shown)]),
        "too many Q": written([page(content="Q Q " + shown + " Q Q")]),
        "matrix left behind": written([page(content="Q 0.4 0 0 0.4 50 50 cm q " + shown)]),
        "clip left behind": written([page(content="Q 0 0 90 90 re W n " + shown)]),
        "text hidden after": written([page(content="Q " + shown + " BT 3 Tr 50 Tz 9 Ts ET")]),
        "dark ground": written([page(content=dark)]),
        "full of lines": written([page(content=full)]),
        "narrow": written([page("[0 0 80 1200]", content="10 10 m 60 900 l S")]),
        "flat": written([page("[0 0 900 60]", content="10 10 m 60 50 l S")]),
        "hidden layer": written(
            [page(content=hidden)],
            catalog="/OCProperties<</OCGs[10 0 R]/D<</OFF[10 0 R]>>>>",
            objects=["<</Type/OCG/Name(off)>>"],
            resources="<</Font<</F 3 0 R>>/Properties<</L 10 0 R>>>>",
        ),
        "form": written(
            [page(Annots="[10 0 R]")], catalog="/AcroForm<</Fields[10 0 R]>>", objects=[field, look]
        ),
        "signed": written(
            [page(Annots="[10 0 R]")],
            catalog="/AcroForm<</SigFlags 3/Fields[10 0 R]>>",
            objects=[
                (
                    "<</Type/Annot/Subtype/Widget/FT/Sig/T(s)/V 12 0 R/Rect[60 600 200 620]/F 4"
                    "/AP<</N 11 0 R>>>>"
                ),
                look,
                "<</Type/Sig/Filter/Adobe.PPKLite/ByteRange[0 1 2 3]/Contents<00>>>",
            ],
        ),
        "note": written([page(Annots="[10 0 R]")], objects=[note]),
        "javascript": written(
            [page(AA="<</O 11 0 R>>")],
            catalog="/OpenAction 11 0 R/AA<</WC 11 0 R>>/Names<</JavaScript<</Names[(a) 11 0 R]>>>>",
            objects=["null", "<</S/JavaScript/JS(app.alert\\(1\\))>>"],
        ),
        "launch": written(
            [page(Annots="[10 0 R]")],
            objects=[
                (
                    "<</Type/Annot/Subtype/Link/Rect[50 50 90 90]/A<</S/URI/URI(http://a.example)"
                    "/Next<</S/Launch/F(cmd.exe)>>>>>>"
                )
            ],
        ),
        "attachment": written(
            [page(Annots="[13 0 R]")],
            catalog="/Names<</EmbeddedFiles<</Names[(a) 10 0 R]>>>>/AF[10 0 R]/Collection<<>>",
            objects=[
                "<</Type/Filespec/F(a.exe)/EF<</F 11 0 R>>>>",
                "<</Type/EmbeddedFile/Length 4>>stream\nMZ90\nendstream",
                "null",
                "<</Type/Annot/Subtype/FileAttachment/Rect[9 9 30 30]/FS 10 0 R>>",
            ],
        ),
        "xfa": written(
            [page()],
            catalog="/AcroForm<</Fields[]/XFA 10 0 R>>",
            objects=["<</Length 7>>stream\n<xdp/>\n\nendstream"],
        ),
        "bookmark script": written(
            [page()],
            catalog="/Outlines 10 0 R",
            objects=[
                "<</Type/Outlines/First 11 0 R/Last 11 0 R/Count 1>>",
                "<</Title(go)/Parent 10 0 R/A<</S/JavaScript/JS(1)>>>>",
            ],
        ),
        "junk before": b"From a mail program\r\n\r\n" + written([page()]),
        "junk behind": written([page()]) + b"\0" * 3000,
    }
    broken = written([page()])
    cases["broken table"] = broken.replace(b"startxref\n", b"startxref\n9")
    return cases


def _form(content: str, **entries: str) -> str:
    """Return a form XObject as an object's text."""
    inside = "".join(f"/{key} {value}" for key, value in entries.items())
    return (
        f"<</Type/XObject/Subtype/Form{inside}/Length {len(content)}>>stream\n{content}\nendstream"
    )


def _picture(wide: int, high: int, data: str, **entries: str) -> str:
    inside = "".join(f"/{key} {value}" for key, value in entries.items())
    return (
        f"<</Type/XObject/Subtype/Image/Width {wide}/Height {high}{inside}/Filter/ASCIIHexDecode"
        f"/Length {len(data)}>>stream\n{data}\nendstream"
    )


def _resaved(data: bytes, **how: Any) -> bytes:
    """Return a file as qpdf writes it: with packed objects, or in another order."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as document:
        document.save(out, static_id=True, **how)
    return out.getvalue()


def _appended(data: bytes, number: int, text: str) -> bytes:
    """Return a file with an object written anew at its end, as an incremental save does."""
    start = int(data[data.rindex(b"startxref") + 10 :].split()[0])
    at = len(data)
    return (
        data
        + (
            f"{number} 0 obj\n{text}\nendobj\nxref\n{number} 1\n{at:010d} 00000 n \n"
            f"trailer\n<</Size 999/Root 1 0 R/Prev {start}>>\n"
            f"startxref\n{at + len(f'{number} 0 obj{chr(10)}{text}{chr(10)}endobj{chr(10)}')}\n%%EOF\n"
        ).encode()
    )


def _more() -> dict[str, bytes]:
    """Return what is odd about sheets, graphics and structure, by name."""
    shown = drawing(595, 842)
    states = "<</Font<</F 3 0 R>>/ExtGState<</G 10 0 R>>>>"
    forms = "<</Font<</F 3 0 R>>/XObject<</X 10 0 R>>>>"
    token = shown + " BT /F 9 Tf 300 700 Td ({{titleblock-stamp}}) Tj ET"
    frame = "<</Type/Annot/Subtype/Square/Rect[150 600 480 760]/T(titleblock-stamp)/C[1 0 0]>>"
    link = "<</Type/Annot/Subtype/Link/Rect[50 50 90 90]/A<</S/GoTo/D[100 0 R/Fit]>>>>"
    markup = "<</Type/Annot/Subtype/Ink/Rect[90 600 200 700]/InkList[[100 610 150 690 190 620]]/C[1 0 0]>>"
    cases = {
        "a0": written([page("[0 0 2384 3370]")]),
        "a5": written([page("[0 0 420 595]")]),
        "label": written([page("[0 0 283.5 141.7]", content="5 5 273 131 re S 20 60 40 20 re S")]),
        "ansi e": written([page("[0 0 3168 2448]")]),
        "roll": written([page("[0 0 841 9000]", content="20 20 800 8960 re S 60 8000 400 400 re S")]),
        "mixed sizes": written(
            [page("[0 0 420 595]"), page("[0 0 2384 1684]", Rotate="270"), page("[0 0 612 1008]")]
        ),
        "other boxes": written(
            [page(TrimBox="[20 20 575 822]", BleedBox="[5 5 590 837]", ArtBox="[90 90 500 700]")]
        ),
        "no box": written([{"content": shown}]),
        "box in parts": written([page(MediaBox="10 0 R")], objects=["[0 0 595 842]"]),
        "crop is a line": written([page(CropBox="[0 0 595 0]")]),
        "turn in parts": written([page(Rotate="10 0 R")], objects=["90"]),
        "odd angle": written([page(Rotate="45")]),
        "unit zero": written([page(UserUnit="0")]),
        "nested tree": written([page()]).replace(
            b"/Kids[100 0 R]/Count 1", b"/Kids[4 0 R]/Count 1  "
        ).replace(b"3 0 obj\n<</Type/Font", b"3 0 obj\n<</Type/Font"),
        "page twice": written([page()]).replace(b"[100 0 R]/Count 1", b"[100 0 R 100 0 R]/Count 2"),
        "count wrong": written([page(), page()]).replace(b"/Count 2", b"/Count 7"),
        "placeholder text": written([page(content=token)]),
        "placeholder frame": written([page(Annots="[10 0 R]")], objects=[frame]),
        "markup": written([page(Annots="[10 0 R]")], objects=[markup]),
        "inner link": written([page(Annots="[10 0 R]")], objects=[link]),
        "page steps": written([page(PresSteps="10 0 R")], objects=["<</Type/NavNode/NA 11 0 R>>",
                              "<</S/JavaScript/JS(1)>>"]),
        "movie": written([page(Annots="[10 0 R]")],
                         objects=["<</Type/Annot/Subtype/Movie/Rect[9 9 90 90]/Movie<</F(a.avi)>>>>"]),
        "alpha left behind": written(
            [page(content="Q /G gs q " + shown)], objects=["<</ca 0.1/CA 0.1>>"], resources=states
        ),
        "mask left behind": written(
            [page(content="/G gs " + shown)],
            objects=["<</SMask<</S/Luminosity/G 11 0 R>>>>",
                     _form("0.5 g 0 0 595 842 re f", BBox="[0 0 595 842]",
                           Group="<</S/Transparency/CS/DeviceGray>>")],
            resources=states,
        ),
        "blend left behind": written(
            [page(content="/G gs " + shown)], objects=["<</BM/Difference>>"], resources=states
        ),
        "transparency group": written(
            [page(Group="<</S/Transparency/CS/DeviceCMYK/I true/K true>>")]
        ),
        "overprint": written(
            [page(content="/G gs 0 0 0 1 k " + shown)], objects=["<</OP true/op true/OPM 1>>"],
            resources=states,
        ),
        "form in form": written(
            [page(content="/X Do")],
            objects=[_form("q /Y Do Q", BBox="[0 0 595 842]", Resources="<</XObject<</Y 11 0 R>>>>"),
                     _form(shown, BBox="[0 0 595 842]", Resources="<</Font<</F 3 0 R>>>>")],
            resources=forms,
        ),
        "form draws itself": written(
            [page(content=shown + " /X Do")],
            objects=[_form("0 0 9 9 re f /X Do", BBox="[0 0 595 842]",
                           Resources="<</XObject<</X 10 0 R>>>>")],
            resources=forms,
        ),
        "scan": written(
            [page(content="q 595 0 0 842 0 0 cm /X Do Q")],
            objects=[_picture(4, 6, "f0" * 24 + ">", ColorSpace="/DeviceGray", BitsPerComponent="8")],
            resources=forms,
        ),
        "grey ground": written([page(content="0.8 g 0 0 595 842 re f 0 g " + shown)]),
        "picture in line": written(
            [page(content=shown + " q 90 0 0 90 90 600 cm BI /W 2 /H 2 /BPC 8 /CS /G /F /AHx "
                  "ID 00ff00ff> EI Q")]
        ),
        "picture lost": written([page(content=shown + " /X Do")], resources=forms),
        "font lost": written([page()], resources="<</Font<</F 999 0 R>>>>"),
        "pattern": written(
            [page(content="/Pattern cs /P scn 60 400 300 200 re f " + shown)],
            objects=[("<</Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 6 6]/XStep 6"
                     "/YStep 6/Resources<<>>/Length 17>>stream\n0 0 m 6 6 l S    \nendstream")],
            resources="<</Font<</F 3 0 R>>/Pattern<</P 10 0 R>>>>",
        ),
        "shading": written(
            [page(content=shown + " q 60 600 200 100 re W n /S sh Q")],
            objects=[("<</ShadingType 2/ColorSpace/DeviceGray/Coords[60 0 260 0]/Extend[true true]"
                     "/Function<</FunctionType 2/Domain[0 1]/C0[1]/C1[0]/N 1>>>>")],
            resources="<</Font<</F 3 0 R>>/Shading<</S 10 0 R>>>>",
        ),
        "own font": written(
            [page(content=shown + " BT /T 20 Tf 90 700 Td (a) Tj ET")],
            objects=[("<</Type/Font/Subtype/Type3/FontBBox[0 0 1 1]/FontMatrix[1 0 0 1 0 0]"
                     "/CharProcs<</a 11 0 R>>/Encoding<</Differences[97/a]>>/FirstChar 97"
                     "/LastChar 97/Widths[1]/Resources<<>>>>"),
                     "<</Length 28>>stream\n1 0 d0 0 0 0.8 0.8 re f     \nendstream"],
            resources="<</Font<</F 3 0 R/T 10 0 R>>>>",
        ),
        "unknown operators": written([page(content="foo 1 2 bar BX baz EX " + shown)]),
        "huge numbers": written([page(content="99999999999 0 m 1e9 -99999999999999 l S " + shown)]),
        "layer with no name": written(
            [page(content="/OC /L BDC " + shown + " EMC")],
            catalog="/OCProperties<</OCGs[10 0 R]/D<</AS[<</Event/Print/OCGs[10 0 R]"
            "/Category[/Print]>>]>>>>",
            objects=["<</Type/OCG/Usage<</Print<</PrintState/OFF>>>>>>"],
            resources="<</Font<</F 3 0 R>>/Properties<</L 10 0 R>>>>",
        ),
        "marks left open": written([page(content="/A BMC /B BMC " + shown)]),
        "text left open": written([page(content=shown + " BT /F 12 Tf 100 100 Td (open) Tj")]),
        "tagged": written(
            [page(content="/P <</MCID 0>> BDC " + shown + " EMC", StructParents="0")],
            catalog="/MarkInfo<</Marked true>>/StructTreeRoot 10 0 R",
            objects=["<</Type/StructTreeRoot/K 11 0 R/ParentTree<</Nums[0[11 0 R]]>>>>",
                     "<</Type/StructElem/S/P/P 10 0 R/Pg 100 0 R/K 0>>"],
        ),
        "archive": written(
            [page()], catalog="/OutputIntents[<</Type/OutputIntent/S/GTS_PDFA1"
            "/OutputConditionIdentifier(sRGB)>>]",
        ),
        "old header": written([page()]).replace(b"%PDF-1.7", b"%PDF-1.0"),
        "new header": written([page()]).replace(b"%PDF-1.7", b"%PDF-2.0"),
        "packed objects": _resaved(
            written([page(), page()]), object_stream_mode=pikepdf.ObjectStreamMode.generate
        ),
        "for the web": _resaved(written([page(), page()]), linearize=True),
        "saved twice": _appended(
            written([page()]), 101,
            f"<</Length {len('1 0 0 RG ' + shown)}>>stream\n1 0 0 RG {shown}\nendstream",
        ),
        "hundred pages": written([page(content="20 20 555 802 re S") for _ in range(100)]),
        "owner's password": base64.b64decode(_OWNER),
        "user's password": base64.b64decode(_USER),
    }  # fmt: skip
    branch = (
        b"4 0 obj\n<</Type/Pages/Parent 2 0 R/Kids[100 0 R]/Count 1/Rotate 90>>\nendobj\nxref\n"
    )
    whole = cases["nested tree"]
    at = whole.rindex(b"xref\n0 1")
    cases["nested tree"] = whole[:at] + branch + whole[at + 5 :]  # its table is mended by readers
    return cases


def _refused() -> dict[str, bytes]:
    """Return files nobody can stamp, by name."""
    good = written([page()])
    return {
        "garbage": bytes(range(256)) * 20,
        "empty": b"",
        "html": b"<html>%PDF</html>" * 99,
        "only a header": b"%PDF-1.7\n",
        "no pages": written([]),
        "truncated": good[:300],
        "no table": good[: good.rindex(b"xref\n0 1")],
        "lost content": good.replace(b"101 0 R", b"999 0 R"),
        "tiny": written([page("[0 0 4 4]", content="")]),
        "strip": written([page(), page("[0 0 900 1]", content="")]),
        "pages in a ring": written([page()]).replace(b"/Kids[100 0 R]", b"/Kids[2 0 R]  "),
        "wrong password": base64.b64decode(_USER),
    }


PASSWORDS = {"user's password": "open sesame", "wrong password": "guess"}
CASES = {**_cases(), **_more()}
REFUSED = _refused()

ABOUT = {
    "a4": "an ordinary A4 drawing",
    "a3": "an ordinary A3 drawing",
    "a1": "an A1 sheet",
    "three pages": "three pages of three sizes",
    "crop": "a CropBox inside the MediaBox",
    "crop outside": "a CropBox beside the MediaBox, which readers treat differently",
    "crop larger": "a CropBox larger than the MediaBox",
    "negative origin": "an origin left of and below zero",
    "far origin": "an origin 20,000 points away",
    "reversed box": "a MediaBox written from the far corner",
    "unit 2": "a UserUnit of 2",
    "unit half": "a UserUnit of one half",
    "unit and turn": "UserUnit, shifted origin and a turn at once",
    "crop and turn": "cropped and turned by 90, 180 and 270 degrees",
    "odd turns": "turns of -90, 450 and 720 degrees",
    "enormous": "22,104 × 15,840 points at UserUnit 2.035",
    "inherited": "size, turn and resources inherited from the page tree",
    "shared resources": "two pages share one resource dictionary",
    "no resources": "no resources at all",
    "no content": "no content at all",
    "content in parts": "content in two streams",
    "content used twice": "two pages share one content stream",
    "name taken": "the name our form would take is taken",
    "q left open": "a graphics state left open",
    "too many Q": "more states closed than opened",
    "matrix left behind": "a scale that leaves its fence",
    "clip left behind": "a clip that leaves its fence",
    "text hidden after": "invisible text mode left set",
    "dark ground": "white lines on black",
    "full of lines": "no white space anywhere",
    "narrow": "28 mm wide and 423 mm high",
    "flat": "21 mm high",
    "hidden layer": "an optional layer that is off and would cover all",
    "form": "a form field with a value and a submit action",
    "signed": "a digital signature",
    "note": "a note of a reviewer",
    "javascript": "scripts on opening, closing and in the name tree",
    "launch": "a link chained to the start of a program",
    "attachment": "attached programs",
    "xfa": "an XFA form",
    "bookmark script": "a script behind a bookmark",
    "junk before": "a mail header before the PDF",
    "junk behind": "3,000 zero bytes behind it",
    "broken table": "a cross-reference table at the wrong place",
    "a0": "an A0 sheet",
    "a5": "an A5 sheet",
    "label": "a label of 100 × 50 mm",
    "ansi e": "an ANSI E sheet",
    "roll": "three metres off a roll",
    "mixed sizes": "A5, turned A1 and Legal in one file",
    "other boxes": "trim, bleed and art boxes",
    "no box": "no MediaBox at all",
    "box in parts": "a MediaBox kept in an object of its own",
    "crop is a line": "a CropBox without height",
    "turn in parts": "a turn kept in an object of its own",
    "odd angle": "a turn of 45 degrees",
    "unit zero": "a UserUnit of nothing",
    "nested tree": "a page tree of two levels, and a table that is wrong for it",
    "page twice": "one page object listed twice",
    "count wrong": "a page tree that says 7 and has 2",
    "placeholder text": "the words {{titleblock-stamp}} where the stamp shall stand",
    "placeholder frame": "an annotation called titleblock-stamp where it shall stand",
    "markup": "ink of a reviewer",
    "inner link": "a link to another page",
    "page steps": "navigation steps with a script",
    "movie": "a film",
    "alpha left behind": "nearly full transparency left set",
    "mask left behind": "a soft mask left set",
    "blend left behind": "the blend mode Difference left set",
    "transparency group": "a knockout group in CMYK",
    "overprint": "overprinting switched on",
    "form in form": "all content two forms deep",
    "form draws itself": "a form that draws itself",
    "scan": "a scan: one grey picture over the whole page",
    "grey ground": "grey paper",
    "picture in line": "a picture within the content",
    "picture lost": "a picture that is missing",
    "font lost": "a font that is missing",
    "pattern": "hatching by a pattern",
    "shading": "a shading",
    "own font": "letters drawn by the file itself (Type 3)",
    "unknown operators": "operators no standard knows",
    "huge numbers": "coordinates out of all reason",
    "layer with no name": "a nameless layer that is off in print",
    "marks left open": "marked content left open",
    "text left open": "a text object left open",
    "tagged": "tagged for readers aloud",
    "archive": "PDF/A with an output intent",
    "old header": "PDF 1.0",
    "new header": "PDF 2.0",
    "packed objects": "objects and table packed into streams",
    "for the web": "linearised",
    "saved twice": "changed by an incremental save",
    "hundred pages": "a hundred pages",
    "owner's password": "restricted by an owner's password",
    "user's password": "locked; the password is given",
    "garbage": "no PDF at all",
    "empty": "an empty file",
    "html": "HTML that mentions %PDF",
    "only a header": "nothing but the header",
    "no pages": "no pages",
    "truncated": "cut off after 300 bytes",
    "no table": "cut off before its table",
    "lost content": "a content stream that is missing",
    "tiny": "a page of 4 × 4 points",
    "strip": "a second page one point high",
    "pages in a ring": "a page tree that contains itself",
    "wrong password": "locked; the password is wrong",
}
