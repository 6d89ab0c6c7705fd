"""The surroundings of a run in all commands: a progress bar, files to write, lines on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from msgspec.structs import replace

from wflint.cli import output
from wflint.report import Look, render
from wflint.run.request import Request, Result
from wflint.system.printable import visible

FOUND, FAILED = 1, 2
"""Exit codes."""


@contextmanager
def progress(request: Request, quiet: bool) -> Iterator[Request]:
    """The request with a progress bar, which is gone at the end, before anything is printed."""
    if quiet or not output.is_terminal(sys.stderr):
        yield request
        return
    from wflint.cli.progress import Progress

    with Progress() as bar:
        yield replace(request, progress=bar)


def own_line(line: str) -> str:
    """A line of wflint's own on stderr."""
    return f"wflint: {visible(line)}\n"


def say(lines: Iterable[str]) -> None:
    """Print lines of wflint's own on stderr."""
    output.write_stderr("".join(map(own_line, lines)))


def sentences(lines: Iterable[str]) -> list[str]:
    """Return lines for stderr of which each is a sentence, without its capital and full stop."""
    return [f"{visible(line[:1].upper() + line[1:])}.\n" for line in lines]


def request_to_read(flags: Mapping[str, Any], **more: Any) -> Request:
    """Return the request of a command that reads code, and has options for no more than that."""
    return Request(
        baseline="ignore",
        paths=flags["paths"] or (".",),
        config=flags["config"],
        isolated=flags["isolated"],
        **more,
    )


def write_file(path: str, text: str, problems: list[str]) -> None:
    """Write a file that the user has named; note as a problem if that fails."""
    try:
        output.write_file(path, text)
    except OSError as error:
        problems.append(f"cannot write {path}: {error.strerror or error}")


def write_files(result: Result, targets: Iterable[tuple[str, str]], look: Look) -> None:
    """Write the reports that go to files; what cannot be written becomes a problem."""
    for name, path in targets:
        text = render(name, result.diagnostics, output.without_color(look))
        write_file(path, text, result.problems)
