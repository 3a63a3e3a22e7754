# SPDX-License-Identifier: AGPL-3.0-or-later
"""``pre-commit`` of a clone: says while it is easily mended what the vault would refuse."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from hooks import early, report, surroundings


def main() -> int:
    """Return 1 where what is staged would be refused, and say why."""
    index = os.environ.get("GIT_INDEX_FILE", "")
    around = surroundings.here()

    def work() -> int:
        faults = early.of_index(around.git_dir, Path(index) if index else around.git_dir / "index")
        if faults:
            report.say(report.refused(faults, "commit"))
        return 1 if faults else 0

    return report.answered(work)


if __name__ == "__main__":
    sys.exit(main())
