"""The ways out of a function, as its text alone tells them."""

from __future__ import annotations

import ast

from wflint.syntax.inner_nodes import all_nodes

LATER = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.GeneratorExp)
_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)


def called_word(node: ast.AST | None) -> str:
    """Return the last word of the method that is called, or ``""``."""
    func = node.func if isinstance(node, ast.Call) else None
    return func.attr if isinstance(func, ast.Attribute) else ""


def with_way_out(function: ast.FunctionDef) -> set[ast.AST]:
    """Return all nodes in which something may leave the function, or a loop around it."""
    parents: dict[ast.AST, ast.AST] = {}
    found: set[ast.AST] = set()
    pending: list[ast.AST] = [function]
    while pending:
        node = pending.pop()
        if isinstance(node, _LEAVES):
            at: ast.AST | None = node
            while at is not None and at not in found:
                found.add(at)
                at = parents.get(at)
        for inner in ast.iter_child_nodes(node):
            if not isinstance(inner, (*LATER, ast.expr)):
                parents[inner] = node
                pending.append(inner)
    return found


def can_end(body: list[ast.stmt]) -> bool:
    """True unless it ends with a loop that nothing leaves, or waits for ever."""
    ways: tuple[type[ast.stmt], ...] = (ast.Return,)
    last = body[-1] if body else None
    if isinstance(last, ast.While) and isinstance(last.test, ast.Constant) and last.test.value:
        ways = (ast.Return, ast.Break)
    elif not any(map(_waits_for_ever, body)):
        return True
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, ways) and not _waits_for_ever(node):
            return True
        if not isinstance(node, (*LATER, ast.expr)):
            pending.extend(ast.iter_child_nodes(node))
    return False


def continues_in_vain(body: list[ast.stmt]) -> bool:
    """True if it continues as new only behind a wait that never ends."""
    last = next((n for n, statement in enumerate(body) if _waits_for_ever(statement)), None)
    return last is not None and not _continues(body[:last]) and _continues(body[last + 1 :])


def _continues(body: list[ast.stmt]) -> bool:
    return any(called_word(n) == "continue_as_new" for s in body for n in all_nodes(s))


def _waits_for_ever(statement: ast.AST) -> bool:
    """True for ``await asyncio.Future()``, and for a condition that is never true."""
    awaited = getattr(statement, "value", None)
    waits_for = awaited.value if isinstance(awaited, ast.Await) else None
    match waits_for:
        case ast.Call(func=ast.Attribute(attr="Future"), args=[]):
            return True
        case ast.Call(func=ast.Attribute(attr="wait", value=ast.Call() as made)):
            return called_word(made) == "Event"
        case ast.Call(
            func=ast.Attribute(attr="wait_condition"),
            args=[ast.Lambda(body=ast.Constant(value=False))],
            keywords=[],
        ):
            return True
    return False
