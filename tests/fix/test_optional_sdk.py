"""If `temporalio` is an extra of the project, no fix imports it into what works without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mending import mend_in_memory, put
from wflint.fix.apply.rounds import Outcome

USER = """\
from temporalio import workflow
from pkg.ids import stamp


@workflow.defn
class StampWorkflow:
    @workflow.run
    async def run(self) -> float:
        return stamp()
"""
STAMP = "import time as time\n\n\ndef stamp() -> float:\n    return time.time()\n"
EXTRA = """\
[project]
dependencies = ["httpx", "temporalio-tools"]
[project.optional-dependencies]
temporal = [
    "temporalio>=1.10",
]
"""
REASON = "(not fixed: `temporalio` is optional in this project)"


def fixed(folder: Path, packaging: str, helper: str = STAMP) -> Outcome:
    """Return the outcome of fixing a workflow and a helper of it in a package."""
    put(folder, f"{packaging}\n[tool.wflint]\n", "pyproject.toml")
    put(folder, "", "pkg/__init__.py")
    put(folder, USER, "pkg/flow.py")
    put(folder, helper, "pkg/ids.py")
    return mend_in_memory(folder)


def is_withheld(outcome: Outcome) -> bool:
    told = any(REASON in d.message for d in outcome.result.diagnostics)
    assert told != bool(outcome.files)
    return told


@pytest.mark.parametrize(
    ("packaging", "withheld"),
    [
        pytest.param(EXTRA, True, id="an extra"),
        pytest.param(
            "[project]\noptional-dependencies.temporal = ['temporalio[opentelemetry]']\n",
            True,
            id="a dotted key",
        ),
        pytest.param(
            "[tool.hatch.metadata.hooks.x.optional-dependencies]\nt = ['temporalio']\n",
            True,
            id="an extra that a hook writes",
        ),
        pytest.param(
            "[tool.poetry.dependencies]\ntemporalio = { version = '^1.9', optional = true }\n",
            True,
            id="an extra of poetry",
        ),
        pytest.param(
            "[tool.poetry.dependencies]\ntemporalio = '^1.9'\n", False, id="a need of poetry"
        ),
        pytest.param(
            EXTRA.replace("-tools", ">=1"), False, id="an extra that is always there as well"
        ),
        pytest.param("[project]\ndependencies = [\n  'temporalio',\n]\n", False, id="a need"),
        pytest.param("[dependency-groups]\ndev = ['temporalio']\n", False, id="for developers"),
        pytest.param("[project]\nkeywords = ['temporalio']\n", False, id="a keyword"),
        pytest.param("[project.optional-dependencies]\n# 'temporalio',\n", False, id="a comment"),
        pytest.param("", False, id="nothing is said"),
    ],
)
def test_what_the_packaging_file_says(tmp_path: Path, packaging: str, withheld: bool) -> None:
    assert is_withheld(fixed(tmp_path, packaging)) == withheld


@pytest.mark.parametrize(
    ("line", "withheld"),
    [
        pytest.param("from temporalio.client import Client\n", False, id="an import"),
        pytest.param("import temporalio.client as c\n", False, id="a module"),
        pytest.param("with x:\n    from temporalio import client\n", False, id="a block"),
        pytest.param(
            "try:\n    import temporalio.client\n"
            "except ImportError as e:\n    raise ImportError('install pkg[temporal]') from e\n",
            False,
            id="one that says what is missing",
        ),
        pytest.param(
            "try:\n    import temporalio.client\nexcept ImportError:\n    pass\n",
            True,
            id="one that may fail",
        ),
        pytest.param(
            "if TYPE_CHECKING:\n    from temporalio import client\n", True, id="for type checkers"
        ),
        pytest.param("def f():\n    from temporalio import client\n", True, id="inside a function"),
    ],
)
def test_a_module_that_needs_it_already(tmp_path: Path, line: str, withheld: bool) -> None:
    text = f"from typing import TYPE_CHECKING\n{line}{STAMP}"
    assert is_withheld(fixed(tmp_path, EXTRA, text)) == withheld


def test_the_nearest_packaging_file_counts(tmp_path: Path) -> None:
    put(tmp_path, "[project]\ndependencies = ['temporalio']\n", "pkg/pyproject.toml")
    assert not is_withheld(fixed(tmp_path, EXTRA))


def test_one_that_says_nothing_of_it_does_not(tmp_path: Path) -> None:
    put(tmp_path, "[project]\ndependencies = ['httpx']\n", "pkg/pyproject.toml")
    assert is_withheld(fixed(tmp_path, EXTRA))


def test_a_change_of_the_packaging_file_is_seen(tmp_path: Path) -> None:
    """Notes of an earlier run on the fix do not hold any more."""
    assert is_withheld(fixed(tmp_path, EXTRA))
    assert not is_withheld(fixed(tmp_path, EXTRA.replace("-tools", ">=1")))
    assert is_withheld(fixed(tmp_path, EXTRA))
