"""The commands of workflow code by which each activity is called."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Fn
from wflint.model.definitions import Definitions
from wflint.rule.command_view import CommandView
from wflint.rule.project_view import CommandAt
from wflint.temporal.api import ACTIVITIES


class ActivityCalls:
    """Finds them when somebody asks, among the ``commands`` of workflow code."""

    def __init__(
        self, definitions: Definitions, commands: Callable[[], Iterable[CommandAt]] = tuple
    ) -> None:
        self._definitions = definitions
        self._find_commands = commands

    def of(self, fn: Fn) -> tuple[CommandView, ...]:
        """Return the commands that call an activity, also by its name."""
        return tuple(at.command for at in self.placed(fn))

    def placed(self, fn: Fn) -> tuple[CommandAt, ...]:
        """Return the same with their places."""
        activity = self._definitions.activity(fn)
        if activity is None:
            return ()
        key = activity.function.module, activity.function.qualname
        named = self._by_name.get(activity.name, ()) if activity.name else ()
        return (*self._by_function.get(key, ()), *named)

    def leading_to(self, graph: CallGraph, node: Node) -> tuple[CommandView, ...]:
        """Return the commands that call some activity which runs a function."""
        entries = sorted({entry.fn for entry in graph.entry_points([node])})
        return tuple(command for fn in entries for command in self.of(fn))

    @cached_property
    def _commands(self) -> list[CommandAt]:
        return [at for at in self._find_commands() if at.command.kind in ACTIVITIES]

    @cached_property
    def _by_function(self) -> dict[tuple[str, str], list[CommandAt]]:
        found: dict[tuple[str, str], list[CommandAt]] = {}
        for at in self._commands:
            for target in at.command.targets:
                key = target.callee.module, target.callee.qualname
                found.setdefault(key, []).append(at)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[CommandAt]]:
        found: dict[str, list[CommandAt]] = {}
        for at in self._commands:
            if at.command.name and not at.command.targets:
                found.setdefault(at.command.name, []).append(at)
        return found
