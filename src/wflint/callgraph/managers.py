"""How the context managers of ``with`` statements handle errors raised in their blocks."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator
from operator import attrgetter

from wflint.callgraph.catching import Catching
from wflint.callgraph.graph import Node
from wflint.facts.ids import Fn
from wflint.facts.model import Exit, FunctionBody, Handler, Kind, Operation, Ref, Site, Try
from wflint.facts.sites import between
from wflint.inference.resolver import Resolver
from wflint.inference.values import (
    AbstractValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
    Unresolved,
)

_STACKS = frozenset({"contextlib.AsyncExitStack", "contextlib.ExitStack"})
"""Whatever is entered in them may keep errors."""

_GIVES_SOMETHING = re.compile(r"\breturn\b[ \t]*(?!(?:False|None)\b)[^\s#]")


_START = attrgetter("start")


class _Blocks:
    """Blocks of a function, each with the number of the one that it stands in; -1 if in none."""

    def __init__(self, places: list[Operation]) -> None:
        self.places = places
        self.around: list[int] = []
        open_: list[int] = []
        for number, one in enumerate(places):
            while open_ and places[open_[-1]].end <= one.start:
                open_.pop()
            self.around.append(open_[-1] if open_ else -1)
            open_.append(number)


class Managers:
    """Answers for the functions of one program."""

    def __init__(self, resolver: Resolver, catching: Catching) -> None:
        self._resolver = resolver
        self._store = resolver.store
        self._catching = catching
        self._known: dict[Fn, _Blocks] = {}

    def may_keep(self, node: Node, site: Site, classes: Collection[str]) -> bool:
        """True if a ``with`` around a site may keep an error of some classes, or change it."""
        pending = [(node, operation) for operation in self._around(node.fn, site)]
        seen: set[Fn] = set()
        while pending:
            at, operation = pending.pop()
            for entity in self._managers(at, operation):
                if not isinstance(entity, FunctionValue):
                    if self._object_may_keep(entity, operation):
                        return True
                elif entity.fn not in seen:
                    seen.add(entity.fn)
                    inside = Node(entity.fn, entity.receiver)
                    if self._generator_may_keep(inside, classes):
                        return True
                    pending += [(inside, other) for other in self._blocks(entity.fn).places]
        return False

    def entered(self, node: Node, site: Site) -> Iterator[AbstractValue]:
        """Yield what the ``with`` statements around a site enter."""
        for operation in self._around(node.fn, site):
            yield from self._managers(node, operation)

    def _blocks(self, fn: Fn) -> _Blocks:
        """Return the ``with`` statements of a function."""
        if fn not in self._known:
            found = [one for one in self._store.body(fn).operations if one.end >= 0]
            self._known[fn] = _Blocks(found)
        return self._known[fn]

    def _around(self, fn: Fn, site: Site) -> Iterator[Operation]:
        """Yield the ``with`` statements around a site, the innermost first."""
        blocks = self._blocks(fn)
        number = bisect_right(blocks.places, site, key=_START) - 1
        while number >= 0:
            one = blocks.places[number]
            if site < one.end:
                yield one
            number = blocks.around[number]

    def _managers(self, node: Node, operation: Operation) -> list[AbstractValue]:
        """Return what a ``with`` enters: objects, and functions whose ``yield`` stands for them."""
        operand = operation.operand
        made = self._resolved(operand.of, node) if _is_result(operand) else ()
        functions = [e for e in made if isinstance(e, FunctionValue)]
        generators = [e for e in functions if self._store.body(e.fn).head.is_generator]
        if generators:
            return [*generators]
        if any(isinstance(entity, ExternalValue) for entity in made):
            return [entity for entity in made if isinstance(entity, ExternalValue)]
        return [*self._resolved(operand, node)]

    def _resolved(self, ref: Ref | None, node: Node) -> tuple[AbstractValue, ...]:
        if ref is None:
            return ()
        return self._resolver.resolve(ref, node.fn.path, node.receiver, env=node.env)

    def _generator_may_keep(self, node: Node, classes: Collection[str]) -> bool:
        """True if the error, raised at its ``yield``, may not come out of a generator."""
        body = self._store.body(node.fn)
        return any(may_keep(self._catching, tried, body, node, classes) for tried in body.tries)

    def _object_may_keep(self, entity: AbstractValue, operation: Operation) -> bool:
        """True of objects of the project whose method says so, and of those that nobody knows."""
        if isinstance(entity, ExternalValue):
            return entity.name in _STACKS
        if not isinstance(entity, InstanceValue):
            return isinstance(entity, Unresolved)
        name = operation.methods[-1]
        found = self._resolver.attribute(entity, name)
        return any(isinstance(one, FunctionValue) and self._exit_may_keep(one.fn) for one in found)

    def _exit_may_keep(self, fn: Fn) -> bool:
        """True if an ``__exit__`` raises something, or returns more than False and None."""
        head, body = self._store.head(fn), self._store.body(fn)
        if head is None or body.raises:
            return True
        text = self._store.load(fn.path).source.searchable[head.start : head.end]
        return _GIVES_SOMETHING.search(text) is not None


def _is_result(ref: Ref) -> bool:
    return ref.kind is Kind.RESULT and not ref.path


def may_keep(
    catching: Catching, tried: Try, body: FunctionBody, node: Node, classes: Collection[str]
) -> bool:
    """True if a ``try`` of a function may keep an error, or raise another one instead."""
    if tried.leaves >= 0 or tried.is_group:
        return True
    handler = catching.handler_for(tried, classes, node.fn.path, node.receiver)
    return handler is not None and not _raises_again(handler, body)


def _raises_again(handler: Handler, body: FunctionBody) -> bool:
    """True if a handler surely raises the error that it has caught."""
    if handler.exits != Exit.RAISES:
        return False
    return all(one.is_again for one in between(body.raises, handler.site, handler.end))
