# SPDX-License-Identifier: AGPL-3.0-or-later
"""One file for each change of the floor's tables; a step that was released is never edited."""
