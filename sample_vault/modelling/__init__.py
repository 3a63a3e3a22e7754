# SPDX-License-Identifier: AGPL-3.0-or-later
"""Solids of the sample products: the only folder that needs build123d."""
