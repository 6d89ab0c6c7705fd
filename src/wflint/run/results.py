"""Whole results of projects, which hold as long as nothing that they were made from has changed."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wflint.cache.build import build_id
from wflint.cache.folder import CacheFolder
from wflint.cache.packing import packed, standing_for, unpacked
from wflint.cache.read_log import ReadLog, Seen, digest_of, seen
from wflint.config.find import Project
from wflint.files.prefilter import Gated
from wflint.files.select import Group, shown_path
from wflint.files.source import UnreadableSource, decode_file
from wflint.project.folders import names_in
from wflint.run.request import Request, Result
from wflint.system.hashing import blake2b

if TYPE_CHECKING:
    from wflint.checking.analysis import AnalysisResult


def names_at(request: Request) -> Callable[[str], frozenset[str]]:
    """Return what gives the names in a folder, as they are on disk or in a revision."""
    snapshot = request.snapshot
    if snapshot is None:
        return names_in
    return lambda folder: snapshot.names(folder, names_in(folder))


class _Entry(Struct, array_like=True):
    """A result without its sources, and what it rests on besides what its name says."""

    seen: Seen
    result: Result


class ResultCache:
    """The result of one project, from which ``gated`` was made.

    There is one for each way to ask. It holds as long as the files are the same that the gate lets
    through, and those that were read have the same contents.
    """

    def __init__(
        self,
        folder: CacheFolder,
        group: Group,
        gated: Gated,
        request: Request,
        cwd: Path,
        read_log: ReadLog,
    ) -> None:
        self._folder = folder
        self._files = group.files
        self._asked = group.files if request.whole else group.chosen
        self._chosen = set(self._asked)
        self._gated = gated
        self._cwd = cwd
        self._read_log = read_log
        self._names = names_at(request)
        self._name = f"result-{self._key(group, request)}"

    def load(self) -> Result | None:
        """The result, if it was kept and still holds."""
        data = self._folder.read(self._name)
        entry = unpacked(data, _Entry) if data is not None else None
        if entry is None or not entry.seen.is_still_so(self._read_log.peek, self._names):
            return None
        paths = self._paths_of(entry.result)
        if paths is None:
            return None
        entry.result.paths = paths
        found = {diagnostic.filename for diagnostic in entry.result.diagnostics}
        entry.result.sources = {shown: self._text(paths[shown]) for shown in found}
        return None if self._read_log.is_torn else entry.result

    def _paths_of(self, result: Result) -> dict[str, str] | None:
        """The paths of the files with diagnostics; ``None`` if one is not of this run.

        So whatever an entry says, fixes go only into files that this run was asked to check.
        """
        named = {diagnostic.filename for diagnostic in (*result.diagnostics, *result.held)}
        if not named:
            return {}
        shown = ((shown_path(path, self._cwd), path) for path in self._asked)
        paths = {name: path for name, path in shown if name in named}
        return paths if paths.keys() == named else None

    def _text(self, path: str) -> str:
        try:
            return decode_file(self._read_log(path), path).text
        except (OSError, UnreadableSource):
            return ""

    def save(self, result: Result, answer: AnalysisResult) -> None:
        """Keep the result that was made of an answer."""
        if self._read_log.is_torn or answer.warnings or answer.store.faults.happened:
            return
        # Other processes may have read these.
        used = {*self._read_log.used, *answer.store.modules, *self._gated.candidates}
        used.update(path for path in self._gated.named if path in self._chosen)
        files = {
            path: self._read_log.digests[path] for path in used & self._read_log.digests.keys()
        }
        entry = _Entry(
            seen(files, answer.index.listings, answer.index.links),
            replace(result, sources={}, paths={}),
        )
        data = packed(entry)
        if data is not None:
            self._folder.write(self._name, data)

    def _key(self, group: Group, request: Request) -> str:
        """The name of all that a result depends on and that is known before the analysis."""
        projects = group.projects
        plugins = sorted({name for p in projects for name in p.settings.plugins})
        about = (
            build_id(tuple(plugins)),
            [_about(project) for project in projects],
            group.sdks.about,
            request.no_ignores,
            request.show_gaps,
            request.making.about if request.making is not None else "",
            [_environments(project, request) for project in projects],
            sorted((os.fsencode(path), digest_of(text)) for path, text in request.texts.items()),
        )
        key = blake2b(standing_for(about), digest_size=16)
        gated = self._gated
        lists = (
            [str(group.project.root), str(self._cwd)],
            self._files,
            self._asked,
            group.chosen if request.making is not None else [],
            gated.named,
            gated.candidates,
            gated.configuring,
            gated.unreadable,
        )
        for paths in lists:
            key.update(os.fsencode("\0".join(paths)) + b"\0\0")
        return key.hexdigest()


def _about(project: Project) -> object:
    """Return the settings of one folder that a result depends on."""
    settings = replace(project.settings, output_format=None, cache_dir=None, baseline=None)
    versions = (project.named_sdk, project.target_python, project.named_python)
    return (str(project.root), settings, versions)


def _environments(project: Project, request: Request) -> object:
    """The environments that packages are followed in."""
    settings = project.settings
    if not settings.follow_packages and settings.python is None:
        return ()
    from wflint.config.environment import find_environments

    may_run = "python" in request.overrides
    return find_environments(project.root, settings.python, os.environ, may_run)


_COUNTS = (
    *("workflows", "all_workflows", "activities", "functions", "read"),
    *("suppressed", "gaps"),
)


def add(result: Result, part: Result) -> None:
    """Add the result of one project to that of the run."""
    for name in ("diagnostics", "problems", "warnings", "gaps", "held", "made"):
        getattr(result, name).extend(getattr(part, name))
    result.sources.update(part.sources)
    result.paths.update(part.paths)
    result.fail_on.update(part.fail_on)
    result.is_partial |= part.is_partial
    counted, more = result.stats, part.stats
    for name in _COUNTS:
        setattr(counted, name, getattr(counted, name) + getattr(more, name))
    for reason, number in more.held_back.items():
        counted.hold_back(reason, number)
