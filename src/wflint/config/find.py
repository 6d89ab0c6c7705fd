"""Finding and reading the configuration.

Each file is governed by the nearest configuration file at or above it, and by what that extends:
``.wflint.toml``, else ``wflint.toml``, else a ``pyproject.toml`` that has ``[tool.wflint]``. Paths
and patterns in it are relative to its folder. It says what is reported there and how; imports and
callers are found in all of the program. ``--config`` and the other flags come on top.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import msgspec

from wflint.config.errors import ConfigError
from wflint.config.extending import extended
from wflint.config.layers import apply_flags
from wflint.config.reading import Table, decode, parse, parse_file, read, shown_file
from wflint.config.requirements import SdkRange, Version
from wflint.config.settings import ApiSetting, Settings
from wflint.config.targets import infer_python, parse_version, sdk_range
from wflint.system.borders import (
    Border,
    collects_unrelated_things,
    is_below,
    is_temporary,
    link_leads_out,
)
from wflint.system.disk import read_file

__all__ = ["ApiSetting", "ConfigError", "Project", "ProjectFinder", "Settings", "find_project"]

CONFIG_NAMES = (".wflint.toml", "wflint.toml", "pyproject.toml")
MARKERS = ("pyproject.toml", "setup.py", "setup.cfg")
DEFAULT_PYTHON: Version = (3, 10)


@dataclass(frozen=True, eq=False)
class Project:
    """A folder and the settings that hold in it, where no configuration file is nearer.

    The root of a program is one, and so is each folder of it with a configuration file of its own.
    ``discovers`` is true when configuration files in folders below count.
    ``only`` is set in a folder that collects unrelated things, such as the home folder: a file or
    package in there stands alone, and nothing else is looked at.
    """

    root: Path
    settings: Settings
    config_file: Path | None = None
    discovers: bool = True
    only: Path | None = None

    @property
    def target_sdk(self) -> Version | None:
        """The oldest version of ``temporalio`` that the code runs with; ``None`` is the newest."""
        return self.sdk.oldest

    @cached_property
    def sdk(self) -> SdkRange:
        """The versions of ``temporalio`` that the code in the root runs with."""
        return self.named_sdk or sdk_range(self.root, self.root)

    @cached_property
    def named_sdk(self) -> SdkRange | None:
        """The version of ``temporalio`` that is set."""
        if self.settings.target_sdk is None:
            return None
        version = parse_version(self.settings.target_sdk)
        return SdkRange(version, version)

    @cached_property
    def target_python(self) -> Version:
        """The lowest version of Python that the code runs with."""
        return self.named_python or DEFAULT_PYTHON

    @cached_property
    def named_python(self) -> Version | None:
        """The lowest version of Python that the settings or the project's files name."""
        if self.settings.target_python is not None:
            return parse_version(self.settings.target_python)
        return infer_python(self.root)


def find_project(
    path: Path,
    cwd: Path,
    config: Sequence[str] = (),
    isolated: bool = False,
    overrides: Mapping[str, object] | None = None,
) -> Project:
    """The project that a file or folder belongs to; see :class:`ProjectFinder`."""
    return ProjectFinder(cwd, config, isolated, overrides).find(path)


class ProjectFinder:
    """Finds the project of each path. Raises :class:`ConfigError` for a bad configuration."""

    def __init__(
        self,
        cwd: Path,
        config: Sequence[str] = (),
        isolated: bool = False,
        overrides: Mapping[str, object] | None = None,
    ) -> None:
        self.cwd = cwd
        self._isolated = isolated
        self._file, self._inline = _split_config_flags(config, cwd)
        if isolated and self._file:
            raise ConfigError("--isolated cannot be used with --config FILE: it reads no file")
        self._flags = dict(overrides or {})
        decode(self._flags, "command line", "")
        self._own: dict[Path, tuple[Path, Table] | None] = {}
        self._projects: dict[tuple[Path, Path | None, Path | None], Project] = {}

    def find(self, path: Path) -> Project:
        """The project of a file or folder, which need not exist."""
        path = Path(os.path.abspath(self.cwd / path))
        config = self._configuration_of(path)
        root = self._root(path, config[0] if config else None)
        return self._project(root, config, _alone(path, root))

    def _project(self, root: Path, config: tuple[Path, Table] | None, only: Path | None) -> Project:
        file = config[0] if config else None
        if (root, file, only) not in self._projects:
            settings = self._settings(config)
            discovers = not self._isolated and self._file is None
            self._projects[root, file, only] = Project(root, settings, file, discovers, only)
        return self._projects[root, file, only]

    def program(self, path: Path) -> Project:
        """The root of the program that a file or folder belongs to, with the settings there.

        A program is a whole git repository, since its parts may import each other, or what lies
        below the outermost configuration file. No configuration file inside cuts it.
        """
        path = Path(os.path.abspath(self.cwd / path))
        root = self.program_root(path)
        only = _alone(path, root)
        config = self._configuration_of(root) if only is None else self._configuration_of(path)
        return self._project(root, config, only)

    def program_root(self, path: Path) -> Path:
        """The folder of the program that an absolute path belongs to."""
        if self._isolated or self._file:
            return self._root(path, self._file)
        folder = path if os.path.isdir(path) else path.parent
        above = [f for f in (folder, *folder.parents) if f == path or not is_temporary(f)]
        configured = [f for f in above if self._is_configured(f) and _alone(path, f) is None]
        if not configured:
            return root_without_config(path, self.cwd)
        return min((configured[-1], *_marked(path)), key=lambda root: len(root.parts))

    def _is_configured(self, folder: Path) -> bool:
        try:
            return self.has_config(folder)
        except ConfigError:
            return True  # it is told when its settings are asked for

    def has_config(self, folder: Path) -> bool:
        """True if the folder has a configuration file of its own."""
        return self._config_in(folder) is not None

    def _configuration_of(self, path: Path) -> tuple[Path, Table] | None:
        if self._isolated:
            return None
        if self._file:
            return self._file, read(self._file, self.cwd)
        folder = path if os.path.isdir(path) else path.parent
        for candidate in (folder, *folder.parents):
            if is_temporary(candidate) and candidate != path:
                continue  # anybody may have put a file there
            found = self._config_in(candidate)
            if found:
                return found
        return None

    def _config_in(self, folder: Path) -> tuple[Path, Table] | None:
        if folder not in self._own:
            self._own[folder] = _config_in(folder, self.cwd)
        return self._own[folder]

    def _root(self, path: Path, config_file: Path | None) -> Path:
        folder = config_file.parent if config_file else None
        if folder and path.is_relative_to(folder) and _alone(path, folder) is None:
            return folder
        return root_without_config(path, self.cwd)

    def _settings(self, config: tuple[Path, Table] | None) -> Settings:
        table: Table = {}
        if config:
            is_named = self._file is not None and config[0] == self._file
            table = extended(*config, self.cwd, None if is_named else self._may_extend)
        table.update(self._inline)
        return msgspec.convert(apply_flags(table, self._flags), Settings)

    def _may_extend(self, file: Path, other: Path) -> bool:
        """True if a configuration file may extend another one: in its repository, or its program.

        What lies above a file in the same program is read for its settings anyway.
        """
        if not Border(file.parent).leads_out(other):
            return True
        border = Border(self.program_root(file.parent))
        return is_below(os.path.realpath(other), border.real)


def root_without_config(path: Path, cwd: Path) -> Path:
    """The root of a project that has no configuration file.

    A git repository is one program, since its parts may import each other. Outside of git it is the
    nearest folder with a packaging file, or the working directory when that lies further out. With
    neither: a folder stands for itself, and a file for the folder above its outermost package.
    Folders that collect unrelated things (the home folder, ``/``, ``/tmp``) are never a root unless
    they are asked for, or the file lies in one: then it stands alone, see :class:`Project`.
    """
    folder = path if os.path.isdir(path) else path.parent
    marked = _marked(path)
    is_repository = bool(marked) and os.path.exists(marked[0] / ".git")
    if not is_repository and cwd in _above(path):
        marked.append(cwd)
    if marked:
        return min(marked, key=lambda p: len(p.parts))
    if os.path.isdir(path):
        return path
    while os.path.isfile(folder / "__init__.py") and not collects_unrelated_things(folder):
        folder = folder.parent
    return folder


def _above(path: Path) -> list[Path]:
    """The folders around a path that may be a root, the nearest first."""
    folder = path if os.path.isdir(path) else path.parent
    return [p for p in (folder, *folder.parents) if not collects_unrelated_things(p)]


def _marked(path: Path) -> list[Path]:
    """The repository around a path, else the nearest folder with a packaging file, if any."""
    above = _above(path)
    for candidate in above:
        if os.path.exists(candidate / ".git") and not _is_submodule(candidate):
            return [candidate]
    return [p for p in above if any(os.path.isfile(p / name) for name in MARKERS)][:1]


def _is_submodule(folder: Path) -> bool:
    """True for a repository that is a part of another one around it."""
    link = folder / ".git"
    try:
        return os.path.isfile(link) and b"/modules/" in read_file(link)
    except OSError:
        return False


def _alone(path: Path, root: Path) -> Path | None:
    """The file or outermost package that is all of a project in a folder of unrelated things."""
    if path == root or not collects_unrelated_things(root):
        return None
    return root / path.relative_to(root).parts[0]


def _split_config_flags(values: Iterable[str], cwd: Path) -> tuple[Path | None, Table]:
    """``--config`` gives the name of a file, or a line of TOML."""
    file: Path | None = None
    inline: Table = {}
    for value in values:
        candidate = Path(os.path.abspath(cwd / value))
        if os.path.isfile(candidate):
            if file and file != candidate:
                raise ConfigError("--config names two files; give one file and `key = value` lines")
            file = candidate
        elif "=" in value:
            table = parse(value, f"--config '{value}'")
            decode(table, f"--config '{value}'", "")
            if "extend" in table:
                raise ConfigError("--config: only a file can extend another one; name that file")
            inline.update(table)
        else:
            raise ConfigError(f"--config: neither a file nor of the form `key = value`: {value}")
    return file, inline


def _config_in(folder: Path, cwd: Path) -> tuple[Path, Table] | None:
    for name in CONFIG_NAMES:
        path = folder / name
        if not os.path.isfile(path):
            continue
        leads_out = link_leads_out(path)
        if name != "pyproject.toml":
            if leads_out:
                problem = "a link leads out of the repository; name the file with --config"
                raise ConfigError(f"{shown_file(path, cwd)}: {problem}")
            return path, read(path, cwd)
        if leads_out:
            continue
        try:
            mentioned = b"wflint" in read_file(path)
        except OSError as error:
            raise ConfigError(f"{shown_file(path, cwd)}: {error.strerror}") from None
        if mentioned:
            tool = parse_file(path, cwd).get("tool")
            if isinstance(tool, dict) and "wflint" in tool:
                return path, read(path, cwd)
    return None
