"""What ``wflint list`` shows, as plain data with file names as people write them."""

from __future__ import annotations

from msgspec import Struct

from wflint.diagnostics import Location
from wflint.run.request import EntryGaps


class Definition(Struct, frozen=True):
    """A class or function that is defined somewhere.

    ``name`` is what Temporal knows it by, and ``""`` where that is not known.
    """

    name: str
    qualname: str
    filename: str
    location: Location


class HandlerItem(Struct, frozen=True):
    """A method of a workflow that the SDK calls; ``kind`` is ``run``, ``signal`` and so on."""

    kind: str
    definition: Definition


class WorkflowItem(Struct, frozen=True):
    """A workflow with its handlers; ``task_queues`` are those of the Workers that register it."""

    definition: Definition
    handlers: tuple[HandlerItem, ...] = ()
    task_queues: tuple[str, ...] = ()


class ActivityItem(Struct, frozen=True):
    """An activity; ``task_queues`` are those of the Workers that register it."""

    definition: Definition
    is_async: bool
    task_queues: tuple[str, ...] = ()


class WorkerItem(Struct, frozen=True):
    """A Worker with what it registers.

    ``task_queue`` is ``None`` where it is not known. ``more_workflows`` and ``more_activities`` say
    why there may be more of them; they are empty where all are known. ``runner`` is ``sandboxed``,
    ``unsandboxed`` or ``unknown``.
    """

    filename: str
    location: Location
    task_queue: str | None
    workflows: tuple[Definition, ...]
    activities: tuple[Definition, ...]
    more_workflows: str = ""
    more_activities: str = ""
    runner: str = "unknown"
    in_test: bool = False


class Remark(Struct, frozen=True):
    """Code that may be workflow code and is not checked, and what to do about it."""

    filename: str
    location: Location
    message: str


class Inventory(Struct):
    """What the files that were asked for define, each list in the order of files and lines.

    Workers that tests make come after the others.
    """

    workflows: list[WorkflowItem] = []
    activities: list[ActivityItem] = []
    workers: list[WorkerItem] = []
    unchecked: list[Remark] = []
    gaps: list[EntryGaps] = []

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to list."""
        return not (self.workflows or self.activities or self.workers or self.unchecked)
