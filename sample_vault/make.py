# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the files of the sample vault again: `python -m sample_vault.make [--out DIR] [NUMBER…]`.

Drawings, flat patterns, programs, routes, bills and checks come out of the sizes, the register
and the views beside this file, byte for byte the same every time. STEP files are not made here
but by `solids.py`, which needs a modelling kernel.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from sample_vault.catalogue import IN_REVIEW, ITEMS, folder_of
from sample_vault.drafting.clash import clashes
from sample_vault.files import files_of
from sample_vault.register import register


def main() -> int:
    """Write every file; say which drawings do not read well. Exit 1 if there is one."""
    parser = argparse.ArgumentParser(description="Makes the files of the sample vault again.")
    parser.add_argument("--out", type=Path, default=ITEMS, help="folder of the items")
    parser.add_argument("--check", action="store_true", help="report lines through texts")
    parser.add_argument("numbers", nargs="*", help="only these items")
    options = parser.parse_args()
    faults = 0
    for number, entry in register().items():
        if options.numbers and number not in options.numbers:
            continue
        for rev in entry.revisions:
            folder = options.out / folder_of(number, rev).relative_to(ITEMS)
            folder.mkdir(parents=True, exist_ok=True)
            made, sheets = files_of(entry, rev)
            for name, data in made.items():
                (folder / name).write_bytes(data)
            found = [f for c in sheets for f in clashes(c)] if options.check else []
            faults += len(found)
            state = " in review" if (number, rev) in IN_REVIEW else ""
            print(f"{number} {rev}{state}: {len(made)} files")
            for sentence in found:
                print(f"    {sentence}")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
