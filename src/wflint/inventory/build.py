"""Makes the inventory of projects that have been analysed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter

from wflint.facts.ids import Cls, Fn
from wflint.inventory.model import (
    ActivityItem,
    Definition,
    HandlerItem,
    Inventory,
    Remark,
    WorkerItem,
    WorkflowItem,
)
from wflint.model.project import Project
from wflint.rule.definition_views import ActivityView, HandlerView, WorkflowView
from wflint.rule.worker_view import WorkerView
from wflint.run.places import definition_of
from wflint.run.program_run import Examined
from wflint.run.request import EntryGaps
from wflint.run.unchecked import unchecked


def build(projects: Iterable[Examined], gaps: list[EntryGaps]) -> Inventory:
    """Return what the chosen files of some projects define."""
    inventory = Inventory(gaps=gaps)
    for examined in projects:
        if examined.answer.project is not None:
            _Builder(examined, examined.answer.project).add_to(inventory)
    by_definition = attrgetter("definition.filename", "definition.location")
    inventory.workflows.sort(key=by_definition)
    inventory.activities.sort(key=by_definition)
    inventory.workers.sort(key=attrgetter("in_test", "filename", "location"))
    inventory.unchecked.sort(key=attrgetter("filename", "location"))
    return inventory


class _Builder:
    def __init__(self, examined: Examined, project: Project) -> None:
        self._answer = examined.answer
        self._emitter = examined.emitter
        self._project = project
        self._chosen = frozenset(examined.group.chosen)

    def add_to(self, inventory: Inventory) -> None:
        """Add what one project defines."""
        workers, chosen = self._project.workers, self._chosen
        self._emitter.prepare((w.place.fn, w.place.site) for w in workers if w.path in chosen)
        inventory.workers += [self._worker(w) for w in workers if w.path in chosen]
        inventory.workflows += [
            self._workflow(view) for view in self._project.workflows if view.cls.path in chosen
        ]
        inventory.activities += [
            self._activity(view)
            for view in self._project.activities
            if view.place.fn.path in chosen
        ]
        for one in unchecked(self._answer, chosen):
            place = definition_of(self._emitter, one.fn)
            message = f"{one.message}; {one.remedy}"
            inventory.unchecked.append(Remark(self._emitter.shown(one.fn.path), place, message))

    def _definition(self, name: str, fn: Fn, on: Cls | None = None) -> Definition:
        shown = fn.shown if on is None else f"{Fn(*on).shown}.{fn.shown.rpartition('.')[2]}"
        place = definition_of(self._emitter, fn)
        return Definition(name, shown, self._emitter.shown(fn.path), place)

    # Definitions.

    def _workflow(self, view: WorkflowView) -> WorkflowItem:
        handlers = (*view.runs[:1], *view.handlers)
        queues = (w for w in self._project.workers if view in w.workflows.items)
        return WorkflowItem(
            self._definition(view.name, Fn(*view.cls)),
            tuple(self._handler(handler, view.cls) for handler in handlers),
            _queues(queues),
        )

    def _handler(self, handler: HandlerView, cls: Cls) -> HandlerItem:
        name = handler.name or handler.method
        return HandlerItem(handler.kind.label, self._definition(name, handler.place.fn, cls))

    def _activity(self, view: ActivityView) -> ActivityItem:
        queues = (w for w in self._project.workers if view in w.activities.items)
        definition = self._definition(view.name, view.place.fn)
        return ActivityItem(definition, view.is_async, _queues(queues))

    # Workers.

    def _worker(self, view: WorkerView) -> WorkerItem:
        fn, site = view.place
        return WorkerItem(
            self._emitter.shown(view.path),
            self._emitter.location(fn, site),
            view.task_queue,
            tuple(self._definition(w.name, Fn(*w.cls)) for w in view.workflows.items),
            tuple(self._definition(a.name, a.place.fn) for a in view.activities.items),
            view.workflows.open,
            view.activities.open,
            view.runner.value,
            view.in_test,
        )


def _queues(workers: Iterable[WorkerView]) -> tuple[str, ...]:
    """The task queues of Workers, those that are known, each once; tests do not count."""
    known: Iterator[str | None] = (w.task_queue for w in workers if not w.in_test)
    return tuple(sorted({queue for queue in known if queue is not None}))
