"""The fixtures about order are run: what they call wrong differs from process to process."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path

import pytest

from tests.harness import FIXTURES
from tests.oracle.hash_order import Runs, run

FOLDERS = ("all_tasks_iteration", "unordered_iteration")
Definition = ast.FunctionDef | ast.AsyncFunctionDef


def cases(kind: str) -> list[tuple[Path, str]]:
    """The functions of the flagged or clean fixtures that are run."""
    files = [file for folder in FOLDERS for file in sorted((FIXTURES / folder).glob(f"{kind}*.py"))]
    return [(file, node.name) for file in files for node in definitions(file) if is_case(node)]


def definitions(file: Path) -> list[Definition]:
    """The functions of a module."""
    body = ast.parse(file.read_bytes()).body
    return [node for node in body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def is_case(node: Definition) -> bool:
    """True if a function is run by itself."""
    is_public = not node.name.startswith("_") and not ast.unparse(node.args)
    return isinstance(node, ast.AsyncFunctionDef) and is_public


@lru_cache(maxsize=1)
def runs() -> dict[Path, Runs]:
    """All cases are run at once: a process costs more than what it runs."""
    return run(sorted({file for kind in ("flagged", "clean") for file, _ in cases(kind)}))


def by_name(value: object) -> str:
    return f"{value.parent.name}/{value.stem}" if isinstance(value, Path) else str(value)


@pytest.mark.parametrize(("file", "case"), cases("flagged"), ids=by_name)
def test_what_is_flagged_differs(file: Path, case: str) -> None:
    asked = runs()[file][case]
    assert len({tuple(commands) for commands in asked}) > 1, asked[0]


@pytest.mark.parametrize(("file", "case"), cases("clean"), ids=by_name)
def test_what_is_clean_is_always_the_same(file: Path, case: str) -> None:
    asked = runs()[file][case]
    assert asked[0], "the case must at least complete"
    assert len({tuple(commands) for commands in asked}) == 1, asked


def test_every_case_of_a_flagged_fixture_is_reported() -> None:
    for file, name in cases("flagged"):
        code = {node.name: source(file, node) for node in definitions(file)}
        reported = [helper for helper, text in methods(file).items() if "# expect: " in text]
        called = [helper for helper in reported if f"{helper}(" in code[name]]
        assert "# expect: " in code[name] or called, f"{file.name}: {name}"


def methods(file: Path) -> dict[str, str]:
    """The source of the functions and methods that are not run by themselves."""
    nodes = [n for n in ast.walk(ast.parse(file.read_bytes())) if isinstance(n, Definition)]
    return {node.name: source(file, node) for node in nodes if not is_case(node)}


def source(file: Path, node: Definition) -> str:
    """The source of a function with its comments."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])
