"""Ways to bring into order what comes from a set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.def_use import names_in_target, tree_of
from wflint.dataflow.order import known
from wflint.dataflow.order.filled import RUNNING
from wflint.dataflow.order.nones import may_hold_none, names_behind
from wflint.fix.propose.order.lists import Listed, as_list
from wflint.rule.fix import NoFix, TextEdit
from wflint.rule.views import elements_of
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.rule.fix import Repair
    from wflint.rule.fix_view import FixView


def in_order(at: FixView, expr: cst.BaseExpression) -> Repair | None:
    """Sort a set where it is gone through; or keep the order in which it was filled.

    Elements that have no order cannot be sorted, and tasks are never equal: a list does for them.
    """
    tree = tree_of(at.context, expr)
    outer = tree.up(expr)
    call = tree.up(outer) if isinstance(outer, cst.Arg) else None
    if isinstance(outer, cst.Attribute) or (isinstance(outer, cst.Assign) and outer.targets[1:]):
        return None  # `names.pop()`, or a part of what is assigned stays a set
    waits = isinstance(call, cst.Call) and at.dotted_name(call.func) in known.GATHERS
    waits = waits or _is_awaited(outer)
    if not waits and _can_sort(at, expr):
        return at.unsafe("Use `sorted()`", *_sorted(at, expr, outer, call))
    elements = elements_of(at.types(expr))
    if waits or (elements and all(e.name in RUNNING for e in elements)):
        return at.unsafe("Use a list", *_listed(at, expr))
    if _shows(at, outer, call):
        return None
    return at.unsafe("Use `dict.fromkeys()`", *_as_keys(at, _written_out(at, expr)))


def _can_sort(at: FixView, expr: cst.BaseExpression) -> bool:
    """True if ``sorted()`` accepts what is in a set, as far as is known."""
    if at.can_sort(expr) is False:
        return False
    head = at.outermost
    return not may_hold_none(names_behind(expr, at.context), head, at.source.text)


def _is_awaited(outer: cst.CSTNode | None) -> bool:
    """True if a loop awaits the elements themselves."""
    from wflint.syntax.walk import walk

    if not isinstance(outer, cst.For):
        return False
    names = {target.value for target in names_in_target([outer.target])}
    awaited = (n.expression for n in walk(outer.body) if isinstance(n, cst.Await))
    return any(isinstance(e, cst.Name) and e.value in names for e in awaited)


def _sorted(
    at: FixView, expr: cst.BaseExpression, outer: cst.CSTNode | None, call: cst.CSTNode | None
) -> list[TextEdit]:
    """`sorted(names)`, which also takes the place of `list(names)`."""
    name = at.builtin("sorted")
    match outer, call:
        case cst.Arg(star="", keyword=None), cst.Call(args=[_]) as made:
            if at.dotted_name(made.func) == "builtins.list" and isinstance(made.func, cst.Name):
                return [at.replace(made.func, name)]
    start, end = at.span(expr)
    if expr.lpar:
        return [_before(at, at.span(expr.lpar[0])[0], name)]
    return [_before(at, start, f"{name}("), TextEdit(end, end, ")")]


def _listed(at: FixView, expr: cst.BaseExpression) -> list[TextEdit]:
    """A list of tasks instead of a set of them, where that was made."""
    edits = as_list(expr, at)
    if edits is None and isinstance(expr, cst.Name):
        names = Listed(at)
        names.take({expr.value}, set())
        edits = names.edits
    if not edits:
        raise NoFix
    return edits


def _shows(at: FixView, outer: cst.CSTNode | None, call: cst.CSTNode | None) -> bool:
    """True if a set becomes text."""
    if isinstance(call, cst.Call):
        is_format = isinstance(call.func, cst.Attribute) and call.func.attr.value == "format"
        return is_format or at.dotted_name(call.func) in known.TEXTS
    return isinstance(outer, (cst.BinaryOperation, cst.FormattedStringExpression))


def _written_out(at: FixView, expr: cst.BaseExpression) -> cst.BaseExpression:
    """The expression, or what a local name was assigned that is only gone through."""
    if not isinstance(expr, cst.Name):
        return expr
    made = at.context.assigned(expr)
    uses = Listed(at)
    names = uses.tree.reads(uses.tree.nodes[0], expr.value)
    if made is None or not all(map(uses.is_gone_through, names)):
        raise NoFix
    return made


def _as_keys(at: FixView, expr: cst.BaseExpression) -> list[TextEdit]:
    """`dict.fromkeys(...)` remembers in which order it was filled."""
    start, end = at.span(expr)
    name = f"{at.builtin('dict')}.fromkeys"
    match expr:
        case cst.Set() | cst.SetComp():
            return [
                _before(at, start, f"{name}([", start + 1),
                TextEdit(end - 1, end, "])"),
            ]
        case cst.Call(args=[cst.Arg(keyword=None, star="", value=given)]):
            is_set = at.dotted_name(expr.func) in ("builtins.frozenset", "builtins.set")
            if is_set and not any(t.name.endswith("set") for t in at.types(given)):
                return [at.replace(expr.func, name)]
    raise NoFix


def _before(at: FixView, start: int, text: str, end: int | None = None) -> TextEdit:
    """``text`` at a place, apart from a word that ends there, as in `for x in{...}`."""
    before = at.source.text[max(start - 1, 0) : start]
    space = " " if before.isidentifier() or before.isdigit() else ""
    return TextEdit(start, start if end is None else end, f"{space}{text}")
