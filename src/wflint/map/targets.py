"""The activities and workflows that the commands of a project start, by their numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wflint.facts.ids import Cls, Fn
from wflint.facts.model import Site
from wflint.model.project import Project
from wflint.rule.command_view import CommandView
from wflint.rule.place import Place
from wflint.temporal.api import CallKind

_ACTIVITIES = (CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY)


class Targets:
    """Answers which definition a command is about. Ids are ``a3`` for activities, ``w3`` for
    workflows."""

    def __init__(
        self,
        project: Project,
        workflows: Mapping[Cls, int],
        activities: Mapping[Fn, int],
        names: tuple[Mapping[str, int], Mapping[str, int]],
    ) -> None:
        self._project = project
        self._workflows = workflows
        self._activities = activities
        self._by_place: dict[Place, list[CommandView]] = {}
        for at in project.commands:
            self._by_place.setdefault(at.place, []).append(at.command)
        self._named_workflows, self._named_activities = names

    def at(self, fn: Fn, site: Site) -> Sequence[CommandView]:
        """Return the commands at a place: several, where it is reached in several ways."""
        return self._by_place.get(Place(fn, site), ())

    def id_of(self, commands: Iterable[CommandView], name: str) -> str:
        """Return what some commands start, ``name`` if that is known; ``""`` if not one thing."""
        found: dict[str, None] = {}
        for command in commands:
            found.update(dict.fromkeys(self._ids(command, name)))
        if len(found) > 1 and name:
            known = {self._id_of_name(command, name) for command in commands}
            found = dict.fromkeys(one for one in found if one in known)
        return next(iter(found)) if len(found) == 1 else ""

    def _ids(self, command: CommandView, name: str) -> Iterable[str]:
        if command.kind in _ACTIVITIES:
            views = self._project.activities_of(command)
            numbers = [self._activities.get(view.place.fn) for view in views]
            found = [f"a{number}" for number in numbers if number is not None]
        else:
            classes = [target.workflow for target in command.targets]
            known = [self._workflows.get(cls) for cls in classes if cls is not None]
            found = [f"w{number}" for number in known if number is not None]
        return found or [one for one in [self._id_of_name(command, name)] if one]

    def _id_of_name(self, command: CommandView, name: str) -> str:
        if command.kind in _ACTIVITIES:
            number = self._named_activities.get(name)
            return "" if number is None else f"a{number}"
        if command.kind is CallKind.CHILD_WORKFLOW:
            number = self._named_workflows.get(name)
            return "" if number is None else f"w{number}"
        return ""


def only_names(named: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Return numbers by name, where only one of them has the name."""
    found: dict[str, int] = {}
    several: set[str] = {""}
    for name, number in named:
        if name in found:
            several.add(name)
        found[name] = number
    return {name: number for name, number in found.items() if name not in several}
