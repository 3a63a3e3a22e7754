# SPDX-License-Identifier: AGPL-3.0-or-later
"""The command line of the floor: where each room hangs its branches."""

from __future__ import annotations

import click

from traveler import jobs_cli, labels_cli, planning_cli, route_cli, stations_cli
from traveler.blockers import cli as blockers_cli
from traveler.copies import cli as copies_cli
from traveler.customer import cli as customer_cli
from traveler.customer import share_cli, talk_cli
from traveler.decisions import cli as decisions_cli
from traveler.dispatch import cli as dispatch_cli
from traveler.display import cli as display_cli
from traveler.exchange import cli as exchange_cli
from traveler.firstarticle import cli as firstarticle_cli
from traveler.floor import cli as floor_cli
from traveler.memory import cli as memory_cli
from traveler.nonconformance import cli as nonconformance_cli
from traveler.packet import cli as packet_cli
from traveler.performance import cli as performance_cli
from traveler.quality import cli as quality_cli
from traveler.quality import proof_cli
from traveler.shipping import cli as shipping_cli
from traveler.tablet import cli as tablet_cli


def hang(trunk: click.Group) -> None:
    """Hang the floor's branches on the trunk."""
    job = jobs_cli.job
    stations_cli.hang(trunk)
    route_cli.hang(trunk)
    jobs_cli.hang(trunk)
    planning_cli.hang(job)
    labels_cli.hang(stations_cli.station, job)
    floor_cli.hang(trunk)
    copies_cli.hang(trunk)
    blockers_cli.hang(trunk)
    decisions_cli.hang(job)
    tablet_cli.hang(trunk, job)
    dispatch_cli.hang(trunk)
    exchange_cli.hang(trunk, job)
    quality_cli.hang(trunk)
    packet_cli.hang(trunk)
    performance_cli.hang(trunk)
    memory_cli.hang(trunk)
    nonconformance_cli.hang(trunk)
    proof_cli.hang(trunk)
    shipping_cli.hang(trunk)
    firstarticle_cli.hang(trunk)
    share_cli.hang(trunk)
    customer_cli.hang(trunk)
    display_cli.hang(trunk)
    talk_cli.hang(trunk, customer_cli.customer)
