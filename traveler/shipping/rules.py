# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lifecycle of a shipment, and how many pieces may leave; pure, on frozen values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from traveler import flow
from traveler.job_records import Job
from traveler.lifecycle import Table
from traveler.operation_records import Operation

SHIPMENT: Table = MappingProxyType(
    {
        ("packed", "correct"): "packed",
        ("packed", "attach"): "packed",
        ("packed", "ship"): "shipped",
        ("packed", "cancel"): "cancelled",
        ("shipped", "correct"): "shipped",
        ("shipped", "attach"): "shipped",
        ("shipped", "receive"): "received",
        ("shipped", "confirm"): "received",
        ("received", "confirm"): "received",
        ("received", "attach"): "received",
    }
)
OUT: Final = frozenset({"packed", "shipped", "received"})
"""The states in which a shipment takes its pieces from the job."""


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known of a shipment; ``photos`` are evidence of its packing.

    ``received`` is what the shop wrote down of its arrival, ``confirmed`` the customer's own word.
    """

    qty: int
    to: str = ""
    carrier: str = ""
    tracking: str = ""
    boxes: str = ""
    pieces: str = ""
    packed_by: str = ""
    packed_at: str = ""
    shipped_by: str = ""
    shipped_at: str = ""
    received_by: str = ""
    received_on: str = ""
    confirmed_by: str = ""
    confirmed_at: str = ""
    photos: tuple[int, ...] = ()


def finished(job: Job, operations: Sequence[Operation]) -> int:
    """Return how many good pieces have come through the whole route."""
    groups = flow.groups(operations)
    return flow.passed(job, operations, groups[-1]) if groups else job.qty


def all_left(
    job: Job, operations: Sequence[Operation], shipments: Iterable[tuple[str, int]]
) -> bool:
    """Say whether nothing of a job is here any more, by state and pieces of its shipments."""
    out = [(state, qty) for state, qty in shipments if state in OUT]
    return (
        all(one.over for one in operations)
        and not any(state == "packed" for state, _qty in out)
        and left(job, operations, [qty for _state, qty in out]) == 0
    )


def left(job: Job, operations: Sequence[Operation], out: Iterable[int]) -> int:
    """Return how many pieces are there to be packed."""
    return max(finished(job, operations) - sum(out), 0)
