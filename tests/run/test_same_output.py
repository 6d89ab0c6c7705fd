"""The script that compares what two versions of wflint say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.same_output import Outcome, _report


def _line(row: int, message: str) -> str:
    return json.dumps(
        {
            "filename": "flow.py",
            "location": {"row": row, "column": 1},
            "code": "WFL101",
            "severity": "error",
            "message": message,
            "chain": [{"qualname": "Flow.run"}],
            "fix": None,
        }
    )


OLD = Outcome([_line(1, "one"), _line(2, "two")], "", 1, 0.0)


def test_equal_output_is_no_difference(capsys: pytest.CaptureFixture[str]) -> None:
    assert _report(Path("project"), OLD, OLD) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("lines", "shown"),
    [
        ([_line(1, "one")], "- flow.py:2:1: WFL101 error two"),
        (
            [_line(1, "one"), _line(2, "two"), _line(3, "three")],
            "+ flow.py:3:1: WFL101 error three",
        ),
        ([_line(1, "one"), _line(2, "TWO")], "+ flow.py:2:1: WFL101 error TWO"),
        ([_line(2, "two"), _line(1, "one")], "in another order"),
    ],
)
def test_each_difference_is_shown(
    lines: list[str], shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _report(Path("project"), OLD, OLD._replace(diagnostics=lines)) == 1
    assert shown in capsys.readouterr().out


def test_a_failed_run_is_no_empty_result(capsys: pytest.CaptureFixture[str]) -> None:
    broken = Outcome([], "ModuleNotFoundError: no libcst", 2, 0.0)
    assert _report(Path("project"), broken, broken) == 2
    assert "no libcst" in capsys.readouterr().out
