"""``wflint graph``: a name to a graph, the graph to text, and an exit code."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from wflint.cli import output
from wflint.cli.around import FAILED, progress, request_to_read, say

if TYPE_CHECKING:
    from wflint.graph.find import Target

DRAWINGS = {"mermaid": "mermaid", "dot": "dot", "json": "json_graph"}
UNREACHED = 1


def run(flags: Mapping[str, Any]) -> int:
    """Run the command and give its exit code."""
    from wflint.graph import text
    from wflint.graph.build import build
    from wflint.graph.find import find
    from wflint.run.check import check

    if flags["commands"] and flags["form"] not in ("text", "json"):
        raise click.UsageError("--commands has no drawing; use --format text or json")
    request = request_to_read(flags, whole=True)
    projects: list[Any] = []
    with progress(request, bool(flags["quiet"])) as shown:
        result = check(shown, projects.append)
    say(result.problems if projects else [*result.problems, *result.warnings])
    if not projects:
        return FAILED
    target = find(projects, flags["entry"], Path.cwd())
    form = flags["form"]
    if flags["commands"] and target.nodes:
        _print_commands(target, form, bool(flags["quiet"]))
        return FAILED if result.problems else 0
    graph = build(target)
    if form == "text":
        drawing = text.render(graph, output.wants_color(flags["color"], sys.stdout))
    else:
        drawing = importlib.import_module(f"wflint.graph.{DRAWINGS[form]}").render(graph)
    output.write_report(drawing, form)
    if not graph.reached and form != "text":
        output.write_stderr(text.unreached(graph))
    elif graph.reached and not flags["quiet"]:
        output.write_stderr(text.summary(graph))
    if result.problems:
        return FAILED
    return 0 if graph.reached else UNREACHED


def _print_commands(target: Target, form: str, quiet: bool) -> None:
    from wflint.graph import commands_text
    from wflint.graph.commands import commands_of

    commands = commands_of(target)
    if form == "json":
        output.write_report(commands_text.to_json(commands), form)
        return
    output.write_report(commands_text.render(commands), form)
    if not quiet:
        output.write_stderr(commands_text.summary(commands))
