"""What a task waits for, and if that has come.

It is kept as plain data and not as a function, so that the state of a machine can be copied.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wflint.replay.tasks import Task
from wflint.replay.values import Bag, Given, Handle

Awaited = tuple[object, ...]
"""A word, and what it is about:

``start`` and ``given``: the start or the end of a command; ``task``: a task; ``all``: several
things, whose errors may be kept; ``group``: the tasks of a group; ``race``: things of which one or
all (``every``) are to be done, or a timer; ``either``: one thing or a timer; ``condition``: a test
that is to be true for the ``number``-th time, or a timer; ``come``: nothing any more.
"""


def has_come(awaited: Awaited, true: Mapping[str, int]) -> bool:
    """True if a task can go on; ``true`` has how often each condition has become true."""
    match awaited:
        case ["start", Given() as given]:
            return given.started or given.done or given.cancelled
        case ["given", Given() as given]:
            return given.done or given.cancelled
        case ["task" | "group", thing]:
            return is_done(thing)
        case ["all", tuple() as things, bool() as keeps]:
            return all_done(things) or (not keeps and any(map(has_failed, things)))
        case ["race", tuple() as things, timer, bool() as every]:
            if isinstance(timer, Given) and timer.done:
                return True
            return all_done(things) if every or not things else any(map(is_done, things))
        case ["either", thing, Given() as timer]:
            return is_done(thing) or timer.done
        case ["condition", str() as key, timer, int() as number]:
            return true.get(key, 0) >= number or (isinstance(timer, Given) and timer.done)
    return True


def is_done(value: object) -> bool:
    """True if nothing of a value is still to come."""
    match value:
        case Task():
            return value.is_done
        case Handle():
            return value.given.done or value.given.cancelled
        case Bag():
            return all_done(value.items) or has_failed(value)
    return True


def has_failed(value: object) -> bool:
    """True if waiting for a value ends with an error."""
    match value:
        case Task():
            return bool(value.error)
        case Handle():
            return value.given.failed or value.given.cancelled
        case Bag():
            return value.is_gathered and not value.keeps and any(map(has_failed, value.items))
    return False


def all_done(values: Iterable[object]) -> bool:
    """True if nothing of several values is still to come."""
    return all(is_done(value) for value in values)
