"""Round after round until nothing changes, and what becomes of fixes that go wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from tests.mending import CLOCK, mend_in_memory, mended, put
from wflint.checking.registry import load_registry
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.rule import FixView, Repair
from wflint.run.program_run import ProjectRun

LOOP = """\
from temporalio import workflow


@workflow.defn
class LoopWorkflow:
    @workflow.run
    async def run(self) -> float:  # wflint: ignore[WFL102] no longer true
        return 1.0
"""
MakeRepair = Callable[[FixView], "Repair | None"]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a clock, and a comment that hides nothing."""
    put(tmp_path, CLOCK, "clock.py")
    put(tmp_path, LOOP, "loop.py")
    return enter_project(tmp_path, monkeypatch)


@pytest.fixture
def repair(monkeypatch: pytest.MonkeyPatch) -> Callable[[MakeRepair], None]:
    """Give the clock's rule another repair."""

    def put_in_place(make: MakeRepair) -> None:
        rule = type(load_registry().by_code["WFL101"])
        monkeypatch.setattr(rule, "repair", lambda _, at: make(at))

    return put_in_place


Repairer = Callable[[MakeRepair], None]


def test_fixes_inside_of_one_another_take_two_rounds(tmp_path: Path) -> None:
    nested = "dt.datetime.now(zone(time.time()))"
    text = CLOCK.replace("import time", "import datetime as dt\nimport time\nfrom x import zone")
    after = mended(tmp_path, text.replace("time.time()", nested), unsafe=True)
    assert b"return workflow.now().astimezone(zone(workflow.time()))\n" in after


def test_a_fix_that_would_break_the_file_is_not_applied(project: Path, repair: Repairer) -> None:
    repair(lambda at: at.safe("Break it", at.replace(at.node, "(")))
    result = invoke("check", "--fix")
    assert result.exit_code == 2
    reason = "the fixes of WFL101 would break it, so it stays as it was; please report this"
    assert result.stderr.startswith(f"Fixed 1 diagnostic in 1 file.\nwflint: clock.py: {reason}\n")
    assert "clock.py:10:16: WFL101" in result.stdout
    assert (project / "clock.py").read_text() == CLOCK
    assert "ignore" not in (project / "loop.py").read_text()


def test_a_file_that_a_later_round_would_break_is_as_it_was(
    project: Path, repair: Repairer
) -> None:
    def twice(at: FixView) -> Repair:
        is_first = "tick" not in at.source.text
        return at.safe("Tick", at.replace(at.node, "(tick, time.time())" if is_first else "("))

    repair(twice)
    assert invoke("check", "--fix").exit_code == 2
    assert (project / "clock.py").read_text() == CLOCK


def test_a_fix_that_never_comes_to_an_end_is_stopped(project: Path, repair: Repairer) -> None:
    repair(lambda at: at.safe("Grow", at.replace(at.node, "(1, time.time())")))
    result = invoke("check", "--fix")
    line = "clock.py: WFL101 could still be fixed after 10 rounds; run `wflint check --fix` again"
    assert f"wflint: {line}\n" in result.stderr
    assert result.exit_code == 1
    assert (project / "clock.py").read_text().count("(1, ") == 10


def test_a_fix_that_changes_nothing_is_no_fix(project: Path, repair: Repairer) -> None:
    repair(lambda at: at.safe("Nothing", at.replace(at.node, at.text(at.node))))
    outcome = mend_in_memory(project, project / "clock.py")
    assert (outcome.files, outcome.result.warnings) == ([], [])


def test_a_fix_with_edits_that_overlap_is_not_applied(project: Path, repair: Repairer) -> None:
    repair(lambda at: at.safe("Twice", at.replace(at.node, "1"), at.replace(at.call.func, "2")))
    assert mend_in_memory(project, project / "clock.py").files == []


def test_a_fault_in_finding_a_fix_costs_that_fix_alone(
    project: Path, repair: Repairer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WFLINT_DEBUG")

    def fail(_: FixView) -> Repair:
        raise ZeroDivisionError

    repair(fail)
    result = invoke("check", "--fix", "--unsafe-fixes")
    assert result.exit_code == 1
    assert "WFL101" in result.stdout
    assert "(not fixed: wflint failed to find the fix: ZeroDivisionError in " in result.stdout
    assert "WFL006" not in result.stdout


def test_all_rounds_together_read_each_function_once(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With each text of its file, that is; in the last one an import is gone as well."""
    read: Counter[tuple[str, str, str]] = Counter()
    find = Store._find_bodies

    def counted(own: Store, module: Module, qualname: str, question: str) -> object:
        read[Path(module.path).name, qualname, module.source.text] += 1
        return find(own, module, qualname, question)

    monkeypatch.setattr(Store, "_find_bodies", counted)
    put(project, "class Timer:\n    def stop(self): ...\n", "timer.py")
    put(
        project,
        LOOP.replace("1.0", "timer.Timer().stop()").replace("from", "import timer\nfrom", 1),
    )
    assert "workflow.time()" in invoke("check", "--fix", "--diff", "--no-cache").stdout
    assert set(read.values()) == {1}
    assert len([name for name, *_ in read if name == "clock.py"]) > 1, "nothing is checked again"


def test_a_diff_that_was_made_before_takes_no_analysis(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    checked = invoke("check").stdout
    first = invoke("check", "--fix", "--diff")
    with monkeypatch.context() as patch:
        patch.setattr(ProjectRun, "run", None)
        again = invoke("check", "--fix", "--diff")
        assert invoke("check").stdout == checked
    assert (again.exit_code, again.stdout) == (first.exit_code, first.stdout)
    put(project, CLOCK.replace("time.time()", "time.time() + 1"), "clock.py")
    assert "workflow.time() + 1" in invoke("check", "--fix", "--diff").stdout
