"""Syntax that changes objects: assignments to parts, ``del``, and methods of containers."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator

import libcst as cst

from wflint.facts.frames import Entry
from wflint.facts.model import Kind, Ref
from wflint.facts.refs import Refs

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
_SETTING_METHODS = frozenset({"__setattr__", "__delattr__"})
_CONTAINERS = frozenset({"bytearray", "dict", "list", "set"})

_CHANGE_FIRST = frozenset(
    {
        "bisect.insort",
        "bisect.insort_left",
        "bisect.insort_right",
        "heapq.heapify",
        "heapq.heappop",
        "heapq.heappush",
        "heapq.heappushpop",
        "heapq.heapreplace",
        "operator.delitem",
        "operator.setitem",
    }
)
"""Functions that change the container that they are given first."""

FUNCTIONS = frozenset(name.rpartition(".")[2] for name in _CHANGE_FIRST)
"""Their last words, as they are written."""


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
    first = node.args[0].value if node.args and not node.args[0].star else None
    match node.func:
        case cst.Attribute(value=changed, attr=cst.Name(value=method)):
            pass
        case cst.Name(value=name):
            if first is not None and name in _ATTRIBUTE_SETTERS:
                yield first, "attribute"
            elif first is not None and name in FUNCTIONS:
                yield first, name
            return
        case _:
            return
    if first is not None and (method in FUNCTIONS or _is_name(changed, _CONTAINERS)):
        if method in FUNCTIONS or method in CHANGING_METHODS:
            yield first, method
    elif first is not None and method in _SETTING_METHODS and _is_name(changed, {"object"}):
        yield first, "attribute"
    elif method in CHANGING_METHODS:
        holder = _holder(changed)
        yield (changed, method) if holder is None else (holder, "attribute")


def _is_name(node: cst.BaseExpression, names: Container[str]) -> bool:
    return isinstance(node, cst.Name) and node.value in names


def _holder(node: cst.BaseExpression) -> cst.BaseExpression | None:
    """Return the object whose attributes are in a dictionary: ``vars(x)``, ``x.__dict__``."""
    match node:
        case cst.Call(func=cst.Name(value="vars"), args=[cst.Arg(value=value)]):
            return value
        case cst.Attribute(value=value, attr=cst.Name(value="__dict__")):
            return value
    return None


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


def changes_first(entry: Entry, refs: Refs) -> bool:
    """True if a call that is written so is one of a function that changes what it gets first."""
    called = entry.node.func if isinstance(entry.node, cst.Call) else None
    return refs.external(refs.ref(called, entry.state.scope)) in _CHANGE_FIRST


def lasting(ref: Ref) -> Ref | None:
    """Return the object that changes with what a ref is, if it may outlive the function.

    What a loop takes out of it is a part of it, as what a subscript gives is.
    """
    while ref.kind in _PARTS and ref.of is not None:
        ref = ref.of
    return ref if ref.kind in _LASTING else None
