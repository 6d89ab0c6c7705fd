"""The attributes that the functions of a call graph read, by name, of whatever object."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.callgraph.graph import CallGraph
from wflint.facts.model import Call, Flag, FunctionBody, Kind, Ref
from wflint.project.store import Store


def attribute_reads(graph: CallGraph, store: Store) -> frozenset[str]:
    """Return the names of all attributes that are read, and of those that may be."""
    bodies = (store.body(fn) for fn in {node.fn for node in graph.parents})
    return frozenset(name for body in bodies for ref in _refs(body) for name in _names(ref))


def attributes_of(body: FunctionBody, call: Call) -> list[str]:
    """Return the attributes of its object in which a function may keep what a call makes."""
    return [
        name
        for name, ref in body.attributes.items()
        if any(one.kind is Kind.RESULT and one.of == call.target for one in _parts(ref))
    ]


def _refs(body: FunctionBody) -> Iterator[Ref]:
    for call in body.calls:
        yield call.target
        yield from (arg.value.ref for arg in call.args)
    for use in (*body.uses, *body.reads):
        if not use.flags & Flag.STORED:
            yield use.target
    yield from (operation.operand for operation in body.operations)
    yield from (*body.returned, *body.yielded, *(put.value for put in body.stores))


def _names(ref: Ref) -> Iterator[str]:
    for one in _parts(ref):
        yield from one.path


def _parts(ref: Ref) -> Iterator[Ref]:
    pending = [ref]
    while pending:
        one = pending.pop()
        yield one
        pending += one.others if one.of is None else (one.of, *one.others)
