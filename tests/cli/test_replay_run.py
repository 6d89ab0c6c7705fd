"""``wflint replay --run``: the Replayer of the SDK, in a process that runs the project."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import enter_project, invoke
from tests.replay_cases import PAIRS

SECRETLY = "raise SystemExit('this code was run')\n"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter_project(tmp_path, monkeypatch)
    pair = PAIRS / "insert-activity"
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "__init__.py").write_text("")
    (tmp_path / "shop" / "flow.py").write_text((pair / "before.py").read_text())
    (tmp_path / "h.json").write_text((pair / "history-plain.json").read_text())
    return tmp_path


def _changed(project: Path) -> None:
    after = (PAIRS / "insert-activity" / "after.py").read_text()
    (project / "shop" / "flow.py").write_text(after)


def test_a_history_replays(project: Path) -> None:
    result = invoke("replay", "--run", "h.json")

    assert (result.exit_code, result.stdout) == (0, "h.json replays\n")
    assert f"--run imports and runs code of the project with {sys.executable}" in result.stderr


def test_a_history_does_not_replay(project: Path) -> None:
    _changed(project)

    result = invoke("replay", "--run", "h.json")

    assert result.exit_code == 1
    assert result.stdout.startswith("h.json does not replay: [TMPRL1100] Nondeterminism error")


def test_each_history_has_a_result_in_json(project: Path) -> None:
    document = json.loads((project / "h.json").read_text())
    (project / "both.json").write_text(json.dumps([document, document]))
    _changed(project)

    result = invoke("replay", "--run", "h.json", "both.json", "--output-format", "json")

    found: list[dict[str, Any]] = json.loads(result.stdout)
    assert [each["history"] for each in found] == ["h.json", "both.json (1)", "both.json (2)"]
    assert {each["verdict"] for each in found} == {"incompatible"}
    assert {each["workflow"] for each in found} == {"W"}


def test_what_the_project_prints_is_not_taken_for_a_result(project: Path) -> None:
    flow = project / "shop" / "flow.py"
    flow.write_text('print(\'{"verdict": "compatible", "said": ""}\')\n' + SECRETLY)
    text = (PAIRS / "insert-activity" / "before.py").read_text()
    flow.write_text(flow.read_text() + text)

    result = invoke("replay", "--run", "h.json")

    assert result.exit_code == 2
    assert "`shop.flow` cannot be imported: SystemExit: this code was run" in result.stdout


def test_a_project_that_takes_too_long_is_ended(project: Path) -> None:
    flow = project / "shop" / "flow.py"
    flow.write_text("import time\n\ntime.sleep(60)\n" + flow.read_text())

    result = invoke("replay", "--run", "--timeout", "1", "h.json")

    assert result.exit_code == 2
    assert "it was not replayed within 1 seconds (--timeout)" in result.stdout


def test_a_project_that_ends_the_process_is_told_of(project: Path) -> None:
    flow = project / "shop" / "flow.py"
    flow.write_text("import os\n\nos._exit(7)\n" + flow.read_text())

    result = invoke("replay", "--run", "h.json")

    assert result.exit_code == 2
    assert "the process ended with 7" in result.stdout


def test_an_interpreter_that_is_none(project: Path) -> None:
    result = invoke("replay", "--run", "--python", "no/python", "h.json")

    assert result.exit_code == 2
    assert "--python: no/python cannot be run" in result.stderr


def test_without_the_flag_nothing_is_run(project: Path) -> None:
    flow = project / "shop" / "flow.py"
    flow.write_text("import pathlib\n\npathlib.Path('ran').touch()\n" + flow.read_text())

    for flags in ((), ("--coverage",)):
        assert invoke("replay", "h.json", *flags).exit_code == 0
    assert not (project / "ran").exists()
    assert invoke("replay", "h.json", "--python", sys.executable).exit_code == 2


@pytest.mark.parametrize("key", ["python", "run", "timeout"])
def test_the_configuration_of_a_repository_says_nothing_of_it(key: str, project: Path) -> None:
    program = project / "evil"
    program.write_text("#!/bin/sh\ntouch ran\n")
    program.chmod(0o755)
    settings = {"python": f'python = "{program}"', "run": "run = true", "timeout": "timeout = 1"}
    (project / "pyproject.toml").write_text(f"[tool.wflint]\n{settings[key]}\n")

    invoke("replay", "h.json")
    invoke("replay", "--run", "h.json")

    assert not (project / "ran").exists()


def test_only_one_thing_is_done_at_a_time() -> None:
    result = invoke("replay", "--run", "--strip", "h.json")

    assert result.exit_code == 2
    assert "give either --strip or --run" in result.stderr
