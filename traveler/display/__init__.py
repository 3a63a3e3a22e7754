# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screens on the wall: links that show a station, or the shop, and open nothing else."""
