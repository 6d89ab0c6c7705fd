"""``wflint check``: flags to a request, the result to reports, messages and an exit code."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click
from msgspec.structs import replace

from wflint.cli import output
from wflint.cli.around import FAILED, FOUND, own_line, progress, say, write_files
from wflint.run.request import Request, Result

Flags = Mapping[str, Any]

_LISTS = (
    "select",
    "ignore",
    "extend_select",
    "exclude",
    "extend_exclude",
    "fixable",
    "unfixable",
)
_TABLES = ("per_file_ignores", "extend_per_file_ignores")
_ABOUT_BASELINES = ("update_baseline", "prune_baseline", "error_stale_baseline")
_PLAIN = ("force_exclude", "respect_gitignore", "target_sdk", "fail_on", "min_severity")


def run(flags: Flags) -> int:
    """Run the command and give its exit code."""
    request = request_from(flags)
    if flags["show_settings"] or flags["show_files"]:
        return _show(request, flags)
    _check_flags(flags)
    request = _compared(request, flags)
    form = output.chosen_format(request, flags)
    targets = output.parse_targets(flags["outputs"])
    if flags["watch"]:
        from wflint.cli.watch import watch

        return watch(request, flags, lambda found: _report(found, flags, form, targets))
    if flags["diff"]:
        return _diff(request, flags)
    if flags["fix"] or flags["fix_only"] or _hides(flags):
        return _fix(request, flags, form, targets)
    from wflint.run.check import check

    with progress(request, _is_quiet(flags)) as shown:
        result = check(shown)
    _settle(result, flags)
    _report(result, flags, form, targets)
    return _exit_code(result, flags)


def _check_flags(flags: Flags) -> None:
    if _hides(flags):
        _check_add_ignore(flags)
    if flags["update_baseline"] or flags["prune_baseline"]:
        from wflint.cli.baseline import check_flags

        check_flags(flags)


def _check_add_ignore(flags: Flags) -> None:
    hint = "--add-ignore"
    if flags["fix"] or flags["fix_only"]:
        raise click.UsageError("give either --add-ignore or --fix")
    if flags["no_ignores"]:
        raise click.UsageError("--add-ignore writes what --no-ignores does not read")
    reason = flags["add_ignore"]
    if "#" in reason or not reason.isprintable():
        raise click.BadParameter("a reason is one line without `#`", param_hint=hint)


def _compared(request: Request, flags: Flags) -> Request:
    """Return a request that leaves out what another revision has, if the flags name one."""
    revision, branch = flags["new_from"], flags["new_from_merge_base"]
    if revision is None and branch is None:
        return request
    if revision is not None and branch is not None:
        raise click.UsageError("give either --new-from or --new-from-merge-base")
    from wflint.run.comparison import Base, known_at

    if revision is not None:
        base = Base(revision, "--new-from")
    else:
        base = Base(branch, "--new-from-merge-base", is_merge_base=True)
    with progress(request, _is_quiet(flags)) as shown:
        known, warnings = known_at(base, shown)
    if not _is_quiet(flags):
        say(warnings)
    return replace(request, known=known)


def _settle(result: Result, flags: Flags) -> None:
    """Write baselines where the flags want it, before anything is reported."""
    if result.baselines or any(flags[name] for name in _ABOUT_BASELINES):
        from wflint.cli.baseline import settle

        result.said += settle(result, flags)


def _hides(flags: Flags) -> bool:
    """True if the places that are reported get comments in place of fixes."""
    return flags["add_ignore"] is not None


def _is_quiet(flags: Flags) -> bool:
    return bool(flags["quiet"] or flags["silent"])


def _exit_code(result: Result, flags: Flags) -> int:
    if result.problems:
        return FAILED
    fails = result.fails or (flags["error_stale_baseline"] and _has_stale(result))
    return FOUND if fails and not flags["exit_zero"] else 0


def _has_stale(result: Result) -> bool:
    return any(state.stale for state in result.baselines)


def _diff(request: Request, flags: Flags) -> int:
    """Print what fixing would change."""
    from wflint.fix.apply import command
    from wflint.fix.apply.diff import readable, unified

    with progress(request, _is_quiet(flags)) as shown:
        outcome = command.find_fixes(shown, bool(flags["unsafe_fixes"]), flags["add_ignore"])
    if output.is_terminal(sys.stdout) or flags["color"] == "always":
        color = output.wants_color(flags["color"], sys.stdout)
        output.write_stdout(readable(outcome.files, color))
    else:  # for `git apply`, which takes no colours, whatever FORCE_COLOR says
        output.write_bytes(unified(outcome.files))
    verb = "Would suppress" if _hides(flags) else "Would fix"
    _say_fixed(command.summary(outcome, verb), outcome.result, flags)
    found = bool(outcome.files) and not flags["exit_zero"]
    return FAILED if outcome.result.problems else FOUND if found else 0


def _fix(request: Request, flags: Flags, form: str, targets: list[tuple[str, str]]) -> int:
    """Fix files, and report what is left."""
    from wflint.fix.apply import command

    with progress(request, _is_quiet(flags)) as shown:
        tell = partial(_tell, flags)
        if _hides(flags):
            outcome = command.ignore_in_files(shown, flags["add_ignore"], tell)
        else:
            outcome = command.fix_files(shown, bool(flags["unsafe_fixes"]), tell)
    if request.stdin is not None:
        output.write_bytes(command.fixed_stdin(outcome, request))
    listed = command.listed(outcome.files) if flags["show_fixes"] else ""
    said = listed + command.summary(outcome, "Suppressed" if _hides(flags) else "Fixed")
    if outcome.files and outcome.result.baselines and request.stdin is None:
        from wflint.cli.baseline import follow

        follow(outcome.result)
    _settle(outcome.result, flags)
    if flags["fix_only"]:
        _say_fixed(said, outcome.result, flags)
        code = FAILED if outcome.result.problems else 0
    else:
        if not _is_quiet(flags):
            output.write_stderr(said)
        _report(outcome.result, flags, form, targets, to_stderr=request.stdin is not None)
        code = _exit_code(outcome.result, flags)
    return code or (FOUND if outcome.files and flags["exit_non_zero_on_fix"] else 0)


def _tell(flags: Flags, line: str) -> None:
    """Say at once what keeps the run."""
    if not flags["silent"]:
        say([line])


def _say_fixed(said: str, result: Result, flags: Flags) -> None:
    """Print what was fixed, and what went wrong; diagnostics that are left are not reported."""
    problems = "".join(map(own_line, result.problems))
    quiet = _is_quiet(flags)
    more = "" if _hides(flags) else _left_out(result, flags)
    output.write_stderr(problems + ("" if quiet else (said or "Nothing to fix.\n") + more))


def _left_out(result: Result, flags: Flags) -> str:
    """Return how many unsafe fixes were not wanted, and how to see or have them."""
    from wflint.report import summary

    found = sum(d.fix is not None and d.fix.applicability == "unsafe" for d in result.diagnostics)
    if not found or flags["unsafe_fixes"]:
        return ""
    command = (
        "--diff --unsafe-fixes` shows" if flags["diff"] else "--fix-only --unsafe-fixes` applies"
    )
    number = "it" if found == 1 else "them"
    left = "is left out" if found == 1 else "are left out"
    return f"[**] {summary.count(found, 'unsafe fix')} {left}; `{command} {number}.\n"


def request_from(flags: Flags) -> Request:
    """The run that the flags ask for."""
    paths = flags["paths"]
    if not paths:
        paths = ("-",) if flags["stdin_filename"] else (".",)
    return Request(
        paths=paths,
        stdin=_stdin() if "-" in paths else None,
        stdin_filename=flags["stdin_filename"],
        config=flags["config"],
        isolated=flags["isolated"],
        overrides=overrides_from(flags),
        no_ignores=flags["no_ignores"],
        show_gaps=flags["show_gaps"],
        jobs=_jobs(flags["jobs"]),
        cache=not flags["no_cache"],
        baseline="make" if flags["update_baseline"] else "read",
        show_baselined=flags["show_baselined"],
        verbose=flags["verbose"],
    )


def _stdin() -> bytes:
    if sys.stdin is None:
        raise click.UsageError("stdin is closed, so there is nothing to read")
    return sys.stdin.buffer.read()


def overrides_from(flags: Flags) -> dict[str, object]:
    """The settings that flags give, under the names they have in a configuration file."""
    given: dict[str, object] = {}
    for key in _LISTS:
        if flags[key]:
            given[key] = _split(flags[key])
    for key in _TABLES:
        if flags[key]:
            given[key] = _table(_split(flags[key]), key)
    given |= {key: flags[key] for key in _PLAIN if flags[key] is not None}
    if flags["baseline"]:
        given["baseline"] = os.path.abspath(flags["baseline"])
    # A path on the command line is relative to the working directory, one in a file is not.
    if flags["python"]:
        found = os.path.exists(flags["python"])
        given["python"] = os.path.abspath(flags["python"]) if found else flags["python"]
    if flags["cache_dir"]:
        given["cache_dir"] = os.path.abspath(flags["cache_dir"])
    return {key.replace("_", "-"): value for key, value in given.items()}


def _split(values: Iterable[str]) -> list[str]:
    return [item.strip() for value in values for item in value.split(",") if item.strip()]


def _table(items: list[str], key: str) -> dict[str, list[str]]:
    """``a.py:WFL101,WFL113,b/*.py:WFL2``: a rule without a pattern goes to the pattern before."""
    table: dict[str, list[str]] = {}
    pattern = ""
    for item in items:
        head, colon, rule = item.rpartition(":")
        pattern = head.strip() if colon else pattern
        if not pattern:
            flag = key.replace("_", "-")
            raise click.BadParameter(f"expected PATTERN:RULE, not `{item}`", param_hint=f"--{flag}")
        table.setdefault(pattern, []).append(rule.strip())
    return table


def _jobs(value: str) -> int | None:
    if value == "auto":
        return None
    if not re.fullmatch(r"0*[1-9][0-9]{0,8}", value):
        raise click.BadParameter("expected a number above 0, or auto", param_hint="--jobs")
    return int(value)


def _show(request: Request, flags: Flags) -> int:
    from wflint.cli.show import describe_files, describe_projects
    from wflint.config.find import ProjectFinder
    from wflint.files.select import select

    finder = ProjectFinder(Path.cwd(), request.config, request.isolated, request.overrides)
    selected = select(request.paths, finder, request.stdin_filename)
    if flags["show_settings"]:
        owners = (group.owner(path) for group in selected.groups for path in group.chosen)
        projects = list(dict.fromkeys(owners)) or [finder.find(finder.cwd)]
        output.write_stdout(describe_projects(projects))
    if flags["show_files"]:
        output.write_stdout(describe_files(selected.groups, finder.cwd))
    say(selected.problems)
    return FAILED if selected.problems else 0


def _report(
    result: Result,
    flags: Flags,
    form: str,
    targets: list[tuple[str, str]],
    to_stderr: bool = False,
) -> None:
    """Write the reports, by default to stdout, then say on stderr how the run went."""
    from wflint.report import render

    look = output.look_for(result, {form, *(name for name, _ in targets)}, flags["color"])
    write_files(result, targets, look)
    if not flags["silent"]:
        if flags["statistics"]:
            form = "json-statistics" if form == "json" else "statistics"
        report = render(form, result.diagnostics, look)
        if to_stderr:
            output.write_stderr(report)
        else:
            output.write_report(report, form)
        _say(result, flags, form)


def _say(result: Result, flags: Flags, form: str) -> None:
    from wflint.report import summary

    lines = list(map(own_line, result.problems))
    if not flags["quiet"]:
        lines += map(own_line, result.warnings)
        lines += map(own_line, result.said)
        if flags["verbose"]:
            lines += map(own_line, result.notes)
        if (result.stats.files or not result.problems) and not flags["watch"]:
            gaps_shown = bool(flags["show_gaps"])
            lines.append(summary.render(result.diagnostics, result.stats, gaps_shown))
        if result.diagnostics and form in ("full", "concise") and os.environ.get("GITHUB_ACTIONS"):
            lines.append("--output-format github shows diagnostics at the lines of a change.\n")
    if flags["show_gaps"]:
        lines.append(summary.gap_lines(result.gaps))
    output.write_stderr("".join(lines))
