"""What a module cannot be imported without."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator


def needs(tree: ast.Module, package: str) -> bool:
    """Whether a module surely imports something of a package, and fails where that is missing."""
    return any(module.partition(".")[0] == package for module in _imported(tree.body))


def _imported(body: Iterable[ast.stmt]) -> Iterator[str]:
    for node in body:
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names)
            case ast.ImportFrom(level=0, module=str(module)):
                yield module
            case ast.With():
                yield from _imported(node.body)
            case ast.Try() if all(isinstance(h.body[-1], ast.Raise) for h in node.handlers):
                yield from _imported(node.body)
