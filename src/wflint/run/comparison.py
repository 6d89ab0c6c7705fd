"""The findings that another revision has already: those of a run over its files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wflint.baseline.entry import Entry, entries_of
from wflint.config.find import Project, ProjectFinder
from wflint.files.listing import Excluded
from wflint.files.select import Group, select
from wflint.gitignore.patterns import Patterns
from wflint.revision.repository import Repository
from wflint.revision.snapshot import Snapshot, snapshot
from wflint.run.check import Keep, check_groups
from wflint.run.request import Known, Request, Result

if TYPE_CHECKING:
    from wflint.cache.between_checks import FactCaches


class Base(Struct, frozen=True):
    """The revision to compare with: ``name`` as the user gave it, and the flag it came from."""

    name: str
    flag: str
    is_merge_base: bool = False


def known_at(base: Base, request: Request) -> tuple[Known, list[str]]:
    """Return what is found in the files of a revision, and lines to warn with.

    The configuration is that of the working tree, and so is everything but Python files.
    Raises :class:`ConfigError` where git does not have the revision.
    """
    cwd = Path.cwd()
    finder = ProjectFinder(cwd, request.config, request.isolated, request.overrides)
    groups = select(request.paths, finder, request.stdin_filename).groups
    entries: list[Entry] = []
    warnings: list[str] = []
    if not groups:
        Repository(str(cwd), base.flag)
    asked = replace(request, stdin=None, texts={}, baseline="ignore", whole=True, known=None)
    for group in groups:
        repository = Repository(str(group.project.root), base.flag)
        commit = (
            repository.merge_base(base.name) if base.is_merge_base else repository.commit(base.name)
        )
        taken = snapshot(repository, commit, group.files)
        result = check_at(taken, group, asked)
        warnings += taken.warnings
        for diagnostic in result.diagnostics:
            entries += entries_of(diagnostic, result.paths[diagnostic.filename])
        if result.is_partial:
            warnings.append(
                f"{base.name} has files that could not be analysed; what is behind them counts as "
                "new"
            )
    return Known(f"{base.flag} {base.name}", entries), warnings


def check_at(
    taken: Snapshot,
    group: Group,
    request: Request,
    keep: Keep | None = None,
    fact_caches: FactCaches | None = None,
) -> Result:
    """Check a program with the files that it has in a revision.

    ``keep`` and ``fact_caches`` are as in :func:`wflint.run.check.check`.
    """
    asked = replace(request, snapshot=taken)
    return check_groups([_group_at(group, taken)], asked, keep, fact_caches)


def _group_at(group: Group, taken: Snapshot) -> Group:
    """Return a program with the files that it has in a revision."""
    root = str(group.project.root)
    excluded = _excluded(group)
    prefix = root.rstrip(os.sep) + os.sep
    present = set(group.files)
    files = [
        path
        for path in sorted(taken.files)
        if path in present
        or (
            path.startswith(prefix)
            and not excluded.match_file(path[len(prefix) :].replace(os.sep, "/"))
        )
    ]
    others = [path for path in group.files if not path.startswith(prefix)]
    kept = sorted({*files, *others})
    return Group(group.project, kept, kept, group.below)


def _excluded(group: Group) -> Excluded:
    root = str(group.project.root)
    below = [
        (os.path.relpath(folder, root).replace(os.sep, "/"), _patterns(project))
        for folder, project in sorted(group.below.items())
    ]
    return Excluded(_patterns(group.project), below)


def _patterns(project: Project) -> Patterns:
    return Patterns([*project.settings.exclude, *project.settings.extend_exclude])
