"""Steps that call something: commands, patches, functions, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wflint.replay import awaiting
from wflint.replay.machine import Lost, Machine, place
from wflint.replay.tasks import Frame, Op, Task, push, taken
from wflint.replay.terms import Call, Command, Draw, Patch, Replaying, Term, Unknown, Unresolved
from wflint.replay.values import (
    FALSE,
    TRUE,
    UNRESOLVED,
    Coroutine,
    Handle,
    Symbol,
    Value,
    key_of,
    symbol,
)

# Commands.


def _command(machine: Machine, task: Task, frame: Frame, term: Command) -> None:
    parts = [part for part in (term.name, term.ident) if part is not None]
    push(task, frame, *parts, Op("command", term))


def _make_command(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Command)
    ident = task.values.pop() if term.ident is not None else None
    name = task.values.pop() if term.name is not None else None
    if term.starts:
        task.values.append(Handle(awaiting.issue(machine, frame, term, name, ident)))
    else:
        later = Op("issue", term, (name, ident))
        task.values.append(Coroutine([(later, frame)]))


def _patch(machine: Machine, task: Task, frame: Frame, term: Patch) -> None:
    push(task, frame, term.name, Op("patch", term))


def _ask_patch(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, name = op.data, task.values.pop()
    assert isinstance(term, Patch)
    known = machine.patches.get(key_of(name))
    if known is None:
        known = machine.patches[key_of(name)] = machine.patched(key_of(name), term.deprecated)
        if known:
            shown = name if isinstance(name, Symbol) else None
            chain = place(frame, term.at.site)
            machine.give("patch", shown, None, chain).deprecated = term.deprecated
    task.values.append(TRUE if known else FALSE)


def _draw(machine: Machine, task: Task, frame: Frame, term: Draw) -> None:
    task.values.append(machine.draw())


def _replaying(machine: Machine, task: Task, frame: Frame, term: Replaying) -> None:
    task.values.append(TRUE if machine.is_replay else FALSE)


# Calls.


def _call(machine: Machine, task: Task, frame: Frame, term: Call) -> None:
    push(task, frame, *(value for _, value in term.args), Op("call", term))


def _make_call(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Call)
    values = taken(task, len(term.args))
    chain = place(frame, term.at.site)
    is_data = all(isinstance(v, Symbol) for v in values)
    if machine.opaque(term.callee) and is_data:
        keys = Symbol(f"{term.callee.digest}({', '.join(map(key_of, values))})")
        block = Op("block", (keys, term.callee.name, term.is_async), chain)
        if term.is_async:
            task.values.append(Coroutine([(block, frame)]))
        else:
            push(task, frame, block)
        return
    names = names_of_call(machine, frame, term, values)
    items = machine.frame(term.callee, names, chain, frame.depth + 1)
    if term.is_async:
        task.values.append(Coroutine(items))
    else:
        task.stack.extend(items)


def names_of_call(
    machine: Machine, frame: Frame, term: Call, values: Sequence[Value]
) -> dict[str, Value]:
    """Return the local names with which a function begins that is given some values."""
    names: dict[str, Value] = dict(frame.names) if term.inner else {}
    for (name, _), value in zip(term.args, values, strict=True):
        if name:
            names[name] = value
    for name in machine.functions.code(term.callee.node).params:
        names.setdefault(name, Symbol(f"default of {name}"))
    return names


def _unknown(machine: Machine, task: Task, frame: Frame, term: Unknown) -> None:
    raise Lost(term.why, place(frame, term.at.site))


def _unresolved(machine: Machine, task: Task, frame: Frame, term: Unresolved) -> None:
    push(task, frame, term.code, Op("unresolved", term))


def _wait_unresolved(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, value = op.data, task.values.pop()
    assert isinstance(term, Unresolved)
    chain = place(frame, term.at.site)
    given = machine.give(UNRESOLVED, symbol(key_of(value)), None, chain)
    awaiting.on_given(machine, task, frame, given)


OPS: dict[str, Callable[..., None]] = {
    "call": _make_call,
    "command": _make_command,
    "patch": _ask_patch,
    "unresolved": _wait_unresolved,
}


TERMS: dict[type[Term], Callable[..., None]] = {
    Call: _call,
    Command: _command,
    Draw: _draw,
    Patch: _patch,
    Replaying: _replaying,
    Unknown: _unknown,
    Unresolved: _unresolved,
}
