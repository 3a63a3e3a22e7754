# SPDX-License-Identifier: AGPL-3.0-or-later
"""First article inspection after AS9102 Rev C: three forms, two people, and when one is due."""
