# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names that programs leave beside a drawing while they work and that nobody wants in a vault.

Each line says whose habit it is.  What only looks like one of these is not lost: it lies where it
was and is never touched.
"""

from __future__ import annotations

import re
from typing import Final

_FILES: Final = (
    r"\..*",  # hidden: .goutputstream-…, .~lock.x#, .x.swp, .#x, ._x, rsync's .x.Ab12Cd
    r"~.*",  # ~$x of Office and SolidWorks, ~WRL0001.tmp, ~x.lck of KiCad
    r".*~",  # what editors kept before a save
    r"#.*#",  # Emacs saving by itself, KiCad's list of such saves
    r".*\.(te?mp|bak\d*|backup|lck|lock|sw[op-x]|part|partial|crdownload|download|aside)",
    r".*\.(dwl2?|sv\$|ac\$|dvc)",  # AutoCAD's locks and its saving by itself; DVC's pointers
    r".*\.fcstd\d+|.*\.fcbak|.*\.fcstd\.[0-9a-f{}-]{32,38}",  # FreeCAD: backups, and a save under way
    r".*-bak|_autosave-.*|fp-info-cache",  # KiCad
    r"lu\d+[0-9a-z]*\.tmp|~?wr[dla]\d+\.tmp",  # LibreOffice, Word
    r"desktop\.ini|thumbs\.db|icon\r|\$recycle\.bin",  # what systems drop into every folder
)
_FOLDERS: Final = frozenset(
    ("__pycache__", "$recycle.bin", "system volume information", "lost+found",
     "oldversions", "#recycle", "@eadir", "node_modules")
)  # fmt: skip
_FILE: Final = re.compile("|".join(_FILES), re.IGNORECASE | re.DOTALL)
_OFFICE: Final = re.compile(r"(?=.*[A-F])[0-9A-F]{8}")  # a save of Excel under way, no extension


def is_temporary(path: str) -> bool:
    """Say whether a file is no work of a person, by its path from the watched folder."""
    *folders, name = path.split("/")
    return any(map(is_kept_out, folders)) or bool(_FILE.fullmatch(name) or _OFFICE.fullmatch(name))


def is_kept_out(folder: str) -> bool:
    """Say whether a folder of this name is not looked into."""
    return folder.startswith(".") or folder.casefold() in _FOLDERS
