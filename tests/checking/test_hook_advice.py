"""In interceptors and converters nobody is told to use an activity."""

from __future__ import annotations

from pathlib import Path

from tests import harness
from tests.harness import Fixture

HOOKS = """\
import secrets
from typing import Any

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.converter import EncodingPayloadConverter
from temporalio.worker import ExecuteWorkflowInput, WorkflowInboundInterceptor

with workflow.unsafe.imports_passed_through():
    import requests


def only_by_interceptor() -> None:
    requests.post("https://example.com/1")


def by_both() -> None:
    requests.post("https://example.com/2")


class Telling(WorkflowInboundInterceptor):
    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        only_by_interceptor()
        by_both()
        workflow.logger.info(secrets.token_hex())
        return await super().execute_workflow(input)


class Sealing(EncodingPayloadConverter):
    @property
    def encoding(self) -> str:
        return "sealed"

    def to_payload(self, value: Any) -> Payload | None:
        return Payload(data=requests.get("https://example.com/key").content)


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        by_both()
"""


def test_the_advice_can_be_followed(tmp_path: Path) -> None:
    file = tmp_path / "hooks.py"
    file.write_text(HOOKS, encoding="utf-8")
    root = harness.copy_to(Fixture("hooks", file), tmp_path)
    found = harness.run(root).diagnostics
    advice = {d.location.row: d.message.partition("; ")[2] for d in found if d.code != "WFL301"}
    in_helper, in_both, in_converter = (
        next(row for row, line in enumerate(HOOKS.splitlines(), 1) if text in line)
        for text in ("/1", "/2", "/key")
    )
    assert "not `workflow.unsafe.is_replaying()`" in advice[in_helper]
    assert advice[in_both] == "move it to an activity"
    assert "`PayloadCodec`" in advice[in_converter]
    (entropy,) = (a for a in advice.values() if "workflow.random()" in a)
    assert "activity" not in entropy
