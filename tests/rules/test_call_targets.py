"""What the SDK really does with what is given to it in place of an activity."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documentation import examples
from tests.oracle.sandbox import Stage, judge
from wflint.checking.registry import load_registry

RULES = load_registry().by_name
REFUSED = {
    "activity-result-passed": "Activity must be a string or callable",
    "undecorated-activity": "missing attributes, was it decorated with @activity.defn?",
}
FLOW = """\
import asyncio
import functools
from collections.abc import Sequence
from datetime import timedelta
from temporalio import activity, workflow
from temporalio.common import RawValue

@activity.defn
async def charge(order: str) -> str:
    return order

@activity.defn(dynamic=True)
async def anything(args: Sequence[RawValue]) -> None: ...

@activity.defn
class Decorated:
    async def __call__(self) -> None: ...

class OnlyTheCall:
    @activity.defn
    async def __call__(self) -> None: ...

class Base:
    @activity.defn
    async def send(self) -> None: ...

class Overrides(Base):
    async def send(self) -> None: ...

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        workflow.start_activity({target}, start_to_close_timeout=timedelta(seconds=5))
"""


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_the_bad_example_is_refused(name: str, tmp_path: Path) -> None:
    (example,) = examples(RULES[name], "Bad")
    verdict = judge(example, tmp_path)
    assert verdict.stage is Stage.RUNTIME
    assert REFUSED[name] in verdict.detail


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("asyncio.sleep", "missing attributes"),
        ("lambda: 1", "missing attributes"),
        ("functools.partial(charge, 'a')", "missing attributes"),
        ("OnlyTheCall", "missing attributes"),
        ("OnlyTheCall()", "missing attributes"),
        ("Overrides.send", "missing attributes"),
        ("anything", "Cannot invoke dynamic activity explicitly"),
        ("Decorated", ""),
        ("Decorated()", ""),
        ("Base.send", ""),
        ("charge", ""),
    ],
)
def test_the_sdk_takes_only_what_is_decorated(target: str, message: str, tmp_path: Path) -> None:
    verdict = judge(FLOW.replace("{target}", target), tmp_path)
    assert verdict.stage is (Stage.RUNTIME if message else Stage.OK), verdict.detail
    assert message in verdict.detail
