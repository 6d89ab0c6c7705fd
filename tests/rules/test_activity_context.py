"""The rules on what belongs to workflows and activities, against the real SDK."""

from __future__ import annotations

import asyncio
import contextvars
import inspect
import threading
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager

import pytest
from temporalio import activity, workflow
from temporalio.testing import ActivityEnvironment

from wflint.checking.registry import load_registry

RULES = {rule.name: rule for rule in load_registry().rules}
OUTSIDE = "Not in workflow event loop"
_DEFINE = frozenset({"defn", "dynamic_config", "init", "query", "run", "signal", "update"})


def names_of(rule: str, module: str) -> set[str]:
    """Return the functions of a module that a rule reports, without those of its logger."""
    prefix = f"temporalio.{module}."
    names = {name.removeprefix(prefix) for name in RULES[rule].targets}
    return {name for name in names if not name.startswith("logger.")}


def function(module: object, name: str) -> Callable[..., object] | None:
    for part in name.split("."):
        module = getattr(module, part, None)
    return module if callable(module) else None


def call(called: Callable[..., object]) -> object:
    """Call a function with something for each parameter that it must have."""
    params = inspect.signature(called).parameters.values()
    needed = [p for p in params if p.default is p.empty and p.kind is not p.VAR_POSITIONAL]
    by_name = {p.name: "x" for p in needed if p.kind is p.KEYWORD_ONLY}
    return called(*("x" for p in needed if p.kind is p.POSITIONAL_OR_KEYWORD), **by_name)


async def error_of(called: Callable[..., object]) -> str:
    """Return what is said when a function is called, and what it gives is awaited."""
    try:
        given = call(called)
        if inspect.isawaitable(given):
            await given
        elif isinstance(given, AbstractContextManager):
            with given:
                pass
    except Exception as error:
        return str(error)
    return ""


PUBLIC = sorted(
    {name for name, value in vars(workflow).items() if inspect.isfunction(value)}
    - {name for name in vars(workflow) if name.startswith("_")}
    - _DEFINE
)


@pytest.mark.parametrize("name", PUBLIC)
def test_what_raises_in_an_activity_is_reported(name: str) -> None:
    called = function(workflow, name)
    assert called is not None
    said = asyncio.run(ActivityEnvironment().run(error_of, called))
    assert (said == OUTSIDE) == (name in names_of("workflow-api-in-activity", "workflow")), said


@pytest.mark.parametrize("name", sorted(names_of("workflow-api-in-activity", "workflow")))
def test_what_is_reported_raises_in_an_activity(name: str) -> None:
    called = function(workflow, name)
    if called is None:
        pytest.skip("the installed SDK does not have it")
    if "." in name and not name.startswith("unsafe."):
        pytest.skip("a method of an object that only a workflow gets")
    assert asyncio.run(ActivityEnvironment().run(error_of, called)) == OUTSIDE


@pytest.mark.parametrize("name", ["info", "debug", "log", "isEnabledFor"])
def test_the_logger_of_workflows_raises_in_an_activity(name: str) -> None:
    async def logs() -> None:
        given = (30, "x") if name == "log" else (30,) if name == "isEnabledFor" else ("x",)
        getattr(workflow.logger, name)(*given)

    with pytest.raises(Exception, match=OUTSIDE):
        asyncio.run(ActivityEnvironment().run(logs))
    assert f"temporalio.workflow.logger.{name}" in RULES["workflow-api-in-activity"].targets


@pytest.mark.parametrize("name", sorted(names_of("activity-api-in-workflow", "activity")))
def test_what_is_reported_raises_without_an_activity(name: str) -> None:
    called = function(activity, name)
    assert called is not None
    if name == "raise_complete_async":
        pytest.skip("it raises everywhere: what it raises means something to activities alone")
    assert asyncio.run(error_of(called)) == "Not in activity context"


def test_a_plain_activity_has_no_client() -> None:
    def asks() -> None:
        activity.client()

    with pytest.raises(RuntimeError, match="The client is only available in `async def`"):
        ActivityEnvironment().run(asks)


def test_an_awaited_heartbeat_fails_after_it_was_sent() -> None:
    environment, sent = ActivityEnvironment(), []
    environment.on_heartbeat = lambda *details: sent.append(details)

    async def beats() -> None:
        await activity.heartbeat(1)  # type: ignore[func-returns-value, misc]

    with pytest.raises(TypeError, match="NoneType"):
        asyncio.run(environment.run(beats))
    assert sent == [(1,)]


@pytest.mark.parametrize("name", sorted(names_of("async-api-in-sync-activity", "activity")))
def test_a_plain_activity_does_not_wait_with_a_coroutine(name: str) -> None:
    wait = getattr(activity, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # "was never awaited"
        assert inspect.iscoroutine(ActivityEnvironment().run(lambda: wait()))
    with pytest.raises(RuntimeError, match="not in async activity"):
        ActivityEnvironment().run(lambda: asyncio.run(wait()))
    assert callable(getattr(activity, f"{name}_sync"))


@pytest.mark.parametrize("way", ["run_in_executor", "submit", "Thread", "to_thread", "copy"])
def test_threads_have_the_activity_if_its_context_is_taken_along(way: str) -> None:
    errors: list[str] = []

    def asks() -> None:
        try:
            activity.info()
        except RuntimeError as error:
            errors.append(str(error))

    async def starts() -> None:
        if way == "to_thread":
            await asyncio.to_thread(asks)
        elif way == "run_in_executor":
            await asyncio.get_running_loop().run_in_executor(None, asks)
        elif way == "Thread":
            thread = threading.Thread(target=asks)
            thread.start()
            await asyncio.to_thread(thread.join)
        else:
            given = (contextvars.copy_context().run, asks) if way == "copy" else (asks,)
            with ThreadPoolExecutor() as executor:
                executor.submit(*given)

    asyncio.run(ActivityEnvironment().run(starts))
    assert errors == ([] if way in ("to_thread", "copy") else ["Not in activity context"])
