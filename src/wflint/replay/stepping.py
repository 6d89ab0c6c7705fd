"""One step of a task: the topmost thing on its stack is done, or taken apart."""

from __future__ import annotations

from wflint.replay import (
    awaiting,
    call_steps,
    cancelling,
    control_steps,
    data_steps,
    entering,
)
from wflint.replay.machine import Machine
from wflint.replay.tasks import Op, Task


def step(machine: Machine, task: Task) -> None:
    """Do the next thing that a task has to do."""
    item, frame = task.stack.pop()
    if isinstance(item, Op):
        _OPS[item.name](machine, task, frame, item)
    else:
        _TERMS[type(item)](machine, task, frame, item)


_OPS = {
    **data_steps.OPS,
    **call_steps.OPS,
    **control_steps.OPS,
    **awaiting.OPS,
    **cancelling.OPS,
    **entering.OPS,
}
_TERMS = {
    **data_steps.TERMS,
    **call_steps.TERMS,
    **control_steps.TERMS,
    **awaiting.TERMS,
    **cancelling.TERMS,
    **entering.TERMS,
}
