"""The flows of a project: what the functions that its workflows reach do, step by step."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence

from wflint.callgraph.graph import DEFINITION, Node
from wflint.facts.ids import Fn
from wflint.facts.model import Site
from wflint.map.call_text import options_of, subject, timer_of
from wflint.map.functions import place_of
from wflint.map.model import NONE, Flow, MapStep
from wflint.map.ran import Ran
from wflint.map.targets import Targets
from wflint.replay.outline import Step, StepKind, outline
from wflint.replay.program import Functions, callees_in, digest
from wflint.replay.terms import Callee
from wflint.run.emit import Emitter
from wflint.syntax.written_call import parsed_call
from wflint.wording import shortened

LONGEST = 200
"""How many characters of a step are shown."""

_COMMANDS = frozenset(
    {StepKind.ACTIVITY, StepKind.CHILD, StepKind.SIGNAL, StepKind.COMMAND, StepKind.CONTINUE}
)
_CALLS = _COMMANDS | {StepKind.TIMER}
_RECORDED = (_CALLS | {StepKind.PATCHED}) - {StepKind.CONTINUE}
"""The steps that leave an event in a history. That of a local activity does not tell its place."""

Options = tuple[tuple[str, str], ...]


class Flows:
    """Makes the flows of one project. ``flows`` has those that were asked for and what they call.

    A function that is reached in several ways has one flow for each thing that it does.
    """

    def __init__(
        self,
        functions: Functions,
        emitter: Emitter,
        targets: Targets,
        first: int,
        ran: Ran | None = None,
    ) -> None:
        self._functions = functions
        self._emitter = emitter
        self._targets = targets
        self._first = first
        self._ran = ran
        self._steps: dict[Node, tuple[Step, ...]] = {}
        self._numbers: dict[tuple[Fn, str], int] = {}
        self._callees: list[Callee] = []
        self._texts: dict[tuple[Fn, Site], ast.Call | None] = {}

    def follow(self, callees: Iterable[Callee]) -> None:
        """Find all that some functions call, and which of these do the same."""
        found: dict[Node, Callee] = {}
        pending = list(callees)[::-1]
        while pending:
            callee = pending.pop()
            if callee.node not in found:
                found[callee.node] = callee
                pending += reversed(callees_in(self._functions.term(callee.node)))
                self._locate(callee.node)
        digest([(self._functions, list(found.values()))])
        for callee in found.values():
            key = callee.node.fn, callee.digest
            if key not in self._numbers:
                self._numbers[key] = self._first + len(self._callees)
                self._callees.append(callee)

    def number(self, callee: Callee) -> int:
        """Return the number of the flow of a function."""
        return self._numbers.get((callee.node.fn, callee.digest), NONE)

    def reached(self, callees: Iterable[Callee]) -> list[int]:
        """Return the flows that some functions have, and those of all that they call, in order."""
        found: dict[int, None] = {}
        pending = list(callees)[::-1]
        while pending:
            callee = pending.pop()
            number = self.number(callee)
            if number not in found:
                found[number] = None
                pending += reversed(callees_in(self._functions.term(callee.node)))
        return list(found)

    def flows(self, number_of: dict[Fn, int]) -> Iterator[Flow]:
        """Yield all flows in the order of their numbers."""
        for callee in self._callees:
            fn = callee.node.fn
            steps = tuple(self._step(fn, step) for step in self._outline(callee.node))
            place = place_of(self._emitter, fn)
            size = sum(1 for _ in all_steps(steps))
            yield Flow(number_of.get(fn, NONE), fn.shown, place, steps, size)

    def _outline(self, node: Node) -> tuple[Step, ...]:
        if node not in self._steps:
            self._steps[node] = outline(self._functions.term(node))
        return self._steps[node]

    def _locate(self, node: Node) -> None:
        """Find where the steps of a function stand, while it is at hand: it is read only once."""
        pending = list(self._outline(node))
        sites = set[Site]()
        while pending:
            step = pending.pop()
            pending += step.steps
            sites.add(step.site)
        self._emitter.prepare((node.fn, site) for site in sites if site != DEFINITION)

    def _step(self, fn: Fn, step: Step) -> MapStep:
        inside = tuple(self._step(fn, each) for each in step.steps)
        row = self._row(fn, step, inside)
        text, options, target = self._command(fn, step)
        return MapStep(
            step.kind.value,
            shortened(text, LONGEST),
            row,
            step.name,
            options,
            step.gives,
            target,
            self.number(step.callee) if step.callee is not None else NONE,
            inside,
            self._often(fn, step),
        )

    def _row(self, fn: Fn, step: Step, inside: Sequence[MapStep]) -> int:
        """Return the line of a step: its own, or that of the first thing in it, or the `def`."""
        if step.site == DEFINITION and inside:
            return inside[0].row
        return self._emitter.location(fn, step.site).row

    def _often(self, fn: Fn, step: Step) -> int:
        is_told = step.kind in _RECORDED and not step.text.startswith("local")
        if self._ran is None or not is_told or step.site == DEFINITION:
            return NONE
        return self._ran.often(fn, step.site)

    def _command(self, fn: Fn, step: Step) -> tuple[str, Options, str]:
        """Return the text of a step, the options of a command, and the id of what it starts."""
        if step.kind not in _CALLS or step.site == DEFINITION:
            return step.text, (), ""
        call = self._call(fn, step.site)
        found = self._targets.at(fn, step.site)
        if step.kind is StepKind.TIMER:
            time = timer_of(call, found[0] if found else None)
            return (f"{step.text} {time}" if time else step.text), (), ""
        if not found:
            return step.text, (), ""
        text = step.text
        if step.kind not in (StepKind.ACTIVITY, StepKind.CHILD, StepKind.CONTINUE):
            text = f"{text} {subject(found[0], call)}".rstrip()
        target = self._targets.id_of(found, step.name)
        return text, tuple(options_of(found[0], call).items()), target

    def _call(self, fn: Fn, site: Site) -> ast.Call | None:
        key = fn, site
        if key not in self._texts:
            self._texts[key] = parsed_call(self._emitter.text(fn, site))
        return self._texts[key]


def all_steps(steps: Iterable[MapStep]) -> Iterator[MapStep]:
    """Yield steps with all that they hold, in order."""
    pending = list(steps)[::-1]
    while pending:
        step = pending.pop()
        yield step
        pending += reversed(step.steps)
