"""The simplest forms of common faults, a line each: those that other linters know as well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness

HEAD = """\
import asyncio
import time
from datetime import timedelta

import requests
from temporalio import activity, workflow

SOON = timedelta(seconds=10)


"""
WORKFLOW = """\
@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
{body}
"""
SWALLOWED = """\
        try:
            await asyncio.sleep(60)
        {handler}
            await workflow.execute_activity("refund", order, start_to_close_timeout=SOON)
        return order
"""
ACTIVITY = """\
@activity.defn
async def charge(order: str) -> str:
    {line}
    return order
"""
FORMS = {
    "a workflow without a run method": ("WFL501", "@workflow.defn\nclass OrderWorkflow:\n    ..."),
    "a run method that is not async": (
        "WFL502",
        WORKFLOW.format(body="        return order").replace("async def", "def"),
    ),
    "a plain exception": ("WFL701", WORKFLOW.format(body='        raise ValueError("no order")')),
    "a bare except": ("WFL703", WORKFLOW.format(body=SWALLOWED.format(handler="except:"))),
    "a cancellation that is kept": (
        "WFL703",
        WORKFLOW.format(body=SWALLOWED.format(handler="except asyncio.CancelledError:")),
    ),
    "a blocking sleep": ("WFL801", ACTIVITY.format(line="time.sleep(5)")),
    "a blocking request": ("WFL801", ACTIVITY.format(line='requests.get("https://pay")')),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_simple_form_is_found(form: str, tmp_path: Path) -> None:
    code, text = FORMS[form]
    (tmp_path / "pyproject.toml").write_text(harness.PROJECT_FILE)
    (tmp_path / "flow.py").write_text(HEAD + text)
    assert code in [diagnostic.code for diagnostic in harness.run(tmp_path).diagnostics]
