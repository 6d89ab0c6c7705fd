"""``wflint replay``: files with histories to reports, messages and an exit code."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from wflint.cli import output
from wflint.cli.around import FAILED, FOUND, own_line, progress, sentences
from wflint.cli.compared import report, request_from

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
    request = request_from(flags, code)
    form = output.chosen_format(request, flags)
    targets = output.parse_targets(flags["outputs"])
    with progress(request, bool(flags["quiet"])) as shown:
        replayed = replay(shown, files, frozenset(named))
    if flags["coverage"]:
        return _cover(replayed, flags)
    if flags["run"]:
        return _run(replayed, flags)
    return report(replayed.result, flags, form, targets)


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
        lines += sentences(replayed.result.said)
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
