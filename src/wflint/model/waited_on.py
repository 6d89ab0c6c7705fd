"""What decides how long a method waits: what it awaits, and what its polling loops ask."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.words import last_word

_GETS_DATA = ("continue_as_new", "query", "signal", "sleep", "timeout", "update")
_GET_DATA = ("execute_", "start_", "signal_")
"""Names of what is given data, and not what it waits for: whole ones, and beginnings."""


def waited_on(function: ast.FunctionDef, own: str) -> set[ast.AST]:
    """Return the nodes of a function that give what it waits for.

    Those are the tests of loops that wait, objects whose methods are awaited, and what is awaited
    as it is: ``await self.inbox.get()``, ``async with self.lock:``, ``await self.answer``. So are
    those that local names stand for there. ``own`` is the object itself, of which an awaited method
    has its own.
    """
    nodes = [inner for statement in function.body for inner in all_nodes(statement)]
    found: set[ast.AST] = set()
    pending: list[ast.expr] = []
    for node in nodes:
        match node:
            case ast.While() if any(_waits(inner) for s in node.body for inner in all_nodes(s)):
                found.update(all_nodes(node.test))
            case ast.Await(value=value):
                pending.append(value)
            case ast.AsyncWith():
                pending += [item.context_expr for item in node.items]
            case ast.AsyncFor(iter=value):
                pending.append(value)
    given = _given_to_names(nodes)
    while pending:
        for part in _waited_for(pending.pop(), own):
            found.update(inner := list(all_nodes(part)))
            for name in inner:
                if isinstance(name, ast.Name):
                    pending += given.pop(name.id, ())
    return found


def _waits(node: ast.AST) -> bool:
    return isinstance(node, (ast.Await, ast.AsyncWith, ast.AsyncFor))


def _waited_for(awaited: ast.expr, own: str) -> Iterator[ast.expr]:
    """Return the parts of an expression that are objects to wait for."""
    pending = [awaited]
    while pending:
        node = pending.pop()
        match node:
            case ast.Await():
                pass  # it has been waited for
            case ast.Call(func=func, args=args, keywords=keywords):
                if isinstance(func, ast.Attribute) and not _is_name(func.value, own):
                    pending.append(func.value)
                if not _is_given_data(last_word(func)) and not _is_of(func, own):
                    pending += [*args, *(keyword.value for keyword in keywords)]
            case ast.Starred(value=value):
                pending.append(value)
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                pending += elements
            case ast.BoolOp(values=values):
                pending += values
            case ast.IfExp(body=body, orelse=orelse):
                pending += [body, orelse]
            case ast.ListComp(elt=element) | ast.SetComp(elt=element):
                pending += [element, *(generator.iter for generator in node.generators)]
            case ast.Attribute() | ast.Name() | ast.Subscript():
                yield node


def _is_given_data(word: str) -> bool:
    return word in _GETS_DATA or word.startswith(_GET_DATA)


def _is_of(func: ast.expr, own: str) -> bool:
    """True for a method of the object itself."""
    return isinstance(func, ast.Attribute) and _is_name(func.value, own)


def _is_name(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _given_to_names(nodes: Iterable[ast.AST]) -> dict[str, list[ast.expr]]:
    """Return what local names are given, or go through, in a function."""
    found: dict[str, list[ast.expr]] = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=targets, value=value):
                names = targets
            case ast.AnnAssign(target=target, value=ast.expr() as value):
                names = [target]
            case ast.NamedExpr(target=target, value=value):
                names = [target]
            case ast.For(target=target, iter=value) | ast.comprehension(target=target, iter=value):
                names = [target]
            case _:
                continue
        for name in names:
            if isinstance(name, ast.Name):
                found.setdefault(name.id, []).append(value)
    return found
