"""Leaves out of terms what decides nothing: data that no command, wait or condition depends on.

A local name, or an attribute, that only ever holds data matters where it is read. What computes
data that nothing reads goes, and with it the branches and loops that have nothing else in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from wflint.replay.expressions import is_data, is_quiet
from wflint.replay.terms import (
    Add,
    Alt,
    Await,
    Command,
    Deadline,
    Exit,
    Field,
    Group,
    Let,
    Loop,
    Put,
    Seq,
    Term,
    Try,
    Var,
    While,
    Within,
    all_terms,
    parts_of,
)

EMPTY = Seq()


def tracked_attributes(terms: Iterable[Term], params: frozenset[str]) -> frozenset[str]:
    """Return the attributes that may hold more than data: tasks, handles, lists.

    ``params`` are names that surely hold data.
    """
    puts: list[tuple[Put, Mapping[str, list[Term]]]] = []
    for term in terms:
        lets: dict[str, list[Term]] = {}
        for each in all_terms(term):
            if isinstance(each, Let):
                lets.setdefault(each.name, []).append(each.of)
        puts += [(each, lets) for each in all_terms(term) if isinstance(each, Put)]
    found: set[str] = set()
    while True:
        more = {
            put.attribute
            for put, lets in puts
            if put.attribute not in found and not _holds_data(put.of, lets, params, found)
        }
        if not more:
            return frozenset(found)
        found |= more


def attributes_set_once(terms: Iterable[Term]) -> frozenset[str]:
    """Return the attributes that one statement alone sets, to what is found out there."""
    puts = [each for term in terms for each in all_terms(term) if isinstance(each, Put)]
    count = Counter(put.attribute for put in puts)
    return frozenset(p.attribute for p in puts if count[p.attribute] == 1 and not is_data(p.of))


def _holds_data(
    term: Term, lets: Mapping[str, list[Term]], params: frozenset[str], tracked: set[str]
) -> bool:
    match term:
        case Field(attribute=attribute):
            return attribute not in tracked
        case Var(name=name):
            given = lets.get(name)
            if given is None:
                return name in params
            return all(
                not isinstance(of, Var) and _holds_data(of, {}, params, tracked) for of in given
            )
        case Await(of=Command(starts=False, twice=False)):
            return True
    return is_data(term)


class Pruner:
    """Leaves out of the term of one function what decides nothing.

    ``tracked`` are the attributes that may hold more than data, ``shared`` the local names that
    other functions read.
    """

    def __init__(self, tracked: frozenset[str], shared: frozenset[str] = frozenset()) -> None:
        self._tracked = tracked
        self._live = set(shared)

    def prune(self, term: Term) -> Term:
        """Return what is left of the term of a function."""
        lets = [each for each in all_terms(term) if isinstance(each, (Let, Add))]
        while True:
            left = self._statement(term)
            read = names_in(left) - self._live
            if not read or not lets:
                return left
            self._live |= read

    def _statement(self, term: Term) -> Term:
        """Return what is left of a term whose value is not asked for."""
        if is_quiet(term):
            return EMPTY
        match term:
            case Let(name=name, of=of):
                return term if name in self._live else self._statement(of)
            case Put(attribute=attribute, of=of):
                return term if attribute in self._tracked else self._statement(of)
            case Add(into=into, of=of):
                return term if self._is_kept(into) else self._statement(of)
            case Seq(parts=parts):
                return _sequence([self._statement(part) for part in parts])
            case Alt(test=test, then=then, orelse=orelse):
                return self._branch(term, test, self._statement(then), self._statement(orelse))
            case Loop() | While():
                return self._loop(term)
            case Try():
                return self._try(term)
            case Group(body=body) | Deadline(body=body) | Within(body=body):
                return replace(term, body=self._statement(body))
        return term

    def _is_kept(self, into: Term) -> bool:
        if isinstance(into, Field):
            return into.attribute in self._tracked
        return isinstance(into, Var) and into.name in self._live

    def _branch(self, term: Alt, test: Term, then: Term, orelse: Term) -> Term:
        if then == orelse == EMPTY:
            return self._statement(test)
        return Alt(test, then, orelse, term.at)

    def _loop(self, term: Loop | While) -> Term:
        body, orelse = self._statement(term.body), self._statement(term.orelse)
        head = term.over if isinstance(term, Loop) else term.test
        if is_quiet(head) and _only_turns(body):
            return orelse
        if isinstance(term, Loop) and term.gives and term.body != body and is_quiet(body):
            body = EMPTY
        return replace(term, body=body, orelse=orelse)

    def _try(self, term: Try) -> Term:
        body, orelse = self._statement(term.body), self._statement(term.orelse)
        last = self._statement(term.last)
        if body == EMPTY:
            return _sequence([orelse, last])
        handlers = tuple(replace(h, body=self._statement(h.body)) for h in term.handlers)
        return Try(body, handlers, orelse, last)


def _sequence(parts: Sequence[Term]) -> Term:
    found: list[Term] = []
    for part in parts:
        found += part.parts if isinstance(part, Seq) else (part,)
    return found[0] if len(found) == 1 else Seq(tuple(found))


def _only_turns(body: Term) -> bool:
    """True if the body of a loop does nothing but to end or skip rounds."""
    pending = [body]
    while pending:
        match pending.pop():
            case Seq(parts=parts):
                pending += parts
            case Alt(test=test, then=then, orelse=orelse) if is_quiet(test):
                pending += (then, orelse)
            case Exit(kind="break" | "continue"):
                pass
            case _:
                return False
    return True


def names_in(term: Term) -> set[str]:
    """Return the local names that a term reads."""
    return set(_read(term))


def _read(term: Term) -> Iterator[str]:
    pending = [term]
    while pending:
        each = pending.pop()
        match each:
            case Var(name=name) | Field(name=name):
                yield name
            case Add(into=Var(), of=of):
                pending.append(of)
                continue
            case Put(name=name):
                yield name
        pending.extend(parts_of(each))
