"""Command terms of expressions."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wflint import limits
from wflint.facts.model import Kind, Ref, Value, ValueType
from wflint.replay.calls import CallReader
from wflint.replay.heads import head_of
from wflint.replay.marks import At
from wflint.replay.terms import (
    NOTHING,
    Alt,
    Await,
    Call,
    Data,
    Exit,
    Field,
    Let,
    Loop,
    Many,
    Not,
    Replaying,
    Seq,
    Star,
    Term,
    Text,
    Unknown,
    Unresolved,
    Var,
    Yield,
    all_terms,
    parts_of,
)
from wflint.replay.texts import LOOSE, data, looped_over, times

if TYPE_CHECKING:
    from wflint.replay.code import Code
    from wflint.replay.program import Functions

_PLAIN = (Data, Text, Var, Field, Replaying)
_INNER = (ast.Lambda, ast.GeneratorExp)
_OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.GtE: ast.Lt,
    ast.IsNot: ast.Is,
    ast.LtE: ast.Gt,
    ast.NotEq: ast.Eq,
    ast.NotIn: ast.In,
}
"""Comparisons that are taken for the opposite of another."""

_LOOPS = (ast.ListComp, ast.SetComp, ast.GeneratorExp)


class ExpressionReader:
    """Makes terms of the expressions of one function."""

    def __init__(self, code: Code, functions: Functions) -> None:
        self.code = code
        self.functions = functions
        self.bound: list[frozenset[str]] = []  # the names of comprehensions and lambdas around
        self._calls = CallReader(self, code, functions)
        self._depth = 0
        self._is_manager = bool(functions.manager(code.node.fn))
        self._constants: dict[Ref, Term | None] = {}

    def at(self, node: ast.AST) -> At:
        """The place of a node; that of what stands first in a branch, a loop or a block."""
        return At(self.code.site(head_of(node)))

    def term(self, node: ast.expr) -> Term:
        """Return what an expression does; its value is that of the term."""
        self._depth += 1
        try:
            if self._depth > limits.TERM_DEPTH:
                return Unknown("the code is nested too deeply", self.at(node))
            special = self._special(node)
            return special if special is not None else data(node, self._part)
        finally:
            self._depth -= 1

    def _part(self, node: ast.expr) -> Term | None:
        """Return what stands for a part of data; ``None`` for code that is data itself."""
        if isinstance(node, (ast.Name, ast.Attribute)):
            found = self._special(node)
            is_itself = isinstance(node, ast.Name) and found == Data((node.id,))
            return None if is_itself else found
        if isinstance(node, (ast.Await, ast.Call, ast.IfExp, ast.NamedExpr, ast.Yield)):
            found = self.term(node)
            return None if isinstance(found, Data) and not found.parts else found
        if isinstance(node, (*_LOOPS, ast.DictComp, ast.Lambda, *LOOSE)):
            return self.term(node)
        return None

    def _special(self, node: ast.expr) -> Term | None:
        match node:
            case ast.Name():
                return self._name(node)
            case ast.Attribute():
                return self._attribute(node)
            case ast.Constant(value=str() as text):
                return Text(text)
            case ast.Await():
                return self._await(node)
            case ast.Call():
                return self._calls.term(node)
            case ast.NamedExpr():
                return Seq((Let(node.target.id, self.term(node.value)), Var(node.target.id)))
            case ast.IfExp():
                return self._choice(node)
            case ast.BoolOp():
                return self._bool(node)
            case ast.UnaryOp(op=ast.Not()):
                return Not(self.term(node.operand))
            case ast.Compare(ops=[op], left=left, comparators=[right]) if type(op) in _OPPOSITE:
                opposite = _OPPOSITE[type(op)]()
                return Not(self.term(ast.Compare(left, [opposite], [right])))
            case ast.List() | ast.Tuple() | ast.Set():
                return self._display(node)
            case ast.Starred():
                return Star(self.term(node.value))
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                return self._comprehension(node, node.elt)
            case ast.DictComp():
                return self._comprehension(node, node.value)
            case ast.Lambda():
                return self.lambda_text(node)
            case ast.Yield(value=value) if self._is_manager:
                of = self.term(value) if value is not None else NOTHING
                return Yield(of, self.at(node))
        return None

    # Names.

    def _is_local(self, name: str) -> bool:
        return name in self.code.names or any(name in names for names in self.bound)

    def _name(self, node: ast.Name) -> Term:
        if self._is_local(node.id):
            return Var(node.id)
        return self._known(node) or Data((node.id,))

    def _known(self, node: ast.Name | ast.Attribute) -> Term | None:
        """Return the literal, or the name for the server, that a name stands for."""
        ref = self.code.ref(node) or self.plain_ref(node)
        if ref is None:
            return None
        if ref not in self._constants:
            self._constants[ref] = self._constant(ref)
        return self._constants[ref]

    def _constant(self, ref: Ref) -> Term | None:
        at, functions = self.code.node, self.functions
        value = Value(ValueType.NAME, ref=ref)
        literal = functions.literal(value, at)
        if literal is not None:
            if literal.type is ValueType.STR:
                return Text(literal.text)
            return Data((literal.text or "None",))
        name = functions.name(value, at)
        if name:
            return Text(name)
        display = functions.display(value, at)
        return Data((display,)) if display else None

    def plain_ref(self, node: ast.expr) -> Ref | None:
        """Return what a name refers to that the facts say nothing of, as in an f-string."""
        names: list[str] = []
        base: ast.expr = node
        while isinstance(base, ast.Attribute):
            names.append(base.attr)
            base = base.value
        if not isinstance(base, ast.Name):
            return None
        path = tuple(reversed(names))
        if not self._is_local(base.id):
            return Ref(Kind.GLOBAL, base.id, path)
        owner = self.code.body.head.owner
        is_own = base.id == self.code.receiver and owner
        return Ref(Kind.SELF, owner, path) if is_own and path else None

    def _attribute(self, node: ast.Attribute) -> Term | None:
        base = node.value
        if isinstance(base, ast.Name) and self._is_local(base.id):
            if base.id == self.code.receiver:
                return self._known(node) or Field(base.id, node.attr)
            return Field(base.id, node.attr)
        return self._known(node)

    def lambda_text(self, node: ast.Lambda) -> Term:
        """Return the code of a lambda as data: what it would give."""
        args = node.args
        own = frozenset(a.arg for a in (*args.posonlyargs, *args.args, *args.kwonlyargs))
        self.bound.append(own)
        try:
            return data(node.body, self._quiet_part)
        finally:
            self.bound.pop()

    def _quiet_part(self, node: ast.expr) -> Term | None:
        """As :meth:`_part`, for code that does not run here."""
        if isinstance(node, (ast.Name, ast.Attribute)):
            found = self._special(node)
            return found if is_plain(found) else None
        return None

    # What does something.

    def entered(self, node: ast.Call, manager: str) -> Call | None:
        """Return the call of a context manager that the program has as a generator."""
        return self._calls.entered(node, manager)

    def _await(self, node: ast.Await) -> Term:
        inner = self.term(node.value)
        if isinstance(inner, Data) and isinstance(node.value, ast.Call):
            return Unresolved(inner, "what it calls is not known", self.at(node))
        return Await(inner)

    def _choice(self, node: ast.IfExp) -> Term | None:
        then, orelse = self.term(node.body), self.term(node.orelse)
        if is_quiet(then) and is_quiet(orelse):
            return None
        return Alt(self.term(node.test), then, orelse, self.at(node.test))

    def _bool(self, node: ast.BoolOp) -> Term | None:
        parts = [self.term(value) for value in node.values]
        if all(is_quiet(part) and not has_test(part) for part in parts):
            return None
        term, is_and = parts[-1], isinstance(node.op, ast.And)
        known = Data(("False" if is_and else "True",))
        for part, value in zip(reversed(parts[:-1]), reversed(node.values[:-1]), strict=True):
            then, orelse = (term, known) if is_and else (known, term)
            term = Alt(part, then, orelse, self.at(value))
        return term

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Term | None:
        parts = tuple(self.term(part) for part in node.elts)
        return Many(parts) if not node.elts or not all(map(is_data, parts)) else None

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, gives: ast.expr
    ) -> Term | None:
        bound = frozenset(
            inner.id
            for each in node.generators
            for inner in ast.walk(each.target)
            if isinstance(inner, ast.Name)
        )
        first, *others = node.generators
        over = self.term(looped_over(first.iter))
        self.bound.append(bound)
        try:
            body: Term = self.term(gives)
            quiet = is_quiet(body) and is_data(body)
            tests = [t for each in node.generators for t in each.ifs]
            if quiet and all(is_quiet(self.term(t)) for t in tests) and is_quiet(over):
                return None
            for each in reversed(others):
                each_of = self.term(looped_over(each.iter))
                body = Loop(_target(each.target), each_of, body, gives=True, at=self.at(each))
            for test in reversed(tests):
                body = Alt(self.term(test), body, SKIPPED, self.at(test))
        finally:
            self.bound.pop()
        name, often, at = _target(first.target), times(first.iter), self.at(first)
        return Loop(name, over, body, often, gives=True, at=at)


SKIPPED = Exit("skip")
"""The element that a comprehension leaves out."""


def _target(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def is_plain(term: Term | None) -> bool:
    """True for a term that only names something."""
    return isinstance(term, _PLAIN)


def is_data(term: Term) -> bool:
    """True for a value that surely is nothing to wait for."""
    return isinstance(term, (Text, Field)) or (
        isinstance(term, (Data, Not)) and all(is_quiet(part) for part in parts_of(term))
    )


def has_test(term: Term) -> bool:
    """True if a term is decided by more than data."""
    return any(isinstance(each, Replaying) for each in all_terms(term))


def is_quiet(term: Term) -> bool:
    """True if a term does nothing but name values."""
    pending = [term]
    while pending:
        each = pending.pop()
        if isinstance(each, (Data, Many, Star, Not)):
            pending.extend(parts_of(each))
        elif not is_plain(each):
            return False
    return True
