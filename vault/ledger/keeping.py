# SPDX-License-Identifier: AGPL-3.0-or-later
"""The objects a ledger refers to, named by the floors whose tables they stand in.

History names released files; evidence and packets are named by rows alone, so whoever looks
whether all bytes are there asks here too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import cast

from vault.ledger import chains
from vault.ledger.engine import Ledger
from vault.objects.store import Digest


@dataclass(frozen=True, slots=True)
class Kept:
    """An object a row refers to: what kind of thing it belongs to, where in words, its digest."""

    kind: str
    where: str
    digest: Digest


def kept(ledger: Ledger) -> Iterator[Kept]:
    """Yield every object the tables of all floors refer to, of withdrawn records too."""
    for chain in chains.chains():
        if chain.keeps:
            found = cast("Callable[[Ledger], Iterator[Kept]]", resolve_name(chain.keeps))
            yield from found(ledger)
