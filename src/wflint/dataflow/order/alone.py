"""Finds sets of which the code says that they have one element at most."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING

from wflint.dataflow.order.keys import Part, parts_of_test
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.def_use import Tree
    from wflint.facts.context import Context

_ADDING = frozenset({"add", "symmetric_difference_update", "update"})
_COMPARISONS = {
    "Equal": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanEqual": operator.ge,
    "LessThan": operator.lt,
    "LessThanEqual": operator.le,
    "NotEqual": operator.ne,
}
_TURNED = {
    "GreaterThan": "LessThan",
    "GreaterThanEqual": "LessThanEqual",
    "LessThan": "GreaterThan",
    "LessThanEqual": "GreaterThanEqual",
}


def is_alone(expr: cst.BaseExpression, node: cst.CSTNode, ctx: Context, tree: Tree) -> bool:
    """True if the code makes sure that there is only one element, so that nothing has an order."""
    if isinstance(expr, cst.Name) and _is_made_of_one(expr, ctx, tree):
        return True
    if not tree.mentions("len"):
        return False
    length = ctx.code(expr)
    for inner, outer in tree.around(node):
        match outer:
            case cst.If() | cst.IfExp() if inner is not outer.test:
                if _says_one(outer.test, inner is outer.body, length, ctx):
                    return True
            case cst.BooleanOperation() if inner is outer.right:
                if _says_one(outer.left, isinstance(outer.operator, cst.And), length, ctx):
                    return True
            case cst.IndentedBlock() if _is_ensured(outer, inner, length, ctx):
                return True
            case cst.MatchCase(pattern=pattern) if inner is outer.body:
                match = tree.up(outer)
                if isinstance(match, cst.Match) and _is_length(match.subject, length, ctx):
                    return _fits_one(pattern)
    return False


def _is_made_of_one(name: cst.Name, ctx: Context, tree: Tree) -> bool:
    """True of `names = {name}` where nothing is put into it, and nobody else gets it."""
    match ctx.assigned(name):
        case cst.Set(elements=[cst.Element()]) if name.value not in tree.of_one:
            uses = tree.reads(tree.nodes[0], name.value)
            tree.of_one[name.value] = all(_leaves_alone(use, ctx, tree) for use in uses)
    return tree.of_one.get(name.value, False)


def _leaves_alone(use: cst.Name, ctx: Context, tree: Tree) -> bool:
    """True if a use of a set puts nothing into it, and gives it to nothing that may."""
    match tree.up(use):
        case cst.Attribute(attr=cst.Name(value=method)) as outer:
            call = tree.up(outer)
            return isinstance(call, cst.Call) and call.func is outer and method not in _ADDING
        case cst.Arg() as outer:
            call = tree.up(outer)
            name = ctx.dotted_name(call.func) if isinstance(call, cst.Call) else None
            return (name or "").startswith("builtins.")
        case cst.For() | cst.CompFor() | cst.Comparison() | cst.ComparisonTarget():
            return True
        case cst.If() | cst.While() | cst.UnaryOperation() | cst.StarredElement():
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Tuple() | cst.List())]):
            return True
    return False


def _fits_one(pattern: cst.MatchPattern) -> bool:
    """True if a pattern only fits 0 and 1."""
    parts = [p.pattern for p in pattern.patterns] if isinstance(pattern, cst.MatchOr) else [pattern]
    return all(
        isinstance(part, cst.MatchValue)
        and isinstance(part.value, cst.Integer)
        and part.value.evaluated_value <= 1
        for part in parts
    )


def _says_one(test: cst.BaseExpression, says: bool, sized: str, ctx: Context) -> bool:
    """True if something has one element at most when a condition is true, or is false.

    ``sized`` is the source of that.
    """
    return any(_bounds(part, sized, ctx) for part in parts_of_test(test, says))


def _bounds(part: Part, sized: str, ctx: Context) -> bool:
    """True if a comparison shows that a length is 0 or 1: `len(x) == 1`, `0 < len(x) < 2`."""
    if not isinstance(part.expr, cst.Comparison):
        return False
    sides = [part.expr.left, *(target.comparator for target in part.expr.comparisons)]
    operators = [type(target.operator).__name__ for target in part.expr.comparisons]
    if not part.says and len(operators) > 1:
        return False
    for left, sign, right in zip(sides, operators, sides[1:], strict=False):
        if _is_length(right, sized, ctx):
            left, sign, right = right, _TURNED.get(sign, sign), left
        if not _is_length(left, sized, ctx) or not isinstance(right, cst.Integer):
            continue
        compare, number = _COMPARISONS.get(sign), max(right.evaluated_value, 0)
        more = (2, max(number, 2), max(number, 2) + 1)  # one length of each kind
        if compare is not None and not any(compare(n, number) is part.says for n in more):
            return True
    return False


def _is_length(node: cst.BaseExpression, sized: str, ctx: Context) -> bool:
    """True of `len()` of what has a source."""
    match node:
        case cst.Call(func=func, args=[cst.Arg(value=value)]):
            return ctx.code(value) == sized and ctx.dotted_name(func) == "builtins.len"
    return False


def _is_ensured(block: cst.IndentedBlock, before: cst.CSTNode, sized: str, ctx: Context) -> bool:
    """`assert len(names) == 1`, or `if len(names) != 1: raise ...`, above in the same block."""
    from wflint.facts.guards import always_leaves

    for statement in block.body:
        if statement is before:
            break
        match statement:
            case cst.SimpleStatementLine(body=[cst.Assert(test=test)]):
                if _says_one(test, True, sized, ctx):
                    return True
            case cst.If(test=test, orelse=orelse, body=body):
                if always_leaves(body) and _says_one(test, False, sized, ctx):
                    return True
                leaves_else = isinstance(orelse, cst.Else) and always_leaves(orelse.body)
                if leaves_else and _says_one(test, True, sized, ctx):
                    return True
    return False
