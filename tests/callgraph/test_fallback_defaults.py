"""Fallback defaults: counted as gaps where a caller may give nothing, for all that is known."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
import time
from dataclasses import dataclass
from temporalio import workflow

@dataclass
class Stamp:
    at: float | None = None

    def __post_init__(self) -> None:
        self.at = self.at or time.time()

class Clock:
    def read(self) -> float:
        return time.time()

def stamp(now: float | None = None) -> float:
    return now or time.time()

def between(now: float | None) -> float:
    return stamp(now)

def read(clock: Clock, now: float | None = None) -> float:
    return now or clock.read()

@workflow.defn
class Flow:
    @workflow.run
    async def run(self, req: dict, now: float, opt: float | None = None) -> object:
        return {body}
"""


def gaps(root: Path, body: str) -> list[str]:
    (root / "flow.py").write_text(FLOW.replace("{body}", body))
    result = check(Request(paths=(str(root),), jobs=1, show_gaps=True))
    assert not result.diagnostics
    return [gap.written for entry in result.gaps for gap in entry.gaps]


@pytest.mark.parametrize(
    "body",
    [
        "now or time.time()",
        "stamp(req['now'])",
        "stamp(req.get('now'))",
        "stamp(now)",
        "between(req['now'])",
        "between(now)",
        "stamp(*req)",
        "stamp(**req)",
        "[stamp(workflow.time()), stamp(req['now'])]",
        "Stamp(at=req['at'])",
    ],
)
def test_what_a_caller_may_leave_out_is_a_gap(tmp_path: Path, body: str) -> None:
    assert gaps(tmp_path, body) == ["time.time()"]


def test_so_is_a_function_of_the_project_that_nothing_else_calls(tmp_path: Path) -> None:
    assert gaps(tmp_path, "read(Clock(), req['now'])") == ["clock.read()"]


@pytest.mark.parametrize(
    "body",
    [
        "stamp(workflow.time())",
        "stamp(1.5)",
        "stamp(now=workflow.time())",
        "between(workflow.time())",
        "read(Clock(), workflow.time())",
        "Stamp(workflow.time())",
        "Stamp(at=workflow.time())",
        "now or len(req)",
    ],
)
def test_what_is_surely_given_is_none(tmp_path: Path, body: str) -> None:
    assert gaps(tmp_path, body) == []
