# SPDX-License-Identifier: AGPL-3.0-or-later
"""3D models for everybody outside the worker process: their facts, a picture, a mesh to turn.

    found = models.model(vault, digest, name)      # Model(glb, picture, small, facts)
    found = models.ready(vault.root, sha256, path, name)  # the same, or None while it is being made

What was made is kept under ``<vault>/cache/models`` by the SHA-256 of the model's bytes, and so is
why nothing could be made.  Models have a worker process of their own: they take seconds where a
drawing takes milliseconds, and nobody's page waits for them.
"""

from __future__ import annotations

import importlib.util
import json
import queue
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from vault import derived, trimming
from vault.errors import NoModelReader
from vault.objects.store import Digest
from vault.reading import refused
from vault.reading.pictures import PictureSource
from vault.worker import MEGABYTE, Limits, Worker

ENDINGS: Final = frozenset({".step", ".stp", ".iges", ".igs", ".stl"})
VERSION: Final = 2  # of what is made; another one makes everything again
LIMITS: Final = Limits(memory=2048 * MEGABYTE, cpu=60.0, wall=90.0)
WAITING: Final = 64  # models at most that wait to be made; who asks again is put at the end

_worker = Worker(LIMITS, processes=1, tasks=100)
_one = threading.Lock()


@dataclass(frozen=True, slots=True)
class Model:
    """A model that can be shown: its mesh as GLB, an isometric picture, a small one, its facts.

    Facts: ``triangles``, ``parts``, ``low``, ``high``, ``box`` in millimetres, ``volume``,
    ``area``, ``closed``; see ``vault.reading.model.shown``.
    """

    glb: Path
    picture: Path
    small: Path
    facts: dict[str, Any]

    @property
    def files(self) -> tuple[Path, Path, Path]:
        """Return mesh, picture and small picture."""
        return self.glb, self.picture, self.small


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
    kept = _Kept.of(vault.root, digest.sha256)
    return kept.found(name) or kept.made_once(lambda: vault.objects.path(digest, name), name)


def ready(root: Path, sha256: str, path: Callable[[], Path], name: str) -> Model | None:
    """Return a model where it is kept, else None, and begin to make it; nobody waits.

    Raises what ``model`` does, once it is known.
    """
    kept = _Kept.of(root, sha256)
    found = kept.found(name)
    if found is None:
        _readable(name)
        _backlog.ask(kept, path, name)
    return found


def _readable(name: str) -> None:
    """Refuse at once what the worker would, for want of the extra."""
    own = Path(name).suffix.lower() == ".stl"
    if not own and importlib.util.find_spec("cascadio") is None:
        raise NoModelReader(name=name)


@dataclass(frozen=True, slots=True)
class _Kept:
    """Where what was made of a model lies."""

    root: Path
    folder: Path
    key: str

    @classmethod
    def of(cls, root: Path, sha256: str) -> _Kept:
        """Return the place of a model in the cache of a vault."""
        return cls(root, root / "cache" / "models" / sha256[:2], sha256)

    def found(self, name: str) -> Model | None:
        """Return what was made earlier, None where nothing was; raises what was refused then."""
        refused.again(self._at("refused"), name)
        try:
            told = json.loads(self._at("json").read_text("utf-8"))
            model = self._model(told["facts"])
        except (OSError, ValueError, KeyError):
            return None
        whole = all(trimming.used(one) for one in (*model.files, self._at("json")))
        return model if whole else None

    def made_once(self, path: Callable[[], Path], name: str) -> Model:
        """Make and keep everything, unless somebody else does just now."""
        with _one:  # whoever waited finds it made
            return self.found(name) or self._made(path(), name)

    def _made(self, source: Path, name: str) -> Model:
        with (
            refused.remembered(self._at("refused"), name),
            self._aside("glb") as glb,
            self._aside("png") as png,
            self._aside("small") as small,
            self._aside("json") as told,
        ):
            facts = _worker.call(
                "vault.reading.model:shown", path=source, glb=glb, picture=png, small=small,
                name=name,
            )  # fmt: skip
            told.write_text(json.dumps({"facts": facts}), "utf-8")
            for aside, ending in ((glb, "glb"), (png, "png"), (small, "small"), (told, "json")):
                aside.replace(self._at(ending))
        model = self._model(facts)
        derived.added(self.root, *model.files)
        return model

    def _model(self, facts: dict[str, Any]) -> Model:
        return Model(self._at("glb"), self._at("png"), self._at("small"), facts)

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


class _Backlog:
    """Models that are made one after another in the background, by a thread of this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: set[_Kept] = set()
        self._failed: dict[_Kept, Exception] = {}
        self._queue: queue.SimpleQueue[tuple[_Kept, Callable[[], Path], str]] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ask(self, kept: _Kept, path: Callable[[], Path], name: str) -> None:
        """Put a model at the end, unless it waits already or too many do.

        Raises what came of it the last time, once, where nothing of that was kept.
        """
        with self._lock:
            if fault := self._failed.pop(kept, None):
                raise fault
            if kept in self._asked or len(self._asked) >= WAITING:
                return
            self._asked.add(kept)
            self._queue.put((kept, path, name))
            if self._thread is None or not self._thread.is_alive():  # none is in a forked copy
                self._thread = threading.Thread(target=self._work, name="models", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            kept, path, name = self._queue.get()
            try:
                if kept.found(name) is None:
                    kept.made_once(path, name)
            except Exception as fault:  # noqa: BLE001 - whoever asks next is told
                with self._lock:
                    self._failed[kept] = fault
            finally:
                with self._lock:
                    self._asked.discard(kept)


_backlog = _Backlog()
