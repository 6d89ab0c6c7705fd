"""`wflint check --fix` and its relatives: flags, reports and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from tests.mending import CLEAN, CLOCK, FIXED_CLOCK, FIXED_NAIVE, NAIVE, put


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project as the working directory."""
    return enter_project(tmp_path, monkeypatch)


def exit_code(*arguments: str) -> int:
    """Check the whole project."""
    return invoke("check", *arguments).exit_code


class TestFix:
    def test_all_is_fixed(self, project: Path) -> None:
        file = put(project, CLOCK)
        result = invoke("check", "--fix")
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr.startswith("Fixed 1 diagnostic in 1 file.\nNo diagnostics.\n")
        assert file.read_text() == FIXED_CLOCK

    def test_something_is_left(self, project: Path) -> None:
        file = put(project, CLOCK.replace("return ", "open('x')\n        return "))
        result = invoke("check", "--fix")
        assert result.exit_code == 1
        assert result.stdout.startswith("flow.py:8:9: WFL132 ")
        assert "return workflow.time()" in file.read_text()

    def test_nothing_to_fix(self, project: Path) -> None:
        file = put(project, CLEAN)
        result = invoke("check", "--fix")
        assert (result.exit_code, file.read_text()) == (0, CLEAN)
        assert "Fixed" not in result.stderr

    def test_a_file_that_is_not_changed_is_not_written(self, project: Path) -> None:
        file = put(project, CLEAN)
        before = file.stat()
        invoke("check", "--fix")
        assert (file.stat().st_ino, file.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)

    def test_the_last_of_fix_and_no_fix_counts(self, project: Path) -> None:
        file = put(project, CLOCK)
        assert exit_code("--fix", "--no-fix") == 1
        assert file.read_text() == CLOCK
        assert exit_code("--no-fix", "--fix") == 0

    def test_exit_zero(self, project: Path) -> None:
        put(project, NAIVE)
        assert exit_code("--fix", "--exit-zero") == 0

    def test_a_syntax_error_is_left_and_others_are_fixed(self, project: Path) -> None:
        broken = put(project, "import temporalio\ndef f(:\n", "broken.py")
        file = put(project, CLOCK)
        result = invoke("check", "--fix")
        assert (result.exit_code, "WFL001" in result.stdout) == (1, True)
        assert file.read_text() == FIXED_CLOCK
        assert broken.read_text() == "import temporalio\ndef f(:\n"

    def test_a_missing_file_is_a_problem_and_others_are_fixed(self, project: Path) -> None:
        file = put(project, CLOCK)
        assert exit_code("--fix", "flow.py", "gone.py") == 2
        assert file.read_text() == FIXED_CLOCK

    def test_quiet_says_nothing_of_what_was_fixed(self, project: Path) -> None:
        put(project, CLOCK)
        assert invoke("check", "--fix", "-q").stderr == ""

    def test_silent(self, project: Path) -> None:
        file = put(project, CLOCK)
        result = invoke("check", "--fix", "-s", "--show-fixes")
        assert (result.stdout, result.stderr) == ("", "")
        assert file.read_text() == FIXED_CLOCK


class TestUnsafeFixes:
    def test_only_when_asked_for(self, project: Path) -> None:
        file = put(project, NAIVE)
        result = invoke("check", "--fix")
        assert (result.exit_code, file.read_text()) == (1, NAIVE)
        assert "[**] 1 fixable with `--fix --unsafe-fixes`." in result.stderr
        assert exit_code("--fix", "--unsafe-fixes") == 0
        assert file.read_text() == FIXED_NAIVE

    def test_alone_it_changes_nothing(self, project: Path) -> None:
        file = put(project, NAIVE)
        assert exit_code("--unsafe-fixes") == 1
        assert file.read_text() == NAIVE

    def test_it_can_be_taken_back(self, project: Path) -> None:
        file = put(project, NAIVE)
        assert exit_code("--fix", "--unsafe-fixes", "--no-unsafe-fixes") == 1
        assert file.read_text() == NAIVE


LEFT_OUT = "[**] 1 unsafe fix is left out; `--fix-only --unsafe-fixes` applies it.\n"


class TestFixOnly:
    def test_what_is_left_is_not_reported(self, project: Path) -> None:
        put(project, NAIVE, "naive.py")
        file = put(project, CLOCK)
        result = invoke("check", "--fix-only")
        assert (result.exit_code, result.stdout) == (0, "")
        assert result.stderr == f"Fixed 1 diagnostic in 1 file.\n{LEFT_OUT}"
        assert file.read_text() == FIXED_CLOCK

    def test_nothing_to_fix(self, project: Path) -> None:
        put(project, NAIVE)
        result = invoke("check", "--fix-only")
        assert (result.exit_code, result.stderr) == (0, f"Nothing to fix.\n{LEFT_OUT}")

    def test_problems_are_told(self, project: Path) -> None:
        put(project, CLOCK).chmod(0o444)
        result = invoke("check", "--fix-only")
        assert result.exit_code == 2
        assert result.stderr.startswith("wflint: flow.py is read-only")

    def test_exit_code_when_something_was_fixed(self, project: Path) -> None:
        put(project, CLOCK)
        assert exit_code("--fix-only", "--exit-non-zero-on-fix") == 1
        assert exit_code("--fix-only", "--exit-non-zero-on-fix") == 0


class TestShowFixes:
    def test_lists_what_was_fixed_in_each_file(self, project: Path) -> None:
        put(project, CLOCK.replace("return ", "return time.time() + "), "b.py")
        put(project, NAIVE, "a.py")
        result = invoke("check", "--fix", "--unsafe-fixes", "--show-fixes")
        assert result.stderr.startswith(
            "a.py:\n    1 × WFL101 wall-clock-time\n"
            "b.py:\n    2 × WFL101 wall-clock-time\n"
            "Fixed 3 diagnostics in 2 files.\n"
        )

    def test_lists_nothing_when_nothing_was_fixed(self, project: Path) -> None:
        put(project, CLEAN)
        assert "×" not in invoke("check", "--fix", "--show-fixes").stderr

    def test_exit_non_zero_on_fix(self, project: Path) -> None:
        put(project, CLOCK)
        assert exit_code("--fix", "--exit-non-zero-on-fix") == 1
        assert exit_code("--fix", "--exit-non-zero-on-fix") == 0


class TestReports:
    def test_json_tells_what_is_left(self, project: Path) -> None:
        put(project, CLOCK), put(project, NAIVE, "naive.py")
        result = invoke("check", "--fix", "--output-format", "json")
        (left,) = json.loads(result.stdout)
        assert (left["filename"], left["fix"]["applicability"]) == ("naive.py", "unsafe")
        assert result.stderr.startswith("Fixed 1 diagnostic in 1 file.\n")

    def test_json_when_all_is_fixed(self, project: Path) -> None:
        put(project, CLOCK)
        assert invoke("check", "--fix", "--output-format", "json").stdout == "[]\n"

    def test_a_report_in_a_file_tells_what_is_left(self, project: Path) -> None:
        put(project, CLOCK)
        invoke("check", "--fix", "-o", "json:report.json")
        assert json.loads((project / "report.json").read_text()) == []

    def test_edits_in_json_are_those_that_fixing_applies(self, project: Path) -> None:
        file = put(project, "x = '\U0001f600'; " + "y = 1\n" + CLOCK)
        (found,) = json.loads(invoke("check", "--output-format", "json").stdout)
        (edit,) = found["fix"]["edits"]
        lines = file.read_text().splitlines(keepends=True)
        start, end = edit["location"], edit["end_location"]
        assert start["row"] == end["row"]
        line = lines[start["row"] - 1]
        lines[start["row"] - 1] = (
            line[: start["column"] - 1] + edit["content"] + line[end["column"] - 1 :]
        )
        exit_code("--fix")
        assert file.read_text() == "".join(lines).replace("import time\n", "")
