"""The errors that a workflow fails with because it, or its Worker, says so.

``failure_exception_types`` of a workflow are part of its definition, and
``workflow_failure_exception_types`` those of a Worker. Plugins, dictionaries of options and the
project's own helpers hand the latter on, and may do so for any workflow: what these say holds for
all workflows of the program.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property
from typing import NamedTuple

from wflint.facts.ids import Cls
from wflint.inference.values import ExternalValue
from wflint.model.definitions import Definitions
from wflint.model.worker_calls import WorkerCall, calls_giving
from wflint.model.workers import Workers
from wflint.project.module import Module
from wflint.rule.worker_view import Listed, WorkerView
from wflint.temporal.decorators import DEFN
from wflint.temporal.errors import error_name

_OF_WORKFLOW = "failure_exception_types"
_OF_WORKER = "workflow_failure_exception_types"
_OPTIONS = frozenset({_OF_WORKFLOW, _OF_WORKER})
_READ_ELSEWHERE = frozenset({"temporalio.worker.Replayer", "temporalio.worker.Worker"})


class _Said(NamedTuple):
    """What the options of a program say: ``names`` are types that may hold for any workflow.

    ``to_workers`` are those that are given to Workers where these are made. ``is_open`` is set if
    there may be more that hold for any workflow.
    """

    names: frozenset[str]
    to_workers: list[Listed[str]]
    is_open: bool


class FailureTypes:
    """Answers for one program; ``named`` are its files that name Temporal, tests left out."""

    def __init__(self, definitions: Definitions, workers: Workers, named: Iterable[str]) -> None:
        self._definitions = definitions
        self._resolver = definitions.resolver
        self._workers = workers
        self._named = named

    def may_have(self, cls: Cls, classes: Collection[str]) -> bool:
        """True if a workflow fails, or may fail, with an error that is of some classes.

        These are the dotted names of its class and of all that this derives from.
        """
        workflow = self._definitions.workflow(cls)
        own = workflow.failure_exception_types if workflow is not None else None
        if own is None or _has_one(own, classes):
            return True
        if not self._mentioning:
            return False
        said = self._said
        if said.is_open or _has_one(said.names, classes):
            return True
        is_given = any(not one.is_closed or _has_one(one.items, classes) for one in said.to_workers)
        return is_given and self._worker_has(cls, classes)

    def _worker_has(self, cls: Cls, classes: Collection[str]) -> bool:
        """True if the Workers that list a workflow have such types; of others, if any has."""
        workers = [worker for worker in self._workers.workers if not worker.in_test]
        listing = [w for w in workers if any(one.cls == cls for one in w.workflows.items)]
        if listing:
            return all(_may_have(worker, classes) for worker in listing)
        return any(_may_have(worker, classes) for worker in workers)

    @cached_property
    def _mentioning(self) -> list[str]:
        """The files that name such an option."""
        return [path for path in self._named if _OF_WORKFLOW in self._resolver.store.text(path)]

    @cached_property
    def _said(self) -> _Said:
        names: set[str] = set()
        to_workers: list[Listed[str]] = []
        is_open = False
        for path in self._mentioning:
            module = self._resolver.store.load(path)
            said = calls_giving(module, _OPTIONS)
            is_open |= said.passed_on
            defined = 0
            for call in said.calls:
                names_of_call = self._called(call, path)
                if DEFN in names_of_call:
                    defined += 1
                    continue
                listed = [self._workers.names(o, call, path) for o in sorted(_OPTIONS)]
                if not names_of_call.isdisjoint(_READ_ELSEWHERE):
                    to_workers += listed
                    continue
                names.update(name for one in listed for name in one.items)
                is_open |= any(not one.is_closed for one in listed)
            is_open |= defined > _marks(module)
        return _Said(frozenset(names), to_workers, is_open)

    def _called(self, call: WorkerCall, path: str) -> set[str]:
        found = self._resolver.resolve(call.callee, path)
        return {entity.name for entity in found if isinstance(entity, ExternalValue)}


def _marks(module: Module) -> int:
    """Return how many decorators of classes have such an option: definitions tell what it is."""
    classes = module.facts.classes.values()
    return sum(_OF_WORKFLOW in d.keywords for facts in classes for d in facts.decorators)


def _may_have(worker: WorkerView, classes: Collection[str]) -> bool:
    listed = worker.workflow_failure_exception_types
    is_unclear = _OF_WORKER in worker.options and not listed.is_closed
    return is_unclear or _has_one(listed.items, classes)


def _has_one(names: Collection[str], classes: Collection[str]) -> bool:
    return any(error_name(name) in classes for name in names)
