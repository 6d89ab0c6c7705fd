"""Steps that decide how it goes on: conditions, loops, `try`, and ways out."""

from __future__ import annotations

from collections.abc import Callable

from wflint import limits
from wflint.replay import leaving
from wflint.replay.machine import Closed, CutOff, Machine, place
from wflint.replay.tasks import Frame, Op, Task, push
from wflint.replay.terms import Alt, Exit, Loop, Seq, Term, Try, While
from wflint.replay.values import (
    NONE,
    Bag,
    Symbol,
    Value,
    element,
    is_stable,
    key_of,
    known_truth,
    opposite,
)


def _alt(machine: Machine, task: Task, frame: Frame, term: Alt) -> None:
    push(task, frame, term.test, Op("choose", term))


def truth(
    machine: Machine, value: Value, *, may_turn: bool = False, raising: bool | None = None
) -> bool:
    """Return if a value is true, as it is known or chosen.

    What rests on data that does not change is asked once, unless it ``may_turn``. An answer
    that is ``raising`` leads to an error and to nothing else.
    """
    known = known_truth(value)
    if known is not None:
        return known
    key = key_of(value)
    is_opposite = key.startswith("not ")
    key = key_of(opposite(value)) if is_opposite else key
    again = may_turn or not is_stable(key)
    options: tuple[bool, ...] = (True, False)
    if raising is not None and machine.is_replay and is_check(key, raising != is_opposite):
        options = (raising == is_opposite,)
    answer = machine.ask(("if", key), options, again=again)
    return bool(answer) != is_opposite


def _choose(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Alt)
    answer = truth(machine, task.values.pop(), raising=_raising(task, term))
    machine.took(term, frame, answer)
    push(task, frame, term.then if answer else term.orelse)


_PLAIN_ERRORS = frozenset(
    {"AssertionError", "AttributeError", "LookupError", "RuntimeError", "TypeError", "ValueError"}
)


def _raising(task: Task, term: Alt) -> bool | None:
    """Return the truth by which a branch only raises an error that no code handles."""
    for branch, answer in ((term.then, True), (term.orelse, False)):
        if isinstance(branch, Exit) and branch.kind == "raise" and branch.name in _PLAIN_ERRORS:
            is_handled = any(
                isinstance(what, Op)
                and isinstance(what.data, Try)
                and any(leaving.catches(h.names, branch.name) for h in what.data.handlers)
                for what, _ in task.stack
            )
            return None if is_handled else answer
    return None


def is_check(key: str, answer: bool) -> bool:
    """True if an answer says that a value is missing, or has another type.

    Code that newly raises an error then, which ends no workflow, tells a type checker what holds:
    without the value, the code behind it would have failed as well.
    """
    if answer:
        return key.endswith(" is None") and " and " not in key and " or " not in key
    return key.startswith(("isinstance(", "hasattr(")) and " or " not in key


def _loop(machine: Machine, task: Task, frame: Frame, term: Loop) -> None:
    push(task, frame, term.over, Op("over", term))


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
        chosen = machine.ask(("for", key), rounds, again=True)
        times = chosen if isinstance(chosen, int) else 1
    found = Bag([])
    push(task, frame, Op("round", term, (0, times, over, found)))


def _round(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, state = op.data, op.extra
    assert isinstance(term, Loop) and isinstance(state, tuple)
    number, times, over, found = state
    is_over = number >= times if times >= 0 else not machine.choose(("round",), (True, False))
    if number == 0:
        machine.took(term, frame, not is_over)
    if is_over:
        if term.gives:
            task.values.append(found)
        else:
            push(task, frame, term.orelse)
        return
    if term.name:
        frame.names[term.name] = element(over, number)
    following = Op("round", term, (number + 1, times, over, found))
    push(task, frame, term.body, Op("collect", found if term.gives else None), following)


def _collect(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    if isinstance(op.data, Bag):
        op.data.items.extend(value.items if isinstance(value, Bag) else [value])


def _while(machine: Machine, task: Task, frame: Frame, term: While) -> None:
    push(task, frame, Op("while", term, 0))


def _test_while(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, number = op.data, op.extra
    assert isinstance(term, While) and isinstance(number, int)
    if number > machine.rounds:
        raise CutOff("more rounds of a loop than are tried")
    push(task, frame, term.test, Op("decide", term, number))


def _decide(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, number = op.data, op.extra
    assert isinstance(term, While) and isinstance(number, int)
    answer = truth(machine, task.values.pop(), may_turn=True)
    machine.took(term, frame, answer)
    if answer:
        push(task, frame, term.body, Op("drop"), Op("while", term, number + 1))
    else:
        push(task, frame, term.orelse)


# Errors, ways out.


def _try(machine: Machine, task: Task, frame: Frame, term: Try) -> None:
    error = machine.enter_try(term)
    body: list[Term | Op] = [Seq(), Op("disturb", error)] if error else [term.body]
    items: list[Term | Op] = [*body, Op("try", term, len(task.values))]
    if term.last != Seq():
        items.append(Op("final", term.last))
    push(task, frame, *items)


def _disturb(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    """Code that gives no command raises an error."""
    leaving.fail(machine, task, str(op.data), frame, -1)


def _tried(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Try)
    if term.orelse != Seq():
        task.values.pop()
        push(task, frame, term.orelse)


def _final(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    assert isinstance(op.data, Term)
    push(task, frame, op.data, Op("drop"))


def _exit(machine: Machine, task: Task, frame: Frame, term: Exit) -> None:
    push(task, frame, term.of, Op("exit", term))


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


OPS: dict[str, Callable[..., None]] = {
    "choose": _choose,
    "collect": _collect,
    "decide": _decide,
    "disturb": _disturb,
    "end": _end_entry,
    "exit": _leave,
    "final": _final,
    "frame": _end_frame,
    "over": _begin_loop,
    "resume": _resume,
    "round": _round,
    "try": _tried,
    "while": _test_while,
}


TERMS: dict[type[Term], Callable[..., None]] = {
    Alt: _alt,
    Exit: _exit,
    Loop: _loop,
    Try: _try,
    While: _while,
}
