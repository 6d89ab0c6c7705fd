"""Tasks: code that runs, with what it has still to do on a stack of its own."""

from __future__ import annotations

from wflint.facts.ids import Fn
from wflint.replay.terms import Term
from wflint.replay.values import NONE, Chain, Value


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
