# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a customer may see: the state of an order in plain words, and its proof packet."""
