"""What a name turns out to be, once all modules are taken together."""

from __future__ import annotations

from msgspec import Struct

from wflint.program.store import Cls, Fn


class OwnModule(Struct, frozen=True):
    """A module of the project."""

    path: str


class OwnFunction(Struct, frozen=True):
    """A function of the project; ``receiver`` is the class it is called on, for methods.

    ``bound`` is set when the call does not give the first parameter, ``partial`` when arguments may
    have been given before (``functools.partial``).
    """

    fn: Fn
    receiver: Cls | None = None
    bound: bool = False
    partial: bool = False


class OwnClass(Struct, frozen=True):
    """A class of the project, maybe with its type parameters."""

    cls: Cls
    args: Types = ()


class OwnInstance(Struct, frozen=True):
    """An instance of a class of the project; ``args`` as in :class:`External`."""

    cls: Cls
    args: Types = ()


class SuperOf(Struct, frozen=True):
    """``super()`` inside ``owner``, called on a ``receiver``."""

    owner: Cls
    receiver: Cls


class External(Struct, frozen=True):
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


class Unresolved(Struct, frozen=True):
    """Something that cannot be known, and why."""

    reason: str


Types = tuple[tuple["Entity", ...], ...]
"""Type parameters: for each the instances that it may stand for; none when that is not known."""

Entity = OwnModule | OwnFunction | OwnClass | OwnInstance | SuperOf | External | Unresolved
