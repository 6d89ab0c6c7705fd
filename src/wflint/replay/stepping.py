"""One step of a task: the topmost thing on its stack is done, or taken apart."""

from __future__ import annotations

from collections.abc import Callable

from wflint import limits
from wflint.replay import awaiting, leaving
from wflint.replay.machine import Closed, CutOff, Lost, Machine, place
from wflint.replay.tasks import Frame, Op, Task
from wflint.replay.terms import (
    Add,
    Alt,
    Await,
    Call,
    Cancel,
    Command,
    Condition,
    Data,
    Deadline,
    Draw,
    Exit,
    Field,
    Gather,
    Group,
    Let,
    Loop,
    Many,
    Not,
    Patch,
    Put,
    Race,
    Replaying,
    Seq,
    Spawn,
    Star,
    Term,
    Text,
    Tick,
    Try,
    Unknown,
    Unresolved,
    Var,
    WaitFor,
    While,
)
from wflint.replay.texts import joined
from wflint.replay.values import (
    FALSE,
    NONE,
    TRUE,
    Bag,
    Coroutine,
    Handle,
    Symbol,
    Value,
    computed,
    element,
    key_of,
    known_truth,
    operand,
    opposite,
    symbol,
)


def step(machine: Machine, task: Task) -> None:
    """Do the next thing that a task has to do."""
    item, frame = task.stack.pop()
    if isinstance(item, Op):
        _OPS[item.name](machine, task, frame, item)
    else:
        _TERMS[type(item)](machine, task, frame, item)


def _push(task: Task, frame: Frame, *items: Term | Op) -> None:
    """Put things on the stack, the first to be done first."""
    task.stack.extend((item, frame) for item in reversed(items))


def _taken(task: Task, count: int) -> list[Value]:
    if not count:
        return []
    found = task.values[-count:]
    del task.values[-count:]
    return found


# Data.


def _text(machine: Machine, task: Task, frame: Frame, term: Text) -> None:
    task.values.append(Symbol(repr(term.text), term.text))


def _data(machine: Machine, task: Task, frame: Frame, term: Data) -> None:
    if not term.parts:
        task.values.append(computed(term.pieces[0], loose=term.loose))
    else:
        _push(task, frame, *term.parts, Op("data", term))


def _join(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Data)
    values = _taken(task, len(term.parts))
    parts = [(key_of(v), isinstance(v, Symbol) and v.loose) for v in values]
    task.values.append(computed(joined(term.pieces, parts), loose=term.loose))


def _var(machine: Machine, task: Task, frame: Frame, term: Var) -> None:
    task.values.append(frame.names.get(term.name, Symbol(term.name)))


def _field(machine: Machine, task: Task, frame: Frame, term: Field) -> None:
    key = f"{operand(frame.names.get(term.name, Symbol(term.name)))}.{term.attribute}"
    task.values.append(machine.fields.get(key, symbol(key)))


def _let(machine: Machine, task: Task, frame: Frame, term: Let) -> None:
    _push(task, frame, term.of, Op("let", term.name, term.part))


def _set(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    part = op.extra
    if isinstance(part, int) and part >= 0:
        value = element(value, part)
    frame.names[str(op.data)] = value
    task.values.append(NONE)


def _put(machine: Machine, task: Task, frame: Frame, term: Put) -> None:
    _push(task, frame, term.of, Op("put", term))


def _set_field(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, value = op.data, task.values.pop()
    assert isinstance(term, Put)
    key = f"{operand(frame.names.get(term.name, Symbol(term.name)))}.{term.attribute}"
    if isinstance(value, Symbol):
        machine.fields.pop(key, None)  # others may change it, so its code stands for it
    else:
        machine.fields[key] = value
    task.values.append(NONE)


def _add(machine: Machine, task: Task, frame: Frame, term: Add) -> None:
    _push(task, frame, term.into, term.of, Op("add", term))


def _added(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value, into, term = task.values.pop(), task.values.pop(), op.data
    assert isinstance(term, Add)
    if isinstance(into, Bag):
        into.items.extend(value.items if term.spread and isinstance(value, Bag) else [value])
    elif not isinstance(value, Symbol):
        bag = Bag(list(value.items) if term.spread and isinstance(value, Bag) else [value])
        if isinstance(term.into, Var):
            frame.names[term.into.name] = bag
        elif isinstance(term.into, Field):
            machine.fields[key_of(into)] = bag
    task.values.append(NONE)


def _seq(machine: Machine, task: Task, frame: Frame, term: Seq) -> None:
    if not term.parts:
        task.values.append(NONE)
        return
    items: list[Term | Op] = []
    for part in term.parts[:-1]:
        items += (part, Op("drop"))
    _push(task, frame, *items, term.parts[-1])


def _drop(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    task.values.pop()


def _many(machine: Machine, task: Task, frame: Frame, term: Many) -> None:
    _push(task, frame, *term.parts, Op("many", term))


def _listed(parts: tuple[Term, ...], values: list[Value]) -> list[Value]:
    found: list[Value] = []
    for part, value in zip(parts, values, strict=True):
        found += value.items if isinstance(part, Star) and isinstance(value, Bag) else [value]
    return found


def _make_many(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Many)
    values = _taken(task, len(term.parts))
    found = _listed(term.parts, values)
    if found and all(isinstance(v, Symbol) for v in found):
        task.values.append(symbol(f"[{', '.join(map(key_of, found))}]"))
    else:
        task.values.append(Bag(found))


def _star(machine: Machine, task: Task, frame: Frame, term: Star) -> None:
    _push(task, frame, term.of)


# Commands.


def _command(machine: Machine, task: Task, frame: Frame, term: Command) -> None:
    parts = [part for part in (term.name, term.ident) if part is not None]
    _push(task, frame, *parts, Op("command", term))


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
    _push(task, frame, term.name, Op("patch", term))


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
    _push(task, frame, *(value for _, value in term.args), Op("call", term))


def _make_call(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Call)
    values = _taken(task, len(term.args))
    chain = place(frame, term.at.site)
    is_data = all(isinstance(v, Symbol) for v in values)
    if machine.opaque(term.callee) and is_data:
        keys = Symbol(f"{term.callee.digest}({', '.join(map(key_of, values))})")
        block = Op("block", (keys, term.callee.name, term.is_async), chain)
        if term.is_async:
            task.values.append(Coroutine([(block, frame)]))
        else:
            _push(task, frame, block)
        return
    names: dict[str, Value] = dict(frame.names) if term.inner else {}
    params = machine.functions.code(term.callee.node).params
    for (name, _), value in zip(term.args, values, strict=True):
        if name:
            names[name] = value
    for name in params:
        names.setdefault(name, Symbol(f"default of {name}"))
    items = machine.frame(term.callee, names, chain, frame.depth + 1)
    if term.is_async:
        task.values.append(Coroutine(items))
    else:
        task.stack.extend(items)


def _unknown(machine: Machine, task: Task, frame: Frame, term: Unknown) -> None:
    raise Lost(term.why, place(frame, term.at.site))


def _unresolved(machine: Machine, task: Task, frame: Frame, term: Unresolved) -> None:
    _push(task, frame, term.code, Op("unresolved", term))


def _wait_unresolved(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, value = op.data, task.values.pop()
    assert isinstance(term, Unresolved)
    chain = place(frame, term.at.site)
    given = machine.give("something unknown", symbol(key_of(value)), None, chain)
    awaiting.on_given(machine, task, frame, given)


# Branches and loops.


def _not(machine: Machine, task: Task, frame: Frame, term: Not) -> None:
    _push(task, frame, term.of, Op("not"))


def _negate(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    truth = known_truth(value)
    if truth is not None:
        task.values.append(FALSE if truth else TRUE)
    else:
        task.values.append(opposite(value))


def _alt(machine: Machine, task: Task, frame: Frame, term: Alt) -> None:
    _push(task, frame, term.test, Op("choose", term))


def truth(machine: Machine, value: Value) -> bool:
    """Return if a value is true, as it is known or chosen."""
    known = known_truth(value)
    if known is not None:
        return known
    key = key_of(value)
    is_opposite = key.startswith("not ")
    key = key_of(opposite(value)) if is_opposite else key
    answer = machine.choose(("if", key, machine.count(("if", key))), (True, False))
    return bool(answer) != is_opposite


def _choose(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Alt)
    answer = truth(machine, task.values.pop())
    machine.took(term, frame, answer)
    _push(task, frame, term.then if answer else term.orelse)


def _loop(machine: Machine, task: Task, frame: Frame, term: Loop) -> None:
    _push(task, frame, term.over, Op("over", term))


def _begin_loop(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, over = op.data, task.values.pop()
    assert isinstance(term, Loop)
    if term.times >= 0:
        times = term.times
    elif isinstance(over, Bag):
        times = len(over.items)
    else:
        key = key_of(over)
        rounds = (1, 0, *range(2, limits.REPLAY_ROUNDS + 1))
        chosen = machine.choose(("for", key, machine.count(("for", key))), rounds)
        times = chosen if isinstance(chosen, int) else 1
    found = Bag([])
    _push(task, frame, Op("round", term, (0, times, over, found)))


def _round(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, state = op.data, op.extra
    assert isinstance(term, Loop) and isinstance(state, tuple)
    number, times, over, found = state
    if number >= times >= 0 or (times < 0 and not machine.choose(("round", number), (True, False))):
        if term.gives:
            task.values.append(found)
        else:
            _push(task, frame, term.orelse)
        return
    if term.name:
        frame.names[term.name] = element(over, number)
    following = Op("round", term, (number + 1, times, over, found))
    _push(task, frame, term.body, Op("collect", found if term.gives else None), following)


def _collect(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    if isinstance(op.data, Bag):
        op.data.items.extend(value.items if isinstance(value, Bag) else [value])


def _while(machine: Machine, task: Task, frame: Frame, term: While) -> None:
    _push(task, frame, Op("while", term, 0))


def _test_while(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, number = op.data, op.extra
    assert isinstance(term, While) and isinstance(number, int)
    if number > machine.rounds:
        raise CutOff("more rounds of a loop than are tried")
    _push(task, frame, term.test, Op("decide", term, number))


def _decide(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, number = op.data, op.extra
    assert isinstance(term, While) and isinstance(number, int)
    answer = truth(machine, task.values.pop())
    machine.took(term, frame, answer)
    if answer:
        _push(task, frame, term.body, Op("drop"), Op("while", term, number + 1))
    else:
        _push(task, frame, term.orelse)


# Errors, ways out.


def _try(machine: Machine, task: Task, frame: Frame, term: Try) -> None:
    error = machine.enter_try(term)
    body: list[Term | Op] = [Seq(), Op("disturb", error)] if error else [term.body]
    items: list[Term | Op] = [*body, Op("try", term, len(task.values))]
    if term.last != Seq():
        items.append(Op("final", term.last))
    _push(task, frame, *items)


def _disturb(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    """Code that gives no command raises an error."""
    leaving.fail(machine, task, str(op.data), frame, -1)


def _tried(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Try)
    if term.orelse != Seq():
        task.values.pop()
        _push(task, frame, term.orelse)


def _final(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    assert isinstance(op.data, Term)
    _push(task, frame, op.data, Op("drop"))


def _exit(machine: Machine, task: Task, frame: Frame, term: Exit) -> None:
    _push(task, frame, term.of, Op("exit", term))


def _leave(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, value = op.data, task.values.pop()
    assert isinstance(term, Exit)
    if term.kind == "continue as new":
        machine.give(term.kind, None, None, place(frame, term.at.site))
        raise Closed
    if term.kind == "skip":
        task.values.append(Bag([]))
        return
    if term.kind == "raise":
        leaving.fail(machine, task, term.name or task.caught or "Exception", frame, term.at.site)
        return
    leaving.leave(machine, task, term.kind, value)


def _resume(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    """A way out goes on behind a `finally`."""
    assert isinstance(op.data, tuple)
    kind, value = op.data
    task.values.pop()
    if kind == "raise":
        leaving.fail(machine, task, str(value), frame, -1)
    else:
        leaving.leave(machine, task, kind, value)


def _end_frame(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    task.values.pop()
    task.values.append(NONE)


def _end_entry(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    """An entry point returns."""
    kind = str(op.data)
    task.values.pop()
    task.values.append(NONE)
    if kind == "run":
        machine.give("completion", None, None, place(frame, -1))
        raise Closed
    if kind == "update":
        name = Symbol(str(op.extra), str(op.extra))
        machine.give("update completed", name, None, ())


_TERMS: dict[type[Term], Callable[..., None]] = {
    Add: _add,
    Alt: _alt,
    Await: awaiting.begin,
    Call: _call,
    Cancel: awaiting.cancel,
    Command: _command,
    Condition: awaiting.condition,
    Data: _data,
    Deadline: awaiting.deadline,
    Draw: _draw,
    Exit: _exit,
    Field: _field,
    Gather: awaiting.gather,
    Group: awaiting.group,
    Let: _let,
    Loop: _loop,
    Many: _many,
    Not: _not,
    Patch: _patch,
    Put: _put,
    Race: awaiting.race,
    Replaying: _replaying,
    Seq: _seq,
    Spawn: awaiting.spawn,
    Star: _star,
    Text: _text,
    Tick: awaiting.tick,
    Try: _try,
    Unknown: _unknown,
    Unresolved: _unresolved,
    Var: _var,
    WaitFor: awaiting.wait_for,
    While: _while,
}

_OPS: dict[str, Callable[..., None]] = {
    "add": _added,
    "call": _make_call,
    "choose": _choose,
    "collect": _collect,
    "command": _make_command,
    "data": _join,
    "decide": _decide,
    "disturb": _disturb,
    "drop": _drop,
    "end": _end_entry,
    "exit": _leave,
    "final": _final,
    "frame": _end_frame,
    "let": _set,
    "many": _make_many,
    "not": _negate,
    "over": _begin_loop,
    "patch": _ask_patch,
    "put": _set_field,
    "resume": _resume,
    "round": _round,
    "try": _tried,
    "unresolved": _wait_unresolved,
    "while": _test_while,
    **awaiting.OPS,
}
