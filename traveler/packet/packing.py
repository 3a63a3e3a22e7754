# SPDX-License-Identifier: AGPL-3.0-or-later
"""The zip of a packet: the readable PDF, the files behind it, a signed manifest and a verifier.

``sha256sum -c MANIFEST.sha256`` and ``ssh-keygen -Y verify`` check it without a line of ours; the
verifier inside needs Python alone.  Everything is written under one folder, named by the packet.
"""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from release import export_verifier, orders
from traveler.packet.errors import PacketDamaged
from traveler.packet.sections import Enclosed
from vault import canonical, clock, durable
from vault.history import allowed, keyring
from vault.history.allowed import PACKET
from vault.home import Vault

PDF: Final = "packet.pdf"
RECORD: Final = export_verifier.PACKET
STORED: Final = frozenset({".jpg", ".jpeg", ".png", ".webp", ".pdf", ".zip", ".xlsx"})
"""What is packed already, so that deflating it again only costs time."""
_README: Final = """\
{packet}, revision {rev}: proof packet of {shop}
{line}

packet.pdf         read this
packet.json        the same facts for programs
MANIFEST.sha256    the sha256 of every file here; MANIFEST.sha256.sig is the shop's signature on it
allowed_signers    the shop's public keys, for ssh-keygen
verify.py          checks all of it; needs Python 3.9 or later and nothing else
{marked}
Check that nothing was changed, in this folder:

    python3 -I verify.py
    sha256sum -c MANIFEST.sha256
    ssh-keygen -Y verify -f allowed_signers -I {who} -n {namespace} \\
        -s MANIFEST.sha256.sig < MANIFEST.sha256

Ask the shop whether it is still valid, since a packet can be replaced or withdrawn:

    {ask}
"""

_MARKED: Final = """\
*-marked.jpg       a copy of the photo beside it, with the marks somebody drew on it
"""


def pack(
    vault: Vault,
    out: Path,
    folder: str,
    told: Mapping[str, Any],
    pdf: Path,
    files: tuple[Enclosed, ...],
    texts: Mapping[str, bytes],
) -> str:
    """Write the zip and return the sha256 of its manifest; raises PacketDamaged.

    Every file is hashed while it is written, so that what the manifest says is what is inside.
    """
    facts = {**told, "pdf": PDF, "pdf_sha256": sha256_of(pdf)}
    made: dict[str, bytes] = {**texts, RECORD: canonical.pretty(facts)}
    made["allowed_signers"] = allowed.written(
        replace(key, namespaces=PACKET) for key in keyring.keys_in(vault.keys)
    )
    made["verify.py"] = Path(export_verifier.__file__).read_bytes()
    made["README.txt"] = readme(vault, told).encode()
    date = tuple(clock.moment(str(told["issued_at"])).timetuple()[:6])
    digests: dict[str, str] = {}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in (Enclosed(PDF, pdf, facts["pdf_sha256"]), *files):
            digests[one.name] = _copied(packed, folder, date, one)
        for name in sorted(made):
            digests[name] = hashlib.sha256(made[name]).hexdigest()
            packed.writestr(_entry(folder, name, date), made[name])
        manifest = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()
        signature = orders.signer(vault).seal(manifest, PACKET)
        packed.writestr(_entry(folder, export_verifier.MANIFEST, date), manifest)
        packed.writestr(_entry(folder, export_verifier.SIGNATURE, date), signature)
    durable.fsync_file(out)
    return hashlib.sha256(manifest).hexdigest()


def readme(vault: Vault, told: Mapping[str, Any]) -> str:
    """Return how to check a packet, for whoever opens the zip."""
    return _README.format(
        packet=told["packet"], rev=told["rev"], shop=vault.settings.shop_name or "Titleblock",
        line="=" * 60, marked=_MARKED if told.get("marked") else "",
        who=allowed.PRINCIPAL, namespace=PACKET, ask=told["ask"],
    )  # fmt: skip


def sha256_of(path: Path) -> str:
    """Return the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _copied(packed: zipfile.ZipFile, folder: str, date: Any, one: Enclosed) -> str:
    entry = _entry(folder, one.name, date)
    with one.path.open("rb") as source, packed.open(entry, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, 1 << 20)
    digest = sha256_of(one.path)
    if digest != one.sha256:
        raise PacketDamaged(name=one.name, why="the bytes in the store are not those on record")
    return digest


def _entry(folder: str, name: str, date: Any) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(f"{folder}/{name}", date_time=date)
    packed = Path(name).suffix.lower() in STORED
    entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
