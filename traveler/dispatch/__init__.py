# SPDX-License-Identifier: AGPL-3.0-or-later
"""Dispatch: what needs action now and why, counted from the ledger and kept up to date."""
