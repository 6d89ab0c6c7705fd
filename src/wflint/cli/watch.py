"""``wflint check --watch``: check, wait until a file changes, and check again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from wflint.cli import output
from wflint.cli.around import FAILED, own_line, say
from wflint.config.errors import ConfigError
from wflint.config.find import ProjectFinder
from wflint.report.summary import by_severity, count
from wflint.run.request import Request, Result
from wflint.workspace.answer import Answer
from wflint.workspace.collecting import collect_rarely
from wflint.workspace.workspace import Workspace

_ONCE = {
    "fix": "--fix",
    "fix_only": "--fix-only",
    "diff": "--diff",
    "add_ignore": "--add-ignore",
    "update_baseline": "--update-baseline",
    "prune_baseline": "--prune-baseline",
    "new_from": "--new-from",
    "new_from_merge_base": "--new-from-merge-base",
    "stdin_filename": "--stdin-filename",
}
"""Flags of what is done once, or with files that do not change."""

_ENDINGS = (".py", ".ipynb", ".toml", ".gitignore")
_PAUSE = 100
"""Milliseconds without a change after which a check begins: editors write several files at once."""


def watch(request: Request, flags: Mapping[str, Any], report: Callable[[Result], None]) -> int:
    """Check again after each change, until an interrupt. ``report`` prints what was found."""
    for name, flag in _ONCE.items():
        if flags[name] not in (None, False):
            raise click.UsageError(f"give either --watch or {flag}")
    if "-" in request.paths:
        raise click.UsageError("--watch needs files, and `-` is stdin")
    if find_spec("watchfiles") is None:
        say(["--watch needs one more package: pip install 'wflint[watch]'"])
        return FAILED
    collect_rarely()
    is_quiet = flags["quiet"] or flags["silent"]
    for answer in _answers(Workspace(os.getcwd(), request), _changes(request)):
        if isinstance(answer, Answer):
            report(answer.result)
            output.write_stderr("" if is_quiet else _summary(answer.result))
        else:
            output.write_stderr(own_line(str(answer)) + "Waiting for changes; Ctrl-C ends.\n")
    return 0


def _answers(workspace: Workspace, changes: Iterator[object]) -> Iterator[Answer | ConfigError]:
    """Yield what a check says, and again after each change."""
    for _ in changes:
        try:
            answer: Answer | ConfigError = workspace.check()
        except ConfigError as error:
            answer = error
        _clear()
        yield answer
        workspace.tidy()


def _changes(request: Request) -> Iterator[object]:
    """Yield once at the beginning, and then whenever a file of the programs has changed.

    Files are watched before the first check begins, and while one is going on.
    """
    from watchfiles import Change, DefaultFilter, watch

    finder = ProjectFinder(Path.cwd(), request.config, request.isolated, request.overrides)
    roots = {finder.program_root(Path(path).absolute()) for path in request.paths}
    usual = DefaultFilter()

    def matters(change: Change, path: str) -> bool:
        return path.endswith(_ENDINGS) and usual(change, path)

    is_first = True
    for changed in watch(
        *sorted(roots), watch_filter=matters, debounce=_PAUSE * 4, step=_PAUSE,
        rust_timeout=_PAUSE, yield_on_timeout=True,
    ):  # fmt: skip
        if changed or is_first:
            is_first = False
            yield changed


def _clear() -> None:
    """Clear the terminal, if there is one, so that only the last answer is on it."""
    if output.is_terminal(sys.stdout):
        sys.stdout.write("\x1b[2J\x1b[3J\x1b[H")
        sys.stdout.flush()


def _summary(result: Result) -> str:
    """One line: what was found, how long it took, and that there is more to come."""
    new = (diagnostic for diagnostic in result.diagnostics if not diagnostic.is_known)
    said = ", ".join(by_severity(new)) or "Nothing found"
    files, seconds = count(result.stats.files, "file"), result.stats.seconds
    return f"{said} in {files} ({seconds:.1f} s). Waiting for changes; Ctrl-C ends.\n"
