"""Runs `with` over context managers that the program has as generators.

Such a generator runs up to its `yield`, then the block, then the rest of the generator. An error of
the block is raised at the `yield`: the block runs on top of the generator, so it is met there. With
another way out of the block, the rest of the generator runs first.
"""

from __future__ import annotations

from collections.abc import Callable

from wflint.replay import leaving
from wflint.replay.call_steps import names_of_call
from wflint.replay.machine import Lost, Machine, place
from wflint.replay.tasks import Frame, Op, Task, push, taken
from wflint.replay.terms import BLOCK, Term, Within, Yield
from wflint.replay.values import NONE, Coroutine


def _within(machine: Machine, task: Task, frame: Frame, term: Within) -> None:
    push(task, frame, *(value for _, value in term.call.args), Op("enter", term))


def _enter(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Within)
    values = taken(task, len(term.call.args))
    names = names_of_call(machine, frame, term.call, values)
    block = names[BLOCK] = Coroutine([(term.body, frame), (Op("as", term.name), frame)])
    chain = place(frame, term.call.at.site)
    task.stack.append((Op("entered", term.call.at.site, block), frame))
    task.stack.extend(machine.frame(term.call.callee, names, chain, frame.depth + 1))


def _yield(machine: Machine, task: Task, frame: Frame, term: Yield) -> None:
    push(task, frame, term.of, Op("yield", term))


def _run_block(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    """The generator has come to its `yield`: now the block runs."""
    term, block = op.data, frame.names.get(BLOCK)
    assert isinstance(term, Yield)
    if not isinstance(block, Coroutine):
        return  # what it yields is its value: nothing stands between
    if not block.items:
        raise Lost("a context manager may yield more than once", place(frame, term.at.site))
    items, block.items = block.items, []
    task.stack.append((Op("yielded", block), frame))
    task.stack.extend(items)


def _as(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    if op.data:
        frame.names[str(op.data)] = value


def _yielded(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    """The block has come to its end, and the generator goes on."""
    task.values.pop()
    task.values.append(NONE)


def _left(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    """The generator has come to its end; a way out of the block goes on."""
    site, block = op.data, op.extra
    task.values.pop()
    if isinstance(block, Coroutine) and block.items:
        assert isinstance(site, int)
        leaving.fail(machine, task, "RuntimeError", frame, site)  # it has not yielded
        return
    if isinstance(block, tuple):
        kind, value = block
        leaving.leave(machine, task, kind, value)
    else:
        task.values.append(NONE)


OPS: dict[str, Callable[..., None]] = {
    "as": _as,
    "enter": _enter,
    "entered": _left,
    "yield": _run_block,
    "yielded": _yielded,
}


TERMS: dict[type[Term], Callable[..., None]] = {Within: _within, Yield: _yield}
