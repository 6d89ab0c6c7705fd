"""``wflint map``: files to a map, the map to files, and an exit code."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from wflint.cli.around import FAILED, progress, request_to_read, say, write_file

SYNTAX_ERROR = "WFL001"
ENDINGS = {
    ".html": "page",
    ".htm": "page",
    ".json": "json_map",
    ".markdown": "markdown",
    ".md": "markdown",
    ".mermaid": "mermaid",
    ".mmd": "mermaid",
    ".svg": "svg",
}
"""The module that writes a map into a file, by the end of its name."""

NONE_HERE = (
    "no workflow is defined in the files that were given: give the folder of the project, or the "
    "files that define its workflows"
)


def run(flags: Mapping[str, Any]) -> int:
    """Run the command and give its exit code."""
    from wflint.map.build import build
    from wflint.map.links import links_for
    from wflint.map.ran import ran_in
    from wflint.run.check import check

    targets = [(_form(path), path) for path in flags["outputs"]]
    paths = flags["paths"] or (".",)
    request = request_to_read(flags, whole=True)
    first = Path(paths[0]).absolute()
    links = links_for(flags["links"] or ("web",), first if first.is_dir() else first.parent)
    projects: list[Any] = []
    with progress(request, bool(flags["quiet"])) as shown:
        result = check(shown, projects.append)
        ran = ran_in(projects, flags["histories"]) if flags["histories"] else None
        found = build(projects, links, tests=flags["tests"], ran=ran)
    found.remarks += [
        f"{one.filename}:{one.location.line} cannot be read: {one.message}"
        for one in result.diagnostics
        if one.code == SYNTAX_ERROR
    ]
    if not found.workflows:
        found.remarks += result.warnings or [NONE_HERE]
    found.title = flags["title"] or Path(links.top or first).name
    problems = [*result.problems, *(ran.problems if ran is not None else ())]
    for form, path in targets:
        text = importlib.import_module(f"wflint.map.{form}").render(found)
        write_file(path, text, problems)
    said = problems
    if not flags["quiet"]:
        said = [*problems, *found.remarks]
    say(said)
    return FAILED if problems else 0


def _form(path: str) -> str:
    form = ENDINGS.get(Path(path).suffix.lower())
    if form is None:
        known = ", ".join(sorted({".html", ".json", ".md", ".mmd", ".svg"}))
        raise click.BadParameter(f"`{path}` must end in one of {known}", param_hint="-o")
    return form
