"""The workflows, handlers and activities of a program, as rules see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from wflint.callgraph.entry.activities import Activities
from wflint.callgraph.entry.entry_points import Entry, EntryPoints
from wflint.callgraph.graph import DEFINITION
from wflint.config.rule_settings import RuleSettings
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import UNKNOWN, Decorator, Ref, Value, ValueType
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue
from wflint.model.callees import Callees
from wflint.model.class_text import perhaps_missing
from wflint.model.decorated import Decorated, opened
from wflint.model.dropped import Dropped
from wflint.model.early_reads import EarlyReads
from wflint.model.interleaving import interleaving_of
from wflint.model.message_state import MessageState
from wflint.model.method_text import text_of
from wflint.model.parameters import Parameters
from wflint.model.passed_on import passed_on
from wflint.model.payloads import Payloads
from wflint.model.results import may_return
from wflint.model.seen_whole import is_abstract, is_made_plainly, is_seen_whole
from wflint.model.size import size_of
from wflint.model.state import state_of
from wflint.model.state_flow import StateFlow
from wflint.project.module import Module
from wflint.rule.command_view import CommandView
from wflint.rule.definition_views import (
    ActivityView,
    Beats,
    EarlyRead,
    HandlerView,
    LostHandler,
    WorkflowView,
)
from wflint.rule.place import Place
from wflint.rule.state_views import DroppedState
from wflint.rule.views import Callee
from wflint.temporal.decorators import ACTIVITY, CONFIG, DEFN, REGIONS, region_of
from wflint.temporal.regions import Region

_UNSPECIFIED = "temporalio.common.VersioningBehavior.UNSPECIFIED"
_DISPLAYS = (ValueType.LIST, ValueType.SET, ValueType.TUPLE)


class Definitions:
    """Finds out about definitions; each answer is given once.

    ``beats_of`` and ``calls_of`` tell of activities, ``unfinished_of`` tells of workflows, once
    these were followed, ``converter_is_default`` of the converter for a definition.
    """

    def __init__(
        self,
        resolver: Resolver,
        roots: EntryPoints,
        callees: Callees,
    ) -> None:
        self.resolver = resolver
        self.roots = roots
        self.callees = callees
        self._parameters = Parameters(resolver)
        self.decorated = Decorated(
            resolver, callees, self._parameters, lambda path: self.settings_of(path)
        )
        self._found = Activities(roots)
        self._workflows: dict[Cls, WorkflowView | None] = {}
        self._activities: dict[Fn, ActivityView | None] = {}
        self.beats_of: Callable[[Fn], Beats] = lambda fn: Beats.UNKNOWN
        self.beats_in_loop: Callable[[Fn], bool] = lambda fn: False
        self.unfinished_of: Callable[[WorkflowView, StateFlow], Iterable[HandlerView]] = (
            lambda workflow, flow: ()
        )
        self.result_is_used: Callable[[Fn], bool] = lambda fn: False
        self.calls_of: Callable[[Fn], tuple[CommandView, ...]] = lambda fn: ()
        self.converter_is_default: Callable[[Fn], bool] = lambda fn: True
        self.settings_of: Callable[[str], RuleSettings] = lambda path: RuleSettings()
        self._payloads = Payloads(resolver)

    # Activities.

    def activities(self, module: Module) -> Iterator[ActivityView]:
        """Return the activities of a module, each once."""
        seen: set[Fn] = set()
        for entry in self._found.of(module):
            view = self.activity(entry.fn) if entry.fn not in seen else None
            seen.add(entry.fn)
            if view is not None:
                yield view

    def activity(self, fn: Fn) -> ActivityView | None:
        """Return an activity; ``None`` if a function is none."""
        if fn not in self._activities:
            self._activities[fn] = self._activity(fn)
        return self._activities[fn]

    def _activity(self, fn: Fn) -> ActivityView | None:
        callee = self.callees.of(fn)
        if callee is None:
            return None
        head, called = callee.head, callee.head.name
        decorators: tuple[Decorator, ...] = head.decorators
        if head.name == "__call__" and not self.roots.is_activity(fn):
            owner = Cls(fn.path, fn.qualname.rpartition(".")[0])
            facts = self.resolver.facts_of(owner)
            decorators, called = (facts.decorators if facts else ()), Fn(*owner).shown
        elif not self.roots.is_activity(fn):
            return None
        decorator = self._decorator(decorators, ACTIVITY, fn.path)
        place = Place(fn, DEFINITION)
        is_dynamic = _is_true(decorator, "dynamic")
        return ActivityView(
            self._name(decorator, called, fn.path),
            callee,
            place,
            is_dynamic,
            lambda: self.beats_of(fn),
            lambda: self.calls_of(fn),
            lambda: self.beats_in_loop(fn),
            lambda: self._payloads.of(fn, head),
            lambda: self.converter_is_default(fn),
        )

    def callable_activity(self, cls: Cls) -> ActivityView | None:
        """Return the activity that objects of a class are."""
        if not self.is_callable_activity(cls):
            return None
        for owner in self.resolver.order(cls)[0]:
            fn = Fn(owner.path, f"{owner.qualname}.__call__")
            if self.resolver.store.head(fn) is not None:
                return self.activity(fn)
        return None

    def is_callable_activity(self, cls: Cls) -> bool:
        """True if a class, or one that it derives from, has the decorator of activities.

        One on its ``__call__`` alone makes it none: the SDK asks the class.
        """
        for owner in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(owner)
            if facts is None or ACTIVITY in self.roots.by_call.of_class(owner):
                return facts is not None
            if self._decorator(facts.decorators, ACTIVITY, owner.path) is not None:
                return True
        return False

    # Workflows.

    def workflow(self, cls: Cls) -> WorkflowView | None:
        """Return a workflow; ``None`` if nothing is known of the class."""
        if cls not in self._workflows:
            self._workflows[cls] = self._workflow(cls)
        return self._workflows[cls]

    def _workflow(self, cls: Cls) -> WorkflowView | None:
        facts = self.resolver.facts_of(cls)
        if facts is None:
            return None
        order, externals = self.resolver.order(cls)
        entries = list(self.roots.handlers(cls))
        views = [view for entry in entries for view in self._handlers(entry)]
        inits = (entry.fn for entry in entries if entry.kind & Region.INIT)
        init = next(inits, None)
        decorator = self._decorator(facts.decorators, DEFN, cls.path)
        sandboxed = decorator.option("sandboxed") if decorator is not None else None
        return WorkflowView(
            cls,
            self._name(decorator, Fn(*cls).shown.rpartition(".")[2], cls.path),
            Place(Fn(*cls), DEFINITION),
            order[1:],
            externals,
            next((view for view in views if view.kind is Region.RUN), None),
            self.callees.of(init) if init is not None else None,
            tuple(view for view in views if view.kind & Region.HANDLER),
            _is_true(decorator, "dynamic"),
            sandboxed is None or sandboxed.text != "False",
            self._exceptions(decorator, cls.path),
            lambda: state_of(cls, entries, self.roots),
            self._early_reads,
            self._lost_handlers,
            self._dropped,
            self._unfinished,
            self._message_state,
            self._is_versioned(cls, decorator),
            lambda workflow: size_of(workflow, self.roots),
            self.settings_of(cls.path),
            self.decorated.views(facts.decorators, cls.path),
            tuple(view for view in views if view.kind is Region.RUN),
            self._method(init, Region.INIT),
            tuple(self._dynamic_configs(entries)),
            lambda: is_seen_whole(cls, self.resolver, self.decorated.views),
            lambda: is_made_plainly(cls, self.resolver),
            lambda: self._base_workflow(order[1:]),
            self.roots.is_made(cls),
            is_abstract(cls, self.resolver, self.decorated.views),
            self._versioning(cls, decorator),
        )

    def _versioning(self, cls: Cls, decorator: Decorator | None) -> str:
        given = decorator.option("versioning_behavior") if decorator is not None else None
        return self.dotted_name(given.ref, cls.path).rpartition(".")[2] if given else ""

    def _is_versioned(self, cls: Cls, decorator: Decorator | None) -> bool | None:
        """True if a decorator, or a method that is asked at run time, names a behaviour."""
        if decorator is None or not self._is_of_sdk(decorator, cls.path):
            return None
        given = decorator.option("versioning_behavior")
        if given is not None and given.type is not ValueType.NONE:
            return self.dotted_name(given.ref, cls.path) != _UNSPECIFIED
        if decorator.is_open:
            return None
        heads = self.roots.methods(cls)
        return any(CONFIG in self.roots.handler_names(head, base.path) for base, head in heads)

    def _method(self, fn: Fn | None, kind: Region) -> HandlerView | None:
        callee = self.callees.of(fn) if fn is not None else None
        if fn is None or callee is None:
            return None
        return self._handler(Entry(fn, Cls(fn.path, ""), "", kind), callee, "", kind)

    def _base_workflow(self, bases: Iterable[Cls]) -> str:
        for base in bases:
            facts = self.resolver.facts_of(base)
            decorators = self.decorated.views(facts.decorators if facts else (), base.path)
            if any(decorator.name == DEFN for decorator in decorators):
                return Fn(*base).shown
        return ""

    def _dynamic_configs(self, entries: Iterable[Entry]) -> Iterator[HandlerView]:
        for entry in entries:
            view = self._method(entry.fn, Region.HOOK) if entry.kind is Region.HOOK else None
            if view is not None and any(d.name == CONFIG for d in view.decorators):
                yield view

    def _lost_handlers(self, workflow: WorkflowView) -> tuple[LostHandler, ...]:
        """Return what the SDK misses: it looks at each method of the bases that is a handler."""
        heads = self.roots.methods(workflow.cls)
        final = {head.name: Fn(base.path, head.qualname) for base, head in heads}
        known = {(h.kind, h.name) for h in workflow.handlers}
        if workflow.run is not None:
            known.add((Region.RUN, workflow.run.method))
        found: list[LostHandler] = []
        for base in workflow.bases:
            facts = self.resolver.facts_of(base)
            for head in facts.methods.values() if facts is not None else ():
                fn, override = Fn(base.path, head.qualname), final.get(head.name)
                names = self.roots.handler_names(head, base.path)
                if override is None or override == fn or not names:
                    continue
                if not self._is_there(override):
                    continue
                for view in self._handlers(Entry(fn, base, "", region_of(names))):
                    name = view.method if view.kind is Region.RUN else view.name
                    is_known = (view.kind, name) in known or (view.kind, "") in known
                    if view.kind is not Region.VALIDATOR and name and not is_known:
                        found.append(LostHandler(view, Place(override, DEFINITION)))
        return tuple(found)

    def _early_reads(self, workflow: WorkflowView) -> tuple[EarlyRead, ...]:
        if workflow.run is None or not workflow.handlers:
            return ()
        early = EarlyReads(StateFlow(workflow.cls, self.roots), self.resolver)
        return tuple(early.find(workflow.run, workflow.handlers))

    def _dropped(self, workflow: WorkflowView) -> tuple[DroppedState, ...]:
        has_messages = any(h.kind & (Region.SIGNAL | Region.UPDATE) for h in workflow.handlers)
        if workflow.run is None or not has_messages:
            return ()
        flow = StateFlow(workflow.cls, self.roots)
        found = Dropped(workflow, flow, self.resolver.store).find(workflow.run)
        return tuple(found)

    def _unfinished(self, workflow: WorkflowView) -> tuple[HandlerView, ...]:
        if not any(handler.function.is_async for handler in workflow.handlers):
            return ()
        return tuple(self.unfinished_of(workflow, StateFlow(workflow.cls, self.roots)))

    def _message_state(self, workflow: WorkflowView) -> Callable[[str], bool]:
        flow = StateFlow(workflow.cls, self.roots)
        return MessageState(workflow, flow, self.resolver.store).has

    def _handlers(self, entry: Entry) -> Iterator[HandlerView]:
        """Return what a method is; more than one if several decorators stand on it."""
        callee = self.callees.of(entry.fn)
        for name, kind in REGIONS.items():
            if callee is not None and kind & entry.kind & (Region.RUN | Region.HANDLER):
                yield self._handler(entry, callee, name, kind)

    def _handler(self, entry: Entry, callee: Callee, name: str, kind: Region) -> HandlerView:
        path, head = entry.fn.path, callee.head
        decorator = self._decorator(head.decorators, name, path)
        is_message = kind not in (Region.RUN, Region.VALIDATOR)
        called = self._name(decorator, head.name, path) if is_message else head.name
        return HandlerView(
            kind,
            called,
            callee,
            head.owner,
            Place(entry.fn, DEFINITION),
            _is_true(decorator, "dynamic"),
            self._unfinished_policy(decorator, path),
            lambda: text_of(self.resolver.store.load(path), entry.fn.qualname),
            lambda: self._payloads.of(entry.fn, head),
            lambda: self.converter_is_default(entry.fn),
            lambda: interleaving_of(self.resolver.store.load(path), entry.fn.qualname),
            self.decorated.views(head.decorators, path),
            self._parameters.difference,
            self._parameters.meaning,
            lambda: self.result_is_used(entry.fn),
            lambda: may_return(entry.fn, entry.receiver, self.resolver),
            lambda: self._is_there(entry.fn),
        )

    def _is_there(self, fn: Fn) -> bool:
        owner, _, name = fn.qualname.rpartition(".")
        module = self.resolver.store.load(fn.path)
        return name.partition("#")[0] not in perhaps_missing(module, owner)

    # What decorators say.

    def _unfinished_policy(self, decorator: Decorator | None, path: str) -> str:
        given = decorator.option("unfinished_policy") if decorator is not None else None
        if decorator is None or given is not None:
            ref = given.ref if given is not None else UNKNOWN
            return (ref.path or (ref.name,))[-1]
        is_known = self._is_of_sdk(decorator, path) and not decorator.is_open
        return "" if is_known else "?"

    def _decorator(self, decorators: Iterable[Decorator], name: str, path: str) -> Decorator | None:
        for decorator in decorators:
            if name in self.roots.decorator_names(decorator, path):
                return opened(decorator, path, self.resolver)
        return None

    def _name(self, decorator: Decorator | None, called: str, path: str) -> str:
        """Return what a definition is called by; ``""`` if other code decides."""
        if decorator is None:
            return ""
        if not self._is_of_sdk(decorator, path):
            given = passed_on(self.roots, decorator, path)
            return self.text(given, path) or "" if given is not None else ""
        given = decorator.option("name")
        if given is None and decorator.is_open:
            return ""
        if given is None or given.type is ValueType.NONE:
            return called
        return self.text(given, path) or ""

    def _is_of_sdk(self, decorator: Decorator, path: str) -> bool:
        found = self.resolver.resolve(decorator.target, path)
        return all(isinstance(e, ExternalValue) and e.name.startswith("temporalio.") for e in found)

    def text(self, value: Value, path: str) -> str | None:
        """Return a text that stands there, or that is a constant."""
        if value.type is ValueType.NAME:
            constant = self.resolver.constant(value.ref, path)
            if constant is None:
                return None
            value = constant[0]
        return value.text if value.type is ValueType.STR else None

    def _exceptions(self, decorator: Decorator | None, path: str) -> tuple[str, ...] | None:
        given = decorator.option("failure_exception_types") if decorator is not None else None
        if given is None:
            return None if decorator is not None and decorator.is_open else ()
        if given.type is ValueType.NAME:
            given, path = self.resolver.constant(given.ref, path) or (given, path)
        refs = [value.ref for value in given.values] or list(given.ref.others)
        is_whole = given.type in _DISPLAYS and given.complete
        names = [self.dotted_name(ref, path) for ref in refs]
        return tuple(names) if is_whole and all(names) else None

    def dotted_name(self, ref: Ref, path: str) -> str:
        """Return the dotted name of the one class or function that a ref stands for, or ``""``."""
        found = self.resolver.resolve(ref, path)
        if len(found) != 1:
            return ""
        (only,) = found
        if isinstance(only, ClassValue):
            return f"{self.resolver.store.load(only.cls.path).facts.name}.{only.cls.qualname}"
        return only.name if isinstance(only, ExternalValue) else ""


def _is_true(decorator: Decorator | None, option: str) -> bool:
    value = decorator.option(option) if decorator is not None else None
    return value is not None and value.text == "True"
