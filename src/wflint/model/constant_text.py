"""The constants of a module and of its classes, as they are written."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from wflint.project.module import Module
from wflint.syntax.guard import parse_or_empty
from wflint.syntax.unparsed import unparsed

_LITERALS = (
    *(ast.Constant, ast.Dict, ast.List, ast.Set, ast.Tuple, ast.UnaryOp, ast.USub),
    *(ast.expr_context, ast.Starred),
)
_COLLECTIONS = frozenset({"dict", "frozenset", "list", "set", "tuple"})


def constants(module: Module) -> dict[str, str]:
    """Return the code of what is written out, by the qualnames of names that are given once."""
    return module.notes.answer("constants", dict[str, str], lambda: dict(_constants(module)))


def _constants(module: Module) -> Iterator[tuple[str, str]]:
    pending: list[tuple[str, list[ast.stmt]]] = [("", parse_or_empty(module.source).body)]
    while pending:
        before, body = pending.pop()
        given = [pair for statement in body for pair in _given(statement)]
        count = Counter(name for name, _ in given)
        for name, value in given:
            if count[name] == 1 and value is not None and _is_literal(value):
                yield f"{before}{name}", unparsed(value)
        pending += [(f"{before}{s.name}.", s.body) for s in body if isinstance(s, ast.ClassDef)]


def _given(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the names that a statement gives a value, with it where it is one of its own."""
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value):
            yield name, value
        case ast.ClassDef() | ast.FunctionDef() | ast.AsyncFunctionDef():
            yield statement.name, None
        case _:
            for node in ast.walk(statement):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id, None


def _is_literal(value: ast.expr) -> bool:
    """True for literals, and collections of literals."""
    if isinstance(value, ast.Call):
        func, keywords = value.func, value.keywords
        is_collection = isinstance(func, ast.Name) and func.id in _COLLECTIONS
        return is_collection and not keywords and all(map(_is_literal, value.args))
    return all(isinstance(node, _LITERALS) for node in ast.walk(value))
