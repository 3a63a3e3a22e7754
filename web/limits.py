# SPDX-License-Identifier: AGPL-3.0-or-later
"""How often one device may try: a bucket of tries that fills again with time.

Each server process counts for itself.  The lasting lock on a password or PIN
is the ledger's; this one only keeps a guessing program from using up the
processor with password hashes.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from web.errors import TooManyTries

REMEMBERED = 10_000


class Bucket:
    """``size`` tries at once, then one more every ``seconds``."""

    def __init__(
        self, size: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Begin with full buckets; ``clock`` counts seconds and never runs backwards."""
        self._size = size
        self._seconds = seconds
        self._clock = clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str) -> None:
        """Take one try of ``key``; raises TooManyTries with the seconds to wait."""
        with self._lock:
            now = self._clock()
            level, seen = self._levels.pop(key, (float(self._size), now))
            level = min(self._size, level + (now - seen) / self._seconds)
            self._levels[key] = (max(level - 1, 0.0) if level >= 1 else level, now)
            if len(self._levels) > REMEMBERED:
                self._levels.popitem(last=False)
        if level < 1:
            raise TooManyTries(seconds=math.ceil((1 - level) * self._seconds))
