"""Whole results of projects, which hold as long as nothing that they were made from has changed."""

from __future__ import annotations

import os
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, msgpack
from msgspec.structs import replace

from wflint.cache.build import build_id
from wflint.cache.folder import NAME, CacheFolder
from wflint.cache.witness import Seen, Witness, seen
from wflint.files import Group, shown_path
from wflint.program.folders import names_in
from wflint.request import Request, Result, Stats
from wflint.source import UnreadableSource, decode

if TYPE_CHECKING:
    from wflint.program.modules import ModuleIndex


class _Entry(Struct, array_like=True):
    """A result without its sources, and what it rests on besides what its name says."""

    seen: Seen
    result: Result
    sources: tuple[bytes, ...]


def cache_folder(group: Group, request: Request) -> CacheFolder | None:
    """Where the entries of a project are kept; ``None`` when the run wants no cache."""
    if not request.cache:
        return None
    path = group.project.root / (group.project.settings.cache_dir or NAME)
    return CacheFolder(str(path), writes=request.stdin is None)


class ResultCache:
    """The result of one project, with the contents that its files have now.

    ``witness`` has read all of its files.
    """

    def __init__(
        self, folder: CacheFolder, group: Group, request: Request, cwd: Path, witness: Witness
    ) -> None:
        self._folder = folder
        self._files = [str(path) for path in group.files]
        self._cwd = cwd
        self._witness = witness
        self._name = f"result-{_key(group, request, cwd, witness)}"

    def load(self) -> Result | None:
        """The result, if it was kept and still holds."""
        data = self._folder.read(self._name)
        if data is None:
            return None
        try:
            entry = msgpack.decode(data, type=_Entry)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            return None
        if not entry.seen.is_still_so(names_in):
            return None
        for path in map(os.fsdecode, entry.sources):
            entry.result.sources[shown_path(path, self._cwd)] = self._text(path)
        return None if self._witness.is_torn else entry.result

    def _text(self, path: str) -> str:
        try:
            return decode(self._witness(path)).text
        except (OSError, UnreadableSource):
            return ""

    def save(self, result: Result, index: ModuleIndex) -> None:
        """Keep the result of a run that found modules by ``index``."""
        if self._witness.is_torn:
            return
        own = set(self._files)
        files = {p: digest for p, digest in self._witness.digests.items() if p not in own}
        sources = [p for p in self._files if shown_path(p, self._cwd) in result.sources]
        entry = _Entry(
            seen(files, index.listings, index.links),
            replace(result, sources={}),
            tuple(map(os.fsencode, sources)),
        )
        try:
            data = msgpack.encode(entry)
        except UnicodeEncodeError:  # a message may quote anything
            return
        self._folder.write(self._name, data)


def _key(group: Group, request: Request, cwd: Path, witness: Witness) -> str:
    """The name of all that is known before the analysis and that a result depends on."""
    project, settings = group.project, group.project.settings
    key = blake2b(digest_size=16)
    about = (
        build_id(settings.plugins),
        replace(settings, output_format=None, cache_dir=None),
        project.target_sdk,
        project.exact_sdk,
        project.target_python,
        request.no_ignores,
        request.show_gaps,
        _environments(group),
    )
    key.update(msgpack.encode(about))
    for place in (project.root, cwd):
        key.update(os.fsencode(place) + b"\0")
    chosen = set(map(str, group.files if request.whole else group.chosen))
    for path in map(str, group.files):
        mark = b"\1" if path in chosen else b"\0"
        key.update(os.fsencode(path) + b"\0" + mark + witness.digests[path] + b"\0")
    return key.hexdigest()


def _environments(group: Group) -> object:
    """The environments that packages are followed in."""
    settings = group.project.settings
    if not settings.follow_packages and settings.python is None:
        return ()
    from wflint.environment import find_environments

    return find_environments(group.project.root, settings.python, os.environ)


def add(result: Result, part: Result) -> None:
    """Add the result of one project to that of the run."""
    result.diagnostics += part.diagnostics
    result.problems += part.problems
    result.warnings += part.warnings
    result.gaps += part.gaps
    result.sources.update(part.sources)
    _count(result.stats, part.stats)


def _count(stats: Stats, more: Stats) -> None:
    stats.workflows += more.workflows
    stats.activities += more.activities
    stats.functions += more.functions
    stats.read += more.read
    stats.suppressed += more.suppressed
    stats.gaps += more.gaps
    for reason, number in more.held_back.items():
        stats.held_back[reason] = stats.held_back.get(reason, 0) + number
