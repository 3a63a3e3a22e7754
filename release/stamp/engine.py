# SPDX-License-Identifier: AGPL-3.0-or-later
"""What decides on the bytes of a stamped file besides its source, its record and the templates."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version
from typing import Final

ENGINE: Final = 3  # raised whenever the same source and record would give other bytes
LIBRARIES: Final = ("PyMuPDF", "pikepdf", "uharfbuzz")


@lru_cache(maxsize=1)
def name() -> str:
    """Return our own number and the versions of the libraries that write the bytes."""
    return f"{ENGINE} ({', '.join(f'{one} {version(one)}' for one in LIBRARIES)})"
