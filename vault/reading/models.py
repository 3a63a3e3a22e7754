# SPDX-License-Identifier: AGPL-3.0-or-later
"""3D models for everybody outside the worker process: their facts, a picture, a mesh to turn.

    found = models.model(vault, digest, name)      # Model(glb, picture, facts)

What was made is kept under ``<vault>/cache/models`` by the SHA-256 of the model's bytes, and so is
why nothing could be made.  Models have a worker process of their own: they take seconds where a
drawing takes milliseconds, and nobody's page waits for them.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vault.errors import UnreadableFile, WorkerGaveUp
from vault.objects.store import Digest
from vault.reading.pictures import PictureSource
from vault.worker import MEGABYTE, Limits, Worker

ENDINGS: Final = frozenset({".step", ".stp", ".iges", ".igs", ".stl"})
VERSION: Final = 1  # of what is made; another one makes everything again
LIMITS: Final = Limits(memory=2048 * MEGABYTE, cpu=60.0, wall=90.0)
GIVEN_UP: Final = 3600.0
"""Seconds for which nobody tries again what a worker gave up: a busy machine may do better."""

_worker = Worker(LIMITS, processes=1, tasks=100)
_one = threading.Lock()


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be shown: its mesh as GLB, an isometric picture, and its facts.

    Facts: ``triangles``, ``parts``, ``low``, ``high``, ``box`` in millimetres, ``volume``,
    ``area``, ``closed``; see ``vault.reading.model.shown``.
    """

    glb: Path
    picture: Path
    facts: dict[str, Any]


def is_model(name: str) -> bool:
    """Say whether a file is a 3D model we may be able to show."""
    return Path(name).suffix.lower() in ENDINGS


def model(vault: PictureSource, digest: Digest, name: str) -> Model:
    """Return a model's mesh, picture and facts, made where they are not kept yet.

    Raises:
        NoModelReader: it is STEP or IGES, and the extra ``cad`` is not installed.
        UnreadableFile: it is damaged, or there is nothing in it to be drawn.
        WorkerGaveUp: it took more time or memory than a model may.
    """
    kept = _Kept(vault.root / "cache" / "models" / digest.sha256[:2], digest.sha256)
    found = kept.found(name)
    if found is None:
        with _one:  # whoever waited finds it made
            found = kept.found(name)
            if found is None:
                found = kept.made(vault.objects.path(digest, name), name)
    return found


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where what was made of a model lies."""

    folder: Path
    key: str

    def found(self, name: str) -> Model | None:
        """Return what was made earlier, None where nothing was; raises what was refused then."""
        try:
            told = json.loads(self._at("json").read_text("utf-8"))
            _refuse(told, name)
            model = Model(self._at("glb"), self._at("png"), told["facts"])
        except (OSError, ValueError, KeyError):
            return None
        return model if model.glb.exists() and model.picture.exists() else None

    def made(self, source: Path, name: str) -> Model:
        """Make and keep everything, or keep why it could not be made."""
        with self._aside("glb") as glb, self._aside("png") as png:
            try:
                facts = _worker.call(
                    "vault.reading.model:shown", path=source, glb=glb, picture=png, name=name
                )
            except UnreadableFile as refusal:
                self._write({"reason": refusal.facts["reason"]})
                raise
            except WorkerGaveUp as refusal:
                self._write({"limit": refusal.facts["limit"], "until": time.time() + GIVEN_UP})
                raise
            glb.replace(self._at("glb"))
            png.replace(self._at("png"))
        self._write({"facts": facts})
        return Model(self._at("glb"), self._at("png"), facts)

    def _write(self, told: dict[str, Any]) -> None:
        with self._aside("json") as aside:
            aside.write_text(json.dumps(told), "utf-8")
            aside.replace(self._at("json"))

    def _at(self, ending: str) -> Path:
        return self.folder / f"{self.key}-{VERSION}.{ending}"

    @contextmanager
    def _aside(self, ending: str) -> Iterator[Path]:
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f".{secrets.token_hex(8)}.{ending}"
        try:
            yield aside
        finally:
            aside.unlink(missing_ok=True)


def _refuse(told: dict[str, Any], name: str) -> None:
    if "reason" in told:
        raise UnreadableFile(name=name, reason=told["reason"])
    if told.get("until", 0) > time.time():
        raise WorkerGaveUp(name=name, limit=told["limit"])
