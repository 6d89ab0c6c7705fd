"""Reports faults inside followed packages at the user's own code.

Nobody can mend a package in `site-packages`. So a hit in there becomes one at the call that leaves
the user's code: the last one on the chain. Whatever a rule finds behind one such call is one hit,
the nearest.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct, field

from wflint.callgraph.graph import Hop, Node
from wflint.checking.analysis import AnalysisResult
from wflint.checking.violation import Violation
from wflint.diagnostics import Severity
from wflint.facts.ids import Fn
from wflint.rule.base import Rule, Scope

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.INFO)
_CONSTRUCTORS = ("__init__", "__new__", "__post_init__")
Group = tuple[Rule, Severity, bool]
"""Hits with one way back: of one rule and severity, in workflows or outside of them."""


class LibraryViolation(Violation):
    """A hit at the user's own code; ``steps`` lead from there to what is wrong in a package."""

    steps: list[Hop] = field(default_factory=list)


class _Way(Struct):
    """The way from a function of a package to the nearest violation: its own, or that of ``to``."""

    hit: Violation
    site: int
    to: Node | None = None


def at_calls(
    hits: Iterable[Violation],
    answer: AnalysisResult,
    row_of: Callable[[Fn, int], int],
    is_hidden: Callable[[Violation, Fn, int], bool],
) -> list[Violation]:
    """``hits``, but those in followed packages at the calls that lead there.

    ``row_of`` gives the line of a site; ``is_hidden`` tells whether a comment there hides a hit.
    """
    own: list[Violation] = []
    groups: dict[Group, list[Violation]] = {}
    for hit in hits:
        if not answer.index.is_followed(hit.fn.path):
            own.append(hit)
        elif not is_hidden(hit, hit.fn, hit.site):
            is_outside = bool(answer.graph_of(hit).entry_kinds & Scope.OUTSIDE)
            group = (hit.rule, hit.severity or hit.rule.severity, is_outside)
            groups.setdefault(group, []).append(hit)
    if not groups:
        return own
    lifter = _Lifter(answer, row_of, is_hidden, {(h.fn, h.site, h.rule.code) for h in own})
    for group in sorted(
        groups, key=lambda group: (group[0].code, _ORDER.index(group[1]), group[2])
    ):
        with answer.store.faults.at(*groups[group][0].fn, group[0].code):
            lifter.add(groups[group])
    return [*own, *lifter.found.values()]


class _Lifter:
    def __init__(
        self,
        answer: AnalysisResult,
        row_of: Callable[[Fn, int], int],
        is_hidden: Callable[[Violation, Fn, int], bool],
        known: set[tuple[Fn, int, str]],
    ) -> None:
        self.answer = answer
        self.row_of = row_of
        self.is_hidden = is_hidden
        self.known = known
        self.found: dict[tuple[Fn, int, str], LibraryViolation] = {}

    def _is_followed(self, node: Node) -> bool:
        return self.answer.index.is_followed(node.fn.path)

    def add(self, hits: list[Violation]) -> None:
        """Add what leads to any of ``hits``, which are of one rule and severity.

        A search backwards from all of them at once, through the packages only; so every function
        in there learns of the nearest hit.
        """
        graph = self.answer.graph_of(hits[0])
        ways: dict[Node, _Way] = {}
        queue: deque[Node] = deque()
        exits: dict[tuple[Fn, int], tuple[Node, list[Node]]] = {}
        for hit in sorted(hits, key=lambda hit: (hit.fn, hit.site)):
            for node in hit.nodes:
                if node in graph.parents and node not in ways:
                    ways[node] = _Way(hit, hit.site)
                    queue.append(node)
        while queue:
            node = queue.popleft()
            if node in graph.entries:
                self._add_entry(node, ways)
            for caller, site in graph.callers(node):
                if not self._is_followed(caller):
                    _, nodes = exits.setdefault((caller.fn, site), (node, []))
                    nodes.append(caller)
                elif caller not in ways and not self.is_hidden(ways[node].hit, caller.fn, site):
                    ways[caller] = _Way(ways[node].hit, site, node)
                    queue.append(caller)
        for (fn, site), (node, nodes) in exits.items():
            called = self._called(fn, site, node)
            self._add(fn, site, list(dict.fromkeys(nodes)), node, called, ways)

    def _add_entry(self, node: Node, ways: dict[Node, _Way]) -> None:
        """An entry point that a class of the user has from a package: it is shown at the class."""
        receiver = node.receiver
        if receiver is None or self.answer.index.is_followed(receiver.path):
            return
        at = Fn(receiver.path, receiver.qualname)
        site = self.answer.store.body(at).head.site
        self._add(at, site, [], node, _shown(node.fn), ways)

    def _add(
        self, fn: Fn, site: int, nodes: list[Node], to: Node, called: str, ways: dict[Node, _Way]
    ) -> None:
        steps = list(_steps(to, ways))
        hit = ways[to].hit
        key = (fn, site, hit.rule.code)
        if key not in self.found and key not in self.known:
            message = self._message(hit, called, to.fn)
            self.found[key] = LibraryViolation(
                hit.rule,
                fn,
                site,
                message,
                hit.severity,
                hit.flags,
                nodes,
                hit.name,
                is_weighed=hit.is_weighed,
                steps=steps,
            )

    def _called(self, fn: Fn, site: int, to: Node) -> str:
        """The call as the source has it, or the name of what is called in another way."""
        shown = _shown(to.fn)
        for call in self.answer.store.body(fn).calls:
            if call.site == site and call.written.rpartition(".")[2] == shown.rpartition(".")[2]:
                return call.written
        return shown

    def _message(self, hit: Violation, called: str, fn: Fn) -> str:
        """Return the message of the rule, for the call that leads into the package."""
        package = self.answer.index.package_of(fn.path)
        subject = f"`{called}()`"
        if not called.startswith(f"{package}."):
            subject += f" of `{package}`"
        place = f"{self.answer.index.short_path(hit.fn.path)}:{self.row_of(hit.fn, hit.site)}"
        fault, semicolon, advice = hit.message.partition("; ")
        said = re.fullmatch(r"(`[^`]+`) (.+)", fault)
        if said is not None and (hit.rule.apis or hit.rule.tables):
            return f"{subject} {said[2]}: {said[1]} at {place}{semicolon}{advice}"
        return f"in {subject}, {fault} ({place}){semicolon}{advice}"


def _shown(fn: Fn) -> str:
    """A function as it is called: the class, where it is what makes an object."""
    owner, _, name = fn.shown.rpartition(".")
    return owner if owner and name in _CONSTRUCTORS else fn.shown


def _steps(node: Node, ways: dict[Node, _Way]) -> Iterator[Hop]:
    """The chain inside the package, with the site in each function where it goes on or ends."""
    at: Node | None = node
    while at is not None:
        way = ways[at]
        yield Hop(at, way.site)
        at = way.to
