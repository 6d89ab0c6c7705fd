"""The rules on handlers, against the real SDK: what it refuses, and what it lets through."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documentation import examples
from tests.oracle.recorded import in_sandbox
from tests.oracle.sandbox import SEED, Stage
from wflint.checking.registry import load_registry
from wflint.rule import Rule
from wflint.rule import documentation as rule_docs

RULES = load_registry().rules
HANDLERS = {rule.name: rule for rule in RULES if rule_docs.family(rule) == "handlers"}

# The examples, with all messages sent in the first workflow task.

REFUSED = {
    "dynamic-handler-signature": (Stage.DEFINITION, "Dynamic handler must have 3 arguments"),
    "keyword-only-parameter": (Stage.RUNTIME, "missing 1 required keyword-only argument"),
    "undecorated-override": (Stage.DEFINITION, "Base.add but not on the override"),
    "validator-signature": (Stage.DEFINITION, "parameters do not match update method add"),
    "async-validator": (Stage.DEFINITION, "Update validator must not be an async function"),
    "duplicate-handler-name": (Stage.DEFINITION, "Multiple signal methods found for add"),
    "command-in-read-only-handler": (Stage.FAILED, "ReadOnlyContextError"),
    "continue-as-new-in-handler": (Stage.RUNTIME, "Cannot continue as new from an update handler"),
    "raise-in-signal": (Stage.FAILED, "not an item"),
    "handler-uses-uninitialised-state": (Stage.RUNTIME, "has no attribute 'items'"),
}
"""Rules whose bad example fails: how far it comes, and what the SDK says."""

WARNED = {
    "unfinished-handlers": "[TMPRL1102] Workflow finished while update handlers are still running",
}
"""Rules whose bad example makes the SDK warn, with its words."""

ACCEPTED = {
    "async-query": "it is deprecated, which is no warning for users",
    "handler-missing-type-hints": "the value is given as JSON has it",
    "interleaved-handler-writes": "the order is the same in each replay",
    "query-returns-nothing": "the answer is None",
    "reserved-handler-name": "it is the SDK's word only",
    "signal-returns-value": "the value is dropped",
    "stacked-handler-decorators": "one of the kinds is dropped",
    "validator-returns-value": "the update is accepted",
    "validator-shadows-update": "there is no such update",
    "query-mutates-state": "the change is made, and nobody looks",
    "validator-mutates-state": "the change is made, and nobody looks",
}
"""Rules whose bad example the SDK runs without a word, each with the reason."""


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_bad_example_fails(name: str, tmp_path: Path) -> None:
    (example,) = examples(HANDLERS[name], "Bad")
    run = in_sandbox(example.encode(), tmp_path, SEED, messages=True)
    stage, text = REFUSED[name]
    assert (run.stage, text in run.detail) == (stage, True), run


@pytest.mark.parametrize("name", sorted(ACCEPTED))
def test_bad_example_is_let_through(name: str, tmp_path: Path) -> None:
    (example,) = examples(HANDLERS[name], "Bad")
    assert not in_sandbox(example.encode(), tmp_path, SEED, messages=True).misbehaves


@pytest.mark.parametrize("name", sorted(WARNED))
def test_bad_example_is_warned_of(name: str, tmp_path: Path) -> None:
    (example,) = examples(HANDLERS[name], "Bad")
    run = in_sandbox(example.encode(), tmp_path, SEED, messages=True)
    assert any(WARNED[name] in text for text in run.warnings), run


@pytest.mark.parametrize("rule", HANDLERS.values(), ids=lambda rule: rule.name)
def test_good_example_runs(rule: Rule, tmp_path: Path) -> None:
    (example,) = examples(rule, "Good")
    assert not in_sandbox(example.encode(), tmp_path, SEED, messages=True).misbehaves


def test_each_rule_is_on_one_list() -> None:
    assert sorted([*REFUSED, *WARNED, *ACCEPTED]) == sorted(HANDLERS)


# What is read-only.

ACTIVITY = "record, start_to_close_timeout=timedelta(seconds=1)"
ARGUMENTS = {
    "asyncio.create_task": "self.nothing()",
    "asyncio.ensure_future": "self.nothing()",
    "asyncio.gather": "self.nothing()",
    "asyncio.shield": "self.nothing()",
    "asyncio.sleep": "1",
    "asyncio.wait_for": "self.nothing(), 1",
    "workflow.continue_as_new": "",
    "workflow.deprecate_patch": "'id'",
    "workflow.execute_activity": ACTIVITY,
    "workflow.execute_child_workflow": "'Child', id='child'",
    "workflow.execute_local_activity": ACTIVITY,
    "workflow.new_random": "",
    "workflow.patched": "'id'",
    "workflow.random": "",
    "workflow.register_random_seed_callback": "print",
    "workflow.set_current_details": "'details'",
    "workflow.set_dynamic_query_handler": "None",
    "workflow.set_dynamic_signal_handler": "None",
    "workflow.set_dynamic_update_handler": "None",
    "workflow.set_query_handler": "'name', None",
    "workflow.set_signal_handler": "'name', None",
    "workflow.set_update_handler": "'name', None",
    "workflow.sleep": "1",
    "workflow.start_activity": ACTIVITY,
    "workflow.start_child_workflow": "'Child', id='child'",
    "workflow.start_local_activity": ACTIVITY,
    "workflow.upsert_memo": "{'a': 1}",
    "workflow.upsert_search_attributes": "{'a': ['b']}",
    "workflow.uuid4": "",
    "workflow.uuid7": "",
    "workflow.wait_condition": "lambda: True",
}
"""Calls that the SDK refuses, with their arguments."""

LIKE_OTHERS = {
    "asyncio.timeout": "only entering it starts a timer",
    "asyncio.timeout_at": "only entering it starts a timer",
    "temporalio.workflow.ChildWorkflowHandle.signal": "a workflow that only a server starts",
    "temporalio.workflow.ExternalWorkflowHandle.cancel": "as that of a child",
    "temporalio.workflow.ExternalWorkflowHandle.signal": "as that of a child",
    "temporalio.workflow.NexusClient.execute_operation": "needs an endpoint",
    "temporalio.workflow.NexusClient.start_operation": "needs an endpoint",
    "temporalio.workflow.signal_with_start_workflow": "a Nexus operation of the server",
}
"""Names of the rule that are not called here, each with the reason."""

QUERY = """\
import asyncio
from datetime import timedelta
from temporalio import activity, workflow

@activity.defn
async def record() -> None: ...

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: False)

    async def nothing(self) -> None: ...

    @workflow.query
    async def ask(self) -> None:
        called = {name}({arguments})
        if asyncio.iscoroutine(called):
            await called
"""


def refused() -> set[str]:
    variants = ("_class", "_method")
    names = {n for n in HANDLERS["command-in-read-only-handler"].targets if n not in LIKE_OTHERS}
    return {n.removeprefix("temporalio.") for n in names if not n.endswith(variants)}


def test_each_name_is_called() -> None:
    assert refused() == set(ARGUMENTS)


@pytest.mark.parametrize("name", sorted(ARGUMENTS))
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_read_only_context_refuses(name: str, tmp_path: Path) -> None:
    source = QUERY.format(name=name, arguments=ARGUMENTS[name])
    run = in_sandbox(source.encode(), tmp_path, SEED, messages=True)
    assert "While in read-only function, action attempted" in run.detail, run


# What handlers find.

STATE = """\
from datetime import timedelta
from temporalio import activity, workflow

@activity.defn
async def load() -> int: ...

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        self.early = 1
        await workflow.execute_activity(load, start_to_close_timeout=timedelta(seconds=1))
        self.late = 2

    @workflow.{kind}
    def handler(self) -> None:
        self.{attribute}
"""


@pytest.mark.parametrize(
    ("kind", "attribute", "stage"),
    [
        ("query", "early", Stage.OK),
        ("query", "late", Stage.FAILED),
        ("signal", "early", Stage.RUNTIME),
        ("update", "early", Stage.RUNTIME),
    ],
)
def test_messages_come_before_the_run_method(
    kind: str, attribute: str, stage: Stage, tmp_path: Path
) -> None:
    source = STATE.format(kind=kind, attribute=attribute)
    run = in_sandbox(source.encode(), tmp_path, SEED, messages=True)
    assert run.stage is stage
    assert stage is Stage.OK or f"no attribute '{attribute}'" in run.detail
