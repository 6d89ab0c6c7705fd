"""The answer of an earlier run is there before the first check, if nothing has changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.caching import NAMES, make_project
from tests.workspace.test_workspace import cold, said
from wflint.run.check import check
from wflint.run.request import Request
from wflint.workspace.workspace import Workspace

NAME = "shop/names.py"
LONGER = f"{NAMES}\n\nX = 1\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path)


def _workspace(folder: Path, *, cache: bool = True) -> Workspace:
    return Workspace(str(folder), Request(cache=cache))


def _run(folder: Path) -> None:
    check(Request(cwd=str(folder), cache=True))


def test_there_is_none_before_the_first_run(project: Path) -> None:
    assert _workspace(project).earlier() is None


def test_it_is_that_of_a_cold_run(project: Path) -> None:
    _run(project)
    workspace = _workspace(project)
    early = workspace.earlier()
    assert early is not None
    assert said(early.result) == cold(project, workspace)
    assert early.programs == []


def test_a_workspace_leaves_one_behind(project: Path) -> None:
    _workspace(project).check()
    assert _workspace(project).earlier() is not None


def test_an_open_file_may_be_as_it_is_on_disk(project: Path) -> None:
    first = _workspace(project)
    first.put(str(project / NAME), NAMES.encode())
    first.check()
    second = _workspace(project)
    second.put(str(project / NAME), NAMES.encode())
    early = second.earlier()
    assert early is not None
    assert list(early.texts) == [str(project / NAME)]


def test_a_text_that_was_not_saved_has_none_and_leaves_none(project: Path) -> None:
    _run(project)
    workspace = _workspace(project)
    workspace.put(str(project / NAME), LONGER.encode())
    assert workspace.earlier() is None
    workspace.check()
    (project / NAME).write_text(LONGER)
    assert _workspace(project).earlier() is None


def test_a_file_that_has_changed_has_none(project: Path) -> None:
    _run(project)
    (project / NAME).write_text(LONGER)
    assert _workspace(project).earlier() is None


def test_a_new_file_has_none(project: Path) -> None:
    _run(project)
    (project / "shop/more.py").write_text((project / "shop/flow.py").read_text())
    assert _workspace(project).earlier() is None


def test_there_is_none_without_a_cache(project: Path) -> None:
    _run(project)
    assert _workspace(project, cache=False).earlier() is None


def test_there_is_none_after_the_first_check(project: Path) -> None:
    workspace = _workspace(project)
    workspace.check()
    assert workspace.earlier() is None


def test_a_file_that_is_written_while_it_is_read_is_what_the_editor_has(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its text was that on disk when the check began."""
    workspace = _workspace(project)
    path = project / NAME
    workspace.put(str(path), NAMES.encode())
    checked = Workspace._checked

    def written(self: Workspace, *rest: object) -> object:
        path.write_text("def new_name() -> str:\n    return ''\n")
        return checked(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Workspace, "_checked", written)
    assert said(workspace.check().result) == cold(project, workspace)
