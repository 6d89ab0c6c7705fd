"""Literals that callers pass, as far as they decide the branches of what is called.

A call *tells* its function what stands at a path: at a parameter, or under keys of a dictionary
that it is given. Only what decides is told; see :mod:`wflint.callgraph.deciding`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from wflint.facts.model import (
    FALSE,
    NONE,
    Asked,
    Condition,
    Kind,
    Ref,
    Term,
    TermKind,
    Test,
    ValueType,
)
from wflint.inference.resolver import Resolver

Path: TypeAlias = tuple[str, ...]
"""A parameter, and keys that lead on from it."""

Told: TypeAlias = tuple[tuple[Path, str], ...]
"""Literals at some paths, sorted, as :func:`wflint.facts.terms.literal` writes them."""

NOT_KNOWN = ""
ABSENT = "-"
"""There is no such key."""
SOMETHING = "o:"
"""An object: it is true, and not None."""

Lookup: TypeAlias = Callable[[str, Path], str]
"""Gives the literal at keys of a parameter, or of a local dictionary that is written out."""


class Evaluation(NamedTuple):
    """Works out terms and tests in a module.

    ``at`` answers for parameters, ``is_kept`` says if a local dictionary still has at a path what
    was written there, and ``same`` gives the argument that a call returns, for its ``CALL`` term.
    ``is_filled`` says if a variable of the module that begins as None has been set by now, and
    ``can_load`` is false for modules that surely cannot be imported there.
    """

    resolver: Resolver
    path: str
    at: Lookup
    is_kept: Callable[[str, Path], bool]
    same: Callable[[Term], Term | None]
    is_filled: Callable[[str], bool]
    can_load: Callable[[str], bool]

    def value(self, term: Term, keys: Path = ()) -> str:
        """The literal that a term is, or that stands at keys of it."""
        others = term.others
        match term.kind:
            case TermKind.CONSTANT:
                return NOT_KNOWN if keys else term.text
            case TermKind.PARAM:
                return self.at(term.text, keys)
            case TermKind.LOCAL:
                return self.value(others[0], keys) if self.is_kept(term.text, keys) else NOT_KNOWN
            case TermKind.NAME:
                return NOT_KNOWN if keys else self._constant(term.ref)
            case TermKind.LOADS:
                return NOT_KNOWN if self.can_load(term.text) else FALSE
            case TermKind.LATER:
                return SOMETHING if not keys and self.is_filled(term.text) else NOT_KNOWN
            case TermKind.ITEM:
                found = self.value(others[0], (term.text, *keys))
                return NOT_KNOWN if found == ABSENT else found
            case TermKind.GET:
                found = self.value(others[0], (term.text, *keys))
                return self.value(others[1]) if found == ABSENT and not keys else found
            case TermKind.OR:
                return self._or(term, keys)
            case TermKind.DICT:
                return self._entry(others, keys)
            case TermKind.CALL:
                given = self.same(term)
                return self.value(given, keys) if given is not None else NOT_KNOWN
        return NOT_KNOWN

    def _or(self, term: Term, keys: Path) -> str:
        left = self.value(term.others[0])
        if keys:  # what is found at keys is in something that is not empty
            found = self.value(term.others[0], keys)
            return NOT_KNOWN if found == ABSENT else found
        is_true = truth(left)
        if is_true is None:
            return NOT_KNOWN
        return left if is_true else self.value(term.others[1])

    def _entry(self, entries: tuple[Term, ...], keys: Path) -> str:
        if not keys:  # it may be changed: not even its truth is known
            return NOT_KNOWN
        for entry in reversed(entries):
            if entry.kind is TermKind.SPREAD:
                return NOT_KNOWN
            if entry.text == keys[0]:
                return self.value(entry.others[0], keys[1:])
        return ABSENT if len(keys) == 1 else NOT_KNOWN

    def _constant(self, ref: Ref) -> str:
        """A text or number that a name of a module stands for."""
        found = self.resolver.constant(ref, self.path)
        if found is None:
            return NOT_KNOWN
        value = found[0]
        if value.type is ValueType.STR and value.ref.kind is Kind.LITERAL:
            is_plain = "\\" not in value.text and len(value.text) < 200
            return f"s:{value.text}" if is_plain else NOT_KNOWN
        is_number = value.type is ValueType.INT and value.text.lstrip("-").isdigit()
        return f"i:{int(value.text)}" if is_number and len(value.text) < 20 else NOT_KNOWN

    # Tests.

    def holds(self, test: Test) -> bool | None:
        """True or False where a test surely turns out so."""
        match test.asked:
            case Asked.NOT:
                found = self.holds(test.others[0])
                return None if found is None else not found
            case Asked.AND | Asked.OR:
                decides = test.asked is Asked.OR
                sides = [self.holds(other) for other in test.others]
                if decides in sides:
                    return decides
                return None if None in sides else not decides
            case Asked.OPEN:
                return None
        literal = self.value(test.term)
        if literal in (NOT_KNOWN, ABSENT):
            return None
        if test.asked is Asked.TRUE:
            return truth(literal)
        found_equal = [_compare(test.asked, literal, self.value(v)) for v in test.values]
        if True in found_equal:
            return True
        return None if None in found_equal else False

    def never(self, conditions: Iterable[Condition]) -> frozenset[int]:
        """The numbers of the conditions that surely do not hold."""
        found: set[int] = set()
        for number, condition in enumerate(conditions, 1):
            if condition.after in found:
                found.add(number)
                continue
            holds = self.holds(condition.test)
            if holds is not None and holds is not condition.holds:
                found.add(number)
        return frozenset(found)


def is_about_before(test: Test) -> bool:
    """True if a test asks for something that no caller tells: what was set, what can be loaded."""
    pending = [test]
    while pending:
        one = pending.pop()
        if one.term.kind in (TermKind.LATER, TermKind.LOADS):
            return True
        pending += one.others
    return False


def truth(literal: str) -> bool | None:
    """True or False, where the truth of a literal is known."""
    if literal in (NOT_KNOWN, ABSENT) or literal.startswith("i:"):
        return None  # a number that is asked for its truth is counted down
    return literal not in (NONE, "s:", "b:False")


def _compare(asked: Asked, left: str, right: str) -> bool | None:
    """True if a literal is another one, or starts or ends with it; ``None`` if that is unknown."""
    if right in (NOT_KNOWN, ABSENT):
        return None
    if asked is Asked.IS:
        return left == right
    if asked is Asked.IN:
        return _number(left) == _number(right)
    if not (left.startswith("s:") and right.startswith("s:")):
        return None
    inner, affix = left[2:], right[2:]
    return inner.startswith(affix) if asked is Asked.STARTS else inner.endswith(affix)


def _number(literal: str) -> str:
    """A literal; ``True`` is equal to 1."""
    return {"b:True": "i:1", "b:False": "i:0"}.get(literal, literal)
