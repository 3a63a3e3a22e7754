# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vise TV-60: its sizes, and its drawings made from them."""
