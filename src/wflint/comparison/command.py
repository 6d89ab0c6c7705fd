"""The whole of ``wflint diff``: names of versions to diagnostics and a last line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from msgspec.structs import replace

from wflint.comparison.compare import Comparison, compare
from wflint.comparison.exempt import Exempt
from wflint.comparison.report import Reporter
from wflint.comparison.side import Side
from wflint.comparison.sides import SYNTAX_ERROR, Sides
from wflint.report.summary import count
from wflint.run.request import Request, Result

_NAMED = 5
"""How many workflows the last line names at most."""


def diff(request: Request, bases: Sequence[str], to: str | None) -> Result:
    """Compare versions of a program, by default what is on disk with the default branch.

    Raises :class:`wflint.config.errors.ConfigError` for a version that there is not.
    """
    sides = Sides(request)
    label = "the working tree"
    if to is not None and sides.is_path(to) and not any(map(sides.is_path, bases)):
        # Old code is that of the program around the path, and the path says what is reported.
        sides, label, to = Sides(replace(request, paths=(to,))), to, None
    named = [sides.named(name, "--from") for name in bases] or [sides.default_base()]
    new, on_new = sides.named(to, "--to") if to is not None else sides.working_tree(label)
    exempt = Exempt(
        name
        for examined in new.examined
        for project in examined.group.projects
        for name in project.settings.short_lived_workflows
    )
    olds = [side for side, _ in named]
    comparison = compare(olds, new, exempt)
    reporter = Reporter(new, sides.request, sides.chosen if new.is_whole else None)
    if new.examined:
        gaps = comparison.gaps if request.show_gaps else []
        every = [*comparison.findings, *gaps]
        reporter.add([f for f in every if f.place or sides.covers(f.path)])
    reporter.add_unreadable(on_new)
    problems = [*sides.problems, *(p for _, r in (*named, (new, on_new)) for p in r.problems)]
    said = [] if problems and not comparison.workflows else summary(comparison, olds, new)
    return replace(
        reporter.result,
        problems=list(dict.fromkeys(problems)),
        warnings=list(dict.fromkeys([*sides.warnings, *_unread(named)])),
        said=said,
    )


def _unread(named: Sequence[tuple[Side, Result]]) -> list[str]:
    """Lines for old code that could not be read, so that nothing in it was compared."""
    lines = []
    for side, result in named:
        for one in result.diagnostics:
            if one.code == SYNTAX_ERROR:
                place = f"{one.filename}:{one.location.line}"
                lines.append(f"{place} cannot be read in {side.label}: {one.message}")
    return lines


def summary(comparison: Comparison, olds: Sequence[Side], new: Side) -> list[str]:
    """Return the last lines: what was compared, and what was not."""
    bases = ", ".join(side.label for side in olds)
    compared = count(len(comparison.workflows), "workflow")
    partly = len(comparison.partly)
    line = f"compared {compared} of {bases} with {new.label}"
    if partly:
        line += f"; {partly} not in full: {_listed(comparison.partly)}"
    lines = [line]
    if comparison.exempt:
        lines.append(
            f"{count(len(comparison.exempt), 'workflow')} left out: {_listed(comparison.exempt)}"
        )
    return lines


def _listed(reasons: dict[str, str]) -> str:
    """Return names with the reason behind those that have it in common."""
    parts = []
    by_reason = sorted(reasons.items(), key=lambda item: (item[1], item[0]))
    for reason, items in groupby(by_reason, key=lambda item: item[1]):
        names = [name for name, _ in items]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        parts.append(f"{', '.join(names[:_NAMED])}{more} ({reason})")
    return ", ".join(parts)
