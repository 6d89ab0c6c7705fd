"""Calls that could not be resolved: counted by the summary, listed by ``--show-gaps``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from wflint.run.check import check
from wflint.run.request import EntryGaps, Request

FLOW = """\
from temporalio import workflow

from helpers import settle


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, plan) -> None:
        plan.begin()
        settle(plan)

    @workflow.signal
    def cancel(self, plan) -> None:
        settle(plan)

    @workflow.query
    def state(self) -> str:
        return "open"
"""
HELPERS = """\
def settle(plan) -> None:
    (
        plan.steps or [")"]
    )[0].finish(plan, ")")


def unused(plan) -> None:
    plan.drop()
"""
FINISH = '(plan.steps or [")"])[0].finish()'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: two handlers come by the same gap."""
    (tmp_path / "flow.py").write_text(FLOW)
    (tmp_path / "helpers.py").write_text(HELPERS)
    return enter_project(tmp_path, monkeypatch)


def gaps(*paths: str) -> list[EntryGaps]:
    return check(Request(paths=paths or (".",), show_gaps=True, jobs=1)).gaps


def places(found: EntryGaps) -> list[tuple[str, int, int, str]]:
    return [(g.filename, g.location.row, g.location.column, g.written) for g in found.gaps]


def test_every_entry_point_has_the_gaps_on_its_own_paths() -> None:
    run, cancel = gaps()
    assert (run.entry.qualname, cancel.entry.qualname) == (
        "OrderWorkflow.run",
        "OrderWorkflow.cancel",
    )
    assert places(run) == [("flow.py", 10, 9, "plan.begin()"), ("helpers.py", 2, 5, FINISH)]
    assert places(cancel) == [("helpers.py", 2, 5, FINISH)]
    assert all(gap.reason for gap in run.gaps)


def test_the_list_names_entry_points_and_tells_each_gap_once() -> None:
    lines = invoke("check", "--show-gaps").stderr.splitlines()
    start = lines.index("2 calls could not be resolved.")
    assert [line.partition("`: ")[0] for line in lines[start + 1 :]] == [
        "OrderWorkflow.run (flow.py:9) reaches 2 calls that could not be resolved:",
        "    flow.py:10:9: `plan.begin()",
        f"    helpers.py:2:5: `{FINISH}",
        "OrderWorkflow.cancel (flow.py:14) reaches 1 call that could not be resolved:",
        "    1 that is listed above",
    ]


def test_the_paths_choose_what_is_listed_and_counted() -> None:
    (run,) = gaps("flow.py")
    assert places(run) == [("flow.py", 10, 9, "plan.begin()")]
    assert "1 call could not be resolved; --show-gaps lists" in invoke("check", "flow.py").stderr


def test_nothing_is_listed_without_being_asked_for() -> None:
    assert check(Request(jobs=1)).gaps == []
    assert "plan.begin" not in invoke("check").stderr


def test_stdout_is_what_it_is_without_the_flag() -> None:
    plain = invoke("check", "--output-format", "json").stdout
    assert invoke("check", "--output-format", "json", "--show-gaps").stdout == plain


def test_the_rule_reports_the_same_calls_in_json() -> None:
    result = invoke("check", "--extend-select", "WFL005", "--output-format", "json")
    reported = [
        (d["filename"], d["location"]["row"], d["location"]["column"], d["message"])
        for d in json.loads(result.stdout)
    ]
    told = "the call `{}` could not be followed: {}"
    assert reported == [
        (g.filename, g.location.row, g.location.column, told.format(g.written, g.reason))
        for g in gaps()[0].gaps
    ]
