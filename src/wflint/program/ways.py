"""Ways through the calls that were followed: where they lead to, and how one gets there."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from wflint.program.reached import Node, Reached

Chain = list[tuple[Node, int]]
"""Pairs (node, site of the call to the next one); the last pair has the site -1."""


def reached_from(
    reached: Reached, starts: Iterable[Node], within: set[Node] | None = None
) -> list[Node]:
    """``starts`` and all that they reach, nearest first.

    ``within`` are the only nodes to look at, if it is given.
    """
    order = list(dict.fromkeys(starts))
    seen = set(order)
    for node in order:  # which grows meanwhile
        for edge in reached.edges.get(node, ()):
            if edge.to not in seen and (within is None or edge.to in within):
                seen.add(edge.to)
                order.append(edge.to)
    return order


def shortest_chains(reached: Reached, goals: Iterable[Node]) -> list[Chain]:
    """A shortest chain to any of ``goals`` from each entry point that reaches one.

    The shortest comes first; chains of one length come in the order of the entry points. Where two
    calls lead on equally well, the one that comes first in the source is taken.
    """
    steps = _steps_to(reached, goals)
    entries = [node for node in reached.entries if node in steps]
    entries.sort(key=lambda node: steps[node])
    return [_chain(reached, node, steps) for node in entries]


def _steps_to(reached: Reached, goals: Iterable[Node]) -> dict[Node, int]:
    """How many calls it takes to get to the nearest goal, for all nodes that lead to one."""
    callers: dict[Node, list[Node]] = {}
    for node, edges in reached.edges.items():
        for edge in edges:
            callers.setdefault(edge.to, []).append(node)
    steps = dict.fromkeys(goals, 0)
    queue = deque(steps)
    while queue:
        node = queue.popleft()
        for caller in callers.get(node, ()):
            if caller not in steps:
                steps[caller] = steps[node] + 1
                queue.append(caller)
    return steps


def _chain(reached: Reached, node: Node, steps: dict[Node, int]) -> Chain:
    found: Chain = []
    while steps[node] > 0:
        nearer = steps[node] - 1
        edges = [e for e in reached.edges[node] if steps.get(e.to) == nearer]
        edge = min(edges, key=lambda e: e.site)
        found.append((node, edge.site))
        node = edge.to
    found.append((node, -1))
    return found
