"""What a method hands over when it continues as new: attributes of the object, also by local names.

A local name stands for all that it was ever made from, or was put into it: too much rather than too
little, because who asks wants to know what is lost.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cached_property

from wflint.model.glances import ADDS
from wflint.syntax.words import last_word

PARAMETER = "()"
"""The name of what the method was given."""

BY_PART = "@"
"""Stands between an attribute and the part of a parameter that is all that it shares with it."""

_CONTINUES = "continue_as_new"
_TEXTS = (ast.JoinedStr, ast.Compare)
"""Expressions whose value holds nothing of what they are made from."""

_LATER = (ast.Lambda, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class HandedOver:
    """Answers for the calls of ``continue_as_new()`` in a method, whose object is ``receiver``."""

    def __init__(self, function: ast.FunctionDef, receiver: str) -> None:
        self._function = function
        self._self = receiver

    def number(self, call: ast.Call) -> int:
        """Return which of these calls in the method it is; -1 if it is none."""
        if not _continues(call) or _root(call.func) == self._self:
            return -1
        return next((n for n, other in enumerate(self._calls) if other is call), -1)

    def names(self, call: ast.Call) -> list[str]:
        """Return what a call hands over, in order; ``""`` if that may be anything.

        Names are those of attributes and methods of the object, and :data:`PARAMETER`. What is
        handed over because ``self.state.user = given.user`` is ``state@given.user``.
        """
        options = {keyword.arg for keyword in call.keywords}
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        is_open = None in options or "workflow" in options
        if is_open or any(isinstance(arg, (ast.Starred, ast.Await)) for arg in given):
            return [""]
        found, pending = set[str](), [name for arg in given for name in self._mentioned(arg)]
        while pending:
            name = pending.pop()
            if name not in found:
                found.add(name)
                pending += self._made_from.get(name, ())
        return sorted(self._outer(found))

    def _outer(self, names: Iterable[str]) -> set[str]:
        """Return attributes without the dot that marks them, and what parameters stand for."""
        found: set[str] = set()
        for name in names:
            if name == self._self:
                found.add("")
            elif name.startswith("."):
                found.add(name[1:])
            elif name in self._params:
                found.add(PARAMETER)
        return found

    @cached_property
    def _params(self) -> frozenset[str]:
        args = self._function.args
        return frozenset(arg.arg for arg in (*args.args, *args.kwonlyargs))

    @cached_property
    def _calls(self) -> list[ast.Call]:
        calls = (n for n in self._nodes if isinstance(n, ast.Call) and _continues(n))
        return sorted(calls, key=lambda call: (call.lineno, call.col_offset))

    @cached_property
    def _nodes(self) -> list[ast.AST]:
        """All nodes of the method itself, without functions inside of it."""
        found: list[ast.AST] = []
        pending: list[ast.AST] = [*self._function.body]
        while pending:
            node = pending.pop()
            found.append(node)
            pending += () if isinstance(node, _LATER) else ast.iter_child_nodes(node)
        return found

    @cached_property
    def _made_from(self) -> dict[str, list[str]]:
        """What local names and parts of parameters are made from, or share with attributes."""
        found: dict[str, list[str]] = {}
        for node in self._nodes:
            for target, value in _flows(node):
                into, out_of = list(self._mentioned(target)), list(self._mentioned(value))
                for name in into:
                    found.setdefault(name, []).extend(out_of)
                own = [name for name in into if name.startswith(".")]
                for name, part in self._shared(value) if own and not _adds(node) else ():
                    shared = found.setdefault(name, [])  # `self.items = items` shares the list
                    shared += [f"{o}{BY_PART}{part}" for o in own] if part else own
        return {name: made for name, made in found.items() if not name.startswith(".")}

    def _shared(self, node: ast.AST) -> Iterator[tuple[str, str]]:
        """Return the local names in an expression, and which part of a parameter is taken.

        That is ``given.user``; ``""`` where the whole may be in the value.
        """
        pending = [node]
        while pending:
            at = pending.pop()
            match at:
                case ast.Attribute(value=ast.Name(id=name)) if name == self._self:
                    pass
                case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in self._params:
                    yield name, f"{name}.{attr}"
                case ast.Call(func=ast.Attribute(value=of)):  # `given.copy()`
                    pending += [of, *at.args, *(keyword.value for keyword in at.keywords)]
                case ast.Name(id=name):
                    yield name, ""
                case _ if not isinstance(at, _TEXTS):
                    pending += ast.iter_child_nodes(at)

    def _mentioned(self, node: ast.AST) -> Iterator[str]:
        """Return the names in an expression: ``.items`` for ``self.items``."""
        pending = [node]
        while pending:
            at = pending.pop()
            match at:
                case ast.Attribute(value=ast.Name(id=name), attr=attr) if name == self._self:
                    yield f".{attr}"
                case ast.Name(id=name):
                    yield name
                case _:
                    pending += ast.iter_child_nodes(at)


def _continues(call: ast.Call) -> bool:
    return last_word(call) == _CONTINUES


def _flows(node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
    """Return what gets something of what, in a statement."""
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            yield target, value
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.For(target=target, iter=value) | ast.AsyncFor(target=target, iter=value):
            yield target, value
        case ast.withitem(context_expr=value, optional_vars=ast.expr() as target):
            yield target, value
        case ast.Call(func=ast.Attribute(value=target)) if _root(target):
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            yield from ((target, value) for value in given)


def _adds(node: ast.AST) -> bool:
    """True for `self.items.append(item)`: the item holds no more than before."""
    match node:
        case ast.Call(func=ast.Attribute(attr=method)):
            return method in ADDS
    return False


def _root(node: ast.AST) -> str:
    while isinstance(node, (ast.Attribute, ast.Subscript)):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
