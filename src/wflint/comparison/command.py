"""The whole of ``wflint diff``: names of versions to diagnostics and a last line.

What takes long to import is imported when there is something to compare.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint.comparison.sides import Sides
from wflint.diagnostics import SYNTAX_ERROR
from wflint.report.summary import count
from wflint.run.check import reader
from wflint.run.request import Request, Result

if TYPE_CHECKING:
    from wflint.comparison.committed_changes import Committed
    from wflint.comparison.compare import FixOf
    from wflint.comparison.exempt import Exempt
    from wflint.comparison.report import Reporter
    from wflint.comparison.result import Changed, Comparison
    from wflint.comparison.side import Side
    from wflint.replay.change import Change
    from wflint.rule.definition_views import WorkflowView
    from wflint.rule.fix import Answered

_NAMED = 5
"""How many workflows the last line names at most."""


def diff(request: Request, bases: Sequence[str], to: str | None) -> Result:
    """Compare versions of a program, by default what is on disk with the default branch.

    Raises :class:`wflint.config.errors.ConfigError` for a version that there is not.
    """
    return Diff(request, bases, to).result({}, show_gaps=request.show_gaps)


class Diff:
    """The comparison of some old versions, read once, with what a new one is.

    ``changed`` are the new version and the workflows that give other commands there, once there is
    a result. Code that is the same in all versions is only read with ``reads_all``.

    Raises :class:`wflint.config.errors.ConfigError` for a version that there is not.
    """

    def __init__(
        self,
        request: Request,
        bases: Sequence[str],
        to: str | None,
        baselines: Sequence[str] = (),
        *,
        reads_all: bool = False,
    ) -> None:
        self._committed = list(map(_committed, baselines))
        sides = Sides(request)
        self._label = "the working tree"
        if to is not None and sides.is_path(to) and not any(map(sides.is_path, bases)):
            # Old code is that of the program around the path, which says what is reported.
            sides, self._label, to = Sides(replace(request, paths=(to,))), to, None
        self._sides, self._to = sides, to
        self.changed: tuple[Side, list[Changed]] | None = None
        may_skip = to is None and not baselines and not reads_all
        self._same = sides.on_disk(bases) if may_skip else ""
        self._named = [] if self._same else [sides.named(name, "--from") for name in bases]
        if not self._same and not bases and not baselines:
            self._named = [sides.default_base()]

    def result(self, texts: Mapping[str, bytes], *, show_gaps: bool) -> Result:
        """Return what is found; ``texts`` go before the new files on disk, by absolute path."""
        if self._same:
            return self._nothing()
        from wflint.comparison.compare import compare
        from wflint.comparison.report import Reporter

        sides, request = self._sides, replace(self._sides.request, texts=texts)
        new, on_new = self._new(texts)
        reporter = Reporter(new, request, sides.reported(new) if new.is_whole else None)
        olds = [side for side, _ in self._named]
        fix_of: FixOf = _no_fix
        if self._to is None or sides.is_path(self._to):
            fix_of = _fixes(new, olds, request, reporter)
        comparison = compare(olds, new, _exempt(new), fix_of, self._committed)
        self.changed = new, comparison.changed
        if new.examined:
            gaps = comparison.gaps if show_gaps else []
            every = [*comparison.findings, *gaps]
            known = {base.path for base in self._committed}
            shown = [f for f in every if f.place or f.path in known or sides.covers(f.path)]
            reporter.add(shown)
        reporter.add_unreadable(on_new)
        new.keep_notes()
        every_result = [result for _, result in (*self._named, (new, on_new))]
        problems = [*sides.problems, *(p for result in every_result for p in result.problems)]
        labels = [*(side.label for side in olds), *(base.shown for base in self._committed)]
        said = [] if problems and not comparison.workflows else summary(comparison, labels, new)
        return replace(
            reporter.result,
            problems=list(dict.fromkeys(problems)),
            warnings=list(dict.fromkeys([*sides.warnings, *_unread(self._named)])),
            said=said,
        )

    def _nothing(self) -> Result:
        """Return that there is nothing to compare: no code has to be read to see that."""
        remedy = "name the code that running workflows have by --from, such as `--from HEAD~1`"
        return Result(
            problems=self._sides.problems,
            warnings=self._sides.warnings,
            said=[f"nothing to compare: {self._same} has the files that are on disk; {remedy}"],
        )

    def _new(self, texts: Mapping[str, bytes]) -> tuple[Side, Result]:
        if self._to is not None:
            return self._sides.named(self._to, "--to", texts)
        return self._sides.working_tree(self._label, texts)


def committed_text(request: Request) -> tuple[str, list[str], Result]:
    """Return the text of a baseline of what is on disk, and lines that say what is in it."""
    from wflint.comparison.committed import written
    from wflint.comparison.committing import baseline_of

    sides = Sides(request)
    new, result = sides.working_tree()
    exempt = _exempt(new)
    left_out = {view.shown: why for view in new.workflows if (why := exempt(new, view))}
    workflows = [view for view in new.workflows if view.shown not in left_out]
    found, ambiguous = baseline_of(new, workflows)
    said = [count(len(found.workflows), "workflow")]
    left_out |= dict.fromkeys(ambiguous, "its name cannot be told, or is not the only one")
    if left_out:
        said.append(f"{count(len(left_out), 'workflow')} left out: {_listed(left_out)}")
    result.problems += sides.problems
    if new.unreadable:
        result.problems += _unread([(new, result)])
    return written(found), said, result


def _committed(name: str) -> Committed:
    """Return the baseline that a file is."""
    from wflint.comparison.committed import read_committed
    from wflint.comparison.committed_changes import Committed

    return Committed(os.path.abspath(name), name, read_committed(name, name))


def _no_fix(old: Side, view: WorkflowView, change: Change) -> Answered:
    from wflint.rule.fix import Answered

    return Answered()


def _fixes(new: Side, olds: list[Side], request: Request, reporter: Reporter) -> FixOf:
    """Return what finds fixes; what that takes is imported for the first change."""

    @cache
    def patcher() -> FixOf:
        from wflint.comparison.patching import Patcher

        return Patcher(new, olds, reader(request), reporter.governing)

    return lambda old, view, change: patcher()(old, view, change)


def _exempt(new: Side) -> Exempt:
    """Return the workflows that the settings of the new side leave out."""
    from wflint.comparison.exempt import Exempt

    return Exempt(
        name
        for examined in new.examined
        for project in examined.group.projects
        for name in project.settings.short_lived_workflows
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


def summary(comparison: Comparison, bases: Sequence[str], new: Side) -> list[str]:
    """Return the last lines: what was compared, and what was not."""
    compared = count(len(comparison.workflows), "workflow")
    partly = len(comparison.partly)
    line = f"compared {compared} of {', '.join(bases)} with {new.label}"
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
        parts.append(f"{some_of([name for name, _ in items])} ({reason})")
    return ", ".join(parts)


def some_of(names: Sequence[str]) -> str:
    """Return the first of some names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
