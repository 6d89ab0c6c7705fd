"""One step of a value: from an expression that has it to what stands around that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from wflint.facts.frames import Entry
from wflint.severity.calls import argument
from wflint.severity.names import CHANGING
from wflint.severity.places import EscapesError, TaintState, is_target
from wflint.syntax.walk import walk

if TYPE_CHECKING:
    from wflint.severity.follow import Follow

Handler = Callable[["Follow", TaintState, Entry], None]


def _on(flow: Follow, at: TaintState, parent: Entry) -> None:
    """The larger expression has the value as well."""
    flow.push(at.moved(parent))


def _in(flow: Follow, at: TaintState, parent: Entry) -> None:
    """A list, dict or set is made with the value in it."""
    flow.push(at.moved(parent, at.value._replace(is_container=True)))


def _attribute(flow: Follow, at: TaintState, parent: Entry) -> None:
    """An attribute of the value, or a method of it: of a library's type that runs no own code."""
    if is_target(parent):
        return  # `request.name = name`
    if flow.runs_code(at.value, _name(parent.node)):
        raise EscapesError
    flow.push(at.moved(parent))


def _call(flow: Follow, at: TaintState, parent: Entry) -> None:
    """A method of the value is called; something that *is* the value must not be."""
    node = at.entry.node
    if not isinstance(node, cst.Attribute) or at.is_self(node.value):
        raise EscapesError
    outer = parent.parent.node if parent.parent is not None else None
    if isinstance(outer, cst.Expr):
        # Called for what it does. That is known of containers only.
        if at.value.is_container and node.attr.value in CHANGING:
            return
        raise EscapesError
    flow.push(at.moved(parent))


def _subscript(flow: Follow, at: TaintState, parent: Entry) -> None:
    """A part of the value. (As an index, the value stands in an ``Index``.)"""
    if is_target(parent):
        return  # `events[0] = event`
    flow.push(at.moved(parent))


def _boolean(flow: Follow, at: TaintState, parent: Entry) -> None:
    """``value or other``: the value decides whether the other side runs."""
    node = parent.node
    assert isinstance(node, cst.BooleanOperation)
    if node.left is at.entry.node and not _runs_nothing(node.right):
        raise EscapesError
    flow.push(at.moved(parent))


def _runs_nothing(node: cst.CSTNode) -> bool:
    acting = (cst.Call, cst.Await, cst.Yield, cst.NamedExpr)
    return not any(isinstance(inner, acting) for inner in walk(node))


def _if_exp(flow: Follow, at: TaintState, parent: Entry) -> None:
    assert isinstance(parent.node, cst.IfExp)
    if parent.node.test is at.entry.node:
        raise EscapesError
    flow.push(at.moved(parent))


def _comprehension(flow: Follow, at: TaintState, parent: Entry) -> None:
    """As an element; what is looped over, and conditions, decide."""
    node = parent.node
    parts: tuple[object, ...] = ()
    if isinstance(node, cst.DictComp):
        parts = (node.key, node.value)
    elif isinstance(node, (cst.ListComp, cst.SetComp, cst.GeneratorExp)):
        parts = (node.elt,)
    if not any(part is at.entry.node for part in parts):
        raise EscapesError
    _in(flow, at, parent)


def _assign(flow: Follow, at: TaintState, parent: Entry) -> None:
    node = parent.node
    if is_target(at.entry):
        return  # `self.count += 1`, where the attribute has the value
    if isinstance(node, cst.Assign):
        for target in node.targets:
            flow.give(at, target.target, at.value)
    elif isinstance(node, (cst.AnnAssign, cst.AugAssign)):
        flow.give(at, node.target, at.value)


def _named(flow: Follow, at: TaintState, parent: Entry) -> None:
    assert isinstance(parent.node, cst.NamedExpr)
    flow.give(at, parent.node.target, at.value)
    flow.push(at.moved(parent))


def _return(flow: Follow, at: TaintState, parent: Entry) -> None:
    flow.returned(at)


def _lambda(flow: Follow, at: TaintState, parent: Entry) -> None:
    assert isinstance(parent.node, cst.Lambda)
    if parent.node.body is not at.entry.node:
        raise EscapesError  # a default value
    flow.returned(at)


def _statement(flow: Follow, at: TaintState, parent: Entry) -> None:
    """The value is dropped. A call that is made for what it does is not understood."""
    node = at.entry.node
    if isinstance(node, (cst.Call, cst.Await)):
        raise EscapesError


def _delete(flow: Follow, at: TaintState, parent: Entry) -> None:
    """``del value`` decides nothing."""


def _name(node: cst.CSTNode) -> str:
    assert isinstance(node, cst.Attribute)
    return node.attr.value


HANDLERS: dict[type[cst.CSTNode], Handler] = {
    cst.AnnAssign: _assign,
    cst.Arg: argument,
    cst.Assign: _assign,
    cst.Attribute: _attribute,
    cst.AugAssign: _assign,
    cst.Await: _on,
    cst.BinaryOperation: _on,
    cst.BooleanOperation: _boolean,
    cst.Call: _call,
    cst.Comparison: _on,
    cst.ComparisonTarget: _on,
    cst.ConcatenatedString: _on,
    cst.Del: _delete,
    cst.Dict: _in,
    cst.DictComp: _comprehension,
    cst.DictElement: _on,
    cst.Element: _on,
    cst.Expr: _statement,
    cst.FormattedString: _on,
    cst.FormattedStringExpression: _on,
    cst.GeneratorExp: _comprehension,
    cst.IfExp: _if_exp,
    cst.Lambda: _lambda,
    cst.List: _in,
    cst.ListComp: _comprehension,
    cst.NamedExpr: _named,
    cst.Return: _return,
    cst.Set: _in,
    cst.SetComp: _comprehension,
    cst.StarredDictElement: _on,
    cst.StarredElement: _on,
    cst.Subscript: _subscript,
    cst.Tuple: _on,
    cst.UnaryOperation: _on,
}
"""By the type of the node around the value. What is not listed decides: ``if``, ``raise``, ..."""
