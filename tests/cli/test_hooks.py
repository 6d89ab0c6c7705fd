"""The hooks for pre-commit: what `.pre-commit-hooks.yaml` runs."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import Result

from tests.command_line import enter_project, invoke
from tests.mending import CLEAN, CLOCK, FIXED_CLOCK, put

MANIFEST = Path(__file__).parents[2] / ".pre-commit-hooks.yaml"
HOOKS = dict(re.findall(r"- id: (\S+)$.*?^  entry: (.+?)$", MANIFEST.read_text(), re.M | re.S))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working directory."""
    return enter_project(tmp_path, monkeypatch)


def run_hook(name: str, *files: str) -> Result:
    """Run a hook's command on files, as pre-commit does."""
    program, *arguments = shlex.split(HOOKS[name])
    assert program == "wflint"
    return invoke(*arguments, *files)


def test_there_are_two_hooks() -> None:
    assert sorted(HOOKS) == ["wflint", "wflint-fix"]


@pytest.mark.parametrize("name", HOOKS)
def test_a_clean_file_passes(project: Path, name: str) -> None:
    put(project, CLEAN)
    assert run_hook(name, "flow.py").exit_code == 0


@pytest.mark.parametrize("name", HOOKS)
def test_an_excluded_file_is_left_out(project: Path, name: str) -> None:
    put(project, '[tool.wflint]\nextend-exclude = ["flow.py"]\n', "pyproject.toml")
    file = put(project, CLOCK)
    assert run_hook(name, "flow.py").exit_code == 0
    assert file.read_text() == CLOCK


def test_the_check_fails_and_changes_nothing(project: Path) -> None:
    file = put(project, CLOCK)
    assert run_hook("wflint", "flow.py").exit_code == 1
    assert file.read_text() == CLOCK


def test_the_check_shows_the_way_from_the_workflow(project: Path) -> None:
    put(project, CLOCK)
    assert "    from ClockWorkflow.run (flow.py:" in run_hook("wflint", "flow.py").stdout


def test_the_fix_tells_what_it_changed_and_fails_once(project: Path) -> None:
    file = put(project, CLOCK)
    other = put(project, CLOCK, "not_staged.py")
    first = run_hook("wflint-fix", "flow.py")
    assert first.exit_code == 1
    assert first.stderr.startswith("flow.py:\n    1 × WFL101 wall-clock-time\nFixed 1 diagnostic")
    assert (file.read_text(), other.read_text()) == (FIXED_CLOCK, CLOCK)
    assert run_hook("wflint-fix", "flow.py").exit_code == 0


def test_pre_commit_takes_the_manifest() -> None:
    pytest.importorskip("pre_commit")
    command = [sys.executable, "-m", "pre_commit", "validate-manifest", str(MANIFEST)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_pre_commit_runs_the_fix(
    project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    pytest.importorskip("pre_commit")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path_factory.mktemp("pre-commit")))
    if shutil.which("git") is None:
        pytest.skip("there is no git")
    entry = f"{shlex.quote(sys.executable)} -m {HOOKS['wflint-fix']}"
    hook = f"id: fix, name: fix, entry: '{entry}', language: system, types: [python]"
    put(project, f"repos: [{{repo: local, hooks: [{{{hook}}}]}}]\n", ".pre-commit-config.yaml")
    file = put(project, CLOCK)
    for command in (["git", "init", "-q"], ["git", "add", "-A"]):
        subprocess.run(command, cwd=project, check=True)
    command = [sys.executable, "-m", "pre_commit", "run"]
    first = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    assert (first.returncode, "files were modified by this hook" in first.stdout) == (1, True)
    assert file.read_text() == FIXED_CLOCK
    subprocess.run(["git", "add", "-A"], cwd=project, check=True)
    assert subprocess.run(command, cwd=project, capture_output=True, check=False).returncode == 0
