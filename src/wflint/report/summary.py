"""Prints for people, on stderr, what a run looked at and found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from wflint.diagnostics import Applicability, Diagnostic
from wflint.report.look import one_line
from wflint.run.request import EntryGaps, Gap, Stats
from wflint.system.printable import visible


def render(diagnostics: Sequence[Diagnostic], stats: Stats, gaps_shown: bool = False) -> str:
    """Return how many diagnostics there are, how much was checked, and what is not shown.

    ``gaps_shown`` says that the calls that could not be resolved are listed below.
    """
    lines = [_found(diagnostics), _looked_at(stats), *_all_hidden(stats)]
    if stats.gaps:
        calls = count(stats.gaps, "call")
        hint = "" if gaps_shown else "; --show-gaps lists them"
        lines.append(f"{calls} could not be resolved{hint}.")
    return "".join(line + "\n" for line in lines if line)


def gap_lines(found: Sequence[EntryGaps]) -> str:
    """Return the calls that could not be resolved, below each entry point that leads to them.

    Each is listed once: below further entry points such calls are only counted.
    """
    lines = []
    told: set[Gap] = set()
    for of_entry in found:
        entry, gaps = of_entry.entry, of_entry.gaps
        place = visible(f"{entry.filename}:{entry.location.line}")
        calls = f"reaches {count(len(gaps), 'call')} that could not be resolved:"
        lines.append(f"{entry.qualname} ({place}) {calls}\n")
        new = [gap for gap in gaps if gap not in told]
        told.update(new)
        lines += [f"    {_gap(gap)}\n" for gap in new]
        again = len(gaps) - len(new)
        if again:
            verb = "is" if again == 1 else "are"
            lines.append(f"    {'and ' if new else ''}{again:,} that {verb} listed above\n")
    return "".join(lines)


def _gap(gap: Gap) -> str:
    place = visible(f"{gap.filename}:{gap.location.shown}")
    return f"{place}: `{one_line(gap.written)}`: {gap.reason}"


def count(number: int, noun: str) -> str:
    """``1 file``, ``1,204 files``."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + ("es" * noun.endswith("x") or "s")
    return f"{number:,} {noun if number == 1 else plural}"


def _found(diagnostics: Sequence[Diagnostic]) -> str:
    if not diagnostics:
        return "No diagnostics."
    parts = by_severity(diagnostics)
    files = count(len({diagnostic.filename for diagnostic in diagnostics}), "file")
    known = sum(diagnostic.is_known for diagnostic in diagnostics)
    of_them = f"; {known:,} of them {'is' if known == 1 else 'are'} in the baseline" * bool(known)
    lines = [f"Found {' and '.join(parts)} in {files}{of_them}."]
    fixes = Counter(d.fix.applicability for d in diagnostics if d.fix)
    if fixes[Applicability.SAFE]:
        lines.append(f"[*] {fixes[Applicability.SAFE]} fixable with `--fix`.")
    if fixes[Applicability.UNSAFE]:
        lines.append(f"[**] {fixes[Applicability.UNSAFE]} fixable with `--fix --unsafe-fixes`.")
    return "\n".join(lines)


def by_severity(diagnostics: Iterable[Diagnostic]) -> list[str]:
    """Return how many diagnostics of each severity there are: ``2 errors``, ``1 info``."""
    severities = Counter(diagnostic.severity.value for diagnostic in diagnostics)
    parts = [count(severities[s], s) for s in ("error", "warning") if severities[s]]
    if severities["info"]:
        parts.append(f"{severities['info']:,} info")
    return parts


def found(diagnostics: Sequence[Diagnostic], stats: Stats) -> str:
    """Return how many diagnostics there are, and how many are not shown."""
    return "".join(line + "\n" for line in (_found(diagnostics), *_all_hidden(stats)))


def _all_hidden(stats: Stats) -> list[str]:
    hidden = {"comments": stats.suppressed, **stats.held_back}
    return [_hidden(reason, number) for reason, number in sorted(hidden.items()) if number]


def _hidden(reason: str, number: int) -> str:
    """Return how many diagnostics are not shown, and which comment or setting hides them."""
    is_of_tests = reason == "test-paths"
    what = count(number, "warning" if is_of_tests else "diagnostic")
    where = " in test files" if is_of_tests else ""
    cause = "suppressed by comments" if reason == "comments" else f"not shown ({reason})"
    if reason == "baseline":
        cause = "in the baseline; --show-baselined lists them"
    return f"{what}{where} {'is' if number == 1 else 'are'} {cause}."


def _looked_at(stats: Stats) -> str:
    workflows, activities = count(stats.workflows, "workflow"), count(stats.activities, "activity")
    functions = count(stats.functions, "function")
    looked_at = f"{workflows} and {activities}, {functions} reached"
    return f"Checked {count(stats.files, 'file')}: {looked_at}, in {stats.seconds:.1f} s."
