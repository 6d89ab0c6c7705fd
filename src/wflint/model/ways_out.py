"""The ways out of a function, as its text alone tells them."""

from __future__ import annotations

import ast

from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.words import last_word

LATER = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.GeneratorExp)
_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_TRIES: tuple[type[ast.Try], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))  # since 3.11
_FALLS, _RETURNS, _BREAKS = "falls", "returns", "breaks"
"""The ways out of a block: at its end, or before it."""


def called_word(node: ast.AST | None) -> str:
    """Return the last word of what is called, or ``""``."""
    return last_word(node.func) if isinstance(node, ast.Call) else ""


def with_way_out(
    function: ast.FunctionDef, leaving: tuple[type[ast.stmt], ...] = _LEAVES
) -> set[ast.AST]:
    """Return all nodes in which something may leave the function, or a loop around it."""
    parents: dict[ast.AST, ast.AST] = {}
    found: set[ast.AST] = set()
    pending: list[ast.AST] = [function]
    while pending:
        node = pending.pop()
        if isinstance(node, leaving):
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
    """True unless it ends with a loop that nothing leaves, or waits for ever, or in an error."""
    return bool(_ways(body) & {_FALLS, _RETURNS})


def _ways(body: list[ast.stmt]) -> set[str]:
    """Return how control leaves a block but by an error. Python lets blocks nest 100 deep."""
    found = {_FALLS}
    for statement in body:
        found = found - {_FALLS} | _ways_of(statement)
        if _FALLS not in found:
            break
    return found


def _ways_of(statement: ast.stmt) -> set[str]:
    if _waits_for_ever(statement):
        return set()
    match statement:
        case ast.Return():
            return {_RETURNS}
        case ast.Break():
            return {_BREAKS}
        case ast.Continue() | ast.Raise() | ast.Assert(test=ast.Constant(value=False | 0 | None)):
            return set()
        case ast.If():
            return _ways_of_branches(statement)
        case ast.While() | ast.For() | ast.AsyncFor():
            return _ways_of_loop(statement)
        case ast.With() | ast.AsyncWith():
            return _ways(statement.body)
        case ast.Match():
            return {_FALLS}.union(*(_ways(case.body) for case in statement.cases))
    return _ways_of_try(statement) if isinstance(statement, _TRIES) else {_FALLS}


def _ways_of_branches(statement: ast.If) -> set[str]:
    found = _ways(statement.body)
    while len(statement.orelse) == 1 and isinstance(statement.orelse[0], ast.If):
        statement = statement.orelse[0]  # a chain of `elif` is as long as it likes
        found |= _ways(statement.body)
    return found | _ways(statement.orelse)


def _ways_of_loop(loop: ast.While | ast.For | ast.AsyncFor) -> set[str]:
    """Return the ways out of a loop: a ``break`` leaves the innermost one only."""
    inside, test = _ways(loop.body), getattr(loop, "test", None)
    is_endless = isinstance(test, ast.Constant) and bool(test.value)
    found = inside & {_RETURNS} | (set() if is_endless else _ways(loop.orelse))
    return found | {_FALLS} if _BREAKS in inside else found


def _ways_of_try(statement: ast.Try) -> set[str]:
    found = _ways(statement.body)
    if _FALLS in found:
        found = found - {_FALLS} | _ways(statement.orelse)
    found = found.union(*(_ways(handler.body) for handler in statement.handlers))
    at_last = _ways(statement.finalbody)
    return found | at_last - {_FALLS} if _FALLS in at_last else at_last


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
        case ast.Call(args=[]) if called_word(waits_for) == "Future":
            return True
        case ast.Call(func=ast.Attribute(attr="wait", value=ast.Call() as made)):
            return called_word(made) == "Event"
        case ast.Call(args=[ast.Lambda(body=ast.Constant(value=False))], keywords=[]):
            return called_word(waits_for) == "wait_condition"
    return False
