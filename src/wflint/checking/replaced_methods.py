"""Workflows of which a decorator of the project replaces methods: what runs is not what is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wflint.callgraph.graph import DEFINITION, CallGraph, GapAt, Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import FunctionBody, Kind
from wflint.inference.resolver import Resolver
from wflint.inference.values import FunctionValue


def gaps_of_decorators(
    graph: CallGraph, workflows: Iterable[Cls], resolver: Resolver
) -> Iterator[GapAt]:
    """Yield a gap for each method that a decorator of its class puts another function in place of.

    That is ``cls.run = monitored`` and ``setattr(cls, "run", monitored)``.
    """
    nodes: dict[Cls | None, list[Node]] = {}
    for node, entry in graph.entries.items():
        nodes.setdefault(entry.receiver, []).append(node)
    for cls in workflows:
        put = {name: maker for maker, name in _put_by_decorators(cls, resolver)}
        for node in nodes.get(cls, ()):
            name = node.fn.qualname.rpartition(".")[2]
            if name in put:
                why = f"`{put[name]}` puts another function in its place, which is not followed"
                yield GapAt(node, DEFINITION, name, why)


def _put_by_decorators(cls: Cls, resolver: Resolver) -> Iterator[tuple[str, str]]:
    """Yield what decorators set on a class: the decorator, and the name of the attribute."""
    for owner in resolver.order(cls)[0]:
        facts = resolver.facts_of(owner)
        for decorator in facts.decorators if facts is not None else ():
            for entity in resolver.resolve(decorator.target, owner.path):
                if isinstance(entity, FunctionValue):
                    for body in _bodies(entity.fn, resolver):
                        yield from ((entity.fn.shown, name) for name in _set_on_parameters(body))


def _bodies(fn: Fn, resolver: Resolver) -> Iterator[FunctionBody]:
    """Yield the body of a decorator, and of the functions in it that it returns."""
    body = resolver.store.body(fn)
    yield body
    for ref in body.returned:
        if ref.kind is Kind.LOCAL and not ref.path:
            yield resolver.store.body(Fn(fn.path, ref.name))


def _set_on_parameters(body: FunctionBody) -> Iterator[str]:
    for store in body.stores:
        if store.target.kind is Kind.PARAM and not store.target.path and not store.into:
            yield store.attribute
    for call in body.calls:
        if call.written == "setattr" and len(call.args) == 3:
            target, name = call.args[0].value, call.args[1].value
            if target.ref.kind is Kind.PARAM and name.text:
                yield name.text
