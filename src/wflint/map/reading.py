"""The order in which people read a map: flows with the functions that they call, each once.

The steps of a function that only one workflow calls stand where it calls it first. Those of one
that several workflows call stand by themselves, unless they are few, so that a map grows with the
program and not with the ways through it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from wflint.diagnostics import Location
from wflint.files.source import Source
from wflint.map.model import NONE, GapMark, Map, MapStep, Mark, Place, Workflow
from wflint.replay.outline import StepKind
from wflint.report.summary import count
from wflint.wording import shortened

FEW = 8
"""How many steps of a function are repeated in all workflows that call it."""

DEEPEST = 24
"""How deep within others a step is at most whose function is shown there."""

_BRANCHING = (StepKind.CHOICE.value, StepKind.TRY.value)
"""The kinds of steps that outlines leave out: they show the branches, one below the other."""

_WHERE = {"above": "as above", "apart": "see below", "": ""}

_OPTION = 60


class Shown(Struct, frozen=True):
    """A step as it is read.

    ``id`` is a number that no other step of the map has. ``steps`` are those that it holds, or
    those of the function that it calls. ``elsewhere`` is set if that function is shown somewhere
    else: ``above`` in the same workflow, or ``apart``.
    """

    id: int
    step: MapStep
    filename: str
    steps: tuple[Shown, ...] = ()
    elsewhere: str = ""

    @property
    def row(self) -> int:
        """The line of the step, or 0."""
        return self.step.row

    @property
    def words(self) -> str:
        """The text of the step, with the name that gets its value."""
        return f"{self.step.text} → {self.step.gives}" if self.step.gives else self.step.text

    @property
    def where(self) -> str:
        """Where the function that it calls is shown instead, in words, or ``""``."""
        return _WHERE[self.elsewhere]


class Told(Struct, frozen=True):
    """One entry point of a workflow, or a function that is shown apart, as it is read."""

    title: str
    name: str
    filename: str
    row: int
    steps: tuple[Shown, ...]
    flow: int = NONE
    often: int = NONE

    @property
    def words(self) -> str:
        """Its title, with its name where that is another one."""
        return self.title if self.name == self.title else f"{self.title} {self.name}"


class Reading:
    """A map in the order in which it is read.

    ``workflows`` has what is told of each workflow; ``apart`` the functions that stand by
    themselves.
    """

    def __init__(self, found: Map) -> None:
        self._map = found
        self._cells = {file.name: file.cells for file in found.files if file.cells}
        uses = Counter(number for w in found.workflows for number in w.flows)
        self._shared = {n for n, often in uses.items() if often > 1 and found.flows[n].size > FEW}
        self._apart: dict[int, None] = {}
        self._next = 0
        self.workflows = [tuple(self._told(workflow)) for workflow in found.workflows]
        self.apart: list[Told] = []
        told = 0
        while told < len(self._apart):
            number = list(self._apart)[told]
            told += 1
            flow = found.flows[number]
            steps = self._steps(flow.steps, number, {number}, 0)
            name, row = flow.place.filename, flow.place.row
            self.apart.append(Told("function", flow.name, name, row, steps, number))

    @cached_property
    def findings(self) -> list[list[Finding]]:
        """The diagnostics and gaps of each workflow."""
        return [findings_of(self._map, workflow) for workflow in self._map.workflows]

    def location(self, place: Place) -> Location:
        """Return the line of a place, with the cell that it is in."""
        return Source("", self._cells.get(place.filename, ())).place(place.row, 1)

    def shown(self, place: Place) -> str:
        """Return a place as people are shown it: ``flow.py:3``, or ``flow.ipynb:cell 2:3``."""
        return f"{place.filename}:{self.location(place).line}"

    def _told(self, workflow: Workflow) -> Iterator[Told]:
        seen: set[int] = set()
        for entry in workflow.entries:
            name, row = entry.place.filename, entry.place.row
            steps: tuple[Shown, ...] = ()
            if entry.flow != NONE:
                seen.add(entry.flow)
                steps = self._steps(self._map.flows[entry.flow].steps, entry.flow, seen, 0)
            yield Told(entry.kind, entry.name, name, row, steps, entry.flow, entry.often)

    def _steps(
        self, steps: Iterable[MapStep], number: int, seen: set[int], depth: int
    ) -> tuple[Shown, ...]:
        return tuple(self._step(step, number, seen, depth) for step in steps)

    def _step(self, step: MapStep, number: int, seen: set[int], depth: int) -> Shown:
        self._next += 1
        own, filename = self._next, self._map.flows[number].place.filename
        flow = step.flow
        if flow == NONE:
            return Shown(own, step, filename, self._steps(step.steps, number, seen, depth + 1))
        if flow in seen:
            return Shown(own, step, filename, elsewhere="above")
        if flow in self._shared or depth >= DEEPEST:
            self._apart[flow] = None
            return Shown(own, step, filename, elsewhere="apart")
        seen.add(flow)
        inside = self._steps(self._map.flows[flow].steps, flow, seen, depth + 1)
        return Shown(own, step, filename, inside)


def opened(steps: Iterable[Shown]) -> Iterator[Shown]:
    """Yield steps as outlines have them: of those that branch, the branches."""
    for shown in steps:
        if shown.step.kind in _BRANCHING:
            yield from shown.steps
        else:
            yield shown


def shown_as(shown: Shown) -> Shown:
    """Return the step that stands for another in outlines: of those that branch, the first way."""
    while shown.step.kind in _BRANCHING and shown.steps:
        shown = shown.steps[0]
    return shown


def shown_options(options: Iterable[tuple[str, str]]) -> str:
    """Return options on one line."""
    return ", ".join(
        f"{name}={shortened(value, _OPTION)}" if value else name for name, value in options
    )


class Finding(Struct, frozen=True, order=True):
    """A diagnostic or a gap with its place, as it is listed."""

    filename: str
    row: int
    code: str
    severity: str
    text: str
    function: str


def findings_of(found: Map, workflow: Workflow) -> list[Finding]:
    """Return what was found in a workflow and in all that it reaches, each once."""
    listed = {_finding(workflow.place.filename, workflow.qualname, m) for m in workflow.marks}
    for number in workflow.functions:
        function = found.functions[number]
        marks: list[Mark | GapMark] = [*function.marks, *function.gaps]
        listed |= {_finding(function.place.filename, function.name, mark) for mark in marks}
    return sorted(listed)


def _finding(filename: str, function: str, mark: Mark | GapMark) -> Finding:
    if isinstance(mark, GapMark):
        text = f"{mark.written} was not followed: {mark.reason}"
        return Finding(filename, mark.row, "gap", "gap", text, function)
    return Finding(filename, mark.row, mark.code, mark.severity, mark.message, function)


def told_counts(found: Map) -> str:
    """Return how much a map shows."""
    counts = [
        count(len(found.workflows), "workflow"),
        count(len(found.activities), "activity"),
        count(len(found.workers), "worker"),
    ]
    return ", ".join(counts)


def told_histories(found: Map) -> str:
    """Return how many histories a map shows; ``""`` if none were asked for."""
    return f", with {count(found.histories, 'history')}" if found.histories != NONE else ""


def told_often(often: int) -> str:
    """Return how often something ran, in words; ``""`` if that is not known."""
    if often < 0:
        return ""
    return f"ran {count(often, 'time')}" if often else "never ran"
