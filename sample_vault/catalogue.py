# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every item of the sample vault: number, file stem, revisions and the views its model gives."""

from __future__ import annotations

from pathlib import Path

ITEMS = Path(__file__).parent / "items"

STEMS = {
    "10-0001": "linear_actuator_LA-40",
    "10-0041": "housing_drive",
    "10-0042": "bracket",
    "10-0043": "carriage",
    "10-0044": "housing_idler",
    "10-0045": "drive_shaft",
    "10-0046": "guard",
    "10-0047": "guide_shaft",
    "10-0048": "base_plate",
    "10-0049": "pin",
    "10-0050": "adapter_NEMA23",
    "10-0051": "belt_clamp",
    "11-0001": "vise_TV-60",
    "11-0010": "vise_body",
    "11-0011": "jaw",
    "11-0012": "jaw_plate",
    "11-0013": "spindle",
    "11-0014": "handle",
    "20-0101": "belt",
    "20-0102": "bearing_608",
    "20-0103": "linear_bearing_LM12UU",
    "20-0104": "pulley_16T",
    "20-0105": "idler_pulley_16T",
    "20-0106": "coupling",
    "20-0107": "motor_NEMA23",
    "20-0200": "hardware_kit",
    "20-0201": "hardware_kit_TV-60",
    "40-0042": "bracket_milling",
    "80-0003": "acceptance_LA-40",
    "90-0007": "fixture_bracket",
}

# (number, revision): the views its model is projected to; "name@axis=at" is a section
MODELS: dict[tuple[str, str], tuple[str, ...]] = {
    ("10-0001", "A"): ("front", "top", "left", "iso", "front@y=0"),
    ("10-0001", "B"): ("front", "top", "left", "iso", "front@y=0"),
    ("10-0041", "A"): ("front", "top", "left", "left@x=0", "iso"),
    **{("10-0042", r): ("front", "top", "left", "left@x=0", "iso back") for r in "ABC"},
    **{("10-0043", r): ("front", "top", "left", "front@y=-25", "iso", "iso below") for r in "ABC"},
    **{("10-0044", r): ("front", "top", "left", "top@z=48", "iso") for r in "AB"},
    **{("10-0045", r): ("front", "top", "left", "right", "iso") for r in "ABC"},
    **{("10-0046", r): ("front", "top", "left", "iso") for r in "AB"},
    ("10-0047", "A"): ("front", "left", "front@y=0"),
    **{("10-0048", r): ("top", "front", "left", "bottom", "front@y=25") for r in "AB"},
    ("10-0049", "A"): ("front", "left"),
    ("10-0050", "A"): ("back", "left", "left@x=0", "iso", "iso back"),
    ("10-0051", "A"): ("front", "top", "left", "iso"),
    **{("11-0001", r): ("front", "top", "left", "iso", "front@y=0") for r in "AB"},
    ("11-0010", "A"): ("front", "top", "left", "front@y=0", "iso"),
    ("11-0011", "A"): ("front", "top", "left", "front@y=0", "iso", "iso below"),
    **{("11-0012", r): ("front", "top", "left", "left@x=20", "iso") for r in "AB"},
    ("11-0013", "A"): ("front", "left", "top", "iso"),
    ("11-0014", "A"): ("front", "left"),
    ("20-0101", "A"): ("front", "iso"),
    ("20-0102", "A"): ("front", "left@x=0", "iso"),
    ("20-0103", "A"): ("front@y=0", "left", "iso"),
    ("20-0104", "A"): ("front", "left@x=0", "iso"),
    ("20-0105", "A"): ("front", "left@x=0", "iso"),
    ("20-0106", "A"): ("front", "left@x=0", "iso"),
    ("20-0107", "A"): ("front", "left", "iso"),
    ("20-0200", "A"): ("front", "iso"),
    ("20-0201", "A"): ("front", "iso"),
    ("90-0007", "A"): ("front", "top", "left", "iso"),
}

# parts that a lengthwise section leaves whole
WHOLE = ("10-0045", "10-0047", "10-0049", "11-0013", "11-0014")

IN_REVIEW = {("10-0044", "B")}


def folder_of(number: str, rev: str) -> Path:
    """The folder that holds the complete file set of an item at a revision."""
    return ITEMS / number / ("review" if (number, rev) in IN_REVIEW else rev)


def stem(number: str) -> str:
    """File name of an item's drawing and model, without the ending."""
    return f"{number}_{STEMS[number]}"
