"""Which files: those of a project, and those of them that the arguments name.

What the arguments name decides only what is reported. The project's files are the same whatever the
arguments are, so that a run over one file reports what a run over everything reports in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct, field

from wflint.config import ConfigError, Project, ProjectFinder
from wflint.listing import Listing, list_project

STDIN = "-"


class Group(Struct):
    """A project: all of its files, and those that are to be reported, both sorted."""

    project: Project
    files: list[Path]
    chosen: list[Path]


class Selected(Struct):
    """What the arguments name. Only ``problems`` change the exit code: they make it 2."""

    groups: list[Group] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def list_files(project: Project) -> list[Path]:
    """Every Python file of a project, sorted, each real file once."""
    return [Path(path) for path in list_project(project).paths()]


def shown_path(path: Path | str, cwd: Path) -> str:
    """A path as the user would write it: relative to the working directory where it lies below."""
    text, base = os.fspath(path), os.fspath(cwd).rstrip(os.sep) + os.sep
    text = text.removeprefix(base)
    text = text.replace("\\", "/") if os.sep == "\\" else text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def select(
    paths: Sequence[str], finder: ProjectFinder, stdin_filename: str | None = None
) -> Selected:
    """The files that the arguments name, grouped by project. ``-`` is the file on stdin."""
    selection = _Selection(finder)
    for path in paths:
        try:
            if path == STDIN:
                selection.add_stdin(stdin_filename)
            else:
                selection.add(path)
        except ConfigError as error:
            selection.problem(str(error))
    return selection.finish()


class _Selection:
    def __init__(self, finder: ProjectFinder) -> None:
        self._finder = finder
        self._listings: dict[Project, Listing] = {}
        self._extra: dict[Project, list[str]] = {}
        self._chosen: dict[Project, set[str]] = {}
        self._result = Selected()

    def problem(self, line: str) -> None:
        if line not in self._result.problems:
            self._result.problems.append(line)

    def add(self, argument: str) -> None:
        path = os.path.abspath(self._finder.cwd / argument)
        if os.path.isdir(path):
            self._add_folder(path)
        elif os.path.exists(path):
            self._add_file(path)
        elif re.search(r"[*?\[]", argument):
            from glob import glob

            found = sorted(glob(path, recursive=True))
            if not found:
                self.problem(f"no file matches: {argument}")
            for name in found:
                self.add(name)
        else:
            self.problem(f"no such file or folder: {argument}")

    def add_stdin(self, filename: str | None) -> None:
        path = os.path.abspath(self._finder.cwd / (filename or "<stdin>"))
        self._add_file(path)

    def _add_file(self, path: str) -> None:
        if path.endswith(".ipynb"):
            self._result.notes.append(f"notebooks are not checked: {self._shown(path)}")
            return
        project = self._finder.find(Path(path))
        listing = self._listing(project)
        known = listing.find(path)
        if known is None:
            if project.settings.force_exclude and listing.leaves_out(path):
                return
            known = path
            if path not in self._extra[project]:
                self._extra[project].append(path)
        self._chosen[project].add(known)

    def _add_folder(self, path: str) -> None:
        project = self._finder.find(Path(path))
        listing = self._listing(project)
        below = listing.below(path) or listing.below(listing.without_links(path))
        if not below and not project.settings.force_exclude and listing.leaves_out(path):
            # An excluded folder that is named on the command line: look into it all the same.
            below = list_project(project, Path(path)).paths()
            self._extra[project].extend(below)
        self._chosen[project].update(below)
        notebooks = sum(name.startswith(_prefix(path)) for name in listing.notebooks)
        if notebooks:
            below_folder = f"{notebooks} below {self._shown(path)}"
            self._result.notes.append(f"notebooks are not checked: {below_folder}")
        for folder in listing.projects:
            if folder.startswith(_prefix(path)):
                try:
                    self._add_folder(folder)
                except ConfigError as error:
                    self.problem(str(error))

    def _listing(self, project: Project) -> Listing:
        if project not in self._listings:
            listing = list_project(project, finder=self._finder)
            self._listings[project] = listing
            self._extra[project] = []
            self._chosen[project] = set()
            self._result.warnings.extend(listing.warnings)
        return self._listings[project]

    def _shown(self, path: str) -> str:
        return shown_path(path, self._finder.cwd)

    def finish(self) -> Selected:
        for project, listing in self._listings.items():
            if self._chosen[project]:
                names = sorted({*listing.paths(), *self._extra[project]})
                files = {name: Path(name) for name in names}
                chosen = [files[name] for name in names if name in self._chosen[project]]
                self._result.groups.append(Group(project, list(files.values()), chosen))
        self._result.groups.sort(key=lambda group: str(group.project.root))
        if not self._result.groups and not self._result.problems:
            self._result.warnings.append("no Python file to check was found")
        return self._result


def _prefix(folder: str) -> str:
    return folder.rstrip(os.sep) + os.sep
