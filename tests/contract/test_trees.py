# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trees a push may bring: what git itself lets through and no shop can live with, and real names.

Each hostile tree is written byte for byte and pushed by the stock client; whoever refuses it, git or
our hooks, nothing of it may stay.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

FILE, PROGRAM, LINK, GITLINK, FOLDER = b"100644", b"100755", b"120000", b"160000", b"40000"
NFC, NFD = "é.pdf".encode(), b"e\xcc\x81.pdf"

HOSTILE: dict[str, list[tuple[bytes, bytes]]] = {
    ".git": [(FILE, b".git")],
    ".GIT": [(FILE, b".GIT")],
    ".git with a space": [(FILE, b".Git ")],
    "short name of .git": [(FILE, b"git~1")],
    "second short name of .git": [(FILE, b"GIT~2")],
    ".git with a joiner": [(FILE, ".g\u200cit".encode())],
    ".git as a stream": [(FILE, b".git::$INDEX_ALLOCATION")],
    "here": [(FILE, b".")],
    "above": [(FILE, b"..")],
    "empty name": [(FILE, b"")],
    "slash in a name": [(FILE, b"a/b")],
    "the same name twice": [(FILE, b"a"), (FILE, b"a")],
    "file and folder": [(FILE, b"a"), (FOLDER, b"a")],
    "not in order": [(FILE, b"b"), (FILE, b"a")],
    "padded mode": [(b"0100644", b"a")],
    "backslashes": [(FILE, b"a\\..\\b")],
    "two cases": [(FILE, b"A.pdf.dvc"), (FILE, b"a.pdf.dvc")],
    "two cases of folders": [(FOLDER, b"DRW"), (FOLDER, b"drw")],
    "two normal forms": [(FILE, NFD), (FILE, NFC)],
    "decomposed": [(FILE, NFD)],
    "link": [(LINK, b"link")],
    "link called .gitattributes": [(LINK, b".gitattributes")],
    "submodule": [(GITLINK, b"sub")],
    "filter": [(FILE, b".gitattributes")],
    "modules": [(FILE, b".gitmodules")],
    "DVC's settings": [(FOLDER, b".dvc")],
    "DVC's pipeline": [(FILE, b"dvc.yaml")],
    "DVC's lock": [(FILE, b"dvc.lock")],
    "DVC's ignore list": [(FILE, b".dvcignore")],
    "device": [(FILE, b"CON.txt")],
    "device in small letters": [(FILE, b"aux")],
    "device with an ending": [(FILE, b"NUL.step")],
    "stream": [(FILE, b"x:evil")],
    "signs of the shell": [(FILE, b"a<b>|?*")],
    "newline": [(FILE, b"a\nb.txt")],
    "escape": [(FILE, b"a\x1b[31m.txt")],
    "turned writing": [(FILE, "abc\u202ecod.txt".encode())],
    "not UTF-8": [(FILE, b"a\xff\xfe.txt")],
    "Latin-1": [(FILE, b"Zeichnung-\xe9.txt")],
    "option": [(FILE, b"--upload-pack=x")],
    "5000 bytes": [(FILE, b"x" * 5000)],
    "anybody may write": [(b"100777", b"a")],
    "the group may write": [(b"100664", b"a")],
}
REAL = [
    "10-0042 rev B (final).txt", "Halter, links.txt", "图纸+载带.txt", "Schaltplan-Übersicht.txt",
    "чертёж.txt", "O'Ring 12×3.txt", "a&b.txt", "#1.txt", "50%.txt", "[draft].txt", "{x}.txt",
    "tilde~.txt", "dollar$.txt", "semi;colon.txt", "Ø20 h6.txt", "….txt",
    "console.txt", "auxiliary.txt", "com10.txt", "git.txt", "x.git", "noun.lock.txt", "=SUM.txt",
    "@next.txt", "a" * 200 + ".txt",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Yard:
    """A repository beside a vault, in which any tree can be made and pushed from."""

    place: Path
    vault_git: Path

    def git(self, *words: str, given: bytes = b"", check: bool = True) -> str:
        """Run git there and return what it says."""
        done = subprocess.run(
            ["git", "-c", "core.quotePath=false", *words], cwd=self.place, input=given,
            capture_output=True, check=False, env=os.environ | {"TITLEBLOCK_USER": "eli"},
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr
        said = done.stdout if done.returncode == 0 else b"refused\n" + done.stderr
        return said.decode("utf-8", "replace").strip()

    def tree(self, entries: list[tuple[bytes, bytes]]) -> str:
        """Write a tree as it is given, whatever git thinks of it."""
        blob = self.git("hash-object", "-w", "--stdin", given=b"* filter=x\n")
        inner = self.raw([(FILE, b"config", blob)])
        oids = {FOLDER: inner, GITLINK: self.git("rev-parse", "main")}
        return self.raw([(mode, name, oids.get(mode, blob)) for mode, name in entries])

    def raw(self, entries: list[tuple[bytes, bytes, str]]) -> str:
        """Write the bytes of a tree object."""
        data = b"".join(
            mode + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries
        )
        return self.git("hash-object", "-t", "tree", "-w", "--literally", "--stdin", given=data)

    def commit(self, folder: str) -> str:
        """Commit a tree as the folder ``parts`` beside all that is on main."""
        there = self.git("ls-tree", "main").encode() + b"\n"
        root = self.git(
            "mktree", "--missing", given=there + f"040000 tree {folder}\tparts\n".encode()
        )
        return self.git("commit-tree", root, "-p", "main", "-m", "parts")

    def push(self, commit: str, ref: str = "refs/heads/main") -> str:
        """Push a commit and return what the client was told."""
        return self.git("push", "--porcelain", str(self.vault_git), f"{commit}:{ref}", check=False)

    def objects(self) -> set[str]:
        """Return the files that hold the vault's objects."""
        return {str(path) for path in (self.vault_git / "objects").rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def yard(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Yard:
    """Return a yard beside a vault of its own."""
    place = tmp_path_factory.mktemp("yard")
    shutil.copytree(founded, place / "vault", symlinks=True)
    made = Yard(place / "work", place / "vault" / "vault.git")
    subprocess.run(["git", "clone", "-q", made.vault_git, made.place], check=True)
    return made


def test_there_are_43_hostile_trees() -> None:
    """The list is the one that was measured; it only grows."""
    assert len(HOSTILE) >= 43


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_tree_is_refused_and_leaves_nothing(what: str, yard: Yard) -> None:
    """The push fails, main stands, and no object of it is kept, to main and to a work branch."""
    tip = yard.git("--git-dir", str(yard.vault_git), "rev-parse", "main")
    before = yard.objects()
    commit = yard.commit(yard.tree(HOSTILE[what]))
    said = yard.push(commit)
    assert said.startswith("refused"), said
    assert yard.push(commit, "refs/heads/work/eli/x").startswith("refused")
    assert yard.git("--git-dir", str(yard.vault_git), "rev-parse", "main") == tip
    assert yard.objects() == before
    assert "Traceback" not in said
    assert "fault of Titleblock" not in said


def test_a_hostile_tree_in_between_is_refused_too(yard: Yard) -> None:
    """What a later commit takes away again would still be checked out by whoever goes back."""
    bad = yard.commit(yard.tree([(LINK, b"link")]))
    clean = yard.git("rev-parse", "main^{tree}")
    mended = yard.git("commit-tree", clean, "-p", bad, "-m", "taken away")
    said = yard.push(mended)
    assert "parts/link is a symbolic link" in said.replace("\n", " ").replace("remote:", "")
    assert bad[:12] in said


def test_every_fault_is_told_at_once(yard: Yard) -> None:
    """One push, one answer with all of it, each with its remedy."""
    names = [b"CON.txt", b"a\nb", b"aux", b"x:evil"]
    entries = [(FILE, name) for name in sorted(names)] + [(LINK, b"zlink")]
    said = yard.push(yard.commit(yard.tree(entries)))
    assert "(5 faults)" in said
    for word in ("CON.txt", "a\\u000ab", "parts/aux", "x:evil", "zlink"):
        assert word in said, word
    assert said.count("push again") == 5


def test_names_real_shops_use_pass(yard: Yard) -> None:
    """Spaces, commas, parentheses, signs and other scripts are no fault."""
    names = sorted(name.encode() for name in REAL)
    tree = yard.tree([(PROGRAM if one == b"git.txt" else FILE, one) for one in names])
    said = yard.push(yard.commit(tree))
    assert not said.startswith("refused"), said
    assert (
        yard.git("--git-dir", str(yard.vault_git), "ls-tree", "main:parts").count("\n")
        == len(REAL) - 1
    )
