"""The Workers of a program, with what they register and how they run it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property, partial
from typing import NamedTuple, TypeVar

from msgspec.structs import replace

from wflint.facts.ids import MODULE_BODY, Cls, Fn
from wflint.facts.model import Kind, Ref
from wflint.inference.values import (
    AbstractValue,
    ClassValue,
    ExternalValue,
    FunctionValue,
    InstanceValue,
)
from wflint.model.definitions import Definitions
from wflint.model.elements import Elements
from wflint.model.listings import Listing
from wflint.model.lists import Element, Lists, shown
from wflint.model.options import options_of
from wflint.model.options_elsewhere import OptionsElsewhere
from wflint.model.places import call_at
from wflint.model.worker_calls import Given, WorkerCall, worker_calls
from wflint.rule.definition_views import ActivityView, WorkflowView
from wflint.rule.place import Place
from wflint.rule.worker_view import ElementForm, Listed, ListElement, RunnerKind, WorkerView

_WORKER = "temporalio.worker.Worker"
_PLUGINS = frozenset({"temporalio.plugin.SimplePlugin", "temporalio.worker.Plugin"})
_FREE = "UnsandboxedWorkflowRunner"
_SANDBOXED = "SandboxedWorkflowRunner"
_UNKNOWN_OPTIONS = "its options are not known"

T = TypeVar("T")


class _Call(NamedTuple):
    call: WorkerCall
    path: str


class Workers:
    """Finds the Workers that some files make; ``is_test`` tells tests."""

    def __init__(
        self,
        definitions: Definitions,
        lists: Lists,
        paths: Iterable[str],
        is_test: Callable[[str], bool],
    ) -> None:
        self._definitions = definitions
        self._resolver = definitions.resolver
        self._store = definitions.resolver.store
        self._lists = lists
        self._found = paths
        self._is_test = is_test
        self._elements = Elements(definitions)
        self._elsewhere = OptionsElsewhere(definitions.resolver)

    @cached_property
    def _paths(self) -> list[str]:
        return list(self._found)

    @cached_property
    def workers(self) -> tuple[WorkerView, ...]:
        """Return all Workers in the order of the files."""
        return tuple(self._worker(call) for call in self._calls if self._makes_worker(call))

    @cached_property
    def others(self) -> Listed[ActivityView]:
        """Return the activities that something else than a Worker is given to register."""
        found: list[ActivityView] = []
        elements: list[ListElement[ActivityView]] = []
        reason = ""
        for call, path in self._calls:
            given = call.keywords.get("activities")
            if given is None or self._makes_worker(_Call(call, path)) or self._is_own(call, path):
                continue
            listed = self._listed(given.listing, path, self._activity)
            found += listed.items
            elements += listed.elements
            reason = reason or ("" if self._is_test(path) else listed.open)
        return Listed(tuple(dict.fromkeys(found)), reason, tuple(elements))

    def has_object(self, fn: Fn) -> bool | None:
        """True if a method is registered from an object, ``None`` if that is not known."""
        forms = self._forms.get(fn, set())
        return ElementForm.BOUND in forms if len(forms) == 1 else None

    def is_elsewhere(self, cls: Cls, queue: str) -> bool:
        """True if Workers register a workflow, and none of them listens on a task queue."""
        registering = [w for w in self.workers if any(v.cls == cls for v in w.workflows.items)]
        return bool(registering) and all(w.task_queue not in (None, queue) for w in registering)

    @cached_property
    def _forms(self) -> dict[Fn, set[ElementForm]]:
        """The ways in which activities are registered, by their functions."""
        found: dict[Fn, set[ElementForm]] = {}
        for listed in (*(worker.activities for worker in self.workers), self.others):
            for element in listed.elements:
                if element.definition is not None:
                    found.setdefault(element.definition.place.fn, set()).add(element.form)
        return found

    @cached_property
    def _calls(self) -> list[_Call]:
        found = []
        for path in self._paths:
            with self._store.faults.at(path):
                calls = worker_calls(self._store.load(path))
                found += [_Call(self._complete(call, path), path) for call in calls]
        return found

    def _complete(self, call: WorkerCall, path: str) -> WorkerCall:
        """Return a call with all that it is given; a `partial` has got arguments before."""
        found = self._resolver.resolve(call.callee, path)
        is_partial = any(isinstance(entity, ExternalValue) and entity.partial for entity in found)
        complete = self._elsewhere.complete(call, path)
        return replace(complete, spread=True) if is_partial else complete

    @cached_property
    def _has_own_plugin(self) -> bool:
        """True if the project has a plugin of its own; clients give them to Workers as well."""
        classes = (
            Cls(path, qualname)
            for path in self._paths
            for qualname in self._store.load(path).facts.classes
        )
        orders = (self._resolver.order(cls)[1] for cls in classes)
        return any(not _PLUGINS.isdisjoint(externals) for externals in orders)

    def _makes_worker(self, at: _Call) -> bool:
        return any(
            (isinstance(e, ExternalValue) and e.name == _WORKER)
            or (isinstance(e, ClassValue) and _WORKER in self._resolver.order(e.cls)[1])
            for e in self._resolver.resolve(at.call.callee, at.path)
        )

    def _is_own(self, call: WorkerCall, path: str) -> bool:
        """True for a call of a function or class of the project: what it makes is seen there."""
        found = self._resolver.resolve(call.callee, path)
        return any(isinstance(entity, (ClassValue, FunctionValue)) for entity in found)

    # One Worker.

    def _worker(self, at: _Call) -> WorkerView:
        call, path = at
        plugins = self.names("plugins", call, path)
        return WorkerView(
            path,
            self._registered("workflows", at, self._workflow),
            self._more(self._registered("activities", at, self._activity), at),
            self._runner(call),
            self._passthrough(call),
            plugins,
            self.names("interceptors", call, path),
            self.names("workflow_failure_exception_types", call, path),
            self._is_given(call, "activity_executor"),
            self._is_set(call, "debug_mode"),
            frozenset(call.keywords),
            self._is_test(path),
            options_of(call, path, self._resolver),
            self._changed(at, plugins),
            partial(self._place, at),
            partial(self._text, call.keywords.get("task_queue"), path, call),
            self._is_of_sdk(at),
        )

    def _is_of_sdk(self, at: _Call) -> bool:
        found = self._resolver.resolve(at.call.callee, at.path)
        return all(isinstance(e, ExternalValue) and e.name == _WORKER for e in found)

    def _changed(self, at: _Call, plugins: Listed[str]) -> str:
        """Return what may give a Worker other options than those that stand there."""
        if at.call.spread:
            return _UNKNOWN_OPTIONS
        if not self._is_of_sdk(at):
            return "its class may set them"
        if self._has_own_plugin:
            return "a plugin of the project may set them"
        if plugins.open:
            return f"its plugins are not known: {plugins.open}"
        foreign = (name for name in plugins.items if not name.startswith("temporalio."))
        return next((f"its plugin `{name}` may set them" for name in foreign), "")

    def _registered(
        self, option: str, at: _Call, find: Callable[[AbstractValue], T | None]
    ) -> Listed[T]:
        given = at.call.keywords.get(option)
        if given is None:
            return Listed((), _UNKNOWN_OPTIONS if at.call.spread else "")
        return self._listed(given.listing, at.path, find)

    def _listed(
        self, listing: Listing, path: str, find: Callable[[AbstractValue], T | None]
    ) -> Listed[T]:
        expanded = self._lists.expand(listing, path)
        items: dict[T, None] = {}
        reason = expanded.open
        elements = (self._elements.of(element, find) for element in expanded.elements)
        for element in expanded.elements:
            for entity in self._entities(element):
                item = find(entity)
                if item is not None:
                    items[item] = None
                elif not isinstance(entity, ExternalValue):
                    reason = reason or f"it is not known what `{shown(element.ref)}` is"
        return Listed(tuple(items), reason, tuple(one for one in elements if one is not None))

    def _entities(self, element: Element) -> tuple[AbstractValue, ...]:
        return self._resolver.resolve(element.ref, element.path)

    def _activity(self, entity: AbstractValue) -> ActivityView | None:
        if isinstance(entity, FunctionValue):
            return self._definitions.activity(entity.fn)
        if isinstance(entity, (ClassValue, InstanceValue)):
            return self._definitions.callable_activity(entity.cls)
        return None

    def _workflow(self, entity: AbstractValue) -> WorkflowView | None:
        return self._definitions.workflow(entity.cls) if isinstance(entity, ClassValue) else None

    def _more(self, listed: Listed[ActivityView], at: _Call) -> Listed[ActivityView]:
        """Take into account that a plugin of the project may add activities."""
        given = at.call.keywords.get("plugins")
        if listed.open:
            return listed
        if self._has_own_plugin:
            return replace(listed, open="a plugin of the project may add to them")
        expanded = self._lists.expand(given.listing, at.path) if given is not None else None
        if expanded is not None and expanded.open:
            return replace(listed, open=f"its plugins are not known: {expanded.open}")
        elements = expanded.elements if expanded is not None else ()
        for element in elements:
            if not all(isinstance(entity, ExternalValue) for entity in self._entities(element)):
                reason = f"its plugin `{shown(element.ref)}` may add to them"
                return replace(listed, open=reason)
        return listed

    def names(self, option: str, call: WorkerCall, path: str) -> Listed[str]:
        """Return the dotted names of what an option is given, or of the classes of the objects."""
        given = call.keywords.get(option)
        if given is None:
            return Listed((), _UNKNOWN_OPTIONS if call.spread else "")
        expanded = self._lists.expand(given.listing, path)
        items: dict[str, None] = {}
        reason = expanded.open
        for element in expanded.elements:
            ref = element.ref
            made = ref.of if ref.kind is Kind.RESULT and ref.of and not ref.path else ref
            name = self._definitions.dotted_name(made, element.path)
            if name:
                items[name] = None
            else:
                reason = reason or f"it is not known what `{shown(ref)}` is"
        return Listed(tuple(items), reason)

    def _runner(self, call: WorkerCall) -> RunnerKind:
        if call.runner is None:
            is_default = "workflow_runner" not in call.keywords and not call.spread
            return RunnerKind.SANDBOXED if is_default else RunnerKind.UNKNOWN
        is_free, is_sandboxed = _FREE in call.runner.words, _SANDBOXED in call.runner.words
        if is_free == is_sandboxed:
            return RunnerKind.UNKNOWN
        return RunnerKind.UNSANDBOXED if is_free else RunnerKind.SANDBOXED

    def _passthrough(self, call: WorkerCall) -> Listed[str]:
        if call.runner is None:
            return Listed((), _UNKNOWN_OPTIONS if call.spread else "")
        is_plain = not call.runner.vague and self._runner(call) is not RunnerKind.UNKNOWN
        reason = "" if is_plain else "its runner cannot be followed"
        return Listed(tuple(dict.fromkeys(call.runner.passed)), reason)

    def _text(self, given: Given | None, path: str, call: WorkerCall) -> str | None:
        if given is None or given.text is not None:
            return given.text if given is not None else None
        if given.ref.kind is Kind.PARAM and not given.ref.path:
            return self._text_of_param(given.ref, path)
        constant = self._resolver.constant(given.ref, path)
        return self._definitions.text(*constant) if constant is not None else None

    def _text_of_param(self, ref: Ref, path: str) -> str | None:
        """Return the one text that all callers of a function give it."""
        fn = Fn(path, ref.owner)
        head = self._store.head(fn)
        texts: set[str | None] = set()
        for call, at in self._lists.callers(fn) if head is not None else ():
            assert head is not None
            given = self._lists.argument(call, head, ref.name)[0] if call is not None else None
            is_param = given is None or given.ref.kind is Kind.PARAM
            texts.add(None if is_param or call is None else self._text(given, at, call))
        return texts.pop() if len(texts) == 1 else None

    def _is_given(self, call: WorkerCall, option: str) -> bool | None:
        given = call.keywords.get(option)
        if given is None:
            return None if call.spread else False
        if given.word == "None":
            return False
        return None if given.ref.kind is Kind.PARAM else True

    def _is_set(self, call: WorkerCall, option: str) -> bool | None:
        given = call.keywords.get(option)
        if given is None:
            return None if call.spread else False
        return {"True": True, "False": False}.get(given.word)

    def _place(self, at: _Call) -> Place:
        found = call_at(self._store, at.path, at.call.offset)
        return found or Place(Fn(at.path, MODULE_BODY), 0)
