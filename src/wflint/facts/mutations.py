"""Syntax that changes objects: assignments to parts, ``del``, and methods of containers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import libcst as cst

from wflint.facts.model import Kind, Ref

Mutations = Iterator[tuple[cst.BaseExpression, str]]
"""Objects that are changed, and how: see :class:`wflint.facts.model.Mutation`."""

CHANGING_METHODS = frozenset(
    {
        "add",
        "append",
        "appendleft",
        "clear",
        "difference_update",
        "discard",
        "extend",
        "extendleft",
        "get_nowait",
        "insert",
        "intersection_update",
        "move_to_end",
        "pop",
        "popitem",
        "popleft",
        "put_nowait",
        "remove",
        "reverse",
        "rotate",
        "setdefault",
        "sort",
        "subtract",
        "symmetric_difference_update",
        "update",
    }
)
"""Methods that change the container that they are called on."""

_LASTING = frozenset(
    {Kind.GLOBAL, Kind.IMPORT, Kind.SELF, Kind.CLS, Kind.SUPER, Kind.PARAM, Kind.INSTANCE}
)
"""Kinds of objects that may outlive the function."""

_PARTS = frozenset({Kind.ELEMENT, Kind.ITEM, Kind.PART})

_ATTRIBUTE_SETTERS = frozenset({"setattr", "delattr"})


def _assign(node: cst.Assign) -> Mutations:
    for assigned in node.targets:
        yield from _target(assigned.target)


def _annotated(node: cst.AnnAssign) -> Mutations:
    if node.value is not None:
        yield from _target(node.target)


def _augmented(node: cst.AugAssign) -> Mutations:
    yield from _target(node.target)


def _delete(node: cst.Del) -> Mutations:
    yield from _target(node.target)


def _call(node: cst.Call) -> Mutations:
    func = node.func
    if isinstance(func, cst.Attribute):
        if func.attr.value in CHANGING_METHODS:
            yield func.value, func.attr.value
    elif isinstance(func, cst.Name) and func.value in _ATTRIBUTE_SETTERS and node.args:
        yield node.args[0].value, "attribute"


def _target(target: cst.CSTNode) -> Mutations:
    pending = [target]
    while pending:
        node = pending.pop()
        match node:
            case cst.Attribute():
                yield node.value, "attribute"
            case cst.Subscript():
                yield node.value, "item"
            case cst.Name():
                yield node, "name"
            case cst.Tuple() | cst.List():
                pending.extend(element.value for element in reversed(node.elements))


MUTATIONS: dict[type[cst.CSTNode], Callable[..., Mutations]] = {
    cst.AnnAssign: _annotated,
    cst.Assign: _assign,
    cst.AugAssign: _augmented,
    cst.Call: _call,
    cst.Del: _delete,
}
"""By the type of a node, what it changes."""


def lasting(ref: Ref) -> Ref | None:
    """Return the object that changes with what a ref is, if it may outlive the function.

    What a loop takes out of it is a part of it, as what a subscript gives is.
    """
    while ref.kind in _PARTS and ref.of is not None:
        ref = ref.of
    return ref if ref.kind in _LASTING else None
