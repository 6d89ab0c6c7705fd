"""The call graph: what a search from entry points has reached, and by which calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, TypeAlias

from msgspec import Struct, field

from wflint.callgraph.entry.entry_points import Entry
from wflint.callgraph.told import Told
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call, Finding, Flag, Mutation, Operation, Raise, Try, Use
from wflint.inference.values import Env
from wflint.temporal.regions import Region

END = -1
"""The site of the last hop of a chain, which calls nothing more."""

DEFINITION = -2
"""The site of a call that no code makes: of what a decorator has replaced a function with."""

ANNOTATION = -3
"""The site of the first annotation in the head of a function; that of the next one is -4, ..."""


class Node(NamedTuple):
    """A function as it is reached.

    ``receiver`` is the class of the object a method is called on. ``missing`` are parameters with a
    fallback default (``now = now or clock()``) that the caller leaves out, so that it runs;
    ``optional`` are those that are ``None`` if a caller leaves them out whom nobody sees.
    ``quiet`` is set when it is called only while not replaying. ``env`` is what is known of its
    parameters, where that makes a difference: functions and objects that it is given. ``told`` are
    literals that it is given, where they decide branches; ``never`` are the numbers of conditions
    of its body that therefore do not hold.
    """

    fn: Fn
    receiver: Cls | None = None
    missing: frozenset[str] = frozenset()
    quiet: bool = False
    env: Env = ()
    optional: frozenset[str] = frozenset()
    told: Told = ()
    never: frozenset[int] = frozenset()


class Edge(NamedTuple):
    """A call: ``site`` is its place in the body of the calling function."""

    to: Node
    site: int


class GapAt(NamedTuple):
    """A call that could not be resolved, and why."""

    node: Node
    site: int
    written: str
    reason: str


class Hop(NamedTuple):
    """One step of a chain: a function, and the site in it of the call that leads on.

    The last hop of a chain has the site ``END``.
    """

    node: Node
    site: int


Chain: TypeAlias = tuple[Hop, ...]
"""A way through the graph, from a caller to what it calls in the end."""

Parents: TypeAlias = "dict[Node, Hop | None]"
"""For each node of a search the call that it was reached by; ``None`` where the search began."""


class Ways(Struct):
    """Some ways through a graph: the entry points where they begin, and the calls on them."""

    entries: set[Node] = field(default_factory=set)
    calls: set[tuple[Hop, Node]] = field(default_factory=set)

    def add(self, others: Ways) -> None:
        """Add other ways through the same graph."""
        self.entries |= others.entries
        self.calls |= others.calls


class CallGraph(Struct):
    """The functions that entry points reach, and the calls by which they do.

    ``order`` lists the nodes in the order they were reached, ``parents`` has the first call that
    led to each of them. ``outcomes`` tells what the calls of each function lead to, by their sites:
    ``own``, ``gap``, or the name of something outside the project. ``registered`` are the handlers
    that a call gives the SDK, with the regions that begin there. The first ``first_round`` entry
    points were searched from before the others, which give no chain where one of the first does.
    ``unknown_code`` has functions that give a framework something to run which is not known, each
    with a call that does. ``recorded`` are the places that no query and no validator comes to.
    """

    entries: dict[Node, Entry] = field(default_factory=dict)
    order: list[Node] = field(default_factory=list)
    edges: dict[Node, list[Edge]] = field(default_factory=dict)
    parents: Parents = field(default_factory=dict)
    gaps: list[GapAt] = field(default_factory=list)
    outcomes: dict[Fn, dict[int, str]] = field(default_factory=dict)
    registered: dict[Hop, dict[Node, Region]] = field(default_factory=dict)
    first_round: int = 0
    unknown_code: dict[Fn, str] = field(default_factory=dict)
    recorded: set[Hop] = field(default_factory=set)
    _kinds: Region | None = None
    _within: dict[Region, CallGraph] = field(default_factory=dict)
    _without: dict[Region, CallGraph] = field(default_factory=dict)
    _callers: dict[Node, list[Hop]] | None = None
    _entry_marks: dict[Node, int] | None = None
    _numbers: dict[Node, int] | None = None
    _edge_numbers: dict[Node, dict[Edge, int]] = field(default_factory=dict)

    def callers(self, node: Node) -> list[Hop]:
        """Return the calls that lead to a node, one by one."""
        if self._callers is None:
            self._callers = {}
            for caller, edges in self.edges.items():
                for edge in edges:
                    self._callers.setdefault(edge.to, []).append(Hop(caller, edge.site))
        return self._callers.get(node, [])

    def callees(self, node: Node) -> list[Edge]:
        """Return the calls that a node makes."""
        return self.edges.get(node, [])

    @property
    def entry_kinds(self) -> Region:
        """The regions of all entry points, those that are registered on the way included.

        To be asked when the graph is complete.
        """
        if self._kinds is None:
            self._kinds = Region(0)
            for entry in self.entries.values():
                self._kinds |= entry.kind
            for handlers in self.registered.values():
                for kind in handlers.values():
                    self._kinds |= kind
        return self._kinds

    def within(self, scope: Region) -> CallGraph:
        """Return the part of the graph that the entry points of some regions reach.

        Its chains begin at these. What the workflow only registers as a handler is one of them,
        and no part of the regions that register it. What an activity runs in a thread, or in a loop
        of its own, is reached from where that is started, if it is in the scope.
        """
        if self.entry_kinds in scope and not (self.recorded and is_unrecorded(scope)):
            return self
        if scope not in self._within:
            self._within[scope] = self._part(scope)
        return self._within[scope]

    def without(self, regions: Region) -> CallGraph:
        """Return the graph without what only the entry points of some regions reach.

        Its chains are those of the graph: to a handler they lead from where it is registered.
        """
        if not self.entry_kinds & regions:
            return self
        if regions not in self._without:
            entries = {node: e for node, e in self.entries.items() if e.kind & ~regions}
            self._without[regions] = self._searched(
                entries, self._leads(lambda kind: bool(kind & ~regions))
            )
        return self._without[regions]

    def along(self, ways: Ways) -> CallGraph:
        """Return what is reached on some ways only.

        It costs what the ways are long, however many entry points and calls the graph has.
        """
        if self._numbers is None:
            self._numbers = {node: number for number, node in enumerate(self.entries)}
        numbers = self._numbers
        starts = sorted((n for n in ways.entries if n in numbers), key=numbers.__getitem__)
        edges: dict[Node, list[Edge]] = {}
        for (node, site), to in ways.calls:
            if Edge(to, site) in self._order_of_edges(node):
                edges.setdefault(node, []).append(Edge(to, site))
        for node, chosen in edges.items():
            chosen.sort(key=self._order_of_edges(node).__getitem__)
        part = CallGraph(
            {node: self.entries[node] for node in starts},
            edges=edges,
            outcomes=self.outcomes,
            first_round=sum(numbers[node] < self.first_round for node in starts),
        )
        return part._searched(part.entries, lambda *_: True)

    def _order_of_edges(self, node: Node) -> dict[Edge, int]:
        """Return which of the calls of a node comes first."""
        if node not in self._edge_numbers:
            self._edge_numbers[node] = {e: n for n, e in enumerate(self.callees(node))}
        return self._edge_numbers[node]

    def _part(self, scope: Region) -> CallGraph:
        entries = {node: entry for node, entry in self.entries.items() if entry.kind & scope}
        for handlers in self.registered.values():
            for node, kind in handlers.items():
                if kind & scope & ~Region.ACTIVITY and node not in entries:
                    owner = node.receiver or Cls(node.fn.path, "")
                    entries[node] = Entry(node.fn, owner, node.fn.shown, kind)
        leads = self._leads(lambda kind: bool(kind & Region.ACTIVITY & scope))
        if self.recorded and is_unrecorded(scope):
            return self._searched(
                entries, lambda hop, to: hop not in self.recorded and leads(hop, to)
            )
        return self._searched(entries, leads)

    def _searched(
        self, entries: dict[Node, Entry], leads: Callable[[Hop, Node], bool]
    ) -> CallGraph:
        """Return what some entry points reach; ``leads`` is asked if the search goes along a call.

        Those that this graph was searched from first come first.
        """
        parents: Parents = {}
        second = dict.fromkeys(list(self.entries)[self.first_round :])
        first = [node for node in entries if node not in second]
        later = [node for node in second if node in entries]

        def goes(hop: Hop, to: Node) -> bool:
            return to not in parents and leads(hop, to)

        parents.update(self.search(first, goes))
        parents.update(self.search((node for node in later if node not in parents), goes))
        edges: dict[Node, list[Edge]] = {}
        for node in parents:
            for to, site in self.callees(node):
                if leads(Hop(node, site), to):
                    edges.setdefault(node, []).append(Edge(to, site))
        ordered = {node: entries[node] for node in (*first, *later)}
        order = list(parents)
        return CallGraph(
            ordered, order, edges, parents, outcomes=self.outcomes, first_round=len(first)
        )

    def _leads(self, is_handler_in: Callable[[Region], bool]) -> Callable[[Hop, Node], bool]:
        """Return a search's question: it follows calls, and to handlers of some kinds.

        The latter are reached from where they are registered.
        """

        def leads(hop: Hop, to: Node) -> bool:
            kind = self.registered.get(hop, {}).get(to)
            return kind is None or is_handler_in(kind)

        return leads

    def cut(self, is_cut: Callable[[Node, Edge], bool]) -> None:
        """Take calls out of the graph."""
        for node, edges in self.edges.items():
            self.edges[node] = [edge for edge in edges if not is_cut(node, edge)]
        self._callers = self._entry_marks = None
        self._edge_numbers.clear()
        self._within.clear()
        self._without.clear()

    def chain(self, node: Node) -> Chain:
        """Return the way from an entry point by which ``node`` was first reached."""
        return chain_to(node, self.parents)

    def count_entries(self, nodes: Iterable[Node]) -> int:
        """Return how many entry points there are from which any of ``nodes`` is reached."""
        return self.entry_mask(nodes).bit_count()

    def entry_mask(self, nodes: Iterable[Node]) -> int:
        """Return the bits of the entry points from which any of ``nodes`` is reached."""
        if self._entry_marks is None:
            self._entry_marks = self.marks(self.entry_bits())
        found = 0
        for node in nodes:
            found |= self._entry_marks.get(node, 0)
        return found

    def entry_bits(self) -> dict[Node, int]:
        """Return a bit of its own for each entry point."""
        return {entry: 1 << number for number, entry in enumerate(self.entries)}

    def marks(self, given: Mapping[Node, int]) -> dict[Node, int]:
        """Return the bits that are given to nodes, for all nodes that these lead to."""
        marks = dict(given)
        pending = deque(given)
        waiting = set(given)
        while pending:
            node = pending.popleft()
            waiting.discard(node)
            mark = marks[node]
            for edge in self.callees(node):
                known = marks.get(edge.to, 0)
                if mark | known != known:
                    marks[edge.to] = mark | known
                    if edge.to not in waiting:
                        waiting.add(edge.to)
                        pending.append(edge.to)
        return marks

    def entry_points(self, nodes: Iterable[Node]) -> set[Node]:
        """Return all entry points from which any of ``nodes`` is reached."""
        return {node for node in self.ancestors(nodes) if node in self.entries}

    def ancestors(self, nodes: Iterable[Node]) -> set[Node]:
        """Return ``nodes`` and all nodes from which any of them is reached."""
        return set(self.distances(nodes))

    def distances(self, goals: Iterable[Node]) -> dict[Node, int]:
        """Return how many calls it takes to the nearest goal, for all nodes that lead to one."""
        found = dict.fromkeys(goals, 0)
        queue = deque(found)
        while queue:
            node = queue.popleft()
            for caller, _ in self.callers(node):
                if caller not in found:
                    found[caller] = found[node] + 1
                    queue.append(caller)
        return found

    def search(
        self, starts: Iterable[Node | Hop], goes: Callable[[Hop, Node], bool] = lambda *_: True
    ) -> Parents:
        """Search forwards, nearest first. Return how each node was reached, in that order.

        A start is a node, or the call that leads to its one callee. ``goes`` is asked of each call
        whether the search goes along it.
        """
        parents: Parents = {}
        for start in starts:
            if isinstance(start, Hop):
                called = [e.to for e in self.callees(start.node) if e.site == start.site]
                parents.update((node, start) for node in called if node not in parents)
            else:
                parents.setdefault(start, None)
        queue = deque(parents)
        while queue:
            node = queue.popleft()
            for edge in self.callees(node):
                if edge.to not in parents and goes(Hop(node, edge.site), edge.to):
                    parents[edge.to] = Hop(node, edge.site)
                    queue.append(edge.to)
        return parents

    def shortest_chains(self, goals: Iterable[Node]) -> list[Chain]:
        """Return a shortest chain to any of ``goals`` from each entry point that reaches one.

        The shortest comes first; chains of one length come in the order of the entry points. Where
        two calls lead on equally well, the one that comes first in the source is taken.
        """
        distances = self.distances(goals)
        entries = [node for node in self.entries if node in distances]
        entries.sort(key=lambda node: distances[node])
        return [self._shortest_chain(node, distances) for node in entries]

    def _shortest_chain(self, node: Node, distances: dict[Node, int]) -> Chain:
        found: list[Hop] = []
        while distances[node] > 0:
            nearer = distances[node] - 1
            edges = [e for e in self.callees(node) if distances.get(e.to) == nearer]
            edge = min(edges, key=lambda e: e.site)
            found.append(Hop(node, edge.site))
            node = edge.to
        return (*found, Hop(node, END))


def chain_to(node: Node, parents: Mapping[Node, Hop | None]) -> Chain:
    """Return the way to a node from where a search began."""
    found = [Hop(node, END)]
    step = parents.get(node)
    while step is not None:
        found.append(step)
        step = parents.get(step.node)
    return tuple(reversed(found))


def is_unrecorded(scope: Region) -> bool:
    """True of regions in which the SDK takes no commands: queries and update validators."""
    return not scope & ~Region.UNRECORDED


NOT_WORKFLOW_CODE = Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED
"""Flags of what stands in workflow code and is none."""


def stands_in_dead_branch(place: Finding | Mutation | Raise | Try, node: Node) -> bool:
    """True if a place does not run for what a function is told, when reached as ``node``."""
    return place.under in node.never


def runs(
    place: Call | Use | Operation | Mutation, node: Node, skips: int = NOT_WORKFLOW_CODE
) -> bool:
    """True if a call or use happens when a function is reached as ``node``.

    What has any of the flags ``skips`` does not.
    """
    if place.flags & skips or place.under in node.never:
        return False
    if not place.flags & Flag.OPTIONAL:
        return True
    return place.fallback in node.missing or place.fallback in node.optional
