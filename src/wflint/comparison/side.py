"""One side of a comparison: what a version of a program defines, tests left out."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable
from functools import cached_property

from wflint.facts.ids import Cls
from wflint.model.project import Project
from wflint.rule.command_view import Form
from wflint.rule.definition_views import ActivityView, WorkflowView
from wflint.rule.place import Place
from wflint.rule.project_view import Patch
from wflint.rule.worker_view import WorkerView
from wflint.run.program_run import Examined
from wflint.temporal.api import CallKind

ACTIVITIES = (CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY)


class Side:
    """A version of a program. ``label`` is how people know it: a revision, or a path.

    ``only`` are the files that definitions are taken from, where the user has named some.
    """

    def __init__(
        self, label: str, examined: Iterable[Examined], only: Collection[str] | None = None
    ) -> None:
        self.label = label
        self.examined = list(examined)
        self._only = only

    @property
    def is_whole(self) -> bool:
        """True if all files of the program count."""
        return self._only is None

    def is_same(self, other: Side) -> bool:
        """True if another side is the same code, read once for both."""
        mine, its = self.examined, other.examined
        return len(mine) == len(its) and all(map(operator.is_, mine, its))

    def of(self, path: str) -> Examined | None:
        """Return the project that has a file."""
        return next((e for e in self.examined if path in e.answer.store.modules), None)

    def dotted(self, path: str, qualname: str) -> str:
        """Return the full name of a definition."""
        examined = self.of(path)
        module = examined.answer.index.name_of(path)[0] if examined is not None else ""
        return f"{module}.{qualname}"

    def keep_notes(self) -> None:
        """Keep what a comparison has found out for the next run."""
        for examined in self.examined:
            store = examined.answer.store
            if not examined.read.is_torn and not store.faults.happened:
                store.fact_cache.save()

    @cached_property
    def projects(self) -> list[Project]:
        """All that was found out about the projects."""
        return [e.answer.project for e in self.examined if e.answer.project is not None]

    @cached_property
    def unreadable(self) -> frozenset[str]:
        """The modules that cannot be parsed, by their dotted names."""
        return frozenset(
            self.dotted(path, "")
            for e in self.examined
            for path, module in e.answer.store.modules.items()
            if module.error is not None
        )

    def _counts(self, path: str) -> bool:
        if self._only is not None:
            return path in self._only
        examined = self.of(path)
        return examined is not None and not examined.is_test(path)

    @cached_property
    def workflows(self) -> list[WorkflowView]:
        """The workflows that can be run."""
        every = (view for project in self.projects for view in project.workflows)
        return [v for v in every if v.run is not None and self._counts(v.cls.path)]

    @cached_property
    def activities(self) -> list[ActivityView]:
        """The activities."""
        every = (view for project in self.projects for view in project.activities)
        return [view for view in every if self._counts(view.place.fn.path)]

    @cached_property
    def workers(self) -> list[WorkerView]:
        """The Workers."""
        every = (view for project in self.projects for view in project.workers)
        return [view for view in every if not view.in_test and self._counts(view.path)]

    def patches_of(self, workflow: WorkflowView) -> list[Patch]:
        """Return the calls that ask for patches on the paths of a workflow."""
        return self._patches.get(workflow.cls, [])

    @cached_property
    def _patches(self) -> dict[Cls, list[Patch]]:
        found: dict[Cls, list[Patch]] = {}
        for project in self.projects:
            for patch in project.patches:
                for workflow in project.workflows_with(patch.place):
                    found.setdefault(workflow.cls, []).append(patch)
        return found

    @cached_property
    def continued(self) -> dict[Cls, bool]:
        """The workflows that continue as new; true for those that ask for a newer version then."""
        found: dict[Cls, bool] = {}
        for project in self.projects:
            for at in project.commands:
                if at.command.kind is CallKind.CONTINUE_AS_NEW:
                    upgrades = "initial_versioning_behavior" in at.command.options
                    for workflow in project.workflows_with(at.place):
                        found[workflow.cls] = upgrades or found.get(workflow.cls, False)
        return found

    @cached_property
    def called_activities(self) -> dict[ActivityView, set[CallKind]]:
        """The activities that workflow code calls, with the kinds of these calls."""
        by_name: dict[str, list[ActivityView]] = {}
        for view in self.activities:
            by_name.setdefault(view.name, []).append(view)
        found: dict[ActivityView, set[CallKind]] = {}
        for project in self.projects:
            for at in project.commands:
                if at.command.kind not in ACTIVITIES:
                    continue
                views = project.activities_of(at.command) if at.command.targets else ()
                named = by_name.get(at.command.name, ()) if at.command.name else ()
                for view in (*views, *named):
                    found.setdefault(view, set()).add(at.command.kind)
        return found

    @cached_property
    def typed_results(self) -> tuple[set[Place], set[Cls]]:
        """The activities and child workflows whose results are read with their own types."""
        activities: set[Place] = set()
        children: set[Cls] = set()
        for project in self.projects:
            for at in project.commands:
                command = at.command
                if "result_type" in command.options or command.call.spread:
                    continue
                if command.kind in ACTIVITIES:
                    sure = all(t.form is not Form.NAME for t in command.targets)
                    views = project.activities_of(command) if sure and command.targets else ()
                    activities.update(view.place for view in views)
                elif command.kind is CallKind.CHILD_WORKFLOW:
                    targets = (t for t in command.targets if t.form is not Form.NAME)
                    children.update(t.workflow for t in targets if t.workflow is not None)
        return activities, children
