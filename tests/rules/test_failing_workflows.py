"""`raise-non-failure` agrees with the SDK about which errors fail the workflow, and which its task.

Each piece of code is run in the SDK's own sandbox. A workflow task that fails is what the rule is
about; a workflow that fails, or completes, is what it is silent about.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture
from tests.oracle.sandbox import Stage, judge

FLOW = """\
import asyncio
import contextlib
import functools

from temporalio import workflow
from temporalio.exceptions import ApplicationError, CancelledError, FailureError, TemporalError


class ShopError(Exception):
    pass


class StockError(ShopError):
    pass


class Failure(ApplicationError):
    pass




def kept(function):
    @functools.wraps(function)
    async def wrapper():
        try:
            return await function()
        except ShopError:
            return None

    return wrapper


async def fail():
    raise StockError("none left")


@kept
async def fail_quietly():
    raise StockError("none left")


@workflow.defn{options}
class Flow:
    @workflow.run
    async def run(self) -> None:
{body}
"""

TASK, WORKFLOW, NOTHING = Stage.RUNTIME, Stage.FAILED, Stage.OK

CASES = {
    "an-exception": ("raise ValueError('no')", TASK),
    "a-class": ("raise KeyError", TASK),
    "its-own-class": ("raise StockError('no')", TASK),
    "in-a-helper": ("await fail()", TASK),
    "in-gather": ("await asyncio.gather(fail(), asyncio.sleep(1))", TASK),
    "in-gather-of-a-list": ("await asyncio.gather(*[fail() for _ in range(2)])", TASK),
    "in-gather-of-a-generator": ("await asyncio.gather(*(fail() for _ in range(2)))", TASK),
    "in-gather-of-a-filled-list": (
        "jobs = []\nfor _ in range(2):\n    job = fail()\n    jobs.append(job)\n"
        "await asyncio.gather(*jobs)",
        TASK,
    ),
    "in-gather-of-tasks": (
        "jobs = []\nfor _ in range(2):\n    jobs.append(asyncio.create_task(fail()))\n"
        "await asyncio.gather(*jobs)",
        TASK,
    ),
    "in-a-task": ("task = asyncio.create_task(fail())\nawait task", TASK),
    "caught-around-gather": (
        "jobs = []\nfor _ in range(2):\n    jobs.append(fail())\ntry:\n"
        "    await asyncio.gather(*jobs)\nexcept ShopError:\n    pass",
        NOTHING,
    ),
    "in-a-filled-list": (
        "jobs = []\nfor _ in range(2):\n    jobs.append(fail())\n"
        "await asyncio.gather(*jobs, return_exceptions=True)",
        NOTHING,
    ),
    "in-wait-for": ("await asyncio.wait_for(fail(), 5)", TASK),
    "in-shield": ("await asyncio.shield(fail())", TASK),
    "of-the-sdk-but-no-failure": ("raise TemporalError('no')", TASK),
    "the-cause-is-a-failure": (
        "try:\n    raise ApplicationError('no')\nexcept FailureError as e:\n"
        "    raise RuntimeError('no') from e",
        TASK,
    ),
    "raised-again": ("try:\n    await fail()\nexcept ShopError as e:\n    raise e", TASK),
    "another-is-caught": ("try:\n    await fail()\nexcept ValueError:\n    pass", TASK),
    "another-is-suppressed": ("with contextlib.suppress(KeyError):\n    await fail()", TASK),
    "a-failure": ("raise ApplicationError('no')", WORKFLOW),
    "any-failure": ("raise FailureError('no')", WORKFLOW),
    "derived-from-a-failure": ("raise Failure('no')", WORKFLOW),
    "cancelled": ("raise CancelledError('no')", WORKFLOW),
    "cancelled-by-asyncio": ("raise asyncio.CancelledError", WORKFLOW),
    "timed-out": ("raise asyncio.TimeoutError", WORKFLOW),
    "turned-into-a-failure": (
        "try:\n    await fail()\nexcept ShopError as e:\n    raise ApplicationError('no') from e",
        WORKFLOW,
    ),
    "caught": ("try:\n    await fail()\nexcept ShopError:\n    pass", NOTHING),
    "suppressed": ("with contextlib.suppress(ShopError):\n    await fail()", NOTHING),
    "dropped-by-finally": ("try:\n    await fail()\nfinally:\n    return None", NOTHING),
    "caught-by-a-decorator": ("await fail_quietly()", NOTHING),
    "in-a-task-after-gather": (
        "await asyncio.gather(*[asyncio.sleep(1)])\n"
        "tasks = [asyncio.create_task(fail()) for _ in range(2)]\nawait asyncio.sleep(1)\n"
        "[task.exception() for task in tasks]",
        NOTHING,
    ),
    "in-a-list": ("await asyncio.gather(fail(), return_exceptions=True)", NOTHING),
}
NAMED = {
    "the-class": ("(failure_exception_types=[StockError])", WORKFLOW),
    "a-base-class": ("(failure_exception_types=[KeyError, ShopError])", WORKFLOW),
    "everything": ("(failure_exception_types=[Exception])", WORKFLOW),
    "another-class": ("(failure_exception_types=[KeyError])", TASK),
    "nothing": ("(failure_exception_types=[])", TASK),
}


def source(body: str, options: str = "") -> str:
    return FLOW.format(body=textwrap.indent(body, " " * 8), options=options)


def reported(text: str, folder: Path) -> bool:
    file = folder / "flow.py"
    file.write_text(text, encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), folder)
    return any(d.code == "WFL701" for d in harness.run(root).diagnostics)


@pytest.mark.parametrize(("body", "stage"), CASES.values(), ids=CASES)
def test_reports_what_fails_the_task(body: str, stage: Stage, tmp_path: Path) -> None:
    text = source(body)
    assert judge(text, tmp_path).stage is stage
    assert reported(text, tmp_path) == (stage is TASK)


@pytest.mark.parametrize(("options", "stage"), NAMED.values(), ids=NAMED)
def test_knows_what_the_workflow_names(options: str, stage: Stage, tmp_path: Path) -> None:
    text = source("await fail()", options)
    assert judge(text, tmp_path).stage is stage
    assert reported(text, tmp_path) == (stage is TASK)


BY_ENTRY = {
    "run": ("@workflow.run", "does not fail the workflow", True),
    "update": ("@workflow.update", "does not fail the update", True),
    "signal": ("@workflow.signal", "drop it", False),
}


@pytest.mark.parametrize(("decorator", "said", "has_fix"), BY_ENTRY.values(), ids=BY_ENTRY)
def test_says_what_it_is_that_does_not_fail(
    decorator: str, said: str, has_fix: bool, tmp_path: Path
) -> None:
    file = tmp_path / "flow.py"
    file.write_text(
        "from temporalio import workflow\n\n\n@workflow.defn\nclass Flow:\n"
        f"    {decorator}\n    async def go(self) -> None:\n        raise ValueError('no')\n",
        encoding="utf-8",
    )
    root = harness.copy_to(Fixture("flow", file), tmp_path)
    (found,) = (d for d in harness.run(root).diagnostics if d.code == "WFL701")
    assert said in found.message
    assert (found.fix is not None) == has_fix


def test_tells_two_classes_of_one_name_apart(tmp_path: Path) -> None:
    file = tmp_path / "errors.py"
    file.write_text(
        "from temporalio import exceptions\n\n\n"
        "class TimeoutError(exceptions.TimeoutError):\n    pass\n",
        encoding="utf-8",
    )
    root = harness.copy_to(Fixture("errors", file), tmp_path)
    (found,) = (d for d in harness.run(root).diagnostics if d.code == "WFL711")
    base = "temporalio.exceptions.TimeoutError"
    assert found.message.startswith(f"`TimeoutError` derives from `{base}`: ")
    assert f"as a plain `{base}`" in found.message
