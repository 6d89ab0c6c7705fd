"""Finds out about a program what its first configuration should say."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from wflint.config.find import Project, ProjectFinder
from wflint.config.settings import Settings
from wflint.diagnostics import SYNTAX_ERROR
from wflint.draft.model import Seen, Survey
from wflint.facts.ids import Fn, shown_name
from wflint.files.select import shown_path
from wflint.progress import Tell
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request, Result
from wflint.standard_library import STANDARD_MODULES

_KEYS = ("workflow", "run", "signal", "query", "update", "validator")
_TEST_WORD = re.compile(r"(?:^|[_-])tests?(?:$|[_-])|^testing$|^e2e$", re.IGNORECASE)

Shown = Callable[[str], str]
Programs = list[Examined]
Unknown = list[tuple[str, Seen]]
"""Decorators that are not known, each with the setting that it may belong to, or ``""``."""


def survey(
    folder: Path, finder: ProjectFinder, progress: Tell | None = None
) -> tuple[Survey, Result]:
    """Return what there is in a folder, and the run in which it was found.

    A decorator goes into a setting only if a second run shows that more code is known with it.
    """
    request = Request(paths=(str(folder),), baseline="ignore", progress=progress)
    result, programs = _look(request, {})
    shown: Shown = partial(shown_path, cwd=folder)
    unknown = list(dict.fromkeys(one for program in programs for one in _unknown(program, folder)))
    project = finder.find(folder)
    found = Survey(above=_above(project, folder), present=_present(project.settings))
    programs = _sort_out(found, unknown, programs, request)
    for program in programs:
        _add(found, program, shown)
    if project.settings.target_sdk is None and project.target_sdk is not None:
        found.sdk = ".".join(map(str, project.target_sdk))
    return found, result


def _look(request: Request, settings: dict[str, object]) -> tuple[Result, Programs]:
    programs: Programs = []
    overrides = {"select": [SYNTAX_ERROR], **settings}  # rules are not asked
    return check(replace(request, overrides=overrides), programs.append), programs


def _above(project: Project, folder: Path) -> str:
    file = project.config_file
    if file is None or file.parent == folder:
        return ""
    return os.path.relpath(file, folder).replace(os.sep, "/")


def _present(settings: Settings) -> dict[str, tuple[str, ...]]:
    return {f"{key}-decorators": getattr(settings, f"{key}_decorators") for key in _KEYS}


# Decorators.


def _unknown(program: Examined, folder: Path) -> Iterator[tuple[str, Seen]]:
    """The decorators over what looks like workflow code and is not known to be any."""
    answer = program.answer
    for cls in answer.unseen:
        if cls.decorator:
            yield "workflow-decorators", _seen(cls.decorator, Fn(*cls.cls), folder)
    for method in answer.unmarked:
        yield _setting_for(method.decorator), _seen(method.decorator, method.fn, folder)


def _seen(decorator: str, fn: Fn, folder: Path) -> Seen:
    return Seen(decorator, shown_name(fn.qualname), shown_path(fn.path, folder))


def _setting_for(decorator: str) -> str:
    """The setting that the last word in the name of a method's decorator points to."""
    word = decorator.rpartition(".")[2].lower()
    return next((f"{key}-decorators" for key in _KEYS[1:] if key in word), "")


def _sort_out(found: Survey, unknown: Unknown, before: Programs, request: Request) -> Programs:
    """Tell the decorators with which more code is known, and none less, from the others.

    Return the programs with the settings that are left.
    """
    for key, seen in unknown:
        if key and "." in seen.decorator:
            found.named.setdefault(key, []).append(seen)
    after: Programs = []
    if found.named:
        _, after = _look(request, {key: found.names(key) for key in found.named})
        _keep_what_helps(found, before, after, Path(request.paths[0]))
    known = {seen for ones in found.named.values() for seen in ones}
    found.unclear = [seen for _, seen in unknown if seen not in known]
    return after if found.named else before


def _keep_what_helps(found: Survey, before: Programs, after: Programs, folder: Path) -> None:
    left = {seen for program in after for _, seen in _unknown(program, folder)}
    if not _reached(before) <= _reached(after):
        left = {seen for ones in found.named.values() for seen in ones}
    helping = {key: [one for one in ones if one not in left] for key, ones in found.named.items()}
    found.named = {key: ones for key, ones in helping.items() if ones}


def _reached(programs: Programs) -> set[Fn]:
    return {node.fn for program in programs for node in program.answer.reached.order}


# Everything else.


def _add(found: Survey, program: Examined, shown: Shown) -> None:
    answer, index = program.answer, program.answer.index
    chosen = frozenset(program.group.chosen)
    defining = [path for path in answer.workflows if path in chosen]
    found.workflows += sum(answer.workflows[path] for path in defining)
    found.activities += sum(answer.activities.get(path, 0) for path in chosen)
    paths = _code(program)
    found.sources += sorted({*map(shown, index.sources_of(paths))} - set(found.sources))
    homes = {index.distribution_of(path) for path in chosen if answer.workflows.get(path)}
    below = {shown(home) for home in homes - {str(program.group.project.root)}}
    found.services += sorted(home for home in below if not os.path.isabs(home))
    found.tests += sorted(set(_test_folders(program, shown)) - set(found.tests))
    found.packages += sorted(_packages(program, paths) - set(found.packages))
    _add_workers(found, program, chosen, shown)


def _add_workers(found: Survey, program: Examined, chosen: frozenset[str], shown: Shown) -> None:
    model = program.answer.project
    for worker in model.workers if model is not None else ():
        if worker.path not in chosen or worker.in_test:
            continue
        found.workers += 1
        said = ["no sandbox"] if worker.runner.value == "unsandboxed" else []
        said += _list("passes through", worker.passthrough.items)
        said += _list("plugins:", worker.plugins.items)
        line = f"{shown(worker.path)}: {'; '.join(said)}"
        if said and line not in found.sandbox:
            found.sandbox.append(line)


def _list(head: str, names: Iterable[str]) -> list[str]:
    text = ", ".join(sorted(names))
    return [f"{head} {text}"] if text else []


def _test_folders(program: Examined, shown: Shown) -> Iterator[str]:
    """The outermost folders that are called like tests, have some, and are not known as such."""
    tested: dict[str, set[bool]] = {}
    for path in program.group.chosen:
        parts = shown(path).split("/")[:-1]
        named = [n for n, part in enumerate(parts) if _TEST_WORD.search(part)]
        if named:
            folder = "/".join(parts[: named[0] + 1])
            tested.setdefault(folder, set()).add(program.is_test(path))
    return (f"{folder}/" for folder, kinds in tested.items() if kinds == {True, False})


def _code(program: Examined) -> list[str]:
    """The chosen files with workflow code, tests left out."""
    answer = program.answer
    paths = {node.fn.path for node in answer.reached.order} & set(program.group.chosen)
    return sorted(path for path in paths if not program.is_test(path))


def _packages(program: Examined, paths: Iterable[str]) -> set[str]:
    """The installed packages, unknown to wflint, that files with workflow code import."""
    answer, index = program.answer, program.answer.index
    known = {*index.libraries, *STANDARD_MODULES, "temporalio", "__future__"}
    tops = {
        (fact.module.partition(".")[0], path)
        for path in paths
        for fact in answer.store.load(path).facts.imports
        if not fact.relative and not fact.typed
    }
    return {top for top, path in tops if top not in known and index.find(top, path) is None}
