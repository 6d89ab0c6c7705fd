"""Finds what calls tell the functions that they call, and which branches that leaves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from wflint import limits
from wflint.callgraph.deciding import Deciding, passes_on_as_given
from wflint.callgraph.graph import Node
from wflint.callgraph.keeping import Keeping, Kept
from wflint.callgraph.told import NOT_KNOWN, Evaluation, Path, Told, is_about_before
from wflint.facts.ids import Fn
from wflint.facts.model import Call, Term, TermKind
from wflint.facts.signatures import Signature, by_keyword
from wflint.inference.resolver import Resolver
from wflint.inference.values import FunctionValue

_NEVER: frozenset[int] = frozenset()


class Telling:
    """The part of a search that follows literals. It tells only what decides."""

    def __init__(
        self,
        resolver: Resolver,
        ends_at: Callable[[Fn], bool],
        is_filled: Callable[[str, str], bool],
        can_load: Callable[[str, str], bool],
    ) -> None:
        self.resolver = resolver
        self._is_filled = is_filled
        self._can_load = can_load
        self.store = resolver.store
        self.deciding = Deciding(resolver, ends_at)
        self._contexts: dict[Fn, set[Told]] = {}
        self.keeping = Keeping(resolver, self.given, self.evaluation)
        self._never: dict[tuple[Fn, Told], frozenset[int]] = {}

    def told(self, node: Node, entity: FunctionValue, call: Call) -> Told:
        """Return what a call in ``node`` tells the function that it calls."""
        if entity.partial or not self._may_tell(node.told, call, entity):
            return ()
        head = self.store.head(entity.fn)
        if head is None or not passes_on_as_given(head):
            return ()
        found = self.given(self.evaluation(node.fn, node.told), entity, call)
        if not found:
            return ()
        known = self._contexts.setdefault(entity.fn, set())
        if found not in known and len(known) >= limits.LITERAL_CONTEXTS:
            return ()
        known.add(found)
        return found

    def _may_tell(self, told: Told, call: Call, entity: FunctionValue) -> bool:
        """True if a call gives, or leaves out, something that may be a literal."""
        if self.store.body(entity.fn).defaults:
            return True
        return any(
            arg.term is not None and (told or arg.term.kind is not TermKind.PARAM)
            for arg in call.args
        )

    def given(self, evaluation: Evaluation, entity: FunctionValue, call: Call) -> Told:
        """Return what a call tells of the paths that decide in the function that it calls."""
        paths = self.deciding.of(entity.fn)
        body = self.store.body(entity.fn)
        if not paths:
            return ()
        bound = Signature.of(body.head, bound=entity.bound).bind(by_keyword(call.args))
        found: list[tuple[Path, str]] = []
        for path in sorted(paths):
            arg = bound.by_name.get(path[0])
            literal = NOT_KNOWN
            if arg is not None and arg.term is not None:
                literal = evaluation.value(arg.term, path[1:])
            elif arg is None and not bound.is_open and len(path) == 1 and path[0] in body.defaults:
                literal = body.defaults[path[0]].text
            if literal != NOT_KNOWN:
                found.append((path, literal))
        return tuple(found)

    def never(self, fn: Fn, told: Told) -> frozenset[int]:
        """The numbers of the conditions of a function that surely do not hold."""
        key = (fn, told)
        if key not in self._never:
            conditions = self.store.body(fn).conditions
            may_decide = told or any(is_about_before(c.test) for c in conditions)
            found = self.evaluation(fn, told).never(conditions) if may_decide else _NEVER
            self._never[key] = found
        return self._never[key]

    def evaluation(self, fn: Fn, told: Told, kept: Kept | None = None) -> Evaluation:
        """Works out the terms of a function that is told something.

        ``kept`` is what is known, or assumed, of the dictionaries in it.
        """
        at_paths = dict(told)

        def is_kept(name: str, keys: Path) -> bool:
            if not keys:
                return True
            return (kept if kept is not None else self.keeping.of(fn, told)).has(name, keys)

        def at(name: str, keys: Path) -> str:
            literal = at_paths.get((name, *keys), NOT_KNOWN)
            return literal if literal != NOT_KNOWN and is_kept(name, keys) else NOT_KNOWN

        def same(term: Term) -> Term | None:
            return self._given_back(fn, term)

        def is_filled(name: str) -> bool:
            owner = fn.qualname.rpartition(".")[0]
            first, dot, rest = name.partition(".")
            return self._is_filled(fn.path, f"{owner}.{rest}" if dot and first == "cls" else name)

        can_load = partial(self._can_load, fn.path)
        return Evaluation(self.resolver, fn.path, at, is_kept, same, is_filled, can_load)

    def _given_back(self, fn: Fn, call: Term) -> Term | None:
        """The argument of a call that its function gives back as it is."""
        found = self.resolver.resolve(call.ref, fn.path)
        called = found[0] if len(found) == 1 else None
        if not isinstance(called, FunctionValue) or called.partial:
            return None
        head = self.store.head(called.fn)
        if head is None or head.owner or not passes_on_as_given(head):
            return None
        returned = self.keeping.handling(called.fn).returned
        given = [(argument.text, argument.others[0]) for argument in call.others]
        return Signature.of(head).bind(given).by_name.get(returned) if returned else None
