"""Elements of sets: a call that is not awaited stays a coroutine there.

Elsewhere a call stands for what it gives in the end. In a set that is another thing, because the
order follows from the hash of the element.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from wflint import limits
from wflint.facts.model import Kind, Ref
from wflint.facts.scopes import Scope

if TYPE_CHECKING:
    from wflint.facts.refs import Refs


def put_into_set(refs: Refs, node: cst.CSTNode | None, scope: Scope | None, steps: int) -> Ref:
    """Return what ``node`` is as an element of a set."""
    ref = refs.ref(node, scope, steps)
    if isinstance(node, cst.Name):
        node = refs.held_value(node, scope)
    is_call = type(node) is cst.Call and ref.kind is Kind.RESULT and not ref.path
    return Ref(Kind.UNAWAITED, of=ref) if is_call else ref


def elements_of_set(refs: Refs, node: cst.Call, scope: Scope | None, steps: int) -> tuple[Ref, ...]:
    """Return the elements that `set()` or `frozenset()` is given, if any is a coroutine:

    `set([f(x)])`, `set(f(x) for x in xs)`.
    """
    given: cst.CSTNode | None = node.args[0].value
    if isinstance(given, cst.Name):
        given = refs.held_value(given, scope)
    found: list[Ref] = []
    kind = "list"
    if isinstance(given, (cst.List, cst.Tuple)):
        elements = [e for e in given.elements[: limits.ELEMENTS] if type(e) is cst.Element]
        if len(elements) == len(given.elements):
            found = [put_into_set(refs, e.value, scope, steps) for e in elements]
    elif isinstance(given, (cst.ListComp, cst.GeneratorExp)):
        inside = refs.scope_of(given)
        kind = "list" if isinstance(given, cst.ListComp) else "generator"
        if inside is not None and refs.complete:
            found = [put_into_set(refs, given.elt, inside, steps)]
    if not any(ref.kind is Kind.UNAWAITED for ref in found):
        return ()
    return (Ref(Kind.LITERAL, kind, others=tuple(found)),)
