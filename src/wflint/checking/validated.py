"""Reads from the validator of an update what is not so when the handler begins.

The SDK calls the handler right after the validator, and only if that has not raised: what is tested
there, the handler need not fear, as long as it has not waited.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from wflint.callgraph.graph import CallGraph, Node
from wflint.checking.foregone import NO_END, Fact, is_bound, with_given
from wflint.checking.pieces import parsed, place_of
from wflint.facts.ids import Cls
from wflint.syntax.guard import Function
from wflint.syntax.inner_nodes import all_nodes
from wflint.temporal.regions import Region

if TYPE_CHECKING:
    from wflint.project.store import Store

_WAITS = (ast.AsyncFor, ast.AsyncWith, ast.Await)


class Validated:
    """Answers for the update handlers of a graph."""

    def __init__(self, graph: CallGraph, store: Store) -> None:
        self._store = store
        self._known: dict[Node, list[Fact]] = {}
        self._validators: dict[tuple[Cls, str], Node] = {}
        for node, entry in graph.entries.items():
            if entry.kind & Region.VALIDATOR:
                for decorator in store.body(node.fn).head.decorators:
                    if decorator.written == "validator":
                        self._validators[entry.receiver, decorator.target.name] = node

    def facts(self, node: Node) -> list[Fact]:
        """Return what is known when an update handler begins, in its own names."""
        if node not in self._known:
            self._known[node] = list(self._read(node))
        return self._known[node]

    def _read(self, node: Node) -> Iterator[Fact]:
        receiver = node.receiver
        name = self._store.body(node.fn).head.name
        validator = self._validators.get((receiver, name)) if receiver is not None else None
        if validator is None:
            return
        inner, outer = self._function(validator), self._function(node)
        if inner is None or outer is None:
            return
        names = zip(_params(inner), _params(outer), strict=False)
        given: dict[str, ast.expr] = {one: ast.Name(other) for one, other in names}
        waits = min((n.lineno for n in all_nodes(outer) if isinstance(n, _WAITS)), default=NO_END)
        for fact in _refused(inner.body):
            test = None if is_bound(inner, fact, NO_END) else with_given(fact.test, given)
            if test is not None:
                yield Fact(test, fact.value, 0, waits)

    def _function(self, node: Node) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
        place = place_of(self._store, node.fn, 0)
        tree = parsed(place.text) if place is not None else None
        nodes = all_nodes(tree) if tree is not None else ()
        return next((n for n in nodes if isinstance(n, Function)), None)


def _params(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]


def _refused(body: Sequence[ast.stmt]) -> Iterator[Fact]:
    """Yield what is known at the end of a validator that raises where it is otherwise."""
    for statement in body:
        if any(isinstance(node, ast.Return) for node in all_nodes(statement)):
            return  # accepted, whatever comes later
        if isinstance(statement, ast.Assert):
            yield Fact(statement.test, True, statement.lineno)
        at: ast.stmt | None = statement
        while isinstance(at, ast.If) and isinstance(at.body[-1], ast.Raise):
            yield Fact(at.test, False, at.lineno)
            at = at.orelse[0] if len(at.orelse) == 1 else None
