"""What is said of names that the SDK does not have."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
import temporalio.client as client
from temporalio import workflow

{before}

@workflow.defn
class Flow:
    @workflow.run
    async def run(self, order: str) -> None:
        {body}
"""


def said(root: Path, body: str, before: str = "") -> list[str]:
    (root / "flow.py").write_text(FLOW.format(body=body, before=before))
    found = check(Request(paths=(str(root),), jobs=1)).diagnostics
    return [d.message for d in found if d.code in ("WFL214", "WFL215")]


@pytest.mark.parametrize(
    ("body", "advice"),
    [
        ("raise workflow.CancelledError('x')", "raise `temporalio.exceptions.ApplicationError`"),
        ("raise workflow.TimeoutError", "raise `temporalio.exceptions.ApplicationError`"),
        ("try: pass\n        except workflow.CancelledError: pass", "catch `asyncio."),
        ("errors = (workflow.CancelledError,)", "catch `asyncio."),
    ],
)
def test_an_error_is_raised_as_another_one_than_it_is_caught(
    body: str, advice: str, tmp_path: Path
) -> None:
    (message,) = said(tmp_path, body)
    assert f"; {advice}" in message


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("WorkflowIdReusePolicy", "temporalio.common.WorkflowIDReusePolicy"),
        ("retryPolicy", "temporalio.common.RetryPolicy"),
    ],
)
def test_a_name_of_another_module_is_found_in_any_spelling(
    name: str, meant: str, tmp_path: Path
) -> None:
    (message,) = said(tmp_path, f"client.{name}")
    assert message.endswith(f"; use `{meant}`")


def test_what_only_workflows_can_call_is_no_advice_for_others(tmp_path: Path) -> None:
    before = "from temporalio import common\ndef make():\n    return common.uuid4()"
    (message,) = said(tmp_path, "pass", before)
    assert message.endswith("; in workflow code use `temporalio.workflow.uuid4`")
    found = check(Request(paths=(str(tmp_path),), jobs=1)).diagnostics
    assert all(d.fix is None for d in found if d.code == "WFL214")


@pytest.mark.parametrize(
    ("before", "message"),
    [
        (
            "workflow.pass_through_imports = ['yaml']",
            "the SDK has no `workflow.pass_through_imports`, and does not read what is set here; "
            "import under `with workflow.unsafe.imports_passed_through():`",
        ),
        ("workflow.loggers = None", "did you mean `logger`?"),
        ("workflow.orders = {}", "keep it in a module of your own"),
        ("workflow.now = None", "this changes `workflow.now` of the SDK, for all workflows"),
        ("client.Client.is_traced = True", "this changes `client.Client.is_traced` of the SDK"),
    ],
)
def test_what_is_set_in_vain_is_told_from_what_is_changed(
    before: str, message: str, tmp_path: Path
) -> None:
    (found,) = said(tmp_path, "pass", before)
    assert message in found
