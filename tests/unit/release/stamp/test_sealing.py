# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shop's signature in a stamped PDF, checked by pyHanko and by poppler's own reader."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from release.errors import UnsignablePdf
from release.log import Seal, StampedFile
from release.stamp import press, sealing
from release.stamp.sealing import Sealer
from release.stamp.template import Stamp
from vault.history import certificate
from vault.worker import Worker

ODD = (  # in their structure, which is what a signature is appended to
    "three pages", "inherited", "no content", "form", "signed", "xfa", "broken table",
    "junk before", "packed objects", "for the web", "saved twice", "page twice", "nested tree",
    "count wrong", "too many Q", "tagged", "archive", "new header", "old header",
)  # fmt: skip
PDFSIG = shutil.which("pdfsig")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a certificate of the shop."""
    folder = tmp_path_factory.mktemp("keys")
    certificate.make(folder, "Example Shop", 10)
    return folder


@pytest.fixture
def sealer(keys: Path, worker: Worker) -> Sealer:
    """Return who signs."""
    return Sealer(worker, keys, certificate.current(keys), "Example Shop")


def sealed(
    sealer: Sealer, source: Path, out: Path, stamp: Stamp
) -> tuple[press.Stamped, Seal]:  # fmt: skip
    """Stamp a file and sign it; return what came out."""
    made, seal = sealing.stamped(
        sealer.worker, source, out, stamp, source.name, press.PLAIN, sealer
    )
    assert seal is not None
    return made, seal


def fault(sealer: Sealer, path: Path, seal: Seal) -> str:
    """Return what the product finds wrong with a signed file."""
    told = StampedFile(path.stat().st_size, "", "", 1, "in place", seal=seal)
    return sealing.fault(sealer.worker, path, told, path.name)


def poppler(path: Path) -> str:
    """Return what pdfsig says of a file."""
    assert PDFSIG is not None
    return subprocess.run([PDFSIG, path], capture_output=True, text=True, check=False).stdout


def test_odd_files_can_be_signed_once_they_are_stamped(
    sealer: Sealer, stamp: Stamp, put: Any, sheets: Any
) -> None:
    """The stamped bytes stand before the signature, which covers all of the file, and it holds."""
    root = list(load_certs_from_pemder_data(sealer.by.chain.encode()))
    for name in ODD:
        source, out = put(sheets.cases[name]), put(b"", "out.pdf")
        made, seal = sealed(sealer, source, out, stamp)
        bytes_ = out.read_bytes()
        assert (made.size, seal.certificate) == (len(bytes_), sealer.by.fingerprint)
        plain = press.stamp(sealer.worker, source, put(b"", "plain.pdf"), stamp, ways=(made.how,))
        assert (plain.size, plain.sha256) == (seal.size, seal.sha256), name
        assert bytes_.startswith((out.parent / "plain.pdf").read_bytes()), name
        assert fault(sealer, out, seal) == "", name
        with out.open("rb") as file:
            (one,) = PdfFileReader(file, strict=False).embedded_signatures
            status = validate_pdf_signature(one, ValidationContext(trust_roots=root))
            assert status.bottom_line, (name, status.summary())


@pytest.mark.skipif(PDFSIG is None, reason="poppler's pdfsig is not installed")
@pytest.mark.parametrize("name", ["a3", "three pages", "form", "signed", "packed objects"])
def test_poppler_says_the_signature_is_valid(
    sealer: Sealer, stamp: Stamp, put: Any, sheets: Any, name: str
) -> None:
    """A reader of somebody else's making: one signature, PAdES, over the whole document."""
    out = put(b"", "out.pdf")
    sealed(sealer, put(sheets.cases[name]), out, stamp)
    said = poppler(out)
    for words in ("Signer Certificate Common Name: Example Shop", "ETSI.CAdES.detached",
                  "SHA-256", "Total document signed", "Signature is Valid."):  # fmt: skip
        assert words in said, said
    assert said.count("Signature #") == 1


@pytest.mark.parametrize("how", ["stamp", "tail", "appended", "cut", "foreign"])
def test_any_tampering_is_found(
    sealer: Sealer, stamp: Stamp, put: Any, sheets: Any, tmp_path: Path, how: str
) -> None:
    """A byte of the drawing, of the end, more behind it, less, and another shop's signature."""
    out = put(b"", "out.pdf")
    _made, seal = sealed(sealer, put(sheets.cases["a3"]), out, stamp)
    data = bytearray(out.read_bytes())
    if how == "stamp":
        data[seal.size // 2] ^= 1
    elif how == "tail":
        data[-40] ^= 1
    elif how == "appended":
        with pymupdf.open(out) as document:
            document[0].insert_text((90, 90), "Ra 3.2")
            document.save(tmp_path / "more.pdf", incremental=False)
            document.saveIncr()
        data = bytearray(out.read_bytes())
    elif how == "cut":
        data = data[: seal.size]
    elif how == "foreign":
        other = tmp_path / "other"
        other.mkdir()
        certificate.make(other, "Somebody", 1)
        by = Sealer(sealer.worker, other, certificate.current(other), "Elsewhere")
        out.write_bytes(data[: seal.size])
        by.seal(out, out.name, "Released")
        data = bytearray(out.read_bytes())
    out.write_bytes(data)
    assert fault(sealer, out, seal), how
    if PDFSIG and how in {"stamp", "tail"}:
        assert "Signature is Valid." not in poppler(out)


def test_what_is_signed_is_not_signed_again(
    sealer: Sealer, stamp: Stamp, put: Any, sheets: Any
) -> None:
    """A second signature would be a change after the first; the sentence names the file."""
    out = put(b"", "out.pdf")
    sealed(sealer, put(sheets.cases["a3"]), out, stamp)
    with pytest.raises(UnsignablePdf, match=r"out\.pdf cannot be signed"):
        sealer.seal(out, out.name, "Released")


def test_the_record_names_the_bytes_before_the_signature(
    sealer: Sealer, stamp: Stamp, put: Any, sheets: Any
) -> None:
    """A record that tells other stamped bytes, or another certificate, does not fit the file."""
    out = put(b"", "out.pdf")
    _made, seal = sealed(sealer, put(sheets.cases["a3"]), out, stamp)
    assert "those that were stamped" in fault(
        sealer, out, Seal(seal.size - 1, seal.sha256, seal.certificate)
    )
    assert "another certificate" in fault(sealer, out, Seal(seal.size, seal.sha256, "00" * 32))


def test_signing_costs_some_kilobytes_and_changes_no_page(
    sealer: Sealer, stamp: Stamp, put: Any, sheets: Any
) -> None:
    """What is seen stays the same, to the dot."""
    source, out, plain = put(sheets.cases["a3"]), put(b"", "out.pdf"), put(b"", "plain.pdf")
    made, seal = sealed(sealer, source, out, stamp)
    press.stamp(sealer.worker, source, plain, stamp)
    assert made.size - seal.size < 9_000
    with pymupdf.open(out) as signed, pymupdf.open(plain) as unsigned:
        assert signed[0].get_pixmap(dpi=50).samples == unsigned[0].get_pixmap(dpi=50).samples
