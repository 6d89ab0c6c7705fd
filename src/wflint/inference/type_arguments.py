"""What the type parameters of classes stand for."""

from __future__ import annotations

from typing import Protocol

from wflint import limits
from wflint.facts.ids import Cls
from wflint.facts.model import Kind, Ref
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    Env,
    TypeArgument,
    Types,
    Unresolved,
    joined,
    unique,
)
from wflint.project.store import Store


class Resolves(Protocol):
    """The part of the resolver that type arguments need."""

    def resolve(
        self, ref: Ref, path: str, receiver: Cls | None, depth: int, env: Env
    ) -> tuple[AbstractValue, ...]:
        """Return the values that a ref may stand for."""

    def resolve_afresh(self, ref: Ref, path: str, depth: int) -> tuple[AbstractValue, ...]:
        """Return the values that a ref may stand for, where the answer is kept."""

    def as_instance(self, entity: AbstractValue) -> AbstractValue:
        """An instance of what an entity names."""


class TypeArguments:
    """Follows type parameters from a class with its arguments to the bases of it."""

    def __init__(self, store: Store, resolver: Resolves) -> None:
        self.store = store
        self.resolver = resolver
        self._known: dict[tuple[Cls, Types], Env] = {}

    def of(self, cls: Cls, args: Types) -> Env:
        """Return what the type parameters of a class and of its bases stand for."""
        key = (cls, args)
        known = self._known.get(key)
        if known is None:
            self._known[key] = ()
            known = self._known[key] = self._find(cls, args)
        return known

    def _find(self, cls: Cls, args: Types) -> Env:
        found: list[TypeArgument] = []
        pending = [(cls, args)]
        seen: set[Cls] = set()
        while pending:
            current, given = pending.pop()
            facts = self.store.class_facts(current)
            if facts is None or current in seen:
                continue
            seen.add(current)
            pairs = zip(facts.params, given, strict=False)
            own = [TypeArgument(current, param, values) for param, values in pairs if values]
            found += own
            for ref in facts.bases:
                pending += self._of_base(ref, current, tuple(own))
        return joined(found)

    def _of_base(self, ref: Ref, cls: Cls, env: Env) -> list[tuple[Cls, Types]]:
        if ref.kind is Kind.ITEM and ref.of is not None:
            base, others = ref.of, ref.others
        else:
            base, others = ref, ()
        args = tuple(
            unique(
                self.resolver.as_instance(e)
                for e in self.resolver.resolve(o, cls.path, None, limits.BASE_DEPTH, env)
                if not isinstance(e, Unresolved)
            )
            for o in others
        )
        entities = self.resolver.resolve_afresh(base, cls.path, limits.BASE_DEPTH)
        return [(e.cls, args) for e in entities[:1] if isinstance(e, ClassValue)]
