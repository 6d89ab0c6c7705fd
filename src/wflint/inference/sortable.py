"""Knows which objects have an order, so that ``sorted()`` takes them."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.facts.ids import Cls
from wflint.facts.model import Kind, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.type_views import types_of
from wflint.inference.values import Env, ExternalValue, Unresolved
from wflint.rule.views import TypeView, elements_of

_KINDS = {
    "builtins.bool": "number",
    "builtins.bytes": "bytes",
    "builtins.float": "number",
    "builtins.int": "number",
    "builtins.len": "number",
    "builtins.str": "text",
    "datetime.date": "date",
    "datetime.datetime": "datetime",
    "datetime.time": "time",
    "datetime.timedelta": "timedelta",
    "decimal.Decimal": "number",
    "enum.IntEnum": "number",
    "enum.IntFlag": "number",
    "enum.StrEnum": "text",
    "fractions.Fraction": "number",
    "http.HTTPStatus": "number",
    "ipaddress.IPv4Address": "IPv4 address",
    "ipaddress.IPv6Address": "IPv6 address",
    "pathlib.Path": "path",
    "pathlib.PurePath": "path",
    "pathlib.PurePosixPath": "path",
    "uuid.UUID": "uuid",
}
"""Classes whose instances can be compared with ``<``, and with those of which others."""

_UNKNOWN = frozenset({"typing.Any", "typing_extensions.Any"})
_NONE = frozenset({"builtins.None", "types.NoneType"})
_TUPLES = frozenset({"builtins.tuple", "typing.Tuple"})
_NAMED_TUPLES = frozenset({"collections.namedtuple", "typing.NamedTuple"})
_DATACLASS = frozenset({"dataclass", "dataclasses.dataclass", "pydantic.dataclasses.dataclass"})


def can_sort_elements(
    ref: Ref, path: str, receiver: Cls | None, env: Env, resolver: Resolver
) -> bool | None:
    """True if what is in a set can be put in order; ``None`` when that is not known.

    It must be so by what callers give, and by what is declared: others may give something else.
    """
    found = [types_of(ref, path, receiver, some, resolver) for some in (env, ())]
    answers = {can_sort(elements_of(types), resolver) for types in found}
    if False in answers or _is_open(ref, path, receiver, resolver):
        return False
    return True if answers == {True} else None


def _is_open(ref: Ref, path: str, receiver: Cls | None, resolver: Resolver) -> bool:
    """True if something is declared to hold just anything, like a `set[T]`."""
    pending, seen = [(ref, path)], set()
    while pending:
        place = ref, path = pending.pop()
        if place in seen:
            continue
        seen.add(place)
        of = ref.of.others if ref.of is not None and ref.of.kind is Kind.ITEM else ()
        if ref.kind is Kind.INSTANCE and any(_is_variable(o, path, resolver) for o in of):
            return True
        if ref.kind is Kind.SELF and ref.path:
            pending += _declared(ref.path[0], receiver or Cls(path, ref.name), resolver)
        pending += [(other, path) for other in (ref.of, *ref.others) if other is not None]
    return False


def _declared(attribute: str, cls: Cls, resolver: Resolver) -> list[tuple[Ref, str]]:
    """Return what a class declares of an attribute, each with the file in which it does."""
    for each in resolver.order(cls)[0]:
        facts = resolver.facts_of(each)
        if facts is not None and attribute in facts.attributes:
            return [(facts.attributes[attribute], each.path)]
    return []


def _is_variable(ref: Ref, path: str, resolver: Resolver) -> bool:
    """True if a type is a type variable that may stand for any."""
    if ref.kind is Kind.UNKNOWN:
        return True
    if ref.kind is not Kind.GLOBAL or ref.path or ref.name == "Any":
        return False
    found = resolver.resolve(ref, path)
    return all(
        isinstance(e, Unresolved) or (isinstance(e, ExternalValue) and e.name in _UNKNOWN)
        for e in found
    )


def can_sort(types: Iterable[TypeView], resolver: Resolver) -> bool | None:
    """True if things of these types can be put in order; ``None`` when that is not known."""
    types = tuple(types)
    if not types or any(t.name in _UNKNOWN for t in types):
        return None
    tuples = [t for t in types if t.name in _TUPLES]
    if tuples:
        return _can_sort_tuples(tuples, resolver) if len(tuples) == len(types) else False
    kinds = {_kind(t, resolver) for t in types}
    return len(kinds) == 1 and "" not in kinds


def _can_sort_tuples(tuples: list[TypeView], resolver: Resolver) -> bool | None:
    """Tuples are compared part by part."""
    parts = [can_sort(part, resolver) for t in tuples for part in t.args]
    if False in parts or len(tuples) > 1:
        return False
    return True if parts and all(parts) else None


def _kind(view: TypeView, resolver: Resolver) -> str:
    """With what an object can be compared: with all of the same kind; ``""`` if with nothing."""
    if view.own is None:
        return _KINDS.get(view.name, "")
    order, externals = resolver.order(view.own)
    if any(_defines_order(cls, resolver) for cls in order):
        return view.name
    if any(name in _NAMED_TUPLES for name in externals):
        return view.name
    return next((_KINDS[name] for name in externals if name in _KINDS), "")


def _defines_order(cls: Cls, resolver: Resolver) -> bool:
    facts = resolver.facts_of(cls)
    if facts is None:
        return False
    if "__lt__" in facts.methods:
        return True
    return any(
        isinstance(entity, ExternalValue) and entity.name in _DATACLASS and "order" in d.keywords
        for d in facts.decorators
        for entity in resolver.resolve(d.target, cls.path)
    )
