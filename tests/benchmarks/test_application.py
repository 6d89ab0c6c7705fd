"""The generated application of the benchmarks has the diagnostics that it promises."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.application import PROMISED, SERVICES, application, write_application
from benchmarks.situations import chosen_places
from wflint.diagnostics import Diagnostic
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request, Result

pytestmark = pytest.mark.exhaustive


class Checked:
    """The application after one check: the result and the functions that were reached."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reached: list[tuple[str, str]] = []
        write_application(folder)
        self.result: Result = check(Request(paths=(str(folder),), isolated=True), self._keep)

    def _keep(self, examined: Examined) -> None:
        order = examined.answer.reached.order
        self.reached += dict.fromkeys((node.fn.path, node.fn.qualname) for node in order)

    @property
    def diagnostics(self) -> list[Diagnostic]:
        return self.result.diagnostics


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return Checked(tmp_path_factory.mktemp("application"))


def test_it_has_the_promised_diagnostics(checked: Checked) -> None:
    assert Counter(diagnostic.code for diagnostic in checked.diagnostics) == PROMISED
    assert 180 <= len(checked.diagnostics) <= 220
    assert not checked.result.problems


def test_most_diagnostics_have_a_fix_and_many_a_safe_one(checked: Checked) -> None:
    fixes = [diagnostic.fix for diagnostic in checked.diagnostics if diagnostic.fix is not None]
    assert len(fixes) > 0.9 * len(checked.diagnostics)
    assert sum(fix.applicability == "safe" for fix in fixes) > 40


def test_diagnostics_lie_deep(checked: Checked) -> None:
    assert max(len(diagnostic.chain) for diagnostic in checked.diagnostics) >= 8
    assert len(checked.reached) > 500


def test_both_services_have_workflows_and_diagnostics(checked: Checked) -> None:
    for service in SERVICES:
        assert any(f"/{service}/" in diagnostic.filename for diagnostic in checked.diagnostics)
    assert checked.result.stats.workflows == 16


def test_it_is_the_same_each_time() -> None:
    assert list(application()) == list(application())


def test_what_is_changed_is_a_workflow_and_a_helper(checked: Checked) -> None:
    places = chosen_places(checked.folder, checked.reached)
    assert places.workflow.file.endswith("workflows.py")
    assert "layer" in places.helper.file
    assert chosen_places(checked.folder, checked.reached[::-1])[0].file == places.workflow.file


def test_a_tree_without_workflows_cannot_be_measured(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="there is no workflow in it"):
        chosen_places(tmp_path, [])
