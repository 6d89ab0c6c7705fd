"""Describes the states of machines, so that equal ones can be told."""

from __future__ import annotations

from functools import lru_cache

from wflint.replay.tasks import Frame, Item, Op, Task
from wflint.replay.terms import BLOCK, Call, Field, Put, Spawn, Term, Var, Yield, all_terms
from wflint.replay.values import Bag, Coroutine, Given, Handle, Symbol

_KEPT = 20_000
"""For how many terms it is kept which local names they use."""


class Describe:
    """Describes a state. Objects are numbered as they come.

    Of the local names of a function that runs, those count that what is left of it uses. ``terms``
    are the code that is left to run, as far as it was described.
    """

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._frames: list[_Names] = []
        self._of: dict[int, _Names] = {}
        self.terms: dict[Term, None] = {}

    def number(self, thing: object) -> tuple[int, bool]:
        """Return the number of an object, and if it is new."""
        known = self._numbers.get(id(thing))
        if known is not None:
            return known, False
        self._numbers[id(thing)] = len(self._numbers)
        return len(self._numbers) - 1, True

    def names(self) -> object:
        """Return what the local names are that count, once all else is described."""
        is_complete = False
        while not is_complete:
            is_complete = True
            for frame in self._frames:
                for name in frame.next():
                    is_complete = False
                    frame.described[name] = self.value(frame.frame.names.get(name))
        return tuple(tuple(frame.described.items()) for frame in self._frames)

    def task(self, task: Task) -> object:
        """Describe a task."""
        number, is_new = self.number(task)
        if not is_new:
            return ("task", number)
        if task.is_done:
            return ("done", number, task.error, self.value(task.value))
        return (
            "task",
            number,
            task.caught,
            tuple(self.value(part) for part in task.for_what),
            tuple(self.item(item) for item in task.stack),
            tuple(self.value(value) for value in task.values),
        )

    def item(self, item: Item) -> object:
        """Describe an item of a stack."""
        what, frame = item
        number, is_new = self.number(frame)
        if is_new:
            self._of[id(frame)] = _Names(frame)
            self._frames.append(self._of[id(frame)])
        names = self._of[id(frame)]
        if isinstance(what, Op):
            for term in (what.data, what.extra):
                if isinstance(term, Term):
                    self.terms[term] = None
                    names.use(used_names(term))
            if what.name == "spawn" and what.data:
                names.use(frozenset({group_name(str(what.data))}))
            return (what.name, self.value(what.data), self.value(what.extra), number)
        self.terms[what] = None
        names.use(used_names(what))
        return (what, number)

    def value(self, value: object) -> object:
        """Describe a value."""
        match value:
            case Symbol() | Term() | str() | int() | None:
                return value
            case Task():
                return self.task(value)
            case Handle():
                return ("handle", self.value(value.given))
            case Given():
                number, is_new = self.number(value)
                return ("given", number, value.state() if is_new else ())
            case Coroutine():
                return ("coroutine", tuple(self.item(item) for item in value.items))
            case Bag():
                number, is_new = self.number(value)
                return ("bag", number, tuple(map(self.value, value.items)) if is_new else ())
            case tuple() | list():
                return tuple(map(self.value, value))
        return repr(type(value))


class _Names:
    """The local names of a function that runs; ``None`` in ``used`` stands for all of them."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.described: dict[str, object] = {}
        self._used: set[str] = set()
        self._is_open = False

    def use(self, names: frozenset[str] | None) -> None:
        """Note names that are used."""
        if names is None:
            self._is_open = True
        else:
            self._used |= names

    def next(self) -> list[str]:
        """Return the names that are used and not described yet."""
        used = self.frame.names if self._is_open else self._used & self.frame.names.keys()
        return sorted(name for name in used if name not in self.described)


def group_name(name: str) -> str:
    """Return the local name of what a task group holds."""
    return f"<group {name}>"


@lru_cache(maxsize=_KEPT)
def used_names(term: Term) -> frozenset[str] | None:
    """Return the local names that a term uses; ``None`` if that may be any."""
    found: set[str] = set()
    for each in all_terms(term):
        match each:
            case Call(inner=True):
                return None
            case Var(name=name) | Field(name=name) | Put(name=name):
                found.add(name)
            case Spawn(group=group) if group:
                found.add(group_name(group))
            case Yield():
                found.add(BLOCK)
    return frozenset(found)
