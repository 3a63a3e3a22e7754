# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages made for paper: what is printed, signed by hand, stuck to a bin, and scanned again."""
