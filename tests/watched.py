"""Runs wflint in a process that writes down what it touches: programs, files, folders.

``run(...)`` is for tests. The process has loaded wflint already, unless variables say where Python
finds modules. It imports this module by its path; nothing outside the standard library is used.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_WRITES = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.truncate"}
_READS = {"open", "os.listdir", "os.scandir"}
_RUNS = {"os.exec", "os.posix_spawn", "os.spawn", "os.system", "subprocess.Popen"}
_START = "import sys; sys.path.insert(0, {tests!r}); import watched; watched.main({log!r})"
_MEMORY = 2 * 1024**3


@dataclass(frozen=True)
class Watched:
    """The outcome of a run: its end, its output, and what it did. Paths are without links."""

    code: int
    said: str
    programs: list[str]
    read: set[str]
    changed: set[str]

    def touched_below(self, folder: Path) -> list[str]:
        """The files and folders at or below a folder that were read or changed."""
        top = os.path.realpath(folder)
        return sorted(p for p in self.read | self.changed if p == top or p.startswith(top + os.sep))


def run(
    arguments: Sequence[str], cwd: Path, log: Path, variables: Mapping[str, str] | None = None
) -> Watched:
    """Run wflint in a folder, with little memory and not for long."""
    added = {"WFLINT_NO_CACHE": "", "NO_COLOR": "1", **(variables or {})}
    runner = _run_anew if "PYTHONPATH" in added else _run_copy
    code, said = runner(arguments, cwd, log, added)
    events = [json.loads(line) for line in log.read_text().splitlines()]
    return Watched(
        code,
        said,
        [path for kind, path in events if kind == "run"],
        {path for kind, path in events if kind == "read"},
        {path for kind, path in events if kind == "change"},
    )


def _run_copy(
    arguments: Sequence[str], cwd: Path, log: Path, variables: Mapping[str, str]
) -> tuple[int, str]:
    from tests import forking

    done = forking.run(cwd, *arguments, variables=variables, log=log)
    return done.returncode, done.stdout + done.stderr


def _run_anew(
    arguments: Sequence[str], cwd: Path, log: Path, variables: Mapping[str, str]
) -> tuple[int, str]:
    """Run it in a process that imports all of wflint under these variables."""
    start = _START.format(tests=os.path.dirname(__file__), log=str(log))
    done = subprocess.run(
        [sys.executable, "-c", start, *arguments],
        cwd=cwd,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=60,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def main(log: str) -> None:
    """Be the process: watch, then run the command line."""
    watch(log)
    sys.argv[:1] = ["wflint"]
    sys.path.pop(0)
    from wflint.__main__ import run as run_wflint

    run_wflint()


def watch(log: str) -> None:
    """Write down from now on what this process touches, in little memory."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    stream = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    busy = False

    def note(kind: str, path: object) -> None:
        if isinstance(path, (str, bytes, os.PathLike)):
            line = json.dumps([kind, os.path.realpath(os.fsdecode(path))])
            os.write(stream, line.encode() + b"\n")

    def see(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal busy
        if busy or event not in _WRITES | _READS | _RUNS:
            return
        busy = True
        try:
            if event in _RUNS:
                note("run", arguments[0])
            elif event in _WRITES:
                for path in arguments[:2]:
                    note("change", path)
            else:
                flags = arguments[2] if event == "open" else 0
                writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
                note("change" if writes else "read", arguments[0])
        finally:
            busy = False

    sys.addaudithook(see)
