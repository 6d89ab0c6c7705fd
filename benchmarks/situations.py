"""The situations in which wflint is measured on a tree: cold, warm, after changes, with fixes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import NamedTuple

from benchmarks.edits import Edit, with_other_body, with_other_signature
from benchmarks.timing import Run

COLD = "wflint, cold"
ONE_CORE = "wflint, cold, `-j1`"
WARM = "wflint, nothing changed"
FIX = "wflint --fix, cold"
FRESH = "wflint, nothing but what is kept for the user"
DIFF = "wflint --fix --diff, nothing changed"
BODY = "wflint, a body of a workflow changed"
SIGNATURE = "wflint, a signature of a helper changed"
HELPER = "wflint, a body of a helper changed"
THREE = "wflint, three files given, one changed"
TWICE = "wflint, twice in one process"

_WFLINT = (sys.executable, "-m", "wflint", "check", "--quiet")
_PLACES, _TWICE = (str(Path(__file__).with_name(name)) for name in ("places.py", "twice.py"))
_READ = frozenset({".py", ".pyi", ".toml", ".cfg", ".ini"})
_UNREAD = frozenset({".git", ".venv", "venv", "node_modules", ".wflint_cache", "__pycache__"})


class Place(NamedTuple):
    """A function in a file, which is named as seen from the top of the tree."""

    file: str
    qualname: str


class Places(NamedTuple):
    """The functions to change: one beside workflows, one in the file with most helpers."""

    workflow: Place
    helper: Place


def copy(tree: Path, to: Path) -> None:
    """Copy what linters read of a tree, in place of what was there."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(tree, to, symlinks=True, ignore=_unread)


def _unread(folder: str, names: list[str]) -> set[str]:
    paths = (Path(folder, name) for name in names)
    return {path.name for path in paths if path.name in _UNREAD or _is_unread_file(path)}


def _is_unread_file(path: Path) -> bool:
    if path.is_symlink():
        return True
    return path.is_file() and path.suffix not in _READ and path.name != ".gitignore"


def own_runs(tree: Path, scratch: Path) -> Iterator[Run]:
    """Yield the runs of wflint on a tree; copies that are changed are made in ``scratch``."""
    cold = (*_WFLINT, "--no-cache")
    yield Run(COLD, (*cold, "."), tree)
    yield Run(ONE_CORE, (*cold, "-j1", "."), tree)
    cached = (*_WFLINT, "--cache-dir", str(scratch / "cache"))
    yield _filled(Run(WARM, (*cached, "."), tree))
    yield _fresh(tree, scratch / "fresh cache")
    yield _filled(Run(DIFF, (*cached, "--fix", "--diff", "."), tree))
    fixed = scratch / "fixed"
    yield Run(FIX, (*cold, "--fix", "."), fixed, partial(copy, tree, fixed))
    yield from _changed_runs(tree, scratch)
    yield Run(TWICE, (sys.executable, _TWICE), tree)


def _fresh(tree: Path, cache: Path) -> Run:
    """Return a run as in a fresh checkout, of files that the user has checked elsewhere."""
    command = (*_WFLINT, "--cache-dir", str(cache), ".")
    return Run(FRESH, command, tree, partial(shutil.rmtree, cache, ignore_errors=True))


def _changed_runs(tree: Path, scratch: Path) -> Iterator[Run]:
    """Yield runs after one change each: all in one copy, so that each meets one change only."""
    places = find_places(tree)
    changed = scratch / "changed"
    copy(tree, changed)
    cached = (*_WFLINT, "--cache-dir", str(scratch / "cache of changed"))
    _filled(Run(BODY, (*cached, "."), changed))
    for name, place, edit, paths in (
        (BODY, places.workflow, with_other_body, ["."]),
        (SIGNATURE, places.helper, with_other_signature, ["."]),
        (HELPER, places.helper, with_other_body, ["."]),
        (THREE, places.workflow, with_other_body, _three_files(tree, places)),
    ):
        change = _changing(changed / place.file, place.qualname, edit)
        yield Run(name, (*cached, *paths), changed, change)


def _filled(run: Run) -> Run:
    """Return a run whose cache knows the tree."""
    subprocess.run(run.command, cwd=run.folder, capture_output=True, check=False)
    return run


def find_places(tree: Path) -> Places:
    """Return what to change in a tree. Ends the program if it has no workflow."""
    done = subprocess.run(
        (sys.executable, _PLACES, str(tree)), capture_output=True, text=True, check=True
    )
    return chosen_places(tree, [(path, qualname) for path, qualname in json.loads(done.stdout)])


def chosen_places(tree: Path, reached: list[tuple[str, str]]) -> Places:
    """Choose among the functions that are reached: those in files that reach most."""
    top = tree.resolve()
    inside = [Place(path, name) for path, name in reached if top in Path(path).parents]
    workflow = _place(_by_file(inside, top, has_workflow=True), with_other_body)
    if workflow is None:
        raise SystemExit(f"{tree}: there is no workflow in it")
    helper = _place(_by_file(inside, top, has_workflow=False), with_other_signature) or workflow
    return Places(
        *(Place(str(Path(p.file).relative_to(top)), p.qualname) for p in (workflow, helper))
    )


def _by_file(places: list[Place], top: Path, *, has_workflow: bool) -> list[Place]:
    """Return the places of files with or without workflows, of those with most of them first."""
    often = Counter(place.file for place in places)
    chosen = [file for file in often if _has_workflow(Path(file)) == has_workflow]
    chosen.sort(key=lambda file: (-often[file], file))
    return [place for file in chosen for place in places if place.file == file]


def _has_workflow(path: Path) -> bool:
    return b"workflow.defn" in path.read_bytes()


def _place(places: list[Place], edit: Edit) -> Place | None:
    """Return the first place where a change can be made."""
    for place in places:
        text = Path(place.file).read_text(encoding="utf-8", errors="replace")
        if edit(text, place.qualname, 0) is not None:
            return place
    return None


def _three_files(tree: Path, places: Places) -> list[str]:
    """Return the files of the places and one more, as somebody who commits names them."""
    files = (str(path.relative_to(tree)) for path in sorted(tree.rglob("*.py")))
    named = dict.fromkeys([places.workflow.file, places.helper.file])
    return list(dict.fromkeys([*named, *files]))[:3]


_numbers = count(1)


def _changing(path: Path, qualname: str, edit: Edit) -> Callable[[], None]:
    """Return what makes one more change, which no run has seen yet."""

    def change() -> None:
        changed = edit(path.read_text(encoding="utf-8"), qualname, next(_numbers))
        if changed is None:
            raise SystemExit(f"{path}: {qualname} cannot be changed")
        path.write_text(changed, encoding="utf-8")

    return change
