"""Follows an argument in an order that a replay does not repeat into what a call makes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.order import known
from wflint.dataflow.order.keys import has_ties, sorts_by_first
from wflint.dataflow.order.steps import (
    COMMAND,
    NOTHING,
    SHOWN,
    OrderTaint,
    Sink,
    Step,
    onward,
    together,
)
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.order.follow import OrderFlow
    from wflint.facts.context import Context


def given(flow: OrderFlow, arg: cst.Arg, call: cst.Call, taint: OrderTaint) -> Step:
    """Go on with a call that gets a value as an argument."""
    name = flow.ctx.dotted_name(call.func) or ""
    method = call.func.attr.value if isinstance(call.func, cst.Attribute) else ""
    keyed = taint in (OrderTaint.KEYED, OrderTaint.FILLED)
    if name in known.REPORTED_ELSEWHERE:
        return NOTHING
    if name in known.commands() - known.GATHERS or method in known.COMMAND_METHODS:
        step = _commanded(arg, call, name)
        # The SDK sorts the keys of the mappings that it sends.
        return NOTHING if keyed and step.sink is Sink.INPUT else step
    if taint.is_value:
        return _value(flow, call, name, method, taint)
    if name in known.HEAPS and arg is call.args[0]:
        return NOTHING
    if name in known.GATHERS:
        return _gathered(flow, call, name, taint)
    if name in known.COUNTING | known.FORGETTING | known.SORTING | known.CHOOSING:
        return _reduced(flow, call, name, taint)
    made = _made(flow, arg, call, name, taint)
    if made is not None:
        return made
    if method in known.ORDERED_CHANGES:
        extends = method in ("extend", "extendleft", "writelines")
        return _received(flow, call, taint if extends else OrderTaint.HOLDER)
    if method in known.SET_METHODS | known.ANY_OF:
        return NOTHING
    if method in ("format", "join") or name in known.TEXTS | known.PICKING:
        return onward(call, OrderTaint.VALUE)
    if taint is OrderTaint.FILLED or (keyed and name == "json.dumps" and _has(call, "sort_keys")):
        return NOTHING
    return _handed(flow, call, taint)


def _handed(flow: OrderFlow, call: cst.Call, taint: OrderTaint) -> Step:
    """Something unknown gets it. If that is awaited, it may do no more than wait for tasks."""
    if _makes_error(call, flow.ctx):
        return onward(call, OrderTaint.HOLDER)
    if taint is OrderTaint.ELEMENTS and isinstance(flow.tree.up(call), cst.Await):
        return together([Step(Sink.HANDED), onward(call, OrderTaint.PARTS)])
    return SHOWN


def _commanded(arg: cst.Arg, call: cst.Call, name: str) -> Step:
    """The first argument says what is started, others mostly what it gets."""
    if arg.keyword is not None:
        is_input = arg.keyword.value in known.INPUT_KEYWORDS or name in known.sends()
        return Step(Sink.INPUT) if is_input else COMMAND
    if name in known.sends() or (name in known.starts() and arg is not call.args[0]):
        return Step(Sink.INPUT)
    return COMMAND


def _value(flow: OrderFlow, call: cst.Call, name: str, method: str, taint: OrderTaint) -> Step:
    if taint is OrderTaint.HOLDER and name in ("builtins.bool", "builtins.len"):
        return NOTHING
    if name in known.PURE or name.startswith(("datetime.", "json.", "math.")):
        return onward(call, OrderTaint.VALUE)
    if method in ("format", "join"):
        return onward(call, OrderTaint.VALUE)
    if name in known.COUNTING | known.KEEPING | known.MAPPING | known.FORGETTING:
        return onward(call, OrderTaint.VALUE)
    if method in known.ORDERED_CHANGES | known.UNORDERED_CHANGES:
        return _received(flow, call, OrderTaint.HOLDER)
    return onward(call, OrderTaint.HOLDER) if _makes_error(call, flow.ctx) else SHOWN


def _makes_error(call: cst.Call, ctx: Context) -> bool:
    """True if a call makes an exception, going by the names of its class and of the bases."""
    func = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    written = [func.value] if isinstance(func, cst.Name) else []
    names = ctx.classes_of(call.func) or written
    return any(name.endswith(("Error", "Exception", "Failure")) for name in names)


def _received(flow: OrderFlow, call: cst.Call, taint: OrderTaint) -> Step:
    """Something is put into what a method is called on."""
    match call.func:
        case cst.Attribute(value=cst.Name(value=name)):
            return flow.kept(name, call, taint)
        case cst.Attribute(value=receiver):
            return flow.put_into(receiver, taint)
    return SHOWN


def _gathered(flow: OrderFlow, call: cst.Call, name: str, taint: OrderTaint) -> Step:
    """Coroutines are started in the order in which they are given; tasks run already."""
    outer = flow.tree.up(call)
    while isinstance(outer, (cst.Await, cst.Call, cst.Arg)):
        outer = flow.tree.up(outer)
    if taint is not OrderTaint.ELEMENTS or name == "temporalio.workflow.as_completed":
        return COMMAND
    tasks = Step(Sink.TASKS)
    if isinstance(outer, cst.Expr):
        return tasks
    parts = name == "temporalio.workflow.wait"
    return together([tasks, onward(call, OrderTaint.PARTS if parts else OrderTaint.MAPPED)])


def _reduced(flow: OrderFlow, call: cst.Call, name: str, taint: OrderTaint) -> Step:
    """Counted, sorted, or put into another set: the order is gone, if nothing came by position."""
    if taint is OrderTaint.NUMBERED:
        return (
            NOTHING if name in ("builtins.len", "builtins.bool") else onward(call, OrderTaint.VALUE)
        )
    if name in known.COUNTING | known.FORGETTING or not has_ties(call, flow.ctx):
        return NOTHING
    if taint is OrderTaint.ITEMS and sorts_by_first(call, flow.ctx):
        return NOTHING
    if name in known.CHOOSING:
        return NOTHING if _asks_for_key(flow, call) else onward(call, OrderTaint.VALUE)
    return onward(call, taint)


def _asks_for_key(flow: OrderFlow, call: cst.Call) -> bool:
    """`len(max(names, key=len))`: whichever of those with the same key it is, it has that key."""
    key = next(a.value for a in call.args if a.keyword is not None and a.keyword.value == "key")
    outer = flow.tree.up(call)
    if isinstance(outer, cst.Arg):
        outer = flow.tree.up(outer)
    param = ""
    match key:
        case cst.Lambda(params=cst.Parameters(params=[cst.Param(name=cst.Name(value=param))])):
            key = key.body
    match key, outer:
        case cst.Attribute(value=cst.Name(value=of), attr=asked), cst.Attribute(attr=got) if param:
            return of == param and asked.value == got.value
        case cst.Call(func=func, args=[cst.Arg(value=cst.Name(value=of))]), cst.Call(args=[_]) if (
            param
        ):
            return of == param and flow.ctx.code(func) == flow.ctx.code(outer.func)
        case cst.Name() | cst.Attribute(), cst.Call(func=func, args=[_]) if not param:
            return flow.ctx.code(key) == flow.ctx.code(func)
    return False


def _made(
    flow: OrderFlow, arg: cst.Arg, call: cst.Call, name: str, taint: OrderTaint
) -> Step | None:
    """Another collection in the same order."""
    keyed = taint in (OrderTaint.KEYED, OrderTaint.FILLED)
    if name in known.SAME:
        return onward(call, taint)
    if name in known.KEEPING:
        return onward(call, OrderTaint.MAPPED if keyed else taint)
    if name in known.MAPPING:
        function = call.args[0].value
        if flow.calls.gives_command(function, call):
            return COMMAND
        return onward(
            call, OrderTaint.NUMBERED if taint is OrderTaint.NUMBERED else OrderTaint.MAPPED
        )
    if name in known.NUMBERING:
        alone = name != "builtins.enumerate" and len(call.args) == 1 and not arg.star
        return onward(call, OrderTaint.MAPPED if alone else OrderTaint.NUMBERED)
    if name in known.KEYING:
        return onward(
            call, OrderTaint.NUMBERED if taint is OrderTaint.NUMBERED else OrderTaint.KEYED
        )
    return None


def _has(call: cst.Call, keyword: str) -> bool:
    return any(a.keyword is not None and a.keyword.value == keyword for a in call.args)
