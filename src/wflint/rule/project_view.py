"""The view of all that a program defines, registers and asks for."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

from msgspec import Struct

from wflint.rule.base import Report
from wflint.rule.command_view import CommandView
from wflint.rule.definition_views import ActivityView, Place, WorkflowView
from wflint.rule.views import Callee
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


class ProjectView(Struct, frozen=True, dict=True):
    """A program: all of its files that are checked together.

    ``commands`` are those that workflow code gives, ``requests`` those of clients. ``others`` are
    the activities that something else than a Worker is told to register, such as a plugin.
    """

    workflows: tuple[WorkflowView, ...]
    activities: tuple[ActivityView, ...]
    workers: tuple[WorkerView, ...]
    commands: tuple[CommandAt, ...]
    requests: tuple[CommandAt, ...]
    patches: tuple[Patch, ...]
    others: Listed[ActivityView]

    def activity_of(self, command: CommandView) -> ActivityView | None:
        """Return the activity of the program that a command calls, if it is one that is known."""
        target = command.target
        return self._by_function.get(_key(target.callee)) if target is not None else None

    def activities_of(self, command: CommandView) -> tuple[ActivityView, ...]:
        """Return all activities that a command may call; none if one of them is not known."""
        found = [self._by_function.get(_key(target.callee)) for target in command.targets]
        known = tuple(activity for activity in found if activity is not None)
        return known if len(known) == len(found) else ()

    @cached_property
    def _by_function(self) -> dict[tuple[str, str], ActivityView]:
        return {_key(activity.function): activity for activity in self.activities}


def _key(callee: Callee) -> tuple[str, str]:
    return callee.module, callee.qualname
