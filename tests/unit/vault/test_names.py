# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which names may enter the vault: item numbers, file names, paths of a tree."""

from __future__ import annotations

import csv
import string
import subprocess
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vault.errors import BadFileName, BadItemNumber
from vault.names import clashes, file_name, fold, item_number, path_fault

signs = st.text(string.ascii_letters + string.digits + "._-", min_size=1, max_size=32)


@pytest.mark.parametrize("number", ["10-0042", "A", "7", "BRKT_1042.B", "x" * 32, "COM10", "auxin"])
def test_item_numbers_people_use_are_accepted(number: str) -> None:
    """A number of lawful signs comes back exactly as it was given."""
    assert item_number(number) == number


@pytest.mark.parametrize(
    "number",
    [
        "", "x" * 33, "-1", ".5", "_a", "a/b", "a b", "a\n", "10–42", "é1", "CON", "con.1", "Nul",
        "LPT9.x", "com1", "a.lock", "A.LOCK", "a..b", "a.", "..", "a:b", "a\\b", "a*", "\uff11",
        "--x",
        "conin$",
    ],
)  # fmt: skip
def test_item_numbers_windows_or_git_refuse_are_refused(number: str) -> None:
    """A number that could not be a folder on Windows or a part of a tag is refused, with why."""
    with pytest.raises(BadItemNumber) as refusal:
        item_number(number)
    assert len(str(refusal.value.facts["why"])) > 5


@given(signs)
def test_git_and_the_tree_policy_take_every_accepted_number(number: str) -> None:
    """No accepted number is refused later, as a folder of the tree or as a tag."""
    try:
        item_number(number)
    except BadItemNumber:
        return
    assert path_fault(f"items/{number}/item.toml") is None


def test_git_itself_takes_the_oddest_accepted_numbers() -> None:
    """`git check-ref-format`, the judge of ref names, takes numbers at the edge of our rule."""
    for number in ("a.b", "9_", "a-.-b", "HEAD", "a.lock.b", "lock", "x" * 32, "1.-"):
        ref = f"refs/tags/release/{item_number(number)}/A"
        assert subprocess.run(["git", "check-ref-format", ref], check=False).returncode == 0


HOSTILE = [
    ".git/config", ".GIT/config", "a/.Git", "git~1", "GIT~2/x", "GITATT~1", "dvc~1.yam",
    "gi7eba~1",
    ".g\u200cit/config", ".git::$INDEX_ALLOCATION", ".", "..", "../x", "a/../b", "a/./b", "",
    "/a", "a/", "a//b", "a\\..\\b", "x:evil", "a<b", "a>b", 'a"b', "a|b", "a?", "a*b", "CON.pdf",
    "aux", "x/NUL.step", "con .txt", "Com1", "LPT².x", "CONOUT$", "a\nb.pdf", "a\x1b[31m.pdf",
    "a\x7f", "a\x85b", "abc\u202egpj.pdf", "a\u2066b", "a\u200bb", "a\ufeffb", "a\u00adb",
    "a\u2028b",
    "e\u0301.pdf", "Å" + "\u0301\u0323.pdf", "\u212b.pdf", "a.", "a ", "a/b. /c", "a\u00a0",
    "--upload-pack=x",
    "-x", "a/-b", "x" * 256, "é" * 128, "/".join("a" * 16 + "b"),
    "a" * 200 + ("/" + "b" * 200) * 5,
    ".gitattributes", "a/.gitmodules", ".dvc/config", ".dvcignore", "dvc.yaml", "x/dvc.lock",
    b"Latin-\xe9.pdf".decode("utf-8", "surrogateescape"), "a\ufdd0", "a\uffff",
    "\u3164",
    "a\ufe0f",
]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE, ids=ascii)
def test_hostile_paths_are_refused(path: str) -> None:
    """Every name that git lets through and Windows, macOS, a terminal or DVC trips over."""
    assert path_fault(path)


@pytest.mark.parametrize(
    "path",
    [
        "图纸+载带.pdf", "50458-xxxxx-xxx-aces rev-H.pdf", "Plate, left (2).SLDPRT",
        "Gehäuse Ø20.step",
        "items/10/10-00/10-0042/item.toml", "a~1.stp", "PART~1.DXF", "#3 & more's.pdf",
        "[x] {y}=1,2;.nc",
        "конструкция.pdf", "ガバナ.pdf", " leading space.pdf", "a.b.c", ".hidden", "100%.pdf",
        "a@b!.pdf",
        "/".join("abcdefghijklmnop"), "é" * 127, "console.pdf", "nullable", "😀.pdf", "git.pdf",
        "x.git", "a/.gitignore",
    ],
    ids=ascii,
)  # fmt: skip
def test_real_odd_names_pass(path: str) -> None:
    """Spaces, commas, parentheses and every script are names people have."""
    assert path_fault(path) is None


def test_every_name_of_the_real_drawings_passes() -> None:
    """No file of the folder of real drawings has a name the policy would refuse."""
    manifest = Path(__file__).parents[4] / "shared/corpus/MANIFEST.tsv"
    if not manifest.exists():
        pytest.skip("the folder of real drawings is not beside the project")
    with manifest.open(newline="") as lines:
        names = [Path(row["origin_path"]).name for row in csv.DictReader(lines, delimiter="\t")]
    assert len(names) > 50
    assert [name for name in names if path_fault(name)] == []


@given(st.text(max_size=60))
def test_a_lawful_name_is_printable_and_one_of_its_kind(name: str) -> None:
    """What passes cannot steer a terminal and has one spelling."""
    if path_fault(name) is None:
        assert name.replace("/", "").isprintable() or "\xa0" in name or not name.isascii()
        assert not any(ord(sign) < 32 or 0x202A <= ord(sign) <= 0x202E for sign in name)


def test_a_file_name_arrives_composed() -> None:
    """Apple's systems send decomposed letters; stored composed, one name is one file."""
    assert file_name("Geha\u0308use.pdf") == "Geh\u00e4use.pdf"


@pytest.mark.parametrize("name", ["a/b.pdf", "x.dvc", "X.DVC", "con", "", "a" * 252, ".."])
def test_file_names_without_a_pointer_are_refused(name: str) -> None:
    """A folder, a pointer's own name and a name too long for its pointer cannot be checked in."""
    with pytest.raises(BadFileName):
        file_name(name)


@given(st.text(max_size=30))
def test_folding_is_stable(text: str) -> None:
    """A folded name folds to itself, else two ways to compare would disagree."""
    assert fold(fold(text)) == fold(text)
    assert unicodedata.is_normalized("NFC", fold(text))


def test_twins_are_found_in_the_whole_tree() -> None:
    """Two names of one spelling on Windows or macOS are named, folders included."""
    tree = ["a/x.pdf", "A/y.pdf", "b/Straße", "b/STRASSE", "c/\u00e9", "c/e\u0301", "d/x", "d/y"]
    found = list(clashes(tree))
    assert ("a", "A") in found
    assert ("b/Straße", "b/STRASSE") in found
    assert ("c/\u00e9", "c/e\u0301") in found
    assert len(found) == 3
