"""`asyncio.wait_for` ends otherwise from Python 3.12 on, where an activity in it is cancelled."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture

FLOW = """\
import asyncio
from datetime import timedelta

from temporalio import workflow

SOON = timedelta(seconds=5)


async def charge():
    return await workflow.execute_activity("charge", start_to_close_timeout=SOON)


async def pause():
    await workflow.sleep(5)


@workflow.defn
class Flow:
    @workflow.run
    async def run(self):
        try:
            await asyncio.wait_for({waited_for}, 60)
        except Exception:
            {handled}
"""
RELEASE = 'await workflow.execute_activity("release", start_to_close_timeout=SOON)'
SWALLOWS, SKIPS = "WFL704", "WFL716"
ACTIVITY = 'workflow.execute_activity("charge", start_to_close_timeout=SOON)'


def reported(waited_for: str, handled: str, python: str, folder: Path) -> set[str]:
    file = folder / "flow.py"
    file.write_text(FLOW.format(waited_for=waited_for, handled=handled), encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), folder)
    (root / "pyproject.toml").write_text(
        f'[project]\nname = "flow"\nversion = "1"\nrequires-python = "{python}"\n'
    )
    codes = {d.code for d in harness.run(root).diagnostics}
    return codes & {SWALLOWS, SKIPS}


@pytest.mark.parametrize("waited_for", [ACTIVITY, "charge()"], ids=["here", "in-a-helper"])
@pytest.mark.parametrize(
    ("python", "swallows"),
    [(">=3.10", set()), (">=3.11", set()), (">=3.12", {SWALLOWS}), (">=3.13", {SWALLOWS})],
)
def test_an_activity_is_cancelled_as_ever_from_python_3_12_on(
    waited_for: str, python: str, swallows: set[str], tmp_path: Path
) -> None:
    """With both kinds of Python possible, neither is said."""
    assert reported(waited_for, "pass", python, tmp_path) == swallows
    again = tmp_path / "again"
    again.mkdir()
    assert reported(waited_for, RELEASE, python, again) == swallows


@pytest.mark.parametrize("waited_for", ["workflow.sleep(5)", "asyncio.Event().wait()", "pause()"])
@pytest.mark.parametrize("python", [">=3.10", ">=3.12"])
def test_a_wait_in_the_event_loop_is_cancelled_as_such(
    waited_for: str, python: str, tmp_path: Path
) -> None:
    assert reported(waited_for, RELEASE, python, tmp_path) == {SKIPS}


def test_of_what_is_not_known_nothing_is_said(tmp_path: Path) -> None:
    assert reported("self.pending", RELEASE, ">=3.10", tmp_path) == set()
