"""Sets that are written out, and the same as lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.repair.model import TextEdit

if TYPE_CHECKING:
    import libcst as cst

    from wflint.repair.view import RepairView

_MAKERS = frozenset({"builtins.frozenset", "builtins.set"})
LISTS = frozenset({"builtins.list", "builtins.tuple"})


def is_list(expr: cst.BaseExpression, at: RepairView) -> bool:
    """Whether an expression is surely a list or a tuple."""
    types = at.types(expr)
    return bool(types) and all(t.name in LISTS for t in types)


def as_list(expr: cst.BaseExpression, at: RepairView) -> list[TextEdit] | None:
    """What makes a list of a set that is written out; ``None`` if it is made in another way."""
    import libcst as cst

    start, end = at.span(expr)
    match expr:
        case cst.Set() | cst.SetComp():
            return [TextEdit(start, start + 1, "["), TextEdit(end - 1, end, "]")]
        case cst.Call(args=[]) if at.dotted_name(expr.func) in _MAKERS:
            return [TextEdit(start, end, "[]")]
        case cst.Call(args=[cst.Arg(keyword=None, star="")]):
            if at.dotted_name(expr.func) in _MAKERS:
                return [at.replace(expr.func, at.builtin("list"))]
    return None
