"""Follows an order that a replay does not repeat into comprehensions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.order.keys import matches_one
from wflint.dataflow.order.mappings import has_key_first
from wflint.dataflow.order.steps import COMMAND, NOTHING, SHOWN, OrderTaint, Step, onward
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.order.follow import OrderFlow


def comprehended(
    flow: OrderFlow, node: cst.CSTNode, parent: cst.CompFor, taint: OrderTaint
) -> Step:
    """A comprehension runs over it."""
    from wflint.dataflow.def_use import names_in_target

    whole = flow.tree.up(parent)
    while isinstance(whole, cst.CompFor):
        whole = flow.tree.up(whole)
    match whole:
        case cst.DictComp():
            made: list[cst.CSTNode] = [whole.key, whole.value]
        case cst.ListComp() | cst.SetComp() | cst.GeneratorExp():
            made = [whole.elt]
        case _:
            return SHOWN
    targets = {t.value for t in names_in_target([parent.target])}
    if any(matches_one(condition.test, targets) for condition in parent.ifs):
        return NOTHING
    if parent.asynchronous is not None or any(flow.calls.has_command(m) for m in made):
        return COMMAND
    numbered = taint is OrderTaint.NUMBERED or taint.is_value
    if isinstance(whole, cst.SetComp):
        return onward(whole, OrderTaint.VALUE) if numbered else NOTHING
    if numbered:
        return onward(whole, taint)
    if isinstance(whole, cst.DictComp):
        return onward(whole, OrderTaint.KEYED)
    match made[0], parent.target:
        case cst.Name(value=element), cst.Name(value=target) if element == target:
            return onward(whole, taint)
        case element, target if taint is OrderTaint.ITEMS and has_key_first(element, target):
            return onward(whole, taint)
    return onward(whole, OrderTaint.MAPPED)


def filtered(flow: OrderFlow, node: cst.CSTNode, parent: cst.CompIf, taint: OrderTaint) -> Step:
    """The condition of a comprehension asks for it."""
    outer = flow.tree.up(parent)
    while isinstance(outer, cst.CompFor):
        outer = flow.tree.up(outer)
    if taint is not OrderTaint.VALUE:
        return NOTHING
    return onward(outer, OrderTaint.VALUE) if outer is not None else SHOWN
