"""Output of a run: its format, stream and colours, and its progress."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import click
import pytest

from tests.command_line import CLOCK, LINE, answer_with_one_diagnostic, enter_project, invoke
from wflint.cli import output, progress
from wflint.cli.check_options import FORMATS
from wflint.diagnostics import Location, ShownHop
from wflint.report import FORMATS as REPORTS
from wflint.run.request import EntryGaps, Gap
from wflint.run.request import Result as RunResult


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project of its own."""
    return enter_project(tmp_path, monkeypatch)


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> RunResult:
    """Return the answer of the run in this test, instead of running."""
    return answer_with_one_diagnostic(monkeypatch)


class TestFormats:
    def test_concise_when_stdout_is_no_terminal(self, answer: RunResult) -> None:
        assert invoke("check").stdout.startswith(LINE)

    def test_full_on_a_terminal(self, answer: RunResult, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("wflint.cli.output.is_terminal", lambda stream: True)
        assert "\x1b[1mWFL101" in invoke("check").stdout

    def test_flag_comes_before_variable_before_setting(
        self, answer: RunResult, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (project / "pyproject.toml").write_text('[tool.wflint]\noutput-format = "github"\n')
        assert invoke("check").stdout.startswith("::error ")
        monkeypatch.setenv("WFLINT_OUTPUT_FORMAT", "json")
        assert invoke("check").stdout.startswith("[")
        assert invoke("check", "--output-format", "concise").stdout.startswith(LINE)

    def test_every_format_of_the_flag_has_a_report(self) -> None:
        assert set(FORMATS) < set(REPORTS)

    def test_several_reports_of_one_run(self, answer: RunResult, project: Path) -> None:
        result = invoke("check", "-o", "sarif:out.sarif", "-o", "out.json", "-o", "concise:out.txt")
        assert result.stdout.startswith(LINE)
        assert json.loads((project / "out.sarif").read_text("utf-8"))["version"] == "2.1.0"
        assert json.loads((project / "out.json").read_text("utf-8"))[0]["code"] == "WFL101"
        assert (project / "out.txt").read_text("utf-8") == result.stdout

    def test_statistics_stand_in_place_of_diagnostics(self, answer: RunResult) -> None:
        assert invoke("check", "--statistics").stdout == "1\tWFL101\t[**] wall-clock-time\n"
        counted = invoke("check", "--statistics", "--output-format", "json").stdout
        assert json.loads(counted)[0]["count"] == 1

    @pytest.mark.parametrize("name", ["json", "sarif"])
    def test_machine_formats_print_a_document_even_for_nothing(
        self, answer: RunResult, name: str
    ) -> None:
        answer.diagnostics.clear()
        json.loads(invoke("check", "--output-format", name).stdout)


class TestStreams:
    def test_quiet_prints_diagnostics_and_problems_only(self, answer: RunResult) -> None:
        answer.warnings.append("a warning")
        answer.problems.append("a problem")
        result = invoke("check", "-q")
        assert result.stdout.startswith(LINE)
        assert result.stderr == "wflint: a problem\n"

    def test_silent_prints_nothing(self, answer: RunResult) -> None:
        result = invoke("check", "-s")
        assert (result.exit_code, result.output) == (1, "")

    def test_verbose_prints_notes(self, answer: RunResult) -> None:
        answer.notes.append("notebooks are not checked: a.ipynb")
        assert "notebooks" not in invoke("check").stderr
        assert "wflint: notebooks are not checked: a.ipynb\n" in invoke("check", "-v").stderr

    def test_annotations_are_offered_on_github(
        self, answer: RunResult, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
        assert "--output-format github" not in invoke("check").stderr
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        assert "--output-format github" in invoke("check").stderr
        assert "--output-format" not in invoke("check", "--output-format", "github").stderr

    def test_gaps_are_listed_on_request(self, answer: RunResult) -> None:
        gap = Gap("flow.py", Location(3, 5), "self.step()", "its type is not known")
        answer.gaps.append(
            EntryGaps(ShownHop("OrderWorkflow.run", "flow.py", Location(2, 15)), (gap,))
        )
        assert "self.step" not in invoke("check").stderr
        result = invoke("check", "--show-gaps")
        assert "    flow.py:3:5: `self.step()`: its type is not known\n" in result.stderr
        assert "self.step" not in result.stdout

    def test_stdout_that_cannot_take_every_character(self, monkeypatch: pytest.MonkeyPatch) -> None:
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, "latin-1"))
        output.write_stdout("é → 文\n│  └─ é\n")
        assert raw.getvalue() == b"\xe9 -> \\u6587\n|  `- \xe9\n"


class TestColor:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    @pytest.mark.parametrize(
        ("flag", "terminal", "environment", "wanted"),
        [
            ("auto", True, {}, True),
            ("auto", False, {}, False),
            ("auto", True, {"NO_COLOR": "1"}, False),
            ("auto", True, {"NO_COLOR": ""}, True),
            ("auto", True, {"TERM": "dumb"}, False),
            ("auto", False, {"FORCE_COLOR": "1"}, True),
            ("auto", False, {"CLICOLOR_FORCE": "1"}, True),
            ("auto", False, {"CLICOLOR_FORCE": "0"}, False),
            ("auto", False, {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
            ("always", False, {"NO_COLOR": "1"}, True),
            ("never", True, {"FORCE_COLOR": "1"}, False),
        ],
    )
    def test_flag_then_variables_then_terminal(
        self, flag: str, terminal: bool, environment: dict[str, str], wanted: bool
    ) -> None:
        stream = self.Terminal() if terminal else io.StringIO()
        assert output.wants_color(flag, stream, environment) is wanted

    def test_reports_in_files_are_plain(self, answer: RunResult, project: Path) -> None:
        result = invoke("check", "--color", "always", "--output-format", "full", "-o", "full:out")
        assert "\x1b[" in result.stdout
        assert "\x1b[" not in (project / "out").read_text("utf-8")


class TestTargets:
    @pytest.mark.parametrize(
        ("value", "target"),
        [
            ("json:out.json", ("json", "out.json")),
            ("sarif:a:b.sarif", ("sarif", "a:b.sarif")),
            ("report.sarif", ("sarif", "report.sarif")),
            ("out/report.JSON", ("json", "out/report.JSON")),
            ("report.xml", ("junit", "report.xml")),
            (r"C:\report.sarif", ("sarif", r"C:\report.sarif")),
            ("concise:report.txt", ("concise", "report.txt")),
        ],
    )
    def test_format_and_path(self, value: str, target: tuple[str, str]) -> None:
        assert output.parse_targets([value]) == [target]

    def test_unknown_format_names_the_known_ones(self) -> None:
        with pytest.raises(click.BadParameter, match="known: full, concise, grouped, json, "):
            output.parse_targets(["xml:out.xml"])

    @pytest.mark.parametrize(
        ("value", "right"),
        [
            ("report.txt", "-o FORMAT:report.txt"),
            (r"C:\report.txt", r"-o FORMAT:C:\report.txt"),
            ("sarif", "-o sarif:FILE"),
            ("github", "--output-format github"),
        ],
    )
    def test_a_slip_is_told_with_the_right_spelling(self, value: str, right: str) -> None:
        with pytest.raises(click.BadParameter, match=re.escape(right)):
            output.parse_targets([value])


class TestLinks:
    @pytest.mark.parametrize(
        ("variables", "wanted"),
        [
            ({"TERM": "xterm-256color"}, False),
            ({"TERM": "linux"}, False),
            ({"TERM": "xterm-kitty"}, True),
            ({"TERM_PROGRAM": "iTerm.app"}, True),
            ({"TERM_PROGRAM": "Apple_Terminal"}, False),
            ({"VTE_VERSION": "7600"}, True),
            ({"VTE_VERSION": "5000"}, False),
            ({"VTE_VERSION": "new"}, False),
            ({"WT_SESSION": "a-b"}, True),
            ({"WT_SESSION": "a-b", "FORCE_HYPERLINK": "0"}, False),
        ],
    )
    def test_are_for_terminals_that_show_them(
        self, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], wanted: bool
    ) -> None:
        monkeypatch.setattr(output, "is_terminal", lambda stream: True)
        assert output.wants_links(None, variables) is wanted

    def test_are_not_for_pipes_unless_that_is_asked_for(self) -> None:
        pipe = io.StringIO()
        assert not output.wants_links(pipe, {"WT_SESSION": "a-b"})
        assert output.wants_links(pipe, {"FORCE_HYPERLINK": "1"})


class TestProgress:
    def test_short_run_shows_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(progress, "_make_bar", None)
        with progress.Progress() as shown:
            shown("Reading", 1, 10)

    def test_long_run_shows_how_far_it_is(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from rich.progress import Progress as Bar

        bars: list[Bar] = []

        def make_bar() -> Bar:
            bars.append(Bar(disable=True))
            return bars[0]

        monkeypatch.setattr(progress, "_make_bar", make_bar)
        monkeypatch.setattr(progress, "PATIENCE", 0.0)
        monkeypatch.setattr(progress, "PAUSE", 0.0)
        with progress.Progress() as shown:
            shown("Reading", 1, 10)
            shown("Following", 12, 10)
        (task,) = bars[0].tasks
        assert (task.description, task.completed, task.total) == ("Following", 12, 12)

    def test_nothing_of_it_is_left_before_a_report(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from rich.console import Console
        from rich.progress import Progress as Bar

        (project / "flow.py").write_text(CLOCK)
        screen = io.StringIO()
        console = Console(file=screen, force_terminal=True, width=80)
        bars = [Bar(console=console, transient=True, auto_refresh=False)]
        monkeypatch.setattr(progress, "_make_bar", bars.pop)
        monkeypatch.setattr(progress, "PATIENCE", 0.0)
        monkeypatch.setattr(progress, "PAUSE", 0.0)
        monkeypatch.setattr(output, "is_terminal", lambda stream: stream is sys.stderr)
        seen: list[str] = []
        write = output.write_bytes

        def note(data: bytes) -> None:
            seen.append(screen.getvalue())
            write(data)

        monkeypatch.setattr(output, "write_bytes", note)
        diff = invoke("check", "--diff", "--unsafe-fixes").stdout
        assert diff.startswith("--- flow.py\n")
        assert "Following calls" in seen[0]
        assert seen[0] == screen.getvalue() and seen[0].endswith("\x1b[2K")


def test_what_activities_reach_counts_as_reached() -> None:
    Path("acts.py").write_text(
        "import time\n\nfrom temporalio import activity\n\n\n"
        "@activity.defn\nasync def send() -> None:\n    wait()\n\n\n"
        "def wait() -> None:\n    time.sleep(1)\n\n\ndef unused() -> None: ...\n"
    )
    said = invoke("check").stderr
    assert "Checked 1 file: 0 workflows and 1 activity, 2 functions reached" in said
    assert "1 activity, 0 functions reached" in invoke("check", "--select", "WFL101").stderr
