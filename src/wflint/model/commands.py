"""Commands of workflows and requests of clients: what they start or address."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls
from wflint.inference.values import AbstractValue, ExternalValue
from wflint.model.definitions import Definitions
from wflint.model.misfits import Misfits
from wflint.model.targets import MESSAGES, TargetFinder, Targets
from wflint.model.written_requests import WrittenRequest
from wflint.rule.call_view import CallView
from wflint.rule.command_view import CommandView, Message, is_refused
from wflint.temporal.api import ACTIVITIES, CallKind, SdkCall, calls_by_last_word

_SIGNALS = (("signal", "signal_args"), ("start_signal", "start_signal_args"))
"""The options of calls that send a signal to the workflow that they start."""


class Commands:
    """Finds out what the commands of a program are about."""

    def __init__(self, definitions: Definitions) -> None:
        self.targets = TargetFinder(definitions)
        self.is_elsewhere: Callable[[Cls, str], bool] = lambda cls, queue: False
        self._misfits = Misfits(definitions)

    def view(self, node: Node, call: CallView, sdk: SdkCall, entity: ExternalValue) -> CommandView:
        """Return what a rule is shown of a command that ``node`` gives.

        ``entity`` is what is called, which knows what it is a method of.
        """
        if sdk.kind is CallKind.CONTINUE_AS_NEW:
            name, targets = self._of_next_run(node, call)
        else:
            name, targets = self._of_target(node, call, sdk, entity)
        signal = self._signal(node, call, sdk, targets)
        misfit = None
        if sdk.kind in ACTIVITIES and not targets and not name and not call.partial:
            given = call.argument(0, sdk.target)
            misfit = self._misfits.of(node, given.value) if given and not given.star else None
        return CommandView(call, sdk, targets, name, signal, misfit)

    def takes(self, node: Node, request: WrittenRequest) -> bool:
        """True if what a request is about surely takes what is sent, or is not known."""
        return all(
            self._takes(node, request, sdk)
            for sdk in calls_by_last_word().get(request.word, ())
            if sdk.target
        )

    def _takes(self, node: Node, request: WrittenRequest, sdk: SdkCall) -> bool:
        name = self.targets.text(request.target, node.fn.path)
        if sdk.kind is CallKind.NEXUS_OPERATION or (name and sdk.kind in MESSAGES):
            return False  # an operation has one input; of handlers it must be known whose they are
        targets = (
            self.targets.named(name, sdk.kind, node.fn.path)
            if name
            else self.targets.of_value(node, request.target, sdk.kind)
        )
        return not is_refused(targets, (None,) * request.sent)

    def _of_target(
        self, node: Node, call: CallView, sdk: SdkCall, entity: ExternalValue
    ) -> tuple[str, Targets]:
        given = call.argument(0, sdk.target) if sdk.target and not call.partial else None
        if given is None or given.star:
            return "", ()
        name = self.targets.text(given.value, node.fn.path)
        if not name:
            return "", self.targets.of_value(node, given.value, sdk.kind)
        if sdk.kind in MESSAGES:
            return name, self.targets.handlers(_workflows_of(entity), name, sdk.kind)
        is_routed = sdk.kind in ACTIVITIES or sdk.kind is CallKind.CHILD_WORKFLOW
        if is_routed and (call.spread or "task_queue" in call.keywords):
            return name, ()  # it may be one of another program
        targets = self.targets.named(name, sdk.kind, node.fn.path)
        return name, () if self._are_elsewhere(targets, call, node) else targets

    def _are_elsewhere(self, targets: Targets, call: CallView, node: Node) -> bool:
        """True if the task queue of a start is one that no Worker of its workflow listens on."""
        given = call.option("task_queue")
        queue = self.targets.text(given, node.fn.path) if given is not None else ""
        return bool(queue) and any(
            target.workflow is not None and self.is_elsewhere(target.workflow, queue)
            for target in targets
        )

    def _of_next_run(self, node: Node, call: CallView) -> tuple[str, Targets]:
        """Return what ``continue_as_new`` starts: as a rule the workflow that calls it."""
        if call.partial or call.spread:
            return "", ()
        other = call.option("workflow")
        if "workflow" not in call.keywords or "workflow" in call.none_keywords:
            return "", self.targets.own_runs(node)
        if other is None:
            return "", ()
        name = self.targets.text(other, node.fn.path)
        if name:
            return name, self.targets.named(name, CallKind.CONTINUE_AS_NEW, node.fn.path)
        return "", self.targets.of_value(node, other, CallKind.CONTINUE_AS_NEW)

    def _signal(self, node: Node, call: CallView, sdk: SdkCall, started: Targets) -> Message | None:
        """Return the signal that a workflow is started with."""
        options = next((names for names in _SIGNALS if sdk.options.issuperset(names)), None)
        if options is None or options[0] not in call.keywords or call.spread:
            return None
        signal, args = options
        value = call.option(signal)
        if value is None:
            return None
        name = self.targets.text(value, node.fn.path)
        if not name:
            return Message(self.targets.of_value(node, value, CallKind.SIGNAL), "", args)
        return Message(self.targets.signals(started, name), name, args)


def _workflows_of(entity: ExternalValue) -> Iterable[AbstractValue]:
    """Return the workflow whose handle has a method."""
    return entity.args[0] if entity.args else ()
