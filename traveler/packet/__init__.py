# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proof packets: what a customer gets to see that the parts are right, and can check."""
