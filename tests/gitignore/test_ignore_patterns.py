"""Lines of a `.gitignore` mean what git makes of them, the odd ones too."""

from __future__ import annotations

import random
import shutil
import subprocess
import warnings
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.command_line import CLOCK, enter_project, invoke
from wflint.gitignore.spec import ignore_spec

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git")

NAMES = [
    "a",
    "b",
    "ab",
    "x",
    "1",
    "-",
    "[",
    "]",
    "aa",
    "a1",
    "ba",
    "\\",
    "x:",
    "a]",
    "^",
    "!",
    "#a",
]
PIECES = [
    *("a", "b", "ab", "1", "*", "**", "?", "/", "[", "]", "\\", "\\a", "\\[", "!", "#", " ", "-"),
    *("[a-b]", "[b-a]", "[!a]", "[^a]", "[]]", "[!]]", "[\\]]", "[a-\\b]", "[--b]", "[]-a]"),
    *("[[:digit:]]", "[[:foo:]]", "[[:alpha:]]", "[[:digit:]", "[[]", "[:a:]", "[a-[:digit:]]"),
    *("[/]", "[a/b]", "[\\", "[[:]", "[a-]", "[-a]", "[+--]", "[a"),
]


def ignored(lines: Sequence[str], paths: Sequence[str]) -> set[str]:
    """The paths that are ignored, or lie in a folder that is."""
    spec = ignore_spec(lines)

    def is_ignored(path: str) -> bool:
        parts = path.split("/")
        folders = ["/".join(parts[:n]) + "/" for n in range(1, len(parts))]
        return any(spec.check_file(f).include for f in folders) or bool(
            spec.check_file(path).include
        )

    return {path for path in paths if is_ignored(path)}


def ignored_by_git(lines: Sequence[str], paths: Sequence[str], repository: Path) -> set[str]:
    (repository / ".gitignore").write_text("".join(f"{line}\n" for line in lines))
    command = ["git", "check-ignore", "--no-index", "-z", "--stdin"]
    given = "\0".join(paths).encode()
    done = subprocess.run(command, input=given, cwd=repository, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return {name.decode() for name in done.stdout.split(b"\0") if name}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


@needs_git
@pytest.mark.parametrize("line", [*PIECES, "build\\", "a/[z-a]", "a[/]b", "[a/b][a/b]", "!a[/]b"])
def test_each_odd_line(line: str, repository: Path) -> None:
    paths = [*NAMES, *(f"{a}/{b}" for a in NAMES for b in ("a", "b", "1"))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ignored([line], paths) == ignored_by_git([line], paths, repository)


@needs_git
@pytest.mark.parametrize("seed", range(60))
def test_any_line(seed: int, repository: Path) -> None:
    chance = random.Random(seed)
    line = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 5)))
    paths = ["/".join(chance.choice(NAMES) for _ in range(chance.randint(1, 3))) for _ in range(40)]
    assert ignored([line], paths) == ignored_by_git([line], paths, repository), line


@pytest.mark.parametrize(
    "line", ["!", "\\", "build\\", "a/[z-a]", "[a", "[[:foo:]]", "[[:digit:]]x"]
)
def test_a_bad_line_of_gitignore_spoils_nothing(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_project(tmp_path, monkeypatch)
    (tmp_path / ".gitignore").write_text(f"{line}\nsecret.py\r\n")
    for name in ("flow.py", "secret.py"):
        (tmp_path / name).write_text(CLOCK)
    result = invoke("check", "--output-format", "concise")
    assert [line.partition(":")[0] for line in result.stdout.splitlines()] == ["flow.py"]
    assert "Warning" not in result.stderr


@pytest.mark.parametrize("pattern", ["!", "[a", "a/[", "[[:foo:]]", "x[]"])
@pytest.mark.parametrize(
    ("setting", "key"),
    [
        ("exclude = [{}]", "exclude[0]"),
        ('extend-exclude = ["a", {}]', "extend-exclude[1]"),
        ("test-paths = [{}]", "test-paths[0]"),
        ('per-file-ignores = {{ {} = ["WFL101"] }}', "per-file-ignores"),
        ('extend-per-file-ignores = {{ {} = ["WFL101"] }}', "extend-per-file-ignores"),
    ],
)
def test_a_bad_pattern_of_the_configuration_is_named(
    setting: str, key: str, pattern: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter_project(tmp_path, monkeypatch)
    text = setting.format(f'"{pattern}"')
    (tmp_path / "pyproject.toml").write_text(f"[tool.wflint]\n{text}\n")
    result = invoke("check")
    assert result.exit_code == 2
    assert result.stderr == (
        f"wflint: pyproject.toml: tool.wflint.{key}: "
        f'"{pattern}" is not a valid .gitignore pattern: it matches nothing\n'
    )
