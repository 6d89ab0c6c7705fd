"""Events that the search passes, in order; the rules are asked about them afterwards.

Each event tells of one place in the body of ``node.fn``. The body itself is that of the store.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from wflint.callgraph.graph import Node
from wflint.facts.model import Call, Site, Use
from wflint.inference.values import ExternalValue, FunctionValue
from wflint.temporal.effects import Effect


class Entered(NamedTuple):
    """A function is reached, and its body read."""

    node: Node


class ExternalCall(NamedTuple):
    """A call of something outside the project."""

    node: Node
    call: Call
    entity: ExternalValue


class ExternalArgument(NamedTuple):
    """A function outside the project that is handed, at ``site``, to something that calls it."""

    node: Node
    call: Call
    site: int
    entity: ExternalValue


class ExternalUse(NamedTuple):
    """A name outside the project that is read, written or passed on."""

    node: Node
    use: Use
    entity: ExternalValue


class OwnCall(NamedTuple):
    """A call of a function of the project, whether it is followed or not."""

    node: Node
    call: Call
    entity: FunctionValue


class Awaited(NamedTuple):
    """A handle or coroutine that a command has given is awaited, perhaps with others."""

    node: Node
    site: Site
    effect: Effect


class DefaultFactory(NamedTuple):
    """A function outside the project that makes the default value of a field.

    ``node`` is the body of the class, ``call`` declares the field there, ``site`` is the function.
    """

    node: Node
    call: Call
    site: int
    entity: ExternalValue


Event: TypeAlias = (
    Awaited | Entered | ExternalCall | ExternalArgument | ExternalUse | OwnCall | DefaultFactory
)


def flags_of(event: Event) -> int:
    """Return the flags of the place that an event tells of."""
    match event:
        case ExternalUse(use=use):
            return use.flags
        case ExternalCall(call=call) | ExternalArgument(call=call) | OwnCall(call=call):
            return call.flags
        case DefaultFactory(call=call):
            return call.flags
    return 0
