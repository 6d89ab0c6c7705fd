"""Command terms of statements and of whole functions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from wflint import limits
from wflint.inference.values import ClassValue, InstanceValue
from wflint.replay.expressions import ExpressionReader, is_plain, is_quiet
from wflint.replay.marks import At
from wflint.replay.terms import (
    NOTHING,
    WHOLE,
    Alt,
    Await,
    Call,
    Data,
    Deadline,
    Exit,
    Group,
    Handler,
    Let,
    Loop,
    Many,
    Put,
    Seq,
    Term,
    Try,
    Unknown,
    Var,
    While,
    Within,
)
from wflint.replay.texts import looped_over, times
from wflint.syntax.unparsed import unparsed
from wflint.syntax.words import last_word

if TYPE_CHECKING:
    from wflint.replay.code import Code
    from wflint.replay.program import Functions

_TRY: tuple[type[ast.stmt], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))
_GROUPS = ("TaskGroup",)
_DEADLINES = ("timeout", "timeout_at")


def term_of(code: Code, functions: Functions) -> Term:
    """Return what a function does."""
    definition = code.definition
    if definition is None:
        return Unknown(f"the code of `{code.node.fn.shown}` could not be read")
    reader = _StatementReader(code, functions)
    if isinstance(definition, ast.Lambda):
        return Exit("return", reader.terms.term(definition.body))
    return reader.block(definition.body)


class _StatementReader:
    """Makes terms of the statements of one function."""

    def __init__(self, code: Code, functions: Functions) -> None:
        self.terms = ExpressionReader(code, functions)
        self._code = code
        self._functions = functions
        self._depth = 0

    def block(self, statements: Sequence[ast.stmt]) -> Term:
        """Return what some statements do, without those that do nothing."""
        self._depth += 1
        try:
            if self._depth > limits.TERM_DEPTH:
                return Unknown("the code is nested too deeply", self.terms.at(statements[0]))
            found = [term for s in statements for term in self._statement(s)]
        finally:
            self._depth -= 1
        return found[0] if len(found) == 1 else Seq(tuple(found))

    def _statement(self, node: ast.stmt) -> Iterable[Term]:
        if isinstance(node, _TRY):
            return [self._try(node)]  # type: ignore[arg-type]
        match node:
            case ast.Expr(value=value):
                term = self.terms.term(value)
                return [] if is_quiet(term) else [term]
            case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
                return self._assignment(node)
            case ast.Return():
                of = self.terms.term(node.value) if node.value is not None else NOTHING
                return [Exit("return", of, at=self.terms.at(node))]
            case ast.Raise():
                return self._raise(node)
            case ast.Break():
                return [Exit("break", at=self.terms.at(node))]
            case ast.Continue():
                return [Exit("continue", at=self.terms.at(node))]
            case ast.If():
                return self._if(node)
            case ast.For() | ast.AsyncFor():
                return self._for(node)
            case ast.While():
                return [self._while(node)]
            case ast.With() | ast.AsyncWith():
                return self._with(node)
            case ast.Match():
                return self._match(node)
            case ast.Assert():
                term = self.terms.term(node.test)
                return [] if is_quiet(term) else [term]
        return []

    def _or(self, node: ast.For | ast.AsyncFor | ast.While | ast.If) -> Term:
        return self.block(node.orelse) if node.orelse else Seq()

    # Assignments.

    def _assignment(self, node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Iterable[Term]:
        if node.value is None:
            return []
        value = node.value
        if isinstance(node, ast.AugAssign):
            value = ast.BinOp(node.target, node.op, value)
        of = self.terms.term(value)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        at = self.terms.at(node)
        if len(targets) == 1 or is_quiet(of):
            return [term for target in targets for term in self._store(target, of, at)]
        stored = [term for target in targets for term in self._store(target, Var(WHOLE), at)]
        return [Let(WHOLE, of), *stored]  # it is done once

    def _store(self, target: ast.expr, of: Term, at: At) -> Iterable[Term]:
        match target:
            case ast.Name(id=name):
                return [Let(name, of)]
            case ast.Attribute(value=ast.Name(id=name), attr=attribute):
                return [Put(name, attribute, of, self.terms.at(target))]
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                whole = [] if of == Var(WHOLE) else [Let(WHOLE, of)]
                return [*whole, *self._taken(parts, WHOLE, at)]
        return [] if is_quiet(of) else [of]

    def _taken(self, targets: Sequence[ast.expr], whole: str, at: At) -> Iterator[Term]:
        """Yield what each target gets of a value that is taken apart; ``whole`` is its name."""
        starred = (n for n, target in enumerate(targets) if isinstance(target, ast.Starred))
        star = next(starred, len(targets))
        for number, target in enumerate(targets):
            of: Term = Var(whole)
            if number >= star:
                after = number - len(targets)
                index = f"{number}:{after + 1 or ''}" if number == star else f"{after}"
                of = Data(("", f"[{index}]"), (of,))
            part = number if number < star else -1
            inner = target.value if isinstance(target, ast.Starred) else target
            name = inner.id if isinstance(inner, ast.Name) else f"{whole}[{number}]"
            match inner:
                case ast.Name():
                    yield Let(name, of, part)
                case ast.Attribute(value=ast.Name(id=owner), attr=attribute):
                    yield Let(name, of, part)
                    yield Put(owner, attribute, Var(name), at)
                case ast.Tuple(elts=parts) | ast.List(elts=parts):
                    yield Let(name, of, part)
                    yield from self._taken(parts, name, at)

    # Branches and loops.

    def _if(self, node: ast.If) -> Iterable[Term]:
        test = self.terms.term(node.test)
        then, orelse = self.block(node.body), self._or(node)
        if then == orelse == Seq():
            return [] if is_quiet(test) else [test]
        return [Alt(test, then, orelse, self.terms.at(node))]

    def _while(self, node: ast.While) -> Term:
        test, body, orelse = self.terms.term(node.test), self.block(node.body), self._or(node)
        return While(test, body, orelse, self.terms.at(node))

    def _for(self, node: ast.For | ast.AsyncFor) -> Iterable[Term]:
        over = self.terms.term(looped_over(node.iter))
        body, orelse = self.block(node.body), self._or(node)
        if body == orelse == Seq():
            return [] if is_quiet(over) else [over]
        name = node.target.id if isinstance(node.target, ast.Name) else ""
        at = self.terms.at(node)
        return [Loop(name, over, body, times(node.iter), orelse=orelse, at=at)]

    def _match(self, node: ast.Match) -> Iterable[Term]:
        subject = self.terms.term(node.subject)
        term: Term = Seq()
        for case in reversed(node.cases):
            is_rest = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
            body = self.block(case.body)
            if is_rest and case.guard is None:
                term = body
                continue
            test = self._matches(case.pattern)
            if case.guard is not None:
                guard = self.terms.term(case.guard)
                test = guard if is_rest else Data(("", " and ", ""), (test, guard))
            term = Alt(test, body, term, self.terms.at(case))
        return [Let(WHOLE, subject), term]

    def _matches(self, pattern: ast.pattern) -> Term:
        """Return the test of a pattern: for plain values that of an `if`."""
        name = ast.Name(WHOLE, ast.Load())
        match pattern:
            case ast.MatchValue(value=value):
                return self._compared(ast.Compare(name, [ast.Eq()], [value]))
            case ast.MatchSingleton(value=constant):
                return self._compared(ast.Compare(name, [ast.Is()], [ast.Constant(constant)]))
            case ast.MatchOr(patterns=parts) if all(isinstance(p, ast.MatchValue) for p in parts):
                values = ast.Tuple([p.value for p in parts if isinstance(p, ast.MatchValue)])
                return self._compared(ast.Compare(name, [ast.In()], [values]))
        return Data(("", f" matches {unparsed(pattern)}"), (Var(WHOLE),))

    def _compared(self, test: ast.Compare) -> Term:
        self.terms.bound.append(frozenset({WHOLE}))
        try:
            return self.terms.term(test)
        finally:
            self.terms.bound.pop()

    # Errors and contexts.

    def _raise(self, node: ast.Raise) -> Iterable[Term]:
        exc = node.exc
        called = exc.func if isinstance(exc, ast.Call) else exc
        name = unparsed(called).rpartition(".")[2] if called is not None else ""
        if isinstance(exc, ast.Name) and exc.id in self._code.names:
            name = ""  # the error that was caught
        return [Exit("raise", name=name, at=self.terms.at(node))]

    def _try(self, node: ast.Try) -> Term:
        handlers = tuple(
            Handler(tuple(_caught(h.type)), self.block(h.body), self.terms.at(h))
            for h in node.handlers
        )
        orelse = self.block(node.orelse) if node.orelse else Seq()
        last = self.block(node.finalbody) if node.finalbody else Seq()
        return Try(self.block(node.body), handlers, orelse, last)

    def _entered(self, expr: ast.expr) -> Term | None:
        """Return what stands for an object of the program that gives commands as it is entered."""
        fact = self._code.call(expr) if isinstance(expr, ast.Call) else None
        if fact is None:
            return None
        functions = self._functions
        for entity in functions.called(fact, self._code.node):
            if isinstance(entity, (ClassValue, InstanceValue)):
                methods = functions.entered(entity.cls)
                if methods:
                    why = f"`{entity.cls.qualname}` gives commands as it is entered or left"
                    inner = Many(tuple(Call(functions.callee(method)) for method in methods))
                    return Unknown(why, self.terms.at(expr), inner)
        return None

    def _with(self, node: ast.With | ast.AsyncWith) -> Iterable[Term]:
        body = self.block(node.body)
        before: list[Term] = []
        for item in reversed(node.items):
            expr, target = item.context_expr, item.optional_vars
            name = target.id if isinstance(target, ast.Name) else ""
            word = last_word(expr)
            if word in _GROUPS:
                body = Group(name, body, self.terms.at(expr))
            elif word in _DEADLINES and isinstance(node, ast.AsyncWith):
                body = Deadline(body, self.terms.at(expr))
            elif word == "suppress" and isinstance(expr, ast.Call):
                names = tuple(n for arg in expr.args for n in _caught(arg))
                body = Try(body, (Handler(names, Seq(), self.terms.at(expr)),))
            elif (call := self._manager(node, expr)) is not None:
                body, before = Within(call, name, _in_order([*before, body])), []
            else:
                of = self._entered(expr) or self.terms.term(expr)
                if isinstance(node, ast.AsyncWith) and is_plain(of):
                    of = Await(of)  # a lock
                if name:
                    before.insert(0, Let(name, of))
                elif not is_quiet(of):
                    before.insert(0, of)
        parts = body.parts if isinstance(body, Seq) else (body,)
        return [*before, *parts]

    def _manager(self, node: ast.With | ast.AsyncWith, expr: ast.expr) -> Call | None:
        """Return the call of a generator of the program that a block runs in."""
        is_async = isinstance(node, ast.AsyncWith)
        manager = f"contextlib.{'async' if is_async else ''}contextmanager"
        return self.terms.entered(expr, manager) if isinstance(expr, ast.Call) else None


def _in_order(terms: Sequence[Term]) -> Term:
    parts = [p for term in terms for p in (term.parts if isinstance(term, Seq) else (term,))]
    return parts[0] if len(parts) == 1 else Seq(tuple(parts))


def _caught(node: ast.expr | None) -> Iterable[str]:
    if node is None:
        return ["BaseException"]
    parts = node.elts if isinstance(node, ast.Tuple) else [node]
    return [unparsed(part).rpartition(".")[2] for part in parts]
