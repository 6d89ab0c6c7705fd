"""Imports that a module cannot do without, and those that it can."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from wflint.facts.imports import catches_missing


def needs(tree: ast.Module, package: str) -> bool:
    """True if a module surely imports something of a package, and fails where that is missing."""
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


def lacked(tree: ast.Module) -> frozenset[str]:
    """Return the packages that a module has thought of as missing, in a function or outside.

    It does so by `try: import package` with an `except ImportError`, and by `find_spec("package")`.
    """
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and catches_missing(node):
            for inner in node.body:
                found.update(module.partition(".")[0] for module in _modules_in(inner))
        elif isinstance(node, ast.Call):
            found.update(module.partition(".")[0] for module in _probed(node))
    return frozenset(found)


def _modules_in(statement: ast.stmt) -> Iterator[str]:
    for node in ast.walk(statement):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""


def _probed(call: ast.Call) -> Iterator[str]:
    """`importlib.util.find_spec("package")`."""
    match call:
        case ast.Call(
            func=ast.Attribute(attr="find_spec") | ast.Name(id="find_spec"),
            args=[ast.Constant(value=str(name)), *_],
        ):
            yield name
