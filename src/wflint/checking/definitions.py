"""Asks the rules about definitions, about Workers, and about the whole program."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, partial

from wflint.callgraph.graph import CallGraph, Node
from wflint.checking.checker import Checker
from wflint.checking.table_entries import with_hook
from wflint.facts.ids import Fn
from wflint.faults import EVERYWHERE
from wflint.model.project import Project
from wflint.rule.base import Report, Rule
from wflint.rule.definition_views import ActivityView, HandlerView, WorkflowView
from wflint.rule.place import Place
from wflint.rule.project_view import PlacedReport

_HOOKS = (
    "check_activity",
    "check_decorated",
    "check_handler",
    "check_project",
    "check_worker",
    "check_workflow",
)


class DefinitionChecks:
    """Adds to the hits of ``checker`` what rules say of places in the ``chosen`` files."""

    def __init__(
        self,
        checker: Checker,
        project: Project,
        chosen: frozenset[str],
        graphs: Iterable[CallGraph],
        is_test: Callable[[str], bool],
    ) -> None:
        self._checker = checker
        self._faults = checker.faults
        self._project = project
        self._definitions = project.definitions
        self._chosen = chosen
        self._graphs = graphs
        self._is_test = is_test

    @cached_property
    def _nodes(self) -> dict[Fn, list[Node]]:
        """The functions that are reached, each as it is reached first, second ..."""
        found: dict[Fn, list[Node]] = {}
        for graph in self._graphs:
            for node in graph.order:
                found.setdefault(node.fn, []).append(node)
        return found

    @classmethod
    def are_wanted(cls, rules: Iterable[Rule]) -> bool:
        """True if a rule looks at anything that is only found out for such rules."""
        return any(with_hook(rules, hook) for hook in _HOOKS)

    def check(self, rules: Sequence[Rule]) -> None:
        """Ask each rule about what it looks at, in the order of the files."""
        self._check_workflows(rules)
        self._check_activities(with_hook(rules, "check_activity"))
        self._check_decorated(with_hook(rules, "check_decorated"))
        for rule in with_hook(rules, "check_worker"):
            for worker in self._project.workers:
                with self._faults.at(worker.path, "", rule.code):
                    self._note(rule, rule.check_worker(worker), worker.find_place)
        self._check_project(with_hook(rules, "check_project"))

    def _check_workflows(self, rules: Iterable[Rule]) -> None:
        on_workflows = with_hook(rules, "check_workflow")
        on_handlers = with_hook(rules, "check_handler")
        for cls in self._project.parts.workflows if on_workflows or on_handlers else ():
            workflow = self._faults.ask(cls, "", self._definitions.workflow, cls)
            if workflow is None:
                continue
            for rule in on_workflows:
                self._ask_anywhere(rule, workflow.place, partial(rule.check_workflow, workflow))
            for handler in _methods(workflow):
                for rule in on_handlers:
                    ask = partial(rule.check_handler, handler, workflow)
                    self._ask(rule, handler.place, ask)

    def _check_activities(self, rules: Iterable[Rule]) -> None:
        seen: set[ActivityView] = set()
        for path in self._project.parts.defining if rules else ():
            with self._faults.at(path):
                module = self._definitions.resolver.store.load(path)
                for activity in self._definitions.activities(module):
                    for rule in rules if activity not in seen else ():
                        self._ask(rule, activity.place, partial(rule.check_activity, activity))
                    seen.add(activity)

    def _check_decorated(self, rules: Sequence[Rule]) -> None:
        for path in self._project.parts.defining if rules else ():
            if path not in self._chosen:
                continue
            with self._faults.at(path):
                module = self._definitions.resolver.store.load(path)
                for view, place in self._definitions.decorated.of(module, self._is_test(path)):
                    for rule in rules:
                        self._ask(rule, place, partial(rule.check_decorated, view))

    def _check_project(self, rules: Sequence[Rule]) -> None:
        if not rules:
            return
        for rule in rules:
            with self._faults.at(EVERYWHERE, "", rule.code):
                for place, report in rule.check_project(self._project):
                    if place.fn.path in self._chosen:
                        self._hit(rule, place, report)

    # What they say.

    def _ask(
        self, rule: Rule, place: Place, ask: Callable[[], Iterable[Report | PlacedReport]]
    ) -> None:
        if place.fn.path in self._chosen:
            self._ask_anywhere(rule, place, ask)

    def _ask_anywhere(
        self, rule: Rule, place: Place, ask: Callable[[], Iterable[Report | PlacedReport]]
    ) -> None:
        """Ask about a definition in any file; a report may be on a place in one of the chosen."""
        with self._faults.at(*place.fn, rule.code):
            self._note(rule, ask(), lambda: place)

    def _note(
        self, rule: Rule, said: Iterable[Report | PlacedReport], find_place: Callable[[], Place]
    ) -> None:
        for given in said:
            at, report = given if isinstance(given, PlacedReport) else (find_place(), given)
            if at.fn.path in self._chosen:
                self._hit(rule, at, report)

    def _hit(self, rule: Rule, place: Place, report: Report) -> None:
        """Note that a rule is broken at a place; where workflow code reaches it, with the way."""
        nodes = self._nodes.get(place.fn, ())
        self._checker.violations.add_at(rule, place.fn, place.site, report, nodes)


def _methods(workflow: WorkflowView) -> list[HandlerView]:
    run = [workflow.run] if workflow.run is not None else []
    return [*run, *workflow.handlers]
