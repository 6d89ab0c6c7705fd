"""From the answer of an analysis to the graph of what one name stands for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise

from wflint.callgraph.graph import Chain, Node
from wflint.diagnostics import Diagnostic
from wflint.facts.ids import Cls, Fn
from wflint.graph.find import Target
from wflint.graph.model import Call, Function, Graph, Step
from wflint.report.summary import count
from wflint.run.places import definition_of, gaps_at, prepare_definitions
from wflint.run.program_run import Examined
from wflint.run.request import Gap


def build(target: Target) -> Graph:
    """Build the graph of what a target reaches, and of how it is reached itself."""
    return _Builder(target).build()


class _Builder:
    def __init__(self, target: Target) -> None:
        self.target = target
        self.examined: Examined = target.examined
        self.emitter = self.examined.emitter
        self.reached = self.examined.answer.reached

    def build(self) -> Graph:
        target, entries = self.target, self.reached.entries
        chains: list[Chain] = []
        if any(node not in entries for node in target.nodes):
            chains = self.reached.shortest_chains(target.nodes)
        below = list(self.reached.search(target.nodes))
        on_chains = [node for chain in chains for node, _ in chain]
        nodes = list(dict.fromkeys([*on_chains, *below]))
        calls = list(dict.fromkeys([*_calls_on(chains), *self._calls_of(below)]))
        self.emitter.prepare((fn, site) for fn, _, site in calls)
        prepare_definitions(self.emitter, (node.fn for node in nodes))
        return Graph(
            name=target.name,
            filename=self.emitter.shown(target.fn.path),
            location=definition_of(self.emitter, target.fn),
            reached=bool(nodes),
            remark="" if nodes else self._remark(),
            roots=tuple(dict.fromkeys(self._id(node.fn) for node in target.nodes)),
            chains=tuple(self._steps(chain) for chain in chains),
            functions=tuple(self._functions(nodes)),
            calls=self._calls(calls, nodes),
        )

    def _id(self, fn: Fn) -> str:
        return f"{self.emitter.shown(fn.path)}::{fn.qualname}"

    def _functions(self, nodes: list[Node]) -> Iterator[Function]:
        found: dict[Fn, list[Node]] = {}
        for node in nodes:
            found.setdefault(node.fn, []).append(node)
        if not found:
            found[self.target.fn] = []
        diagnostics, gaps = self._diagnostics(set(nodes)), self._gaps(set(nodes))
        for fn, ways in found.items():
            names = {self.reached.entries[n].shown for n in ways if n in self.reached.entries}
            yield Function(
                self._id(fn),
                names.pop() if len(names) == 1 else fn.shown,
                self.emitter.shown(fn.path),
                definition_of(self.emitter, fn),
                any(node in self.reached.entries for node in ways),
                tuple(diagnostics.get(fn, ())),
                tuple(gaps.get(fn, ())),
            )

    def _diagnostics(self, nodes: set[Node]) -> dict[Fn, list[Diagnostic]]:
        """The diagnostics that hold on these ways of reaching functions."""
        found: dict[Fn, list[Diagnostic]] = {}
        for one in self.examined.found:
            hit = one.hit
            if hit is None:
                continue
            ways = [node for node in hit.nodes if node in self.reached.parents]
            if not ways or not nodes.isdisjoint(ways):
                found.setdefault(hit.fn, []).append(one.diagnostic)
        for diagnostics in found.values():
            diagnostics.sort(key=Diagnostic.sort_key)
        return found

    def _gaps(self, nodes: set[Node]) -> dict[Fn, list[Gap]]:
        gaps = gaps_at(self.emitter, (gap for gap in self.reached.gaps if gap.node in nodes))
        found: dict[Fn, list[Gap]] = {}
        for (fn, _), gap in sorted(gaps.items(), key=lambda item: item[1]):
            found.setdefault(fn, []).append(gap)
        return found

    # Calls.

    def _calls_of(self, nodes: Iterable[Node]) -> Iterator[tuple[Fn, Fn, int]]:
        for node in nodes:
            for edge in self.reached.callees(node):
                yield node.fn, edge.to.fn, edge.site

    def _calls(self, calls: list[tuple[Fn, Fn, int]], nodes: list[Node]) -> tuple[Call, ...]:
        place = {fn: number for number, fn in enumerate(dict.fromkeys(n.fn for n in nodes))}
        located = {
            (place[fn], self.emitter.location(fn, site), place[to]): (self._id(fn), self._id(to))
            for fn, to, site in calls
        }
        return tuple(
            Call(caller, callee, location)
            for (_, location, _), (caller, callee) in sorted(located.items())
        )

    def _steps(self, chain: Chain) -> tuple[Step, ...]:
        return tuple(self._step(node, site) for node, site in chain)

    def _step(self, node: Node, site: int) -> Step:
        fn, entry = node.fn, self.reached.entries.get(node)
        location = definition_of(self.emitter, fn)
        if site >= 0:
            location = self.emitter.location(fn, site)
        name = entry.shown if entry is not None else fn.shown
        return Step(self._id(fn), name, self.emitter.shown(fn.path), location)

    # What no workflow reaches.

    def _remark(self) -> str:
        """Return why a function is not reached, as far as that can be told."""
        fn, answer = self.target.fn, self.examined.answer
        roots = answer.checker.roots
        if self.target.is_class:
            mute = Cls(*fn) in answer.mute
            return "It is a workflow, but no run method or handler of it was found." if mute else ""
        if roots.is_activity(fn):
            return "It is an activity, and activities run outside of workflows."
        if roots.is_boundary(fn):
            return "Its decorator says that it runs outside of workflows."
        if roots.is_trusted(fn):
            return "The settings bless it, and wflint does not look inside what they bless."
        name = fn.shown.rpartition(".")[2]
        namesakes = [g for g in self.reached.gaps if g.written.rpartition(".")[2] == name]
        gaps = sorted(gaps_at(self.emitter, namesakes).values())
        if not gaps:
            return ""
        place = f"{gaps[0].filename}:{gaps[0].location.shown}"
        calls = count(len(gaps), "call")
        return f"But {calls} of that name could not be resolved, the first at {place}."


def _calls_on(chains: Iterable[Chain]) -> Iterator[tuple[Fn, Fn, int]]:
    for chain in chains:
        for (node, site), (to, _) in pairwise(chain):
            yield node.fn, to.fn, site
