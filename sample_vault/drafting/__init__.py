# SPDX-License-Identifier: AGPL-3.0-or-later
"""A small drawing office: sheets after ISO 5457/7200, lines after ISO 128, written as PDF and DXF."""
