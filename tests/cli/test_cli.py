"""The command line: flags, exit codes, what goes to which stream, and how fast it starts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import (
    CLOCK,
    LINE,
    answer_with_one_diagnostic,
    enter_project,
    invoke,
    remember_requests,
)
from wflint.cli import output
from wflint.cli.check import overrides_from, request_from
from wflint.cli.main import main
from wflint.config.find import ConfigError
from wflint.config.settings import Settings
from wflint.run.request import Request
from wflint.run.request import Result as RunResult


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project of its own."""
    return enter_project(tmp_path, monkeypatch)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> RunResult:
    """Return the answer of the run in this test, instead of running."""
    return answer_with_one_diagnostic(monkeypatch)


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Request]:
    """The request that a command line makes."""
    seen = remember_requests(monkeypatch)

    def ask(*arguments: str, stdin: str | None = None) -> Request:
        result = invoke("check", *arguments, stdin=stdin)
        assert result.exit_code == 0, result.output
        return seen[0]

    return ask


class TestRealRun:
    def test_diagnostics_exit_with_1_and_go_to_stdout_alone(self, project: Path) -> None:
        (project / "flow.py").write_text(CLOCK)
        result = invoke("check")
        assert result.exit_code == 1
        assert result.stdout.startswith(LINE) and result.stdout.count("\n") == 1
        assert "Checked 1 file: 1 workflow" in result.stderr

    def test_clean_code_exits_with_0_and_an_empty_stdout(self, project: Path) -> None:
        (project / "flow.py").write_text(CLOCK.replace("datetime.now()", "workflow.now()"))
        result = invoke("check")
        assert (result.exit_code, result.stdout) == (0, "")

    def test_stdin_is_checked_under_its_name(self, project: Path) -> None:
        result = invoke("check", "-", "--stdin-filename", "flow.py", stdin=CLOCK)
        assert result.exit_code == 1
        assert result.stdout.startswith(LINE)

    def test_missing_path_exits_with_2_and_the_rest_is_checked(self, project: Path) -> None:
        (project / "flow.py").write_text(CLOCK)
        result = invoke("check", "nosuch.py", "flow.py")
        assert result.exit_code == 2
        assert result.stdout.startswith(LINE)
        assert "wflint: no such file or folder: nosuch.py\n" in result.stderr

    def test_file_that_does_not_parse_is_a_diagnostic(self, project: Path) -> None:
        (project / "flow.py").write_text(CLOCK + "    def f(:\n")
        result = invoke("check")
        assert result.exit_code == 1
        assert "WFL001 syntax-error" in result.stdout

    def test_module_can_be_run(self, project: Path) -> None:
        (project / "flow.py").write_text(CLOCK)
        done = subprocess.run(
            [sys.executable, "-m", "wflint", "check", "-q"], capture_output=True, text=True
        )
        assert done.returncode == 1
        assert done.stdout.startswith(LINE) and done.stderr == ""


class TestExitCodes:
    def test_exit_zero(self, answer: RunResult) -> None:
        assert invoke("check").exit_code == 1
        assert invoke("check", "--exit-zero").exit_code == 0

    def test_problem_is_2_even_so(self, answer: RunResult) -> None:
        answer.problems.append("x.py: cannot be read")
        result = invoke("check", "--exit-zero")
        assert result.exit_code == 2
        assert "wflint: x.py: cannot be read\n" in result.stderr

    def test_warning_changes_nothing(self, answer: RunResult) -> None:
        answer.diagnostics.clear()
        answer.warnings.append("closed: cannot be read")
        result = invoke("check")
        assert result.exit_code == 0
        assert "wflint: closed: cannot be read\n" in result.stderr

    @pytest.mark.parametrize(
        "arguments",
        [
            ("check", "--nosuch"),
            ("check", "--output-format", "xml"),
            ("check", "--jobs", "0"),
            ("check", "--per-file-ignores", "WFL101"),
            ("check", "-o", "xml:report.xml"),
            ("check", "-o", "json:"),
            ("check", "--config", "nosuch.toml"),
            ("check", "--config", "selct = []"),
            ("check", "--select", "WFL1001"),
            ("check", "--target-sdk", "new"),
            ("nosuch",),
            ("rule",),
            ("rule", "WFL101", "--all"),
            ("rule", "WFL1001"),
            ("config", "nosuch"),
            ("clean", "nosuch"),
        ],
        ids=" ".join,
    )
    def test_bad_usage_is_2(self, project: Path, arguments: tuple[str, ...]) -> None:
        (project / "flow.py").write_text(CLOCK)
        result = invoke(*arguments)
        assert result.exit_code == 2
        assert result.stdout == ""
        assert result.stderr and "Traceback" not in result.stderr

    def test_broken_configuration_is_one_line(self, project: Path) -> None:
        (project / "pyproject.toml").write_text("[tool.wflint]\nselct = []\n")
        result = invoke("check")
        assert result.exit_code == 2
        assert result.stderr.splitlines()[0] == (
            'wflint: pyproject.toml: unknown key "tool.wflint.selct"; did you mean "select"?'
        )

    def test_unwritable_report_is_2_and_the_rest_is_printed(self, answer: RunResult) -> None:
        result = invoke("check", "-o", "json:nosuch/report.json")
        assert result.exit_code == 2
        assert result.stdout.startswith(LINE)
        assert "wflint: cannot write nosuch/report.json: " in result.stderr


class TestFailures:
    @pytest.fixture
    def fail_with(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], None]:
        monkeypatch.delenv("WFLINT_DEBUG")

        def fail_with(error: BaseException) -> None:
            def check(request: Request) -> RunResult:
                raise error

            monkeypatch.setattr("wflint.run.check.check", check)

        return fail_with

    def test_internal_error_is_one_line(self, fail_with: Callable[[BaseException], None]) -> None:
        fail_with(ZeroDivisionError("division\nby zero"))
        result = invoke("check")
        assert result.exit_code == 2
        (line,) = result.stderr.splitlines()
        assert re.match(
            r"wflint: internal error: ZeroDivisionError in cli/check\.py:\d+: "
            "division by zero - please report it at ",
            line,
        )

    @pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), MemoryError()])
    def test_unknown_error_is_one_line(
        self, fail_with: Callable[[BaseException], None], error: Exception
    ) -> None:
        fail_with(error)
        result = invoke("check")
        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 1

    def test_traceback_can_be_asked_for(
        self, fail_with: Callable[[BaseException], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("WFLINT_DEBUG", "1")
        fail_with(KeyError("x"))
        assert isinstance(invoke("check").exception, KeyError)

    def test_interrupt_is_quiet(self, fail_with: Callable[[BaseException], None]) -> None:
        fail_with(KeyboardInterrupt())
        result = invoke("check")
        assert (result.exit_code, result.output) == (130, "")

    def test_configuration_error_of_the_run(
        self, fail_with: Callable[[BaseException], None]
    ) -> None:
        fail_with(ConfigError("select: there is no rule"))
        result = invoke("check")
        assert (result.exit_code, result.stderr) == (2, "wflint: select: there is no rule\n")

    @pytest.mark.skipif(os.name == "nt", reason="pipes break differently")
    @pytest.mark.parametrize("flags", [[], ["--output-format", "json"]])
    def test_reader_that_goes_away_is_no_error(self, project: Path, flags: list[str]) -> None:
        (project / "flow.py").write_text(CLOCK)
        process = subprocess.Popen(
            [sys.executable, "-m", "wflint", "check", "-q", *flags],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None and process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 1

    @pytest.mark.skipif(os.name == "nt", reason="signals differ")
    def test_interrupt_from_the_keyboard(self, project: Path) -> None:
        process = subprocess.Popen(
            [sys.executable, "-m", "wflint", "check", "-"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Jobs in the background ignore interrupts, and what they start inherits that.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(1.5)  # it waits for its input
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
        assert (process.returncode, out, err) == (130, "", "")


class TestRequest:
    def test_default_is_the_current_folder(self, ask: Callable[..., Request]) -> None:
        assert ask() == Request(paths=(".",))

    def test_flags_become_settings(self, ask: Callable[..., Request]) -> None:
        request = ask(
            *("--select", "WFL1,wall-clock-time", "--select", "WFL2", "--ignore", "WFL103"),
            *("--extend-select", "WFL003", "--exclude", "a,b", "--extend-exclude", "c"),
            *("--per-file-ignores", "a.py:WFL101,WFL102,b/*.py:WFL2"),
            *("--extend-per-file-ignores", "c.py:ALL"),
            *("--force-exclude", "--no-respect-gitignore", "--target-sdk", "1.20"),
        )
        assert request.overrides == {
            "select": ["WFL1", "wall-clock-time", "WFL2"],
            "ignore": ["WFL103"],
            "extend-select": ["WFL003"],
            "exclude": ["a", "b"],
            "extend-exclude": ["c"],
            "per-file-ignores": {"a.py": ["WFL101", "WFL102"], "b/*.py": ["WFL2"]},
            "extend-per-file-ignores": {"c.py": ["ALL"]},
            "force-exclude": True,
            "respect-gitignore": False,
            "target-sdk": "1.20",
        }
        known = {name.replace("_", "-") for name in Settings.__struct_fields__}
        assert set(request.overrides) <= known

    def test_other_flags(self, ask: Callable[..., Request]) -> None:
        request = ask("a.py", "b", "-j", "3", "--isolated", "--no-ignores", "--show-gaps")
        assert request.paths == ("a.py", "b")
        assert (request.jobs, request.isolated) == (3, True)
        assert (request.no_ignores, request.show_gaps) == (True, True)

    def test_stdin_is_read_as_bytes(self, ask: Callable[..., Request]) -> None:
        request = ask("-", "--stdin-filename", "a.py", stdin="x = 1\r\n")
        assert (request.stdin, request.stdin_filename) == (b"x = 1\r\n", "a.py")

    def test_name_for_stdin_means_stdin(self, ask: Callable[..., Request]) -> None:
        assert ask("--stdin-filename", "a.py", stdin="").paths == ("-",)

    def test_no_flag_overrides_nothing(self, ask: Callable[..., Request]) -> None:
        assert ask().overrides == {}

    def test_every_flag_is_used(self) -> None:
        check = main.commands["check"]
        names = {p.name for p in check.params if p.name is not None}
        flags: dict[str, Any] = dict.fromkeys(names)
        flags |= {"paths": (), "jobs": "auto", "config": ()}
        request_from(flags)
        assert overrides_from(flags) == {}
        source = Path(sys.modules[overrides_from.__module__].__file__ or "").read_text("utf-8")
        source += Path(output.__file__).read_text("utf-8")
        assert {name for name in names if f'"{name}"' not in source} == set()
