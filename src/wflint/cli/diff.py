"""``wflint diff``: versions of a program to reports, messages and an exit code."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from wflint.cli import output
from wflint.cli.around import FAILED, own_line, progress, write_file
from wflint.cli.compared import report, request_from
from wflint.run.request import Request, Result
from wflint.system.printable import visible

Flags = Mapping[str, Any]


def run(flags: Flags) -> int:
    """Run the command and give its exit code."""
    from wflint.comparison.command import Diff

    wants_fixes = flags["fix"] or flags["diff"]
    if wants_fixes:
        from wflint.cli import diff_fixes

        diff_fixes.check_flags(flags)
    _map_path(flags["map"])
    _check_baselines(flags)
    request = _request(flags)
    if flags["update_baseline"]:
        return _update(request, flags)
    form = output.chosen_format(request, flags)
    targets = output.parse_targets(flags["outputs"])
    with progress(request, bool(flags["quiet"])) as shown:
        names = flags["bases"], flags["to"], flags["baselines"]
        compared = Diff(shown, *names, reads_all=flags["map"] is not None)
        if flags["diff"]:
            return diff_fixes.show(shown, compared, flags)
        if wants_fixes:
            result = diff_fixes.fix(shown, compared, flags)
        else:
            result = compared.result({}, show_gaps=shown.show_gaps)
    if flags["map"] is not None and compared.changed is not None:
        _draw(compared.changed, flags["map"], result)
    return report(result, flags, form, targets)


def _draw(changed: tuple[Any, Any], path: str, result: Result) -> None:
    """Write the map of the change."""
    from wflint.map import change_markdown, change_page
    from wflint.map.change import change_of
    from wflint.map.links import links_for

    new, changes = changed
    links = links_for(("web",), Path.cwd())
    pairs = change_of(changes, new, links)
    form = change_markdown if path.endswith(".md") else change_page
    write_file(path, form.render(pairs, Path(links.top).name), result.problems)


def _map_path(path: str | None) -> None:
    if path is not None and not path.endswith((".html", ".md")):
        raise click.BadParameter(f"`{path}` must end in .html or .md", param_hint="--map")


def _check_baselines(flags: Flags) -> None:
    """Raise :class:`click.UsageError` for flags that cannot go together."""
    if not flags["update_baseline"]:
        return
    if len(flags["baselines"]) != 1:
        raise click.UsageError("--update-baseline writes the one file that --baseline names")
    for flag in ("bases", "to", "fix", "diff"):
        if flags[flag]:
            raise click.UsageError("--update-baseline only writes what is on disk; compare then")


def _update(request: Request, flags: Flags) -> int:
    """Write the commands of what is on disk into a baseline."""
    from wflint.comparison.command import committed_text
    from wflint.comparison.committed import check_own

    (path,) = flags["baselines"]
    check_own(path, path)
    with progress(request, bool(flags["quiet"])) as shown:
        text, said, result = committed_text(shown)
    if not result.problems:
        write_file(path, text, result.problems)
    lines = list(map(own_line, result.problems))
    if not result.problems and not flags["quiet"]:
        lines += [f"{visible(path)}: {visible(line)}.\n" for line in said]
    output.write_stderr("".join(lines))
    return FAILED if result.problems else 0


def _request(flags: Flags) -> Request:
    to, paths = flags["to"], flags["paths"]
    if to is not None and paths and os.path.exists(to):
        raise click.UsageError("give either PATHS or a path with --to")
    return request_from(flags, paths, show_gaps=flags["show_gaps"])
