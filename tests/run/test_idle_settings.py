"""Names in the settings that stand for nothing are said, on each run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.command_line import CLOCK, enter_project, invoke


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a project with some folders."""
    enter_project(tmp_path, monkeypatch)
    for name in ("legacy/a.py", "source/b.py", "qa/c.py", "gen/api/d.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "flow.py").write_text(CLOCK)
    return tmp_path


def said(project: Path, settings: str, *flags: str) -> list[str]:
    """The lines about settings, of two runs that say the same."""
    (project / "pyproject.toml").write_text(f"[tool.wflint]\n{settings}\n")
    lines = [_said(*flags) for _ in range(2)]
    assert lines[0] == lines[1] == _said(*flags, "--no-cache")
    return lines[0]


def _said(*flags: str) -> list[str]:
    found = invoke("check", *flags).stderr.splitlines()
    kinds = ("there is no folder", "nothing matches")
    return [line.removeprefix("wflint: ") for line in found if any(kind in line for kind in kinds)]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ('src = ["lib"]', 'src: there is no folder "lib"'),
        ('src = ["sorce"]', 'src: there is no folder "sorce"; did you mean "source"?'),
        ('src = ["flow.py"]', 'src: there is no folder "flow.py"'),
        (
            'test-paths = ["tests/", "legcy/"]',
            'test-paths: nothing matches "legcy/"; did you mean "legacy/"?',
        ),
        (
            'extend-exclude = ["gen/apis/"]',
            'extend-exclude: nothing matches "gen/apis/"; did you mean "gen/api/"?',
        ),
        (
            'per-file-ignores = { "legacys/" = ["WFL1"] }',
            'per-file-ignores: nothing matches "legacys/"; did you mean "legacy/"?',
        ),
    ],
)
def test_what_looks_misspelt_is_said_in_each_run(project: Path, settings: str, line: str) -> None:
    assert said(project, settings) == [f"pyproject.toml: {line}"]
    assert said(project, settings, "-q") == []


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ('test-paths = ["spec/"]', 'test-paths: nothing matches "spec/"'),
        ('test-paths = ["*.spec.py"]', 'test-paths: nothing matches "*.spec.py"'),
        ('exclude = ["gen/build/"]', 'exclude: nothing matches "gen/build/"'),
        (
            'per-file-ignores = { "*_pb2.py" = ["ALL"] }',
            'per-file-ignores: nothing matches "*_pb2.py"',
        ),
    ],
)
def test_what_may_be_there_another_day_is_said_on_request(
    project: Path, settings: str, line: str
) -> None:
    assert said(project, settings) == []
    assert said(project, settings, "-v") == [f"pyproject.toml: {line}"]


@pytest.mark.parametrize(
    "settings",
    [
        "",
        'src = ["source", "."]',
        'test-paths = ["qa/", "test_*.py", "/legacy", "flow.py", "c.py", "l*/"]',
        'exclude = ["gen/api/", "gen/api/d.py", "nowhere", "*.x"]',
        'extend-per-file-ignores = { "legacy/" = ["WFL1"], "**/d.py" = ["WFL2"] }',
    ],
)
def test_what_is_there_is_not_mentioned(project: Path, settings: str) -> None:
    assert said(project, settings, "-v") == []


def test_flags_are_named_as_such(project: Path) -> None:
    line = '--per-file-ignores: nothing matches "legcy/"; did you mean "legacy/"?'
    assert said(project, "", "--per-file-ignores", "legcy/:WFL101") == [line]


def test_each_folder_has_its_own(project: Path) -> None:
    (project / "legacy/wflint.toml").write_text('src = ["lib"]\ntest-paths = ["b.py"]\n')
    assert said(project, "", "-v") == [
        'legacy/wflint.toml: src: there is no folder "lib"',
        'legacy/wflint.toml: test-paths: nothing matches "b.py"',
    ]
