"""Reads the sides of a comparison: the working tree, other folders, and revisions of git.

What takes long to import is imported when there is something to compare.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint.cache.between_checks import FactCaches
from wflint.config.errors import ConfigError
from wflint.config.find import Project, ProjectFinder
from wflint.diagnostics import SYNTAX_ERROR
from wflint.files.select import Group, select
from wflint.revision.repository import Repository, repository_of_folder
from wflint.revision.snapshot import Snapshot, snapshot
from wflint.run.check import check_groups
from wflint.run.comparison import check_at
from wflint.run.ids_on_disk import ids_on_disk
from wflint.run.request import Request, Result
from wflint.run.results import add

if TYPE_CHECKING:
    from wflint.comparison.side import Side
    from wflint.run.program_run import Examined

_DEFAULT_BRANCHES = ("origin/main", "origin/master", "main", "master")
_NO_GIT = "; name the old code by --from PATH"
_SHORT = 10

NO_TEXTS: Mapping[str, bytes] = {}


class Sides:
    """Reads versions of the program that a request is about."""

    def __init__(self, request: Request) -> None:
        self._cwd = Path.cwd()
        self.request = replace(request, baseline="ignore", whole=True, show_gaps=False, asks=False)
        self.warnings: list[str] = []
        self.problems: list[str] = []
        self._groups = self._select(request.paths)
        self._known: dict[tuple[str, str], tuple[str, Snapshot]] = {}
        self._fact_caches = FactCaches()  # most files are the same on all sides

    def _select(self, paths: tuple[str, ...]) -> list[Group]:
        request = self.request
        finder = ProjectFinder(self._cwd, request.config, request.isolated, request.overrides)
        selected = select(paths, finder)
        self.problems += [p for p in selected.problems if p not in self.problems]
        self.warnings += [w for w in selected.warnings if w not in self.warnings]
        return [_without_rules(group) for group in selected.groups]

    @property
    def chosen(self) -> frozenset[str]:
        """The files that the paths of the request name."""
        return frozenset(path for group in self._groups for path in group.chosen)

    def reported(self, new: Side) -> frozenset[str]:
        """Return the files to report on, with those that only a revision has."""
        present = {path for group in self._groups for path in group.files}
        its = {path for examined in new.examined for path in examined.group.files}
        return self.chosen | {path for path in its - present if self.covers(path)}

    def covers(self, path: str) -> bool:
        """True unless the paths of the request leave out a file of their programs."""
        paths = [os.path.abspath(each) for each in self.request.paths]
        roots = [str(group.project.root) for group in self._groups]
        return _is_below(path, paths) or not _is_below(path, roots)

    def working_tree(
        self, label: str = "the working tree", texts: Mapping[str, bytes] = NO_TEXTS
    ) -> tuple[Side, Result]:
        """Return what is on disk, but for ``texts``, which go before it."""
        return self._read(label, self._groups, texts)

    def named(
        self, name: str, flag: str, texts: Mapping[str, bytes] = NO_TEXTS
    ) -> tuple[Side, Result]:
        """Return a side by its name, which is a path or a revision.

        ``texts`` go before what is on disk at a path.

        Raises :class:`ConfigError` if it is neither.
        """
        if self.is_path(name):
            return self._at_path(name, texts)
        return self._at_revision(name, flag)

    def on_disk(self, names: Sequence[str]) -> str:
        """Return how revisions are called if all have the very files that are on disk, else ``""``.

        Without names it is asked of the commit that the default base is.
        """
        if not self._groups or any(map(self.is_path, names)):
            return ""
        commit, label = ("", "") if names else self._default_commit
        for group in self._groups:
            for name in names or (commit,):
                _, taken = self._taken(group, name, "--from")
                if taken.differs:
                    return ""
        return ", ".join(names) or label

    def default_base(self) -> tuple[Side, Result]:
        """Return the commit at which the current branch has left the default branch."""
        commit, label = self._default_commit
        return self._at_revision(commit, "diff", label)

    @cached_property
    def _default_commit(self) -> tuple[str, str]:
        """The commit at which the current branch has left the default one, and its label."""
        top = str(self._groups[0].project.root) if self._groups else str(self._cwd)
        repository = Repository(top, "diff", _NO_GIT)
        name = repository.default_branch(_DEFAULT_BRANCHES)
        commit = repository.merge_base(name)
        return commit, f"{name.removeprefix('origin/')}@{commit[:_SHORT]}"

    def _taken(self, group: Group, name: str, flag: str) -> tuple[str, Snapshot]:
        """Return the commit that a revision is, and the files of a program in it, found once."""
        root = str(group.project.root)
        if (root, name) not in self._known:
            repository = Repository(root, flag, _NO_GIT)
            commit = repository.commit(name)
            with ids_on_disk(group, self.request) as is_on_disk:
                taken = snapshot(repository, commit, group.files, is_on_disk)
            self._known[root, name] = commit, taken
        return self._known[root, name]

    def is_path(self, name: str) -> bool:
        """True for what is written as a path, or is one and no revision."""
        if name.startswith((".", os.sep, "~")) or name.endswith(".py"):
            return not name.startswith("~")
        if not os.path.exists(name):
            return False
        top = repository_of_folder(str(self._cwd))
        if top is None:
            return True
        try:
            Repository(top).commit(name)
        except ConfigError:
            return True
        return False

    def _at_path(self, name: str, texts: Mapping[str, bytes]) -> tuple[Side, Result]:
        if not os.path.exists(name):
            raise ConfigError(f"no such file or folder: {name}")
        groups = self._select((name,))
        only = {path for group in groups for path in group.chosen}
        return self._read(name, groups, texts, only)

    def _at_revision(self, name: str, flag: str, label: str = "") -> tuple[Side, Result]:
        from wflint.comparison.side import Side

        if not self._groups:
            Repository(str(self._cwd), flag, _NO_GIT)
        total = Result()
        examined: list[Examined] = []
        for group in self._groups:
            commit, taken = self._taken(group, name, flag)
            label = label or (commit[:_SHORT] if commit == name else name)
            result = check_at(taken, group, self.request, examined.append, self._fact_caches)
            self.warnings += taken.warnings
            add(total, result)
        return Side(label or name, examined), total

    def _read(
        self,
        label: str,
        groups: list[Group],
        texts: Mapping[str, bytes],
        only: set[str] | None = None,
    ) -> tuple[Side, Result]:
        from wflint.comparison.side import Side

        examined: list[Examined] = []
        request = replace(self.request, texts=texts)
        result = check_groups(groups, request, examined.append, self._fact_caches)
        return Side(label, examined, only), result


def _is_below(path: str, folders: Iterable[str]) -> bool:
    return any(path == each or path.startswith(each.rstrip(os.sep) + os.sep) for each in folders)


def _without_rules(group: Group) -> Group:
    """Return a program whose code no rule is asked about, but for what keeps it from being read."""
    below = {folder: _project_without_rules(project) for folder, project in group.below.items()}
    return replace(group, project=_project_without_rules(group.project), below=below)


def _project_without_rules(project: Project) -> Project:
    settings = replace(project.settings, select=(SYNTAX_ERROR,), extend_select=())
    return dataclasses.replace(project, settings=settings)
