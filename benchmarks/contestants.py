"""The other contestants: linters that are installed, and what no linter can beat."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import Run

CLICK = 'python -c "import click"'
PEERS: dict[str, tuple[str, ...]] = {
    "temporalint": ("temporalint", "."),
    "flake8": ("flake8", "."),
    "ruff": ("ruff", "check", "--no-cache", "--isolated", "."),
}
_READ = "import sys\nfor path in sys.argv[1:]:\n    open(path, 'rb').read()\n"
_PARSE = "import ast, sys\nfor path in sys.argv[1:]:\n    ast.parse(open(path, 'rb').read())\n"


def peer_programs(folder: str | None) -> dict[str, str]:
    """Return the linters that are installed, in a folder or else on the PATH: name and program."""
    path = os.pathsep.join(filter(None, (folder, os.environ.get("PATH"))))
    found = ((name, shutil.which(command[0], path=path)) for name, command in PEERS.items())
    return {name: program for name, program in found if program is not None}


def peer_runs(tree: Path, programs: dict[str, str]) -> Iterator[Run]:
    """Yield the runs of other linters on a tree."""
    for name, program in programs.items():
        yield Run(name, (program, *PEERS[name][1:]), tree)


def floor_runs(tree: Path) -> Iterator[Run]:
    """Yield what has to be done in any case."""
    files = [str(path) for path in sorted(tree.rglob("*.py"))]
    named = [path for path in files if b"temporalio" in Path(path).read_bytes()]
    parsing = "ast.parse of the files that name temporalio"
    yield Run(CLICK, (sys.executable, "-c", "import click"), tree)
    yield Run("reading all bytes", (sys.executable, "-c", _READ, *files), tree)
    yield Run(parsing, (sys.executable, "-c", _PARSE, *named), tree)
