"""Shared by the tests of the cache: a small project, and ways to compare and to count."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from tests.command_line import invoke
from wflint.cache.folder import CacheFolder
from wflint.cache.secret import secret_of_user
from wflint.files.source import Source
from wflint.run.program_run import ProjectRun
from wflint.syntax import guard, pieces
from wflint.system.borders import Border

FLOW = """\
from temporalio import workflow

from shop import prices


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return prices.stamp() + prices.label()
"""
PRICES = """\
import os

from shop.extra.labels import label


def stamp() -> str:
    return str(os.getenv("CURRENCY"))
"""
LABELS = """\
from shop.names import new_name


def label() -> str:
    return new_name()
"""
NAMES = """\
def new_name() -> str:
    return open("names").read()
"""
OTHER = """\
import subprocess

from temporalio import workflow


@workflow.defn
class RefundWorkflow:
    @workflow.run
    async def run(self) -> None:
        subprocess.run("refund")
"""


def make_project(folder: Path) -> Path:
    """Workflows in two files, and helpers, one of them excluded from what is checked.

    None of the faults in it can be fixed. What the first decides is asked of the whole program.
    """
    files = {
        "pyproject.toml": '[tool.wflint]\nextend-exclude = ["extra/"]\n',
        "shop/__init__.py": "",
        "shop/flow.py": FLOW,
        "shop/prices.py": PRICES,
        "shop/names.py": NAMES,
        "shop/other.py": OTHER,
        "shop/extra/__init__.py": "",
        "shop/extra/labels.py": LABELS,
    }
    for name, text in files.items():
        write(folder / name, text)
    return folder


def write(path: Path, text: str) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def output(*arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of ``wflint check``; the time that it took left out."""
    result = invoke("check", *arguments)
    return result.exit_code, result.stdout, re.sub(r"in \d+\.\d s", "in ? s", result.stderr)


def plain_output(*arguments: str) -> tuple[int, str, str]:
    """The same of a run without a cache."""
    return output("--no-cache", *arguments)


def folder_at(path: Path) -> CacheFolder:
    """A folder of entries, sealed with the secret of the user who runs the tests."""
    return CacheFolder(str(path), secret())


def secret() -> bytes:
    """The secret that the runs of a test use."""
    found = secret_of_user(Border(Path.cwd()))
    assert found is not None
    return found


def entries(root: Path, kind: str = "") -> list[Path]:
    """The entries in the cache of a project."""
    return sorted((root / ".wflint_cache").glob(f"{kind}*-*"))


@contextmanager
def parsed_files(root: Path) -> Iterator[list[str]]:
    """The names of the files of which ``ast`` or LibCST parses anything, each time."""
    names: list[str] = []

    def note(text: str) -> None:
        found = (p for p in root.rglob("*.py") if p.read_text() == text)
        names.extend(p.relative_to(root).as_posix() for p in found)  # a piece has no file

    by_ast, by_piece = guard._parse, pieces._piece

    def parse(text: str) -> ast.Module:
        note(text)
        return by_ast(text)

    def parse_piece(source: Source, *more: Any) -> pieces.Piece:
        note(source.text)
        return by_piece(source, *more)

    with (
        mock.patch.object(guard, "_parse", parse),
        mock.patch.object(pieces, "_piece", parse_piece),
    ):
        yield names


@contextmanager
def counted_analyses() -> Iterator[list[str]]:
    """The roots of the projects that are analysed, and not taken from the cache."""
    roots: list[str] = []
    run = ProjectRun.run

    def counted(self: ProjectRun) -> object:
        roots.append(str(self.group.project.root))
        return run(self)

    with mock.patch.object(ProjectRun, "run", counted):
        yield roots
