"""Inferred types and calls in the fixtures are what their comments say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness, inference_cases
from tests.harness import Fixture


@pytest.mark.parametrize("case", list(inference_cases.cases()), ids=lambda case: case.id)
def test_infers_what_is_expected(case: Fixture, tmp_path: Path) -> None:
    root = harness.copy_to(case, tmp_path)
    assert list(inference_cases.expectations(root)), "a fixture expects something"
    assert inference_cases.problems(root) == []


# The harness itself.

FLOW = """\
from temporalio import workflow


def use(value: object) -> None: ...


def price() -> int:
    return 3


def unreached() -> None:
    LINE


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        LINE
"""


def problems(line: str, tmp_path: Path) -> list[str]:
    head, _, tail = FLOW.rpartition("LINE")
    file = tmp_path / "flow.py"
    file.write_text(head.replace("LINE", "pass") + line + tail)
    return inference_cases.problems(harness.copy_to(Fixture("flow", file), tmp_path))


@pytest.mark.parametrize(
    "line",
    [
        "use(price())  # type: int  # calls: price",
        "found = price()  # type: int",
        "return price()  # type: int",
        "use(unknown())  # type: ?  # calls: -",
    ],
)
def test_harness_accepts_what_is_inferred(line: str, tmp_path: Path) -> None:
    assert problems(line, tmp_path) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("use(price())  # type: str", "type: expected str, got int"),
        ("use(price())  # type: ?", "type: expected ?, got int"),
        ("use(price())  # type: int | str", "type: expected int | str, got int"),
        ("use(price())  # calls: -", "calls: expected -, got price"),
        ("use(3)  # calls: price", "calls: expected price, got -"),
        ("pass  # type: int", "type: expected int, got nothing is reached there"),
    ],
)
def test_harness_fails_on_a_wrong_expectation(line: str, message: str, tmp_path: Path) -> None:
    assert problems(line, tmp_path) == [f"flow.py:19: {message}"]


def test_harness_fails_where_nothing_is_reached(tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(FLOW.replace("LINE", "use(price())  # type: int  # calls: price", 1))
    found = inference_cases.problems(harness.copy_to(Fixture("flow", file), tmp_path))
    assert [line.partition("got ")[2] for line in found] == ["nothing is reached there"] * 2


@pytest.mark.parametrize("comment", ["# type int", "# types: int", "# call: price"])
def test_harness_refuses_a_comment_that_it_cannot_read(comment: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot read"):
        problems(f"use(3)  {comment}", tmp_path)
