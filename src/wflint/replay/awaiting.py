"""What tasks wait for, and how they go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wflint.replay import leaving
from wflint.replay.cancelling import cancel_value, release
from wflint.replay.computing import without_idle
from wflint.replay.describing import group_name
from wflint.replay.machine import Machine, place
from wflint.replay.tasks import Frame, Op, Task, push
from wflint.replay.terms import (
    Await,
    Command,
    Condition,
    Deadline,
    Gather,
    Group,
    Many,
    Race,
    Spawn,
    Term,
    Tick,
    WaitFor,
)
from wflint.replay.values import (
    BLOCK,
    NONE,
    Bag,
    Coroutine,
    Given,
    Handle,
    Symbol,
    Value,
    key_of,
    symbol,
)
from wflint.replay.waiting import is_done

_ERRORS = {
    "activity": "ActivityError",
    "local activity": "ApplicationError",  # as it was raised, without an error around it
    "child workflow": "ChildWorkflowError",
    "Nexus operation": "NexusOperationError",
}


def _wait(task: Task, frame: Frame, then: Op, *for_what: object) -> None:
    """Let a task wait for something; ``then`` says how it goes on."""
    task.is_waiting = True
    task.for_what = for_what
    task.stack.append((then, frame))


# Commands.


def issue(
    machine: Machine, frame: Frame, term: Command, name: Value | None, ident: Value | None
) -> Given:
    """Give a command."""
    chain = place(frame, term.at.site)
    if term.draws:
        ident = machine.draw()
    shown = name if isinstance(name, Symbol) or name is None else symbol(key_of(name))
    key = ident if isinstance(ident, Symbol) or ident is None else symbol(key_of(ident))
    given = machine.give(term.kind, shown, key, chain)
    given.twice = term.twice
    return given


def _issue(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Command) and isinstance(op.extra, tuple)
    given = issue(machine, frame, term, *op.extra)
    if term.twice:
        _wait(task, frame, Op("started", given), "start", given)
    else:
        on_given(machine, task, frame, given)


def _started(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    assert isinstance(op.data, Given)
    task.values.append(Handle(op.data))


def on_given(machine: Machine, task: Task, frame: Frame, given: Given) -> None:
    """Wait for the end of what a command has begun."""
    _wait(task, frame, Op("given", given), "given", given)


def _given(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    given = op.data
    assert isinstance(given, Given)
    if given.failed or given.cancelled:
        error = "CancelledError" if given.cancelled else _ERRORS.get(given.kind, "Exception")
        leaving.fail(machine, task, error, frame, -1)
    else:
        task.values.append(machine.result(given))


def _block(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    """Code that is the same on both sides: something at first, and something later."""
    assert isinstance(op.data, tuple) and isinstance(op.extra, tuple)
    key, name, is_async = op.data
    chain = op.extra
    given = machine.give(BLOCK, Symbol(key.key, f"`{name}`"), key, chain)
    if not is_async:
        given.done = True
        task.values.append(machine.result(given))
        return
    more = Op("block more", op.data, chain)
    _wait(task, frame, more, "given", given)


def _block_more(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    assert isinstance(op.data, tuple) and isinstance(op.extra, tuple)
    key, name, _ = op.data
    chain = op.extra
    given = machine.give(BLOCK, Symbol(key.key, f"`{name}`"), key, chain)
    on_given(machine, task, frame, given)


# Awaiting.


def begin(machine: Machine, task: Task, frame: Frame, term: Await) -> None:
    """`await`."""
    push(task, frame, term.of, Op("await"))


def _await(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    match value:
        case Coroutine():
            items, value.items = value.items, []
            if items:
                task.stack.extend(items)
            else:
                task.values.append(NONE)
        case Handle():
            on_given(machine, task, frame, value.given)
        case Task():
            _wait(task, frame, Op("joined", value), "task", value)
        case Bag():
            every = tuple(value.items)
            _wait(task, frame, Op("all", every, value.keeps), "all", every, value.keeps)
        case _:
            machine.await_data(task, frame, value)


def _error_of(value: object) -> str:
    match value:
        case Task():
            return value.error
        case Handle() if value.given.failed:
            return _ERRORS.get(value.given.kind, "Exception")
        case Handle() if value.given.cancelled:
            return "CancelledError"
    return ""


def _joined(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    other = op.data
    assert isinstance(other, Task)
    if other.error:
        leaving.fail(machine, task, other.error, frame, -1)
    else:
        task.values.append(other.value)


def _all(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    assert isinstance(op.data, tuple)
    error = next((e for e in map(_error_of, op.data) if e), "")
    if error and op.extra is not True:
        leaving.fail(machine, task, error, frame, -1)
        return
    results = [
        v.value if isinstance(v, Task) else symbol(f"result of {key_of(v)}") for v in op.data
    ]
    task.values.append(Bag(results))


def tick(machine: Machine, task: Task, frame: Frame, term: Tick) -> None:
    """`asyncio.sleep(0)`."""
    task.values.append(Coroutine([(Op("tick"), frame)]))


def _tick(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    task.values.append(NONE)
    machine.enqueue(task)


# Tasks.


def _as_tasks(machine: Machine, values: Iterable[Value]) -> list[Value]:
    return [
        machine.spawn(value.items) if isinstance(value, Coroutine) else value for value in values
    ]


def spawn(machine: Machine, task: Task, frame: Frame, term: Spawn) -> None:
    """`create_task`."""
    push(task, frame, term.of, Op("spawn", term.group))


def _spawn(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    if isinstance(value, Coroutine):
        items, value.items = value.items, []
        value = machine.spawn(items)
        group = frame.names.get(group_name(str(op.data))) if op.data else None
        if isinstance(group, Bag):
            group.items.append(value)
    task.values.append(value)


def gather(machine: Machine, task: Task, frame: Frame, term: Gather) -> None:
    """`gather`."""
    push(task, frame, Many(term.parts), Op("gather", term.keeps))


def _gather(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    items = value.items if isinstance(value, Bag) else []
    task.values.append(Bag(_as_tasks(machine, items), is_gathered=True, keeps=op.data is True))


def group(machine: Machine, task: Task, frame: Frame, term: Group) -> None:
    """`async with TaskGroup()`."""
    members = Bag([])
    frame.names[group_name(term.name)] = members
    push(task, frame, term.body, Op("group", members))


def _group(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    members = op.data
    assert isinstance(members, Bag)
    task.values.pop()
    _wait(task, frame, Op("all", tuple(members.items)), "group", members)


def race(machine: Machine, task: Task, frame: Frame, term: Race) -> None:
    """`asyncio.wait`."""
    push(task, frame, term.of, Op("make race", term))


def _make_race(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    items = tuple(value.items) if isinstance(value, Bag) else ()
    task.values.append(Coroutine([(Op("race", op.data, items), frame)]))


def _race(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, items = op.data, op.extra
    assert isinstance(term, Race) and isinstance(items, tuple)
    timer = _timer(machine, frame, term.at.site) if term.timed else None
    _wait(task, frame, Op("raced", items, timer), "race", items, timer, term.every)


def _raced(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    items, timer = op.data, op.extra
    assert isinstance(items, tuple)
    if isinstance(timer, Given):
        machine.cancel(timer, frame.chain)
    done: list[Value] = [v for v in items if is_done(v)]
    others: list[Value] = [v for v in items if not is_done(v)]
    task.values.append(Bag([Bag(done), Bag(others)]))


# Timeouts and conditions.


def _timer(machine: Machine, frame: Frame, site: int) -> Given:
    return machine.give("timer", None, None, place(frame, site))


def wait_for(machine: Machine, task: Task, frame: Frame, term: WaitFor) -> None:
    """`wait_for`."""
    push(task, frame, term.of, Op("make wait_for", term))


def _make_wait_for(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    task.values.append(Coroutine([(Op("wait_for", op.data, value), frame)]))


def _wait_for(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, value = op.data, op.extra
    assert isinstance(term, WaitFor)
    if not term.timed:
        task.values.append(value)  # type: ignore[arg-type]
        push(task, frame, Op("await"))
        return
    timer = _timer(machine, frame, term.at.site)
    if isinstance(value, Coroutine):
        items, value.items = value.items, []
        value = machine.spawn(items)
    _wait(task, frame, Op("waited_for", value, timer), "either", value, timer)


def _waited_for(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value, timer = op.data, op.extra
    assert isinstance(timer, Given)
    if not is_done(value):
        cancel_value(machine, value, frame)
        leaving.fail(machine, task, "TimeoutError", frame, -1)
        return
    machine.cancel(timer, place(frame, -1))
    task.values.append(value)  # type: ignore[arg-type]
    push(task, frame, Op("await"))


def condition(machine: Machine, task: Task, frame: Frame, term: Condition) -> None:
    """`wait_condition`."""
    push(task, frame, term.test, Op("make condition", term))


def _make_condition(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    key = without_idle(key_of(task.values.pop()))
    task.values.append(Coroutine([(Op("condition", op.data, key), frame)]))


def _condition(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, key = op.data, str(op.extra)
    assert isinstance(term, Condition)
    timer = _timer(machine, frame, term.at.site) if term.timed else None
    number = machine.count(("condition", key))
    _wait(task, frame, Op("met", (key, number), timer), "condition", key, timer, number)


def _met(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    timer = op.extra
    if isinstance(timer, Given):
        if timer.done and not timer.cancelled:
            leaving.fail(machine, task, "TimeoutError", frame, -1)
            return
        machine.cancel(timer, place(frame, -1))
    task.values.append(NONE)


def deadline(machine: Machine, task: Task, frame: Frame, term: Deadline) -> None:
    """`async with timeout(...)`."""
    timer = _timer(machine, frame, term.at.site)
    timer.silent = True
    push(task, frame, term.body, Op("deadline", timer))


def _deadline(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    release(machine, op, frame)


def _accept(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    machine.give("update accepted", Symbol(str(op.data), str(op.data)), None, ())


OPS: dict[str, Callable[..., None]] = {
    "accept": _accept,
    "all": _all,
    "await": _await,
    "block": _block,
    "block more": _block_more,
    "condition": _condition,
    "deadline": _deadline,
    "gather": _gather,
    "given": _given,
    "group": _group,
    "issue": _issue,
    "joined": _joined,
    "make condition": _make_condition,
    "make race": _make_race,
    "make wait_for": _make_wait_for,
    "met": _met,
    "race": _race,
    "raced": _raced,
    "spawn": _spawn,
    "started": _started,
    "tick": _tick,
    "wait_for": _wait_for,
    "waited_for": _waited_for,
}


TERMS: dict[type[Term], Callable[..., None]] = {
    Await: begin,
    Condition: condition,
    Deadline: deadline,
    Gather: gather,
    Group: group,
    Race: race,
    Spawn: spawn,
    Tick: tick,
    WaitFor: wait_for,
}
