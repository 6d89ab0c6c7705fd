"""Blocks that expect a failure are looked for in texts of which Python warns, too."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
import re
from datetime import datetime

import pytest
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        re.compile("\\d")
        with pytest.raises(ValueError):
            datetime.now()
        return str(datetime.now())
"""


@pytest.mark.filterwarnings("always")
def test_a_text_that_python_warns_of_is_read_in_silence(
    tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    (tmp_path / "flow.py").write_text(FLOW)
    result = check(Request(cwd=str(tmp_path), cache=False))
    found = [d.location.row for d in result.diagnostics if d.code == "WFL101"]
    assert found == [FLOW.count("\n")]
    assert [str(one.message) for one in recwarn] == []
