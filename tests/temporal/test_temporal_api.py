"""The table of the SDK's calls says the same as the SDK that is installed."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from typing import Any

import pytest
import tomli

from wflint.temporal.api import CallKind, Gives, SdkCall, names_of, names_that, sdk_calls
from wflint.temporal.effects import Effect

SDK = [call for name, call in sdk_calls().items() if name.startswith("temporalio.")]
_DECORATORS = frozenset({"defn", "dynamic_config", "init", "query", "run", "signal", "update"})
_QUESTIONS = frozenset(
    {
        "all_handlers_finished",
        "cancellation_reason",
        "create_event_group",
        "create_nexus_client",
        "current_update_info",
        "extern_functions",
        "get_current_details",
        "get_dynamic_query_handler",
        "get_dynamic_signal_handler",
        "get_dynamic_update_handler",
        "get_external_workflow_handle",
        "get_external_workflow_handle_for",
        "get_last_completion_result",
        "get_last_failure",
        "get_query_handler",
        "get_signal_handler",
        "get_update_handler",
        "has_last_completion_result",
        "in_workflow",
        "info",
        "instance",
        "is_failure_exception",
        "memo",
        "memo_value",
        "metric_meter",
        "payload_converter",
        "random_seed",
        "register_random_seed_callback",
    }
)
"""Functions that ask, or make something that does nothing by itself."""

_NO_CALLS_TO_FOLLOW = _DECORATORS | _QUESTIONS


def _function(name: str) -> Callable[..., Any]:
    parts = name.split(".")
    found: Any = importlib.import_module(".".join(parts[:2]))
    for part in parts[2:]:
        found = getattr(found, part)
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("call", SDK, ids=lambda call: call.name)
def test_parameters_are_those_of_the_sdk(call: SdkCall) -> None:
    function = _function(call.name)
    signature = inspect.signature(function)
    names = [p for p in signature.parameters if p not in ("self", "stack_level")]
    known = {*filter(None, [call.target]), *call.input, *call.options}
    assert set(names) - {"positional_args"} == known
    if call.target:
        assert names[0] == call.target
    if call.input:
        by_position = names[call.input_position]
        assert by_position in (call.input[0], "positional_args")


@pytest.mark.parametrize("call", SDK, ids=lambda call: call.name)
def test_coroutines_are_those_of_the_sdk(call: SdkCall) -> None:
    function = _function(call.name)
    assert inspect.iscoroutinefunction(function) == (call.gives is Gives.COROUTINE)


def test_every_function_of_workflow_code_is_in_the_table() -> None:
    import temporalio.workflow

    public = {
        name
        for name, value in vars(temporalio.workflow).items()
        if inspect.isfunction(value)
        and not name.startswith("_")
        and value.__module__.startswith("temporalio.")
    }
    known = {name.removeprefix("temporalio.workflow.") for name in sdk_calls()}
    assert public - known - _NO_CALLS_TO_FOLLOW == set()
    assert public >= _NO_CALLS_TO_FOLLOW


def test_every_method_of_a_handle_of_workflow_code_that_waits_is_in_the_table() -> None:
    import temporalio.workflow

    for cls in ("ChildWorkflowHandle", "ExternalWorkflowHandle", "NexusClient"):
        methods = inspect.getmembers(getattr(temporalio.workflow, cls), inspect.iscoroutinefunction)
        for name, _ in methods:
            assert f"temporalio.workflow.{cls}.{name}" in sdk_calls()


def test_versions_agree_with_the_table_of_public_names() -> None:
    from pathlib import Path

    import wflint.rules.event_loop as family

    path = Path(family.__path__[0]) / "unknown_temporal_api.toml"
    table = tomli.loads(path.read_text(encoding="utf-8"))["modules"]
    for call in SDK:
        module, _, name = call.name.rpartition(".")
        if module not in table:
            continue  # a method
        versions = [v for v, names in table[module]["since"].items() if name in names]
        shown = f"{call.since[0]}.{call.since[1]}"
        assert shown == (versions[0] if versions else "1.7"), call.name


def test_names_with_alternatives_are_spelled_out() -> None:
    assert names_of(CallKind.CHILD_WORKFLOW) == {
        "temporalio.workflow.execute_child_workflow",
        "temporalio.workflow.start_child_workflow",
    }
    assert len(names_of(CallKind.ACTIVITY, CallKind.LOCAL_ACTIVITY)) == 12
    assert "asyncio.sleep" in names_that(Effect.COMMAND)
    assert not any(name.startswith("temporalio.client.") for name in names_that(Effect.WAITS))
