"""Adds what one project defines to a map."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from wflint.callgraph.graph import Node
from wflint.facts.ids import Cls, Fn
from wflint.map.call_text import keyword_of
from wflint.map.flows import Flows
from wflint.map.functions import Reached, place_of
from wflint.map.model import (
    NONE,
    Activity,
    EntryPoint,
    Flow,
    Map,
    Mark,
    Place,
    State,
    Worker,
    Workflow,
)
from wflint.map.ran import Ran
from wflint.map.sources import Sources
from wflint.map.targets import Targets, only_names
from wflint.map.uses import uses_of
from wflint.model.project import Project
from wflint.replay.program import Functions
from wflint.replay.sides import Side, side_of
from wflint.report.summary import count
from wflint.rule.definition_views import ActivityView, HandlerView, WorkflowView
from wflint.rule.state_views import StateView
from wflint.rule.worker_view import WorkerView
from wflint.run.places import prepare_definitions
from wflint.run.program_run import Examined
from wflint.temporal.regions import Region

_CALLED = {Region.RUN: "run", Region.SIGNAL: "signal", Region.UPDATE: "update"}


class Adding:
    """Adds one project to a map."""

    def __init__(
        self,
        found: Map,
        sources: Sources,
        examined: Examined,
        project: Project,
        tests: bool,
        ran: Ran | None,
        only: Collection[Cls] | None,
    ) -> None:
        self._map = found
        self._only = only
        self._ran = ran
        self._sources = sources
        self._examined = examined
        self._emitter = examined.emitter
        self._project = project
        chosen = frozenset(examined.group.chosen)
        is_test = examined.is_test
        files = {view.cls.path for view in project.workflows} & chosen
        tests = tests or all(map(is_test, files))  # nothing else was asked for
        self._counts = {path for path in chosen if tests or not is_test(path)}
        self._left_out = [
            view for view in project.workflows if view.cls.path in chosen - self._counts
        ]
        if only is not None:
            self._counts, self._left_out = set(), []

    def add(self) -> None:
        """Add what the project defines."""
        prepare_definitions(self._emitter, (view.place.fn for view in self._activities))
        functions = Functions(self._examined.answer)
        sides = [(view, side_of(functions, view)) for view in self._workflows]
        reached = Reached(self._examined, self._entries, len(self._map.functions))
        targets = Targets(
            self._project, self._workflow_numbers, self._activity_numbers, self._names
        )
        flows = Flows(functions, self._emitter, targets, len(self._map.flows), self._ran)
        flows.follow(callee for _, side in sides if side is not None for callee in side.entries)
        self._map.functions += reached.functions()
        self._map.flows += flows.flows(reached.number_of)
        for view, side in sides:
            self._map.workflows.append(self._workflow(view, side, flows, reached))
        self._map.activities += self._make_activities(reached.marks)
        self._map.workers += [self._worker(view, reached.marks) for view in self._workers]
        self._show_sources(reached)
        if self._left_out:
            number = count(len(self._left_out), "workflow")
            self._map.remarks.append(f"{number} of tests left out; --tests shows them")

    # What is shown, and its numbers.

    @cached_property
    def _workflows(self) -> list[WorkflowView]:
        views = [view for view in self._project.workflows if self._is_shown(view)]
        return sorted(views, key=lambda view: self._place(Fn(*view.cls)))

    def _is_shown(self, view: WorkflowView) -> bool:
        if self._only is not None:
            return view.cls in self._only
        return view.cls.path in self._counts

    @cached_property
    def _activities(self) -> list[ActivityView]:
        """The activities of the chosen files, and all that the workflows use."""
        graph = self._examined.answer.reached
        reached = {node.fn for node in graph.search(self._entries)}
        used = {
            view.place
            for at in self._project.commands
            if at.place.fn in reached
            for view in self._project.activities_of(at.command)
        }
        views = [
            view
            for view in self._project.activities
            if view.place.fn.path in self._counts or view.place in used
        ]
        return sorted(views, key=lambda view: self._place(view.place.fn))

    @cached_property
    def _workers(self) -> list[WorkerView]:
        """The Workers of the chosen files, and all others that have something of what is shown."""
        return [w for w in self._project.workers if w.path in self._counts or self._is_used(w)]

    def _is_used(self, worker: WorkerView) -> bool:
        if worker.in_test:
            return False
        return any(w.cls in self._workflow_numbers for w in worker.workflows.items) or any(
            a.place.fn in self._activity_numbers for a in worker.activities.items
        )

    @cached_property
    def _entries(self) -> list[Node]:
        return [node for view in self._workflows for node in self._nodes(view)]

    @cached_property
    def _workflow_numbers(self) -> dict[Cls, int]:
        first = len(self._map.workflows)
        return {view.cls: first + number for number, view in enumerate(self._workflows)}

    @cached_property
    def _activity_numbers(self) -> dict[Fn, int]:
        first = len(self._map.activities)
        return {view.place.fn: first + number for number, view in enumerate(self._activities)}

    @cached_property
    def _names(self) -> tuple[dict[str, int], dict[str, int]]:
        workflows = ((view.name, self._workflow_numbers[view.cls]) for view in self._workflows)
        activities = (
            (view.name, self._activity_numbers[view.place.fn]) for view in self._activities
        )
        return only_names(workflows), only_names(activities)

    def _place(self, fn: Fn) -> Place:
        return place_of(self._emitter, fn)

    def _nodes(self, view: WorkflowView) -> list[Node]:
        return self._entries_of.get(view.cls, [])

    @cached_property
    def _entries_of(self) -> dict[Cls, list[Node]]:
        found: dict[Cls, list[Node]] = {}
        for node, entry in self._examined.answer.reached.entries.items():
            found.setdefault(entry.receiver, []).append(node)
        return found

    # Workflows.

    def _workflow(
        self, view: WorkflowView, side: Side | None, flows: Flows, reached: Reached
    ) -> Workflow:
        handlers = [*view.runs[:1], *view.handlers]
        numbers = flows.reached(side.entries) if side is not None else []
        own: list[Flow] = [self._map.flows[number] for number in numbers]
        return Workflow(
            view.name,
            view.shown,
            self._place(Fn(*view.cls)),
            tuple(self._entry(handler, side, flows, reached) for handler in handlers),
            self._queues.get(f"w{self._workflow_numbers[view.cls]}", ()),
            uses_of(own, lambda target: self._queues.get(target, ())),
            tuple(_states(view.state, handlers)),
            tuple(numbers),
            reached.below(self._nodes(view)),
            reached.marks.get(Fn(*view.cls), ()),
        )

    def _entry(
        self, handler: HandlerView, side: Side | None, flows: Flows, reached: Reached
    ) -> EntryPoint:
        fn = handler.place.fn
        number = NONE
        if side is not None and handler.kind in _CALLED:
            callee = next((c for c in side.entries if c.node.fn == fn), None)
            number = flows.number(callee) if callee is not None else NONE
        name = handler.name or handler.method
        function = reached.number_of.get(fn, NONE)
        often = NONE
        if self._ran is not None and handler.kind in _CALLED:
            key = name if handler.kind is not Region.RUN else "run"
            often = self._ran.entries[side.workflow.cls, _CALLED[handler.kind], key] if side else 0
        return EntryPoint(handler.kind.label, name, self._place(fn), number, function, often)

    @cached_property
    def _queues(self) -> dict[str, tuple[str, ...]]:
        """The task queues of Workers that know a workflow or activity, by its id."""
        found: dict[str, set[str]] = {}
        for view in self._workers:
            if view.task_queue is None:
                continue
            workflows = [self._workflow_numbers.get(w.cls) for w in view.workflows.items]
            activities = [self._activity_numbers.get(a.place.fn) for a in view.activities.items]
            for one in (
                *(f"w{number}" for number in workflows),
                *(f"a{number}" for number in activities),
            ):
                found.setdefault(one, set()).add(view.task_queue)
        return {one: tuple(sorted(queues)) for one, queues in found.items()}

    # Activities and Workers.

    def _make_activities(self, marks: dict[Fn, tuple[Mark, ...]]) -> Iterable[Activity]:
        users: dict[str, list[int]] = {}
        for number in self._workflow_numbers.values():
            for use in self._map.workflows[number].uses:
                users.setdefault(use.target, []).append(number)
        for view, number in zip(self._activities, self._activity_numbers.values(), strict=True):
            yield Activity(
                view.name,
                view.shown,
                self._place(view.place.fn),
                view.is_async,
                self._queues.get(f"a{number}", ()),
                tuple(dict.fromkeys(users.get(f"a{number}", ()))),
                marks.get(view.place.fn, ()),
            )

    def _worker(self, view: WorkerView, marks: dict[Fn, tuple[Mark, ...]]) -> Worker:
        place = Place(self._emitter.shown(view.path), self._emitter.location(*view.place).row)
        text = self._emitter.text(*view.place)
        rows = range(place.row, place.row + text.count("\n") + 1)
        workflows = (self._workflow_numbers.get(w.cls) for w in view.workflows.items)
        activities = (self._activity_numbers.get(a.place.fn) for a in view.activities.items)
        unknown = [
            f"{noun} not all known: {why}"
            for noun, why in (
                ("workflows", view.workflows.open),
                ("activities", view.activities.open),
            )
            if why
        ]
        return Worker(
            view.task_queue or "",
            place,
            tuple(number for number in workflows if number is not None),
            tuple(number for number in activities if number is not None),
            "; ".join(unknown),
            tuple(mark for mark in marks.get(view.place.fn, ()) if mark.row in rows),
            keyword_of(text, "task_queue"),
        )

    def _show_sources(self, reached: Reached) -> None:
        store = self._examined.answer.store
        fns = dict.fromkeys([*reached.number_of, *(v.place.fn for v in self._activities)])
        for fn in fns:
            piece = Fn(fn.path, store.outermost(fn))
            head = store.head(piece)
            source = store.load(fn.path).source
            if head is not None and head.end:
                first, last = source.location(head.start).row, source.location(head.end).row
                self._sources.add(self._emitter.shown(fn.path), source, first, last)
        for view in self._workflows:
            place = self._place(Fn(*view.cls))
            self._sources.around(place, store.load(view.cls.path).source)
        for worker in self._workers:
            row = self._emitter.location(*worker.place).row
            source = store.load(worker.path).source
            self._sources.add(self._emitter.shown(worker.path), source, row - 2, row + 12)


def _states(state: Sequence[StateView], handlers: Sequence[HandlerView]) -> Iterable[State]:
    """Yield the attributes that at least two methods share, one of which writes it."""
    kinds = {handler.method: handler.kind.label for handler in handlers}

    def shown(method: str) -> str:
        kind = kinds.get(method, "")
        return f"{kind} {method}" if kind not in ("", method) else method

    for view in state:
        writers = tuple(dict.fromkeys(shown(access.method) for access in view.writers))
        readers = tuple(dict.fromkeys(shown(access.method) for access in view.readers))
        if writers and len({*writers, *readers} - {"__init__"}) > 1:
            yield State(view.name, writers, readers)
