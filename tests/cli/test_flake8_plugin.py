"""wflint as a plugin of flake8, run as users run it: by flake8."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flake8.main.cli import main as flake8

import wflint.run.check
from tests.command_line import CLOCK
from wflint.flake8_plugin import Plugin
from wflint.run.request import Request, Result

HELPER = """\
import time


def stamp() -> float:
    return time.time()
"""
WORKFLOW = """\
from temporalio import workflow

from helper import stamp


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> float:
        return stamp()
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two files, which is the working directory."""
    (tmp_path / "pyproject.toml").write_text("[tool.wflint]\n")
    (tmp_path / "helper.py").write_text(HELPER)
    (tmp_path / "flow.py").write_text(WORKFLOW)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Plugin, "found", {})
    return tmp_path


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The requests that wflint was run with in this process."""
    seen: list[object] = []
    check = wflint.run.check.check

    def counted(request: Request) -> Result:
        seen.append(request)
        return check(request)

    monkeypatch.setattr(wflint.run.check, "check", counted)
    return seen


@pytest.mark.parametrize("processes", ["1", "2"])
def test_one_run_answers_for_all_files_and_processes(
    processes: str, runs: list[object], capfd: pytest.CaptureFixture[str]
) -> None:
    assert flake8(["-j", processes, "."]) == 1
    assert "./helper.py:5:12: WFL101 wall-clock-time `time.time()`" in capfd.readouterr().out
    assert len(runs) == 1


def test_what_is_found_rests_on_the_whole_program_and_is_shown_for_the_files_asked_about(
    capfd: pytest.CaptureFixture[str],
) -> None:
    assert flake8(["helper.py"]) == 1
    assert "helper.py:5:12: WFL101" in capfd.readouterr().out
    assert flake8(["flow.py"]) == 0


def test_the_text_of_an_editor_comes_from_stdin(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    from flake8.utils import stdin_get_value

    stdin_get_value.cache_clear()
    stdin = io.TextIOWrapper(io.BytesIO(CLOCK.encode()))
    monkeypatch.setattr("sys.stdin", stdin)
    assert flake8(["--stdin-display-name", "flow.py", "-"]) == 1
    assert "flow.py:10:20: WFL101" in capfd.readouterr().out


@pytest.mark.parametrize("selected", ["E,F", "E9"])
def test_nothing_is_checked_when_flake8_wants_none_of_the_codes(
    selected: str, runs: list[object]
) -> None:
    assert flake8(["--select", selected, "."]) == 0
    assert runs == []


@pytest.mark.parametrize("selected", ["W", "WFL", "E,WFL1", "WFL101"])
def test_flake8_selects_by_the_beginning_of_a_code(
    selected: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert flake8(["--select", selected, "."]) == 1
    assert capfd.readouterr().out.count("WFL101") == 1


def test_a_noqa_comment_hides_a_code(project: Path) -> None:
    text = HELPER.replace("time.time()", "time.time()  # noqa: WFL101")
    (project / "helper.py").write_text(text)
    assert flake8(["."]) == 0


def test_a_configuration_that_cannot_be_used_is_a_message(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (project / "pyproject.toml").write_text("[tool.wflint]\nselekt = []\n")
    assert flake8(["."]) == 1
    said = capfd.readouterr()
    assert "wflint: " in said.out and "selekt" in said.out
    assert "Traceback" not in said.out + said.err


def test_settings_of_wflint_count(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.wflint]\nignore = ["wall-clock-time"]\n')
    assert flake8(["."]) == 0
