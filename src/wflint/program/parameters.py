"""Which parameters of a function decide what it calls."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.facts.model import FunctionBody, Kind, Ref
from wflint.program.store import Fn, Store


def asked_parameters(store: Store, fn: Fn) -> frozenset[str]:
    """The parameters that a function, or one nested in it, calls, asks for something, or passes on.

    What a caller gives to the others makes no difference to what is reached.
    """
    store.body(fn)
    bodies = store.load(fn.path).bodies
    around = f"{fn.qualname}."
    found: set[str] = set()
    for name, body in bodies.items():
        if name == fn.qualname or name.startswith(around):
            for ref in _refs(body):
                _collect(ref, fn.qualname, found)
    return frozenset(found)


def _refs(body: FunctionBody) -> Iterator[Ref]:
    for call in body.calls:
        yield call.target
        for arg in call.args:
            yield arg.value.ref
    for use in (*body.uses, *body.reads):
        yield use.target
    for operation in body.operations:
        yield operation.operand
    for finding in body.findings:
        if finding.asked is not None:
            yield finding.asked
    yield from body.attributes.values()
    for added in body.additions.values():
        yield from added
    yield from body.returned
    yield from body.yielded


def _collect(ref: Ref, owner: str, found: set[str]) -> None:
    pending = [ref]
    while pending:
        current = pending.pop()
        if current.kind is Kind.PARAM and current.owner == owner:
            found.add(current.name)
        if current.of is not None:
            pending.append(current.of)
        pending.extend(current.others)
