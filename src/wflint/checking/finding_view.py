"""The view of a finding of a rule's visitor, answered from the whole program."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, TypeVar

from msgspec import msgpack

from wflint.callgraph.effects import FAILS
from wflint.callgraph.graph import Node
from wflint.checking.activity_work import activities_doing
from wflint.checking.afterwards import effect_after
from wflint.checking.circles import imports_back
from wflint.checking.looked_at import is_looked_at
from wflint.checking.pieces import place_of
from wflint.checking.protected import may_be_caught
from wflint.checking.stretches import Stretch
from wflint.checking.time_limits import may_be_stopped
from wflint.checking.woken import may_be_woken
from wflint.diagnostics import Severity
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import UNKNOWN, Finding, FunctionBody, Kind, Ref, Site, ValueType
from wflint.facts.sites import call_at
from wflint.inference.sortable import can_sort_elements
from wflint.inference.type_views import types_of
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
)
from wflint.model.continuing import may_continue
from wflint.rule.finding_view import ActivityWork, Constant
from wflint.rule.loading_view import LateLoad
from wflint.rule.views import Callee, EffectAt, LateImport, Shared, TypeView
from wflint.temporal.api import sdk_calls
from wflint.temporal.effects import Effect
from wflint.temporal.errors import classes_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wflint.callgraph.effects import Function
    from wflint.checking.checker import Checker
    from wflint.rule.command_view import CommandView
    from wflint.rule.definition_views import Beats

T = TypeVar("T")


class FoundView:
    """A finding in the body of ``node``; see :class:`~wflint.rule.finding_view.FindingView`."""

    def __init__(self, checker: Checker, finding: Finding, node: Node, body: FunctionBody) -> None:
        self.message = finding.message
        self.severity = Severity(finding.severity) if finding.severity else None
        self.site = finding.site
        self.function = body.head
        self.settings = checker.settings_of(node.fn.path)
        self._checker = checker
        self._resolver = checker.resolver
        self._finding = finding
        self._asked = finding.asked or UNKNOWN
        self._node = node
        self._body = body

    @property
    def is_run(self) -> bool:
        """True if the function is the run method of a workflow."""
        return self._checker.roots.is_run(self._node.fn)

    @property
    def is_activity(self) -> bool:
        """True if the function is an activity itself."""
        return self._checker.roots.is_activity(self._node.fn)

    def beats(self) -> Beats:
        """Return what is known of the heartbeats of all activities that run the function."""
        return self._checker.heartbeats.of_all(self._node)

    def calls(self) -> Sequence[CommandView]:
        """Return the commands by which workflows call these activities."""
        checker = self._checker
        return checker.calls.leading_to(checker.views.reached, self._node)

    def work_of(self) -> Iterable[ActivityWork]:
        """Yield the activities whose work the function does."""
        checker = self._checker
        for fn in activities_doing(self._node, checker.views.reached, checker.roots):
            callee = checker.callees.of(fn)
            if callee is not None:
                looked_at = partial(self._is_looked_at, fn)
                yield ActivityWork(callee, checker.calls.of(fn), looked_at)

    def _is_looked_at(self, activity: Fn) -> bool:
        """True if all workflow code that calls an activity may look at what it returns."""
        store, roots = self._resolver.store, self._checker.roots
        for at in self._checker.calls.placed(activity):
            fn, site = at.place.fn, at.place.site
            place = place_of(store, fn, site)
            if place is not None and not is_looked_at(place, roots.is_run(fn)):
                return False
        return True

    def read(self, kind: type[T]) -> T:
        """Return the detail that the visitor has noted."""
        return msgpack.decode(self._finding.detail, type=kind)

    def types(self) -> tuple[TypeView, ...]:
        """Return all types that the expression may be; none when any is not known."""
        node = self._node
        return types_of(self._asked, node.fn.path, node.receiver, node.env, self._resolver)

    def number(self) -> int | None:
        """Return the number that the expression stands for, if it is a constant of a module."""
        found = self.constant()
        value = found.value if found is not None else None
        return int(value.text, 0) if value is not None and value.type is ValueType.INT else None

    def constant(self) -> Constant | None:
        """Return the value of the expression, if it is a constant of a module."""
        found = self._resolver.constant(self._asked, self._node.fn.path)
        if found is None:
            return None
        value, path = found
        called = value.ref.of if value.type is ValueType.CALL and not value.ref.path else None
        found_as = self._resolver.resolve(called, path) if called is not None else ()
        names = [e.name if isinstance(e, ExternalValue) else "" for e in found_as]
        return Constant(value, names[0] if len(names) == 1 else "")

    def callee(self) -> Callee | None:
        """Return the one function of the project that the expression refers to."""
        found = {fn for fn, _ in _functions(self._resolved(self._asked))}
        return self._checker.callees.of(found.pop()) if len(found) == 1 else None

    def caught(self) -> tuple[str, ...]:
        """Return the dotted names of the classes that the handler at the place is for."""
        node = self._node
        for tried in self._body.tries:
            for handler in tried.handlers:
                if handler.site == self.site:
                    return self._checker.catching.caught(handler, node.fn.path, node.receiver)
        return ()

    def callees(self, site: Site) -> list[Callee]:
        """Return the functions of the project that are called at a site."""
        nodes = self._checker.summaries.called(self._node, site)
        found = (self._checker.callees.of(fn) for fn in dict.fromkeys(node.fn for node in nodes))
        return [callee for callee in found if callee is not None]

    def effect(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where what the expression refers to has an effect."""
        return self._nearest(self._asked, effect)

    def effect_of_entries(self, effect: Effect) -> EffectAt | None:
        """Return the nearest place where an entry point that leads to the place has an effect."""
        checker = self._checker
        entries = checker.views.reached.entry_points((self._node,))
        ordered = sorted(entries, key=lambda node: (node.fn, node.receiver or Cls("", "")))
        return checker.summaries.nearest(((e.fn, e.receiver) for e in ordered), effect)

    def effect_after(self, effect: Effect) -> EffectAt | None:
        """Return a place with an effect that may come after this one, here or in a caller."""
        return effect_after(self._checker, self._node, self.site, effect)

    def effect_of_call(self, site: Site, effect: Effect) -> EffectAt | None:
        """Return the nearest place where what is called at a site has an effect."""
        return self._checker.summaries.of_call(self._node, site, effect)

    def may_see_order(self, left: Iterable[tuple[str, bool]]) -> bool:
        """True if somebody may look at the order of what gets out of the function."""
        return self._checker.orders.is_seen(self._node, self.site, left)

    def effect_between(self, start: Site, end: Site, effect: Effect) -> EffectAt | None:
        """Return the first place in a stretch of the function that has an effect."""
        return Stretch(self._checker, self._node, self._body).effect(start, end, effect)

    def calls_code_with(self, start: Site, end: Site, pattern: str) -> bool:
        """True if what is called in a stretch of the function has a match of a pattern."""
        return Stretch(self._checker, self._node, self._body).calls_code_with(start, end, pattern)

    def may_be_woken(self) -> bool:
        """True if something else ends a wait there, or wakes the workflow again and again."""
        return may_be_woken(self._checker, self._node)

    @property
    def is_in_main_task(self) -> bool:
        """True if the run method itself runs the function."""
        return self._checker.summaries.is_in_main_task(self._node)

    def may_continue_as_new(self) -> bool:
        """True if a workflow that leads to the place continues as new, or may do so."""
        checker = self._checker
        if self.effect_of_entries(Effect.CONTINUES) is not None:
            return True
        graph = checker.views.reached
        classes = {graph.entries[entry].receiver for entry in graph.entry_points((self._node,))}
        return any(may_continue(checker.resolver, cls) for cls in classes)

    def is_set_by_messages(self, name: str) -> bool:
        """True if only handlers of signals and updates change an attribute of the workflow."""
        cls = self._node.receiver
        workflow = self._checker.definitions.workflow(cls) if cls is not None else None
        return workflow is not None and workflow.is_set_by_messages(name)

    @property
    def is_on_workflow(self) -> bool:
        """True if the function is a method that is called on a workflow."""
        receiver = self._node.receiver
        return receiver is not None and self._checker.roots.is_workflow(receiver)

    def _nearest(self, ref: Ref, effect: Effect) -> EffectAt | None:
        return self._checker.summaries.nearest(_functions(self._resolved(ref)), effect)

    def waits_for_command(self) -> bool:
        """True if the place waits for what a command gives, such as the result of an activity."""
        return any(self._awaits(ref, Effect.COMMAND) for ref in self._finding.awaited)

    def may_fail_by_command(self) -> bool:
        """True if the place waits for what ends by the error of a command that fails."""
        return any(self._awaits(ref, FAILS) for ref in self._finding.awaited)

    def _awaits(self, ref: Ref, effect: Effect) -> bool:
        """True if awaiting a function has an effect, by itself or through what it calls."""
        for entity in self._resolved(ref):
            call = sdk_calls().get(entity.name) if isinstance(entity, ExternalValue) else None
            does = call.does if call is not None else Effect(0)
            if call is not None and call.gives_activity:
                does |= Effect.AWAITS_ACTIVITY
            if does & effect:
                return True
        return self._nearest(ref, effect) is not None

    def _resolved(self, ref: Ref) -> tuple[AbstractValue, ...]:
        node = self._node
        return self._resolver.resolve(ref, node.fn.path, node.receiver, env=node.env)

    def external_bases(self) -> frozenset[str]:
        """Return the classes outside the project that the class of the expression derives from."""
        found: set[str] = set()
        for entity in self._resolved(self._asked):
            if isinstance(entity, (ClassValue, InstanceValue)):
                found.update(self._resolver.order(entity.cls)[1])
        return frozenset(found)

    def command(self) -> CommandView | None:
        """Return the command that the call at the place gives."""
        node, checker = self._node, self._checker
        call = call_at(self._body, self.site)
        for entity in self._resolved(call.target) if call is not None else ():
            sdk = sdk_calls().get(entity.name) if isinstance(entity, ExternalValue) else None
            if call is not None and sdk is not None and isinstance(entity, ExternalValue):
                view = checker.views.of_external(node, call, entity)
                return checker.commands.view(node, view, sdk, entity)
        return None

    def may_be_caught(self, error: str) -> bool:
        """True if a handler around the place may get an error, here or in a caller."""
        return may_be_caught(self._checker, self._node, self.site, classes_of(error))

    def may_be_stopped(self) -> bool:
        """True if something on the way to the place may end what runs there after some time."""
        checker = self._checker
        entries = checker.views.reached.entry_points([self._node])
        workflows = (entry.receiver for entry in entries)
        if any(cls is not None and checker.starts.have_limit(cls) for cls in workflows):
            return True
        return may_be_stopped(checker, self._node, self.site)

    def fails_task(self, error: str) -> bool:
        """True if an error that comes out of the place makes the workflow task fail."""
        return self._checker.escapes.fails_task(self._node, self.site, classes_of(error))

    def is_raised_to_fail_task(self, name: str) -> bool:
        """True if an error of a class of the module makes a workflow task fail."""
        return self._checker.own_errors.fails_task(Cls(self._node.fn.path, name))

    def is_always_given(self, name: str, keyword: str) -> bool:
        """True if all calls that make an object of a class of the module pass an argument."""
        return self._checker.own_errors.always_given(Cls(self._node.fn.path, name), keyword)

    def is_passed_through(self) -> bool:
        """True if the sandbox passes the module of the place through."""
        return self._checker.sandboxes.is_shared(self._node.fn.path, self._node.receiver)

    def is_restricted(self) -> bool:
        """True if the restrictions of the sandbox surely hold for the code."""
        return self._checker.sandboxes.restricts(self._node.fn.path, self._node.receiver)

    def is_made_restricted(self) -> bool:
        """True if such code makes the object that the expression refers to."""
        ref, path = self._asked, self._node.fn.path
        if ref.kind is Kind.RESULT:
            return self.is_restricted()
        held = self._resolver.constant(ref, path)
        return held is not None and self._checker.sandboxes.restricts(held[1])

    def missing(self, late: LateImport) -> str:
        """Return the module that an import would load while a workflow runs, or ``""``."""
        return self._checker.late_imports.missing(late, self._node)

    def loads(self, module: str) -> LateLoad:
        """Return what importing a module there leads to outside of the project."""
        return self._checker.late_imports.loads(module, self._node)

    def imports_back(self, module: str) -> bool:
        """True if a module imports the one that the place is in, directly or through others."""
        checker, code = self._checker, self._finding.code
        late = checker.late_imports.of(checker.views.reached, code)
        return imports_back(self._resolver, module, self._node.fn.path, late)

    def shared(self) -> Shared | None:
        """Return what holds the object that workflow code changes, if it outlives the workflow."""
        checker, node, asked = self._checker, self._node, self._finding.asked
        found = checker.shared.holder(asked, node.fn.path, node.receiver)
        return found if found is not None else checker.receivers.holder(asked, node)

    @property
    def is_in_tests(self) -> bool:
        """True if the file is a test."""
        return self._checker.is_test(self._node.fn.path)

    def can_sort(self) -> bool | None:
        """Return if what is in the expression can be put in order, if that is known."""
        node = self._node
        return can_sort_elements(self._asked, node.fn.path, node.receiver, node.env, self._resolver)

    def source(self) -> str:
        """Return the text of the module."""
        return self._resolver.store.load(self._node.fn.path).source.searchable


def _functions(entities: Iterable[AbstractValue]) -> list[Function]:
    return [(e.fn, e.receiver) for e in entities if isinstance(e, FunctionValue)]
