# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verify the folder this file lies in: a released revision or a proof packet made by Titleblock.

    python3 -I verify.py [--fingerprint SHA256:...] [FOLDER]

Python 3.9 and nothing else is needed; no network, no git, no OpenSSH.  Every faulty thing is named,
one a line, and the exit code is 5; without a fault it is 0.  That the key is the vault's own cannot
be known from the folder: compare the fingerprint with what the vault prints (`titleblock keys`), or
give it with --fingerprint.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple  # noqa: UP035 - Python 3.9 reads this

MANIFEST = "MANIFEST.sha256"
SIGNATURE = "MANIFEST.sha256.sig"
PACKET = "packet.json"
BEGIN, END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"


class Wrong(Exception):
    """Something that is not as it has to be; the text says what."""


# --- Ed25519 (RFC 8032), by the book and slow ---------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
Point = Tuple[int, int, int, int]  # noqa: UP006


def _add(a: Point, b: Point) -> Point:
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    c, d = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    return (
        (f - e) * (d - c) % P,
        (d + c) * (f + e) % P,
        (d - c) * (d + c) % P,
        (f - e) * (f + e) % P,
    )


def _times(count: int, point: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while count:
        if count & 1:
            total = _add(total, point)
        point = _add(point, point)
        count >>= 1
    return total


def _point(data: bytes) -> Point:
    y = int.from_bytes(data, "little")
    odd, y = y >> 255, y & ((1 << 255) - 1)
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - square) % P or (x == 0 and odd):
        raise Wrong("the key is no point of the curve")
    x = P - x if x & 1 != odd else x
    return (x, y, 1, x * y % P)


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519(key: bytes, data: bytes, signature: bytes) -> bool:
    """Say whether a signature holds."""
    if len(key) != 32 or len(signature) != 64:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= L:
        return False
    hashed = hashlib.sha512(signature[:32] + key + data).digest()
    right = _add(_point(signature[:32]), _times(int.from_bytes(hashed, "little") % L, _point(key)))
    left = _times(scalar, BASE)
    return (left[0] * right[2] - right[0] * left[2]) % P == 0 == (
        left[1] * right[2] - right[1] * left[2]) % P  # fmt: skip


# --- signatures of OpenSSH (PROTOCOL.sshsig) ----------------------------------------


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _strings(blob: bytes) -> Iterator[bytes]:
    while blob:
        size = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + size:
            raise Wrong("the signature is cut off")
        yield blob[4 : 4 + size]
        blob = blob[4 + size :]


def _armoured(blob: bytes) -> bytes:
    text = base64.b64encode(blob)
    lines = [text[at : at + 70] for at in range(0, len(text), 70)]
    return b"\n".join([BEGIN, *lines, END, b""])


def signed(data: bytes, armour: bytes, namespace: bytes) -> bytes:
    """Return the key of a signature that holds over bytes; raises Wrong where it does not."""
    try:
        text = b"".join(armour.replace(BEGIN, b"").replace(END, b"").split())
        blob = base64.b64decode(text, validate=True)
    except ValueError:
        raise Wrong("the signature is damaged") from None
    if _armoured(blob) != armour or blob[:10] != b"SSHSIG\0\0\0\1":
        raise Wrong("the signature is damaged")
    key, purpose, reserved, digest, inner = _exactly(5, blob[10:])
    kind, raw = _exactly(2, key)
    told, value = _exactly(2, inner)
    if (purpose, reserved, kind, told) != (namespace, b"", b"ssh-ed25519", b"ssh-ed25519"):
        raise Wrong("the signature is for another purpose, or of a kind only ssh-keygen checks")
    if digest not in (b"sha256", b"sha512"):
        raise Wrong("the signature uses an unknown digest")
    hashed = hashlib.new(digest.decode(), data).digest()
    bound = b"SSHSIG" + b"".join(map(_string, (purpose, reserved, digest, hashed)))
    if not ed25519(raw, bound, value):
        raise Wrong("the signature does not hold: the bytes are not those that were signed")
    return key


def _exactly(count: int, blob: bytes) -> List[bytes]:  # noqa: UP006
    found = list(_strings(blob))
    if len(found) != count:
        raise Wrong("the signature is damaged")
    return found


def fingerprint(key: bytes) -> str:
    """Return the fingerprint of a key, as ssh-keygen prints it."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def allowed(text: str) -> Dict[bytes, Optional[str]]:  # noqa: UP006, UP045
    """Return the keys of an allowed_signers file, each with the last moment that counts of it."""
    found = {}
    for line in text.splitlines():
        key = base64.b64decode(line.split()[-1])
        until = re.search(r'valid-before="(\d{14}Z)"', line)
        found[key] = until.group(1) if until else None
    return found


# --- the folder ---------------------------------------------------------------------


class Folder:
    """A folder with a signed manifest; every check yields what is wrong."""

    namespace = b"titleblock-export"

    def __init__(self, root: Path) -> None:
        """Look at a folder."""
        self.root = root
        self.keys: Dict[bytes, Optional[str]] = {}  # noqa: UP006, UP045
        self.signer = ""

    def data(self, name: str) -> bytes:
        """Return a file of the folder; raises Wrong where it is not there."""
        try:
            return (self.root / name).read_bytes()
        except OSError:
            raise Wrong(name + ": it is missing") from None

    def told(self, name: str) -> Any:
        """Return what a JSON file says."""
        try:
            return json.loads(self.data(name))
        except ValueError:
            raise Wrong(name + ": it is not JSON") from None

    def of_manifest(self) -> Iterator[str]:
        """Every file is listed, is there and has its sha256; the list itself is signed."""
        manifest = self.data(MANIFEST)
        try:
            self.keys = allowed(self.data("allowed_signers").decode())
        except (ValueError, IndexError):
            yield "allowed_signers: it cannot be read"
        try:
            key = signed(manifest, self.data(SIGNATURE), self.namespace)
            self.signer = fingerprint(key)
            if self.keys.get(key, "ended") is not None:
                yield SIGNATURE + ": its key is not one that signs"
        except Wrong as why:
            yield MANIFEST + " or " + SIGNATURE + ": " + str(why)
        listed = {}
        for line in manifest.decode("utf-8", "replace").splitlines():
            digest, _, name = line.partition("  ")
            listed[name] = digest
        there = {path.relative_to(self.root).as_posix() for path in self.root.rglob("*")
                 if not path.is_dir()} - {MANIFEST, SIGNATURE}  # fmt: skip
        for name in sorted(listed.keys() | there):
            if name not in there:
                yield name + ": it is missing"
            elif name not in listed:
                yield name + ": it does not belong here"
            elif hashlib.sha256(self.data(name)).hexdigest() != listed[name]:
                yield name + ": its sha256 differs from the manifest"

    def checks(self) -> List[Any]:  # noqa: UP006
        """Return what has to be checked."""
        return [self.of_manifest]

    def faults(self) -> Iterator[str]:
        """Yield everything that is wrong."""
        for check in self.checks():
            try:
                yield from check()
            except Wrong as why:
                yield str(why)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError) as why:
                yield "the folder cannot be read: " + repr(why)

    def verdict(self) -> str:
        """Return what is proved, in sentences."""
        raise Wrong("nothing is known of this folder")


class Packet(Folder):
    """A proof packet: all files are those that were issued together."""

    namespace = b"titleblock-packet"

    def checks(self) -> List[Any]:  # noqa: UP006
        """Return what has to be checked."""
        return [self.of_manifest, self.of_packet]

    def of_packet(self) -> Iterator[str]:
        """The readable packet is the one the record names."""
        told = self.told(PACKET)
        name = str(told["pdf"])
        if hashlib.sha256(self.data(name)).hexdigest() != told["pdf_sha256"]:
            yield name + ": it is not the readable packet that was issued"

    def verdict(self) -> str:
        """Return what is proved, in sentences."""
        told = self.told(PACKET)
        left = told.get("left_out", [])
        return (
            "GOOD: packet {packet} revision {rev} for job {job}, {qty} of {number} {item_rev}, issued "
            "{issued_at} by {issued_by}.\n".format(**told)
            + ("It is an extract; left out were:\n  " + "\n  ".join(left) + "\n" if left else "")
            + "This file cannot know whether the packet was replaced or withdrawn since.  Ask the shop:\n  "
            + str(told["ask"])
            + "\nSigned with the key "
            + self.signer
            + ": compare it with what the shop prints (`titleblock keys`)."
        )


class Release(Folder):
    """An exported revision, with the signed commits of the vault it stands in."""

    def checks(self) -> List[Any]:  # noqa: UP006
        """Return what has to be checked."""
        return [self.of_manifest, self.of_evidence]

    def of_evidence(self) -> Iterator[str]:
        """Record and order are in signed commits of the vault, and say the same as the files."""
        told = self.told("evidence.json")
        record, order = self.told("record.json"), self.told("order.json")
        for part in told["commits"]:
            commit = self._object(part["commit"], "commit")
            yield from self._of_commit(part["what"], commit)
            for path, name in part["files"].items():
                if self._found(commit, path) != self.data(name):
                    yield name + ": it is not what the signed commit holds at " + path
        yield from self._of_files(record)
        yield from self._of_order(record, order)
        yield from self._of_state(record)

    def _of_commit(self, what: str, data: bytes) -> Iterator[str]:
        head, blank, message = data.partition(b"\n\n")
        head, mark, armour = head.partition(b"\ngpgsig ")
        when = re.search(rb"\ncommitter [^\n]*> (\d+) [+-]\d{4}$", head)
        if not mark or when is None:
            yield "evidence: the " + what + " is not signed"
            return
        try:
            key = signed(head + blank + message, armour.replace(b"\n ", b"\n") + b"\n", b"git")
        except Wrong as why:
            yield "evidence: the " + what + ": " + str(why)
            return
        at = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(int(when.group(1))))
        if key not in self.keys:
            yield "evidence: the " + what + " is signed by a key that is not listed"
        elif (self.keys[key] or "9") < at:
            yield "evidence: the " + what + " was signed after its key had ended"

    def _of_files(self, record: Dict[str, Any]) -> Iterator[str]:  # noqa: UP006
        for one in record["files"]:
            copies = [("files/" + one["name"], one["sha256"])]
            if one["stamped"]:
                copies.append(("stamped/" + one["name"], one["stamped"]["sha256"]))
            for name, digest in copies:
                if hashlib.sha256(self.data(name)).hexdigest() != digest:
                    yield name + ": it is not the released file"

    def _of_order(self, record: Dict[str, Any], order: Dict[str, Any]) -> Iterator[str]:  # noqa: UP006
        of = [one for one in order["items"] if one["number"] == record["number"]]
        facts = [(one["name"], one["sha256"]) for one in record["files"]]
        if order["change"] != record["change"] or order["state"] != "released" or not of:
            yield "order.json: it is not the order this revision was released with"
        elif [(one["name"], one["sha256"]) for one in of[0]["files"]] != facts:
            yield "order.json: it was signed for other bytes"
        by = {one["by"] for one in order["signoffs"]}
        for one in record["signoffs"]:
            if one["by"] not in by:
                yield "record.json: the order has no sign-off by " + str(one["by"])

    def _of_state(self, record: Dict[str, Any]) -> Iterator[str]:  # noqa: UP006
        state, note = self.told("state.json"), self.told("current.json")
        recalled = (self.root / "recall.json").exists()
        newest = note["rev"] == record["rev"]
        told = "recalled" if recalled else "current" if newest else "superseded"
        if (state["number"], state["rev"]) != (record["number"], record["rev"]):
            yield "state.json: it is about another revision"
        if state["state"] != told:
            yield "state.json: the vault's log says " + told

    def _object(self, oid: str, kind: str) -> bytes:
        data = self.data("evidence/" + oid + "." + kind)
        whole = kind.encode() + b" " + str(len(data)).encode() + b"\0" + data
        if hashlib.sha1(whole, usedforsecurity=False).hexdigest() != oid:
            raise Wrong("evidence/" + oid + "." + kind + ": its bytes have another name")
        return data

    def _found(self, commit: bytes, path: str) -> bytes:
        oid = commit[5:45].decode()
        parts = path.split("/")
        for depth, part in enumerate(parts):
            tree, oid = self._object(oid, "tree"), ""
            while tree:
                mode, _, rest = tree.partition(b" ")
                name, _, rest = rest.partition(b"\0")
                is_folder = mode == b"40000"
                if name.decode() == part and is_folder == (depth + 1 < len(parts)):
                    oid = rest[:20].hex()
                tree = rest[20:]
            if not oid:
                raise Wrong("evidence: there is no " + path)
        return self._object(oid, "blob")

    def verdict(self) -> str:
        """Return what is proved, in sentences."""
        record, state = self.told("record.json"), self.told("state.json")
        by = ", ".join(sorted({one["full_name"] or one["by"] for one in record["signoffs"]}))
        return str(
            "GOOD: {number} {rev}, {title}, released {released_at} with {change}, approved by "
            .format(**record) + by + ".\n" + state["says"] + "\nSigned with the key " + self.signer
            + ": compare it with `titleblock keys` of the vault."
        )  # fmt: skip


def main(words: List[str]) -> int:  # noqa: UP006
    """Verify, print a line for each fault or the verdict, and return the exit code."""
    wanted = ""
    if words[:1] == ["--fingerprint"] and len(words) > 1:
        wanted, words = words[1], words[2:]
    root = Path(words[0]) if words else Path(__file__).resolve().parent
    folder = Packet(root) if (root / PACKET).exists() else Release(root)
    faults = list(dict.fromkeys(folder.faults()))
    if wanted and folder.signer != wanted:
        faults.append("the key is " + (folder.signer or "unknown") + ", not " + wanted)
    lines = ["WRONG: " + one for one in faults] or [folder.verdict()]
    sys.stdout.write("\n".join(lines) + "\n")
    return 5 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
