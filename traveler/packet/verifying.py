# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checking a packet somebody brings: are these the bytes that were issued, and do they still count?

The file is hostile until shown otherwise: nothing of it is run, names that lead anywhere are
refused, and what would unpack to more than a packet can be is not unpacked.
"""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from release import export_verifier
from traveler.packet import packing, records
from traveler.packet.errors import BadPacketFile
from traveler.packet.records import Packet
from vault.history import keyring
from vault.home import Vault

MOST_FILES: Final = 5_000
MOST_BYTES: Final = 4_000_000_000
MOST_TIMES: Final = 200
"""How many times its packed size a file may become; photos and drawings shrink far less."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: every fault by name, the packet this vault issued with these bytes, its state.

    ``state`` is ``valid``, ``replaced``, ``revoked``, or ``unknown`` where this vault issued no
    packet of that number.
    """

    name: str
    faults: tuple[str, ...]
    packet: Packet | None
    state: str
    says: str

    @property
    def good(self) -> bool:
        """Say whether nothing is wrong with the bytes."""
        return not self.faults

    def as_json(self) -> dict[str, Any]:
        """Return it as programs read it."""
        return {
            "ok": self.good and self.state == "valid", "file": self.name, "state": self.state,
            "faults": list(self.faults), "says": self.says,
            "packet": self.packet.as_json() if self.packet else None,
        }  # fmt: skip


def verify(vault: Vault, file: Path) -> Verdict:
    """Check a packet's zip against itself, the vault's keys and what was issued.

    Raises BadPacketFile for what is no zip of one folder with a manifest.
    """
    sha256 = packing.sha256_of(file)
    with tempfile.TemporaryDirectory(prefix="packet-") as aside:
        root = _unpacked(file, Path(aside))
        folder = export_verifier.Packet(root)
        faults = list(dict.fromkeys(folder.faults()))
        told = _told(folder)
    known = {key.fingerprint for key in keyring.keys_in(vault.keys)}
    if folder.signer and folder.signer not in known:
        faults.append(f"it is signed with {folder.signer}, which is no key of this vault")
    with vault.ledger.reading() as connection:
        packet = records.by_sha256(connection, sha256)
        if packet is None and (number := records.read(str(told.get("packet", "")))):
            packet = records.find(connection, number[0], _whole(told.get("rev")))
            if packet is not None:
                faults.append("the zip is not the one that was issued; its packing was changed")
    state = packet.state if packet else "unknown"
    return Verdict(file.name, tuple(faults), packet, state, _says(packet, state))


def _says(packet: Packet | None, state: str) -> str:
    if packet is None:
        return "This vault issued no such packet."
    said = f"{packet.label} revision {packet.rev} for job {packet.job}"
    if state == "valid":
        return f"{said} is valid, issued by {packet.person} at {packet.at}."
    if state == "replaced":
        return f"{said} was replaced {packet.why}."
    return f"{said} was withdrawn at {packet.ended_at} by {packet.ended_by}: {packet.why}."


def _told(folder: export_verifier.Packet) -> dict[str, Any]:
    try:
        found = folder.told(export_verifier.PACKET)
    except export_verifier.Wrong:
        return {}
    return found if isinstance(found, dict) else {}


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _unpacked(file: Path, aside: Path) -> Path:
    try:
        with zipfile.ZipFile(file) as packed:
            names = _sound(file, packed)
            for name in names:
                packed.extract(name, aside)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as fault:
        raise BadPacketFile(name=file.name, why=f"it cannot be unpacked ({fault})") from None
    except Exception as fault:  # zlib's own error has no public base in every Python
        if type(fault).__module__ != "zlib":
            raise
        raise BadPacketFile(name=file.name, why="it cannot be unpacked") from None
    folders = {PurePosixPath(name).parts[0] for name in names}
    root = aside / folders.pop() if len(folders) == 1 else aside
    if not (root / export_verifier.MANIFEST).is_file():
        raise BadPacketFile(name=file.name, why="there is no manifest in it")
    return root


def _sound(file: Path, packed: zipfile.ZipFile) -> list[str]:
    entries = packed.infolist()
    size = sum(one.file_size for one in entries)
    if len(entries) > MOST_FILES or size > min(MOST_BYTES, MOST_TIMES * file.stat().st_size):
        raise BadPacketFile(name=file.name, why="it would unpack to more than a packet is")
    names = [one.filename for one in entries if not one.is_dir()]
    for name in names:
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\\" in name or not name.isprintable():
            raise BadPacketFile(name=file.name, why="a name in it leads out of the folder")
    if len({name.casefold() for name in names}) != len(names):
        raise BadPacketFile(name=file.name, why="two files in it have one name")
    return names
