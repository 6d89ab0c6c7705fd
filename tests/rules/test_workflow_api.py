"""Fixes write names of ``temporalio.workflow`` only where they work, as tried out in the SDK.

Tables in ``wflint.fix.propose.sdk_names`` say which names are younger than others, raise outside of
workflows, or raise in query handlers and update validators. Fixes are withheld accordingly.
"""

from __future__ import annotations

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomli
from temporalio import workflow

from tests.oracle.recorded import Run, in_sandbox
from tests.oracle.sandbox import SEED, Stage
from wflint.checking.registry import load_registry
from wflint.fix.propose.sdk_names import ANYWHERE, NOT_READ_ONLY, SINCE
from wflint.rule import Fixable

ROOT = Path(__file__).parents[2]

AS_ASYNCIO = {
    "as_completed": "[await each for each in {module}.as_completed([nothing()])]",
    "wait": "await {module}.wait([asyncio.ensure_future(nothing())])",
}
"""Names that take the place of one of ``asyncio``. A query or validator could use neither."""

USES = {
    **{name: use.format(module="workflow") for name, use in AS_ASYNCIO.items()},
    "in_workflow": "workflow.in_workflow()",
    "logger": "workflow.logger.info('text')",
    "new_random": "workflow.new_random()",
    "now": "workflow.now()",
    "random": "workflow.random()",
    "sleep": "workflow.sleep(1).send(None)",
    "time": "workflow.time()",
    "time_ns": "workflow.time_ns()",
    "unsafe": "workflow.unsafe.imports_passed_through()",
    "uuid4": "workflow.uuid4()",
    "uuid7": "workflow.uuid7()",
    "wait_condition": "workflow.wait_condition(lambda: True).send(None)",
}
"""A use of each name that a fix writes. The first step of a coroutine is enough."""

DECORATORS = {"defn", "init", "query", "run", "signal", "update"}
"""Names that fixes write above definitions, where nothing runs yet."""

SYNC = sorted(USES.keys() - AS_ASYNCIO.keys())

FLOW = """\
import asyncio
from temporalio import workflow

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        {run}

    @workflow.query
    def peek(self) -> None:
        {query}

    @workflow.update
    async def change(self) -> None: ...

    @change.validator
    def check(self) -> None:
        {validator}

async def nothing() -> None: ...
"""


def use(folder: Path, **bodies: str) -> Run:
    """A workflow with something in its ``run``, ``query`` or ``validator``, each of which runs."""
    parts = {"run": "pass", "query": "pass", "validator": "pass", **bodies}
    return in_sandbox(FLOW.format(**parts).encode(), folder, SEED, messages=True)


# What fixes write.


def written() -> set[str]:
    """The names that the fixes of the rules write."""
    tables = (api for rule in load_registry().rules for api in rule.apis.values())
    names = {api.use.removeprefix("workflow.") for api in tables if is_written(api.use, api.fix)}
    for file in sorted((ROOT / "rules").rglob("*.py")):
        names |= set(asked_for(ast.parse(file.read_bytes())))
    return {name.partition(".")[0].partition("(")[0] for name in names}


def is_written(use: str, fix: Fixable) -> bool:
    return fix is not Fixable.NONE and use.startswith("workflow.")


def asked_for(module: ast.Module) -> Iterator[str]:
    """Yield what is written out in calls such as ``at.workflow("now()")``."""
    for node in ast.walk(module):
        match node:
            case ast.Call(func=ast.Attribute(attr="workflow"), args=[ast.Constant(str(name))]):
                yield name
            case ast.Call(
                func=ast.Attribute(attr="workflow"),
                args=[ast.JoinedStr(values=[ast.Constant(str(name)), *_])],
            ):
                yield name


def test_every_name_that_a_fix_writes_is_tried() -> None:
    named = written() | ANYWHERE | NOT_READ_ONLY | SINCE.keys()
    assert named - DECORATORS <= USES.keys()


@pytest.mark.parametrize("name", sorted(USES))
def test_name_works_in_workflows(name: str, tmp_path: Path) -> None:
    bare = USES[name].removesuffix(".send(None)")
    run = use(tmp_path, run=f"await {bare}" if bare != USES[name] else bare)
    assert (run.stage, run.warnings) == (Stage.OK, ()), run.detail


# Outside of workflows.


@pytest.mark.parametrize("name", sorted(USES))
def test_name_works_outside_of_workflows_only_if_the_table_says_so(name: str) -> None:
    assert works_outside(USES[name]) == (name in ANYWHERE)


def works_outside(expression: str) -> bool:
    """True if activities, clients and tests could use an expression."""
    code = f"async def nothing(): ...\nasync def use():\n    {expression}\n"
    names: dict[str, Any] = {"asyncio": asyncio, "workflow": workflow}
    exec(code, names)
    try:
        asyncio.run(names["use"]())
    except Exception as error:
        assert str(error) == "Not in workflow event loop"
        return False
    return True


# In query handlers and update validators.


@pytest.mark.parametrize("place", ["query", "validator"])
@pytest.mark.parametrize("name", SYNC)
def test_name_raises_in_read_only_code_only_if_the_table_says_so(
    name: str, place: str, tmp_path: Path
) -> None:
    run = use(tmp_path, **{place: USES[name]})
    if name in NOT_READ_ONLY:
        assert run.detail.startswith("ReadOnlyContextError: ")
    else:
        assert run.stage is Stage.OK, run.detail


@pytest.mark.parametrize("name", sorted(AS_ASYNCIO))
def test_what_replaces_asyncio_fails_in_read_only_code_as_asyncio_does(
    name: str, tmp_path: Path
) -> None:
    for module in ("asyncio", "workflow"):
        start = "asyncio.ensure_future(nothing())"
        query = f"{module}.{name}([{start}])"
        assert use(tmp_path, query=query).detail.startswith("ReadOnlyContextError: ")


# Since when.


@pytest.mark.parametrize("name", sorted(USES))
def test_name_is_not_written_for_an_sdk_that_does_not_have_it(name: str) -> None:
    assert hasattr(workflow, name)
    table = tomli.loads((ROOT / "rules/event_loop/unknown_temporal_api.toml").read_text())
    versions = table["modules"]["temporalio.workflow"]["since"].items()
    since = next((parsed(version) for version, names in versions if name in names), (0, 0))
    if name in written():
        assert SINCE.get(name, (0, 0)) >= since


def parsed(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))
