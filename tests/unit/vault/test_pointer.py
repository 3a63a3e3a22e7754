# SPDX-License-Identifier: AGPL-3.0-or-later
"""The grammar of ``.dvc`` pointers: strict to read, and what stock DVC itself would write."""

from __future__ import annotations

import os
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vault.errors import BadPointer
from vault.names import file_name, path_fault
from vault.pointer import Pointer, _wide, parse, pointer_name, write

MD5 = "8d1117da5a07b1a20503e4012cea4470"
SHA256 = "ab" * 32
GOOD = f"outs:\n- md5: {MD5}\n  size: 11\n  hash: md5\n  path: a.pdf\n"

ODD_NAMES = [
    "a.pdf", "图纸+载带.pdf", "#1, plate (final).pdf", "yes", "null", "1.5", "2026-01-01", "0x1f",
    "x y's.pdf", "@at.pdf", "& amp.pdf", "! bang", "😀 part.step", "'q'", "a #b.pdf", "%p", "{x}",
    "[x]", "~", "=", "é.pdf", "1_000", ".inf", "Ünï (2).SLDPRT", "a, b.dxf",
    "a very long name of a drawing with so many words in it that DVC folds its line, B.pdf",
]  # fmt: skip

hexes = st.text("0123456789abcdef", min_size=32, max_size=32)
digits = st.text("0123456789e", min_size=32, max_size=32)
names = st.one_of(
    st.text(min_size=1, max_size=40),
    st.text(string.ascii_letters + string.digits + " .,()+&'-_", min_size=1, max_size=90),
    st.sampled_from(ODD_NAMES),
).filter(lambda name: "/" not in name and path_fault(name) is None)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.dates(), st.text(max_size=20),
    st.floats(allow_nan=False, allow_infinity=False),
)  # fmt: skip
printable = st.text(max_size=10).filter(lambda text: text != "<<" and text.isprintable())
values = st.recursive(
    scalars.filter(lambda value: not isinstance(value, str) or value.isprintable()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(printable, inner, max_size=3),
    max_leaves=5,
).filter(lambda value: value != "<<")
pointers = st.builds(
    Pointer,
    names,
    hexes | digits,
    st.integers(0, 2**63 - 1),
    st.none() | (hexes | digits).map(lambda half: half * 2),
    st.just({}) | st.dictionaries(st.sampled_from(["desc", "labels", "meta"]), values),
    st.just({}) | st.fixed_dictionaries({"desc": scalars.filter(lambda s: s != "<<")}),
)


@given(pointers)
def test_what_is_written_is_read_back_unchanged(pointer: Pointer) -> None:
    """Every pointer with a lawful name survives writing and reading, kept keys included."""
    assert parse(write(pointer), f"some/folder/{pointer_name(pointer.name)}") == pointer


@given(
    st.builds(
        Pointer, names, hexes | digits, st.integers(0, 2**63 - 1), st.none() | st.just(SHA256)
    )
)
def test_the_fast_reader_and_yaml_agree(pointer: Pointer) -> None:
    """The narrow form means to a YAML reader, and so to DVC, exactly what it means to us."""
    assert _wide(write(pointer).decode()) == pointer


@given(st.text("outs:-md5ze hpat'\n0a<&*!{}[]#%", max_size=120))
def test_the_fast_reader_never_reads_more_than_yaml(tail: str) -> None:
    """Whatever is put where the name stands is read by both readers alike, or by YAML alone."""
    text = GOOD.replace("a.pdf", tail)
    try:
        pointer = parse(text.encode(), tail + ".dvc")
    except BadPointer:
        return
    assert _wide(text) == pointer


def test_further_meta_keys_are_kept_beside_our_sha256() -> None:
    """A person's own keys under meta come back, without the sha256, which has its own place."""
    text = GOOD + f"meta:\n  author: ann\n  sha256: {SHA256}\n  made: 2026-01-02\n"
    pointer = parse(text.encode(), "a.pdf.dvc")
    assert pointer.sha256 == SHA256
    assert set(pointer.beside["meta"]) == {"author", "made"}
    assert parse(write(pointer), "a.pdf.dvc") == pointer


def test_what_stock_dvc_may_add_is_read() -> None:
    """The executable bit, a description, comments and quotes of stock DVC are no fault."""
    text = (
        "# released by ann\nouts:\n- md5: " + MD5 + "\n  size: 11\n  isexec: true\n  hash: md5\n"
        '  path: "a.pdf"\n  desc: "of the bracket"\n'
    )
    pointer = parse(text.encode(), "x/a.pdf.dvc")
    assert pointer.within == {"isexec": True, "desc": "of the bracket"}
    assert parse(write(pointer), "a.pdf.dvc") == pointer


HOSTILE = {
    "two outputs": GOOD + f"- md5: {MD5}\n  size: 1\n  hash: md5\n  path: b.pdf\n",
    "no output": "outs: []\n",
    "a folder": GOOD.replace(MD5, MD5 + ".dir"),
    "no md5": GOOD.replace(f"md5: {MD5}\n  ", ""),
    "upper-case md5": GOOD.replace(MD5, MD5.upper()),
    "md5 as a number": GOOD.replace(MD5, "1" * 32),
    "a short md5": GOOD.replace(MD5, MD5[:-1]),
    "another hash": GOOD.replace("hash: md5", "hash: sha256"),
    "no hash": GOOD.replace("  hash: md5\n", ""),
    "an etag": GOOD.replace("hash: md5", "etag: x\n  hash: md5"),
    "a negative size": GOOD.replace("11", "-1"),
    "a size as text": GOOD.replace("11", "'11'"),
    "a true size": GOOD.replace("11", "true"),
    "a huge size": GOOD.replace("11", "9" * 19),
    "a path outside": GOOD.replace("a.pdf", "../a.pdf"),
    "an absolute path": GOOD.replace("a.pdf", "/etc/passwd"),
    "a URL": GOOD.replace("a.pdf", "s3://bucket/a.pdf"),
    "another name": GOOD.replace("a.pdf", "b.pdf"),
    "a number as a name": GOOD.replace("a.pdf", "1.5"),
    "wdir": GOOD + "wdir: ..\n",
    "deps": GOOD + "deps:\n- path: x\n",
    "cmd": GOOD + "cmd: rm -rf /\n",
    "frozen": GOOD + "frozen: true\n",
    "a remote": GOOD + "  remote: theirs\n",
    "no cache": GOOD + "  cache: false\n",
    "no push": GOOD + "  push: false\n",
    "cloud": GOOD + "  cloud: {s3: {etag: x}}\n",
    "files": GOOD + "  files: []\n",
    "an anchor": GOOD.replace("a.pdf", "&x a.pdf"),
    "an alias": "outs:\n- md5: &x a\n  path: *x\n",
    "a tag": GOOD.replace("a.pdf", "!!str a.pdf"),
    "a python tag": GOOD.replace("a.pdf", "!!python/name:os.system a.pdf"),
    "a merge": GOOD + "<<: {wdir: ..}\n",
    "an inner merge": GOOD + f"meta: {{<<: {{sha256: {SHA256}}}}}\n",
    "a double key": GOOD + f"outs:\n- md5: {MD5}\n  size: 1\n  hash: md5\n  path: a.pdf\n",
    "a double path": GOOD + "  path: a.pdf\n",
    "two documents": GOOD + "---\n" + GOOD,
    "a directive": "%YAML 1.1\n---\n" + GOOD,
    "a bad sha256": GOOD + "meta:\n  sha256: xyz\n",
    "a list as sha256": GOOD + "meta:\n  sha256: [a]\n",
    "meta as text": GOOD + "meta: hello\n",
    "meta with a list as key": GOOD + "meta: {[a]: b}\n",
    "meta with a number as key": GOOD + "meta: {1: b}\n",
    "meta with a nan": GOOD + "meta: {a: .nan}\n",
    "a bomb": "a: " + "[" * 30_000,
    "deep": GOOD + "meta: " + "{a: " * 20 + "b" + "}" * 20 + "\n",
    "a tab": GOOD.replace("  size", "\tsize"),
    "a list": "- a\n",
    "nothing": "",
    "a NUL": GOOD + "\0",
    "a huge exponent": GOOD + "meta: {a: 1e999999}\n",
    "a huge integer": GOOD + "meta: {a: " + "9" * 5000 + "}\n",
    "an impossible date": GOOD + "meta: {a: 2026-02-31}\n",
    "a device": GOOD.replace("a.pdf", "con.pdf"),
    "too large": GOOD + "#" * 70_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pointers_are_refused(text: str) -> None:
    """Whatever could lead DVC elsewhere, or be read in two ways, is refused with a reason."""
    name = "con.pdf.dvc" if "con.pdf" in text else "1.5.dvc" if "1.5" in text else "a.pdf.dvc"
    with pytest.raises(BadPointer) as refusal:
        parse(text.encode(), f"items/{name}")
    assert f"items/{name}" in str(refusal.value)


@given(st.binary(max_size=200))
def test_no_bytes_can_break_the_reader(data: bytes) -> None:
    """Anything that is no pointer is refused as one, never with another exception."""
    with pytest.raises(BadPointer):
        parse(data, "a.pdf.dvc")


@settings(max_examples=300)
@given(st.data())
def test_no_mangled_pointer_can_break_the_reader(data: st.DataObject) -> None:
    """A pointer with a few signs changed is read in full or refused, never anything else."""
    text = GOOD + f"meta:\n  sha256: {SHA256}\n  note: [1, {{a: b}}]\n"
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(text)))
        text = text[:place] + data.draw(st.text(max_size=3)) + text[place + 1 :]
    try:
        pointer = parse(text.encode("utf-8", "surrogatepass"), "a.pdf.dvc")
    except BadPointer:
        return
    assert pointer.name == "a.pdf"


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_stock_dvc_pulls_by_our_pointers_and_we_read_its_own(tmp_path: Path) -> None:
    """A real client fetches by our pointers, and the ones it writes itself are read here.

    For every odd name both mean the same, so neither side can lose a file of the other.
    """
    if not shutil.which("git"):
        pytest.skip("git is not installed")
    clone, bytes_of = tmp_path / "clone", {}
    clone.mkdir()
    for name in map(file_name, ODD_NAMES):
        (clone / name).write_bytes(bytes_of.setdefault(name, f"bytes of {name}".encode()))
    _dvc(clone, "init", "--no-scm", "-q")
    _dvc(clone, "remote", "add", "-q", "-d", "there", str(tmp_path / "there"))
    _dvc(clone, "add", "-q", "--", *(f"./{name}" for name in bytes_of))
    _dvc(clone, "push", "-q")
    for name in bytes_of:
        file = clone / pointer_name(name)
        theirs = parse(file.read_bytes(), str(file))
        ours = Pointer(theirs.name, theirs.md5, theirs.size, SHA256)
        assert theirs == Pointer(ours.name, ours.md5, ours.size)
        file.write_bytes(write(ours))
        (clone / name).unlink()
    shutil.rmtree(clone / ".dvc" / "cache")
    _dvc(clone, "pull", "-q")
    assert {name: (clone / name).read_bytes() for name in bytes_of} == bytes_of
    assert "up to date" in _dvc(clone, "status")


def _dvc(folder: Path, *arguments: str) -> str:
    """Run the stock client of this environment in a folder."""
    told = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=folder,
        env={**os.environ, "DVC_NO_ANALYTICS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout
