"""Which patches the code that is left to run may still ask for."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.replay.program import Functions, callees_in
from wflint.replay.terms import Callee, Data, Patch, Term, Text, all_terms


class LeftPatches:
    """Finds the patches that code of one side may ask for; ``None`` stands for any."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions
        self._of_terms: dict[Term, frozenset[str] | None] = {}
        self._of_callees: dict[Callee, frozenset[str] | None] = {}

    def of(self, terms: Iterable[Term], callees: Iterable[Callee]) -> frozenset[str] | None:
        """Return the ids, as code, that some code asks for, with all that it calls."""
        found: set[str] = set()
        for names in (*map(self._term, terms), *map(self._callee, callees)):
            if names is None:
                return None
            found |= names
        return frozenset(found)

    def _term(self, term: Term) -> frozenset[str] | None:
        if term not in self._of_terms:
            found = _asked_in(term)
            for callee in callees_in(term):
                inner = self._callee(callee)
                found = None if found is None or inner is None else found | inner
            self._of_terms[term] = found
        return self._of_terms[term]

    def _callee(self, callee: Callee) -> frozenset[str] | None:
        if callee not in self._of_callees:
            names = [
                _asked_in(self._functions.work(each.node))
                for each in self._functions.closure([callee.node])
            ]
            is_known = all(each is not None for each in names)
            known = (each for each in names if each is not None)
            self._of_callees[callee] = frozenset().union(*known) if is_known else None
        return self._of_callees[callee]


def _asked_in(term: Term) -> frozenset[str] | None:
    """Return the patches that a term itself asks for."""
    found: set[str] = set()
    for each in all_terms(term):
        if isinstance(each, Patch):
            match each.name:
                case Text(text=text):
                    found.add(repr(text))
                case Data(pieces=[code], parts=()):
                    found.add(code)
                case _:
                    return None
    return frozenset(found)
