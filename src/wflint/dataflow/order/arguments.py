"""Follows an argument in an order that a replay does not repeat into what a call makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.order import known
from wflint.dataflow.order.keys import has_ties, sorts_by_first
from wflint.dataflow.order.steps import COMMAND, NOTHING, SHOWN, Fate, Shape, Step, onward, together
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.order.follow import Follower


def given(follower: Follower, arg: cst.Arg, call: cst.Call, shape: Shape) -> Step:
    """Go on with a call that gets a value as an argument."""
    name = follower.ctx.dotted_name(call.func) or ""
    method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    keyed = shape in (Shape.KEYED, Shape.FILLED)
    if name in known.REPORTED_ELSEWHERE:
        return NOTHING
    if name in known.commands() - known.GATHERS or method in known.COMMAND_METHODS:
        step = _commanded(arg, call, name)
        # The SDK sorts the keys of the mappings that it sends.
        return NOTHING if keyed and step.fate is Fate.INPUT else step
    if shape.is_value:
        return _value(follower, call, name, method, shape)
    if name in known.GATHERS:
        return _gathered(follower, call, name, shape)
    if name in known.COUNTING | known.FORGETTING | known.SORTING | known.CHOOSING:
        return _reduced(follower, call, name, shape)
    made = _made(follower, arg, call, name, shape)
    if made is not None:
        return made
    if method in known.ORDERED_CHANGES:
        extends = method in ("extend", "extendleft", "writelines")
        return _received(follower, call, shape if extends else Shape.HOLDER)
    if method in known.SET_METHODS | known.ANY_OF:
        return NOTHING
    if method in ("format", "join") or name in known.TEXTS | known.PICKING:
        return onward(call, Shape.VALUE)
    if shape is Shape.FILLED or (keyed and name == "json.dumps" and _has(call, "sort_keys")):
        return NOTHING
    return _handed(follower, call, shape)


def _handed(follower: Follower, call: cst.Call, shape: Shape) -> Step:
    """Something unknown gets it. If that is awaited, it may do no more than wait for tasks."""
    if _makes_error(call):
        return onward(call, Shape.HOLDER)
    if shape is Shape.ELEMENTS and isinstance(follower.tree.up(call), cst.Await):
        return together([Step(Fate.HANDED), onward(call, Shape.PARTS)])
    return SHOWN


def _commanded(arg: cst.Arg, call: cst.Call, name: str) -> Step:
    """The first argument says what is started, others mostly what it gets."""
    if arg.keyword is not None:
        is_input = arg.keyword.value in known.INPUT_KEYWORDS or name in known.sends()
        return Step(Fate.INPUT) if is_input else COMMAND
    if name in known.sends() or (name in known.starts() and arg is not call.args[0]):
        return Step(Fate.INPUT)
    return COMMAND


def _value(follower: Follower, call: cst.Call, name: str, method: str, shape: Shape) -> Step:
    if shape is Shape.HOLDER and name in ("builtins.bool", "builtins.len"):
        return NOTHING
    if name in known.PURE or name.startswith(("datetime.", "json.", "math.")):
        return onward(call, Shape.VALUE)
    if method in ("format", "join"):
        return onward(call, Shape.VALUE)
    if name in known.COUNTING | known.KEEPING | known.MAPPING | known.FORGETTING:
        return onward(call, Shape.VALUE)
    if method in known.ORDERED_CHANGES | known.UNORDERED_CHANGES:
        return _received(follower, call, Shape.HOLDER)
    return onward(call, Shape.HOLDER) if _makes_error(call) else SHOWN


def _makes_error(call: cst.Call) -> bool:
    """True if a call makes an exception, going by its name."""
    func = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    return isinstance(func, cst.Name) and func.value.endswith(("Error", "Exception", "Failure"))


def _received(follower: Follower, call: cst.Call, shape: Shape) -> Step:
    """Something is put into what a method is called on."""
    match call.func:
        case cst.Attribute(value=cst.Name(value=name)):
            return follower.kept(name, call, shape)
    return SHOWN


def _gathered(follower: Follower, call: cst.Call, name: str, shape: Shape) -> Step:
    """Coroutines are started in the order in which they are given; tasks run already."""
    outer = follower.tree.up(call)
    while isinstance(outer, (cst.Await, cst.Call, cst.Arg)):
        outer = follower.tree.up(outer)
    if shape is not Shape.ELEMENTS or name == "temporalio.workflow.as_completed":
        return COMMAND
    tasks = Step(Fate.TASKS)
    if isinstance(outer, cst.Expr):
        return tasks
    parts = name == "temporalio.workflow.wait"
    return together([tasks, onward(call, Shape.PARTS if parts else Shape.MAPPED)])


def _reduced(follower: Follower, call: cst.Call, name: str, shape: Shape) -> Step:
    """Counted, sorted, or put into another set: the order is gone, if nothing came by position."""
    if shape is Shape.NUMBERED:
        return NOTHING if name in ("builtins.len", "builtins.bool") else onward(call, Shape.VALUE)
    if name in known.COUNTING | known.FORGETTING or not has_ties(call, follower.ctx):
        return NOTHING
    if shape is Shape.ITEMS and sorts_by_first(call, follower.ctx):
        return NOTHING
    return onward(call, Shape.VALUE if name in known.CHOOSING else shape)


def _made(follower: Follower, arg: cst.Arg, call: cst.Call, name: str, shape: Shape) -> Step | None:
    """Another collection in the same order."""
    keyed = shape in (Shape.KEYED, Shape.FILLED)
    if name in known.SAME:
        return onward(call, shape)
    if name in known.KEEPING:
        return onward(call, Shape.MAPPED if keyed else shape)
    if name in known.MAPPING:
        function = call.args[0].value
        if follower.calls.gives_command(function, call):
            return COMMAND
        return onward(call, Shape.NUMBERED if shape is Shape.NUMBERED else Shape.MAPPED)
    if name in known.NUMBERING:
        alone = name != "builtins.enumerate" and len(call.args) == 1 and not arg.star
        return onward(call, Shape.MAPPED if alone else Shape.NUMBERED)
    if name in known.KEYING:
        return onward(call, Shape.NUMBERED if shape is Shape.NUMBERED else Shape.KEYED)
    return None


def _has(call: cst.Call, keyword: str) -> bool:
    return any(a.keyword is not None and a.keyword.value == keyword for a in call.args)
