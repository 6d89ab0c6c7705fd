"""The view of all that a program defines, registers and asks for."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from wflint.rule.base import Report
from wflint.rule.command_view import CommandView
from wflint.rule.definition_views import ActivityView, WorkflowView
from wflint.rule.place import Place
from wflint.rule.worker_view import Listed, WorkerView


class CommandAt(NamedTuple):
    """A command or request, and where it is given."""

    command: CommandView
    place: Place


class Patch(NamedTuple):
    """A call of ``workflow.patched`` or ``deprecate_patch``; the id is ``""`` if not known."""

    id: str
    is_deprecated: bool
    place: Place


class PlacedReport(NamedTuple):
    """A rule's report on a place of the program."""

    place: Place
    report: Report


class ProjectView(Protocol):
    """A program: all of its files that are checked together. What nobody asks for is not found."""

    @property
    def workflows(self) -> tuple[WorkflowView, ...]:
        """Return the workflows."""
        ...

    @property
    def unmade(self) -> tuple[WorkflowView, ...]:
        """Return the classes with handlers that nothing makes workflows, as if they were some.

        No class derives from them that is one, and no decorator that is not understood stands on
        them; those of tests are left out.
        """
        ...

    @property
    def activities(self) -> tuple[ActivityView, ...]:
        """Return the activities."""
        ...

    @property
    def workers(self) -> tuple[WorkerView, ...]:
        """Return the Workers."""
        ...

    @property
    def commands(self) -> tuple[CommandAt, ...]:
        """Return the commands that workflow code gives."""
        ...

    @property
    def requests(self) -> tuple[CommandAt, ...]:
        """Return the requests of clients."""
        ...

    @property
    def patches(self) -> tuple[Patch, ...]:
        """Return the calls that ask for patches."""
        ...

    def workflows_with(self, place: Place) -> tuple[WorkflowView, ...]:
        """Return the workflows whose code has a place, itself or in what it calls."""
        ...

    @property
    def others(self) -> Listed[ActivityView]:
        """Return the activities that others than Workers, such as plugins, are told to register."""
        ...

    def has(self, pattern: str) -> bool:
        """True if a file of the program that names Temporal matches a regular expression."""
        ...

    def activity_of(self, command: CommandView) -> ActivityView | None:
        """Return the activity of the program that a command calls, if it is one that is known."""
        ...

    def activities_of(self, command: CommandView) -> tuple[ActivityView, ...]:
        """Return all activities that a command may call; none if one of them is not known."""
        ...
