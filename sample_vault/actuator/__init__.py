# SPDX-License-Identifier: AGPL-3.0-or-later
"""The belt-drive actuator LA-40: its sizes, and its drawings made from them."""
