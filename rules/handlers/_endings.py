"""Puts a statement wherever a function ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import TextEdit, cst

if TYPE_CHECKING:
    from wflint.rule import FixView

_CONTINUES = "temporalio.workflow.continue_as_new"


def endings(at: FixView, statement: str) -> list[TextEdit]:
    """The edits that put a statement before each end of a function, a view of which is given.

    What a `return` has to await first is awaited first.
    """
    from wflint.rule import walk

    if not isinstance(at.function.body, cst.IndentedBlock):
        return []
    nodes = walk(at.function, into_functions=False)
    edits = [edit for node in nodes for edit in _before(node, at, statement)]
    if not _never_gets_to_the_end(at.function.body, at):
        edits.append(_at_the_end(nodes, at, statement))
    return edits


def _before(node: cst.CSTNode, at: FixView, statement: str) -> list[TextEdit]:
    if isinstance(node, cst.Return) and node.value is not None and _awaits(node.value):
        return _behind_result(node, at, statement)
    if isinstance(node, cst.Return) or _continues(node, at):
        return [at.insert_before(node, f"{statement}{_separator(node, at)}")]
    return []


def _behind_result(node: cst.Return, at: FixView, statement: str) -> list[TextEdit]:
    start, end = at.span(node)
    name, separator = _free_name(at), _separator(node, at)
    rest = f"{separator}{statement}{separator}return {name}"
    if at.source.text[start + len("return")] != " ":
        name += " "
    return [TextEdit(start, start + len("return"), f"{name} ="), TextEdit(end, end, rest)]


def _separator(node: cst.CSTNode, at: FixView) -> str:
    """What stands between a new statement and the one that it is put before."""
    return f"{at.newline}{at.indent(node)}" if at.begins_line(node) else "; "


def _free_name(at: FixView) -> str:
    from wflint.rule import walk

    names = {node.value for node in walk(at.function) if isinstance(node, cst.Name)}
    name = "result"
    while name in names:
        name += "_"
    return name


def _awaits(value: cst.BaseExpression) -> bool:
    from wflint.rule import walk

    return any(isinstance(node, cst.Await) for node in walk(value, into_functions=False))


def _continues(node: cst.CSTNode, at: FixView) -> bool:
    call = node.value if isinstance(node, cst.Expr) else None
    return isinstance(call, cst.Call) and at.dotted_name(call.func) == _CONTINUES


def _never_gets_to_the_end(body: cst.IndentedBlock, at: FixView) -> bool:
    from wflint.rule import always_leaves, walk

    last = body.body[-1]
    if isinstance(last, cst.While):
        is_endless = isinstance(last.test, cst.Name) and last.test.value == "True"
        return is_endless and not any(isinstance(node, cst.Break) for node in walk(last))
    if isinstance(last, cst.SimpleStatementLine) and _continues(last.body[-1], at):
        return True
    return always_leaves(body)


def _at_the_end(nodes: list[cst.CSTNode], at: FixView, statement: str) -> TextEdit:
    """A line below the last one of the function."""
    small = (cst.BaseSmallStatement, cst.BaseExpression)
    end = max(at.span(node)[1] for node in nodes if isinstance(node, small))
    first = at.function.body.body[0]
    shown = first.body[0] if isinstance(first, cst.SimpleStatementLine) else first
    end += len(at.rest_of_line(end))
    return TextEdit(end, end, f"{at.newline}{at.indent(shown)}{statement}")
