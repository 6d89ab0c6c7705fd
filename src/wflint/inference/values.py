"""The values that names can turn out to have, once all modules are taken together."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from wflint import limits
from wflint.facts.ids import Cls, Fn


class GivenParam(Struct, frozen=True, cache_hash=True):
    """The values of a parameter of a function in one call.

    No ``values`` at all: it was left out, or is ``None``.
    """

    owner: Fn
    name: str
    values: tuple[AbstractValue, ...]


class GivenField(Struct, frozen=True, cache_hash=True):
    """The values given for one field to the constructor that is made from the fields of a class."""

    owner: Cls
    name: str
    values: tuple[AbstractValue, ...]


class TypeArgument(Struct, frozen=True, cache_hash=True):
    """The values of a type parameter of a class."""

    owner: Cls
    name: str
    values: tuple[AbstractValue, ...]


Held = GivenParam | GivenField | TypeArgument

Env = tuple[Held, ...]
"""Bindings of names around a call; of each kind, each owner and name once, sorted."""


class ModuleValue(Struct, frozen=True, cache_hash=True):
    """A module of the project."""

    path: str


class FunctionValue(Struct, frozen=True, cache_hash=True):
    """A function of the project; ``receiver`` is the class it is called on, for methods.

    ``bound`` is set when the call does not give the first parameter, ``partial`` when arguments may
    have been given before (``functools.partial``). ``env`` is what the function remembers: the
    parameters of the functions around it, what its object was made with.
    """

    fn: Fn
    receiver: Cls | None = None
    bound: bool = False
    partial: bool = False
    env: Env = ()


class ClassValue(Struct, frozen=True, cache_hash=True):
    """A class of the project, maybe with its type parameters."""

    cls: Cls
    args: Types = ()


class InstanceValue(Struct, frozen=True, cache_hash=True):
    """An instance of a class of the project; ``args`` as in :class:`ExternalValue`.

    ``env`` is what its constructor was given.
    """

    cls: Cls
    args: Types = ()
    env: Env = ()


class SuperOf(Struct, frozen=True, cache_hash=True):
    """``super()`` inside ``owner``, called on a ``receiver``."""

    owner: Cls
    receiver: Cls
    env: Env = ()


class ExternalValue(Struct, frozen=True, cache_hash=True):
    """A dotted name outside the project.

    ``instance`` says that it is an instance of the class of that name. ``base`` is the length of
    the part that was the result of a call: a name under it is a method, and only table entries at
    least that specific speak of it. ``partial`` is set when arguments may have been given before.
    ``args`` are its type parameters: for each what instances it may be, as in ``list[int]``.
    """

    name: str
    instance: bool = False
    base: int = 0
    partial: bool = False
    args: Types = ()


class Unresolved(Struct, frozen=True, cache_hash=True):
    """Something that cannot be known, and why.

    ``is_awaitable`` if it is what awaiting something gives, or that itself: `await` is not seen.
    """

    reason: str
    is_awaitable: bool = False


Types = tuple[tuple["AbstractValue", ...], ...]
"""Type parameters: for each the instances that it may stand for; none when that is not known."""

AbstractValue = (
    ModuleValue | FunctionValue | ClassValue | InstanceValue | SuperOf | ExternalValue | Unresolved
)


_INIT = "__init__"
_RANKS: dict[type, int] = {GivenParam: 0, GivenField: 1, TypeArgument: 2}


def unique(entities: Iterable[AbstractValue]) -> tuple[AbstractValue, ...]:
    """Entities in order, each once."""
    return tuple(dict.fromkeys(entities))


def held(env: Env, owner: Fn, name: str) -> tuple[AbstractValue, ...] | None:
    """Return the values of a parameter of a function; ``None`` if nothing is known of it."""
    for entry in env:
        if entry.name == name and type(entry) is GivenParam and entry.owner == owner:
            return entry.values
    return None


def given_field(env: Env, cls: Cls, name: str) -> tuple[AbstractValue, ...]:
    """Return what the constructor of a class was given for an attribute that the class declares.

    That may be a field, or a parameter of the same name.
    """
    init = (cls.path, f"{cls.qualname}.{_INIT}")
    for entry in env:
        if entry.name == name:
            match entry:
                case GivenField() if entry.owner == cls:
                    return entry.values
                case GivenParam() if entry.owner == init:
                    return entry.values
    return ()


def joined(*envs: Iterable[Held]) -> Env:
    """Several environments as one; the later wins."""
    found = {(e.owner, e.name, _RANKS[type(e)]): e for env in envs for e in env}
    return tuple(found[key] for key in sorted(found))


_NOT_WORTH = ("builtins.", "datetime.", "decimal.", "enum.", "uuid.UUID")
_SETS = ("builtins.frozenset", "builtins.set")


def is_worth_holding(entity: AbstractValue) -> bool:
    """True if what a called function does can depend on an argument: functions, objects, sets."""
    if isinstance(entity, Unresolved):
        return False
    if not isinstance(entity, ExternalValue) or not entity.instance or entity.name in _SETS:
        return True
    if entity.name.startswith(_NOT_WORTH):
        return any(is_worth_holding(inner) for arg in entity.args for inner in arg)
    return True


def depth_of(entity: AbstractValue, limit: int = limits.MEMORIES_SEEN) -> int:
    """Return how many environments are nested in an entity, up to a limit."""
    deepest, pending = 0, [(entity, 0)]
    while pending:
        current, depth = pending.pop()
        deepest = max(deepest, depth)
        if depth >= limit:
            return limit
        for entry in getattr(current, "env", ()):
            pending.extend((value, depth + 1) for value in entry.values)
        for arg in getattr(current, "args", ()):
            pending.extend((value, depth) for value in arg)
    return deepest


NOT_KNOWN = (Unresolved("its type is not known"),)

OUTCOME_NOT_KNOWN = (Unresolved("its type is not known", is_awaitable=True),)
"""The outcome of an activity, child workflow or coroutine that does not say what it gives."""


def as_class(entity: AbstractValue) -> AbstractValue:
    """The class of an instance."""
    if isinstance(entity, InstanceValue):
        return ClassValue(entity.cls, entity.args)
    if isinstance(entity, ExternalValue):
        return ExternalValue(entity.name, args=entity.args)
    return entity


def of_object(env: Env) -> Env:
    """Return what an object remembers, without the parameters of the method that asks."""
    return tuple(h for h in env if type(h) is not GivenParam or _is_init(h.owner))


def _is_init(fn: Fn | Cls) -> bool:
    return fn.qualname.rpartition(".")[2].partition("#")[0] == _INIT


def is_callable_type(entity: AbstractValue) -> bool:
    """True if a declared type only says that something can be called, or nothing at all."""
    return (
        isinstance(entity, ExternalValue)
        and entity.instance
        and entity.name.rpartition(".")[2]
        in (
            "Any",
            "Callable",
            "object",
        )
    )
