"""Finds the workflows that a library is given to run, of which nobody knows how it does that.

Where a library makes the Worker, the workflows are handed to code that is not part of the project:
`LibraryWorker(workflows=[...])`, `worker.run(workflows=[...])`, `register(OrderWorkflow)`. Its
Worker may have a sandbox, or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from wflint.facts.ids import Cls
from wflint.facts.model import BindingKind, Ref
from wflint.inference.library_types import MODELS, knows_sdk
from wflint.inference.resolver import Resolver
from wflint.inference.values import AbstractValue, ClassValue, ExternalValue, Unresolved
from wflint.model.lists import Lists, shown
from wflint.model.worker_calls import Given, WorkerCall, calls_with
from wflint.project.module import Module

_WORD = re.compile(r"[^\W\d]\w*")
_LIST = "workflows"
_RUN_NOTHING = (*MODELS, "attr.", "attrs.", "pytest.")
"""Packages that hold classes, or call functions with them, and make no Workers."""


class Handed(NamedTuple):
    """A call that is given a workflow: the file, and what is called, as it is written."""

    path: str
    written: str


class ForeignWorkers:
    """Answers for the calls in some files; ``lists`` follows what these are given."""

    def __init__(
        self, resolver: Resolver, paths: Iterable[str], workflows: Sequence[Cls], lists: Lists
    ) -> None:
        self._resolver = resolver
        self._paths = paths
        self._workflows = frozenset(workflows)
        self._lists = lists

    def of(self, cls: Cls) -> Handed | None:
        """Return the first call that gives a workflow to code which nobody knows."""
        return self._found.get(cls)

    def is_foreign(self, callee: Ref, path: str, *, lists: bool = True) -> bool:
        """True if what is called is, or may be, code outside the project that makes a Worker.

        ``lists`` says that it is given a list of workflows by that name: whatever is called then
        makes a Worker, or has one made.
        """
        found = self._resolver.resolve(callee, path)
        return any(self._may_run(entity, lists) for entity in found)

    def _may_run(self, entity: AbstractValue, lists: bool) -> bool:
        if isinstance(entity, ExternalValue):
            return _is_unknown(entity.name)
        if isinstance(entity, ClassValue):
            classes, bases = self._resolver.order(entity.cls)
            is_made_here = any("__init__" in self._methods(cls) for cls in classes)
            return not is_made_here and any(map(_is_unknown, bases))
        return lists and isinstance(entity, Unresolved)

    def _methods(self, cls: Cls) -> Iterable[str]:
        facts = self._resolver.facts_of(cls)
        return facts.methods if facts is not None else ()

    @cached_property
    def _found(self) -> dict[Cls, Handed]:
        found: dict[Cls, Handed] = {}
        names = {cls.qualname.rpartition(".")[2] for cls in self._workflows}
        for path in sorted(self._paths):
            with self._resolver.store.faults.at(path):
                for call in self._calls(path, names):
                    handed = Handed(path, shown(call.callee))
                    for cls in self._given_by(call, path):
                        found.setdefault(cls, handed)
        return found

    def _calls(self, path: str, names: set[str]) -> list[WorkerCall]:
        """Return the calls of a file that may give workflows to others."""
        text = self._resolver.store.text(path)
        own = names.intersection(_WORD.findall(text))
        if not own and _LIST not in text.lower():
            return []
        module = self._resolver.store.load(path)
        own.update(_aliases(module, names))
        own |= {word for word in module.facts.bindings if _LIST in word.lower()}
        words = own | ({_LIST} if _LIST in text else set())
        return calls_with(module, frozenset(words)) if words else []

    def _given_by(self, call: WorkerCall, path: str) -> Iterator[Cls]:
        """Yield the workflows that a call gives to code which nobody knows."""
        for name, given in _arguments(call):
            if self.is_foreign(call.callee, path, lists=name == _LIST):
                yield from self._classes(given, path)

    def _classes(self, given: Given, path: str) -> Iterator[Cls]:
        refs = [(given.ref, path)]
        refs += [(e.ref, e.path) for e in self._lists.expand(given.listing, path).elements]
        for ref, at in refs:
            for entity in self._resolver.resolve(ref, at):
                if isinstance(entity, ClassValue) and entity.cls in self._workflows:
                    yield entity.cls


def _arguments(call: WorkerCall) -> Iterator[tuple[str, Given]]:
    yield from (("", given) for given in call.positional)
    yield from call.keywords.items()


def _aliases(module: Module, names: set[str]) -> Iterator[str]:
    """Yield the names under which a module imports something that has one of some names."""
    for alias, bindings in module.facts.bindings.items():
        imported = (b.target for b in bindings if b.what is BindingKind.IMPORT)
        if any(target.rpartition(".")[2] in names for target in imported):
            yield alias


def _is_unknown(name: str) -> bool:
    """True of a name outside the project of which nobody knows what it does with workflows."""
    return not knows_sdk(name) and not name.startswith(_RUN_NOTHING)
