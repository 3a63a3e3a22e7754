# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the floor did over weeks, months and years, as figures people can check."""
