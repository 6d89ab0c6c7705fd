"""The contestants: wflint in several situations, other linters, and what no linter can beat."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from benchmarks.timing import Run
from benchmarks.tree import write_others

WFLINT = (sys.executable, "-m", "wflint", "check", "--quiet")
COLD, WARM, CHANGED, SINGLE = (
    "wflint, cold",
    "wflint, nothing changed",
    "wflint, one file changed",
    "wflint, one file given",
)
TENFOLD = "wflint, cold, ten times the files"
CLICK = 'python -c "import click"'

_SEMGREP = Path(__file__).with_name("semgrep.yml")
_PEERS: dict[str, tuple[str, ...]] = {
    "temporalint": ("temporalint", "."),
    "flake8": ("flake8", "."),
    "ruff": ("ruff", "check", "--no-cache", "--isolated", "."),
    "pylint -E": ("pylint", "-E", "--recursive=y", "."),
    "fixit": ("fixit", "lint", "."),
    "semgrep": ("semgrep", "scan", "--metrics=off", "--disable-version-check", "--config"),
}
_SLOW = frozenset({"pylint -E", "fixit", "semgrep"})
_READ = "import sys\nfor path in sys.argv[1:]:\n    open(path, 'rb').read()\n"
_PARSE = "import ast, sys\nfor path in sys.argv[1:]:\n    ast.parse(open(path, 'rb').read())\n"


def own_runs(tree: Path, scratch: Path) -> Iterator[Run]:
    """wflint on a tree; with a cache where this version has one."""
    has_cache = "--no-cache" in _help()
    uncached = (*WFLINT, "--no-cache") if has_cache else WFLINT
    yield Run(COLD, (*uncached, "."), tree)
    if has_cache:
        changing = scratch / "changing"
        shutil.copytree(tree, changing, symlinks=True)
        workflow = _a_workflow(tree).relative_to(tree)
        warm, single = (*_cached(tree, scratch), "."), (*_cached(tree, scratch), str(workflow))
        changed = (*_cached(changing, scratch), ".")
        for command, folder in ((warm, tree), (single, tree), (changed, changing)):
            subprocess.run(command, cwd=folder, capture_output=True, check=False)
        yield Run(WARM, warm, tree)
        yield Run(CHANGED, changed, changing, partial(_change, changing / workflow))
        yield Run(SINGLE, single, tree)
    larger = scratch / "larger"
    shutil.copytree(tree, larger, symlinks=True)
    write_others(larger, 9 * sum(1 for _ in tree.rglob("*.py")), "unrelated")
    yield Run(TENFOLD, (*uncached, "."), larger)


def _cached(tree: Path, scratch: Path) -> tuple[str, ...]:
    return (*WFLINT, "--cache-dir", str(scratch / f"cache of {tree.name}"))


def peer_runs(tree: Path, peers: str | None, *, slow: bool) -> Iterator[Run]:
    """The other linters that are installed: in the folder ``peers``, or else on the PATH."""
    path = os.pathsep.join(filter(None, (peers, os.environ.get("PATH"))))
    for name, (program, *arguments) in _PEERS.items():
        found = shutil.which(program, path=path)
        if found is None or (name in _SLOW and not slow):
            continue
        more = (str(_SEMGREP), ".") if name == "semgrep" else ()
        yield Run(name, (found, *arguments, *more), tree, slow=name in _SLOW)


def floor_runs(tree: Path) -> Iterator[Run]:
    """Yield what has to be done in any case."""
    files = [str(path) for path in sorted(tree.rglob("*.py"))]
    named = [path for path in files if b"temporalio" in Path(path).read_bytes()]
    yield Run(CLICK, (sys.executable, "-c", "import click"), tree)
    yield Run("reading all bytes", (sys.executable, "-c", _READ, *files), tree)
    yield Run(
        "ast.parse of the files that name temporalio", (sys.executable, "-c", _PARSE, *named), tree
    )


def _help() -> str:
    done = subprocess.run((*WFLINT, "--help"), capture_output=True, text=True, check=True)
    return done.stdout


def _a_workflow(tree: Path) -> Path:
    """The largest file with a workflow."""
    files = [path for path in tree.rglob("*.py") if b"workflow.defn" in path.read_bytes()]
    return max(sorted(files), key=lambda path: path.stat().st_size)


def _change(path: Path) -> None:
    with path.open("a", encoding="utf-8") as stream:
        stream.write("\n# changed\n")
