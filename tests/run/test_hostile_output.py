"""Nothing that a checked repository holds is obeyed by the terminal or the log it is printed to."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.command_line import invoke
from wflint.system.printable import visible

WORKFLOW = """\
import time

from temporalio import workflow


@workflow.defn
class W:
    @workflow.run
    async def run(self) -> float:
        return time.time()
"""
NAMES = {
    "a line of its own": "b\n::error file=x::injected\n.py",
    "escape sequence": "b\x1b]0;title\x07.py",
    "carriage return": "b\rWFL000.py",
    "C1 control": "b\x9b31m.py",
    "text turned around": "b\u202eyp.x.py",
    "line separator": "b\u2028c.py",
    "not UTF-8": os.fsdecode(b"b\xff.py"),
}
FORMATS = ("concise", "full", "github")
every_name = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


def is_harmless(text: str) -> bool:
    """True if no character of a text is a command to what shows it; lines and tabs are our own."""
    return all(line.isprintable() for line in re.split(r"[\n\t]", text))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / "pyproject.toml").write_text("[tool.wflint]\n")
    return tmp_path


def test_only_what_is_not_printable_changes() -> None:
    assert visible("src/größe – 中文.py") == "src/größe – 中文.py"
    assert visible("a\x1bb\nc\u202ed\x9be") == r"a\x1bb\nc\u202ed\x9be"
    assert visible(os.fsdecode(b"\xff")) == r"\udcff"


@every_name
@pytest.mark.parametrize("form", FORMATS)
def test_names_of_files_in_reports(project: Path, name: str, form: str) -> None:
    (project / name).write_text(WORKFLOW)
    result = invoke("check", "--output-format", form)
    assert "WFL101" in result.stdout
    assert is_harmless(result.stdout) and is_harmless(result.stderr)
    commands = [line for line in result.stdout.splitlines() if line.startswith("::")]
    assert len(commands) == (1 if form == "github" else 0)


@every_name
@pytest.mark.parametrize("flag", ["--diff", "--show-files", "--show-gaps", "--statistics"])
def test_names_of_files_elsewhere(project: Path, name: str, flag: str) -> None:
    gap = "    async def more(self, x) -> None:\n        x.go()\n"
    (project / name).write_text(WORKFLOW + gap)
    result = invoke("check", flag)
    assert is_harmless(result.stdout) and is_harmless(result.stderr)


@every_name
def test_names_of_files_that_were_fixed_or_cannot_be(project: Path, name: str) -> None:
    file = project / name
    file.write_text(WORKFLOW)
    fixed = invoke("check", "--fix", "--show-fixes")
    assert "WFL101" in fixed.stderr and is_harmless(fixed.stderr)
    file.write_text("from temporalio import workflow.defn = =\n")
    assert is_harmless(invoke("check").stdout)
    missing = invoke("check", f"{name}.txt.py")
    assert missing.exit_code == 2 and is_harmless(missing.stderr)


@every_name
def test_machines_read_names_as_they_are(project: Path, name: str) -> None:
    (project / name).write_text(WORKFLOW)
    found = json.loads(invoke("check", "--output-format", "json").stdout)
    shown = os.fsencode(name).decode("utf-8", "replace")
    assert [diagnostic["filename"] for diagnostic in found] == [shown]


def test_patch_finds_a_file_whose_name_is_quoted(project: Path) -> None:
    name = 'b\n"x"\\.py'
    (project / name).write_text(WORKFLOW)
    diff = subprocess.run(
        [sys.executable, "-m", "wflint", "check", "--diff"], capture_output=True, check=False
    ).stdout
    subprocess.run(["git", "init", "-q"], check=True)
    subprocess.run(["git", "apply", "-p0"], input=diff, check=True)
    assert "workflow.time()" in (project / name).read_text()


@pytest.mark.parametrize("form", FORMATS)
def test_source_code(project: Path, form: str) -> None:
    source = WORKFLOW.replace("time.time()", 'time.time() + len("\x1b[2J\u202e")')
    source += "    # wflint: ignore[WFL101] because \x1b[2J\n"
    (project / "flow.py").write_text(source)
    result = invoke("check", "--output-format", form)
    assert "WFL101" in result.stdout
    assert is_harmless(result.stdout)


def test_settings(project: Path) -> None:
    evil = r'"a\u001b[2J\n::error::b"'
    table = f'[[tool.wflint.apis]]\nname = "acme.go"\nrule = "WFL101"\nmessage = {evil}\n'
    (project / "pyproject.toml").write_text(table)
    source = WORKFLOW.replace("import time", "import acme").replace("time.time()", "acme.go()")
    (project / "flow.py").write_text(source)
    for form in FORMATS:
        stdout = invoke("check", "--output-format", form).stdout
        assert "WFL101" in stdout and is_harmless(stdout)
    (project / "pyproject.toml").write_text(f"[tool.wflint]\nselect = [{evil}]\n")
    wrong = invoke("check")
    assert wrong.exit_code == 2 and is_harmless(wrong.stderr)
    assert not re.search(r"^::", wrong.stderr, re.MULTILINE)


def test_a_diff_on_a_terminal_is_shown_and_not_obeyed() -> None:
    from wflint.fix.apply.diff import readable
    from wflint.fix.apply.rounds import Mended

    before, after = b"\tx = '\x1b[2J'\r\n", b"\ty = '\xe2\x80\xae'\xff\n"
    files = [Mended("/a.py", "a.py", before, after)]
    assert click.unstyle(readable(files, color=True)) == readable(files)
    assert readable(files) == (
        "--- a.py\n+++ a.py\n@@ -1 +1 @@\n-\tx = '\\x1b[2J'\\r\n+\ty = '\\u202e'\\xff\n"
    )
