# SPDX-License-Identifier: AGPL-3.0-or-later
"""Putting a printed file in its place: it appears as a whole or not at all."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def placed(out: Path) -> Iterator[Path]:
    """Give a path beside ``out`` to draw to; it becomes ``out`` when nothing went wrong."""
    out = out.resolve()
    aside = out.with_name(f".{out.stem[:60]}.{secrets.token_hex(6)}{out.suffix}")
    try:
        yield aside
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
