"""The GitHub action: its steps are run as a runner would run them, with this wflint."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.command_line import CLOCK

ROOT = Path(__file__).parent.parent.parent
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
CHECK = next(step for step in ACTION["runs"]["steps"] if step.get("id") == "check")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the runner's bash is not there")


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """The folder of a runner: a checkout, and an environment with wflint."""
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout" / "flow.py").write_text(CLOCK)
    (tmp_path / "checkout" / "pyproject.toml").write_text("[tool.wflint]\n")
    binaries = tmp_path / "temp" / "wflint" / "bin"
    binaries.mkdir(parents=True)
    program = binaries / "wflint"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m wflint "$@"\n')
    program.chmod(0o755)
    return tmp_path


def run(runner: Path, **inputs: str) -> tuple[int, str, dict[str, str]]:
    """Run the step that checks. Give its exit code, what it prints, and its outputs."""
    env = {name: _default(value) for name, value in CHECK["env"].items()} | inputs
    env |= {
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": str(runner / "output"),
        "GITHUB_STEP_SUMMARY": str(runner / "summary"),
        "GITHUB_WORKSPACE": str(runner / "checkout"),
        "PATH": os.environ["PATH"],
        "RUNNER_TEMP": str(runner / "temp"),
    }
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", CHECK["run"]],
        cwd=runner / "checkout",
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    pairs = (line.partition("=") for line in (runner / "output").read_text().splitlines())
    return done.returncode, done.stdout, {name: value for name, _, value in pairs}


def _default(value: str) -> str:
    """The default of the input that an expression like ``${{ inputs.paths }}`` names."""
    name = value.removeprefix("${{ inputs.").removesuffix(" }}")
    return str(ACTION["inputs"][name]["default"])


def test_what_is_found_is_annotated_summed_up_and_written_for_code_scanning(runner: Path) -> None:
    code, said, outputs = run(runner)
    assert code == 1
    assert said.startswith("::error title=")
    assert outputs["exit-code"] == "1"
    assert '"WFL101"' in Path(outputs["sarif-file"]).read_text()
    assert "    flow.py:10:20: WFL101" in (runner / "summary").read_text()


def test_a_clean_checkout_passes_without_a_summary(runner: Path) -> None:
    (runner / "checkout" / "flow.py").write_text("")
    code, said, outputs = run(runner)
    assert (code, said, outputs["exit-code"]) == (0, "", "0")
    assert not (runner / "summary").exists()


def test_arguments_and_paths_are_words_and_never_commands(runner: Path) -> None:
    injected = runner / "injected"
    code, said, _ = run(runner, ARGS="--ignore WFL101", PATHS=f". $(touch${{IFS}}{injected})")
    assert (code, said) == (2, "")
    assert not injected.exists()


def test_the_summary_can_be_left_out(runner: Path) -> None:
    run(runner, SUMMARY="false")
    assert not (runner / "summary").exists()


def test_a_step_that_cannot_check_gives_nothing_of_the_step_before_it(runner: Path) -> None:
    assert "sarif-file" in run(runner)[2]
    (runner / "output").unlink()
    (runner / "summary").unlink()
    code, _, outputs = run(runner, ARGS="--no-such-option")
    assert (code, outputs) == (2, {"exit-code": "2"})
    assert not (runner / "summary").exists()
