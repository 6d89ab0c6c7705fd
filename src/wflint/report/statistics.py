"""``--statistics``: how many diagnostics each rule has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wflint.diagnostics import Diagnostic
from wflint.report.look import Look


@dataclass
class Count:
    """The number of diagnostics of one rule, and of those that have a fix."""

    code: str
    name: str
    count: int = 0
    fixable: int = 0


def count_rules(diagnostics: Sequence[Diagnostic]) -> list[Count]:
    """The counts, largest first."""
    counts: dict[str, Count] = {}
    for diagnostic in diagnostics:
        count = counts.setdefault(diagnostic.code, Count(diagnostic.code, diagnostic.name))
        count.count += 1
        count.fixable += diagnostic.fix is not None
    return sorted(counts.values(), key=lambda c: (-c.count, c.code))


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """One line for each rule; ``[*]`` if all can be fixed, ``[-]`` if some can."""
    counts = count_rules(diagnostics)
    width = max((len(str(count.count)) for count in counts), default=0)
    lines = []
    for count in counts:
        mark = "[*]" if count.fixable == count.count else "[-]" if count.fixable else "[ ]"
        lines.append(f"{count.count:>{width}}\t{count.code}\t{mark} {count.name}\n")
    return "".join(lines)
