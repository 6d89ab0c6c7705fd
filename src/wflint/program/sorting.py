"""Which objects have an order, so that ``sorted()`` takes them."""

from __future__ import annotations

from collections.abc import Iterable

from wflint.program.entities import External
from wflint.program.resolve import Resolver
from wflint.program.store import Cls
from wflint.program.views import TypeView

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
_TUPLES = frozenset({"builtins.tuple", "typing.Tuple"})
_NAMED_TUPLES = frozenset({"collections.namedtuple", "typing.NamedTuple"})
_DATACLASS = frozenset({"dataclass", "dataclasses.dataclass", "pydantic.dataclasses.dataclass"})


def can_sort(types: Iterable[TypeView], resolver: Resolver) -> bool | None:
    """Whether things of these types can be put in order; ``None`` when that is not known."""
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
        isinstance(entity, External) and entity.name in _DATACLASS and "order" in d.keywords
        for d in facts.decorators
        for entity in resolver.resolve(d.target, cls.path)
    )
