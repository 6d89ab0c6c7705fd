"""``--statistics``: how many diagnostics each rule has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wflint.diagnostics import Applicability, Diagnostic
from wflint.report.look import Look


@dataclass
class Count:
    """The number of diagnostics of one rule, of those that have a fix, and a safe one."""

    code: str
    name: str
    count: int = 0
    fixable: int = 0
    safely_fixable: int = 0


def count_rules(diagnostics: Sequence[Diagnostic]) -> list[Count]:
    """The counts, largest first."""
    counts: dict[str, Count] = {}
    for diagnostic in diagnostics:
        count = counts.setdefault(diagnostic.code, Count(diagnostic.code, diagnostic.name))
        count.count += 1
        fix = diagnostic.fix
        count.fixable += fix is not None
        count.safely_fixable += fix is not None and fix.applicability is Applicability.SAFE
    return sorted(counts.values(), key=lambda c: (-c.count, c.code))


def render(diagnostics: Sequence[Diagnostic], look: Look) -> str:
    """One line for each rule.

    ``[*]`` if ``--fix`` can fix all, ``[**]`` if it can with ``--unsafe-fixes``, ``[-]`` if some.
    """
    counts = count_rules(diagnostics)
    width = max((len(str(count.count)) for count in counts), default=0)
    lines = []
    for count in counts:
        mark = _mark(count)
        lines.append(f"{count.count:>{width}}\t{count.code}\t{mark} {count.name}\n")
    return "".join(lines)


def _mark(count: Count) -> str:
    if count.safely_fixable == count.count:
        return "[*]"
    if count.fixable == count.count:
        return "[**]"
    return "[-]" if count.fixable else "[ ]"
