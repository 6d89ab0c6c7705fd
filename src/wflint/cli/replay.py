"""``wflint replay``: files with histories to reports, messages and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from wflint.cli import output
from wflint.cli.around import FAILED, FOUND, own_line, progress, write_files
from wflint.run.request import Request, Result
from wflint.system.printable import visible

if TYPE_CHECKING:
    from wflint.histories.command import Replayed

Flags = Mapping[str, Any]


def run(flags: Flags) -> int:
    """Run the command and give its exit code."""
    from wflint.histories.command import replay
    from wflint.histories.files import histories_in, told_apart

    modes = [name for name in ("strip", "coverage", "run") if flags[name]]
    if len(modes) > 1:
        raise click.UsageError(f"give either --{modes[0]} or --{modes[1]}")
    if not flags["run"] and flags["python"]:
        raise click.UsageError("--python is for --run; without it, no code is run")
    named, code = told_apart(flags["paths"])
    files = histories_in(named, flags["folders"])
    if flags["strip"]:
        return _strip(files, code, flags)
    request = _request(flags, code)
    form = output.chosen_format(request, flags)
    targets = output.parse_targets(flags["outputs"])
    with progress(request, bool(flags["quiet"])) as shown:
        replayed = replay(shown, files, frozenset(named))
    if flags["coverage"]:
        return _cover(replayed, flags)
    if flags["run"]:
        return _run(replayed, flags)
    _report(replayed.result, flags, form, targets)
    if replayed.result.problems:
        return FAILED
    return FOUND if replayed.result.fails and not flags["exit_zero"] else 0


def _strip(files: list[str], code: tuple[str, ...], flags: Flags) -> int:
    """Write histories without payloads."""
    from wflint.histories.command import count_histories
    from wflint.histories.strip import strip_files

    if code or len(flags["outputs"]) > 1:
        raise click.UsageError("--strip takes histories, and one folder to write to: -o FOLDER")
    folder = flags["outputs"][0] if flags["outputs"] else None
    written, problems = strip_files(files, folder)
    for place, text in written:
        if not place:
            output.write_report(text, "json")
            continue
        try:
            os.makedirs(os.path.dirname(place) or ".", exist_ok=True)
            output.write_file(place, text)
        except OSError as error:
            problems.append(f"cannot write {place}: {error.strerror}")
    lines = list(map(own_line, problems))
    if folder is not None and not flags["quiet"]:
        lines.append(f"Stripped {count_histories(len(written))}.\n")
    output.write_stderr("".join(lines))
    return FAILED if problems else 0


def _cover(replayed: Replayed, flags: Flags) -> int:
    """Print what no history goes through."""
    from wflint.histories import coverage_text
    from wflint.histories.coverage import coverage

    found = coverage(replayed.matcher.workflows, replayed.histories)
    places = coverage_text.Places(replayed.code)
    if flags["output_format"] == "json":
        output.write_report(coverage_text.to_json(found, places), "json")
    else:
        output.write_report(coverage_text.render(found, places), "text")
    lines = list(map(own_line, replayed.result.problems))
    if not flags["quiet"]:
        lines += map(own_line, replayed.result.warnings)
        lines += [f"{visible(line[:1].upper() + line[1:])}.\n" for line in replayed.result.said]
    output.write_stderr("".join(lines))
    return FAILED if replayed.result.problems else 0


def _run(replayed: Replayed, flags: Flags) -> int:
    """Replay with the SDK, which runs the project."""
    from wflint.histories import rerun

    python = flags["python"] or sys.executable
    output.write_stderr(own_line(f"--run imports and runs code of the project with {python}"))
    results = rerun.rerun(replayed, python, flags["timeout"])
    if flags["output_format"] == "json":
        output.write_report(rerun.to_json(results), "json")
    else:
        output.write_report(rerun.render(results), "text")
    problems = replayed.result.problems
    output.write_stderr("".join(map(own_line, problems)))
    verdicts = {result.verdict for result in results}
    if problems or rerun.FAILED in verdicts:
        return FAILED
    return FOUND if rerun.INCOMPATIBLE in verdicts and not flags["exit_zero"] else 0


def _request(flags: Flags, code: tuple[str, ...]) -> Request:
    given = {"fail-on": flags["fail_on"], "min-severity": flags["min_severity"]}
    overrides: dict[str, object] = {k: value for k, value in given.items() if value is not None}
    return Request(
        paths=code or (".",),
        config=flags["config"],
        isolated=flags["isolated"],
        overrides=overrides,
        no_ignores=flags["no_ignores"],
        cache=not flags["no_cache"],
    )


def _report(result: Result, flags: Flags, form: str, targets: list[tuple[str, str]]) -> None:
    """Write the reports, then say on stderr what was replayed."""
    from wflint.report import render, summary

    look = output.look_for(result, {form, *(name for name, _ in targets)}, flags["color"])
    write_files(result, targets, look)
    output.write_report(render(form, result.diagnostics, look), form)
    lines = list(map(own_line, result.problems))
    if not flags["quiet"]:
        lines += map(own_line, result.warnings)
        lines.append(summary.found(result.diagnostics, result.stats))
        lines += [f"{visible(line[:1].upper() + line[1:])}.\n" for line in result.said]
    output.write_stderr("".join(lines))
