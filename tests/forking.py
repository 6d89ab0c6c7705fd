"""Runs wflint in processes of their own, which need not import it again.

``run(...)`` is for tests. A process that has imported wflint, this file as a program, starts a copy
of itself for each run, so that a run may crash like any process. Where the system cannot copy
processes, each run is a new one.

``serve(...)`` starts the server for editors likewise. It talks over a socket that its end closes.
"""

from __future__ import annotations

import atexit
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TextIO

END = 120
"""Seconds after which a run is taken to have no end."""
_FLOW = """\
import time

from temporalio import workflow


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> float:
        return time.time()
"""


def run(
    folder: Path,
    *arguments: str,
    variables: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder. Its exit code is negative if a signal has ended it.

    ``variables`` are added to those of this process. With ``log``, the run is watched as
    ``tests/watched.py`` says. Raises ``TimeoutError`` for a run without end.
    """
    environment = {**os.environ, **(variables or {})}
    if not hasattr(os, "fork"):
        command = [sys.executable, "-m", "wflint", *arguments]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=END
        )
    with tempfile.TemporaryDirectory() as place:
        out, err = os.path.join(place, "out"), os.path.join(place, "err")
        watching = str(log) if log is not None else None
        code = _ask("run", [str(folder), out, err, environment, arguments, watching])
        texts = [Path(file).read_text(encoding="utf-8", errors="replace") for file in (out, err)]
    if code == -signal.SIGALRM:
        raise TimeoutError(f"wflint {' '.join(arguments)} has not ended after {END} seconds")
    return subprocess.CompletedProcess(arguments, code, *texts)


def serve(address: str, *arguments: str) -> None:
    """Start ``wflint server`` on the socket of the system that listens at an address."""
    _ask("serve", [address, dict(os.environ), arguments])


def _ask(kind: str, request: object) -> int:
    server = _server(kind)
    assert server.stdin is not None and server.stdout is not None
    server.stdin.write(json.dumps(request) + "\n")
    server.stdin.flush()
    return int(server.stdout.readline())


@cache
def _server(kind: str) -> subprocess.Popen[str]:
    started = subprocess.Popen(
        [sys.executable, __file__, kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(started.kill)
    return started


def _answer(kind: str, requests: TextIO) -> None:
    """Answer each line with an exit code, until there are no more."""
    _import_what_runs_import()
    if kind == "serve":
        importlib.import_module("wflint.cli.server")
        importlib.import_module("wflint.server.features")
    become: Callable[..., None] = _become_server if kind == "serve" else _become
    for line in requests:
        child = os.fork()
        if child == 0:
            become(*json.loads(line))
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


def _import_what_runs_import() -> None:
    """Check something in which there is something to find and to fix: most is imported on need."""
    import wflint.cli.check
    import wflint.report.concise
    import wflint.report.full
    import wflint.report.summary  # noqa: F401
    from wflint.run.check import check
    from wflint.run.request import Request

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "flow.py").write_text(_FLOW)
        assert check(Request(paths=(folder,), isolated=True)).diagnostics


def _become(
    folder: str,
    out: str,
    err: str,
    variables: dict[str, str],
    arguments: Sequence[str],
    log: str | None,
) -> None:
    """Be a run of the command line; does not return."""
    from wflint.__main__ import run as run_wflint

    signal.alarm(END)
    os.chdir(folder)
    for file, number in ((os.devnull, 0), (out, 1), (err, 2)):
        os.dup2(os.open(file, os.O_RDWR | os.O_CREAT, 0o600), number)
    _take_over(variables, arguments)
    if log is not None:
        importlib.import_module("watched").watch(log)
    run_wflint()


def _become_server(address: str, variables: dict[str, str], arguments: Sequence[str]) -> None:
    """Leave the process that waits for the end of this one, and be a server; does not return."""
    from wflint.__main__ import run as run_wflint

    if os.fork():
        os._exit(0)
    signal.alarm(END)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(address)
    null = os.open(os.devnull, os.O_RDWR)
    for file, number in ((connection.fileno(), 0), (connection.fileno(), 1), (null, 2)):
        os.dup2(file, number)
    connection.close()
    _take_over(variables, ["server", *arguments])
    run_wflint()


def _take_over(variables: dict[str, str], arguments: Sequence[str]) -> None:
    """Have the variables and the arguments of a new process, and its streams."""
    os.environ.clear()
    os.environ.update(variables)
    sys.stdin, sys.stdout, sys.stderr = (open(n, m) for n, m in enumerate("rww"))  # noqa: SIM115
    sys.argv[:] = ["wflint", *arguments]
    tempfile.tempdir = None  # other variables, another folder


if __name__ == "__main__":
    importlib.import_module("watched")
    sys.path.pop(0)
    _answer(sys.argv[1], sys.stdin)
