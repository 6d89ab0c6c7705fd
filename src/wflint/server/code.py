"""Answers about the functions of a folder, from its last check."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from lsprotocol import types
from msgspec import Struct

from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Cls, Fn
from wflint.run.places import definition_of
from wflint.run.program_run import Examined
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.server.folder import Found

_SAID = {
    Effect.COMMAND: "gives commands",
    Effect.WAITS: "waits",
    Effect.DRAWS: "draws random numbers",
    Effect.WORKFLOW_CLOCK: "reads the workflow's clock",
    Effect.MUTATES_SHARED: "changes shared state",
    Effect.PATCHES: "asks for patches",
    Effect.CONTINUES: "continues as new",
    Effect.RAISES: "raises",
}
_NAMED = 3
"""How many run methods and activities are named; the others are counted."""

_KINDS = (
    (Region.SIGNAL, "signal", "signals"),
    (Region.QUERY | Region.READ_HOOK, "query", "queries"),
    (Region.UPDATE, "update", "updates"),
    (Region.VALIDATOR, "validator", "validators"),
    (Region.INIT, "constructor", "constructors"),
    (Region.HOOK, "hook", "hooks"),
)


class Function(Struct, frozen=True):
    """A function or class of the folder. ``start`` and ``end`` are the offsets of all of it."""

    program: Examined
    fn: Fn
    start: int
    end: int

    @property
    def shown(self) -> str:
        """The name by which people know it."""
        return self.fn.shown


class Code:
    """The functions of a folder, and the graph between them."""

    def __init__(self, found: Found) -> None:
        self.found = found
        self.programs = found.answer.programs
        self._at: dict[str, list[Function]] = {}

    # Functions.

    def functions(self, path: str) -> list[Function]:
        """Return the functions of a file that are not nested in others, in the order of the text.

        There are none for a file that the check had no reason to read.
        """
        known = self._at.get(path)
        if known is None:
            found = (f for program in self.programs for f in _functions(program, path))
            known = self._at[path] = sorted(found, key=lambda f: (f.start, -f.end))
        return known

    def function(self, fn: Fn) -> Function | None:
        """Return one of these functions."""
        return next((f for f in self.functions(fn.path) if f.fn == fn), None)

    def around(self, path: str, offset: int) -> Function | None:
        """Return the innermost of these functions that an offset lies in."""
        inside = [f for f in self.functions(path) if f.start <= offset < f.end]
        return inside[-1] if inside else None

    def place(self, program: Examined, fn: Fn) -> types.Location:
        """Return the place of the name of a function or class; the address is its path."""
        start = definition_of(program.emitter, fn)
        name = fn.shown.rpartition(".")[2]
        positions = self.found.positions(fn.path)
        begin = positions.position(start)
        end = types.Position(begin.line, begin.character + len(name))
        return types.Location(fn.path, types.Range(begin, end))

    # The graph.

    @cached_property
    def _nodes(self) -> dict[tuple[int, Fn], list[tuple[CallGraph, Node]]]:
        """The nodes of each function, with those of the functions nested in it."""
        found: dict[tuple[int, Fn], list[tuple[CallGraph, Node]]] = {}
        for number, program in enumerate(self.programs):
            store = program.answer.store
            for graph in (program.answer.reached, program.answer.outside):
                for node in graph.order:
                    fn = Fn(node.fn.path, store.outermost(node.fn))
                    found.setdefault((number, fn), []).append((graph, node))
        return found

    def nodes(self, function: Function) -> list[tuple[CallGraph, Node]]:
        """Return the ways in which a function is reached, with the graphs that they are in."""
        number = self.programs.index(function.program)
        return self._nodes.get((number, function.fn), [])

    def workflow_nodes(self, function: Function) -> list[Node]:
        """Return the ways in which workflows reach a function."""
        return self._nodes_in(function.program.answer.reached, function)

    def _nodes_in(self, wanted: CallGraph, function: Function) -> list[Node]:
        return [node for graph, node in self.nodes(function) if graph is wanted]

    def entries(self, function: Function) -> list[Node]:
        """Return the entry points of workflows that reach a function, itself included."""
        reached = function.program.answer.reached
        found = reached.entry_points(self.workflow_nodes(function))
        return [node for node in reached.entries if node in found]

    def described(self, function: Function) -> str:
        """Return what a function is to Temporal, in one line; empty if it is nothing to it."""
        parts = [self._as_workflow_code(function), self._as_other_code(function)]
        return "  \n".join(part for part in parts if part)

    def _as_workflow_code(self, function: Function) -> str:
        entries = self.entries(function)
        if not entries:
            return ""
        said = ", ".join(_entries_said(function.program.answer.reached, entries))
        does = self._does(function)
        return f"**workflow code**: reached from {said}" + (f"; {does}" if does else "")

    def _as_other_code(self, function: Function) -> str:
        outside = function.program.answer.outside
        found = outside.entry_points(self._nodes_in(outside, function))
        shown = [e.shown for n, e in outside.entries.items() if n in found]
        if not shown:
            return ""
        return f"**activity code**: reached from {', '.join(_named(shown, 'more'))}"

    def _does(self, function: Function) -> str:
        summaries = function.program.answer.summaries
        if summaries is None:
            return ""
        functions = dict.fromkeys((n.fn, n.receiver) for n in self.workflow_nodes(function))
        effects = summaries.effects_of(functions)
        return ", ".join(said for effect, said in _SAID.items() if effect & effects)

    # Calls.

    def callers(self, function: Function) -> Iterator[tuple[Function, list[types.Range]]]:
        """Yield the functions that call one, with the ranges of the calls."""
        calls: dict[Fn, set[tuple[Fn, int]]] = {}
        for graph, node in self.nodes(function):
            for hop in graph.callers(node):
                fn = self._outermost(function.program, hop.node.fn)
                calls.setdefault(fn, set()).add((hop.node.fn, hop.site))
        yield from self._with_ranges(function.program, calls)

    def callees(self, function: Function) -> Iterator[tuple[Function, list[types.Range]]]:
        """Yield the functions that one calls, with the ranges of the calls."""
        calls: dict[Fn, set[tuple[Fn, int]]] = {}
        for graph, node in self.nodes(function):
            for edge in graph.callees(node):
                fn = self._outermost(function.program, edge.to.fn)
                calls.setdefault(fn, set()).add((node.fn, edge.site))
        yield from self._with_ranges(function.program, calls)

    def _with_ranges(
        self, program: Examined, calls: dict[Fn, set[tuple[Fn, int]]]
    ) -> Iterator[tuple[Function, list[types.Range]]]:
        emitter = program.emitter
        emitter.prepare((fn, site) for sites in calls.values() for fn, site in sites if site >= 0)
        for fn, sites in calls.items():
            target = self.function(fn)
            if target is not None:
                yield target, [self._range(program, at, site) for at, site in sorted(sites)]

    def _range(self, program: Examined, fn: Fn, site: int) -> types.Range:
        if site < 0:
            return self.place(program, fn).range
        positions = self.found.positions(fn.path)
        return positions.range(*program.emitter.ends(fn, site))

    def _outermost(self, program: Examined, fn: Fn) -> Fn:
        return Fn(fn.path, program.answer.store.outermost(fn))

    def is_entry(self, function: Function) -> bool:
        """True if a function is an entry point itself."""
        return any(node in graph.entries for graph, node in self.nodes(function))

    def entry_places(self, function: Function) -> Iterator[tuple[str, types.Location]]:
        """Yield the entry points that reach a function, with the places of their definitions."""
        reached = function.program.answer.reached
        for node in self.entries(function):
            yield reached.entries[node].shown, self.place(function.program, node.fn)

    def counts(self, program: Examined, cls: Cls) -> tuple[int, int]:
        """Return how many functions a workflow reaches, and how many diagnostics these have."""
        reached = program.answer.reached
        starts = [node for node, entry in reached.entries.items() if entry.receiver == cls]
        nodes = reached.search(starts)
        functions = {node.fn for node in nodes}
        hits = sum(
            1
            for one in program.found
            if one.hit is not None and any(node in nodes for node in one.hit.nodes)
        )
        return len(functions), hits


def _functions(program: Examined, path: str) -> Iterator[Function]:
    module = program.answer.store.modules.get(path)
    if module is None or module.error is not None:
        return
    for qualname, head in module.facts.functions.items():
        if head.end > 0:
            yield Function(program, Fn(path, qualname), head.start, head.end)


def _entries_said(reached: CallGraph, nodes: Iterable[Node]) -> list[str]:
    entries = [reached.entries[node] for node in nodes]
    runs = list(dict.fromkeys(e.shown for e in entries if e.kind & Region.RUN))
    said = _named(runs, "more run methods")
    for region, one, several in _KINDS:
        names = {e.shown for e in entries if e.kind & region and not e.kind & Region.RUN}
        if names and not runs and len(names) == 1:
            said.append(f"`{names.pop()}` ({one})")
        elif names:
            said.append(f"{len(names)} {one if len(names) == 1 else several}")
    return said


def _named(names: list[str], more: str) -> list[str]:
    """Return the first names, and how many there are besides."""
    said = [f"`{name}`" for name in names[:_NAMED]]
    if names[_NAMED:]:
        said.append(f"{len(names) - _NAMED} {more}")
    return said
