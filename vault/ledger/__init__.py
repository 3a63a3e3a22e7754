# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledger: people, their keys, and the hash-chained record of everything that was done."""
