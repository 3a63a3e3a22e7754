# SPDX-License-Identifier: AGPL-3.0-or-later
"""NC programs for the bracket, ISO 6983, written from its sizes."""

from __future__ import annotations

from sample_vault.actuator.sizes import AXIS, BRACKET, Bracket


def _program(number: int, words: str, blocks: list[str]) -> bytes:
    """Frame blocks with tape marks, number, safe start and a proper end; lines are numbered."""
    start = ["G21 G17 G40 G49 G80 G90 G94", "G54"]
    end = ["G0 Z100.", "M9", "M5", "G28 G91 Z0.", "G90", "M30"]
    lines = [f"N{10 * i} {b}" for i, b in enumerate([*start, *blocks, *end], start=1)]
    return ("\n".join(["%", f"O{number:04d} ({words})", *lines, "%"]) + "\n").encode("ascii")


def _tool(n: int, words: str, speed: int) -> list[str]:
    return [f"T{n} M6 ({words})", f"S{speed} M3", f"G43 H{n} Z50.", "M8"]


def _f(value: float) -> str:
    text = f"{value:.3f}".rstrip("0")
    return text if text != "-0." else "0."


def _drill(points: list[tuple[float, float]], depth: float, feed: int, cycle: str) -> list[str]:
    (x, y), rest = points[0], points[1:]
    first = f"G99 {cycle} X{_f(x)} Y{_f(y)} Z{_f(-depth)} R2. F{feed}"
    return [first, *(f"X{_f(x)} Y{_f(y)}" for x, y in rest), "G80"]


def milling(rev: str) -> dict[str, bytes]:
    """Operation 20: foot and wall; zero in the middle of the foot's edge, Z on its upper face."""
    p = BRACKET[rev]
    out = p.width / 2 + 8
    blocks = _tool(1, "END MILL D16 Z3", 6000)
    blocks += [f"G0 X{_f(-out - 4)} Y{_f(-p.depth - 4)}"]
    for z in range(6, int(p.height - p.thick) + 1, 8):
        blocks += [f"G1 Z{_f(-float(z))} F600", f"X{_f(out)} F1400", "Y-20.", f"X{_f(-out)}"]
        blocks += [f"Y{_f(-p.depth - 4)}"]
    blocks += ["G0 Z50.", "M9"]
    deep = p.height
    blocks += _tool(3, f"DRILL D{p.foot_hole}", 3800)
    holes = [(s * p.foot_x, -y) for s in (-1, 1) for y in p.foot_y]
    blocks += _drill(holes, deep + 3, 420, "G83 Q4.")
    return {"10-0042_op20.nc": _program(420, f"10-0042 REV {rev} OP 20", blocks)}


def boring(rev: str) -> dict[str, bytes]:
    """Operation 30 of the bracket's newest revision, in fixture 90-0007."""
    p: Bracket = BRACKET["C"]
    r, half = p.bore / 2 - 0.2 - 8, p.pattern / 2
    threads = [(sx * half, sy * half) for sx in (-1, 1) for sy in (-1, 1)]
    blocks = [*_tool(1, "END MILL D16 Z3", 6000), "G0 X0. Y0.", "Z2."]
    for z in (4.0, 8.0, p.thick + 1):
        blocks += [f"G1 Z{_f(-z)} F300", f"X{_f(r)} F900", f"G3 I{_f(-r)} J0. F1400", "G1 X0."]
    blocks += ["G0 Z50.", "M9", *_tool(2, f"BORING HEAD D50 {p.fit}", 900)]
    blocks += [f"G98 G86 X0. Y0. Z{_f(-p.thick - 1)} R2. F70", "G80", "M9"]
    blocks += [*_tool(3, "DRILL D4.2", 5200), *_drill(threads, p.thick + 3, 520, "G83 Q3."), "M9"]
    blocks += [*_tool(4, "TAP M5", 800), *_drill(threads, p.thick + 2, 640, "G84")]
    words = f"40-0042 REV {rev} BRACKET 10-0042 OP 30 AXIS {AXIS:.0f}"
    return {"40-0042_op30.nc": _program(430, words, blocks)}
