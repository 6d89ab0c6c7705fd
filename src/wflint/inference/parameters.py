"""Finds the parameters of a function that decide what it calls."""

from __future__ import annotations

from collections.abc import Iterator

from wflint.facts.ids import Fn
from wflint.facts.model import FunctionBody, Kind, Ref
from wflint.project.store import Store


def asked_parameters(store: Store, fn: Fn) -> frozenset[str]:
    """The parameters that a function, or one nested in it, calls, asks for something, or passes on.

    What a caller gives to the others makes no difference to what is reached.
    """
    pending = [ref for body in store.with_nested(fn) for ref in _refs(body)]
    return frozenset(_parameters(pending, fn.qualname))


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


def _parameters(pending: list[Ref], owner: str) -> set[str]:
    """The parameters of a function in some refs; what many refs have in common is seen once."""
    found: set[str] = set()
    seen: set[Ref] = set()
    while pending:
        ref = pending.pop()
        if ref.kind is Kind.PARAM and ref.owner == owner:
            found.add(ref.name)
        if (ref.of is not None or ref.others) and ref not in seen:
            seen.add(ref)
            pending.extend(ref.others if ref.of is None else (ref.of, *ref.others))
    return found
