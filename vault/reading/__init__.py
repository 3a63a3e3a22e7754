# SPDX-License-Identifier: AGPL-3.0-or-later
"""Facts, text and pictures out of files people bring; what opens them runs in the worker."""
