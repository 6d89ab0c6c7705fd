"""What a name turns out to be, once all modules are taken together."""

from __future__ import annotations

from dataclasses import dataclass

from wflint.program.store import Cls, Fn


@dataclass(frozen=True, slots=True)
class OwnModule:
    """A module of the project."""

    path: str


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function of the project; ``receiver`` is the class it is called on, for methods.

    ``bound`` is set when the call does not give the first parameter, ``partial`` when arguments may
    have been given before (``functools.partial``).
    """

    fn: Fn
    receiver: Cls | None = None
    bound: bool = False
    partial: bool = False


@dataclass(frozen=True, slots=True)
class OwnClass:
    """A class of the project."""

    cls: Cls


@dataclass(frozen=True, slots=True)
class OwnInstance:
    """An instance of a class of the project."""

    cls: Cls


@dataclass(frozen=True, slots=True)
class SuperOf:
    """``super()`` inside ``owner``, called on a ``receiver``."""

    owner: Cls
    receiver: Cls


@dataclass(frozen=True, slots=True)
class External:
    """A dotted name outside the project.

    ``instance`` says that it is an instance of the class of that name. ``base`` is the length of the
    part that was the result of a call: a name under it is a method, and only table entries at least
    that specific speak of it. ``partial`` is set when arguments may have been given before.
    """

    name: str
    instance: bool = False
    base: int = 0
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Something that cannot be known, and why."""

    reason: str


Entity = OwnModule | OwnFunction | OwnClass | OwnInstance | SuperOf | External | Unresolved
