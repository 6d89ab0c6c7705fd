"""The module-level names that something else than an import binds, in whatever way.

Facts tell of assignments, functions and classes only. Here Python itself is asked, so that loops,
``with``, ``except``, patterns, ``:=``, ``del`` and ``global`` in functions are known as well.
"""

from __future__ import annotations

import ast
import symtable
import warnings

from wflint.files.source import Source
from wflint.syntax.guard import import_time_statements


def bound_names(source: Source) -> frozenset[str] | None:
    """The names; ``None`` where this Python cannot tell, as in syntax that is newer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            top = symtable.symtable(source.text, "<module>", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = {symbol.get_name() for symbol in _symbols(top) if symbol.is_assigned()}
    pending = top.get_children()
    while pending:
        table = pending.pop()
        pending += table.get_children()
        found |= {
            symbol.get_name()
            for symbol in _symbols(table)
            if symbol.is_declared_global() and (symbol.is_assigned() or symbol.is_imported())
        }
    return frozenset(found)


def _symbols(table: symtable.SymbolTable) -> list[symtable.Symbol]:
    """The symbols of a table; ``get_symbols()`` looks through all inner tables for each of them."""
    flags: dict[str, int] = getattr(table, "_table").symbols  # noqa: B009, it is not typed
    return [symtable.Symbol(name, own) for name, own in flags.items()]


def is_none_besides(tree: ast.Module, name: str) -> bool:
    """True if a module assigns nothing but ``None`` to a name that it imports."""
    return all(
        isinstance(node, (ast.Import, ast.ImportFrom)) or _is_none(node)
        for node in import_time_statements(tree)
        if name in _bound_by(node)
    )


def _is_none(node: ast.stmt) -> bool:
    return isinstance(node, (ast.Assign, ast.AnnAssign)) and (
        isinstance(node.value, ast.Constant) and node.value.value is None
    )


def _bound_by(node: ast.stmt) -> frozenset[str]:
    """The names that a statement binds, without those in its blocks."""
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return frozenset({name})
        case ast.If() | ast.Try() | ast.While():
            return frozenset()
        case ast.With(items=items):
            parts: list[ast.AST] = [i.optional_vars for i in items if i.optional_vars is not None]
        case ast.For(target=target):
            parts = [target]
        case _:
            parts = [node]
    inner = (n for part in parts for n in ast.walk(part) if isinstance(n, ast.Name))
    return frozenset(n.id for n in inner if isinstance(n.ctx, ast.Store))
