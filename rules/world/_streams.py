"""Tells whether what code prints goes to memory, as the function around it says."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import lru_cache

from wflint.rule import last_word

_STANDARD = frozenset({"__stderr__", "__stdout__", "stderr", "stdout"})


def goes_elsewhere(around: Sequence[ast.AST]) -> bool:
    """True under `with redirect_stdout(buffer):`, and for `Console(file=buffer).print(...)`.

    ``around`` are the nodes around the call, from its function to itself.
    """
    if not around:
        return False
    for node in around:
        items = node.items if isinstance(node, ast.With) else []
        if any(_redirects(item.context_expr) for item in items):
            return True
    match around[-1]:
        case ast.Call(func=ast.Attribute(value=ast.Call() as made)):
            return _has_file(made)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):
            given = _given(around[0]).get(name, [])
            return bool(given) and all(isinstance(v, ast.Call) and _has_file(v) for v in given)
    return False


def _redirects(call: ast.expr) -> bool:
    """`contextlib.redirect_stdout(buffer)`, but not to another stream of the process."""
    match call:
        case ast.Call(args=[to]):
            return last_word(call) == "redirect_stdout" and not _is_standard(to)
    return False


def _has_file(call: ast.Call) -> bool:
    """`Console(file=io.StringIO())`."""
    given = next((k.value for k in call.keywords if k.arg == "file"), None)
    if given is None or (isinstance(given, ast.Constant) and given.value is None):
        return False
    return not _is_standard(given)


def _is_standard(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr in _STANDARD


@lru_cache(maxsize=16)
def _given(function: ast.AST) -> dict[str, list[ast.expr | None]]:
    """Return all that a function assigns to each name."""
    found: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(function):
        if isinstance(node, (ast.Assign, ast.AnnAssign)):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found
