"""Measures how each stage grows with the input: sizes 1x, 2x, 4x and 8x of each shape."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.shapes import SHAPES, Shape
from benchmarks.stages import STAGES

FACTORS = (1, 2, 4, 8)
_LINEAR = 1.25
"""The exponent up to which growth counts as linear: 8 times the input, 13 times the time."""
_SHORTEST = 0.15
"""Seconds that a stage must take in the largest size for its growth to mean anything."""


def measured(shape: Shape) -> list[dict[str, float]]:
    """Return the cost of each size of a shape; the largest is the full one."""
    found = []
    for factor in FACTORS:
        with tempfile.TemporaryDirectory() as folder:
            shape.write(Path(folder), shape.full * factor // FACTORS[-1])
            command = [sys.executable, "-m", "benchmarks.stages", folder]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found.append(json.loads(done.stdout))
    return found


def exponent(first: float, last: float) -> float:
    """1 when time grows as the input does, 2 when it grows as its square."""
    return math.log(max(last, 1e-9) / max(first, 1e-9)) / math.log(FACTORS[-1])


def table() -> Iterator[str]:
    """The growth of all stages as lines of a Markdown table."""
    sizes = " | ".join(f"{factor}x" for factor in FACTORS)
    yield f"| input at 8x | stage | {sizes} | growth |"
    yield "|-|-|" + "-:|" * (len(FACTORS) + 1)
    for shape in SHAPES:
        found = measured(shape)
        for stage in STAGES:
            yield _row(shape.name, stage, [one[stage] for one in found])
        memory = " | ".join(f"{one['memory']:.0f} MB" for one in found)
        yield f"| {shape.name} | memory | {memory} | |"


def _row(name: str, stage: str, seconds: list[float]) -> str:
    cells = " | ".join(f"{one:.2f} s" for one in seconds)
    power = exponent(seconds[0], seconds[-1])
    matters = seconds[-1] >= _SHORTEST
    said = f"n^{power:.1f}" if matters else "-"
    mark = " **super-linear**" if matters and power > _LINEAR else ""
    return f"| {name} | {stage} | {cells} | {said}{mark} |"


if __name__ == "__main__":
    for line in table():
        print(line, flush=True)
