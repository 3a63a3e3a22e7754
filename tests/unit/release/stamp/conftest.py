# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stamp, a worker, and the odd sheets of ``cases.py``."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from release.stamp.template import Stamp
from vault.worker import Worker


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_cases = _beside("cases")
CASES, URL = _cases.CASES, _cases.URL


@pytest.fixture(params=CASES, scope="module")
def case(request: pytest.FixtureRequest) -> tuple[str, bytes]:
    """Every oddity that has to come out stamped, one at a time."""
    return request.param, CASES[request.param]


@pytest.fixture(scope="session")
def sheets() -> Any:
    """The writers above, for tests that need a sheet of their own."""

    class Sheets:
        cases = CASES
        refused = _cases.REFUSED
        passwords = _cases.PASSWORDS
        about = _cases.ABOUT
        page = staticmethod(_cases.page)
        written = staticmethod(_cases.written)
        drawing = staticmethod(_cases.drawing)
        url = URL

    return Sheets


@pytest.fixture(scope="session")
def worker() -> Iterator[Worker]:
    """One worker process for all these tests."""
    pool = Worker(processes=1)
    yield pool
    pool.close()


@pytest.fixture
def stamp() -> Stamp:
    """A stamp as a release makes it."""
    return Stamp(
        state="released",
        number="10-0042",
        rev="B",
        title="Bracket, motor mount",
        date="2026-11-22",
        approver="Mei Chen",
        change="CO-0012",
        url=URL,
    )


@pytest.fixture
def put(tmp_path: Path) -> Any:
    """A function that writes bytes to a file and returns its path."""

    def write(data: bytes, name: str = "source.pdf") -> Path:
        path = tmp_path / name
        path.write_bytes(data)
        return path

    return write
