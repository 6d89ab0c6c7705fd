"""Lists and dictionaries that are written out, and what stands under literal keys of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.facts.ids import Cls
from wflint.facts.model import Kind, Ref
from wflint.inference.values import (
    NOT_KNOWN,
    AbstractValue,
    Env,
    InstanceValue,
    unique,
)

if TYPE_CHECKING:
    from wflint.inference.resolver import Resolver


class Literals:
    """Answers what stands in containers that are written out."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver

    def find(self, ref: Ref, path: str, receiver: Cls | None = None) -> tuple[Ref, str] | None:
        """The list or dictionary that a ref is, or that a name or attribute is assigned."""
        if ref.kind is Kind.DECLARED and not ref.path:
            ref = ref.others[0]
        if ref.kind is Kind.LITERAL and not ref.path:
            return ref, path
        if ref.kind in (Kind.GLOBAL, Kind.IMPORT):
            constant = self.resolver.names.constant(ref, path)
            if constant is not None and constant[0].ref.kind is Kind.LITERAL:
                return constant[0].ref, constant[1]
        if ref.kind is Kind.SELF and len(ref.path) == 1:
            return self.resolver.members.literal(receiver or Cls(path, ref.name), ref.path[0])
        return None

    def part_of(
        self, ref: Ref, path: str, receiver: Cls | None, depth: int, env: Env
    ) -> tuple[AbstractValue, ...] | None:
        """Return what stands under a literal key or number of a container that is written out."""
        found = self.find(ref.of, path, receiver) if ref.of is not None else None
        if found is None:
            return None
        written, where = found
        chosen: Ref | None = None
        if ref.kind is Kind.ITEM:
            for other in reversed(written.others):
                if other.kind is not Kind.KEYWORD:
                    break  # it may be anything that is spread in later
                if other.name == ref.name:
                    chosen = other
                    break
        elif ref.kind is Kind.PART and written.name in ("list", "tuple"):
            number = int(ref.name) if ref.name.lstrip("-").isdigit() else len(written.others)
            plain = all(o.kind is not Kind.ELEMENT for o in written.others)
            if plain and -len(written.others) <= number < len(written.others):
                chosen = written.others[number]
        if chosen is None:
            return None
        return self.resolver.resolve(
            chosen, where, receiver, depth - 1, env if where == path else ()
        )

    def under_key(
        self,
        ref: Ref,
        of: tuple[AbstractValue, ...],
        path: str,
        receiver: Cls | None,
        depth: int,
        env: Env,
    ) -> tuple[AbstractValue, ...]:
        """Return what stands under a literal key; unknown where it may be one of several things."""
        exact = self.part_of(ref, path, receiver, depth, env)
        if exact is not None:
            return exact
        found: list[AbstractValue] = []
        for entity in of:
            if isinstance(entity, InstanceValue) and self._is_typed_dict(entity.cls):
                found += self.resolver.attribute(entity, ref.name, depth - 1)
            else:
                some = self.resolver.contents.item(entity, [], depth)
                found += some if len(some) == 1 else NOT_KNOWN
        return unique(found)

    def _is_typed_dict(self, cls: Cls) -> bool:
        return any(name.endswith(".TypedDict") for name in self.resolver.order(cls)[1])
