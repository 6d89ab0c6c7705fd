"""Fixing writes to stdout diffs that tools can apply, or the file that came on stdin."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from tests.mending import CLEAN, CLOCK, FIXED_CLOCK, NAIVE, put
from wflint.fix.apply.diff import readable
from wflint.fix.apply.rounds import Mended


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working directory."""
    return enter_project(tmp_path, monkeypatch)


def exit_code(*arguments: str) -> int:
    """Check the whole project."""
    return invoke("check", *arguments).exit_code


LEFT_OUT = "[**] 1 unsafe fix is left out; `--diff --unsafe-fixes` shows it.\n"


class TestDiff:
    def test_shows_what_would_change_and_changes_nothing(self, project: Path) -> None:
        file = put(project, CLOCK)
        result = invoke("check", "--diff")
        assert result.exit_code == 1
        assert result.stderr == "Would fix 1 diagnostic in 1 file.\n"
        assert result.stdout.startswith("--- flow.py\n+++ flow.py\n@@ -1,5 +1,3 @@\n-import time\n")
        assert "-        return time.time()\n+        return workflow.time()\n" in result.stdout
        assert file.read_text() == CLOCK

    def test_no_diff(self, project: Path) -> None:
        put(project, NAIVE)
        result = invoke("check", "--diff")
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == f"Nothing to fix.\n{LEFT_OUT}"

    @pytest.mark.parametrize(
        ("flags", "variables", "is_terminal", "has_color"),
        [
            ((), {}, True, True),
            ((), {"NO_COLOR": "1"}, True, False),
            (("--color", "never"), {}, True, False),
            (("--color", "always"), {"NO_COLOR": "1"}, True, True),
            ((), {}, False, False),
            ((), {"FORCE_COLOR": "1"}, False, False),  # for `git apply`
            (("--color", "always"), {}, False, True),
        ],
    )
    def test_is_in_colour_for_people(
        self,
        project: Path,
        monkeypatch: pytest.MonkeyPatch,
        flags: tuple[str, ...],
        variables: dict[str, str],
        is_terminal: bool,
        has_color: bool,
    ) -> None:
        put(project, CLOCK)
        monkeypatch.setenv("TERM", "xterm")
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr("wflint.cli.output.is_terminal", lambda stream: is_terminal)
        shown = invoke("check", "--diff", *flags).stdout
        assert ("\x1b[32m+        return workflow.time()\x1b[0m\n" in shown) is has_color
        assert ("\x1b[1m--- flow.py\x1b[0m\n" in shown) is has_color
        assert ("\x1b" in shown) is has_color

    def test_a_line_that_looks_like_the_head_is_none(self) -> None:
        file = Mended("/a.py", "a.py", b"-- x\n", b"++ y\n")
        *_, gone, come = readable([file], color=True).splitlines()
        assert (gone, come) == ("\x1b[31m--- x\x1b[0m", "\x1b[32m+++ y\x1b[0m")

    def test_unsafe_fixes_that_are_left_out_are_counted(self, project: Path) -> None:
        put(project, NAIVE, "naive.py")
        put(project, CLOCK)
        result = invoke("check", "--diff")
        assert result.stderr == f"Would fix 1 diagnostic in 1 file.\n{LEFT_OUT}"
        put(project, NAIVE, "more.py")
        said = invoke("check", "--diff").stderr.splitlines()[-1]
        assert said == "[**] 2 unsafe fixes are left out; `--diff --unsafe-fixes` shows them."
        assert invoke("check", "--diff", "-q").stderr == ""
        assert "unsafe" not in invoke("check", "--diff", "--add-ignore").stderr

    def test_with_unsafe_fixes(self, project: Path) -> None:
        put(project, NAIVE)
        result = invoke("check", "--diff", "--unsafe-fixes")
        assert "+        return str(workflow.now())" in result.stdout
        assert result.stderr == "Would fix 1 diagnostic in 1 file.\n"

    @pytest.mark.parametrize("flag", ["--fix", "--fix-only"])
    def test_nothing_is_written_with_fix_as_well(self, project: Path, flag: str) -> None:
        file = put(project, CLOCK)
        assert exit_code("--diff", flag) == 1
        assert file.read_text() == CLOCK

    def test_exit_zero(self, project: Path) -> None:
        put(project, CLOCK)
        assert exit_code("--diff", "--exit-zero") == 0

    def test_a_file_that_is_read_only_has_a_diff(self, project: Path) -> None:
        put(project, CLOCK).chmod(0o444)
        assert exit_code("--diff") == 1


WITH_LATIN_1 = ("# coding: latin-1\n" + CLOCK + "# \u00e9\n").encode("latin-1")


TOOLS = pytest.mark.parametrize(
    "tool",
    [
        pytest.param(["git", "apply", "-p0", "-"], id="git"),
        pytest.param(["patch", "-p0", "--binary"], id="patch"),
    ],
)


@TOOLS
@pytest.mark.parametrize(
    "data",
    [
        pytest.param(CLOCK.encode(), id="plain"),
        pytest.param(CLOCK.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(CLOCK.replace("\n", "\r\n", 5).encode(), id="two kinds of line ends"),
        pytest.param(CLOCK.replace("\n", "\r").encode(), id="CR"),
        pytest.param(CLOCK.rstrip().encode(), id="no end of the last line"),
        pytest.param(CLOCK.replace("\n", "\r\n").rstrip().encode(), id="no end, CRLF"),
        pytest.param(("\ufeff" + CLOCK).encode(), id="byte order mark"),
        pytest.param(
            CLOCK.replace("()\n", "()  # \U0001f600\u2028\x0c\x85\n").encode(), id="signs"
        ),
        pytest.param(WITH_LATIN_1, id="another encoding"),
    ],
)
def test_tools_apply_the_diff(project: Path, tool: list[str], data: bytes) -> None:
    apply_diff(project, tool, data, "orders/flow.py")


@TOOLS
@pytest.mark.parametrize("name", ["flow.py", "a folder/the flow.py", "\u00e9t\u00e9.py"])
def test_tools_find_the_file(project: Path, tool: list[str], name: str) -> None:
    apply_diff(project, tool, CLOCK.encode(), name)


def apply_diff(project: Path, tool: list[str], data: bytes, name: str) -> None:
    """Let a tool apply the diff of a file; it must do what fixing does."""
    if shutil.which(tool[0]) is None:
        pytest.skip(f"there is no {tool[0]}")
    file = put(project, data, name)
    diff = invoke("check", "--diff").stdout_bytes
    subprocess.run(tool, cwd=project, input=diff, check=True, capture_output=True)
    applied = file.read_bytes()
    file.write_bytes(data)
    assert exit_code("--fix") == 0
    assert applied == file.read_bytes()
    assert b"workflow.time()" in applied


class TestStdin:
    def test_only_the_file_is_on_stdout(self, project: Path) -> None:
        result = invoke("check", "--fix", "-", stdin=CLOCK)
        assert (result.exit_code, result.stdout) == (0, FIXED_CLOCK)
        assert "Fixed 1 diagnostic in 1 file." in result.stderr

    def test_what_is_left_is_on_stderr(self, project: Path) -> None:
        result = invoke("check", "--fix", "-", "--stdin-filename", "flow.py", stdin=NAIVE)
        assert (result.exit_code, result.stdout) == (1, NAIVE)
        assert "flow.py:10:20: WFL101" in result.stderr

    @pytest.mark.parametrize("form", ["full", "concise", "json", "github", "sarif"])
    def test_no_format_is_on_stdout(self, project: Path, form: str) -> None:
        result = invoke("check", "--fix", "-", "--output-format", form, stdin=NAIVE)
        assert result.stdout == NAIVE
        assert "WFL101" in result.stderr

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"x",
            CLEAN.replace("\n", "\r\n").encode(),
            CLEAN.replace("\n", "\r").rstrip().encode(),
            b"\xef\xbb\xbf" + CLEAN.encode(),
            b"import temporalio\ndef f(:\n",
            b"\xff\xfe temporalio",
            b"# coding: klingon\nimport temporalio\r\n",
            b"temporalio\0",
        ],
    )
    @pytest.mark.parametrize("flag", ["--fix", "--fix-only"])
    def test_nothing_to_fix_gives_back_every_byte(
        self, project: Path, data: bytes, flag: str
    ) -> None:
        result = invoke("check", flag, "-", stdin=data)
        assert result.stdout_bytes == data
        assert "Traceback" not in result.stderr

    @pytest.mark.parametrize("newline", ["\r\n", "\r"])
    def test_line_ends_are_kept(self, project: Path, newline: str) -> None:
        data = CLOCK.replace("\n", newline).encode()
        result = invoke("check", "--fix", "-", stdin=data)
        assert result.stdout_bytes == FIXED_CLOCK.replace("\n", newline).encode()

    def test_the_file_of_that_name_is_not_touched(self, project: Path) -> None:
        file = put(project, "x = 1\n")
        result = invoke("check", "--fix", "-", "--stdin-filename", "flow.py", stdin=CLOCK)
        assert result.stdout == FIXED_CLOCK
        assert file.read_text() == "x = 1\n"

    def test_a_name_through_a_link_is_not_touched_either(self, project: Path) -> None:
        file = put(project / "real", "x = 1\n")
        (project / "link").symlink_to("real", target_is_directory=True)
        for name in ("link/flow.py", "real/flow.py"):
            result = invoke("check", "--fix", "-", "--stdin-filename", name, stdin=CLOCK)
            assert result.stdout == FIXED_CLOCK
            assert file.read_text() == "x = 1\n"

    def test_other_files_are_fixed_beside_it(self, project: Path) -> None:
        file = put(project, CLOCK)
        result = invoke("check", "--fix", "-", "flow.py", "--stdin-filename", "x.py", stdin=CLOCK)
        assert (result.exit_code, result.stdout) == (0, FIXED_CLOCK)
        assert file.read_text() == FIXED_CLOCK

    def test_diff(self, project: Path) -> None:
        result = invoke("check", "--diff", "-", "--stdin-filename", "a/flow.py", stdin=CLOCK)
        assert result.exit_code == 1
        assert result.stdout.startswith("--- a/flow.py\n+++ a/flow.py\n")
        assert result.stderr == "Would fix 1 diagnostic in 1 file.\n"

    def test_diff_without_a_change(self, project: Path) -> None:
        result = invoke("check", "--diff", "-", stdin=CLEAN)
        assert (result.exit_code, result.stdout) == (0, "")
