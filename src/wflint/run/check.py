"""The run: from arguments to diagnostics, in one place to read from top to bottom.

What takes long to import is imported when a project has something to read.
"""

from __future__ import annotations

import errno
import gc
import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wflint.cache.build import build_id
from wflint.cache.packing import standing_for
from wflint.cache.read_log import ReadLog
from wflint.config.errors import ConfigError
from wflint.config.find import ProjectFinder
from wflint.config.settings import DEFAULT_EXCLUDE, DEFAULT_TEST_PATHS, Settings
from wflint.files.notebook import broken, is_notebook, what_is_wrong
from wflint.files.prefilter import Gate, Gated, gate
from wflint.files.select import Group, Selected, select, shown_path
from wflint.progress import counted
from wflint.run.cache_place import CachePlace
from wflint.run.request import Request, Result
from wflint.run.results import ResultCache, add
from wflint.system.disk import read_file
from wflint.temporal.decorators import HANDLER_SETTINGS
from wflint.temporal.libraries import marks

if TYPE_CHECKING:
    from wflint.cache.between_checks import FactCaches
    from wflint.cache.looks import Looks
    from wflint.run.program_run import Examined

NO_WORKFLOW = (
    "no workflow was found: check the paths, or name the decorators or base classes that make "
    "your workflows in `workflow-decorators` or `workflow-base-classes`"
)

WORTH_WHILE = 200
"""Files from which on it takes less time to know their looks than to read them (3 ms)."""

Keep = Callable[["Examined"], None]


class NotKnown(Exception):
    """No earlier run has found what is asked for."""


def check(
    request: Request,
    keep: Keep | None = None,
    fact_caches: FactCaches | None = None,
    selected: Selected | None = None,
) -> Result:
    """Check what the request names and say what was found.

    ``keep`` is called with each project, for those who want to know more than the result says.
    ``fact_caches`` holds what is noted for those who check the same projects again, ``selected``
    the files that the request names, if they are known already.
    Raises :class:`wflint.config.errors.ConfigError` for a configuration that cannot be used.
    """
    with _without_collector():
        return check_beside_others(request, keep, fact_caches, selected)


def check_groups(
    groups: Sequence[Group],
    request: Request,
    keep: Keep | None = None,
    fact_caches: FactCaches | None = None,
) -> Result:
    """Check programs whose files are known already. Baselines and the like do not count.

    ``keep`` and ``fact_caches`` are as in :func:`check`.
    """
    result = Result()
    with _without_collector():
        for group in groups:
            _check_project(group, request, Path.cwd(), result, keep, fact_caches)
    return result


@contextmanager
def _without_collector() -> Iterator[None]:
    """Trees and facts hold no circles: the collector finds nothing and takes a seventh of a run."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def check_beside_others(
    request: Request,
    keep: Keep | None,
    fact_caches: FactCaches | None,
    selected: Selected | None = None,
) -> Result:
    """Check as :func:`check` does, but let the garbage collector go on for other work.

    Raises :class:`NotKnown` if the request is for what an earlier run has found, and none has.
    """
    started = time.perf_counter()
    finder = finder_for(request)
    cwd = finder.cwd
    selected = selected or select_files(request, finder)
    result = Result(
        problems=[*selected.problems], warnings=[*selected.warnings], notes=[*selected.notes]
    )
    for group in selected.groups:
        try:
            _check_project(group, request, cwd, result, keep, fact_caches)
        except ConfigError as error:
            if len(selected.groups) == 1:
                raise
            result.problems.append(str(error))
    is_about_workflows = any(group.chosen for group in selected.groups)
    if is_about_workflows and not (result.stats.all_workflows or result.problems):
        result.warnings.append(NO_WORKFLOW)
    result.diagnostics.sort(key=lambda diagnostic: diagnostic.sort_key())
    if any(p.settings.baseline is not None for g in selected.groups for p in g.projects):
        from wflint.run.baselining import hold_against_baselines

        hold_against_baselines(result, selected.groups, request, cwd)
    if request.known is not None:
        from wflint.run.baselining import hold_against_known

        hold_against_known(result, request.known, selected.groups, request)
    result.gaps.sort(key=lambda gaps: gaps.sort_key())
    result.stats.seconds = time.perf_counter() - started
    return result


def finder_for(request: Request) -> ProjectFinder:
    """Return what finds the project of a file as a run of the request does."""
    cwd = Path(request.cwd) if request.cwd is not None else Path.cwd()
    return ProjectFinder(cwd, request.config, request.isolated, request.overrides)


def select_files(request: Request, finder: ProjectFinder | None = None) -> Selected:
    """Return the files that a request names; ``finder`` is as :func:`finder_for` makes it."""
    return select(request.paths, finder or finder_for(request), request.stdin_filename)


def _check_project(
    group: Group,
    request: Request,
    cwd: Path,
    result: Result,
    keep: Keep | None,
    fact_caches: FactCaches | None,
) -> None:
    every = [project.settings for project in group.projects]
    needles = needles_of(group)
    place = CachePlace(group, request, result.notes)
    marks_of = Gate(needles).marks
    recalled = fact_caches.recalled if fact_caches is not None else None
    read = ReadLog(reader(request, marks_of), _looks(group, needles, request, place), recalled)
    files = counted("Looking for workflows", group.files, len(group.files), request.progress)
    question = f"marks {needles}"
    gated = gate(files, lambda path: read.marks(path, question, marks_of))
    result.stats.files += len(group.chosen)
    before = result.stats.all_workflows
    if gated.named or any(map(_names_rules, every)) or keep is not None:
        part = _result_of(group, gated, read, request, cwd, place, keep, fact_caches)
        add(result, part)
    chosen = set(group.chosen)
    result.warnings += _broken_notebooks(chosen.intersection(gated.named), read, cwd)
    for path, reason in sorted(gated.unreadable.items()):
        if path in chosen:
            result.problems.append(f"{shown_path(path, cwd)}: cannot be read: {reason}")
    if request.snapshot is None and any(map(_names_places, every)):
        from wflint.run.idle_settings import idle, misspelt

        result.warnings += dict.fromkeys(misspelt(group, request, cwd))
        result.notes += dict.fromkeys(idle(group, request, cwd)) if request.verbose else ()
    wanted = any(settings.require_workflows for settings in every)
    if wanted and result.stats.all_workflows == before:
        result.problems.append(
            f"{shown_path(group.project.root, cwd)}: no workflow was found, and "
            "`require-workflows` is set; check the paths, or name your own decorators in "
            "`workflow-decorators`"
        )


def _result_of(
    group: Group,
    gated: Gated,
    read: ReadLog,
    request: Request,
    cwd: Path,
    place: CachePlace,
    keep: Keep | None,
    fact_caches: FactCaches | None,
) -> Result:
    """Return what is found in one program, now or by an earlier run."""
    folder = place.folder
    cache = None
    is_of_disk = request.asks and not request.texts
    if folder is not None and (keep is None or is_of_disk):
        cache = ResultCache(folder, group, gated, request, cwd, read)
    known = cache.load() if cache is not None and keep is None else None
    if known is not None and folder is not None:
        if not request.texts:
            read.keep_looks(folder)
        if request.making is not None:
            for one in known.made:
                request.making.restore(one)
        return known
    if request.only_known:
        raise NotKnown
    from wflint.run.program_run import ProjectRun

    result = Result()
    examined = ProjectRun(group, gated, read, request, cwd, result, folder, fact_caches).run()
    if keep is not None:
        keep(examined)
    if request.making is not None:
        result.made.append(request.making.make(examined))
    if folder is not None and not request.texts:
        read.keep_looks(folder)
    if cache is not None and folder is not None:
        cache.save(result, examined.answer)
        folder.clean_up()
        if folder.problem:
            place.notes.append(f"no results are cached: {folder.problem}")
    return result


def _looks(
    group: Group, needles: tuple[str, ...], request: Request, place: CachePlace
) -> Looks | None:
    """Return what is recorded of the files of a program, if a run may use a cache."""
    if not request.cache or len(group.files) < WORTH_WHILE:
        return None
    from wflint.cache.looks import Looks

    about = standing_for((build_id(), str(group.project.root), needles))
    gives = request.texts or request.stdin is not None or request.snapshot is not None
    looks = Looks(about, group.looks, partial(is_given, request) if gives else None)
    if place.exists and place.folder is not None:
        looks.load(place.folder)
    return looks


def _names_rules(settings: Settings) -> bool:
    """True if the settings name rules, which may be misspelt."""
    return bool(
        settings.select
        or settings.extend_select
        or settings.ignore
        or settings.severity
        or settings.per_file_ignores
        or settings.extend_per_file_ignores
        or settings.apis
        or settings.plugins
        or settings.fixable != ("ALL",)
        or settings.unfixable
        or settings.extend_safe_fixes
        or settings.extend_unsafe_fixes
    )


def _broken_notebooks(paths: Iterable[str], read: ReadLog, cwd: Path) -> Iterator[str]:
    """Yield a line for each notebook with workflow code that cannot be read."""
    for path in sorted(filter(is_notebook, paths)):
        reason = what_is_wrong(read(path))
        if reason:
            yield f"{shown_path(path, cwd)}: this notebook is not checked: {reason}"


def _names_places(settings: Settings) -> bool:
    """True if the settings name folders and files, which may not be there."""
    return bool(
        settings.src
        or settings.extend_exclude
        or settings.per_file_ignores
        or settings.extend_per_file_ignores
        or settings.exclude != DEFAULT_EXCLUDE
        or settings.test_paths != DEFAULT_TEST_PATHS
    )


def reader(
    request: Request, marks_of: Callable[[bytes], int] = lambda _: 1
) -> Callable[[str], bytes]:
    """Return what reads the bytes of a file by its absolute path, or raises :class:`OSError`.

    What the request brings with it, such as stdin, goes before what is on disk. A notebook is read
    as a module; one in whose own bytes ``marks_of`` finds nothing is empty.
    """

    def read_any(path: str) -> bytes:
        if not is_notebook(path):
            return read(path)
        try:
            data = read(path)
        except OSError as error:
            if error.errno != errno.EFBIG:
                raise
            return broken("it is too large").encode()
        if not marks_of(data):
            return b""
        from wflint.files.notebook_code import as_python

        return as_python(data)

    def read(path: str) -> bytes:
        if request.checkpoint is not None:
            request.checkpoint()
        known = request.texts.get(path)
        if known is None and request.snapshot is not None:
            known = request.snapshot.read(path)
        if known is None and is_stdin(path, request):
            known = request.stdin
        if known is not None:
            return known
        return read_file(path)

    return read_any


def is_given(request: Request, path: str) -> bool:
    """True if the content of a file comes with the request, and not from the disk."""
    taken = request.snapshot
    return (
        path in request.texts
        or (taken is not None and taken.gives(path))
        or is_stdin(path, request)
    )


def is_stdin(path: str, request: Request) -> bool:
    """True if a path is that of the file on stdin, also through a link."""
    if request.stdin is None:
        return False
    named = os.path.abspath(request.stdin_filename or "<stdin>")
    try:
        return path == named or os.path.samefile(path, named)
    except OSError:
        return False


def needles_of(group: Group) -> tuple[str, ...]:
    """Return texts that mark the files of a program which may define workflows."""
    every = (needle for project in group.projects for needle in _needles(project.settings))
    return tuple(dict.fromkeys(every))


def _needles(settings: Settings) -> tuple[str, ...]:
    """Texts that mark files which may define workflows of the user's own kind."""
    names = (
        *settings.workflow_decorators,
        *(name for key in HANDLER_SETTINGS for name in getattr(settings, key)),
        *settings.activity_decorators,
        *settings.workflow_base_classes,
        *settings.extend_entry_points,
    )
    return (*settings.needles, *marks(), *sorted({name.rpartition(".")[2] for name in names}))
