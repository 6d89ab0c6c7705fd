"""Loops whose rounds are all alike, or do nothing: any order gives the same.

`for word in BAD: if word in text: found += 1; score += 50 if found == 1 else 15` does one thing as
often as an element is found, whichever that is.
"""

from __future__ import annotations

from collections.abc import Set
from typing import TYPE_CHECKING, NamedTuple

from wflint.dataflow.def_use import target_names
from wflint.dataflow.order.keys import names_in, parts_of_test
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from collections.abc import Sequence


def rounds_alike(node: cst.For | cst.While, dependent: Set[str]) -> Sequence[cst.CSTNode]:
    """Return the statements of a loop's body that do the same in each round that comes to them.

    They use no element and none of the ``dependent`` names, and an element has no other say than to
    decide, before the first of them, if the round comes to them. What they change does not count
    for that.
    """
    if not isinstance(node, cst.For):
        return ()
    parts: Sequence[cst.CSTNode] = node.body.body
    read: set[str] = set()
    is_asked = False
    while _uses(parts, dependent):
        made = _made_of_element(parts[0], dependent)
        if made is not None:
            read |= names_in(made)
            parts = parts[1:]
            continue
        way = _only_way(parts)
        if way is None:
            return ()
        is_asked = True
        test, says, parts = way
        for part in parts_of_test(test, says):
            names = names_in(part.expr)
            read |= names if names & dependent else set()
    return () if is_asked and _uses(parts, read) else parts


class _Way(NamedTuple):
    """The only statements that do something, and the condition that must be true, or false."""

    test: cst.BaseExpression
    says: bool
    parts: Sequence[cst.CSTNode]


def _only_way(parts: Sequence[cst.CSTNode]) -> _Way | None:
    """Return what the first statement, an ``if``, decides, unless both of its ways do something."""
    match parts:
        case [cst.If(test=test, body=body, orelse=orelse), *rest]:
            after = _statements(orelse)
            if goes_on(body.body, is_last=not rest):
                return _Way(test, False, [*after, *rest])
            if goes_on(after, is_last=not rest):
                return _Way(test, True, [*body.body, *rest])
    return None


def _statements(orelse: cst.If | cst.Else | None) -> Sequence[cst.CSTNode]:
    """Return the statements that run if a condition is false."""
    if isinstance(orelse, cst.Else):
        return orelse.body.body
    return [orelse] if orelse is not None else []


def _made_of_element(node: cst.CSTNode, dependent: Set[str]) -> cst.BaseExpression | None:
    """Return what a statement such as `low = word.lower()` gives a name that depends on it."""
    match node:
        case cst.SimpleStatementLine(body=[cst.Assign(value=value) as made]):
            names = {target.value for target in target_names(made)}
            plain = all(isinstance(target.target, cst.Name) for target in made.targets)
            return value if plain and names and names <= dependent else None
    return None


def goes_on(parts: Sequence[cst.CSTNode], is_last: bool = False) -> bool:
    """True if nothing but ``continue`` is done; of the last statement, if nothing is done."""
    match parts:
        case [] | [cst.Pass()] | [cst.SimpleStatementLine(body=[cst.Pass()])]:
            return is_last
        case [cst.Continue()] | [cst.SimpleStatementLine(body=[cst.Continue()])]:
            return True
    return False


def _uses(nodes: Sequence[cst.CSTNode], names: Set[str]) -> bool:
    return any(names_in(node) & names for node in nodes)
