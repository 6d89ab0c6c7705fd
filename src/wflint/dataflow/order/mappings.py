"""Uses of mappings that keep their order, and those that do not look at it."""

from __future__ import annotations

from wflint.dataflow.order.steps import OrderTaint
from wflint.syntax.cst import cst


def taint_of_view(method: str, taint: OrderTaint) -> OrderTaint:
    """Return the taint of what `.keys()`, `.values()` or `.items()` gives, or a copy."""
    if method == "items" and taint in (OrderTaint.KEYED, OrderTaint.FILLED):
        return OrderTaint.ITEMS
    return OrderTaint.MAPPED if method in ("keys", "items", "values") else taint


def is_view(node: cst.CSTNode) -> bool:
    """`counts.keys()` or `counts.items()`, which are like sets themselves."""
    match node:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="items" | "keys")), args=[]):
            return True
    return False


def compares_mappings(node: cst.CSTNode, whole: cst.Comparison, taint: OrderTaint) -> bool:
    """`counts == others`, `counts.keys() <= others`: these do not look at any order."""
    if len(whole.comparisons) != 1:
        return False
    equals = isinstance(whole.comparisons[0].operator, (cst.Equal, cst.NotEqual))
    return is_view(node) or (equals and taint in (OrderTaint.KEYED, OrderTaint.FILLED))


def has_key_first(element: cst.CSTNode, target: cst.CSTNode) -> bool:
    """`(key, size)`, made of the pairs that `for key, size in counts.items()` gives."""
    match element, target:
        case (
            cst.Tuple(elements=[cst.Element(value=cst.Name(value=first)), *_]),
            cst.Tuple(elements=[cst.Element(value=cst.Name(value=key)), *_]),
        ):
            return first == key
    return False
