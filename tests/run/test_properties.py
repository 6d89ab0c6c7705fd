"""The same code gives the same answer, however it is asked for."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests import harness
from wflint.diagnostics import Diagnostic

FIXTURES = list(harness.project_fixtures())
SETS = {
    "some": [f for n, f in enumerate(FIXTURES) if n % 30 == 0 or f.id == "order_processing"],
    "all": FIXTURES,
}
SOME = SETS["some"]
ALL_OF_THEM = pytest.param(FIXTURES, marks=pytest.mark.exhaustive, id="all")
EXAMPLES = settings(max_examples=6, deadline=None, derandomize=True)
of_each = pytest.mark.parametrize(
    ("among", "fixture"),
    [
        *(pytest.param("some", fixture, id=fixture.id) for fixture in SOME),
        *(
            pytest.param("all", fixture, marks=pytest.mark.exhaustive, id=f"all-{fixture.id}")
            for fixture in FIXTURES
        ),
    ],
)


class SideBySide(NamedTuple):
    """Projects side by side, as in one large repository, and what a run over everything says."""

    root: Path
    whole: list[Diagnostic]


@pytest.fixture(scope="module")
def side_by_side(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], SideBySide]:
    """Return what gives a set of projects by its name; each is made and checked once."""

    @cache
    def made(name: str) -> SideBySide:
        root = tmp_path_factory.mktemp("projects")
        for fixture in SETS[name]:
            folder = root / fixture.id.replace("/", "_")
            folder.mkdir()
            harness.copy_to(fixture, folder)
        return SideBySide(root, harness.run(root).diagnostics)

    return made


@pytest.fixture(scope="module", params=["some", pytest.param("all", marks=pytest.mark.exhaustive)])
def name(request: pytest.FixtureRequest) -> str:
    """The name of a set of projects."""
    return str(request.param)


@pytest.fixture(scope="module")
def projects(name: str, side_by_side: Callable[[str], SideBySide]) -> Path:
    """The folder of the projects of a set."""
    return side_by_side(name).root


@pytest.fixture(scope="module")
def whole(name: str, side_by_side: Callable[[str], SideBySide]) -> list[Diagnostic]:
    """Return what a run over everything says."""
    return side_by_side(name).whole


def source_files(folder: Path) -> list[Path]:
    """All Python files, in order."""
    return sorted(folder.rglob("*.py"))


def of_files(diagnostics: Sequence[Diagnostic], files: Sequence[Path]) -> list[Diagnostic]:
    """The diagnostics in some of the files."""
    wanted = set(map(_resolved, files))
    return [d for d in diagnostics if _resolved(d.filename) in wanted]


@cache
def _resolved(file: str | Path) -> Path:
    return Path(file).resolve()


def test_there_is_something_to_compare(whole: list[Diagnostic]) -> None:
    assert len(whole) > 50


def test_diagnostics_are_sorted(whole: list[Diagnostic]) -> None:
    assert whole == sorted(whole, key=Diagnostic.sort_key)


@of_each
def test_a_project_does_not_depend_on_its_neighbours(
    fixture: harness.Fixture, among: str, side_by_side: Callable[[str], SideBySide]
) -> None:
    projects, whole = side_by_side(among)
    root = projects / fixture.id.replace("/", "_")
    assert harness.run(root).diagnostics == of_files(whole, source_files(root))


@pytest.mark.parametrize(
    "end",
    [
        pytest.param(b"\r", id="CR"),
        pytest.param(b"\r\n", id="CRLF", marks=pytest.mark.exhaustive),
    ],
)
@pytest.mark.parametrize("fixtures", [pytest.param(SOME, id="some"), ALL_OF_THEM])
def test_the_ends_of_lines_do_not_matter(
    fixtures: Sequence[harness.Fixture], end: bytes, tmp_path: Path
) -> None:
    for number, fixture in enumerate(fixtures):
        root = tmp_path / str(number)
        root.mkdir()
        harness.copy_to(fixture, root)
        before = [replace(d, fix=None) for d in harness.run(root).diagnostics]
        for file in source_files(root):
            file.write_bytes(re.sub(rb"\r\n|\r|\n", end, file.read_bytes()))
        assert [replace(d, fix=None) for d in harness.run(root).diagnostics] == before


OF_THE_PROGRAM = {
    # Failure types and Python versions of one program hold for all of the repository.
    *("WFL701", "WFL702", "WFL707", "WFL709", "WFL711", "WFL717"),
    # Gaps count by name, and functions of these names send heartbeats in other programs.
    *("WFL609", "WFL622", "WFL628", "WFL805"),
    # Converters, plugins and settings of the sandbox that another program names make these silent.
    *("WFL142", "WFL301", "WFL304", "WFL311", "WFL518", "WFL551"),
    # So do files of other programs that have the name of an installed package.
    *("WFL208", "WFL302"),
}


@pytest.mark.parametrize("fixtures", [pytest.param(SOME, id="some"), ALL_OF_THEM])
def test_many_programs_may_share_one_project(
    fixtures: Sequence[harness.Fixture], tmp_path: Path
) -> None:
    """Modules of the same name lie side by side, and nothing says where a program begins."""
    plain = [f for f in fixtures if not list(f.path.rglob("pyproject.toml"))]
    # What a value decides is told by all reads of an attribute of that name in the program.
    plain = [f for f in plain if f.path.name != "value_flow"]
    # Frameworks that one program uses, and names of its own, count in all of the repository.
    plain = [f for f in plain if f.path.name not in ("langgraph_alone", "own_names")]
    # An interceptor counts for all workflows of which no Worker is known.
    plain = [f for f in plain if f.path.name not in ("apart", "intercepted", "interceptor")]
    for fixture in plain:
        shutil.copytree(fixture.path, tmp_path / fixture.id.replace("/", "_"))
    (tmp_path / "pyproject.toml").write_text(harness.PROJECT_FILE)
    found = harness.found(harness.run(tmp_path).diagnostics, tmp_path)
    own = [f for f in found if f.code not in OF_THE_PROGRAM]
    wanted = [f for f in harness.expected(tmp_path) if f.code not in OF_THE_PROGRAM]
    problems = harness.differences(wanted, own)
    if problems:
        pytest.fail(harness.explain(problems, tmp_path), pytrace=False)


@EXAMPLES
@given(data=st.data())
def test_the_order_of_files_does_not_matter(
    projects: Path, whole: list[Diagnostic], data: st.DataObject
) -> None:
    root = data.draw(st.sampled_from(sorted(projects.iterdir())))
    files = data.draw(st.permutations(source_files(root)))
    assert harness.run(root, files).diagnostics == of_files(whole, files)


def test_the_order_of_projects_does_not_matter(projects: Path, whole: list[Diagnostic]) -> None:
    assert harness.run(projects, source_files(projects)[::-1]).diagnostics == whole


@EXAMPLES
@given(data=st.data())
def test_a_subset_of_files_reports_what_the_whole_reports_in_them(
    projects: Path, whole: list[Diagnostic], data: st.DataObject
) -> None:
    some = st.lists(st.sampled_from(source_files(projects)), min_size=1, max_size=6, unique=True)
    files = data.draw(some)
    assert harness.run(projects, files).diagnostics == of_files(whole, files)


@of_each
def test_each_file_alone_reports_what_the_whole_reports_in_it(
    fixture: harness.Fixture, among: str, side_by_side: Callable[[str], SideBySide]
) -> None:
    projects, whole = side_by_side(among)
    root = projects / fixture.id.replace("/", "_")
    for file in source_files(root):
        assert harness.run(root, [file]).diagnostics == of_files(whole, [file]), file


def test_a_file_named_twice_is_checked_once(projects: Path, whole: list[Diagnostic]) -> None:
    file = source_files(projects / "order_processing")[-1]
    found = harness.run(projects, [file, file, file.parent]).diagnostics
    assert found == of_files(whole, source_files(file.parent))


def json_output(root: Path, *options: str, seed: str = "0") -> bytes:
    """Return what the command prints, in a process of its own."""
    command = [sys.executable, "-m", "wflint", "check", "--output-format", "json", *options, "."]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr.decode()
    return done.stdout


def test_neither_hash_seed_nor_number_of_processes_changes_a_byte(projects: Path) -> None:
    first = json_output(projects, "-j", "1", seed="1")
    assert len(json.loads(first)) > 50
    assert json_output(projects, "-j", "2", seed="2") == first  # both differ at once
