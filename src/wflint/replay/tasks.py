"""Tasks: code that runs, with what it has still to do on a stack of its own."""

from __future__ import annotations

from wflint.facts.ids import Fn
from wflint.replay.terms import Term
from wflint.replay.values import NONE, Bag, Chain, Coroutine, Given, Handle, Symbol, Value


class Frame:
    """A function that runs: its local names, and the calls that led to it."""

    __slots__ = ("chain", "depth", "fn", "names")

    def __init__(self, fn: Fn, names: dict[str, Value], chain: Chain, depth: int) -> None:
        self.fn = fn
        self.names = names
        self.chain = chain
        self.depth = depth


class Op:
    """Something that is done when what stands above it on the stack is done."""

    __slots__ = ("data", "extra", "name")

    def __init__(self, name: str, data: object = None, extra: object = None) -> None:
        self.name = name
        self.data = data
        self.extra = extra


Item = tuple["Term | Op", Frame]


class Task:
    """A task. One that ``is_waiting`` goes on when what it is ``for_what`` has come."""

    __slots__ = (
        "caught",
        "error",
        "for_what",
        "is_done",
        "is_queued",
        "is_waiting",
        "label",
        "stack",
        "value",
        "values",
    )

    def __init__(self, items: list[Item], label: str) -> None:
        self.stack = items
        self.values: list[Value] = []
        self.is_waiting = False
        self.for_what: tuple[object, ...] = ()
        self.is_done = False
        self.is_queued = False
        self.value: Value = NONE
        self.error = ""
        self.caught = ""
        self.label = label

    @property
    def guards(self) -> bool:
        """True if an error would be handled, or something runs on its way."""
        return any(isinstance(item, Op) and item.name in _GUARDS for item, _ in self.stack)


_GUARDS = ("try", "final")


def push(task: Task, frame: Frame, *items: Term | Op) -> None:
    """Put things on the stack, the first to be done first."""
    task.stack.extend((item, frame) for item in reversed(items))


def taken(task: Task, count: int) -> list[Value]:
    """Take the last values off the stack of values, in their order."""
    if not count:
        return []
    found = task.values[-count:]
    del task.values[-count:]
    return found


class Describe:
    """Describes states, so that equal ones can be told; objects are numbered as they come."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}

    def number(self, thing: object) -> tuple[int, bool]:
        """Return the number of an object, and if it is new."""
        known = self._numbers.get(id(thing))
        if known is not None:
            return known, False
        self._numbers[id(thing)] = len(self._numbers)
        return len(self._numbers) - 1, True

    def task(self, task: Task) -> object:
        """Describe a task."""
        number, is_new = self.number(task)
        if not is_new:
            return ("task", number)
        if task.is_done:
            return ("done", number, task.error)
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
        names = tuple((n, self.value(v)) for n, v in sorted(frame.names.items())) if is_new else ()
        if isinstance(what, Op):
            return (what.name, self.value(what.data), self.value(what.extra), number, names)
        return (what, number, names)

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
