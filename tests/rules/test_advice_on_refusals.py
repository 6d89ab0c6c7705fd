"""What is said of calls that are refused with an error, which may be caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
from datetime import timedelta
from temporalio import workflow

SOON = timedelta(seconds=5)

def plain() -> None: ...

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> object:
        try:
            return await self.go()
        except {caught}:
            {handled}

    async def go(self) -> object:
        return await {call}
"""
CALLS = {
    "WFL601": ("workflow.execute_activity('a')", "ValueError"),
    "WFL613": ("workflow.execute_activity(plain, start_to_close_timeout=SOON)", "TypeError"),
    "WFL619": ("workflow.execute_activity('a', start_to_close_timeout=SOON, b=1)", "TypeError"),
}


def said(root: Path, code: str, caught: str, handled: str = "return None") -> str:
    text = FLOW.format(call=CALLS[code][0], caught=caught, handled=handled)
    (root / "flow.py").write_text(text)
    (found,) = [d for d in check(Request(paths=(str(root),), jobs=1)).diagnostics if d.code == code]
    return found.message


@pytest.mark.parametrize("code", CALLS)
@pytest.mark.parametrize(
    ("caught", "handled"), [("KeyError", "return None"), ("Exception", "raise")]
)
def test_what_nobody_keeps_makes_the_task_fail(
    code: str, caught: str, handled: str, tmp_path: Path
) -> None:
    message = said(tmp_path, code, caught, handled)
    assert "the workflow task fails and is retried for ever" in message


@pytest.mark.parametrize("code", CALLS)
def test_what_is_kept_is_raised_each_time(code: str, tmp_path: Path) -> None:
    message = said(tmp_path, code, "Exception")
    assert f"it raises `{CALLS[code][1]}` each time, and a handler around it keeps" in message
    assert "retried for ever" not in message
