"""Fixes in ``wflint diff``: shown as a patch, or written to files."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import click

from wflint.cli import output
from wflint.cli.around import FAILED, FOUND, own_line, say
from wflint.comparison.command import Diff
from wflint.fix.apply import command
from wflint.fix.apply.changes import mend_changes
from wflint.fix.apply.diff import readable, unified
from wflint.run.request import Request, Result

Flags = Mapping[str, Any]


def check_flags(flags: Flags) -> None:
    """Raise :class:`click.UsageError` for flags that cannot go together."""
    if flags["to"] is not None and (flags["fix"] or flags["diff"]):
        raise click.UsageError("fixes are for the files on disk; leave out --to, and name PATHS")


def show(request: Request, compared: Diff, flags: Flags) -> int:
    """Print what fixing would change."""
    outcome = mend_changes(request, compared, bool(flags["unsafe_fixes"]))
    result = outcome.result
    if output.is_terminal(sys.stdout) or flags["color"] == "always":
        color = output.wants_color(flags["color"], sys.stdout)
        output.write_stdout(readable(outcome.files, color))
    else:
        output.write_bytes(unified(outcome.files))
    lines = [*map(own_line, result.problems)]
    if not flags["quiet"]:
        lines += map(own_line, result.warnings)
        lines.append(command.summary(outcome, "Would fix") or "Nothing to fix.\n")
    output.write_stderr("".join(lines))
    found = bool(outcome.files) and not flags["exit_zero"]
    return FAILED if result.problems else FOUND if found else 0


def fix(request: Request, compared: Diff, flags: Flags) -> Result:
    """Fix files, say so, and return what is left to report."""
    outcome = mend_changes(request, compared, bool(flags["unsafe_fixes"]))

    def again(changed: Request) -> Result:
        return compared.result(changed.texts, show_gaps=request.show_gaps)

    def tell(line: str) -> None:
        say([line])

    outcome = command.write_files(request, outcome, tell, again)
    if not flags["quiet"]:
        output.write_stderr(command.summary(outcome, "Fixed"))
    return outcome.result
