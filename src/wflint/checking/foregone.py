"""Tells a ``raise`` that cannot happen where a caller has just tested what it is about.

Or where its own function has: ``await workflow.wait_condition(lambda: x is not None)`` is a test of
that kind, and an annotation, which type checkers and the SDK's converter hold callers to, another.

``parse(key)`` raises under ``if not key.startswith("o-")``: where the caller calls it under ``if
text.startswith("o-")``, or after it has left otherwise, that is foregone. Tests are compared as
they are written, once the arguments stand in place of the parameters.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from wflint.checking.blocks import is_stored, said_before, stores
from wflint.checking.declared import declared_in
from wflint.checking.pieces import Place, path_in_function
from wflint.syntax.guard import Function
from wflint.syntax.inner_nodes import all_nodes
from wflint.syntax.unparsed import unparsed
from wflint.syntax.words import last_word

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_OPPOSITES = {ast.NotEq: "==", ast.IsNot: "is", ast.NotIn: "in", ast.GtE: "<", ast.LtE: ">"}
_PLAIN = {ast.Eq: "==", ast.Is: "is", ast.In: "in", ast.Lt: "<", ast.Gt: ">"}


NO_END = 1 << 30
"""A row behind all others."""


class Fact(NamedTuple):
    """A test that has come out one way in the row of its statement.

    What it says of attributes holds ``until`` the row in which the function waits.
    """

    test: ast.expr
    value: bool
    row: int
    until: int = NO_END


def is_foregone(raised: Place, called: Place, said: Sequence[Fact] = ()) -> bool:
    """True if a ``raise`` cannot happen for the call of its function at another place.

    ``said`` is what the calling function knows when it begins.
    """
    inside = path_in_function(raised, ast.Raise)
    callee = inside[0] if inside else None
    if not isinstance(callee, Function):
        return False
    outside = path_in_function(called, ast.Call, callee.name)
    call = outside[-1] if outside else None
    if not isinstance(call, ast.Call):
        return False
    row = getattr(inside[-1], "lineno", 0)
    given = _given(callee, call)
    facts_there = (*said, *_facts(outside))
    known = [f for f in facts_there if not is_bound(outside[0], f, call.lineno)]
    if not given or not known:
        return False
    is_near = raised.path == called.path
    facts = _leaves(known)
    for fact in _facts(inside):
        names = {n.id for n in ast.walk(fact.test) if isinstance(n, ast.Name)}
        others = names - given.keys()
        if is_bound(callee, fact, row) or _are_bound(callee, names, row):
            continue
        if is_near or all(hasattr(builtins, name) for name in others):
            test = with_given(fact.test, given)
            if test is not None and _is_refuted(test, fact.value, facts):
                return True
    return False


def is_refused_before(raised: Place, said: Sequence[Fact]) -> bool:
    """True if what a ``raise`` stands under is refuted by what its function knows at first."""
    inside = path_in_function(raised, ast.Raise)
    if not inside or not said:
        return False
    known = _leaves([fact for fact in said if not is_bound(inside[0], fact, raised.row)])
    return any(
        _is_refuted(fact.test, fact.value, known) and not is_bound(inside[0], fact, raised.row)
        for fact in _facts(inside)
    )


def is_excluded(raised: Place) -> bool:
    """True if what a ``raise`` stands under is refuted by what its own function knows before."""
    inside = path_in_function(raised, ast.Raise)
    function = inside[0] if inside else None
    if not isinstance(function, Function):
        return False
    facts, row = list(_facts(inside)), getattr(inside[-1], "lineno", 0)
    aliases = _aliases(function)
    for fact in facts:
        before = [f for f in facts if f.row < fact.row and not is_bound(function, f, fact.row)]
        known = _leaves(before) | declared_in(function, fact.test)
        test = (with_given(fact.test, aliases) if aliases else None) or fact.test
        refuted = any(_is_refuted(one, fact.value, known) for one in (fact.test, test))
        if refuted and not is_bound(function, fact, row):
            return True
    return False


@lru_cache(maxsize=32)
def _aliases(function: ast.AST) -> dict[str, ast.expr]:
    """Return the attributes for which a function has names of its own, which stay the same."""
    found: dict[str, ast.expr] = {}
    for node in all_nodes(function):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Attribute() as value):
                found[name] = value
    known = stores(function)
    return {name: value for name, value in found.items() if len(known[name]) == 1}


def _facts(path: Sequence[ast.AST]) -> Iterator[Fact]:
    """Yield what is known at the end of a path, from the tests around it and before it."""
    for outer, inner in pairwise(path):
        if isinstance(outer, (ast.If, ast.While, ast.IfExp)):
            body = outer.body if isinstance(outer.body, list) else [outer.body]
            orelse = outer.orelse if isinstance(outer.orelse, list) else [outer.orelse]
            if inner in body or (inner in orelse and not isinstance(outer, ast.While)):
                yield Fact(outer.test, inner in body, outer.lineno)
        elif isinstance(outer, ast.match_case) and outer.guard is not None and inner in outer.body:
            yield Fact(outer.guard, True, outer.guard.lineno)
        elif isinstance(outer, ast.BoolOp) and isinstance(inner, ast.expr):
            is_and = isinstance(outer.op, ast.And)
            for value in outer.values[: outer.values.index(inner)]:
                yield Fact(value, is_and, outer.lineno)
        yield from said_before(outer, inner, _left_by)


def _left_by(statement: ast.stmt) -> Iterator[Fact]:
    """Yield what is known after a statement."""
    if isinstance(statement, ast.Assert):
        yield Fact(statement.test, True, statement.lineno)
    match statement:
        case ast.Expr(value=ast.Await(value=ast.Call(args=[ast.Lambda(body=test), *_]) as call)):
            if last_word(call) == "wait_condition":
                yield Fact(test, True, statement.end_lineno or statement.lineno)
    at: ast.stmt | None = statement
    while isinstance(at, ast.If) and isinstance(at.body[-1], _LEAVING):
        yield Fact(at.test, False, at.lineno)
        at = at.orelse[0] if len(at.orelse) == 1 else None


def _leaves(facts: Sequence[Fact]) -> set[tuple[str, bool]]:
    """Return what single tests have come out to, in one spelling."""
    return set().union(*(_leaves_of(fact.test, fact.value) for fact in facts))


@lru_cache(maxsize=256)
def _leaves_of(whole: ast.expr, comes_out: bool) -> frozenset[tuple[str, bool]]:
    """Return what follows from one test, which is known for each place behind it."""
    found: set[tuple[str, bool]] = set()
    pending = [(whole, comes_out)]
    while pending:
        test, value = pending.pop()
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            pending.append((test.operand, not value))
        elif isinstance(test, ast.BoolOp):
            if isinstance(test.op, ast.And) == value:
                pending += [(one, value) for one in test.values]
        else:
            found.add(_spelled(test, value))
    return frozenset(found)


def _spelled(test: ast.expr, value: bool) -> tuple[str, bool]:
    """Return a test, and how it comes out, in the one spelling that has no negation."""
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        op = type(test.ops[0])
        word = _OPPOSITES.get(op) or _PLAIN.get(op)
        if word:
            text = f"{unparsed(test.left)} {word} {unparsed(test.comparators[0])}"
            return text, value != (op in _OPPOSITES)
    return unparsed(test), value


def _is_refuted(test: ast.expr, value: bool, facts: set[tuple[str, bool]]) -> bool:
    """True if a test cannot come out so. Its depth is that of one expression in the source."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _is_refuted(test.operand, not value, facts)
    if isinstance(test, ast.BoolOp):
        refuted = (_is_refuted(one, value, facts) for one in test.values)
        return any(refuted) if isinstance(test.op, ast.And) == value else all(refuted)
    text, comes_out = _spelled(test, value)
    if (text, not comes_out) in facts:
        return True
    what, is_none, _ = text.partition(" is None")
    return bool(is_none) and comes_out and (what, True) in facts


def _given(function: Function, call: ast.Call) -> Mapping[str, ast.expr]:
    """Return what a call gives for the parameters; nothing if that is not all written out."""
    if any(isinstance(arg, ast.Starred) for arg in call.args):
        return {}
    if any(keyword.arg is None for keyword in call.keywords):
        return {}
    params = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args)]
    values = list(call.args)
    if params[:1] in (["self"], ["cls"]) and isinstance(call.func, ast.Attribute):
        values = [call.func.value, *values]
    given = dict(zip(params, values, strict=False))
    given.update({k.arg: k.value for k in call.keywords if k.arg is not None})
    return {name: _uncast(value) for name, value in given.items()}


def _uncast(value: ast.expr) -> ast.expr:
    """Return what is cast to a type, which is the same object."""
    if isinstance(value, ast.Call) and last_word(value) == "cast" and len(value.args) == 2:
        return value.args[1]
    return value


class _Put(ast.NodeTransformer):
    def __init__(self, given: Mapping[str, ast.expr]) -> None:
        self._given = given

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._given.get(node.id, node)


def with_given(test: ast.expr, given: Mapping[str, ast.expr]) -> ast.expr | None:
    """Return a test with what is given in place of the parameters."""
    try:
        copy = ast.parse(unparsed(test), mode="eval").body
        return ast.parse(unparsed(_Put(given).visit(copy)), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None


def is_bound(function: ast.AST, fact: Fact, row: int) -> bool:
    """True if anything that a fact is about gets another value between its row and another one.

    So may attributes where the function waits.
    """
    names = _names_in(fact.test)
    if row > fact.until and any("." in name for name in names):
        return True
    return any(is_stored(function, text, fact.row, row) for text in names)


@lru_cache(maxsize=256)
def _names_in(test: ast.expr) -> frozenset[str]:
    """Return the names and attributes in a test."""
    found = (node for node in all_nodes(test) if isinstance(node, (ast.Name, ast.Attribute)))
    return frozenset(map(unparsed, found))


def _are_bound(function: ast.AST, names: set[str], row: int) -> bool:
    """True if a function gives names other values above a row."""
    return any(is_stored(function, name, 0, row) for name in names)
