"""The commands of workflow code by which each activity is called."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

from wflint.callgraph.events import Event, ExternalCall
from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Fn
from wflint.rule.command_view import CommandView
from wflint.temporal.api import CallKind, sdk_calls

if TYPE_CHECKING:
    from wflint.checking.checker import Checker

_KINDS = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})


class ActivityCalls:
    """Finds them among what the search of workflow code has passed, when somebody asks."""

    def __init__(self, checker: Checker, events: Iterable[Event] = ()) -> None:
        self._checker = checker
        self._events = events

    def of(self, fn: Fn) -> tuple[CommandView, ...]:
        """Return the commands that call an activity, also by its name."""
        activity = self._checker.definitions.activity(fn)
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
    def _commands(self) -> list[CommandView]:
        return [
            self._view(event)
            for event in self._events
            if isinstance(event, ExternalCall)
            and event.entity.name in sdk_calls()
            and sdk_calls()[event.entity.name].kind in _KINDS
        ]

    def _view(self, event: ExternalCall) -> CommandView:
        node, checker = event.node, self._checker
        body = checker.resolver.store.body(node.fn)
        name, is_partial = event.entity.name, event.entity.partial
        call = checker.views.of_call(node, body, event.call, name=name, partial=is_partial)
        return checker.commands.view(node, call, sdk_calls()[name], event.entity)

    @cached_property
    def _by_function(self) -> dict[tuple[str, str], list[CommandView]]:
        found: dict[tuple[str, str], list[CommandView]] = {}
        for command in self._commands:
            for target in command.targets:
                key = target.callee.module, target.callee.qualname
                found.setdefault(key, []).append(command)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[CommandView]]:
        found: dict[str, list[CommandView]] = {}
        for command in self._commands:
            if command.name and not command.targets:
                found.setdefault(command.name, []).append(command)
        return found
