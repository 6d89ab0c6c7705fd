"""The implementations of methods that are only declared: of protocols and abstract classes."""

from __future__ import annotations

from typing import NamedTuple

from wflint import limits
from wflint.facts.ids import Cls, Fn
from wflint.inference.attributes import is_abstract
from wflint.inference.resolver import Resolver
from wflint.inference.values import FunctionValue


class Implementations(NamedTuple):
    """The known implementations of a declared method, and why there may be others."""

    found: tuple[FunctionValue, ...] = ()
    unknown: str = ""


class Overriders:
    """Finds the classes that stand behind a declared type."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self._known: dict[tuple[Cls, int], list[Cls]] = {}

    def of(self, entity: FunctionValue, made: frozenset[Cls]) -> Implementations:
        """Return the implementations of a declared method.

        Only classes below the one that it is called on count, which may be far below the one that
        declares it. Those of which workflow code has ``made`` objects are preferred, also where
        nobody can see what they do: a decorator of such a class has set the method.
        """
        candidates, name = self._candidates(entity), entity.fn.qualname
        preferred = [c for c in candidates if c.receiver in made]
        is_stub = self._is_stub(entity.fn)
        is_set_later = is_stub and self._is_made_without(entity, made)
        unique = {c.fn: c for c in (preferred if is_set_later else preferred or candidates)}
        if len(unique) > limits.IMPLEMENTATIONS:
            why = f"`{name}` has too many implementations in the project"
            return Implementations(unknown=why)
        found = tuple(unique.values())
        if is_set_later or (is_stub and not found):
            why = f"`{name}` is declared, and not all that implements it can be seen"
            return Implementations(found, why)
        return Implementations(found)

    def _is_stub(self, fn: Fn) -> bool:
        """True if a method does nothing, but for saying that it is not there."""
        body = self.store.body(fn)
        if body.operations or body.mutations or body.stores or body.attributes:
            return False
        asked = {call.target.name for call in body.calls} | {use.target.name for use in body.uses}
        refuses = asked == {"NotImplementedError"} and len(body.raises) == 1
        return (not asked or refuses) and not (body.returned or body.yielded)

    def _is_made_without(self, entity: FunctionValue, made: frozenset[Cls]) -> bool:
        """True if an object is made of a class of the type that has no such method of its own."""
        name = entity.fn.qualname.rpartition(".")[2]
        declared = self._declared(entity)
        return any(
            (method := self.resolver.members.method(cls, name)) is not None
            and Fn(method[0].path, method[1].qualname) == entity.fn
            for cls in self._classes(declared)
            if cls in made and not self.resolver.results.is_open(cls)
        )

    def below(self, base: Cls) -> list[Cls]:
        """The classes of the program that derive from a class, directly or not."""
        found: list[Cls] = []
        pending = [base]
        while pending:
            declared = pending.pop()
            new = [c for c in self._classes(declared) if c != base and c not in found]
            found += new
            pending += new
        return found

    def _candidates(self, entity: FunctionValue) -> list[FunctionValue]:
        head = self.store.head(entity.fn)
        if head is None:
            return []
        declared = self._declared(entity)
        found: list[FunctionValue] = []
        for cls in self._classes(declared):
            method = self.resolver.members.method(cls, head.name)
            if method is None or cls == declared:
                continue
            base, implementation = method
            fn = Fn(base.path, implementation.qualname)
            if fn != entity.fn and not is_abstract(implementation):
                found.append(FunctionValue(fn, cls, True))
        return found

    def _declared(self, entity: FunctionValue) -> Cls:
        """The class that a method is called on, or the one that declares it."""
        return entity.receiver or Cls(entity.fn.path, entity.fn.qualname.rpartition(".")[0])

    def _classes(self, declared: Cls) -> list[Cls]:
        """The classes of the program that are of a declared type, by name or by their methods."""
        self.store.load_mentions(declared.qualname.rpartition(".")[2])
        key = (declared, len(self.store.modules))
        if key not in self._known:
            self._known[key] = self._find_classes(declared)
        return self._known[key]

    def _find_classes(self, declared: Cls) -> list[Cls]:
        """Return them in the order of their files. What tests stand in with runs in tests only."""
        wanted = self._methods(declared) if self.resolver.results.is_protocol(declared) else set()
        is_test = self.store.is_test
        paths = (p for p in self.store.modules if not is_test(p) or is_test(declared.path))
        found: list[Cls] = []
        for path in sorted(paths):
            for name, facts in self.store.modules[path].facts.classes.items():
                cls = Cls(path, name)
                named = bool(facts.bases) and declared in self.resolver.order(cls)[0]
                if named or (wanted and self._is_like(cls, wanted)):
                    found.append(cls)
        return found

    def _is_like(self, cls: Cls, wanted: set[str]) -> bool:
        """True if a class has the methods of a protocol."""
        return wanted <= self._methods(cls) and not self.resolver.results.is_protocol(cls)

    def _methods(self, cls: Cls) -> set[str]:
        names: set[str] = set()
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            names |= set(facts.methods) if facts is not None else set()
        return names
