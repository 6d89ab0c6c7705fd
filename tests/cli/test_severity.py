"""Which severities are reported, and which make a run fail."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke

BOTH = """\
from datetime import datetime

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        print("ordered")
        return str(datetime.now())
"""
WARNING = BOTH.replace("str(datetime.now())", '""')


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with an error and a warning, which is the working directory."""
    (tmp_path / "flow.py").write_text(BOTH)
    return enter_project(tmp_path, monkeypatch)


def codes(*arguments: str) -> list[str]:
    """The codes and severities that a run reports."""
    found = json.loads(invoke("check", "--output-format", "json", *arguments).stdout)
    return [f"{one['code']} {one['severity']}" for one in found]


@pytest.mark.parametrize(
    ("lowest", "error", "warning"),
    [("error", 1, 0), ("warning", 1, 1), ("info", 1, 1), ("never", 0, 0)],
)
def test_fail_on_is_the_lowest_severity_that_fails(
    lowest: str, error: int, warning: int, project: Path
) -> None:
    assert invoke("check", "--fail-on", lowest).exit_code == error
    (project / "flow.py").write_text(WARNING)
    assert invoke("check", "--fail-on", lowest).exit_code == warning


def test_without_it_a_warning_fails_and_an_info_does_not(project: Path) -> None:
    (project / "flow.py").write_text(WARNING)
    assert invoke("check").exit_code == 1
    (project / "pyproject.toml").write_text('[tool.wflint.severity]\nprint = "info"\n')
    assert codes() == ["WFL139 info"]
    assert invoke("check").exit_code == 0
    assert invoke("check", "--fail-on", "info").exit_code == 1


def test_each_folder_says_what_fails_in_it(project: Path) -> None:
    (project / "legacy").mkdir()
    (project / "legacy" / "old.py").write_text(WARNING.replace("Order", "Old"))
    (project / "flow.py").unlink()
    (project / "legacy" / "wflint.toml").write_text('fail-on = "error"\n')
    assert codes() == ["WFL139 warning"]
    assert invoke("check").exit_code == 0
    assert invoke("check", "--fail-on", "warning").exit_code == 1


def test_a_repeated_run_fails_alike(project: Path) -> None:
    (project / "flow.py").write_text(WARNING)
    (project / "pyproject.toml").write_text('[tool.wflint]\nfail-on = "error"\n')
    assert [invoke("check").exit_code for _ in range(2)] == [0, 0]


def test_what_is_less_severe_than_wanted_is_counted_and_not_fixed(project: Path) -> None:
    assert codes("--min-severity", "error") == ["WFL101 error"]
    said = invoke("check", "--min-severity", "error", "--diff", "--unsafe-fixes")
    assert "workflow.logger" not in said.stdout
    assert (
        "1 diagnostic is not shown (min-severity)."
        in invoke("check", "--min-severity", "error").stderr
    )


def test_what_is_not_reported_does_not_fail(project: Path) -> None:
    (project / "flow.py").write_text(WARNING)
    assert invoke("check", "--min-severity", "error").exit_code == 0
