"""The definitions of a program that commands start or address."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from wflint.callgraph.graph import CallGraph, Node
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import ParamKind, Value, ValueType
from wflint.facts.signatures import RECEIVERS, Signature, is_receiver, with_all_sent
from wflint.inference.values import AbstractValue, ClassValue, FunctionValue, InstanceValue
from wflint.model.definitions import Definitions
from wflint.model.wrappers import Wrappers
from wflint.rule.command_view import Form, Target
from wflint.rule.views import Callee
from wflint.temporal.api import ACTIVITIES, CallKind
from wflint.temporal.regions import Region

_RUNS = frozenset(
    {
        CallKind.CHILD_WORKFLOW,
        CallKind.CONTINUE_AS_NEW,
        CallKind.SIGNAL_WITH_START,
        CallKind.WORKFLOW,
    }
)
MESSAGES = {
    CallKind.QUERY: Region.QUERY,
    CallKind.SIGNAL: Region.SIGNAL,
    CallKind.UPDATE: Region.UPDATE,
}

Targets = tuple[Target, ...]


class TargetFinder:
    """Finds definitions by what stands for them in a command, or by their names.

    ``defining`` are the files of the program that define something, ``graph`` is what workflows
    reach, ``has_object`` says whether Workers have an object for a method that is an activity; all
    are set when they are known.
    """

    def __init__(self, definitions: Definitions) -> None:
        self.defining: Iterable[str] = ()
        self.graph = CallGraph()
        self.has_object: Callable[[Fn], bool | None] = lambda _: None
        self._definitions = definitions
        self._resolver = definitions.resolver
        self._roots = definitions.roots
        self._callees = definitions.callees
        self._wrappers = Wrappers(definitions.resolver)
        self._activities: dict[str, list[Fn]] | None = None
        self._workflows: dict[str, list[Cls]] | None = None

    def text(self, value: Value, path: str) -> str:
        """Return the text that an argument surely is, or ``""``."""
        if value.type is ValueType.NAME:
            constant = self._resolver.constant(value.ref, path)
            value = constant[0] if constant is not None else value
        return value.text if value.type is ValueType.STR else ""

    def of_value(self, node: Node, value: Value, kind: CallKind) -> Targets:
        """Return all that an argument may stand for; nothing if any of that is not known."""
        found = self._resolver.resolve(value.ref, node.fn.path, node.receiver, env=node.env)
        targets = ((self._of_entity(entity, kind), self._form(entity)) for entity in found)
        return _all_known(
            replace(target, form=form) if target else None for target, form in targets
        )

    def _of_entity(self, entity: AbstractValue, kind: CallKind) -> Target | None:
        if kind in ACTIVITIES and isinstance(entity, (ClassValue, InstanceValue)):
            return self._callable(entity.cls)
        if kind in _RUNS and isinstance(entity, ClassValue):
            return self.run_of(entity.cls)
        if not isinstance(entity, FunctionValue) or entity.partial:
            return None
        if not self._is_meant(entity.fn, kind):
            return None
        owner = entity.receiver if kind in _RUNS else None
        return (self.run_of(owner) if owner is not None else None) or self._of(entity.fn)

    def _form(self, entity: AbstractValue) -> Form:
        if isinstance(entity, ClassValue):
            return Form.CLASS
        if not isinstance(entity, FunctionValue):
            return Form.OBJECT
        if entity.bound:
            return Form.BOUND
        head = self._resolver.store.head(entity.fn)
        params = head.params if head is not None else ()
        is_method = bool(params) and params[0].kind is ParamKind.SELF and is_receiver(params[0])
        return Form.METHOD if is_method else Form.FUNCTION

    def _is_meant(self, fn: Fn, kind: CallKind) -> bool:
        """True if a function is of the kind that a command is about."""
        if kind in ACTIVITIES:
            return self._roots.is_activity(fn)
        if kind in _RUNS:
            return self._roots.is_run(fn)
        wanted = MESSAGES.get(kind)
        return wanted is not None and bool(self._roots.handles(fn) & wanted)

    def _callable(self, cls: Cls) -> Target | None:
        """An activity that is a class: what its objects do when they are called."""
        if not self._definitions.is_callable_activity(cls):
            return None
        view = self._definitions.callable_activity(cls)
        return self._of(view.place.fn) if view is not None else None

    def _of(self, fn: Fn) -> Target | None:
        callee = self._callees.of(fn)
        if callee is None or self._is_dynamic(fn):
            return None  # what a dynamic one is given has no parameters of its own
        if not self._wrappers.keep_arguments(callee.head, fn.path):
            return None  # a decorator of the project may give it other arguments
        has_self = self._has_receiver(fn, callee)
        if has_self is None:
            return None
        shown = fn.shown.rpartition(".")[0] if callee.is_workflow_run else fn.shown
        head = callee.head if has_self else with_all_sent(callee.head)
        return Target(shown, callee, Signature.of(head, bound=has_self))

    def _has_receiver(self, fn: Fn, callee: Callee) -> bool | None:
        """True if the first parameter of a function is given by whoever runs it, not sent.

        What an activity in a class is registered from decides it, unless the name says it; ``None``
        if no Worker tells.
        """
        first = callee.head.params[0] if callee.head.params else None
        if first is None or first.kind not in RECEIVERS:
            return False
        is_method = is_receiver(first) or not callee.is_activity or fn.shown.endswith("__call__")
        return True if is_method else self.has_object(fn)

    def _is_dynamic(self, fn: Fn) -> bool:
        head = self._resolver.store.head(fn)
        given = (d.option("dynamic") for d in (head.decorators if head is not None else ()))
        return any(value is not None and value.text != "False" for value in given)

    # Workflows.

    def run_of(self, cls: Cls) -> Target | None:
        """Return the run method of a workflow."""
        workflow = self._definitions.workflow(cls) if self._roots.is_workflow(cls) else None
        if workflow is None or workflow.run is None or workflow.is_dynamic:
            return None
        target = self._of(workflow.run.place.fn)
        return Target(workflow.shown, target.callee, target.signature, cls) if target else None

    def own_runs(self, node: Node) -> Targets:
        """Return the run methods of all workflows whose code a node is; nothing if one has none."""
        entries = (self.graph.entries[entry] for entry in self.graph.entry_points((node,)))
        classes = sorted({entry.receiver for entry in entries})
        return _all_known(self.run_of(cls) for cls in classes)

    # By name.

    def named(self, name: str, kind: CallKind, path: str) -> Targets:
        """Return all activities or workflows that a name in a file may stand for.

        One of another distribution alone says nothing: the name may be one of another program.
        """
        if kind in ACTIVITIES:
            fns = self._named_activities().get(name, [])
            near = any(self._is_near(fn.path, path) for fn in fns)
            return _all_known(self._of(fn) for fn in fns) if near else ()
        classes = self._named_workflows().get(name, [])
        near = any(self._is_near(cls.path, path) for cls in classes)
        return _all_known(self.run_of(cls) for cls in classes) if near else ()

    def _is_near(self, path: str, other: str) -> bool:
        distribution_of = self._resolver.index.distribution_of
        return distribution_of(path) == distribution_of(other)

    def handlers(self, workflows: Iterable[AbstractValue], name: str, kind: CallKind) -> Targets:
        """Return the handlers that messages of a name to some workflows have."""
        classes = [entity.cls for entity in workflows if isinstance(entity, InstanceValue)]
        return _all_known(self._handler(cls, name, kind) for cls in classes)

    def signals(self, started: Targets, name: str) -> Targets:
        """Return the handlers of a signal that is sent to workflows with their start."""
        owners = [target.workflow for target in started]
        known = (cls for cls in owners if cls is not None)
        return _all_known(self._handler(cls, name, CallKind.SIGNAL) for cls in known)

    def _handler(self, cls: Cls, name: str, kind: CallKind) -> Target | None:
        wanted = MESSAGES.get(kind, Region(0))
        workflow = self._definitions.workflow(cls) if wanted else None
        for handler in workflow.handlers if workflow is not None else ():
            if handler.kind is wanted and handler.name == name and not handler.is_dynamic:
                return self._of(handler.place.fn)
        return None

    def _named_activities(self) -> dict[str, list[Fn]]:
        if self._activities is None:
            self._activities = {}
            for path in self.defining:
                for view in self._definitions.activities(self._resolver.store.load(path)):
                    known = self._activities.setdefault(view.name, [])
                    if view.place.fn not in known:
                        known.append(view.place.fn)
        return self._activities

    def _named_workflows(self) -> dict[str, list[Cls]]:
        if self._workflows is None:
            self._workflows = {}
            for cls in self._classes():
                view = self._definitions.workflow(cls)
                if view is not None:
                    self._workflows.setdefault(view.name, []).append(cls)
        return self._workflows

    def _classes(self) -> Iterator[Cls]:
        for path in self.defining:
            yield from self._roots.find(self._resolver.store.load(path)).workflows


def _all_known(found: Iterable[Target | None]) -> Targets:
    """Return all of some targets; nothing if one of them is not known."""
    targets = list(found)
    return tuple(t for t in targets if t is not None) if None not in targets else ()
