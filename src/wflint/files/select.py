"""Selects the files of a program, and those of them that the arguments name.

What the arguments name decides only what is reported. The program's files are the same whatever the
arguments are, so that a run over one file reports what a run over everything reports in it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct, field

from wflint.config.find import ConfigError, Project, ProjectFinder
from wflint.config.targets import SdkRanges
from wflint.files.listing import list_project

STDIN = "-"


class Group(Struct):
    """A program: all of its files, and those that are to be reported, as sorted absolute paths.

    ``project`` has the settings of its root, ``below`` those of the folders that have settings of
    their own, by their absolute paths. ``looks`` says what listed files looked like from outside,
    ``sdks`` which versions of the SDK its parts run with.
    """

    project: Project
    files: list[str]
    chosen: list[str]
    below: dict[str, Project] = {}
    looks: dict[str, bytes] = {}
    sdks: SdkRanges = field(default_factory=lambda: SdkRanges(Path(), ()))

    @property
    def projects(self) -> list[Project]:
        """All settings that count in the program, those of the root first."""
        return [self.project, *(self.below[folder] for folder in sorted(self.below))]

    def owner(self, path: str) -> Project:
        """The settings that govern a file: those of the nearest configuration file."""
        if not self.below:
            return self.project
        root, folder = str(self.project.root), os.path.dirname(path)
        while len(folder) > len(root):
            found = self.below.get(folder)
            if found is not None:
                return found
            folder = os.path.dirname(folder)
        return self.project


class Selected(Struct):
    """The files that the arguments name. Only ``problems`` change the exit code: they make it 2."""

    groups: list[Group] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def shown_path(path: Path | str, cwd: Path) -> str:
    """A path as the user would write it: relative to the working directory where it lies below."""
    text, base = os.fspath(path), os.fspath(cwd).rstrip(os.sep) + os.sep
    text = text.removeprefix(base)
    text = text.replace("\\", "/") if os.sep == "\\" else text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def select(
    paths: Sequence[str], finder: ProjectFinder, stdin_filename: str | None = None
) -> Selected:
    """The files that the arguments name, by program. ``-`` is the file on stdin."""
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


class _Program:
    """A program while files of it are chosen."""

    def __init__(self, project: Project, finder: ProjectFinder) -> None:
        self.project = project
        self.listing = list_project(project, finder=finder)
        self.extra: list[str] = []
        self.chosen: set[str] = set()
        self.broken: dict[str, str] = {}
        below: dict[str, Project] = {}
        for folder in self.listing.configured:
            try:
                below[folder] = finder.find(Path(folder))
            except ConfigError as error:
                self.broken[folder] = str(error)
        self.group = Group(project, [], [], below)

    def finish(self) -> Group:
        """The group, with its files."""
        listed = self.listing.paths()  # sorted already
        self.group.files = sorted({*listed, *self.extra}) if self.extra else listed
        self.group.chosen = [path for path in self.group.files if path in self.chosen]
        self.group.looks = self.listing.looks
        self.group.sdks = SdkRanges(self.project.root, self.listing.seen)
        return self.group

    def leave_out_broken(self) -> Iterator[tuple[bool, str]]:
        """Take out the files below settings that cannot be read; says of each if it has any."""
        for folder, problem in sorted(self.broken.items()):
            below = {name for name in self.chosen if name.startswith(_prefix(folder))}
            self.chosen -= below
            yield bool(below), problem


class _Selection:
    def __init__(self, finder: ProjectFinder) -> None:
        self._finder = finder
        self._programs: dict[Project, _Program] = {}
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
        program = self._program(path)
        known = program.listing.find(path)
        if known is None:
            forced = program.group.owner(path).settings.force_exclude
            if forced and program.listing.leaves_out(path):
                return
            known = path
            if path not in program.extra:
                program.extra.append(path)
        program.chosen.add(known)

    def _add_folder(self, path: str) -> None:
        program = self._program(path)
        listing = program.listing
        below = listing.below(path) or listing.below(listing.without_links(path))
        owner = program.group.owner(os.path.join(path, "_"))
        if not below and not owner.settings.force_exclude and listing.leaves_out(path):
            # An excluded folder that is named on the command line: look into it all the same.
            below = list_project(owner, Path(path)).paths()
            program.extra.extend(below)
        program.chosen.update(below)
        for folder in listing.apart:
            if folder.startswith(_prefix(path)):
                try:
                    self._add_folder(folder)
                except ConfigError as error:
                    self.problem(str(error))

    def _program(self, path: str) -> _Program:
        project = self._finder.program(Path(path))
        if project not in self._programs:
            program = self._programs[project] = _Program(project, self._finder)
            self._result.warnings.extend(program.listing.warnings)
        return self._programs[project]

    def _shown(self, path: str) -> str:
        return shown_path(path, self._finder.cwd)

    def finish(self) -> Selected:
        for program in self._programs.values():
            if not program.chosen:
                continue
            for is_chosen, problem in program.leave_out_broken():
                if is_chosen:
                    self.problem(problem)
                else:
                    self._result.warnings.append(f"{problem}; these settings are ignored")
            if program.chosen:
                self._result.groups.append(program.finish())
        self._result.groups.sort(key=lambda group: str(group.project.root))
        if not self._result.groups and not self._result.problems:
            self._result.warnings.append("no Python file to check was found")
        return self._result


def _prefix(folder: str) -> str:
    return folder.rstrip(os.sep) + os.sep
