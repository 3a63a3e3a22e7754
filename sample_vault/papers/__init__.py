# SPDX-License-Identifier: AGPL-3.0-or-later
"""Papers without geometry: the acceptance procedure, the set-up sheet and its program."""
