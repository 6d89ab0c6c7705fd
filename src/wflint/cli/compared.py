"""The request of commands that hold code against other versions or histories, and their report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from wflint.cli import output
from wflint.cli.around import FAILED, FOUND, own_line, sentences, write_files
from wflint.run.request import Request, Result

Flags = Mapping[str, Any]


def request_from(flags: Flags, paths: tuple[str, ...], *, show_gaps: bool = False) -> Request:
    """Return the request for the code at some paths."""
    given = {"fail-on": flags["fail_on"], "min-severity": flags["min_severity"]}
    overrides: dict[str, object] = {k: value for k, value in given.items() if value is not None}
    return Request(
        paths=paths or (".",),
        config=flags["config"],
        isolated=flags["isolated"],
        overrides=overrides,
        no_ignores=flags["no_ignores"],
        show_gaps=show_gaps,
        cache=not flags["no_cache"],
    )


def report(result: Result, flags: Flags, form: str, targets: list[tuple[str, str]]) -> int:
    """Write the reports, then say on stderr what was done; return the exit code."""
    from wflint.report import render, summary

    look = output.look_for(result, {form, *(name for name, _ in targets)}, flags["color"])
    write_files(result, targets, look)
    output.write_report(render(form, result.diagnostics, look), form)
    lines = list(map(own_line, result.problems))
    if not flags["quiet"]:
        lines += map(own_line, result.warnings)
        lines.append(summary.found(result.diagnostics, result.stats))
        lines += sentences(result.said)
    output.write_stderr("".join(lines))
    if result.problems:
        return FAILED
    return FOUND if result.fails and not flags["exit_zero"] else 0
