"""Where branches and loops stand: at what decides them, or at the first thing in them.

The words that begin them have no place that is known without parsing the code once more.
"""

from __future__ import annotations

import ast


def head_of(node: ast.AST) -> ast.AST:
    """Return what stands first in a branch, a loop or a block; for others, the node itself."""
    while True:
        match node:
            case ast.If(test=inner) | ast.While(test=inner) | ast.IfExp(test=inner):
                return inner
            case ast.For() | ast.AsyncFor() | ast.comprehension():
                return node.iter
            case ast.With() | ast.AsyncWith():
                return node.items[0].context_expr
            case ast.Match(subject=inner):
                return inner
            case ast.ExceptHandler(type=ast.expr() as inner):
                return inner
            case ast.match_case():
                found = [each for each in ast.walk(node.pattern) if isinstance(each, ast.expr)]
                if found or node.guard is not None:
                    return found[0] if found else node.guard or node
                node = node.body[0]
            case ast.ExceptHandler() | ast.Try():
                node = node.body[0]
            case _:
                return node
