# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is done at a traveler: look, start, pause, finish, note."""
