"""Pairs of a workflow before and after an edit, and how they are compared in tests."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import tomli

from wflint.replay.change import Change, Program, Verdict
from wflint.replay.compare import compare
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request

PAIRS = Path(__file__).parent / "fixtures" / "replay"
_PROJECT = '[project]\nname = "flow"\nversion = "1.0"\nrequires-python = ">=3.10"\n'
HEAD = """\
import asyncio
from datetime import timedelta

from temporalio import activity, workflow

TEN = timedelta(seconds=10)


@activity.defn
async def reserve(order: str) -> str: ...


@activity.defn
async def charge(order: str) -> str: ...


@activity.defn
async def ship(order: str) -> str: ...


"""


@dataclass(frozen=True)
class Pair:
    """A pair of the folder of fixtures."""

    name: str
    kind: str
    verdict: Verdict
    oracle: str
    difference: str

    @property
    def folder(self) -> Path:
        """The folder of the pair."""
        return PAIRS / self.name


def pairs() -> Iterator[Pair]:
    """Yield all pairs in the order of their names."""
    for file in sorted(PAIRS.glob("*/case.toml")):
        case: dict[str, Any] = tomli.loads(file.read_text())
        verdict, difference = Verdict(case["verdict"]), case.get("difference", "")
        yield Pair(file.parent.name, case["kind"], verdict, case["oracle"], difference)


def some_and_others(of: Iterable[Pair], share: int) -> list[Any]:
    """Return pairs as parameters of a test; by default it looks at one of so many."""
    return [
        pytest.param(pair, id=pair.name, marks=[pytest.mark.exhaustive] if number % share else [])
        for number, pair in enumerate(of)
    ]


def program(folder: Path, files: Mapping[str, str]) -> Program:
    """Write a program, analyse it, and return it."""
    folder.mkdir(parents=True)
    (folder / "pyproject.toml").write_text(_PROJECT)
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    kept: list[Examined] = []
    check(Request(paths=(str(folder),), whole=True), kept.append)
    return Program(kept[0].answer)


def changes(
    tmp_path: Path, old: Mapping[str, str], new: Mapping[str, str], *, shortcut: bool = True
) -> list[Change]:
    """Compare two programs that are given by their files."""
    first, second = program(tmp_path / "old", old), program(tmp_path / "new", new)
    return compare(first, second, shortcut=shortcut)


def flow(body: str, more: str = "", methods: str = "") -> str:
    """Return a module with a workflow that does something."""
    run = textwrap.indent(textwrap.dedent(body).strip("\n"), " " * 8)
    inside = textwrap.indent(textwrap.dedent(methods).strip("\n"), " " * 4)
    inside = f"{inside}\n\n" if inside.strip() else ""
    return (
        f"{HEAD}{textwrap.dedent(more)}\n\n@workflow.defn\nclass W:\n{inside}"
        f"    @workflow.run\n    async def run(self, order: str) -> str:\n{run}\n"
    )


def verdict(tmp_path: Path, old: str, new: str, *, shortcut: bool = True) -> Verdict:
    """Return what becomes of the runs of the one workflow of two modules."""
    found = changes(tmp_path, {"flow.py": old}, {"flow.py": new}, shortcut=shortcut)
    return found[0].verdict if found else Verdict.COMPATIBLE
