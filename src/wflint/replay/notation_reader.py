"""Reads command terms that :mod:`wflint.replay.notation` has written. Nothing of it is run."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable

import msgspec

from wflint import limits
from wflint.replay import terms
from wflint.replay.notation import CALLS, EXITS, KINDS
from wflint.replay.terms import (
    NOTHING,
    Alt,
    Await,
    Call,
    Callee,
    Command,
    Condition,
    Data,
    Deadline,
    Exit,
    Field,
    Gather,
    Group,
    Handler,
    Let,
    Loop,
    Not,
    Patch,
    Put,
    Seq,
    Term,
    Text,
    Try,
    Var,
    While,
    Within,
)

_TERMS = {
    name: each
    for name, each in vars(terms).items()
    if isinstance(each, type) and issubclass(each, Term) and each not in (Term, Call)
}
_CALLS = {word: flags for flags, word in CALLS.items()}
_KINDS = {word: kind for kind, word in KINDS.items()}


class NotTerms(Exception):
    """A text is no command term; ``row`` counts from 1."""

    def __init__(self, why: str, row: int) -> None:
        super().__init__(why)
        self.why = why
        self.row = row


class TermReader:
    """Reads terms; ``callee_of`` gives the function that a label stands for."""

    def __init__(self, callee_of: Callable[[str, int], Callee]) -> None:
        self._callee_of = callee_of
        self._depth = 0

    def block(self, statements: Iterable[ast.stmt]) -> Term:
        """Return what statements do. Raises :class:`NotTerms`."""
        parts: list[Term] = []
        for each in statements:
            self._depth += 1
            if self._depth > 2 * limits.TERM_DEPTH:
                raise NotTerms("it is nested too deeply", each.lineno)
            if not isinstance(each, ast.Pass):
                parts.append(self._statement(each))
            self._depth -= 1
        return parts[0] if len(parts) == 1 else Seq(tuple(parts))

    def _statement(self, node: ast.stmt) -> Term:
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                return Alt(self.expr(test), self.block(body), self.block(orelse))
            case ast.For(body=body, orelse=orelse):
                return self._loop(node, self.block(body), self.block(orelse))
            case ast.While(test=test, body=body, orelse=orelse):
                return While(self.expr(test), self.block(body), self.block(orelse))
            case ast.Try():
                return self._try(node)
            case ast.With(items=[ast.withitem(context_expr=ast.Call() as call)], body=body):
                return self._with(call, self.block(body))
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return Let(name, self.expr(value))
            case ast.Assign(
                targets=[ast.Attribute(value=ast.Name(id=name), attr=attribute)], value=value
            ):
                return Put(name, attribute, self.expr(value))
            case ast.Return(value=value):
                return Exit("return", self.expr(value) if value is not None else NOTHING)
            case ast.Break() | ast.Continue():
                return Exit(EXITS[1] if isinstance(node, ast.Break) else EXITS[2])
            case ast.Expr(value=value):
                return self.expr(value)
        raise self._refused(node)

    def _refused(self, node: ast.expr | ast.stmt) -> NotTerms:
        return NotTerms("it is no command term", node.lineno)

    def _loop(self, node: ast.For, body: Term, orelse: Term) -> Term:
        name = node.target.id if isinstance(node.target, ast.Name) else ""
        over, times = node.iter, -1
        match over:
            case ast.Call(func=ast.Name(id="named"), args=[ast.Constant(value=str(name)), inner]):
                over = inner
        match over:
            case ast.Call(func=ast.Name(id="times"), args=[inner, ast.Constant(value=int(times))]):
                over = inner
        return Loop(name, self.expr(over), body, times, False, orelse)

    def _try(self, node: ast.Try) -> Term:
        handlers = []
        for each in node.handlers:
            match each.type:
                case ast.Call(func=ast.Name(id="errors"), args=args):
                    names = tuple(self._text(arg) for arg in args)
                case _:
                    raise NotTerms("it is no command term", each.lineno)
            handlers.append(Handler(names, self.block(each.body)))
        body, orelse, last = map(self.block, (node.body, node.orelse, node.finalbody))
        return Try(body, tuple(handlers), orelse, last)

    def _with(self, call: ast.Call, body: Term) -> Term:
        match call:
            case ast.Call(func=ast.Name(id="group"), args=[ast.Constant(value=str(name))]):
                return Group(name, body)
            case ast.Call(func=ast.Name(id="deadline"), args=[]):
                return Deadline(body)
            case ast.Call(
                func=ast.Name(id="within"), args=[inner, ast.Constant(value=str(name))]
            ) if isinstance(of := self.expr(inner), Call):
                return Within(of, name, body)
        raise self._refused(call)

    # Expressions.

    def expr(self, node: ast.expr) -> Term:
        """Return the term that an expression is. Raises :class:`NotTerms`."""
        self._depth += 1
        if self._depth > 4 * limits.TERM_DEPTH:
            raise NotTerms("it is nested too deeply", node.lineno)
        found = self._expr(node)
        self._depth -= 1
        return found

    def _expr(self, node: ast.expr) -> Term:
        match node:
            case ast.Constant(value=str(value)):
                return Text(value)
            case ast.Name(id=name):
                return Var(name)
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                return Field(name, attribute)
            case ast.Await(value=value):
                return Await(self.expr(value))
            case ast.Call(func=ast.Name(id="data" | "loose" as word), args=args):
                return self._data(args, word == "loose", node)
            case ast.Call(func=ast.Name(id=word)) if word in _KINDS:
                return self._command(_KINDS[word], node)
            case ast.Call(func=ast.Name(id=word)) if word in _CALLS:
                return self._call(_CALLS[word], node)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return Not(self.expr(operand))
            case ast.Call(func=ast.Name(id="gather"), args=args, keywords=[]):
                return Gather(tuple(map(self.expr, args)))
            case ast.Call(func=ast.Name(id="condition"), args=[test], keywords=flags):
                return Condition(self.expr(test), bool(flags))
            case ast.Call(func=ast.Name(id="patched" | "deprecate_patch" as word), args=[name]):
                return Patch(self.expr(name), word == "deprecate_patch")
            case ast.Call(func=ast.Name(id=word), args=[]) if word in _TERMS:
                return self._plain(_TERMS[word], node)
        raise self._refused(node)

    def _data(self, args: list[ast.expr], loose: bool, node: ast.expr) -> Term:
        if len(args) % 2 == 0:
            raise self._refused(node)
        pieces = tuple(map(self._text, args[::2]))
        return Data(pieces, tuple(map(self.expr, args[1::2])), loose)

    def _text(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        raise self._refused(node)

    def _command(self, kind: str, node: ast.Call) -> Term:
        if len(node.args) > 1:
            raise self._refused(node)
        name = self.expr(node.args[0]) if node.args else None
        ident: Term | None = None
        flags = dict.fromkeys(("starts", "draws", "twice"), False)
        for each in node.keywords:
            if each.arg == "id":
                ident = self.expr(each.value)
            elif each.arg in flags:
                flags[each.arg] = True
            else:
                raise self._refused(node)
        return Command(kind, name, ident, flags["starts"], flags["draws"], flags["twice"])

    def _call(self, flags: tuple[bool, bool], node: ast.Call) -> Term:
        if not node.args:
            raise self._refused(node)
        callee = self._callee_of(self._text(node.args[0]), node.lineno)
        given: list[tuple[ast.expr, str, ast.expr]] = []
        for arg in node.args[1:]:
            match arg:
                case ast.Call(func=ast.Name(id="given"), args=[name, value]):
                    given.append((arg, self._text(name), value))
                case _:
                    raise self._refused(node)
        given += [(each.value, each.arg or "", each.value) for each in node.keywords]
        given.sort(key=lambda item: (item[0].lineno, item[0].col_offset))
        return Call(callee, tuple((name, self.expr(value)) for _, name, value in given), *flags)

    def _plain(self, cls: type[Term], node: ast.Call) -> Term:
        types = {field.name: field.type for field in msgspec.structs.fields(cls)}
        values: dict[str, object] = {}
        for each in node.keywords:
            if each.arg is None or each.arg not in types:
                raise self._refused(node)
            values[each.arg] = self._value(each.value, types[each.arg])
        try:
            return cls(**values)
        except TypeError:
            raise self._refused(node) from None

    def _value(self, node: ast.expr, wanted: object) -> object:
        """Return what a field of a term is given, which must be as the field wants it."""
        if wanted in (Term, _OPTIONAL):
            return self.expr(node)
        if wanted is str:
            return self._text(node)
        if wanted in _TUPLES and isinstance(node, ast.Tuple):
            return tuple(self._value(each, _TUPLES[wanted]) for each in node.elts)
        if wanted is Handler:
            found = self.expr(node)
            if isinstance(found, Handler):
                return found
        if wanted in (bool, int):
            is_negative = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
            inner = node.operand if isinstance(node, ast.UnaryOp) and is_negative else node
            if isinstance(inner, ast.Constant) and type(inner.value) is wanted:
                return -inner.value if is_negative else inner.value
        raise self._refused(node)


_OPTIONAL = Term | None
_TUPLES: dict[object, object] = {
    tuple[str, ...]: str,
    tuple[Term, ...]: Term,
    tuple[Handler, ...]: Handler,
}
