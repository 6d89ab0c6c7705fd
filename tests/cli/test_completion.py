"""Completion in shells, asked as a shell asks."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from tests.command_line import invoke
from wflint.cli.completion import SHELLS


def proposed(*words: str, shell: str = "fish") -> list[str]:
    """What is proposed for the last of the words on a command line."""
    variables = {
        "_WFLINT_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": " ".join(("wflint", *words)),
        "COMP_CWORD": words[-1],
    }
    done = subprocess.run(
        [sys.executable, "-m", "wflint"],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    return [line.partition(",")[2].partition("\t")[0] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_is_printed_for_each_shell(shell: str) -> None:
    done = invoke("completion", shell)
    assert done.exit_code == 0
    assert f"_WFLINT_COMPLETE={shell}_complete" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_takes_its_script() -> None:
    text = invoke("completion", "bash").stdout
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_commands_are_proposed() -> None:
    assert proposed("che") == ["check"]


def test_rules_are_proposed_by_code_and_by_name() -> None:
    assert proposed("rule", "WFL10") == [f"WFL10{n}" for n in range(1, 10)]
    assert proposed("rule", "wall-") == ["wall-clock-time"]


def test_rules_are_proposed_behind_others() -> None:
    assert proposed("check", "--select", "WFL101,blocking-s") == ["WFL101,blocking-sleep"]
