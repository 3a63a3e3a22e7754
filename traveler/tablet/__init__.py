# SPDX-License-Identifier: AGPL-3.0-or-later
"""Shared tablets: badges, who stands where, and how an act pressed there reaches the ledger."""
