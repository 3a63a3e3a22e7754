# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which of many revisions are not the ones to work from, found once for each entry of the log."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from release.log import ReleaseLog, Standing

_KEPT: Final = 4  # tips of the log
_known: dict[str, dict[tuple[str, str], Standing]] = {}  # a tip says all that is in the log


def standings(log: ReleaseLog, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Standing]:
    """Return how each revision stands, by number and label; raises NoSuchRevision.

    One look into the log costs a sixth of a millisecond, and a shop has thousands of copies out.
    """
    tip = log.tip or ""
    if tip not in _known:
        while len(_known) >= _KEPT:
            _known.pop(next(iter(_known)), None)
        _known[tip] = {}
    found = _known.get(tip, {})
    wanted = dict.fromkeys(pairs)
    for pair in wanted:
        if pair not in found:
            found[pair] = log.standing(*pair)
    return {pair: found[pair] for pair in wanted}


def withdrawn(log: ReleaseLog, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Standing]:
    """Return those revisions that are superseded or recalled, the recalled ones first."""
    old = {pair: now for pair, now in standings(log, pairs).items() if now != "current"}
    return dict(sorted(old.items(), key=lambda one: (one[1] != "recalled", one[0])))
