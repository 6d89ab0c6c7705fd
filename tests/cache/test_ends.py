"""However a run ends, what it has found out by then is kept for the next one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from tests.caching import (
    OTHER,
    counted_analyses,
    entries,
    make_project,
    output,
    parsed_files,
    plain_output,
    write,
)
from tests.command_line import enter_project, invoke
from wflint.run.program_run import ProjectRun

FULL_DISK = Path("/dev/full")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    monkeypatch.setenv("WFLINT_DEBUG", "")
    return make_project(enter_project(tmp_path, monkeypatch))


def assert_nothing_is_found_again() -> None:
    """The next run repeats the result."""
    with counted_analyses() as roots:
        kept = output()
    assert not roots
    assert kept == plain_output()


class TestWhenPrintingFails:
    @pytest.mark.parametrize("how", [RuntimeError("a fault"), KeyboardInterrupt(), OSError("full")])
    @pytest.mark.parametrize("place", ["wflint.report.render", "wflint.report.summary.render"])
    def test_the_result_is_kept(self, how: BaseException, place: str) -> None:
        with mock.patch(place, side_effect=how):
            code = invoke("check").exit_code
        assert code == (130 if isinstance(how, KeyboardInterrupt) else 2)
        assert_nothing_is_found_again()

    def test_the_result_is_kept_where_a_report_cannot_be_written(self) -> None:
        assert invoke("check", "-o", "json:missing/report.json").exit_code == 2
        assert_nothing_is_found_again()

    @pytest.mark.skipif(os.name == "nt", reason="needs a shell")
    @pytest.mark.parametrize(
        ("redirection", "code", "said"),
        [
            (">&-", 2, "wflint: cannot write to stdout: it is closed\n"),
            pytest.param(">&- 2>&-", 2, "", marks=pytest.mark.exhaustive),
            pytest.param("2>&-", 1, "", marks=pytest.mark.exhaustive),
            pytest.param("| true", 0, "Found ", marks=pytest.mark.exhaustive),
            ("| head -n 1", 0, "Found "),
            pytest.param(
                *(">/dev/full", 2, "wflint: cannot write to stdout: No space left on device\n"),
                marks=pytest.mark.exhaustive,
            ),
            pytest.param("2>/dev/full", 1, "", marks=pytest.mark.exhaustive),
        ],
    )
    def test_the_result_is_kept_where_nobody_reads(
        self, project: Path, redirection: str, code: int, said: str
    ) -> None:
        if "/dev/full" in redirection and not FULL_DISK.exists():
            pytest.skip("there is no /dev/full")
        lines = '        subprocess.run("refund")\n' * 40
        for number in range(20):  # more than a pipe holds
            text = OTHER.replace("RefundWorkflow", f"Refund{number}Workflow")
            write(project / f"shop/refund{number}.py", text + lines)
        done = _shell(f"check {redirection}")
        assert (done.returncode, done.stderr[: len(said)]) == (code, said), done.stderr
        assert "internal error" not in done.stderr
        assert_nothing_is_found_again()

    @pytest.mark.skipif(os.name == "nt", reason="needs a shell")
    def test_a_closed_stdin_is_no_fault(self) -> None:
        done = _shell("check - <&-")
        assert done.returncode == 2
        assert "stdin is closed" in done.stderr

    @pytest.mark.skipif(os.name == "nt", reason="needs a shell")
    def test_nothing_to_print_needs_no_stdout(self, project: Path) -> None:
        for name in ("flow", "other"):
            write(project / f"shop/{name}.py", "")
        assert _shell("check --output-format concise >&-").returncode == 0


def _shell(command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        f"{sys.executable} -m wflint {command}",
        shell=True,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )


LATE: dict[str, BaseException] = {
    "a fault": RuntimeError("a fault"),
    "Ctrl-C": KeyboardInterrupt(),
    "no memory": MemoryError(),
}


class TestWhenARunEndsEarly:
    @pytest.mark.parametrize("how", LATE.values(), ids=LATE)
    def test_what_was_read_is_not_read_again(self, project: Path, how: BaseException) -> None:
        with mock.patch("wflint.run.program_run.with_fingerprints", side_effect=how):
            assert invoke("check").exit_code in (2, 130)
        with parsed_files(project) as files:
            kept = output("--ignore", "WFL131")  # whose value is asked about anew
        assert not files
        assert kept == plain_output("--ignore", "WFL131")

    @pytest.mark.parametrize("how", LATE.values(), ids=LATE)
    def test_the_result_of_an_earlier_program_is_kept(
        self, project: Path, how: BaseException
    ) -> None:
        (project / "pyproject.toml").unlink()
        for name in ("a", "b"):
            make_project(project / name)
            (project / name / ".git").mkdir()
        run: Callable[[ProjectRun], object] = ProjectRun.run

        def failing(self: ProjectRun) -> object:
            if self.group.project.root.name == "b":
                raise how
            return run(self)

        with mock.patch.object(ProjectRun, "run", failing):
            invoke("check", "a", "b")
        assert entries(project / "a", "result")
        with counted_analyses() as roots:
            output("a", "b")
        assert roots == [str(project / "b")]


ODD: dict[str, tuple[str, ...]] = {
    "a pattern that is no text": ("--exclude", "\udcff"),
    "a pattern for files that is no text": ("--per-file-ignores", "\udcff:WFL101"),
    "a huge number": ("--config", "default-activity-timeout = 1_000_000_000"),
}


@pytest.mark.parametrize("flags", ODD.values(), ids=ODD)
def test_odd_settings_are_part_of_the_name_like_others(flags: tuple[str, ...]) -> None:
    with counted_analyses() as roots:
        first = output(*flags)
        assert output(*flags) == first
        assert first == plain_output(*flags)
    assert first[0] == 1
    assert len(roots) == 2  # one of them without a cache


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes on Linux")
def test_a_project_in_a_folder_whose_name_is_no_text_is_cached(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_project(project / "odd\udcff")
    write(root / ".venv/lib/python3.11/site-packages/acme.py", "")
    monkeypatch.chdir(root)
    (root / ".git").mkdir()
    flags = ("--config", 'follow-packages = ["acme"]')
    with counted_analyses() as roots:
        first = output(*flags)
        assert output(*flags) == first == plain_output(*flags)
    assert first[0] == 1
    assert len(roots) == 2
