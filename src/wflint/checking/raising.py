"""Which errors of the project may come out of a part of a function, and of what it calls."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from wflint.callgraph.effects import runs_in_same_task
from wflint.callgraph.graph import Node
from wflint.facts.model import Kind, Raise, Site
from wflint.facts.sites import between
from wflint.inference.values import ClassValue, ExternalValue
from wflint.temporal.errors import error_name

if TYPE_CHECKING:
    from wflint.checking.checker import Checker


class Raising:
    """Tells which functions of the finished call graph may raise some errors.

    What the SDK and libraries raise does not count, but an error of the project that is not known.
    """

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._store = checker.resolver.store
        self._raising: dict[frozenset[str], set[Node]] = {}

    def may_raise(self, node: Node, start: Site, end: Site, errors: Iterable[str]) -> bool:
        """True if sites of a function, or what is called there, may raise one of some errors."""
        wanted = frozenset(errors)
        statements = between(self._store.body(node.fn).raises, start, end)
        if any(_may_be(self._errors_of(node, one), wanted) for one in statements):
            return True
        edges = self._checker.summaries.graph.callees(node)
        called = [edge.to for edge in edges if start <= edge.site < end]
        return bool(called) and not self._nodes(wanted).isdisjoint(called)

    def _nodes(self, wanted: frozenset[str]) -> set[Node]:
        """Return all that may raise one of the errors, by itself or by what it calls."""
        if wanted not in self._raising:
            own = (node for node, errors in self._own if any(_may_be(e, wanted) for e in errors))
            self._raising[wanted] = self._with_callers(own)
        return self._raising[wanted]

    @cached_property
    def _own(self) -> list[tuple[Node, list[frozenset[str]]]]:
        """All nodes that raise something themselves, with what each statement raises."""
        found = (
            (node, [self._errors_of(node, one) for one in self._store.body(node.fn).raises])
            for node in self._checker.summaries.graph.order
        )
        return [(node, errors) for node, errors in found if errors]

    def _with_callers(self, own: Iterable[Node]) -> set[Node]:
        """Return some nodes and those whose task they run in, since they are called there."""
        graph, pending = self._checker.summaries.graph, list(own)
        found = set(pending)
        while pending:
            node = pending.pop()
            for hop in graph.callers(node):
                if hop.node not in found and runs_in_same_task(node, hop, self._store):
                    found.add(hop.node)
                    pending.append(hop.node)
        return found

    def _errors_of(self, node: Node, statement: Raise) -> frozenset[str]:
        """Return what a statement may raise; nothing for one that raises again."""
        if statement.is_again:
            return frozenset()
        return raised(self._checker, node, statement) or _NOT_KNOWN


_NOT_KNOWN = frozenset({""})


def _may_be(errors: frozenset[str], wanted: frozenset[str]) -> bool:
    return "" in errors or not errors.isdisjoint(wanted)


def raised(checker: Checker, node: Node, statement: Raise) -> frozenset[str]:
    """Return the dotted names of the errors that a ``raise`` may raise, ``""`` if not known.

    Of an error of the project also those of the classes that it derives from.
    """
    resolver, ref = checker.resolver, statement.error
    made = ref.of if ref.kind is Kind.RESULT and ref.of is not None and not ref.path else ref
    found: set[str] = set()
    for entity in resolver.resolve(made, node.fn.path, node.receiver, env=node.env):
        if isinstance(entity, ExternalValue) and not entity.instance:
            is_class = entity.name.rpartition(".")[2][:1].isupper()
            found.add(error_name(entity.name) if is_class else "")  # `error.cause`
        elif isinstance(entity, ClassValue):
            found.update(checker.catching.error_classes(entity) or ("",))
        else:
            found.add("")
    return frozenset(found)
