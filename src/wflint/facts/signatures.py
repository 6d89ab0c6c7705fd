"""Binds the arguments of calls to parameters, and says which calls a function accepts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from msgspec.structs import replace

from wflint.facts.model import Arg, FunctionHead, Param, ParamKind

V = TypeVar("V")
"""The type of what is known of an argument."""

SPREAD = ("*", "**")
"""The keyword of an argument that is spread, and not known."""

RECEIVERS = (ParamKind.SELF, ParamKind.CLS)

_SELF = "self"

_BY_POSITION = (ParamKind.POSITIONAL, *RECEIVERS)
_VARIABLE = (ParamKind.VAR_POSITIONAL, ParamKind.VAR_KEYWORD)


def is_receiver(param: Param) -> bool:
    """True for a parameter that is surely the object or class itself.

    Where a class is a mere namespace, the first parameter of a function in it is none: the SDK,
    too, goes by the name.
    """
    return param.kind is ParamKind.CLS or (param.kind is ParamKind.SELF and param.name == _SELF)


def with_all_sent(head: FunctionHead) -> FunctionHead:
    """Return a function of a class as it is without an object: all its parameters are plain."""
    plain = ParamKind.POSITIONAL
    params = (replace(p, kind=plain) if p.kind in RECEIVERS else p for p in head.params)
    return replace(head, params=tuple(params))


def by_keyword(args: Iterable[Arg]) -> list[tuple[str, Arg]]:
    """Return arguments with their keywords, as :meth:`Signature.bind` wants them."""
    return [(arg.star or arg.keyword, arg) for arg in args]


def positional(given: Iterable[tuple[str, V]]) -> list[V]:
    """Return the plain positional arguments that stand before any ``*spread``."""
    found: list[V] = []
    for keyword, value in given:
        if keyword == "*":
            break
        if not keyword:
            found.append(value)
    return found


@dataclass(slots=True)
class BoundArguments(Generic[V]):
    """The arguments of a call by the parameters that they are given to.

    ``rest`` are those that ``*args`` takes or that are too many, ``named`` those that ``**kwargs``
    takes or that nobody knows. ``is_open`` is set when more may be given that is not known.
    """

    by_name: dict[str, V] = field(default_factory=dict)
    rest: list[V] = field(default_factory=list)
    named: dict[str, V] = field(default_factory=dict)
    is_open: bool = False


class Signature:
    """The parameters of a function, as those see it who call it."""

    __slots__ = ("_by_position", "params")

    def __init__(self, params: Iterable[Param]) -> None:
        self.params = tuple(params)
        self._by_position = [p for p in self.params if p.kind in _BY_POSITION]

    @classmethod
    def of(cls, head: FunctionHead, *, bound: bool = False) -> Signature:
        """Return the signature of a function; a ``bound`` one is given its receiver already."""
        if not bound or not any(p.kind in _BY_POSITION for p in head.params):
            return cls(head.params)
        return cls(head.params[1:])

    def bind(self, given: Iterable[tuple[str, V]]) -> BoundArguments[V]:
        """Return which parameter gets which argument, as far as that is plain to see.

        ``given`` are pairs of a keyword, an empty string or one of :data:`SPREAD`, and a value.
        """
        names = {p.name for p in self.params if p.kind not in _VARIABLE}
        bound: BoundArguments[V] = BoundArguments()
        number, is_spread = 0, False  # what comes by position after a spread is not known
        for keyword, value in given:
            if keyword in SPREAD:
                bound.is_open = True
                is_spread = is_spread or keyword == "*"
            elif keyword:
                (bound.by_name if keyword in names else bound.named)[keyword] = value
            elif is_spread:
                continue
            elif number < len(self._by_position):
                bound.by_name[self._by_position[number].name] = value
                number += 1
            else:
                bound.rest.append(value)
        return bound

    def bound_params(self, bound: BoundArguments[V]) -> Iterator[tuple[Param, V]]:
        """Return the parameters that are given something, in their order."""
        for param in self.params:
            if param.kind not in _VARIABLE and param.name in bound.by_name:
                yield param, bound.by_name[param.name]

    def after(self, count: int, names: Collection[str] = ()) -> Signature:
        """Return what ``functools.partial`` leaves of it, given some positions and keywords."""
        filled = {p.name for p in self._by_position[:count]}
        kept: list[Param] = []
        # What comes after a parameter that has been given by name can only be given so, too.
        kinds: dict[ParamKind, ParamKind] = {}
        for param in self.params:
            if param.name in filled or (kinds and param.kind is ParamKind.VAR_POSITIONAL):
                continue
            if param.name in names and param.kind in _BY_POSITION:
                kinds = dict.fromkeys(_BY_POSITION, ParamKind.KEYWORD)
            kind, has_default = kinds.get(param.kind, param.kind), param.name in names
            kept.append(replace(param, kind=kind, has_default=param.has_default or has_default))
        return Signature(kept)

    def accepts(self, count: int, names: Collection[str] = ()) -> bool:
        """True if a call with so many positional arguments and these keywords fits."""
        kinds = {p.kind for p in self.params}
        if count > len(self._by_position) and ParamKind.VAR_POSITIONAL not in kinds:
            return False
        filled = {p.name for p in self._by_position[:count]}
        by_name = {p.name for p in self.params if p.kind not in _VARIABLE}
        for name in names:
            if name in filled or (name not in by_name and ParamKind.VAR_KEYWORD not in kinds):
                return False
        filled.update(names)
        return all(
            p.has_default or p.name in filled for p in self.params if p.kind not in _VARIABLE
        )
