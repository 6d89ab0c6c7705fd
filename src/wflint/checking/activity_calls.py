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
    from wflint.model.definitions import Definitions

_KINDS = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})


class ActivityCalls:
    """Finds them among what the search of workflow code has passed, when somebody asks."""

    def __init__(
        self, checker: Checker, definitions: Definitions | None = None, events: Iterable[Event] = ()
    ) -> None:
        self._checker = checker
        self._definitions = definitions
        self._events = events

    def of(self, fn: Fn) -> tuple[CommandView, ...]:
        """Return the commands that call an activity, also by its name."""
        activity = self._definitions.activity(fn) if self._definitions is not None else None
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
        return checker.commands.view(node, call, sdk_calls()[name])

    @cached_property
    def _by_function(self) -> dict[tuple[str, str], list[CommandView]]:
        found: dict[tuple[str, str], list[CommandView]] = {}
        for command in self._commands:
            if command.target is not None:
                callee = command.target.callee
                found.setdefault((callee.module, callee.qualname), []).append(command)
        return found

    @cached_property
    def _by_name(self) -> dict[str, list[CommandView]]:
        found: dict[str, list[CommandView]] = {}
        for command in self._commands:
            if command.name:
                found.setdefault(command.name, []).append(command)
        return found
