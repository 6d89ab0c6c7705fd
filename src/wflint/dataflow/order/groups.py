"""Follows mappings of lists that were filled in an order which a replay does not repeat.

`groups[n[0]].append(n)`: the keys come in that order, and so does each list. What does not look at
the order of the keys, or gets them sorted, has only the order of the lists left.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.def_use import value_for
from wflint.dataflow.order import known
from wflint.dataflow.order.keys import has_ties, sorts_by_first
from wflint.dataflow.order.steps import NOTHING, OrderTaint, Step, onward
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.order.follow import OrderFlow

_MAPPINGS = frozenset({"builtins.dict", "collections.OrderedDict", "collections.defaultdict"})


def is_mapping(name: str, near: cst.CSTNode, flow: OrderFlow) -> bool:
    """True if a local name always stands for a dictionary that the function has made."""
    made = [value_for(node, name) for node in flow.tree.assignments(name, near)]
    return bool(made) and all(
        isinstance(value, (cst.Dict, cst.DictComp))
        or (isinstance(value, cst.Call) and flow.ctx.dotted_name(value.func) in _MAPPINGS)
        for value in made
    )


def step_of_groups(
    flow: OrderFlow, node: cst.CSTNode, parent: cst.CSTNode, taint: OrderTaint
) -> Step | None:
    """Go on with a mapping of lists, or with its items; ``None`` where its order may be seen."""
    match parent:
        case cst.For(
            iter=iterated,
            target=cst.Tuple(elements=[_, cst.Element(value=cst.Name(value=lists))]),
            body=body,
        ) if iterated is node and taint is OrderTaint.GROUP_ITEMS:
            uses = [*flow.tree.reads(body, lists), *flow.tree.later_uses(parent, lists).nodes]
            return Step(places=[(use, OrderTaint.MAPPED) for use in uses])
        case cst.Arg(keyword=None, star=""):
            call = flow.tree.up(parent)
            return _given(flow, call, taint) if isinstance(call, cst.Call) else None
    return _step_of_mapping(flow, node, parent) if taint is OrderTaint.GROUPS else None


def _step_of_mapping(flow: OrderFlow, node: cst.CSTNode, parent: cst.CSTNode) -> Step | None:
    outer = flow.tree.up(parent)
    match parent:
        case cst.ComparisonTarget(operator=cst.In() | cst.NotIn()):
            return NOTHING
        case cst.UnaryOperation(operator=cst.Not()) | cst.If() | cst.While():
            return NOTHING
        case cst.Subscript(value=value) if value is node:
            is_target = isinstance(outer, (cst.AssignTarget, cst.Del))
            return NOTHING if is_target else onward(parent, OrderTaint.MAPPED)
        case cst.Attribute(attr=cst.Name(value=method)) if (
            isinstance(outer, cst.Call) and outer.func is parent
        ):
            return _called(flow, outer, method)
    return None


def _called(flow: OrderFlow, call: cst.Call, method: str) -> Step | None:
    """A method of the mapping."""
    if method in known.LOOKUPS:
        return NOTHING if method == "__contains__" else onward(call, OrderTaint.MAPPED)
    arg = flow.tree.up(call)
    outer = flow.tree.up(arg) if isinstance(arg, cst.Arg) else None
    if method == "items" and isinstance(outer, cst.Call) and _sorts_by_key(flow, outer):
        return onward(outer, OrderTaint.GROUP_ITEMS)
    is_sorted = isinstance(outer, cst.Call) and _has_no_order(flow, outer)
    return NOTHING if method == "keys" and is_sorted else None


def _given(flow: OrderFlow, call: cst.Call, taint: OrderTaint) -> Step | None:
    """Something is called with it: its keys are counted or sorted, or its items copied."""
    if taint is OrderTaint.GROUPS:
        return NOTHING if _has_no_order(flow, call) else None
    is_copy = flow.ctx.dotted_name(call.func) in ("builtins.list", "builtins.tuple")
    return onward(call, taint) if is_copy else None


def _has_no_order(flow: OrderFlow, call: cst.Call) -> bool:
    name = flow.ctx.dotted_name(call.func)
    if name in known.SORTING | known.CHOOSING:
        return not has_ties(call, flow.ctx)
    return name in known.FORGETTING or name in ("builtins.bool", "builtins.len")


def _sorts_by_key(flow: OrderFlow, call: cst.Call) -> bool:
    """True for `sorted(groups.items())`: no two have one key, so that no list is looked at."""
    is_sorted = flow.ctx.dotted_name(call.func) == "builtins.sorted"
    has_key = any(arg.keyword is not None and arg.keyword.value == "key" for arg in call.args)
    return is_sorted and (not has_key or sorts_by_first(call, flow.ctx))
