"""Measures how long an editor waits for an answer: 200 edits of a project, by the protocol.

``python -m benchmarks.keystrokes FOLDER [FILE]`` starts `wflint server` on a folder, opens a file
with a workflow, and types in it: statements letter by letter in the body of the longest function,
comments, blank lines and an import. Each edit waits for the answer to the one before. It prints the
median and the 95th percentile of the times, what the process of the server takes of the CPU, and
how its memory grows. ``--compare N`` holds each N-th answer against a cold run, and ``--known``
measures the first answer again in a folder that was checked before.
"""

from __future__ import annotations

import ast
import asyncio
import os
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

import click
from lsprotocol import types

from tests.editor import PULLING, Editor
from wflint.run.check import check
from wflint.run.request import Request

EDITS = 200
STATEMENTS = ("amount = 1", "print(amount)", "values = [str(v) for v in (1, 2)]", "assert amount")
CAPABILITIES = types.ClientCapabilities(
    general=types.GeneralClientCapabilities(position_encodings=[types.PositionEncodingKind.Utf32]),
    text_document=PULLING.text_document,
    workspace=types.WorkspaceClientCapabilities(
        diagnostics=types.DiagnosticWorkspaceClientCapabilities(refresh_support=True),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(
            dynamic_registration=True
        ),
    ),
)


def file_to_edit(folder: Path) -> Path:
    """Return the file with a workflow whose run method is the longest."""
    found: list[tuple[int, Path]] = []
    for path in sorted(folder.rglob("*.py")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if "@workflow.run" in text and "test" not in path.as_posix():
            found.append((_body(text)[1], path))
    return max(found)[1]


def _body(text: str) -> tuple[int, int, int]:
    """Return the row of the last statement, the length, and the indent of the longest function."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return (0, 0, 0)
    functions = [n for n in nodes if isinstance(n, (ast.AsyncFunctionDef, ast.FunctionDef))]
    longest = max(functions, key=lambda n: (n.end_lineno or 0) - n.lineno, default=None)
    if longest is None:
        return (0, 0, 0)
    last = longest.body[-1]
    return (last.lineno, (longest.end_lineno or 0) - longest.lineno, last.col_offset)


def edits(text: str, seed: int) -> Iterator[tuple[str, str]]:
    """Yield kinds of edits with the texts that they make."""
    chance = random.Random(seed)
    row, _, indent = _body(text)
    lines = text.splitlines(keepends=True)
    while True:
        statement = chance.choice(STATEMENTS)
        for end in range(1, len(statement) + 1):
            new = " " * indent + statement[:end] + "\n"
            yield "letter", "".join([*lines[: row - 1], new, *lines[row - 1 :]])
        yield "comment", "".join([*lines[: row - 1], " " * indent, "# why\n", *lines[row - 1 :]])
        yield "blank line", "\n" + text
        yield "import", "import json\n" + text if "__future__" not in text else text + "\nX = 1\n"


class Typing(Editor):
    """An editor in which somebody types in one file."""

    def __init__(self, folder: Path, path: Path, *, cache: bool = False) -> None:
        super().__init__(folder, cache=cache)
        self.path = path
        self.name = path.relative_to(folder).as_posix()

    async def begin(self) -> float:
        """Start the server, open the file, and return the seconds up to the first answer."""
        began = time.perf_counter()
        await self.start(CAPABILITIES)
        self.open(self.name)
        await self.ask()
        return time.perf_counter() - began

    async def ask(self) -> list[tuple[int, int, str]]:
        """Return the diagnostics of the file, when they are there."""
        report = await self.pull(self.name)
        assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
        return [
            (d.range.start.line + 1, d.range.start.character + 1, f"{d.code} {d.message}")
            for d in report.items
        ]

    def used(self) -> tuple[float, float]:
        """Return the seconds of CPU that the server has taken, and its megabytes (Linux)."""
        server = self.client._server
        assert server is not None
        try:
            fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
            pages = int(Path(f"/proc/{server.pid}/statm").read_text().split()[1])
        except OSError:
            return (0.0, 0.0)
        ticks = os.sysconf("SC_CLK_TCK")
        seconds = (int(fields[11]) + int(fields[12])) / ticks
        return seconds, pages * os.sysconf("SC_PAGE_SIZE") / 2**20

    def is_as_cold(self, text: str, said: list[tuple[int, int, str]]) -> bool:
        """True if a cold run says the same of the file."""
        data = {str(self.path): text.encode("utf-8")}
        result = check(Request(cwd=str(self.folder), texts=data, jobs=1))
        there = (d for d in result.diagnostics if result.paths[d.filename] == str(self.path))
        wanted = [(d.location.row, d.location.column, f"{d.code} {d.message}") for d in there]
        return [(row, column) for row, column, _ in said] == [w[:2] for w in wanted] and all(
            one[2].startswith(other[2]) for one, other in zip(said, wanted, strict=True)
        )


async def measure_known(folder: Path, path: Path) -> None:
    """Open a file in a folder that was checked before, and print what the first answer took."""
    check(Request(cwd=str(folder), cache=True))
    typing = Typing(folder, path, cache=True)
    click.echo(f"  checked before: first answer after {await typing.begin():.2f} s")
    await typing.stop()


async def measure(folder: Path, path: Path, count: int, compare: int) -> None:
    """Type, and print what it took."""
    typing = Typing(folder, path)
    first = await typing.begin()
    click.echo(f"{typing.name}: first answer after {first:.2f} s")
    if not count:
        await typing.stop()
        return
    times: dict[str, list[float]] = {}
    cpu: dict[str, list[float]] = {}
    early = 0.0
    differing = compared = 0
    text = path.read_text(encoding="utf-8")
    for number, (kind, new) in zip(range(count), edits(text, 1), strict=False):
        began, before = time.perf_counter(), typing.used()
        typing.type(typing.name, new)
        said = await typing.ask()
        times.setdefault(kind, []).append(time.perf_counter() - began)
        cpu.setdefault(kind, []).append(typing.used()[0] - before[0])
        if number == 10:
            early = typing.used()[1]
        if compare and number % compare == 0:
            compared += 1
            differing += not typing.is_as_cold(new, said)
    for kind, found in times.items():
        taken = cpu[kind]
        click.echo(
            f"  {kind:10} {len(found):4} edits: median {1000 * statistics.median(found):6.0f} ms, "
            f"95 % {1000 * _percentile(found):6.0f} ms; CPU median "
            f"{1000 * statistics.median(taken):6.0f} ms, 95 % {1000 * _percentile(taken):6.0f} ms"
        )
    late = typing.used()[1]
    click.echo(f"  memory: {early:.0f} MB after 10 edits, {late:.0f} MB after {count}")
    if compared:
        click.echo(f"  {differing} of {compared} answers differ from a cold run")
    await typing.stop()


def _percentile(values: list[float]) -> float:
    return sorted(values)[min(len(values) - 1, int(0.95 * len(values)))]


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, resolve_path=True))
@click.argument("file", required=False, type=click.Path(exists=True, resolve_path=True))
@click.option("--edits", "count", default=EDITS, show_default=True, help="How many edits.")
@click.option("--known", is_flag=True, help="Measure a folder that was checked before as well.")
@click.option("--compare", default=0, help="Hold each so-many-th answer against a cold run.")
def main(folder: str, file: str | None, count: int, compare: int, known: bool) -> None:
    """Measure how long an editor waits for the answer to an edit."""
    root = Path(folder)
    path = Path(file) if file else file_to_edit(root)
    asyncio.run(measure(root, path, count, compare))
    if known:
        asyncio.run(measure_known(root, path))


if __name__ == "__main__":
    main()
