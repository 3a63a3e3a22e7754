# SPDX-License-Identifier: AGPL-3.0-or-later
"""What goes between the floor and an ERP: orders come in, states, completions, times and shipments go out."""
