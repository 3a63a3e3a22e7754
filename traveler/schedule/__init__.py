# SPDX-License-Identifier: AGPL-3.0-or-later
"""When each operation has to be done, and when it will be: pure arithmetic on frozen values."""
