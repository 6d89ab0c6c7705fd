"""Finds the parameters that decide the branches of a function, or of what it calls with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from wflint import limits
from wflint.callgraph.told import Path
from wflint.facts.ids import Fn
from wflint.facts.model import Arg, FunctionHead, Term, TermKind, Test
from wflint.facts.signatures import Signature, by_keyword
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, FunctionValue

_NONE: frozenset[Path] = frozenset()
_TRANSPARENT = frozenset(
    {
        "abstractmethod",
        "asynccontextmanager",
        "classmethod",
        "contextmanager",
        "cached_property",
        "final",
        "override",
        "property",
        "staticmethod",
    }
)
"""Decorators that pass on what a function is given."""


class _Passing(NamedTuple):
    """A call that passes on parameters: the called function, and what its parameters get."""

    to: Fn
    given: dict[str, Arg]


class Deciding:
    """Answers which paths decide in a function. Paths it does not know of are never told."""

    def __init__(self, resolver: Resolver, ends_at: Callable[[Fn], bool]) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self.ends_at = ends_at
        self._known: dict[Fn, frozenset[Path]] = {}

    def of(self, fn: Fn) -> frozenset[Path]:
        """The paths on whose literals it depends what a function does."""
        if fn not in self._known:
            self._find(fn)
        return self._known[fn]

    def _find(self, first: Fn) -> None:
        found: dict[Fn, set[Path]] = {}
        callers: dict[Fn, list[tuple[Fn, _Passing]]] = {}
        pending = [first]
        while pending:
            fn = pending.pop()
            if fn in found:
                continue
            if fn in self._known:
                found[fn] = set(self._known[fn])
                continue
            found[fn] = set(self._own(fn))
            for passing in self._passed_on(fn):
                callers.setdefault(passing.to, []).append((fn, passing))
                pending.append(passing.to)
        changed = sorted(fn for fn, paths in found.items() if paths)
        while changed:
            callee = changed.pop()
            for caller, passing in callers.get(callee, ()):
                before = len(found[caller])
                found[caller] |= self._before(passing, found[callee])
                if len(found[caller]) > limits.DECIDING_PATHS:
                    found[caller] = set(sorted(found[caller])[: limits.DECIDING_PATHS])
                if len(found[caller]) > before:
                    changed.append(caller)
        self._known.update((fn, frozenset(paths)) for fn, paths in found.items())

    def _own(self, fn: Fn) -> Iterator[Path]:
        for condition in self.store.body(fn).conditions:
            pending = [condition.test]
            while pending:
                test = pending.pop()
                pending += test.others
                yield from _paths(test)

    def _passed_on(self, fn: Fn) -> Iterator[_Passing]:
        """The calls that pass on a parameter, or a part of one."""
        for call in self.store.body(fn).calls:
            terms = [arg.term for arg in call.args if arg.term is not None]
            if not any(_leads_to_parameter(term) for term in terms):
                continue
            for entity in self.resolver.resolve(call.target, fn.path):
                called = self._called(entity)
                head = self.store.head(called.fn) if called is not None else None
                if called is None or head is None or self.ends_at(called.fn):
                    continue
                bound = Signature.of(head, bound=called.bound).bind(by_keyword(call.args))
                yield _Passing(called.fn, bound.by_name)

    def _called(self, entity: object) -> FunctionValue | None:
        if isinstance(entity, ClassValue):
            found = self.resolver.members.method(entity.cls, "__init__")
            if found is None:
                return None
            entity = FunctionValue(Fn(found[0].path, found[1].qualname), bound=True)
        return entity if isinstance(entity, FunctionValue) and not entity.partial else None

    def _before(self, passing: _Passing, paths: set[Path]) -> set[Path]:
        found: set[Path] = set()
        for path in paths:
            arg = passing.given.get(path[0])
            if arg is not None and arg.term is not None:
                found.update(_sources(arg.term, path[1:]))
        return found


def passes_on_as_given(head: FunctionHead) -> bool:
    """True if no decorator may give a function something else than its callers do."""
    return all(
        (d.target.path[-1] if d.target.path else d.target.name).rpartition(".")[2] in _TRANSPARENT
        for d in head.decorators
    )


def _paths(test: Test) -> Iterator[Path]:
    for term in (test.term, *test.values):
        yield from _sources(term, ())


def _sources(term: Term, keys: Path) -> Iterator[Path]:
    """The paths of parameters at which that may stand which is at keys of a term."""
    pending = [(term, keys)]
    while pending:
        at, keys = pending.pop()
        match at.kind:
            case TermKind.PARAM if len(keys) <= limits.DECIDING_KEYS:
                yield (at.text, *keys)
            case TermKind.ITEM:
                pending.append((at.others[0], (at.text, *keys)))
            case TermKind.GET:
                pending.append((at.others[0], (at.text, *keys)))
                pending.append((at.others[1], keys))
            case TermKind.DICT if keys:
                pending += [
                    (e.others[0], keys[1:]) for e in at.others if e.others and e.text == keys[0]
                ]
            case TermKind.LOCAL | TermKind.OR | TermKind.CALL | TermKind.ARGUMENT:
                pending += [(other, keys) for other in at.others]


def _leads_to_parameter(term: Term) -> bool:
    pending = [term]
    while pending:
        at = pending.pop()
        if at.kind is TermKind.PARAM:
            return True
        pending += at.others
    return False
