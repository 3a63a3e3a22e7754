# SPDX-License-Identifier: AGPL-3.0-or-later
"""The shop's signature on a stamped PDF, from outside the worker process.

The worker makes room and says what is to be signed, the key signs it here, the worker puts the
value in and checks the file.  The stamp stays deterministic: the signature is appended to it, and
what comes out is stored as its own bytes (docs/adr/0009).
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from release.errors import CertificateOver, UnsignablePdf, UnstampableFile
from release.log import Seal, StampedFile
from release.stamp import press
from release.stamp.press import CHUNK, WAYS, Stamped
from release.stamp.template import Stamp
from release.stamp.templates import Templates
from vault import clock
from vault.errors import DamagedObject, WorkerGaveUp
from vault.history import certificate
from vault.history.certificate import Certificate
from vault.home import Vault
from vault.worker import Worker

TASK: Final = "release.stamp.seal_task"


@dataclass(frozen=True, slots=True)
class Sealer:
    """Who signs: the worker that appends, the folder of the key, and its certificate."""

    worker: Worker
    keys: Path
    by: Certificate
    where: str

    def seal(self, path: Path, name: str, reason: str) -> None:
        """Append the signature to a stamped PDF; raises UnsignablePdf or WorkerGaveUp."""
        room = self._asked(
            "prepare", path, name, chain=self.by.chain, size=self.by.size, reason=reason,
            where=self.where,
        )  # fmt: skip
        value = certificate.sign(self.keys, bytes.fromhex(room["attributes"]))
        told = {key: room[key] for key in ("attributes", "digest", "start", "end")}
        self._asked("finish", path, name, chain=self.by.chain, signature=value.hex(), **told)

    def _asked(self, task: str, path: Path, name: str, **facts: Any) -> dict[str, Any]:
        answer = self.worker.call(f"{TASK}:{task}", path=path, name=name, **facts)
        if answer["fault"]:
            raise UnsignablePdf(name=name, reason=answer["fault"])
        return answer


def of_vault(vault: Vault) -> Sealer | None:
    """Return who signs released PDFs, None where the vault has them unsigned.

    Raises NoCertificate, BadCertificate or CertificateOver.
    """
    if vault.settings.pdf_signature != "on":
        return None
    by = certificate.current(vault.keys)
    if certificate.over(by, clock.now()):
        raise CertificateOver(since=by.since, until=by.until)
    return Sealer(vault.worker, vault.keys, by, vault.settings.shop_name)


def stamped(
    worker: Worker, source: Path, out: Path, stamp: Stamp, name: str, templates: Templates,
    sealer: Sealer | None,
) -> tuple[Stamped, Seal | None]:  # fmt: skip
    """Stamp a PDF and sign what came out; a way whose result cannot be signed is not the way.

    The description is that of the file as it is now.  Raises UnreadableFile, UnstampableFile,
    UnsignablePdf or WorkerGaveUp.
    """
    refusal: UnsignablePdf | WorkerGaveUp | None = None
    ways: Sequence[str] = WAYS
    while ways:
        try:
            made = press.stamp(
                worker, source, out, stamp, name=name, templates=templates, ways=ways
            )
        except UnstampableFile:
            if refusal:
                break
            raise
        if sealer is None:
            return made, None
        try:
            return _sealed(made, out, name, stamp, sealer)
        except (UnsignablePdf, WorkerGaveUp) as refused:
            refusal = refusal or refused
            ways = ways[ways.index(made.how) + 1 :]
            out.unlink(missing_ok=True)
    if refusal is None:
        raise UnstampableFile(name=name, reason="there is no way to stamp it")
    raise refusal


def _sealed(
    made: Stamped, out: Path, name: str, stamp: Stamp, sealer: Sealer
) -> tuple[Stamped, Seal]:  # fmt: skip
    aside = out.with_name(f".{out.name[:60]}.{secrets.token_hex(6)}.aside")
    try:
        shutil.copyfile(out, aside)
        sealer.seal(aside, name, f"Released as {stamp.number} {stamp.rev}, {stamp.change}")
        sha256, md5, size = _digests(aside, made)
        os.replace(aside, out)  # noqa: PTH105 - atomic on every system
    finally:
        aside.unlink(missing_ok=True)
    seal = Seal(made.size, made.sha256, sealer.by.fingerprint)
    return replace(made, size=size, sha256=sha256, md5=md5), seal


def _digests(path: Path, made: Stamped) -> tuple[str, str, int]:
    """Return sha256, md5 and size of a signed file whose beginning is what was stamped."""
    sha256, md5, before = hashlib.sha256(), hashlib.md5(usedforsecurity=False), hashlib.sha256()
    left, size = made.size, 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            sha256.update(chunk)
            md5.update(chunk)
            before.update(chunk[:left])
            left, size = max(left - len(chunk), 0), size + len(chunk)
    if before.hexdigest() != made.sha256:
        raise DamagedObject(name=path.name, why="the stamped bytes changed while being signed")
    return sha256.hexdigest(), md5.hexdigest(), size


def fault(worker: Worker, path: Path, file: StampedFile, name: str) -> str:
    """Return what is wrong with the signature of a released PDF, empty where nothing is."""
    if file.seal is None:
        return ""
    answer = worker.call(
        f"{TASK}:check", path=path, name=name, fingerprint=file.seal.certificate,
        size=file.seal.size, sha256=file.seal.sha256,
    )  # fmt: skip
    return str(answer["fault"])
