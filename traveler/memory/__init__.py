# SPDX-License-Identifier: AGPL-3.0-or-later
"""Memory of the shop: what went wrong with an item before, told where it matters next time."""
