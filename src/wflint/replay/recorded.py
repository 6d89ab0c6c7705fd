"""Recorded histories as replay sees them: workflow tasks, and the events that they are about.

Nothing here knows how a history is written down; ``wflint.histories.export`` reads exported ones.
"""

from __future__ import annotations

from msgspec import Struct, field

from wflint.replay.known import Arguments
from wflint.replay.values import Symbol


class Event(Struct, frozen=True):
    """An event of a history.

    ``kind`` is what the commands of :mod:`wflint.replay.machine` are called, or one of ``end``,
    ``fail``, ``start``, ``signal``, ``update`` and ``cancel`` for what happens to a workflow.
    ``others`` are further kinds of command that may have led to it. ``name`` and ``ident`` are
    what replay compares, and ``about`` is the number of the event that began what it is about.
    ``arguments`` are those of a message that are known. ``unclear`` says why it is not known
    exactly what code does of it.
    """

    number: int
    type: str
    kind: str
    name: str | None = None
    ident: str | None = None
    about: int = 0
    others: tuple[str, ...] = ()
    failed: bool = False
    unclear: str = ""
    deprecated: bool = False
    is_command: bool = False
    arguments: Arguments = ()

    @property
    def shown(self) -> str:
        """How people name it."""
        return f"{self.kind} {self.name}" if self.name is not None else self.kind


class WorkflowTask(Struct):
    """A workflow task that was completed: the events before it, and those of its commands."""

    arrived: list[Event] = field(default_factory=list)
    commands: list[Event] = field(default_factory=list)

    @property
    def messages(self) -> list[tuple[str, str]]:
        """The kind and name of each signal that came, and of each update that was accepted."""
        return [(kind, event.name or "") for kind, event in self.arrivals]

    @property
    def arrivals(self) -> list[tuple[str, Event]]:
        """The same with their events."""
        signals = [("signal", e) for e in self.arrived if e.kind == "signal"]
        return signals + [("update", e) for e in self.commands if e.kind == "update accepted"]


class Recorded(Struct):
    """A history.

    ``is_open`` if the run had not closed; ``unclear`` is why not all of it is clear. ``arguments``
    are those of the workflow that are known.
    """

    workflow: str
    tasks: list[WorkflowTask]
    is_open: bool
    unclear: str = ""
    arguments: Arguments = ()

    @property
    def patches(self) -> set[str]:
        """The ids of the patches that it has markers of."""
        return {e.name for t in self.tasks for e in t.commands if e.kind == "patch" and e.name}


def literal(text: str | None) -> Symbol | None:
    """Return what stands for a text that is known."""
    return Symbol(repr(text), text) if text is not None else None
