"""Where workflow code begins and where it ends: entry points, activities, blessed functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct, field

from wflint.facts.model import Decorator, FunctionHead, Kind
from wflint.program.entities import External, OwnClass, OwnFunction
from wflint.program.questions import answered
from wflint.program.resolve import Resolver
from wflint.program.store import Cls, Fn, Module, shown_name

_WORKFLOW = "temporalio.workflow"
_HANDLERS = frozenset(
    f"{_WORKFLOW}.{name}" for name in ("run", "signal", "query", "update", "init", "dynamic_config")
)
_CLASS_DECORATORS = frozenset({f"{_WORKFLOW}.defn"})
_ACTIVITY_DECORATORS = frozenset({"temporalio.activity.defn"})
_DECORATORS = _HANDLERS | _CLASS_DECORATORS | _ACTIVITY_DECORATORS
_ELSEWHERE = ("nexusrpc.handler.", "temporalio.nexus.", "langgraph.func.task")
"""Beginnings of decorators whose functions run outside of workflows without being activities."""

_CONVERTER = frozenset({"__init__", "encoding", "from_payload", "to_payload"}) | {
    "from_payloads",
    "from_payloads_wrapper",
    "to_payloads",
    "to_payloads_wrapper",
}
_FAILURE = frozenset({"__init__", "from_failure", "to_failure"})
_INBOUND = frozenset(
    {
        "__init__",
        "execute_workflow",
        "handle_query",
        "handle_signal",
        "handle_update_handler",
        "handle_update_validator",
        "init",
    }
)
_OUTBOUND = frozenset(
    {
        "__init__",
        "continue_as_new",
        "info",
        "init",
        "signal_child_workflow",
        "signal_external_workflow",
        "start_activity",
        "start_child_workflow",
        "start_local_activity",
        "start_nexus_operation",
    }
)
_CODE_IN_WORKFLOWS: dict[str, frozenset[str]] = {
    "temporalio.converter.CompositePayloadConverter": _CONVERTER,
    "temporalio.converter.DefaultFailureConverter": _FAILURE,
    "temporalio.converter.DefaultPayloadConverter": _CONVERTER,
    "temporalio.converter.EncodingPayloadConverter": _CONVERTER,
    "temporalio.converter.FailureConverter": _FAILURE,
    "temporalio.converter.JSONPlainPayloadConverter": _CONVERTER,
    "temporalio.converter.PayloadConverter": _CONVERTER,
    "temporalio.worker.WorkflowInboundInterceptor": _INBOUND,
    "temporalio.worker.WorkflowOutboundInterceptor": _OUTBOUND,
}
"""Base classes, and those of their methods that the SDK calls inside workflows."""


class EntryNames(Struct, frozen=True):
    """The user's own names for what makes workflows and activities."""

    workflow_decorators: frozenset[str] = frozenset()
    activity_decorators: frozenset[str] = frozenset()
    workflow_bases: frozenset[str] = frozenset()
    deterministic: frozenset[str] = frozenset()
    safe_loggers: frozenset[str] = frozenset()


class Entry(NamedTuple):
    """One entry point: a method, the class it is called on, and the name it is shown by."""

    fn: Fn
    receiver: Cls
    shown: str


class Found(Struct):
    """The entry points of some modules, and what they define."""

    entries: list[Entry] = field(default_factory=list)
    workflows: list[Cls] = field(default_factory=list)
    activities: int = 0


class Roots:
    """Tells workflows, activities and handlers by their decorators and bases."""

    def __init__(self, resolver: Resolver, names: EntryNames, importer: str) -> None:
        self.resolver = resolver
        self.names = names
        self._own_names = self._resolve_own(importer)
        self._activities: dict[Fn, bool] = {}
        self._applied: dict[Fn, set[str]] = {}
        prefixes = {n[:-1] for n in names.deterministic if n.endswith(".*")}
        prefixes |= {f"{n}." for n in (names.safe_loggers | names.deterministic) if n[-1] != "*"}
        self._blessed_prefixes = tuple(sorted(prefixes))
        own = names.workflow_decorators | names.workflow_bases
        self._own_packages = {name.rpartition(".")[0] for name in own}

    def _resolve_own(self, importer: str) -> dict[Fn | Cls, set[str]]:
        """The configured names that are defined in the project itself."""
        found: dict[Fn | Cls, set[str]] = {}
        groups = (
            self.names.workflow_decorators,
            self.names.activity_decorators,
            self.names.workflow_bases,
            self.names.deterministic,
            self.names.safe_loggers,
        )
        for name in sorted(set().union(*groups)):
            for entity in self.resolver.dotted(name, importer):
                if isinstance(entity, OwnFunction):
                    found.setdefault(entity.fn, set()).add(name)
                elif isinstance(entity, OwnClass):
                    found.setdefault(entity.cls, set()).add(name)
        return found

    def decorator_names(self, decorator: Decorator, path: str) -> set[str]:
        """The qualified names that a decorator may stand for."""
        names: set[str] = set()
        for entity in self.resolver.resolve(decorator.target, path):
            if isinstance(entity, External):
                names.add(entity.name)
            elif isinstance(entity, OwnFunction):
                names |= self._own_names.get(entity.fn) or self._applied_by(entity.fn)
            elif isinstance(entity, OwnClass):
                names |= self._own_names.get(entity.cls, set())
        return names

    def _applied_by(self, fn: Fn) -> set[str]:
        """The decorators of the SDK that a decorator of the project applies in its turn."""
        # A decorator may be decorated with itself.
        return answered(self._applied, fn, set(), lambda: self._find_applied(fn))

    def _find_applied(self, fn: Fn) -> set[str]:
        store = self.resolver.store
        found: set[str] = set()
        for body in store.with_nested(fn):
            targets = [call.target for call in body.calls] + [use.target for use in body.uses]
            for target in targets:
                for entity in self.resolver.resolve(target, fn.path):
                    if isinstance(entity, External) and entity.name in _DECORATORS:
                        found.add(entity.name)
        return found

    def is_workflow(self, cls: Cls) -> bool:
        """Whether a class is a workflow: by its decorator, or by a base class of the settings."""
        facts = self.resolver.facts_of(cls)
        if facts is None:
            return False
        wanted = _CLASS_DECORATORS | self.names.workflow_decorators
        if any(self.decorator_names(d, cls.path) & wanted for d in facts.decorators):
            return True
        if not self.names.workflow_bases:
            return False
        order, externals = self.resolver.order(cls)
        own = set().union(*(self._own_names.get(c, set()) for c in order[1:]))
        return bool(self.names.workflow_bases & (own | set(externals)))

    def is_blessed(self, fn: Fn) -> bool:
        """Whether the settings say that a function is fine in a workflow."""
        if self._own_names.get(fn, set()) & (self.names.deterministic | self.names.safe_loggers):
            return True
        if not self._blessed_prefixes:
            return False
        name = f"{self.resolver.store.load(fn.path).facts.name}.{fn.qualname}"
        return name.startswith(self._blessed_prefixes)

    def is_activity(self, fn: Fn) -> bool:
        """Whether a function is an activity."""
        known = self._activities.get(fn)
        if known is None:
            wanted = _ACTIVITY_DECORATORS | self.names.activity_decorators
            known = self._activities[fn] = bool(self._decorators(fn) & wanted)
        return known

    def runs_elsewhere(self, fn: Fn) -> bool:
        """Whether workflow code ends at a function: at activities, Nexus handlers and the like."""
        return self.is_activity(fn) or any(n.startswith(_ELSEWHERE) for n in self._decorators(fn))

    def _decorators(self, fn: Fn) -> set[str]:
        head = self.resolver.store.head(fn)
        names = (self.decorator_names(d, fn.path) for d in (head.decorators if head else ()))
        return set().union(*names)

    def is_run(self, fn: Fn) -> bool:
        """Whether a method is decorated with ``@workflow.run``."""
        return f"{_WORKFLOW}.run" in self._decorators(fn)

    def is_read_only(self, fn: Fn) -> bool:
        """Whether a method is a query handler or an update validator: it may change nothing."""
        head = self.resolver.store.head(fn)
        if head is None:
            return False
        is_query = f"{_WORKFLOW}.query" in self._decorators(fn)
        return is_query or any(d.written == "validator" for d in head.decorators)

    def find(self, module: Module) -> Found:
        """The entry points that a module defines, in source order."""
        found = Found()
        for cls_facts in module.facts.classes.values():
            cls = Cls(module.path, cls_facts.qualname)
            if self.is_workflow(cls):
                found.workflows.append(cls)
                found.entries.extend(self._handlers(cls))
            else:
                found.entries.extend(self._hooks(cls))
        found.activities = sum(
            self.is_activity(Fn(module.path, name)) for name in module.facts.functions
        )
        return found

    def _handlers(self, cls: Cls) -> Iterator[Entry]:
        order, _ = self.resolver.order(cls)
        seen: set[str] = set()
        for base in order:
            facts = self.resolver.facts_of(base)
            methods = facts.methods if facts is not None else {}
            for key, head in methods.items():
                if key.partition("#")[0] not in seen and self._is_handler(head, base.path):
                    name = shown_name(f"{cls.qualname}.{head.name}")
                    yield Entry(Fn(base.path, head.qualname), cls, name)
            seen.update(key.partition("#")[0] for key in methods)

    def _is_handler(self, head: FunctionHead, path: str) -> bool:
        if head.name == "__init__":
            return True
        for decorator in head.decorators:
            names = self.decorator_names(decorator, path)
            if names & _HANDLERS or any(self._is_own_handler(name) for name in names):
                return True
            # `@some_update.validator`: an attribute of another method of the class
            if decorator.written == "validator" and decorator.target.kind is Kind.GLOBAL:
                return True
        return False

    def _is_own_handler(self, name: str) -> bool:
        """`acme.temporal.run`, where `acme.temporal.workflow` is a decorator of the settings."""
        package, _, last = name.rpartition(".")
        return package in self._own_packages and f"{_WORKFLOW}.{last}" in _HANDLERS

    def _hooks(self, cls: Cls) -> Iterator[Entry]:
        """The methods of an interceptor or converter that the SDK calls inside workflows."""
        externals = set(self.resolver.order(cls)[1])
        hooks = [names for base, names in _CODE_IN_WORKFLOWS.items() if base in externals]
        facts = self.resolver.facts_of(cls)
        for head in (facts.methods if facts is not None else {}).values():
            if any(head.name in names for names in hooks):
                yield Entry(Fn(cls.path, head.qualname), cls, head.qualname)
