"""Entry points, activities and trusted functions: where workflow code begins and ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct, field

from wflint.callgraph.entry.applied import Applied, Given
from wflint.callgraph.entry.by_call import ByCall
from wflint.callgraph.entry.hooks import CODE_IN_WORKFLOWS, READ_ONLY
from wflint.callgraph.entry.told import Told
from wflint.facts.ids import Cls, Fn, shown_name
from wflint.facts.model import ClassFacts, Decorator, FunctionHead, Kind
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue, FunctionValue
from wflint.project.module import Module
from wflint.standard_library import STANDARD_MODULES
from wflint.temporal.decorators import (
    ACTIVITY,
    DEFN,
    HANDLERS,
    QUERY,
    RUN,
    VALIDATOR,
    EntryNames,
    Meanings,
    region_of,
)
from wflint.temporal.libraries import called_activities, function_decorators, library_of
from wflint.temporal.regions import Region

_ELSEWHERE = ("nexusrpc.handler.", "temporalio.nexus.", "langgraph.func.task")
"""Beginnings of decorators whose functions run outside of workflows without being activities."""

_NO_FRAMEWORKS = frozenset({"?", "attr", "attrs", "pydantic", "temporalio", "typing_extensions"})
"""Packages that make no workflows, and call no methods, by their decorators and base classes."""


class Entry(NamedTuple):
    """One entry point: a method, the class it is called on, and the name it is shown by.

    ``kind`` has the regions that begin there; more than one if several decorators stand on it.
    """

    fn: Fn
    receiver: Cls
    shown: str
    kind: Region


class Found(Struct):
    """The entry points of some modules, and what they define."""

    entries: list[Entry] = field(default_factory=list)
    workflows: list[Cls] = field(default_factory=list)
    activities: int = 0


class EntryPoints:
    """Tells workflows, activities and handlers by their decorators and bases.

    ``by_call`` has what calls in the modules that were read apply to classes and functions.
    ``naming`` are the files that may tell a library to run on Temporal.
    """

    def __init__(
        self,
        resolver: Resolver,
        names: EntryNames,
        importer: str,
        naming: Iterable[str] = (),
    ) -> None:
        self.resolver = resolver
        self.names = names
        self._own_names = self._resolve_own(importer)
        self.applied = Applied(resolver, Meanings(names), self._own_names)
        self.by_call = ByCall(self.applied)
        self.told = Told(resolver.store, naming, names.told)
        self._activities: dict[Fn, bool] = {}
        prefixes = {n[:-1] for n in names.deterministic if n.endswith(".*")}
        prefixes |= {f"{n}." for n in (names.safe_loggers | names.deterministic) if n[-1] != "*"}
        self._blessed_prefixes = tuple(sorted(prefixes))
        of_settings = set().union(*names.groups())
        self._named_packages = {name.partition(".")[0] for name in of_settings}
        own = names.workflow_decorators | names.workflow_bases
        self._own_packages = {name.rpartition(".")[0] for name in own}

    def _resolve_own(self, importer: str) -> dict[Fn | Cls, set[str]]:
        """The configured names that are defined in the project itself.

        The names that are only known of libraries are for those who use them: the libraries can do
        without what they wrap.
        """
        found: dict[Fn | Cls, set[str]] = {}
        for name in sorted(set().union(*self.names.groups())):
            if library_of(name) is not None and name not in self.names.told:
                continue
            for entity in self.resolver.dotted(name, importer):
                if isinstance(entity, FunctionValue):
                    found.setdefault(entity.fn, set()).add(name)
                elif isinstance(entity, ClassValue):
                    found.setdefault(entity.cls, set()).add(name)
        return found

    def decorator_names(self, decorator: Decorator, path: str) -> set[str]:
        """The qualified names that a decorator may stand for."""
        found = self.applied.names(self.resolver.resolve(decorator.target, path))
        return found if all(self.told.holds(name, path) for name in found) else set()

    def is_workflow(self, cls: Cls) -> bool:
        """True if a class is a workflow: by a decorator, a call, a base class, or a Worker."""
        return self.is_made(cls) or (cls in self.by_call.listed and self._exists(cls))

    def _exists(self, cls: Cls) -> bool:
        return self.resolver.facts_of(cls) is not None

    def is_made(self, cls: Cls) -> bool:
        """True if something makes a class a workflow, other than a Worker that takes it for one."""
        facts = self.resolver.facts_of(cls)
        if facts is None:
            return False
        if any(DEFN in self.decorator_names(d, cls.path) for d in facts.decorators):
            return True
        if DEFN in self.by_call.of_class(cls) or self._is_defined_by_base(cls):
            return True
        if self._is_marked_by_others(cls, facts):
            return True
        if not self.names.workflow_bases:
            return False
        order, externals = self.resolver.order(cls)
        own = set().union(*(self._own_names.get(c, set()) for c in order[1:]))
        return bool(self.names.workflow_bases & (own | set(externals)))

    def _is_defined_by_base(self, cls: Cls) -> bool:
        """True if ``__init_subclass__`` or a metaclass makes a workflow of a class with a run."""
        applied = self.applied.to_subclasses(cls)
        run_by_name = {given.attribute for given, names in applied.items() if RUN in names}
        return DEFN in applied.get(Given(""), ()) and any(
            head.name in run_by_name or RUN in self.handler_names(head, base.path)
            for base, head in self.methods(cls)
        )

    def _is_marked_by_others(self, cls: Cls, facts: ClassFacts) -> bool:
        """True if a class with a run method has a decorator of a package that nobody looks into.

        The SDK runs no such method of a class that is no workflow, so the decorator makes it one.
        """
        heads = facts.methods.values() if self._packages(facts.decorators, cls.path) else ()
        return any(RUN in self.handler_names(head, cls.path) for head in heads)

    def _packages(self, decorators: Iterable[Decorator], path: str) -> set[str]:
        """The packages of others that decorators come from."""
        found: set[str] = set()
        for decorator in decorators:
            for entity in self.resolver.resolve(decorator.target, path):
                if isinstance(entity, ExternalValue) and self.is_of_others(entity.name):
                    found.add(entity.name.partition(".")[0])
        return found

    def is_of_others(self, name: str) -> bool:
        """True for a name of a package of which it is not known what its decorators do."""
        top = name.partition(".")[0]
        return top not in _NO_FRAMEWORKS and top not in STANDARD_MODULES

    def is_trusted(self, fn: Fn) -> bool:
        """True if the settings say that a function is fine in a workflow."""
        if self._own_names.get(fn, set()) & (self.names.deterministic | self.names.safe_loggers):
            return True
        if not self._blessed_prefixes:
            return False
        name = f"{self.resolver.store.load(fn.path).facts.name}.{fn.qualname}"
        return name.startswith(self._blessed_prefixes)

    def is_activity(self, fn: Fn) -> bool:
        """True if a function is an activity."""
        known = self._activities.get(fn)
        if known is None:
            known = self._activities[fn] = ACTIVITY in self._of_definition(fn)
        return known or ACTIVITY in self.by_call.of_function(fn)

    def is_boundary(self, fn: Fn) -> bool:
        """True if workflow code ends at a function: at activities, Nexus handlers and the like."""
        if self.is_activity(fn):
            return True
        names = self._decorators(fn)
        return any(n.startswith(_ELSEWHERE) for n in names) or bool(names & called_activities())

    def _decorators(self, fn: Fn) -> set[str]:
        return self._of_definition(fn) | self.by_call.of_function(fn)

    def _of_definition(self, fn: Fn) -> set[str]:
        head = self.resolver.store.head(fn)
        names = (self.decorator_names(d, fn.path) for d in (head.decorators if head else ()))
        return set().union(*names)

    def sandbox_of_library(self, cls: Cls) -> tuple[frozenset[str], bool]:
        """Return what a library passes through for a workflow, and whether it has no sandbox.

        That is one whose decorator it has, or from whose class it derives.
        """
        facts = self.resolver.facts_of(cls)
        for decorator in facts.decorators if facts is not None else ():
            for name in self.decorator_names(decorator, cls.path):
                library = library_of(name)
                option = decorator.option(library.free_option) if library is not None else None
                if library is not None:
                    is_free = option is not None and option.text == "False"
                    return frozenset(library.passes), library.free or is_free
        for name in self.resolver.order(cls)[1]:
            library = library_of(name)
            if library is not None:
                return frozenset(library.passes), library.free
        return frozenset(), False

    def is_run(self, fn: Fn) -> bool:
        """True if a method is decorated with ``@workflow.run``."""
        return RUN in self._decorators(fn)

    def handles(self, fn: Fn) -> Region:
        """Return what kinds of handler a method is by its decorators."""
        return region_of(self._decorators(fn)) & Region.HANDLER

    def is_read_only(self, fn: Fn) -> bool:
        """True if a method is a query handler or an update validator: it may change nothing."""
        head = self.resolver.store.head(fn)
        if head is None:
            return False
        if self._decorators(fn) & {QUERY, VALIDATOR}:
            return True
        return any(d.written == "validator" for d in head.decorators)

    def find(self, module: Module) -> Found:
        """The entry points that a module defines, in source order."""
        found = Found()
        for cls_facts in module.facts.classes.values():
            cls = Cls(module.path, cls_facts.qualname)
            if self.is_workflow(cls):
                found.workflows.append(cls)
                found.entries.extend(self.handlers(cls))
            else:
                found.entries.extend(self._hooks(cls))
        found.entries.extend(self._functions(module))
        found.activities = sum(
            self.is_activity(Fn(module.path, name)) for name in module.facts.functions
        )
        return found

    def _functions(self, module: Module) -> Iterator[Entry]:
        """Functions that run in a workflow without being methods of one.

        A call makes them handlers of a class made by code, or gives them to a framework, or a
        library makes a workflow of each.
        """
        for qualname, own in module.facts.functions.items():
            made = Fn(module.path, qualname)
            if own.decorators and not own.owner and self._is_made_workflow(made):
                yield Entry(made, Cls(module.path, ""), made.shown, Region.HOOK)
        for fn in self.by_call.functions_in(module.path):
            head = module.facts.functions.get(fn.qualname)
            if head is not None and not head.owner:
                kind = region_of(self.by_call.of_function(fn))
                yield Entry(fn, Cls(module.path, ""), fn.shown, kind)

    def _is_made_workflow(self, fn: Fn) -> bool:
        return not function_decorators().isdisjoint(self._of_definition(fn))

    def methods(self, cls: Cls) -> Iterator[tuple[Cls, FunctionHead]]:
        """The methods that a class has, with the classes that they are defined in."""
        seen: set[str] = set()
        for base in self.resolver.order(cls)[0]:
            facts = self.resolver.facts_of(base)
            methods = facts.methods if facts is not None else {}
            for key, head in methods.items():
                if key.partition("#")[0] not in seen:
                    yield base, head
            seen.update(key.partition("#")[0] for key in methods)

    def handlers(self, cls: Cls) -> Iterator[Entry]:
        """The methods of a workflow that the SDK calls, or a framework does."""
        attributes = self._of_attributes(cls)
        frameworks = self._frameworks(cls)
        for base, head in self.methods(cls):
            names = attributes.get(head.name, set()) & HANDLERS
            names |= self.handler_names(head, base.path)
            is_init = head.name == "__init__"
            if names or is_init or self._is_of_framework(head, base.path, frameworks):
                name = shown_name(f"{cls.qualname}.{head.name}")
                kind = Region.INIT if is_init else region_of(names)
                yield Entry(Fn(base.path, head.qualname), cls, name, kind)

    def _frameworks(self, cls: Cls) -> set[str]:
        """The packages that mark a class besides the SDK: by a decorator, or as a base class.

        Of a package that the settings name, they name what it calls.
        """
        order, externals = self.resolver.order(cls)
        found = {name.partition(".")[0] for name in externals if self.is_of_others(name)}
        for base in order:
            facts = self.resolver.facts_of(base)
            found |= self._packages(facts.decorators, base.path) if facts is not None else set()
        return found - self._named_packages

    def _is_of_framework(self, head: FunctionHead, path: str, frameworks: set[str]) -> bool:
        """True for a method that a framework calls in the workflow: it marks class and method."""
        if not frameworks or self.is_boundary(Fn(path, head.qualname)):
            return False
        return not frameworks.isdisjoint(self._packages(head.decorators, path))

    def handler_names(self, head: FunctionHead, path: str) -> set[str]:
        """The decorators of the SDK that make a method a handler."""
        names = set(self.by_call.of_function(Fn(path, head.qualname)))
        for decorator in head.decorators:
            for name in self.decorator_names(decorator, path):
                names |= {name, *self._of_own_package(name)}
            # `@some_update.validator`: an attribute of another method of the class
            if decorator.written == "validator" and decorator.target.kind is Kind.GLOBAL:
                names.add(VALIDATOR)
        return names & HANDLERS

    def _of_attributes(self, cls: Cls) -> dict[str, set[str]]:
        """Return what decorators, bases and calls apply to methods of a class, by their names."""
        found: dict[str, set[str]] = {}
        for base in self.resolver.order(cls)[0]:
            for name, names in self.by_call.of_attributes(base).items():
                found.setdefault(name, set()).update(names)
            for name, names in self._in_class_body(base):
                found.setdefault(name, set()).update(names)
            for given, applied in self._by_class_decorators(base):
                found.setdefault(given.attribute, set()).update(applied)
        for given, applied in self.applied.to_subclasses(cls).items():
            found.setdefault(given.attribute, set()).update(applied)
        return found

    def _in_class_body(self, cls: Cls) -> Iterator[tuple[str, set[str]]]:
        """``run = workflow.run(_run)``: the decorated method, and the decorators."""
        facts = self.resolver.facts_of(cls)
        for ref in facts.attributes.values() if facts is not None else ():
            given = ref.others[0] if ref.others else ref
            if ref.kind is Kind.RESULT and ref.of is not None and given.kind is Kind.GLOBAL:
                yield given.name, self.applied.names(self.resolver.resolve(ref.of, cls.path))

    def _by_class_decorators(self, cls: Cls) -> Iterator[tuple[Given, frozenset[str]]]:
        facts = self.resolver.facts_of(cls)
        for decorator in facts.decorators if facts is not None else ():
            for entity in self.resolver.resolve(decorator.target, cls.path):
                if isinstance(entity, FunctionValue):
                    for body in self.resolver.store.with_nested(entity.fn):
                        inner = Fn(entity.fn.path, body.head.qualname)
                        yield from self.applied.to_params(inner).items()

    def _of_own_package(self, name: str) -> set[str]:
        """`acme.temporal.run`, where `acme.temporal.workflow` is a decorator of the settings."""
        package, _, last = name.rpartition(".")
        meaning = f"temporalio.workflow.{last}"
        return {meaning} & HANDLERS if package in self._own_packages else set()

    def _hooks(self, cls: Cls) -> Iterator[Entry]:
        """The methods of an interceptor or converter that the SDK calls inside workflows."""
        externals = set(self.resolver.order(cls)[1])
        hooks = [names for base, names in CODE_IN_WORKFLOWS.items() if base in externals]
        facts = self.resolver.facts_of(cls)
        for head in (facts.methods if facts is not None else {}).values():
            if any(head.name in names for names in hooks):
                kind = Region.READ_HOOK if head.name in READ_ONLY else Region.HOOK
                yield Entry(Fn(cls.path, head.qualname), cls, head.qualname, kind)
