"""Reads modules in a syntax that the running Python does not know, through LibCST alone.

LibCST reads the whole module; what ``ast`` is needed for (imports, definitions, constants) is
written out again in older syntax. That is slow, and rare: code for a newer Python than the one that
wflint runs on.
"""

from __future__ import annotations

import ast
from typing import NamedTuple

import libcst as cst

from wflint.syntax.node_classes import without_validation
from wflint.syntax.parser import UNREADABLE
from wflint.syntax.pieces import Piece
from wflint.syntax.positions import spans
from wflint.syntax.walk import children


class PlainModule(NamedTuple):
    """The skeleton of a module: its text and ``ast``, and where its functions are in the file."""

    text: str
    tree: ast.Module
    functions: list[tuple[int, int]]


def plain_module(piece: Piece) -> PlainModule | None:
    """The skeleton of a module in older syntax; ``None`` if even that cannot be read."""
    try:
        with without_validation():
            plain = piece.module.visit(_Plainer())
        assert isinstance(plain, cst.Module)
        text = plain.code
        tree = ast.parse(text)
    except (*UNREADABLE, ValueError):
        return None
    return PlainModule(text, tree, _function_spans(piece))


def _function_spans(piece: Piece) -> list[tuple[int, int]]:
    functions: list[cst.FunctionDef] = []
    pending: list[cst.CSTNode] = [piece.module]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.FunctionDef):
            functions.append(node)
        elif not isinstance(node, (cst.Lambda, cst.Match)):
            pending.extend(reversed(children(node)))
    found = spans(piece.module, functions)
    return [(_line_start(piece.text, found[id(f)][0]), found[id(f)][1]) for f in functions]


def _line_start(text: str, offset: int) -> int:
    """The start of the line of an offset when only white space stands before it."""
    start = max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
    return start if not text[start:offset].strip() else offset


class _Plainer(cst.CSTTransformer):
    """Leaves out function bodies and what older Pythons do not know at module level."""

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        body = cst.SimpleStatementSuite([cst.Expr(cst.Ellipsis())])
        return updated_node.with_changes(body=body, type_parameters=None)

    def leave_ClassDef(
        self, original_node: cst.ClassDef, updated_node: cst.ClassDef
    ) -> cst.ClassDef:
        return updated_node.with_changes(type_parameters=None)

    def leave_TypeAlias(
        self, original_node: cst.TypeAlias, updated_node: cst.TypeAlias
    ) -> cst.Assign:
        return cst.Assign([cst.AssignTarget(updated_node.name)], updated_node.value)

    def leave_FormattedString(
        self, original_node: cst.FormattedString, updated_node: cst.FormattedString
    ) -> cst.BaseExpression:
        return cst.SimpleString('""')

    def leave_TemplatedString(
        self, original_node: cst.TemplatedString, updated_node: cst.TemplatedString
    ) -> cst.BaseExpression:
        return cst.SimpleString('""')
