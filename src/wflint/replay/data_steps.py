"""Steps over values: names, attributes, collections, and what is done one after the other."""

from __future__ import annotations

from collections.abc import Callable

from wflint.replay.computing import computed
from wflint.replay.machine import Machine
from wflint.replay.tasks import Frame, Op, Task, push, taken
from wflint.replay.terms import Add, Data, Field, Let, Many, Not, Put, Seq, Star, Term, Text, Var
from wflint.replay.texts import joined
from wflint.replay.values import (
    FALSE,
    NONE,
    TRUE,
    Bag,
    Symbol,
    Value,
    element,
    key_of,
    known_truth,
    operand,
    opposite,
    symbol,
    without_number,
)


def _text(machine: Machine, task: Task, frame: Frame, term: Text) -> None:
    task.values.append(Symbol(repr(term.text), term.text))


def _data(machine: Machine, task: Task, frame: Frame, term: Data) -> None:
    if not term.parts:
        task.values.append(computed(term.pieces[0], loose=term.loose))
    else:
        push(task, frame, *term.parts, Op("data", term))


def _join(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Data)
    values = taken(task, len(term.parts))
    parts = [(key_of(v), isinstance(v, Symbol) and v.loose) for v in values]
    task.values.append(computed(joined(term.pieces, parts), loose=term.loose))


def _var(machine: Machine, task: Task, frame: Frame, term: Var) -> None:
    task.values.append(frame.names.get(term.name, Symbol(term.name)))


def _field(machine: Machine, task: Task, frame: Frame, term: Field) -> None:
    owner = operand(frame.names.get(term.name, Symbol(term.name)))
    key = f"{owner}.{term.attribute}"
    known = machine.known.get(key) or machine.known.get(f"{without_number(owner)}.{term.attribute}")
    task.values.append(machine.fields.get(key, known or symbol(key)))


def _let(machine: Machine, task: Task, frame: Frame, term: Let) -> None:
    push(task, frame, term.of, Op("let", term.name, term.part))


def _set(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    part = op.extra
    if isinstance(part, int) and part >= 0:
        value = element(value, part)
    frame.names[str(op.data)] = value
    task.values.append(NONE)


def _put(machine: Machine, task: Task, frame: Frame, term: Put) -> None:
    push(task, frame, term.of, Op("put", term))


def _set_field(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term, value = op.data, task.values.pop()
    assert isinstance(term, Put)
    key = f"{operand(frame.names.get(term.name, Symbol(term.name)))}.{term.attribute}"
    machine.touch(term.attribute, value if key == f"self.{term.attribute}" else None)
    is_settled = value in (TRUE, FALSE) and term.attribute in machine.functions.set_once
    if isinstance(value, Symbol) and not (is_settled and key == f"self.{term.attribute}"):
        machine.fields.pop(key, None)  # others may change it, so its code stands for it
    else:
        machine.fields[key] = value
    task.values.append(NONE)


def _add(machine: Machine, task: Task, frame: Frame, term: Add) -> None:
    push(task, frame, term.into, term.of, Op("add", term))


def _added(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value, into, term = task.values.pop(), task.values.pop(), op.data
    assert isinstance(term, Add)
    if isinstance(term.into, Field):
        machine.touch(term.into.attribute, None)
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
    push(task, frame, *items, term.parts[-1])


def _drop(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    task.values.pop()


def _many(machine: Machine, task: Task, frame: Frame, term: Many) -> None:
    push(task, frame, *term.parts, Op("many", term))


def _listed(parts: tuple[Term, ...], values: list[Value]) -> list[Value]:
    found: list[Value] = []
    for part, value in zip(parts, values, strict=True):
        found += value.items if isinstance(part, Star) and isinstance(value, Bag) else [value]
    return found


def _make_many(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    term = op.data
    assert isinstance(term, Many)
    values = taken(task, len(term.parts))
    found = _listed(term.parts, values)
    if found and all(isinstance(v, Symbol) for v in found):
        task.values.append(symbol(f"[{', '.join(map(key_of, found))}]"))
    else:
        task.values.append(Bag(found))


def _star(machine: Machine, task: Task, frame: Frame, term: Star) -> None:
    push(task, frame, term.of)


def _not(machine: Machine, task: Task, frame: Frame, term: Not) -> None:
    push(task, frame, term.of, Op("not"))


def _negate(machine: Machine, task: Task, frame: Frame, op: Op) -> None:
    value = task.values.pop()
    truth = known_truth(value)
    if truth is not None:
        task.values.append(FALSE if truth else TRUE)
    else:
        task.values.append(opposite(value))


OPS: dict[str, Callable[..., None]] = {
    "add": _added,
    "data": _join,
    "drop": _drop,
    "let": _set,
    "many": _make_many,
    "not": _negate,
    "put": _set_field,
}


TERMS: dict[type[Term], Callable[..., None]] = {
    Add: _add,
    Data: _data,
    Field: _field,
    Let: _let,
    Many: _many,
    Not: _not,
    Put: _put,
    Seq: _seq,
    Star: _star,
    Text: _text,
    Var: _var,
}
