"""Loops whose rounds are all alike, or do nothing: any order gives the same.

`for word in BAD: if word in text: found += 1; score += 50 if found == 1 else 15` does one thing as
often as an element is found, whichever that is.
"""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING

from wflint.dataflow.def_use import target_names
from wflint.dataflow.order.keys import names_in
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from collections.abc import Sequence


def rounds_alike(node: cst.For | cst.While, dependent: Set[str]) -> Sequence[cst.CSTNode]:
    """Return the statements of a loop's body that do the same in each round that comes to them.

    They use no element and none of the ``dependent`` names, and an element has no other say than to
    decide, before the first of them, if the round comes to them. What they change does not count
    for that.
    """
    if not isinstance(node, cst.For) or not isinstance(node.body, cst.IndentedBlock):
        return ()
    parts = list(node.body.body)
    read: set[str] = set()
    while parts and (made := _made_of_element(parts[0], dependent)) is not None:
        read |= names_in(made)
        del parts[0]
    if not _uses(parts, dependent):
        return parts
    match parts:
        case [cst.If(test=test, orelse=None, body=cst.IndentedBlock(body=inside))]:
            operator: type[cst.BaseBooleanOp] = cst.And
        case [cst.If(test=test, orelse=None) as first, *inside] if _goes_on(first):
            operator = cst.Or
        case _:
            return ()
    if _uses(inside, dependent):
        return ()
    for term in _terms(test, operator):
        names = names_in(term)
        read |= names if names & dependent else set()
    return () if _uses(inside, read) else inside


def _made_of_element(node: cst.CSTNode, dependent: Set[str]) -> cst.BaseExpression | None:
    """Return what a statement such as `low = word.lower()` gives a name that depends on it."""
    match node:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value) as made]):
            names = {target.value for target in target_names(made)}
            plain = all(isinstance(target.target, cst.Name) for target in made.targets)
            return value if plain and names and names <= dependent else None
    return None


def _goes_on(node: cst.If) -> bool:
    """True for `if ...: continue`."""
    match node.body:
        case (
            cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Continue()])])
            | cst.SimpleStatementSuite(body=[cst.Continue()])
        ):
            return True
    return False


def _terms(test: cst.BaseExpression, operator: type[cst.BaseBooleanOp]) -> list[cst.BaseExpression]:
    """Return the parts of a condition that an operator joins."""
    found: list[cst.BaseExpression] = []
    pending = [test]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.BooleanOperation) and isinstance(node.operator, operator):
            pending += [node.left, node.right]
        else:
            found.append(node)
    return found


def _uses(nodes: Sequence[cst.CSTNode], names: Set[str]) -> bool:
    return any(names_in(node) & names for node in nodes)
