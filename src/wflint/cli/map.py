"""``wflint map``: files to a map, the map to files, and an exit code."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from wflint.cli.around import FAILED, progress, request_to_read, say, write_file
from wflint.diagnostics import SYNTAX_ERROR

if TYPE_CHECKING:
    from wflint.map.links import Links
    from wflint.map.model import Map
    from wflint.run.request import Request, Result

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
    from wflint.map.links import links_for

    targets = [(_form(path), path) for path in flags["outputs"]]
    paths = flags["paths"] or (".",)
    request = request_to_read(flags, whole=True, cache=not flags["no_cache"])
    first = Path(paths[0]).absolute()
    links = links_for(flags["links"] or ("web",), first if first.is_dir() else first.parent)
    with progress(request, bool(flags["quiet"])) as shown:
        found, result, problems = _found(shown, flags, links)
    found.remarks += [
        f"{one.filename}:{one.location.line} cannot be read: {one.message}"
        for one in result.diagnostics
        if one.code == SYNTAX_ERROR
    ]
    if not found.workflows:
        found.remarks += result.warnings or [NONE_HERE]
    found.title = flags["title"] or Path(links.top or first).name
    for form, path in targets:
        text = importlib.import_module(f"wflint.map.{form}").render(found)
        write_file(path, text, problems)
    said = problems
    if not flags["quiet"]:
        said = [*problems, *found.remarks]
    say(said)
    return FAILED if problems else 0


def _found(
    request: Request, flags: Mapping[str, Any], links: Links
) -> tuple[Map, Result, list[str]]:
    """Return the map, the result of the run, and what could not be done."""
    from wflint.map.build import MapMaking, build
    from wflint.run.check import check

    tests = flags["tests"]
    if not flags["histories"]:
        making = MapMaking(tests)
        result = check(replace(request, making=making))
        return making.finish(links), result, result.problems
    from wflint.map.ran import ran_in

    projects: list[Any] = []
    result = check(request, projects.append)
    ran = ran_in(projects, flags["histories"])
    found = build(projects, links, tests=tests, ran=ran)
    return found, result, [*result.problems, *ran.problems]


def _form(path: str) -> str:
    form = ENDINGS.get(Path(path).suffix.lower())
    if form is None:
        known = ", ".join(sorted({".html", ".json", ".md", ".mmd", ".svg"}))
        raise click.BadParameter(f"`{path}` must end in one of {known}", param_hint="-o")
    return form
