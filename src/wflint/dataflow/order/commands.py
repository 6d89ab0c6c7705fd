"""Effects of calls where order decides: commands, as far as one module tells, and open calls."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from wflint.dataflow.order import known
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wflint.facts.context import Context

_FOLLOWED = 20
"""How many functions of the module are looked into from one place."""


class Effect(enum.IntEnum):
    """The effect of calling a function, the worst last."""

    NOTHING = 0  # nothing that is seen
    ORDER = 1  # it puts something at a place of a list or a queue that outlives it
    COMMAND = 2  # it issues a command, or starts something that may


class Calls:
    """The effects of calls. ``open`` are the calls and passed functions that may give a command.

    A module does not tell what the functions of others do, nor methods of base classes and of other
    objects. Each of them would make a command of what depends on the order; the effects of the call
    graph say which do.
    """

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.open: list[cst.CSTNode] = []

    def has_command(self, node: cst.CSTNode) -> bool:
        """True if code awaits something or issues a command; nested functions do not count."""
        from wflint.syntax.walk import walk

        nodes = walk(node, into_functions=False)
        if any(isinstance(n, cst.Await) for n in nodes):
            return True
        calls = [n for n in nodes if isinstance(n, cst.Call)]
        if any(effect(call, self.ctx) is Effect.COMMAND for call in calls):
            return True
        self.open += calls
        return False

    def gives_command(self, function: cst.CSTNode, call: cst.Call) -> bool:
        """True if a function that ``call`` is given issues a command when it is called."""
        if effect_of_argument(function, self.ctx) is Effect.COMMAND:
            return True
        self.open += [function, call]
        return False


def is_command(call: cst.Call, ctx: Context) -> bool:
    """True if a call itself issues a command."""
    if ctx.dotted_name(call.func) in known.commands():
        return True
    func = call.func
    return isinstance(func, cst.Attribute) and func.attr.value in known.COMMAND_METHODS


def effect(call: cst.Call, ctx: Context) -> Effect:
    """Return what a call does, by the functions of this module. Coroutines do not run yet."""
    if is_command(call, ctx):
        return Effect.COMMAND
    return _effect_of_function(call.func, ctx)


def effect_of_argument(value: cst.CSTNode, ctx: Context) -> Effect:
    """Return what a function does that something else will call."""
    if ctx.dotted_name(value) in known.commands():
        return Effect.COMMAND
    return _effect_of_function(value, ctx)


def _effect_of_function(func: cst.CSTNode, ctx: Context) -> Effect:
    from wflint.syntax.walk import walk

    worst = Effect.NOTHING
    first = ctx.definition(func)
    pending = [first] if first is not None else []
    seen: set[tuple[str, int]] = set()
    while pending and len(seen) < _FOLLOWED:
        definition = pending.pop()
        if isinstance(definition, cst.FunctionDef) and definition.asynchronous is not None:
            continue
        nodes = walk(definition, into_functions=False)
        key = (definition.name.value if isinstance(definition, cst.FunctionDef) else "", len(nodes))
        if key in seen:
            continue
        seen.add(key)
        worst = max(worst, _effect_of_nodes(nodes, ctx))
        if worst is Effect.COMMAND:
            break
        calls = [n.func for n in nodes if isinstance(n, cst.Call)]
        pending += [d for c in calls if (d := ctx.definition(c)) is not None]
    return worst


def _effect_of_nodes(nodes: Sequence[cst.CSTNode], ctx: Context) -> Effect:
    worst = Effect.NOTHING
    for node in nodes:
        if not isinstance(node, cst.Call):
            continue
        if is_command(node, ctx):
            return Effect.COMMAND
        match node.func:
            case cst.Attribute(value=cst.Attribute() as held, attr=cst.Name(value=method)):
                if method in known.ORDERED_CHANGES and _starts_at_self(held):
                    worst = Effect.ORDER
    return worst


def _starts_at_self(node: cst.CSTNode) -> bool:
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name) and node.value == "self"
