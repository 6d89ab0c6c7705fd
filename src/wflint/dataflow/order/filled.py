"""Finds what a local set is filled with, where every `add()` is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.dataflow.order.steps import Sink
from wflint.facts.model import Kind
from wflint.syntax.cst import cst

if TYPE_CHECKING:
    from wflint.dataflow.order.follow import OrderFlow

STABLE = frozenset({"builtins.bool", "builtins.float", "builtins.int", "builtins.len", "uuid.UUID"})
"""Types and functions of objects that hash the same in every process."""

RUNNING = frozenset(
    {
        "asyncio.Future",
        "asyncio.Task",
        "asyncio.create_task",
        "asyncio.ensure_future",
        "asyncio.futures.Future",
        "asyncio.tasks.Task",
        "temporalio.workflow.ActivityHandle",
        "temporalio.workflow.ChildWorkflowHandle",
    }
)
"""Types and functions of objects that run already when they are waited for."""


def is_filled_with_harmless(expr: cst.BaseExpression, sink: Sink, flow: OrderFlow) -> bool:
    """True if all that is put into a local set is stable, or a task where that is enough."""
    ctx = flow.ctx
    made = ctx.assigned(expr) if isinstance(expr, cst.Name) else None
    if made is None or ctx.ref(made).kind is not Kind.LITERAL or ctx.ref(made).others:
        return False
    assert isinstance(expr, cst.Name)
    types = flow.tree.put_in.get(expr.value)
    if types is None:
        found = (ctx.type_of(value) or _task_type(value, flow) for value in _added(expr, flow))
        types = flow.tree.put_in[expr.value] = frozenset(found)
    if sink in (Sink.HANDED, Sink.TASKS) and types and types <= RUNNING:
        return True
    return bool(types) and types <= STABLE


def _task_type(value: cst.BaseExpression, flow: OrderFlow) -> str:
    """The function that made a task, also by `loop.create_task()`."""
    node: cst.BaseExpression | None = value
    if isinstance(value, cst.Name):
        node = flow.ctx.assigned(value)
    if not isinstance(node, cst.Call):
        return ""
    method = node.func.attr.value if isinstance(node.func, cst.Attribute) else ""
    return "asyncio.create_task" if method == "create_task" else ""


def _added(name: cst.Name, flow: OrderFlow) -> list[cst.BaseExpression]:
    """Return what is added to a local set; none if it is changed in another way, or passed on."""
    found: list[cst.BaseExpression] = []
    for use in flow.tree.reads(flow.tree.nodes[0], name.value):
        outer = flow.tree.up(use)
        call = flow.tree.up(outer) if isinstance(outer, cst.Attribute) else None
        match outer, call:
            case cst.Attribute(attr=cst.Name(value="add")), cst.Call(args=[cst.Arg(value=value)]):
                found.append(value)
            case cst.Attribute(attr=cst.Name(value=method)), cst.Call() if method in _CHANGES:
                return []
            case cst.AugAssign(), _:
                return []
    return found


_CHANGES = frozenset({"symmetric_difference_update", "update"})
