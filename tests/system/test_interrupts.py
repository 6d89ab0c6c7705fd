"""Ctrl-C is quiet at any time, and its exit code is 130."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import CLOCK

PROGRAM = """\
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            sys.meta_path.remove(self)
            {action}

sys.meta_path.insert(0, Interrupt())
sys.argv = ["wflint", "check", "--no-cache"]
from wflint.__main__ import run
run()
"""
KILL = "os.kill(os.getpid(), signal.SIGINT)"
AS_ANOTHER = f"""
            try:
                {KILL}
            except KeyboardInterrupt as error:
                raise RuntimeError("Error calling __set_name__") from error
"""


def interrupted(module: str, action: str, folder: Path) -> tuple[int, str, str]:
    (folder / "flow.py").write_text(CLOCK)
    program = PROGRAM.format(module=module, action=action)
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are others there")
@pytest.mark.parametrize(
    "module",
    [
        pytest.param("click", id="of the command line"),
        pytest.param("wflint.run.check", id="of a command"),
        pytest.param("libcst", id="in the midst of the analysis"),
        pytest.param("wflint.report", id="of the report"),
    ],
)
@pytest.mark.parametrize(
    "action", [KILL, AS_ANOTHER], ids=["as itself", "made another error of by Python"]
)
def test_while_modules_are_imported(module: str, action: str, tmp_path: Path) -> None:
    assert interrupted(module, action, tmp_path) == (130, "", "")
