"""Finds out if a list would hold the same as a set, and no part of it twice."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from wflint.dataflow.def_use import target_names, value_for
from wflint.dataflow.order import known
from wflint.rule.fix import Withheld
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.def_use import Tree
    from wflint.rule.fix_view import FixView


def check_is_new(value: cst.BaseExpression, place: cst.CSTNode, at: FixView, tree: Tree) -> None:
    """Raise :class:`Withheld` where ``place`` may add the same again, which a set would not hold.

    In a loop only what is made there is new in each round.
    """
    if not _may_run_again(place, at, tree):
        return
    made: cst.BaseExpression | None = value
    if isinstance(value, cst.Name):
        made = made_beside(value.value, place, tree)
    if made is None or not _makes(made, at):
        is_short = isinstance(value, (cst.Attribute, cst.Name))
        shown = f"`{at.text(value)}`" if is_short else "the same task"
        raise Withheld(f"a list would hold {shown} twice")


def elements(display: cst.BaseExpression) -> list[cst.BaseExpression]:
    """Return the elements that a display or comprehension puts into a collection."""
    match display:
        case cst.Set() | cst.List() | cst.Tuple():
            return [element.value for element in display.elements]
        case cst.SetComp() | cst.ListComp() | cst.GeneratorExp():
            return [display.elt]
    return []


def made_beside(name: str, place: cst.CSTNode, tree: Tree) -> cst.BaseExpression | None:
    """Return the value that a local name was given last before ``place``, in the same block."""
    from wflint.syntax.walk import walk

    own = tree.statement(place)
    block = tree.up(own)
    if not isinstance(block, cst.IndentedBlock):
        return None
    before = list(takewhile(lambda part: part is not own, block.body))
    for part in reversed(before):
        if any(name == t.value for node in walk(part) for t in target_names(node)):
            lines = part.body if isinstance(part, cst.SimpleStatementLine) else ()
            return value_for(lines[0], name) if len(lines) == 1 else None
    return None


def loops_around(node: cst.CSTNode, tree: Tree) -> list[cst.CSTNode]:
    """The loops of the same function that a node is in."""
    return [outer for _, outer in tree.around(node) if isinstance(outer, (cst.For, cst.While))]


def _may_run_again(place: cst.CSTNode, at: FixView, tree: Tree) -> bool:
    is_here = tree.function(place) is tree.function(at.node)
    return not is_here or bool(loops_around(place, tree))


def _makes(value: cst.BaseExpression, at: FixView) -> bool:
    """True if an expression gives another task or coroutine each time."""
    if isinstance(value, cst.Await):
        value = value.expression
    if not isinstance(value, cst.Call):
        return False
    name = at.dotted_name(value.func).replace("asyncio.tasks.", "asyncio.")
    if name == "asyncio.ensure_future":
        return bool(value.args) and isinstance(value.args[0].value, cst.Call)
    method = value.func.attr.value if isinstance(value.func, cst.Attribute) else ""
    if name in known.commands() or method in known.COMMAND_METHODS:
        return True
    definition = at.context.definition(value.func)
    return isinstance(definition, cst.FunctionDef) and definition.asynchronous is not None
