"""Messages whose text depends on the code that they are about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from wflint.diagnostics import Diagnostic

WORKFLOW = """\
import datetime as dt
from datetime import datetime
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import structlog

log = structlog.get_logger()
central_time = dt.timezone(dt.timedelta(hours=-6))


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> None:
        {code}
"""


def found(root: Path, *code: str) -> list[Diagnostic]:
    (root / "pyproject.toml").write_text(harness.PROJECT_FILE)
    (root / "flow.py").write_text(WORKFLOW.format(code="\n        ".join(code)))
    return [d for d in harness.run(root).diagnostics if d.code != "WFL301"]


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("central_time", "central_time"),
        ("tz=central_time", "central_time"),
        ("dt.timezone(\n dt.timedelta(0))", "dt.timezone(dt.timedelta(0))"),
    ],
)
def test_the_clock_in_a_zone_is_replaced_by_one_in_that_zone(
    zone: str, shown: str, tmp_path: Path
) -> None:
    (diagnostic,) = found(tmp_path, f"datetime.now({zone}).hour > 3 and workflow.now()")
    assert f"use `workflow.now().astimezone({shown})`" in diagnostic.message


def test_one_diagnostic_says_how_many_places_it_stands_for(tmp_path: Path) -> None:
    (diagnostic,) = found(tmp_path, "print(1)", "print(2)", "print(3)")
    assert diagnostic.more_places == 2
    assert diagnostic.fix is not None
    assert len(diagnostic.fix.edits) == 3


def test_suppressed_places_do_not_count(tmp_path: Path) -> None:
    (diagnostic,) = found(tmp_path, "print(1)", "print(2)  # wflint: ignore[WFL139] a test")
    assert diagnostic.more_places == 0


def test_the_sure_harm_of_structlog_comes_first(tmp_path: Path) -> None:
    (diagnostic,) = found(tmp_path, 'log.info("made")')
    assert diagnostic.message.startswith("`log.info()` logs again at every replay, and may wait")
