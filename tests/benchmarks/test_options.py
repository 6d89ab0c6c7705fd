"""What ``python -m benchmarks`` is told, and what it writes. Nothing is measured here."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import benchmarks.__main__ as command
from benchmarks.contestants import CLICK, peer_programs
from benchmarks.results import about_this_run, about_tree
from benchmarks.situations import COLD, ONE_CORE, WARM
from benchmarks.timing import Cost


class Called:
    """Runs the command with stand-ins for what measures."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.output = folder / "results.md"
        self.measured: list[tuple[str, Path | None, int]] = []
        monkeypatch.setattr(command, "measured", self._measured)
        monkeypatch.setattr(command, "growth_table", lambda: ["| growth |"])

    def _measured(self, name: str, path: Path | None, _: dict[str, str], rounds: int) -> str:
        self.measured.append((name, path, rounds))
        return f"table of {name}"

    def __call__(self, *arguments: str) -> Result:
        return CliRunner().invoke(command.main, ["-o", str(self.output), *arguments])

    @property
    def text(self) -> str:
        return self.output.read_text()


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Called:
    return Called(tmp_path, monkeypatch)


def test_without_paths_the_application_and_the_growth_are_measured(call: Called) -> None:
    assert call().exit_code == 0
    assert call.measured == [("a generated application", None, 5)]
    assert "table of a generated application" in call.text
    assert "| growth |" in call.text


def test_paths_are_measured_after_the_application(call: Called, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("one", "two")]
    for path in paths:
        path.mkdir()
    assert call("--rounds", "2", "--no-growth", *map(str, paths)).exit_code == 0
    assert [path for _, path, _ in call.measured] == [None, *paths]
    assert {rounds for _, _, rounds in call.measured} == {2}
    assert "growth" not in call.text


def test_the_application_can_be_left_out(call: Called, tmp_path: Path) -> None:
    assert call("--no-application", str(tmp_path)).exit_code == 0
    assert [path for _, path, _ in call.measured] == [tmp_path]


@pytest.mark.parametrize("arguments", [["--rounds", "0"], ["no/such/folder"], ["--slow"]])
def test_what_cannot_be_measured_is_refused(call: Called, arguments: list[str]) -> None:
    assert call(*arguments).exit_code == 2
    assert not call.measured
    assert not call.output.exists()


def test_other_linters_are_looked_for_in_the_folder(tmp_path: Path) -> None:
    program = tmp_path / "flake8"
    program.touch(mode=0o755)
    assert peer_programs(str(tmp_path))["flake8"] == str(program)


def test_what_is_not_installed_is_named() -> None:
    text = about_this_run({"flake8": "/bin/flake8"}, 5)
    assert "Not installed here, and so not measured: temporalint, ruff." in text
    assert "Medians of 5 runs that took turns" in text
    assert "Not installed" not in about_this_run(
        dict.fromkeys(["temporalint", "flake8", "ruff"], ""), 1
    )


def test_ratios_are_those_of_cpu_time() -> None:
    costs = {
        COLD: Cost(3, 4, 100),
        ONE_CORE: Cost(4, 3.5, 90),
        WARM: Cost(0.1, 0.1, 20),
        "ruff": Cost(0.1, 0.2, 30),
        CLICK: Cost(0.1, 0.05, 10),
    }
    table = about_tree("somewhere (3 files)", costs)
    assert "| run | wall | CPU | memory | x cold | x ruff | x import click |" in table
    assert f"| {COLD} | 3.00 s | 4.00 s | 100 MB | 1.00 | 20.00 | 80.00 |" in table
    assert f"| {WARM} | 0.10 s | 0.10 s | 20 MB | 0.03 | 0.50 | 2.00 |" in table
    assert "a cold run takes 0.75 times the wall time of one core" in table
