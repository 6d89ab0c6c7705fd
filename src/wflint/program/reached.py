"""What a search from entry points has reached, and by which calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct, field

from wflint.facts.model import Call, Flag, Operation, Use
from wflint.program.entities import Env
from wflint.program.roots import Entry
from wflint.program.store import Cls, Fn

DEFINITION = -2
"""The site of a call that no code makes: of what a decorator has put in the place of a function."""


class Node(NamedTuple):
    """A function as it is reached.

    ``receiver`` is the class of the object a method is called on. ``missing`` are parameters with a
    fallback default (``now = now or clock()``) that the caller leaves out, so that it runs.
    ``quiet`` is set when it is called only while not replaying. ``env`` is what is known of its
    parameters, where that makes a difference: functions and objects that it is given.
    """

    fn: Fn
    receiver: Cls | None = None
    missing: frozenset[str] = frozenset()
    quiet: bool = False
    env: Env = ()


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


class Reached(Struct):
    """What entry points reach. ``order`` lists the nodes in the order they were reached.

    ``outcomes`` tells what became of each call: ``own``, ``gap``, or the name of something outside
    the project.
    """

    entries: dict[Node, Entry] = field(default_factory=dict)
    order: list[Node] = field(default_factory=list)
    edges: dict[Node, list[Edge]] = field(default_factory=dict)
    parents: dict[Node, tuple[Node, int] | None] = field(default_factory=dict)
    gaps: list[GapAt] = field(default_factory=list)
    callers: dict[Node, list[Node]] | None = None
    entry_marks: dict[Node, int] | None = None
    outcomes: dict[tuple[Fn, int], str] = field(default_factory=dict)

    def chain(self, node: Node) -> list[tuple[Node, int]]:
        """Pairs (node, site of the call to the next one) from the entry point to ``node``.

        The last pair has the site -1.
        """
        found = [(node, -1)]
        step = self.parents[node]
        while step is not None:
            found.append(step)
            step = self.parents[step[0]]
        found.reverse()
        return found

    def count_entries(self, nodes: Iterable[Node]) -> int:
        """How many entry points there are from which any of ``nodes`` is reached."""
        if self.entry_marks is None:
            given = {entry: 1 << number for number, entry in enumerate(self.entries)}
            self.entry_marks = self.marks(given)
        found = 0
        for node in nodes:
            found |= self.entry_marks.get(node, 0)
        return found.bit_count()

    def marks(self, given: Mapping[Node, int]) -> dict[Node, int]:
        """The bits that are given to nodes, for all nodes that these lead to."""
        marks = dict(given)
        pending = deque(given)
        waiting = set(given)
        while pending:
            node = pending.popleft()
            waiting.discard(node)
            mark = marks[node]
            for edge in self.edges.get(node, ()):
                known = marks.get(edge.to, 0)
                if mark | known != known:
                    marks[edge.to] = mark | known
                    if edge.to not in waiting:
                        waiting.add(edge.to)
                        pending.append(edge.to)
        return marks

    def entry_points(self, nodes: Iterable[Node]) -> set[Node]:
        """All entry points from which any of ``nodes`` is reached."""
        return {node for node in self.ancestors(nodes) if node in self.entries}

    def ancestors(self, nodes: Iterable[Node]) -> set[Node]:
        """``nodes`` and all nodes from which any of them is reached."""
        callers = self._callers()
        seen = set(nodes)
        pending = list(seen)
        while pending:
            for caller in callers.get(pending.pop(), ()):
                if caller not in seen:
                    seen.add(caller)
                    pending.append(caller)
        return seen

    def _callers(self) -> dict[Node, list[Node]]:
        if self.callers is None:
            self.callers = {}
            for node, edges in self.edges.items():
                for edge in edges:
                    self.callers.setdefault(edge.to, []).append(node)
        return self.callers


def runs(place: Call | Use | Operation, node: Node) -> bool:
    """Whether a call or use happens when a function is reached as ``node``."""
    if place.flags & (Flag.NOT_IN_WORKFLOW | Flag.UNRESTRICTED):
        return False
    return not place.flags & Flag.OPTIONAL or place.fallback in node.missing
