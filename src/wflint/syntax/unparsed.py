"""The code of an ``ast`` node, in one form for all ways of writing it."""

from __future__ import annotations

import ast


def unparsed(node: ast.AST) -> str:
    """Return the code of a node; ``...`` where Python cannot write it.

    That is so for numbers of thousands of digits, and for code that is nested too deeply.
    """
    try:
        return ast.unparse(node)
    except (RecursionError, ValueError):
        return "..."
