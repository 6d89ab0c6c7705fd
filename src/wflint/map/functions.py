"""The functions of a project that workflows reach, with what was found in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from wflint.callgraph.graph import Node
from wflint.diagnostics import Diagnostic
from wflint.facts.ids import Fn
from wflint.map.model import Function, GapMark, Mark, Place
from wflint.run.emit import Emitter
from wflint.run.places import definition_of, gaps_at, prepare_definitions
from wflint.run.program_run import Examined


class Reached:
    """The functions that some entry points of a project reach."""

    def __init__(self, examined: Examined, entries: Iterable[Node], first: int) -> None:
        self._emitter: Emitter = examined.emitter
        self._graph = examined.answer.reached
        self._examined = examined
        self._nodes = list(self._graph.search(entries))
        functions = dict.fromkeys(node.fn for node in self._nodes)
        self.number_of = {fn: first + number for number, fn in enumerate(functions)}

    @cached_property
    def marks(self) -> dict[Fn, tuple[Mark, ...]]:
        """The diagnostics of the project, by the function or class that they are in."""
        found: dict[Fn, set[Mark]] = {}
        for one in self._examined.found:
            if one.hit is not None:
                found.setdefault(one.hit.fn, set()).add(mark_of(one.diagnostic))
        return {fn: tuple(sorted(marks)) for fn, marks in found.items()}

    def functions(self) -> Iterator[Function]:
        """Yield the functions in the order in which they are reached."""
        prepare_definitions(self._emitter, self.number_of)
        nodes = set(self._nodes)
        gaps: dict[Fn, set[GapMark]] = {}
        found = gaps_at(self._emitter, (gap for gap in self._graph.gaps if gap.node in nodes))
        for (fn, _), gap in found.items():
            mark = GapMark(gap.location.row, gap.written, gap.reason)
            gaps.setdefault(fn, set()).add(mark)
        calls: dict[Fn, dict[int, None]] = {}
        for node in self._nodes:
            for edge in self._graph.callees(node):
                number = self.number_of.get(edge.to.fn)
                if number is not None:
                    calls.setdefault(node.fn, {})[number] = None
        for fn in self.number_of:
            yield Function(
                fn.shown,
                place_of(self._emitter, fn),
                self.marks.get(fn, ()),
                tuple(sorted(gaps.get(fn, ()))),
                tuple(calls.get(fn, ())),
            )

    def below(self, entries: Iterable[Node]) -> tuple[int, ...]:
        """Return the functions that some entry points reach, nearest first."""
        reached = (self.number_of[node.fn] for node in self._graph.search(entries))
        return tuple(dict.fromkeys(reached))


def place_of(emitter: Emitter, fn: Fn) -> Place:
    """Return where the name of a function or class is defined."""
    return Place(emitter.shown(fn.path), definition_of(emitter, fn).row)


def mark_of(diagnostic: Diagnostic) -> Mark:
    """Return a diagnostic as a map shows it."""
    return Mark(
        diagnostic.location.row,
        diagnostic.code,
        diagnostic.name,
        diagnostic.severity.value,
        diagnostic.message,
    )
