"""Expressions and tests whose outcome may be known from the literals that callers pass.

Only what leads to a parameter or a literal is kept. That a name is bound to something else on some
way, in a nested function or by ``+=``, makes it unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import libcst as cst

from wflint import limits
from wflint.facts.frames import Frame, Under
from wflint.facts.model import (
    FALSE,
    NONE,
    OPEN,
    TRUE,
    UNKNOWN,
    Asked,
    Condition,
    Kind,
    ModuleFacts,
    Param,
    ParamKind,
    Ref,
    Term,
    TermKind,
    Test,
    ValueType,
)
from wflint.facts.refs import Refs
from wflint.facts.scopes import Bound, How, Scope

_SINGLETONS = {"None": NONE, "True": TRUE, "False": FALSE}
_UNDECIDED = Test(Asked.OPEN)
_GIVEN = (ParamKind.POSITIONAL, ParamKind.KEYWORD)
_AFFIXES = {"startswith": Asked.STARTS, "endswith": Asked.ENDS}


def literal(node: cst.CSTNode) -> Term:
    """The term of a text, a whole number, ``True``, ``False`` or ``None`` that is written out."""
    written = ""
    if isinstance(node, cst.Name):
        written = _SINGLETONS.get(node.value, "")
    elif isinstance(node, cst.SimpleString):
        text = _plain_text(node)
        if text is not None and len(text) <= limits.KEPT_TEXT:
            written = f"s:{text}"
    elif isinstance(node, cst.Integer) and len(node.value) <= limits.INDEX_LENGTH:
        written = f"i:{int(node.value, 0)}"
    return Term(TermKind.CONSTANT, written) if written else OPEN


def _plain_text(node: cst.SimpleString) -> str | None:
    """The value of a text without escapes, read off: ``ast.literal_eval`` leaves circles behind."""
    if "\\" in node.value or "\r" in node.value or "b" in node.prefix.lower():
        return None
    return node.raw_value


class Terms:
    """Answers what term an expression is, once all bindings are known."""

    def __init__(self, refs: Refs) -> None:
        self.refs = refs

    def term(
        self, node: cst.CSTNode | None, scope: Scope | None, steps: int = limits.TERM_STEPS
    ) -> Term:
        """The term of an expression; ``OPEN`` where nothing is known of it."""
        while isinstance(node, (cst.Await, cst.NamedExpr)):
            node = node.expression if isinstance(node, cst.Await) else node.value
        find = _TERMS.get(type(node))
        if find is None or node is None or steps <= 0:
            return OPEN
        found: Term = find(self, node, scope, steps)
        return self.refs.shared(found) if found is not OPEN else found

    def _literal(self, node: cst.CSTNode, scope: Scope | None, steps: int) -> Term:
        return literal(node)

    def _name(self, node: cst.Name, scope: Scope | None, steps: int) -> Term:
        if node.value in _SINGLETONS:
            return literal(node)
        found = scope.find(node.value) if scope is not None else None
        if scope is None or found is None:
            return _of_module(self.refs.ref(node, scope))
        where, bindings = found
        if where.of_function is not scope.of_function or node.value in self.refs.rebound:
            return OPEN
        only = self.refs.only_binding(node, bindings, where)
        return self._bound(node.value, only, where, steps) if only is not None else OPEN

    def _bound(self, name: str, bound: Bound, where: Scope, steps: int) -> Term:
        if bound.how is How.PARAM and bound.param is not None:
            return Term(TermKind.PARAM, name) if _is_given(bound.param) else OPEN
        value = bound.node if bound.how is How.VALUE else bound.value
        if bound.how not in (How.VALUE, How.ANNOTATION) or bound.parts or value is None:
            return OPEN
        found = self.term(value, where, steps - 1)
        if found.kind is TermKind.DICT:
            return Term(TermKind.LOCAL, name, (found,))
        return found

    def _attribute(self, node: cst.Attribute, scope: Scope | None, steps: int) -> Term:
        return _of_module(self.refs.ref(node, scope))

    def _subscript(self, node: cst.Subscript, scope: Scope | None, steps: int) -> Term:
        first = node.slice[0].slice
        if len(node.slice) != 1 or not isinstance(first, cst.Index):
            return OPEN
        key = literal(first.value)
        of = self.term(node.value, scope, steps - 1) if key.text.startswith("s:") else OPEN
        return OPEN if of is OPEN else Term(TermKind.ITEM, key.text[2:], (of,))

    def _boolean(self, node: cst.BooleanOperation, scope: Scope | None, steps: int) -> Term:
        if not isinstance(node.operator, cst.Or):
            return OPEN
        sides = (self.term(node.left, scope, steps - 1), self.term(node.right, scope, steps - 1))
        return OPEN if sides[0] is OPEN else Term(TermKind.OR, "", sides)

    def _dict(self, node: cst.Dict, scope: Scope | None, steps: int) -> Term:
        entries: list[Term] = []
        for element in node.elements[: limits.TERM_ENTRIES + 1]:
            key = literal(element.key) if isinstance(element, cst.DictElement) else OPEN
            if key is OPEN:  # of two that are equal the later counts: it may be any
                entries.append(Term(TermKind.SPREAD))
            else:
                value = self.term(element.value, scope, steps - 1)
                if key.text.startswith("s:"):
                    entries.append(Term(TermKind.ENTRY, key.text[2:], (value,)))
        if len(entries) > limits.TERM_ENTRIES:
            return OPEN
        return Term(TermKind.DICT, "", tuple(entries))

    def _call(self, node: cst.Call, scope: Scope | None, steps: int) -> Term:
        func = node.func
        if isinstance(func, cst.Attribute) and func.attr.value == "get" and _is_plain(node.args):
            return self._get(node, func.value, scope, steps)
        if any(a.star for a in node.args) or len(node.args) > limits.ARGUMENTS:
            return OPEN
        given = [
            Term(
                TermKind.ARGUMENT,
                a.keyword.value if a.keyword is not None else "",
                (self.term(a.value, scope, steps - 1),),
            )
            for a in node.args
        ]
        if all(arg.others[0] is OPEN for arg in given):
            return OPEN
        target = self.refs.ref(func, scope)
        if target.kind is Kind.UNKNOWN:
            return OPEN
        return Term(TermKind.CALL, "", tuple(given), target)

    def _get(self, node: cst.Call, of: cst.BaseExpression, scope: Scope | None, steps: int) -> Term:
        key = literal(node.args[0].value)
        inner = self.term(of, scope, steps - 1) if key.text.startswith("s:") else OPEN
        if inner is OPEN:
            return OPEN
        default = Term(TermKind.CONSTANT, NONE)
        if len(node.args) == 2:
            default = self.term(node.args[1].value, scope, steps - 1)
        return Term(TermKind.GET, key.text[2:], (inner, default))

    # Tests.

    def test(
        self, node: cst.BaseExpression, scope: Scope | None, steps: int = limits.TERM_STEPS
    ) -> Test:
        """Return what a test asks, as far as it may be decided."""
        if steps <= 0:
            return _UNDECIDED
        if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Not):
            return _not(self.test(node.expression, scope, steps - 1))
        if isinstance(node, cst.BooleanOperation):
            sides = tuple(self.test(s, scope, steps - 1) for s in (node.left, node.right))
            asked = Asked.AND if isinstance(node.operator, cst.And) else Asked.OR
            if all(s.asked is Asked.OPEN for s in sides):
                return _UNDECIDED
            return Test(asked, others=sides)
        if isinstance(node, cst.Comparison):
            return self._comparison(node, scope)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            affix = _AFFIXES.get(node.func.attr.value)
            if affix is not None and len(node.args) == 1 and not node.args[0].star:
                values = self._several(node.args[0].value, scope, cst.Tuple)
                return _asks(affix, self.term(node.func.value, scope), values)
        if isinstance(node, _ASKED_FOR_TRUTH):
            term = self.term(node, scope)
            return _asks(Asked.TRUE, term if _is_varying(term) else self._later(node, scope), ())
        return _UNDECIDED

    def _comparison(self, node: cst.Comparison, scope: Scope | None) -> Test:
        if len(node.comparisons) != 1:
            return _UNDECIDED
        operator, right = node.comparisons[0].operator, node.comparisons[0].comparator
        term = self.term(node.left, scope)
        if isinstance(operator, (cst.Equal, cst.NotEqual)):
            value = self.term(right, scope)
            if not _is_varying(term):
                term, value = value, term
            found = _asks(Asked.IN, term, (value,))
        elif isinstance(operator, (cst.Is, cst.IsNot)):
            value = literal(right)
            if value.text == NONE and not _is_varying(term):
                term = self._later(node.left, scope)
            found = _asks(Asked.IS, term, (value,))
        elif isinstance(operator, (cst.In, cst.NotIn)):
            found = _asks(Asked.IN, term, self._several(right, scope))
        else:
            return _UNDECIDED
        return _not(found) if isinstance(operator, _NEGATED) else found

    def _later(self, node: cst.BaseExpression, scope: Scope | None) -> Term:
        """The term of a variable that is None until some function sets it.

        That is one of the module, of a class in it (``cls._client``, ``Clients._client``), or what
        a context variable of the module holds: ``_client.get()``.
        """
        module = self.refs.module
        if isinstance(node, cst.Call):
            name = _context_variable(self.refs.ref(node.func, scope), module)
            return Term(TermKind.LATER, f"{name}.get()") if name else OPEN
        ref = self.refs.ref(node, scope) if isinstance(node, (cst.Attribute, cst.Name)) else UNKNOWN
        if ref.kind is Kind.CLS and len(ref.path) == 1:
            return Term(TermKind.LATER, f"cls.{ref.path[0]}")
        if ref.kind is not Kind.GLOBAL:
            return OPEN
        if len(ref.path) == 1 and ref.name in module.classes:
            return Term(TermKind.LATER, f"{ref.name}.{ref.path[0]}")
        bindings = module.bindings.get(ref.name, ()) if not ref.path else ()
        value = bindings[0].value if len(bindings) == 1 else None
        is_none = value is not None and value.type is ValueType.NONE
        return Term(TermKind.LATER, ref.name) if is_none else OPEN

    def _several(
        self, node: cst.BaseExpression, scope: Scope | None, *kinds: type[cst.CSTNode]
    ) -> tuple[Term, ...]:
        """Return the elements of a display; a node of none of the ``kinds`` is itself the one."""
        if isinstance(node, kinds or (cst.Tuple, cst.List, cst.Set)):
            elements = node.elements  # type: ignore[attr-defined]
            if all(isinstance(e, cst.Element) for e in elements):
                return tuple(self.term(e.value, scope) for e in elements)
            return (OPEN,)
        return (self.term(node, scope),) if kinds else (OPEN,)

    def case(
        self, subject: cst.BaseExpression, patterns: Iterable[cst.MatchPattern], scope: Scope | None
    ) -> Test:
        """The test that a subject fits one of some patterns."""
        term = self.term(subject, scope)
        tests: list[Test] = []
        pending = list(patterns)[::-1]
        while pending:
            pattern = pending.pop()
            if isinstance(pattern, cst.MatchOr):
                pending.extend(e.pattern for e in reversed(pattern.patterns))
            elif isinstance(pattern, cst.MatchValue):
                tests.append(_asks(Asked.IN, term, (self.term(pattern.value, scope),)))
            elif isinstance(pattern, cst.MatchSingleton):
                tests.append(_asks(Asked.IS, term, (literal(pattern.value),)))
            else:
                tests.append(_UNDECIDED)
        if all(test.asked is Asked.OPEN for test in tests):
            return _UNDECIDED
        return tests[0] if len(tests) == 1 else Test(Asked.OR, others=tuple(tests))

    # Conditions.

    def number(self, frame: Frame, under: Under | None) -> int:
        """The number of the condition under which something runs; 0 where there is none."""
        pending: list[Under] = []
        while under is not None and id(under) not in frame.numbers:
            pending.append(under)
            under = under.parent
        number = frame.numbers[id(under)] if under is not None else 0
        for each in reversed(pending):
            if each.loads:
                test = Test(Asked.TRUE, Term(TermKind.LOADS, each.loads))
            elif each.patterns:
                test = self.case(each.test, each.patterns, each.scope)
            else:
                test = self.test(each.test, each.scope)
            if test.asked is not Asked.OPEN:
                condition = Condition(test, each.holds, number)
                number = frame.conditions.setdefault(condition, len(frame.conditions) + 1)
            frame.numbers[id(each)] = number
        return number


def _context_variable(ref: Ref, module: ModuleFacts) -> str:
    """The context variable of a module whose value is asked for, or ``""``."""
    bindings = module.bindings.get(ref.name, ()) if ref.kind is Kind.GLOBAL else ()
    value = bindings[0].value if len(bindings) == 1 and ref.path == ("get",) else None
    made_of = value.ref.of if value is not None and value.ref.kind is Kind.RESULT else None
    while made_of is not None and made_of.kind is Kind.ITEM:
        made_of = made_of.of
    is_context = made_of is not None and (made_of.path or (made_of.name,))[-1] == "ContextVar"
    return ref.name if is_context else ""


def defaults(params: cst.Parameters) -> dict[str, Term]:
    """The default values of parameters that are literals."""
    every = (*params.posonly_params, *params.params, *params.kwonly_params)
    found = {p.name.value: literal(p.default) for p in every if p.default is not None}
    return {name: term for name, term in found.items() if term is not OPEN}


def _is_given(param: Param) -> bool:
    return param.kind in _GIVEN


def _of_module(ref: Ref) -> Term:
    """A constant of a module, or a member of an enumeration: both are written in capitals."""
    if ref.kind not in (Kind.GLOBAL, Kind.IMPORT):
        return OPEN
    last = ref.path[-1] if ref.path else ref.name.rpartition(".")[2]
    return Term(TermKind.NAME, ref=ref) if last.isupper() else OPEN


def _is_varying(term: Term) -> bool:
    """True of what depends on the caller."""
    return term.kind not in (TermKind.CONSTANT, TermKind.NAME, TermKind.OPEN)


def _asks(asked: Asked, term: Term, values: tuple[Term, ...]) -> Test:
    if not _is_varying(term) or (values and all(v is OPEN for v in values)):
        return _UNDECIDED
    return Test(asked, term, values)


def _not(test: Test) -> Test:
    return test if test.asked is Asked.OPEN else Test(Asked.NOT, others=(test,))


def _is_plain(args: Iterable[cst.Arg]) -> bool:
    given = list(args)
    return 1 <= len(given) <= 2 and not any(a.star or a.keyword for a in given)


_NEGATED = (cst.NotEqual, cst.IsNot, cst.NotIn)
_ASKED_FOR_TRUTH = (cst.Attribute, cst.Name, cst.Subscript, cst.Call)
_TERMS: dict[type[cst.CSTNode] | type[None], Callable[..., Term]] = {
    cst.Name: Terms._name,
    cst.SimpleString: Terms._literal,
    cst.Integer: Terms._literal,
    cst.Attribute: Terms._attribute,
    cst.Subscript: Terms._subscript,
    cst.BooleanOperation: Terms._boolean,
    cst.Dict: Terms._dict,
    cst.Call: Terms._call,
}
