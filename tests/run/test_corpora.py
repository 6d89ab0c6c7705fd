"""Code that nobody wrote for wflint: a workflow calls all of it, and nothing fails.

The tests of the order in which things are resolved look at single shapes; this is for the shapes
that nobody thought of. The modules are those of the Python that runs the tests.
"""

from __future__ import annotations

import ast
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import harness
from wflint.run.check import check
from wflint.run.request import Request

LIBRARY = Path(os.__file__).parent
MODULES = (
    *("argparse", "bdb", "cmd", "code", "configparser", "contextlib", "csv", "dataclasses"),
    *("datetime", "enum", "fractions", "functools", "graphlib", "heapq", "mailbox", "optparse"),
    *("pdb", "pickletools", "plistlib", "queue", "shlex", "string", "tarfile", "textwrap"),
    *("tokenize", "traceback", "types", "typing", "weakref", "zipfile"),
)
GROUPS = [
    MODULES[0::10],
    *(pytest.param(MODULES[n::10], marks=pytest.mark.exhaustive) for n in range(1, 10)),
]


def callables(path: Path) -> Iterator[str]:
    """The functions, classes and methods at the top of a module, as they are called."""
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                if isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield f"{node.name}().{inner.name}"


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group[0])
def test_the_standard_library(group: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(harness.PROJECT_FILE)
    lines = ["from temporalio import workflow"]
    calls = []
    for name in group:
        source = LIBRARY / f"{name}.py"
        if not source.is_file():
            continue
        # Under its own name it would be that of the library, which is not followed.
        shutil.copy(source, tmp_path / f"own_{name}.py")
        lines.append(f"import own_{name}")
        calls += [f"        own_{name}.{one}()" for one in dict.fromkeys(callables(source))]
    head = "@workflow.defn\nclass Everything:\n    @workflow.run\n    async def run(self):\n"
    (tmp_path / "flow.py").write_text("\n".join([*lines, head + "\n".join(calls), ""]))
    result = check(Request(paths=(str(tmp_path),), jobs=1, show_gaps=True))
    assert not result.problems
    assert {"WFL001", "WFL006"}.isdisjoint(d.code for d in result.diagnostics)
    assert result.stats.functions > len(calls) / 2
    assert any(d.chain[1:] for d in result.diagnostics)
