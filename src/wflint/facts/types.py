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


_CONTAINERS = frozenset({"Dict", "List", "Set", "dict", "list", "set"})
"""The annotations of containers that are written out, and filled later."""


def is_open_container(of: Ref) -> bool:
    """True if a type is that of a container, and does not tell what is in it."""
    inner = of.others[-1:] if of.kind is Kind.ITEM else ()
    return _name_of_type(of) in _CONTAINERS and all(map(says_little, inner))


def _name_of_type(of: Ref) -> str:
    holder = of.of if of.kind is Kind.ITEM and of.of is not None else of
    is_named = holder.kind in (Kind.GLOBAL, Kind.IMPORT)
    return (holder.path or (holder.name,))[-1].rpartition(".")[2] if is_named else ""


def filled_as(declared: Ref, given: Ref) -> Ref:
    """A container that is declared, with what is seen to be in it where the declaration is silent.

    One in which nothing is seen is what it is declared to be; so are the keys of a dictionary.
    """
    of = declared.of
    if of is None or not is_open_container(of) or not _shows_something(given):
        return declared
    has_keys = len(of.others) > 1 and not says_little(of.others[0])
    if given.kind is Kind.LITERAL and not has_keys:
        return given
    return Ref(Kind.DECLARED, of=declared, others=(given,))


def with_additions(container: Ref, added: tuple[Ref, ...]) -> Ref:
    """Return a container with what is put into it later, unless its type tells what that is."""
    if not added or container.path:
        return container
    if container.kind is Kind.LITERAL:
        return Ref(Kind.LITERAL, container.name, others=(*container.others, *added))
    of = container.of
    if container.kind is not Kind.INSTANCE or of is None or not is_open_container(of):
        return container
    kind = _name_of_type(of).lower()
    return filled_as(container, Ref(Kind.LITERAL, kind, others=added))


def _shows_something(given: Ref) -> bool:
    """True of a container that is written out, and of what a call or a name may say more about."""
    if given.kind is Kind.LITERAL:
        return bool(given.others)
    return given.kind is Kind.RESULT


def substituted(ref: Ref, bounds: dict[str, Ref]) -> Ref:
    """A type with the bounds of type parameters in their place."""
    if ref.kind is Kind.GLOBAL and not ref.path:
        return bounds.get(ref.name, ref)
    if ref.kind in (Kind.ITEM, Kind.EITHER):
        return replace(ref, others=tuple(substituted(o, bounds) for o in ref.others))
    return ref
