"""How tasks and operations are cancelled."""

from __future__ import annotations

from collections.abc import Callable

from wflint.replay import leaving
from wflint.replay.machine import Machine, place
from wflint.replay.tasks import Frame, Op, Task, push
from wflint.replay.terms import Cancel, Term
from wflint.replay.values import NONE, Bag, Given, Handle


def release(machine: Machine, op: Op, frame: Frame) -> None:
    """End what a block holds as long as it runs."""
    if isinstance(op.data, Given):
        machine.cancel(op.data, place(frame, -1))
    elif isinstance(op.data, Bag):
        for value in op.data.items:
            cancel_value(machine, value, frame)


def cancel(machine: Machine, task: Task, frame: Frame, term: Cancel) -> None:
    """`task.cancel()`."""
    push(task, frame, term.of, Op("cancel"))


def _cancel(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    cancel_value(machine, task.values.pop(), frame)
    task.values.append(NONE)


def cancel_value(machine: Machine, value: object, frame: Frame) -> None:
    """Cancel a task or what a command has begun, with all that it waits for."""
    pending = [value]
    while pending:
        each = pending.pop()
        match each:
            case Handle():
                machine.cancel(each.given, place(frame, -1))
            case Bag():
                pending.extend(reversed(each.items))
            case Task():
                pending.extend(reversed(_cancel_task(machine, each)))


def _cancel_task(machine: Machine, task: Task) -> list[object]:
    """Cancel a task; return what it waits for, which is cancelled with it."""
    if task.is_done:
        return []
    if not task.for_what:  # it has not begun
        task.is_done, task.error, task.stack = True, "CancelledError", []
        return []
    waited = task.for_what
    if waited[0] in ("given", "start") and isinstance(waited[1], Given):
        machine.cancel(waited[1], waited[1].chain)
        return []
    frame = task.stack[-1][1]
    timer = waited[2] if len(waited) > 2 else None
    if isinstance(timer, Given):
        machine.cancel(timer, timer.chain)
    task.stack[-1] = (Op("cancelled"), frame)
    task.is_waiting, task.for_what = False, ()
    machine.enqueue(task)
    return list(waited[1]) if waited[0] == "all" and isinstance(waited[1], tuple) else [waited[1]]


def _cancelled(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    leaving.fail(machine, task, "CancelledError", frame, -1)


OPS: dict[str, Callable[..., None]] = {
    "cancel": _cancel,
    "cancelled": _cancelled,
}


TERMS: dict[type[Term], Callable[..., None]] = {
    Cancel: cancel,
}
