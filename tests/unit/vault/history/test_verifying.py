# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signatures checked in process: the same verdict as git with ssh-keygen, over good and bad."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

KINDS = {"ed25519": (), "rsa": ("-b", "2048"), "ecdsa": ("-b", "256"), "ecdsa-384": ("-b", "384"),
         "ecdsa-521": ("-b", "521")}  # fmt: skip
NOW = 1_790_000_000  # 2026-09-21T14:13:20Z


class Bench:
    """A repository, keys of every kind, and git's verdict beside ours."""

    def __init__(self, place: Path) -> None:
        from vault.history import repository

        self.place = place
        self.git_dir = place / "proof.git"
        self.history = repository.create(self.git_dir)
        self.signers = place / "allowed_signers"
        for kind, more in KINDS.items():
            subprocess.run(
                ["ssh-keygen", "-q", "-t", kind.partition("-")[0], *more, "-N", "", "-C", "x",
                 "-f", str(place / kind)], check=True, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def public(self, kind: str) -> str:
        """Return a public key as OpenSSH writes it."""
        return " ".join((self.place / f"{kind}.pub").read_text().split()[:2])

    def git(
        self, *words: str, given: bytes = b"", at: int = NOW
    ) -> subprocess.CompletedProcess[Any]:
        """Run git at a moment, trusting the list of keys."""
        environment = {
            **os.environ, "TZ": "UTC", "GIT_AUTHOR_DATE": f"{at} +0000",
            "GIT_COMMITTER_DATE": f"{at} +0000", "GIT_COMMITTER_NAME": "T", "GIT_AUTHOR_NAME": "T",
            "GIT_COMMITTER_EMAIL": "t@localhost", "GIT_AUTHOR_EMAIL": "t@localhost",
        }  # fmt: skip
        return subprocess.run(
            ["git", f"--git-dir={self.git_dir}", "-c", "gpg.format=ssh",
             "-c", f"gpg.ssh.allowedSignersFile={self.signers}", *words],
            input=given, capture_output=True, check=False, env=environment,
        )  # fmt: skip

    def made(self, kind: str, message: str = "m\n", at: int = NOW) -> tuple[str, str]:
        """Return a signed commit and a signed tag."""
        tree = self.git("mktree").stdout.decode().strip()
        key = str(self.place / kind)
        commit = self.git("commit-tree", f"-S{key}", tree, "-F", "-", given=message.encode(), at=at)
        oid = commit.stdout.decode().strip()
        assert oid, commit.stderr
        name = f"{kind}-{abs(hash((message, at)))}"
        tagged = self.git("-c", f"user.signingkey={key}", "tag", "-s", "-F", "-", name, oid,
                          given=message.encode(), at=at)  # fmt: skip
        assert tagged.returncode == 0, tagged.stderr
        return oid, self.git("rev-parse", f"refs/tags/{name}").stdout.decode().strip()

    def raw(self, oid: str) -> tuple[str, bytes]:
        """Return an object's kind and bytes."""
        return self.history.stored(oid)

    def written(self, kind: str, data: bytes) -> str:
        """Write an object as it is, well-formed or not, and return its name."""
        done = self.git("hash-object", "-t", kind, "-w", "--literally", "--stdin", given=data)
        assert done.returncode == 0, done.stderr
        return str(done.stdout.decode().strip())

    def verdicts(self, oid: str) -> tuple[bool, bool]:
        """Return whether git lets an object pass, and whether we do."""
        from vault.history import allowed, verifying, wire

        kind, _data = self.raw(oid)
        gits = self.git(f"verify-{kind}", oid).returncode == 0
        try:
            keys = allowed.read(self.signers.read_text())
        except wire.NotSigned:
            return gits, False
        verifier = verifying.Verifier(self.history, keys)
        ours = verifier.commit_fault(oid) if kind == "commit" else verifier.tag_fault(oid)
        return gits, ours is None


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Return the bench; keys of RSA take a moment to make."""
    return Bench(tmp_path_factory.mktemp("bench"))


def trusting(bench: Bench, *lines: str) -> None:
    """Write the list of keys."""
    bench.signers.write_text("".join(f"{line}\n" for line in lines))


@pytest.mark.parametrize("kind", KINDS)
def test_a_good_signature_of_every_kind_of_key_passes_both(bench: Bench, kind: str) -> None:
    """Commit and tag, with the key in the list and without it."""
    made = bench.made(kind, f"signed with {kind}\n")
    trusting(bench, f'shop@localhost namespaces="git" {bench.public(kind)}')
    assert [bench.verdicts(oid) for oid in made] == [(True, True)] * 2
    trusting(bench, *(f"shop@localhost {bench.public(one)}" for one in KINDS if one != kind))
    assert [bench.verdicts(oid) for oid in made] == [(False, False)] * 2


def changed(data: bytes) -> Iterator[bytes]:
    """Yield an object with one thing changed at a time."""
    yield data.replace(b"tree 4", b"tree 5", 1).replace(b"object ", b"object 0", 1)
    yield data.replace(b" T <", b" U <", 1)
    yield data.replace(b"1790000000 +0000", b"1790000001 +0000")
    yield data.replace(b"1790000000 +0000", b"1790000000 +0100", 1)
    yield data + b"\n"
    yield data.replace(b"\n\nm", b"\n\nn")
    yield data.replace(b"gpgsig ", b"gpgsig-sha256 ").replace(b"BEGIN SSH", b"BEGIN XSH")
    yield data.replace(b"U1NIU0lH", b"U1NIU0lI")
    cut = data.find(b"-----BEGIN")
    yield data[: cut + 60] + data[cut + 61 :]
    for at in range(cut + 40, data.find(b"-----END"), 23):
        if chr(data[at]).isalnum():
            yield data[:at] + (b"A" if data[at : at + 1] != b"A" else b"B") + data[at + 1 :]


@pytest.mark.parametrize("kind", ["ed25519", "rsa", "ecdsa"])
def test_whatever_is_changed_git_and_we_agree(bench: Bench, kind: str) -> None:
    """Header, message, moment, armour, every part of the signature: nothing changed passes."""
    trusting(bench, f'shop@localhost namespaces="git" {bench.public(kind)}')
    seen = 0
    for oid in bench.made(kind):
        type_, data = bench.raw(oid)
        for other in changed(data):
            if other == data:
                continue
            seen += 1
            gits, ours = bench.verdicts(bench.written(type_, other))
            assert gits == ours, other
            assert not ours or other == data + b"\n", other
    assert seen > 30


def test_a_signature_does_not_pass_on_another_object(bench: Bench) -> None:
    """Cut and pasted from one commit into another it holds for neither git nor us."""
    trusting(bench, f"shop@localhost {bench.public('ed25519')}")
    one, _tag = bench.made("ed25519", "one\n")
    other, _tag = bench.made("ed25519", "other\n")
    data = bench.raw(one)[1].replace(b"\n\none\n", b"\n\nother\n")
    assert bench.verdicts(other) == (True, True)
    assert bench.verdicts(bench.written("commit", data)) == (False, False)
    plain = bench.git("commit-tree", bench.history.commit_at(one).tree, "-m", "unsigned")
    assert bench.verdicts(plain.stdout.decode().strip()) == (False, False)


LINES: dict[str, Callable[[str, str], list[str]]] = {
    "within its time": lambda key, _o: [f'a valid-after="20260101Z",valid-before="20270101Z" {key}'],
    "ended before": lambda key, _o: [f'a valid-before="20260921141319Z" {key}'],
    "ends that second": lambda key, _o: [f'a valid-before="20260921141320Z" {key}'],
    "begins later": lambda key, _o: [f'a valid-after="20260921141321Z" {key}'],
    "begins that second": lambda key, _o: [f'a valid-after="20260921141320Z" {key}'],
    "minutes": lambda key, _o: [f'a valid-before="202609211413Z" {key}'],
    "without Z": lambda key, _o: [f'a valid-before="20260922" {key}'],
    "other purpose": lambda key, _o: [f'a namespaces="file,mail" {key}'],
    "several purposes": lambda key, _o: [f'a namespaces="file,git" {key}'],
    "pattern of purposes": lambda key, _o: [f'a namespaces="g*" {key}'],
    "all but git": lambda key, _o: [f'a namespaces="*,!git" {key}'],
    "several people": lambda key, _o: [f"a@x,b@x,!c@x {key}"],
    "pattern of people": lambda key, _o: [f"*@localhost {key}"],
    "comment and empty lines": lambda key, _o: ["# trusted", "", f"a {key} of the shop"],
    "second line": lambda key, other: [f"a {other}", f"b {key}"],
    "first line ended, second counts": lambda key, _o: [f'a valid-before="20200101Z" {key}', f"a {key}"],
    "first line of others for another purpose": lambda key, _o: [
        f'a namespaces="file" {key}', f'b namespaces="git" {key}'],
    "first line for another purpose, same person": lambda key, _o: [
        f'a namespaces="file" {key}', f'a namespaces="git" {key}'],
    "an authority": lambda key, _o: [f"a cert-authority {key}"],
    "quoted": lambda key, _o: [f'"a@x,b@x" namespaces="git" {key}'],
    "unknown option": lambda key, _o: [f'a colour="red" {key}'],
    "space between options": lambda key, _o: [f'a namespaces="git", valid-after="20260101Z" {key}'],
    "bad moment": lambda key, _o: [f'a valid-after="soon" {key}'],
    "only somebody else": lambda _k, other: [f"a {other}"],
    "nobody": lambda _k, _o: [],
}  # fmt: skip


@pytest.mark.parametrize("called", LINES)
def test_the_list_of_keys_is_read_as_openssh_reads_it(bench: Bench, called: str) -> None:
    """Times to the second, purposes, patterns, order of lines, lines that cannot be read."""
    made = bench.made("ed25519", f"{called}\n")
    trusting(bench, *LINES[called](bench.public("ed25519"), bench.public("rsa")))
    for oid in made:
        gits, ours = bench.verdicts(oid)
        assert gits == ours, called
    should = {"ended before", "begins later", "minutes", "other purpose", "all but git",
              "first line of others for another purpose", "an authority", "unknown option",
              "space between options", "bad moment", "only somebody else", "nobody"}  # fmt: skip
    assert ours == (called not in should)


def test_our_signature_is_the_one_ssh_keygen_makes(bench: Bench) -> None:
    """Byte for byte, so what we sign is checked with stock tools."""
    from vault.history import sshsig, wire

    data = b"manifest\n" * 50
    (bench.place / "data").write_bytes(data)
    subprocess.run(
        ["ssh-keygen", "-q", "-Y", "sign", "-f", str(bench.place / "ed25519"), "-n",
         "titleblock-export", str(bench.place / "data")], check=True, capture_output=True,
    )  # fmt: skip
    ours = sshsig.sign((bench.place / "ed25519").read_bytes(), "titleblock-export", data)
    assert ours == (bench.place / "data.sig").read_bytes()
    sshsig.read(ours).check(data)
    with pytest.raises(wire.NotSigned, match="not those that were signed"):
        sshsig.read(ours).check(data[:-1])
    with pytest.raises(wire.NotSigned, match="Ed25519"):
        sshsig.sign((bench.place / "rsa").read_bytes(), "x", data)
    printed = subprocess.run(["ssh-keygen", "-l", "-f", str(bench.place / "ed25519.pub")],
                             capture_output=True, text=True, check=True)  # fmt: skip
    assert sshsig.read(ours).fingerprint in printed.stdout


@given(data=st.binary(max_size=400))
def test_no_text_is_taken_for_a_signature(data: bytes) -> None:
    """Whatever is between the armour, reading it raises NotSigned and nothing else."""
    import base64

    from vault.history import sshsig, wire

    for body in (data, base64.b64encode(b"SSHSIG\0\0\0\1" + data)):
        text = sshsig.BEGIN + b"\n" + body + b"\n" + sshsig.END
        with pytest.raises(wire.NotSigned):
            sshsig.read(text).check(b"")


def test_a_list_of_keys_is_written_as_it_is_read(bench: Bench) -> None:
    """Round trip, and a key that ends twice ends at the earlier moment."""
    from vault.history import allowed

    key = allowed.public_key(bench.public("ed25519"))
    one = allowed.Allowed("shop@localhost", key, "git,titleblock-export",
                          after="2026-01-01T00:00:00Z", before="2026-09-21T14:13:20Z")  # fmt: skip
    assert allowed.read(allowed.written([one]).decode()) == (one,)
    assert one.public == bench.public("ed25519")
    assert allowed.ended(one, "2026-02-01T00:00:00Z").before == "2026-02-01T00:00:00Z"
    assert allowed.ended(one, "2027-02-01T00:00:00Z").before == "2026-09-21T14:13:20Z"
