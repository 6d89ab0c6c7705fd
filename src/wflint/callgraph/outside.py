"""Searches what a worker runs outside of its workflows: activities, and the code that makes it.

A search of its own. Activities and workflows call the same helpers and mean different things by it,
so neither learns from the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator

from wflint.callgraph.builder import Border, CallGraphBuilder
from wflint.callgraph.entry.activities import Activities
from wflint.callgraph.entry.entry_points import Entry, EntryPoints
from wflint.callgraph.events import Event
from wflint.callgraph.graph import CallGraph
from wflint.callgraph.implicit_calls import Implied
from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Call, Flag, FunctionHead
from wflint.inference.library_types import MOVES_TO_THREAD
from wflint.inference.values import ExternalValue, FunctionValue
from wflint.project.module import Module
from wflint.temporal.api import CallKind, names_of
from wflint.temporal.regions import Region

_WORKER = "temporalio.worker.Worker"
_COMMANDS = names_of(CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY)
_GIVES_COMMAND = re.compile(r"\b(?:execute|start)_(?:local_)?activity\w*$")


def _nothing(_: object) -> bool:
    return False


def _names_of_worker(module: Module) -> set[str]:
    """Return the names that a module may call the SDK's class by, the last of dotted ones."""
    bindings = module.facts.bindings.items()
    renamed = {name for name, found in bindings if any(b.target == _WORKER for b in found)}
    return {"Worker", *renamed}


class Outside:
    """The search from activities and Workers, as far as some ``regions`` are wanted."""

    def __init__(self, roots: EntryPoints, regions: Region) -> None:
        self.roots = roots
        self.resolver = roots.resolver
        self.store = roots.resolver.store
        self.regions = regions
        self.implied = Implied(roots.resolver)

    def search(
        self, defining: Iterable[str], configuring: Iterable[str], is_test: Callable[[str], bool]
    ) -> tuple[CallGraph, list[Event]]:
        """Return what is reached from the files with activities, and those that make Workers."""
        entries = [*self._activities(defining), *self._workers(configuring)]
        entries = [entry for entry in entries if entry.kind & self.regions]
        border = Border(
            self._is_followed, self._ends_at, _nothing, _nothing, Flag.IN_WORKFLOW, True
        )
        reach = CallGraphBuilder(self.resolver, self.roots, border)
        reach.run(entry for entry in entries if not is_test(entry.fn.path))
        graph = reach.run(entry for entry in entries if is_test(entry.fn.path))
        return graph, reach.events

    def _activities(self, paths: Iterable[str]) -> Iterator[Entry]:
        activities = Activities(self.roots)
        for path in paths if self.regions & Region.ACTIVITY else ():
            with self.store.faults.at(path):
                yield from activities.of(self.store.load(path))

    def _workers(self, paths: Iterable[str]) -> Iterator[Entry]:
        for path in paths if self.regions & Region.WORKER else ():
            with self.store.faults.at(path):
                yield from self._making_workers(path)

    def _making_workers(self, path: str) -> Iterator[Entry]:
        """The functions of a module, and its own code, that make a Worker."""
        module = self.store.load(path)
        names = _names_of_worker(module)
        pieces = [Fn(path, name) for name in self.store.module_bodies(path)]
        for qualname, head in module.facts.functions.items():
            text = module.source.text[head.start : head.end]
            if any(f"{name}(" in text for name in names):
                pieces.append(Fn(path, qualname))
        for fn in (inside for piece in pieces for inside in self._with_nested(piece)):
            if any(self._makes_worker(call, path, names) for call in self.store.body(fn).calls):
                owner = self.store.body(fn).head.owner
                yield Entry(fn, Cls(path, owner), fn.shown, Region.WORKER)

    def _with_nested(self, piece: Fn) -> list[Fn]:
        return [Fn(piece.path, body.head.qualname) for body in self.store.with_nested(piece)]

    def _makes_worker(self, call: Call, path: str, names: Collection[str]) -> bool:
        if call.written.rpartition(".")[2] not in names:
            return False
        found = self.resolver.resolve(call.target, path)
        return any(isinstance(entity, ExternalValue) and entity.name == _WORKER for entity in found)

    # Where it ends.

    def _ends_at(self, fn: Fn) -> bool:
        """True for what neither activities nor Workers run; an activity may call another one."""
        if self.roots.is_activity(fn):
            return False
        return self.roots.is_boundary(fn) or self._is_of_workflows(fn)

    def _is_of_workflows(self, fn: Fn) -> bool:
        """True for a nested function that gives commands, such as what a decorator puts in place.

        A decorator of the project may register what it is given as an activity, and give back what
        workflows call to have it executed. If it is a class, that is an object of it.
        """
        is_call = fn.qualname.endswith(".__call__")
        if self.store.outermost(fn) == fn.qualname and not is_call:
            return False
        return self._gives_command(fn) or any(map(self._gives_command, self._called(fn)))

    def _gives_command(self, fn: Fn) -> bool:
        return any(
            isinstance(entity, ExternalValue) and entity.name in _COMMANDS
            for call in self.store.body(fn).calls
            if _GIVES_COMMAND.search(call.written)
            for entity in self.resolver.resolve(call.target, fn.path)
        )

    def _called(self, fn: Fn) -> Iterator[Fn]:
        """Yield the functions of the project that a function calls."""
        for call in self.store.body(fn).calls:
            for entity in self.resolver.resolve(call.target, fn.path):
                if isinstance(entity, FunctionValue) and self.store.head(entity.fn) is not None:
                    yield entity.fn

    def _is_followed(self, function: FunctionValue, call: Call) -> bool:
        head = self.store.head(function.fn)
        if head is None or self._ends_at(function.fn):
            return False
        return head.is_async or not self._moves_to_thread(function.fn, head, call)

    def _moves_to_thread(self, fn: Fn, head: FunctionHead, call: Call) -> bool:
        """True if a decorator makes a coroutine function of a plain one: it runs in a thread."""
        if not head.decorators:
            return False
        if call.flags & Flag.AWAITED:
            return True
        names = (self.roots.decorator_names(d, fn.path) for d in head.decorators)
        if not MOVES_TO_THREAD.isdisjoint(set().union(*names)):
            return True
        wrappers = (self.store.head(wrapper.fn) for wrapper in self.implied.wrappers(fn))
        return any(wrapper is not None and wrapper.is_async for wrapper in wrappers)
