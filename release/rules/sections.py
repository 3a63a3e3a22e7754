# SPDX-License-Identifier: AGPL-3.0-or-later
"""Parts of ``rules.toml`` that belong to the floors above: who reads them, and what they refuse.

How work is ranked is a rule of the shop like any other and stands in the same text, but what it
may say is known above; the grammar therefore finds its readers by the entry points
``titleblock.rules`` instead of importing them.
"""

from __future__ import annotations

# importlib.metadata is imported when such a part is there: it costs every hook 20 ms.
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from release.rules.options import Fault
from vault.errors import Refusal

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def names() -> frozenset[str]:
    """Return the tables of ``rules.toml`` that belong to a floor above."""
    return frozenset(_readers())


def check(told: Mapping[str, Any]) -> None:
    """Let each part be read by whom it belongs to; raises Fault with what that refuses."""
    for name, value in told.items():
        try:
            _readers()[name].load()(value)
        except Refusal as refusal:
            raise Fault(name, str(refusal).rstrip(".")) from refusal


@cache
def _readers() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points  # noqa: PLC0415 - see the top of the file

    return {one.name: one for one in entry_points(group="titleblock.rules")}
