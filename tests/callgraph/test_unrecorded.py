"""What only queries and update validators run: nothing records it, and no replay runs it."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.oracle import sandbox
from wflint.diagnostics import Diagnostic
from wflint.run.check import check
from wflint.run.request import Request

FLOW = """\
import logging
import os
import random
import time
import uuid
from datetime import datetime

from helpers import asked, shared
from temporalio import workflow

log = logging.getLogger(__name__)


@workflow.defn{free}
class Flow:
    @workflow.run
    async def run(self) -> None:
{run}

    @workflow.query
    def status(self) -> str:
{query}
        return ""

    @workflow.update
    async def change(self, value: str) -> None:
{update}

    @change.validator
    def check(self, value: str) -> None:
{validator}
"""
HELPERS = """\
import time


def shared() -> float:
    return time.time()


def asked() -> float:
    return time.time()
"""
FREE = "(sandboxed=False)"
HARMLESS = """\
log.info("asked")
print("asked")
datetime.now()
uuid.uuid4()
random.random()
time.monotonic()
os.environ["REGION"]
os.getpid()
datetime.fromtimestamp(1.0)
for name in {"ada", "grace"}:
    str(name)
str([id(object())])
"""
Finds = Callable[..., list[Diagnostic]]


@pytest.fixture
def finds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Finds:
    """The diagnostics of a workflow whose methods do something, with some helpers."""
    monkeypatch.chdir(tmp_path)

    def run(free: str = "", text: str = FLOW, **bodies: str) -> list[Diagnostic]:
        methods = dict.fromkeys(("run", "query", "update", "validator"), "pass") | bodies
        given = {name: textwrap.indent(code, " " * 8) for name, code in methods.items()}
        (tmp_path / "helpers.py").write_text(HELPERS)
        (tmp_path / "flow.py").write_text(text.format(free=free, **given))
        return check(Request(paths=(".",), isolated=True, cache=False)).diagnostics

    return run


def chains(diagnostics: list[Diagnostic]) -> list[str]:
    return [f"{d.code} " + " → ".join(hop.qualname for hop in d.chain) for d in diagnostics]


def test_the_answer_to_a_query_may_differ(finds: Finds) -> None:
    assert finds(FREE, query=HARMLESS) == []
    assert finds(FREE, validator=HARMLESS) == []
    assert len({d.code for d in finds(FREE, run=HARMLESS)}) == 10
    assert len({d.code for d in finds(FREE, update=HARMLESS)}) == 10


def test_a_helper_of_queries_is_like_them(finds: Finds) -> None:
    assert finds(FREE, query="asked()") == []
    assert finds(FREE, query="asked()", validator="asked()") == []


def test_what_replays_run_as_well_is_shown_with_a_way_that_they_take(finds: Finds) -> None:
    (found,) = finds(query="shared()", update="for _ in '12':\n    shared()")
    assert chains([found]) == ["WFL101 Flow.change → shared"]
    assert found.other_entries == 0
    assert "the wall clock" in found.message
    assert chains(finds(run="self.status()", query="asked()")) == [
        "WFL101 Flow.run → Flow.status → asked"
    ]


def test_the_sandbox_lets_the_query_fail(finds: Finds) -> None:
    (found,) = finds(query="asked()")
    assert found.severity == "error"
    assert found.message.startswith("the sandbox refuses `time.time()`, so the query fails; ")
    (found,) = finds(validator="asked()")
    assert "so the update is rejected; " in found.message
    (found,) = finds(query="asked()", validator="asked()")
    assert "so the query or update fails; " in found.message


@pytest.mark.parametrize("call", ["datetime.now()", "uuid.uuid4()", "random.random()"])
def test_names_that_the_sandbox_refuses(finds: Finds, call: str) -> None:
    (found,) = finds(query=call)
    assert found.message.startswith(f"the sandbox refuses `{call}`, so the query fails; ")


def test_what_the_sandbox_lets_through_is_fine(finds: Finds) -> None:
    assert finds(query="log.info('x')\nprint('x')\ndatetime.fromtimestamp(1.0)") == []
    assert finds(query="'REGION' in os.environ") == []


def test_what_hurts_at_once_is_reported_as_ever(finds: Finds) -> None:
    assert chains(finds(FREE, query="time.sleep(1)")) == ["WFL104 Flow.status"]


def test_handlers_that_are_registered_on_the_way(finds: Finds) -> None:
    register = "workflow.set_{kind}_handler('late', lambda: shared())"
    assert finds(FREE, run=register.format(kind="query")) == []
    assert chains(finds(FREE, run=register.format(kind="signal"))) == [
        "WFL101 Flow.run → Flow.run.<lambda> → shared"
    ]


INTERCEPTOR = """\
from helpers import asked
from temporalio import workflow
from temporalio.worker import WorkflowInboundInterceptor


class Inbound(WorkflowInboundInterceptor):
    async def {method}(self, input):
        asked()


@workflow.defn(sandboxed=False)
class Flow:
    @workflow.run
    async def run(self) -> None: ...
"""


def test_interceptors_of_queries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "helpers.py").write_text(HELPERS)

    def found(method: str) -> list[str]:
        (tmp_path / "flow.py").write_text(INTERCEPTOR.format(method=method))
        return chains(check(Request(paths=(".",), isolated=True, cache=False)).diagnostics)

    assert found("handle_query") == found("handle_update_validator") == []
    assert found("handle_signal") == ["WFL101 Inbound.handle_signal → asked"]


# The real sandbox.

ASKED = """\
from datetime import datetime
from temporalio import workflow

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    @workflow.query
    def status(self) -> str:
        return str(datetime.now())

    @workflow.update
    async def change(self) -> None: ...

    @change.validator
    def check(self) -> None:
        datetime.now()
"""


def test_the_sdk_fails_the_query_and_rejects_the_update(tmp_path: Path) -> None:
    start, query, update = (WorkflowActivationJob() for _ in range(3))
    start.initialize_workflow.workflow_type, query.query_workflow.query_type = "Flow", "status"
    update.do_update.name, update.do_update.run_validator = "change", True
    with sandbox._module(ASKED, tmp_path) as load:
        created = sandbox.create(sandbox._definition(load()), SandboxedWorkflowRunner())
        instance = asyncio.run(created)
        answers: list[WorkflowCommand] = []
        for job in (start, update, query):
            activation = WorkflowActivation(run_id="run", jobs=[job])
            answers += instance.activate(activation).successful.commands
    rejected, failed = answers
    assert "datetime.datetime.now" in rejected.update_response.rejected.message
    assert "datetime.datetime.now" in failed.respond_to_query.failed.message
