"""The implementations of methods that are only declared: of protocols and abstract classes."""

from __future__ import annotations

from wflint import limits
from wflint.facts.ids import Cls, Fn
from wflint.inference.attributes import is_abstract
from wflint.inference.resolver import Resolver
from wflint.inference.values import FunctionValue


class Overriders:
    """Finds the classes that stand behind a declared type."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.store = resolver.store
        self._known: dict[tuple[Cls, int], list[Cls]] = {}

    def of(self, entity: FunctionValue, made: frozenset[Cls]) -> tuple[FunctionValue, ...] | None:
        """The implementations of a declared method; ``None`` when they are too many to say.

        Only classes below the one that it is called on count, which may be far below the one that
        declares it. Those of which workflow code has ``made`` objects are preferred.
        """
        candidates = self._candidates(entity)
        unique = {c.fn: c for c in [c for c in candidates if c.receiver in made] or candidates}
        return tuple(unique.values()) if len(unique) <= limits.IMPLEMENTATIONS else None

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
        declared = entity.receiver or Cls(entity.fn.path, head.owner)
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
