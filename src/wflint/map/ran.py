"""Counts how often each command of the code was given in recorded histories."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, field

from wflint.comparison.side import Side
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Site
from wflint.histories.export import ExportError, load, parts_of, recorded_in
from wflint.histories.matching import Matched, Matcher
from wflint.replay.change import Verdict
from wflint.replay.recorded import Recorded
from wflint.report.summary import count
from wflint.rule.place import Place
from wflint.run.program_run import Examined

Entry = tuple[Cls, str, str]
"""A workflow, and the kind and name of one of its entry points."""


class Ran(Struct):
    """Counts of the histories that a program may have made.

    ``commands`` are those at places, ``entries`` the runs and messages of workflows; ``total`` is
    the number of histories that count. ``remarks`` say which do not, ``problems`` which files are
    none.
    """

    commands: Counter[Place] = field(default_factory=Counter)
    entries: Counter[Entry] = field(default_factory=Counter)
    total: int = 0
    remarks: list[str] = []
    problems: list[str] = []

    def often(self, fn: Fn, site: Site) -> int:
        """Return how often the command at a place was given."""
        return self.commands[Place(fn, site)]


def ran_in(projects: Iterable[Examined], files: Sequence[str]) -> Ran:
    """Return what ran in the histories of some files, as far as these fit the code."""
    found, matcher = Ran(), Matcher(Side("", projects))
    others = 0
    for path, recorded in _read(files, found.problems):
        matched = matcher.match(path, recorded)
        if matched.verdict is Verdict.COMPATIBLE and matched.followed is not None:
            _add(found, matched)
        else:
            others += 1
    if others:
        every = count(found.total + others, "history")
        found.remarks.append(
            f"{others:,} of {every} may not fit the code, and nothing of that is counted; "
            "`wflint replay` says why"
        )
    return found


def _read(files: Iterable[str], problems: list[str]) -> Iterator[tuple[str, Recorded]]:
    for path in files:
        try:
            for name, part in parts_of(load(path), path):
                yield name, recorded_in(part, name)
        except ExportError as error:
            problems.append(str(error))


def _add(found: Ran, matched: Matched) -> None:
    assert matched.view is not None and matched.followed is not None
    found.total += 1
    found.commands.update(given.chain[-1] for given in matched.followed.before if given.chain)
    cls = matched.view.cls
    found.entries[cls, "run", "run"] += 1
    for task in matched.recorded.tasks:
        for kind, name in task.messages:
            found.entries[cls, kind, name] += 1
