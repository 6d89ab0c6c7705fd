"""Types as refs: what is an instance of what, and alternatives."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from wflint.facts.model import UNKNOWN, Kind, Ref

_SAY_LITTLE = frozenset({"Any", "Awaitable", "Callable", "Coroutine", "object"})
"""Annotations that do not tell what is behind a parameter."""


def instance(cls: Ref) -> Ref:
    """An instance of the class that a ref names."""
    if cls.kind is Kind.UNKNOWN:
        return UNKNOWN
    if cls.kind is Kind.EITHER:
        return either(instance(ref) for ref in cls.others)
    return Ref(Kind.INSTANCE, of=cls)


_EXACT = frozenset(
    {Kind.UNKNOWN, Kind.LITERAL, Kind.LOCAL, Kind.SELF, Kind.CLS, Kind.PARAM, Kind.PARTIAL}
)
"""Kinds of ref that say more than a declaration does, or nothing."""


def declared_as(declared: Ref, given: Ref) -> Ref:
    """Something of which a declaration tells the class, where what is given may not tell it."""
    if declared.kind is Kind.UNKNOWN or (given.kind in _EXACT and not given.path):
        return given
    if given == declared:
        return given
    of = declared.of if declared.kind is Kind.INSTANCE and declared.of is not None else declared
    return given if says_little(of) else Ref(Kind.DECLARED, of=declared, others=(given,))


def either(refs: Iterable[Ref]) -> Ref:
    """One of some refs; a plain ref when they are all the same."""
    flat: list[Ref] = []
    for ref in refs:
        flat.extend(ref.others if ref.kind is Kind.EITHER and not ref.path else (ref,))
    unique = tuple(dict.fromkeys(flat))
    return unique[0] if len(unique) == 1 else Ref(Kind.EITHER, others=unique)


def says_little(of: Ref) -> bool:
    """True if a type does not tell what an object can do."""
    if of.kind is Kind.EITHER:
        return all(says_little(ref) for ref in of.others)
    if of.kind is Kind.ITEM and of.of is not None:
        of = of.of
    return of.kind is Kind.UNKNOWN or (of.path or (of.name,))[-1] in _SAY_LITTLE


def substituted(ref: Ref, bounds: dict[str, Ref]) -> Ref:
    """A type with the bounds of type parameters in their place."""
    if ref.kind is Kind.GLOBAL and not ref.path:
        return bounds.get(ref.name, ref)
    if ref.kind in (Kind.ITEM, Kind.EITHER):
        return replace(ref, others=tuple(substituted(o, bounds) for o in ref.others))
    return ref
