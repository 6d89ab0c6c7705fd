"""Makes the light tree of a text."""

from __future__ import annotations

import ast
import warnings
from typing import Literal

import libcst as cst

from wflint.syntax.light.expressions import EXPRESSIONS
from wflint.syntax.light.patterns import PATTERNS
from wflint.syntax.light.statements import STATEMENTS
from wflint.syntax.light.tree import LightTree, Unsure
from wflint.syntax.node_classes import without_validation

_MAKERS = {**EXPRESSIONS, **PATTERNS, **STATEMENTS}
_PARTS = frozenset(
    {
        ast.ExceptHandler,
        ast.Expression,
        ast.Starred,
        ast.arg,
        ast.arguments,
        ast.comprehension,
        ast.keyword,
        ast.match_case,
        ast.withitem,
    }
)
"""Nodes that are made by the one around them."""
_NO_NODES = frozenset(
    (
        *("arg", "asname", "attr", "ctx", "id", "is_async", "kind", "kwd_attrs", "level", "module"),
        *("name", "names", "op", "ops", "rest", "simple", "type_comment", "type_ignores"),
    )
)
"""Fields that hold no nodes, or nodes that say nothing."""
_WHOLE = frozenset({ast.Constant, ast.JoinedStr, ast.MatchSingleton})
"""Nodes that are made from their text."""


def light_tree(text: str) -> LightTree:
    """Return the light tree of a text that is a whole module.

    Raises :class:`Unsure` where only LibCST knows, and for text that the running Python refuses.
    """
    return _made(text, "exec")


def light_expression(text: str) -> cst.BaseExpression:
    """Return the light tree of a text that is an expression; it raises what the others do."""
    tree = _made(text, "eval")
    found = tree.of(tree.nodes[1])
    assert isinstance(found, cst.BaseExpression)
    return found


def _made(text: str, mode: Literal["exec", "eval"]) -> LightTree:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            parsed = ast.parse(text, mode=mode)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise Unsure from error
    nodes = _nodes(parsed)
    tree = LightTree(text, nodes)
    made = tree.made
    with without_validation():
        for node in reversed(nodes):
            make = _MAKERS.get(type(node))
            if make is not None:
                made[id(node)] = make(tree, node)
            elif type(node) not in _PARTS:
                raise Unsure
    return tree


def _nodes(root: ast.AST) -> list[ast.AST]:
    """All nodes, each before those in it."""
    found: list[ast.AST] = []
    pending: list[ast.AST] = [root]
    while pending:
        node = pending.pop()
        found.append(node)
        for name in _FIELDS[type(node)]:
            inner = getattr(node, name)
            if type(inner) is list:
                pending.extend(one for one in inner if one is not None)
            elif inner is not None:
                pending.append(inner)
    return found


class _Fields(dict[type[ast.AST], tuple[str, ...]]):
    """The fields of each kind of node that hold nodes."""

    def __missing__(self, kind: type[ast.AST]) -> tuple[str, ...]:
        fields = () if kind in _WHOLE else tuple(f for f in kind._fields if f not in _NO_NODES)
        self[kind] = fields
        return fields


_FIELDS = _Fields()
