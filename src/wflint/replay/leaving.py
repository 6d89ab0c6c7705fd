"""Ways out of code: `return`, `break` and errors, past what catches them."""

from __future__ import annotations

from wflint.replay.machine import Closed, Machine, place
from wflint.replay.tasks import Frame, Item, Op, Task
from wflint.replay.terms import Try
from wflint.replay.values import NONE, Symbol, Value

_WIDER = {
    "CancelledError": frozenset({"CancelledError", "BaseException"}),
    "TimeoutError": frozenset({"TimeoutError", "OSError", "Exception", "BaseException"}),
}
_FAILURES = frozenset({"FailureError", "TemporalError"})
_OF_TEMPORAL = frozenset(
    {"ActivityError", "ApplicationError", "ChildWorkflowError", "NexusOperationError"}
)
_STOPS = {"break": "loop", "continue": "loop", "return": "frame"}
_LOOPS = ("round", "while")


def catches(names: tuple[str, ...], error: str) -> bool:
    """True if an `except` with some names catches an error."""
    wider = _WIDER.get(error, frozenset({error, "Exception", "BaseException"}))
    if error in _OF_TEMPORAL:
        wider |= _FAILURES
    return not wider.isdisjoint(names)


def leave(machine: Machine, task: Task, kind: str, value: Value) -> None:
    """Leave a loop or function; what stands in a `finally` on the way runs first."""
    while task.stack:
        item, frame = task.stack.pop()
        if not isinstance(item, Op):
            continue
        if _undo(machine, task, item, frame, (kind, value)):
            return
        if item.name == "yielded":
            _end_manager(task, item, (kind, value))
            return
        if kind == "return" and item.name == "frame":
            task.values.append(value)
            return
        if kind in ("break", "continue") and item.name in _LOOPS:
            if kind == "continue":
                task.stack.append((item, frame))
            else:
                task.values.append(NONE)
            return
    task.values.append(value)


def _end_manager(task: Task, op: Op, way: tuple[str, Value]) -> None:
    """Let a context manager run to its end before a way out of its block goes on."""
    for number, (item, frame) in enumerate(task.stack):
        if isinstance(item, Op) and item.name == "entered" and item.extra is op.data:
            task.stack[number] = Op("entered", item.data, way), frame
    task.values.append(NONE)


def fail(machine: Machine, task: Task, error: str, frame: Frame, site: int) -> None:
    """Raise an error, up to what catches it; without that, the task ends with it."""
    while task.stack:
        item, inner = task.stack.pop()
        if not isinstance(item, Op):
            continue
        if item.name == "try" and isinstance(item.data, Try):
            for handler in item.data.handlers:
                if catches(handler.names, error):
                    machine.took(handler, inner, True)
                    task.caught = error
                    task.stack.append((handler.body, inner))
                    depth = item.extra
                    assert isinstance(depth, int)
                    del task.values[depth:]
                    return
        if item.name == "end":
            _fails_entry(machine, task, item, frame, site, error)
        if _undo(machine, task, item, inner, ("raise", error)):
            return
    task.error = error
    task.values = [NONE]


def _undo(machine: Machine, task: Task, op: Op, frame: Frame, way: tuple[str, object]) -> bool:
    """Undo what an operation on the stack holds; true if something runs for it first."""
    if op.name == "final":
        later: list[Item] = [(Op("resume", way), frame), (op.data, frame)]  # type: ignore[list-item]
        task.stack.extend(later)
        return True
    if op.name in ("deadline", "group") and op.data is not None:
        from wflint.replay import cancelling

        cancelling.release(machine, op, frame)
    return False


def _fails_entry(machine: Machine, task: Task, op: Op, frame: Frame, site: int, error: str) -> None:
    if op.data == "update":
        machine.give("update completed", Symbol(str(op.extra), str(op.extra)), None, ())
        return
    machine.give("failure", None, None, place(frame, site))
    raise Closed
