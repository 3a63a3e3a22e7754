# SPDX-License-Identifier: AGPL-3.0-or-later
"""Blockers: what keeps a job, an operation or a station from going on, and who does what about it."""
