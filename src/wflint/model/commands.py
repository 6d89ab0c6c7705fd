"""Commands of workflows and requests of clients: what they start or address."""

from __future__ import annotations

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Decorator, Value, ValueType
from wflint.facts.signatures import RECEIVERS, Signature
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, FunctionValue
from wflint.model.callees import Callees
from wflint.rule.command_view import CommandView, Target
from wflint.rule.views import CallView
from wflint.temporal.api import CallKind, SdkCall
from wflint.temporal.regions import Region

_ACTIVITIES = frozenset({CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY})
_RUNS = frozenset({CallKind.CHILD_WORKFLOW, CallKind.WORKFLOW})
_MESSAGES = {
    CallKind.QUERY: Region.QUERY,
    CallKind.SIGNAL: Region.SIGNAL,
    CallKind.UPDATE: Region.UPDATE,
}


class Commands:
    """Finds out what the commands of a program are about."""

    def __init__(self, resolver: Resolver, roots: EntryPoints, callees: Callees) -> None:
        self._resolver = resolver
        self._roots = roots
        self._callees = callees

    def view(self, node: Node, call: CallView, sdk: SdkCall) -> CommandView:
        """Return what a rule is shown of a command that ``node`` gives."""
        given = call.argument(0, sdk.target) if sdk.target and not call.partial else None
        if given is None:
            return CommandView(call, sdk)
        if given.value.type is ValueType.STR:
            return CommandView(call, sdk, name=given.value.text)
        return CommandView(call, sdk, self._target(node, given.value, sdk))

    def _target(self, node: Node, value: Value, sdk: SdkCall) -> Target | None:
        path, receiver = node.fn.path, node.receiver
        found = self._resolver.resolve(value.ref, path, receiver, env=node.env)
        if len(found) != 1:
            return None
        (only,) = found
        if isinstance(only, ClassValue) and sdk.kind in _ACTIVITIES:
            return self._callable(only.cls)
        if isinstance(only, FunctionValue) and self._is_meant(only.fn, sdk):
            return self._of(only.fn)
        return None

    def _is_meant(self, fn: Fn, sdk: SdkCall) -> bool:
        """True if a function is of the kind that a command is about."""
        if sdk.kind in _ACTIVITIES:
            return self._roots.is_activity(fn)
        if sdk.kind in _RUNS:
            return self._roots.is_run(fn)
        wanted = _MESSAGES.get(sdk.kind)
        return wanted is not None and bool(self._roots.handles(fn) & wanted)

    def _callable(self, cls: Cls) -> Target | None:
        """An activity that is a class: what its objects do when they are called."""
        for owner in self._resolver.order(cls)[0]:
            fn = Fn(owner.path, f"{owner.qualname}.__call__")
            if self._resolver.store.head(fn) is not None:
                return self._of(fn) if self._roots.is_activity(fn) else None
        return None

    def _of(self, fn: Fn) -> Target | None:
        callee = self._callees.of(fn)
        if callee is None or any(map(_is_dynamic, callee.head.decorators)):
            return None  # what a dynamic one is given has no parameters of its own
        params = callee.head.params
        has_self = bool(params) and params[0].kind in RECEIVERS
        shown = fn.shown.rpartition(".")[0] if callee.is_workflow_run else fn.shown
        return Target(shown, callee, Signature.of(callee.head, bound=has_self))


def _is_dynamic(decorator: Decorator) -> bool:
    given = decorator.option("dynamic")
    return given is not None and given.text != "False"
