"""Copies the state of a machine, so that several ways to go on can be tried from there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from wflint.replay.tasks import Frame, Item, Op, Task
from wflint.replay.values import Bag, Coroutine, Given, Handle

Thing = TypeVar("Thing")


class Copier:
    """Copies what may change; what stands in two places is one thing in the copy as well."""

    def __init__(self) -> None:
        self._made: dict[int, Any] = {}

    def copy(self, thing: Thing) -> Thing:
        """Return a copy; terms, symbols and texts never change, and stay what they are."""
        make = _COPIES.get(type(thing))
        if make is None:
            return thing
        known = self._made.get(id(thing))
        found: Thing = known if known is not None else make(self, thing)
        return found

    def all(self, things: Iterable[Thing]) -> list[Thing]:
        """Return copies of several things."""
        return [self.copy(thing) for thing in things]

    def _items(self, items: list[Item]) -> list[Item]:
        return [(self.copy(what), self.copy(frame)) for what, frame in items]

    def _tuple(self, of: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple([self.copy(part) for part in of])

    def _given(self, of: Given) -> Given:
        made = self._made[id(of)] = Given(of.number, of.kind, of.name, of.ident, of.chain)
        for slot in ("done", "failed", "cancelled", "recorded", "started", "twice"):
            setattr(made, slot, getattr(of, slot))
        made.deprecated, made.silent, made.serial = of.deprecated, of.silent, of.serial
        return made

    def _handle(self, of: Handle) -> Handle:
        made = self._made[id(of)] = Handle(self.copy(of.given))
        return made

    def _bag(self, of: Bag) -> Bag:
        made = self._made[id(of)] = Bag([], is_gathered=of.is_gathered, keeps=of.keeps)
        made.items = self.all(of.items)
        return made

    def _coroutine(self, of: Coroutine) -> Coroutine:
        made = self._made[id(of)] = Coroutine([])
        made.items = self._items(of.items)
        return made

    def _frame(self, of: Frame) -> Frame:
        made = self._made[id(of)] = Frame(of.fn, {}, of.chain, of.depth)
        made.names = {name: self.copy(value) for name, value in of.names.items()}
        return made

    def _op(self, of: Op) -> Op:
        made = self._made[id(of)] = Op(of.name)
        made.data, made.extra = self.copy(of.data), self.copy(of.extra)
        return made

    def _task(self, of: Task) -> Task:
        made = self._made[id(of)] = Task([], of.label)
        made.stack, made.values = self._items(of.stack), self.all(of.values)
        made.is_waiting, made.for_what = of.is_waiting, self.copy(of.for_what)
        made.is_done, made.is_queued = of.is_done, of.is_queued
        made.value, made.error, made.caught = self.copy(of.value), of.error, of.caught
        return made


_COPIES: dict[type, Any] = {
    Bag: Copier._bag,
    Coroutine: Copier._coroutine,
    Frame: Copier._frame,
    Given: Copier._given,
    Handle: Copier._handle,
    Op: Copier._op,
    Task: Copier._task,
    tuple: Copier._tuple,
}
