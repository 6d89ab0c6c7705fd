"""Severity by data flow: what the SDK's replayer says of a value, and what a diagnostic does.

The many forms of code are in ``fixtures/value_flow``.
"""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from temporalio.api.history.v1 import HistoryEvent

from tests import harness
from tests.oracle.replay import (
    activity,
    child,
    continued_as_new,
    local_activity,
    nexus_operation,
    replay,
    signal,
    timer,
)
from wflint.checking.registry import load_registry
from wflint.diagnostics import Diagnostic, Severity
from wflint.run.check import check
from wflint.run.request import Request
from wflint.severity.names import INPUTS

MODULE = """\
import time
from datetime import timedelta
from temporalio import activity, workflow

SHORT = {{"start_to_close_timeout": timedelta(seconds=30)}}

@activity.defn
async def record(value: str) -> None: ...

@activity.defn(name="record")
class Record:
    async def __call__(self, value: str) -> None: ...

class Records:
    @activity.defn(name="record")
    async def record(self, value: str) -> None: ...

@workflow.defn(sandboxed=False)
class Flow:
    @workflow.run
    async def run(self) -> None:
        {statement}
"""
WAIT = "await workflow.sleep(60)"

# Every command, with its input written as VALUE, and the event that it has left in the history.
COMMANDS: dict[str, tuple[str, HistoryEvent]] = {
    "execute_activity": ("await workflow.execute_activity(record, VALUE, **SHORT)", activity("a")),
    "execute_activity_class": (
        "await workflow.execute_activity_class(Record, args=[VALUE], **SHORT)",
        activity("a"),
    ),
    "execute_activity_method": (
        "await workflow.execute_activity_method(Records.record, arg=VALUE, **SHORT)",
        activity("a"),
    ),
    "start_activity": ("await workflow.start_activity(record, VALUE, **SHORT)", activity("a")),
    "start_activity_class": (
        "await workflow.start_activity_class(Record, VALUE, **SHORT)",
        activity("a"),
    ),
    "start_activity_method": (
        "await workflow.start_activity_method(Records.record, VALUE, **SHORT)",
        activity("a"),
    ),
    "execute_local_activity": (
        f"await workflow.execute_local_activity(record, VALUE, **SHORT); {WAIT}",
        local_activity(),
    ),
    "execute_local_activity_class": (
        f"await workflow.execute_local_activity_class(Record, VALUE, **SHORT); {WAIT}",
        local_activity(),
    ),
    "execute_local_activity_method": (
        f"await workflow.execute_local_activity_method(Records.record, VALUE, **SHORT); {WAIT}",
        local_activity(),
    ),
    "start_local_activity": (
        f"await workflow.start_local_activity(record, VALUE, **SHORT); {WAIT}",
        local_activity(),
    ),
    "start_local_activity_class": (
        f"await workflow.start_local_activity_class(Record, VALUE, **SHORT); {WAIT}",
        local_activity(),
    ),
    "start_local_activity_method": (
        f"await workflow.start_local_activity_method(Records.record, VALUE, **SHORT); {WAIT}",
        local_activity(),
    ),
    "execute_child_workflow": (
        'await workflow.execute_child_workflow("Child", VALUE, id="child")',
        child("a"),
    ),
    "start_child_workflow": (
        'await workflow.start_child_workflow("Child", args=[VALUE], id="child")',
        child("a"),
    ),
    "ExternalWorkflowHandle.signal": (
        'await workflow.get_external_workflow_handle("other").signal("note", VALUE)',
        signal("a"),
    ),
    "NexusClient.execute_operation": (
        'await workflow.create_nexus_client(service="Service", endpoint="endpoint")'
        '.execute_operation("operation", VALUE)',
        nexus_operation("a"),
    ),
    "NexusClient.start_operation": (
        'await workflow.create_nexus_client(service="Service", endpoint="endpoint")'
        '.start_operation("operation", VALUE)',
        nexus_operation("a"),
    ),
    "continue_as_new": ("workflow.continue_as_new(VALUE)", continued_as_new("a")),
}
# The history of a started child is too long to make by hand. Its signal is the same command.
SAME_AS_ANOTHER = {"ChildWorkflowHandle.signal"}

DECISIONS: dict[str, tuple[str, list[HistoryEvent]]] = {
    "a branch": (
        f'if VALUE == "a": {WAIT}\n'
        "        else: await workflow.execute_activity(record, 1, **SHORT)",
        [timer()],
    ),
    "a loop": (
        "for letter in VALUE: workflow.start_activity(letter, **SHORT)\n" + f"        {WAIT}",
        [activity(name="a"), timer()],
    ),
    "the type of an activity": (
        "await workflow.execute_activity(VALUE, **SHORT)",
        [activity(name="a")],
    ),
    "the id of an activity": (
        "await workflow.execute_activity(record, 1, activity_id=VALUE, **SHORT)",
        [activity(id="a")],
    ),
    "the type of a child": (
        'await workflow.execute_child_workflow(VALUE, id="child")',
        [child(name="a")],
    ),
    "the id of a child": (
        'await workflow.execute_child_workflow("Child", id=VALUE)',
        [child(id="a")],
    ),
    "the name of an operation": (
        'await workflow.create_nexus_client(service="Service", endpoint="endpoint")'
        ".execute_operation(VALUE, 1)",
        [nexus_operation(name="a")],
    ),
}


def module(statement: str, value: str) -> str:
    """A whole module with a workflow that does one thing with a value."""
    return MODULE.format(statement=statement.replace("VALUE", value))


def lint(source: str, folder: Path, settings: str = "") -> list[Diagnostic]:
    """The diagnostics of rules whose fault is what the value is used for."""
    (folder / "pyproject.toml").write_text(harness.PROJECT_FILE + settings)
    (folder / "flow.py").write_text(source)
    result = check(Request(paths=(str(folder),), jobs=1))
    assert not result.problems
    rules = load_registry().by_code
    return [d for d in result.diagnostics if rules[d.code].value_decides]


def history(event: HistoryEvent) -> list[HistoryEvent]:
    """Return the events of a command; a local activity is over, so the next command counts."""
    is_over = event.HasField("marker_recorded_event_attributes")
    return [event, timer()] if is_over else [event]


def test_every_command_is_tried() -> None:
    names = {name.removeprefix("temporalio.workflow.") for name in INPUTS}
    assert names == COMMANDS.keys() | SAME_AS_ANOTHER


@pytest.mark.parametrize("name", COMMANDS)
def test_replay_accepts_another_input(name: str, tmp_path: Path) -> None:
    statement, event = COMMANDS[name]
    assert replay(module(statement, '"a"'), tmp_path, history(event)) == ""
    assert replay(module(statement, '"b"'), tmp_path, history(event)) == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_replay_refuses_another_command(name: str, tmp_path: Path) -> None:
    statement, event = COMMANDS[name]
    other = (
        [timer()] if event.HasField("activity_task_scheduled_event_attributes") else [activity()]
    )
    assert "TMPRL1100" in replay(module(statement, '"a"'), tmp_path, other)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_mere_input_is_a_warning_that_says_so(name: str, tmp_path: Path) -> None:
    (found,) = lint(module(COMMANDS[name][0], "str(time.time())"), tmp_path)
    assert found.severity is Severity.WARNING
    command = name.rpartition(".")[2]
    assert f"the value only reaches the input of `{command}()`, so replay" in found.message


@pytest.mark.parametrize("name", DECISIONS)
def test_replay_refuses_another_decision(name: str, tmp_path: Path) -> None:
    statement, events = DECISIONS[name]
    assert replay(module(statement, '"a"'), tmp_path, events) == ""
    assert "TMPRL1100" in replay(module(statement, '"b"'), tmp_path, events)


@pytest.mark.parametrize("name", DECISIONS)
def test_a_decision_is_an_error(name: str, tmp_path: Path) -> None:
    (found,) = lint(module(DECISIONS[name][0], "str(time.time())"), tmp_path)
    assert found.severity is Severity.ERROR
    assert found.message == "`time.time()` reads the wall clock; use `workflow.time()`"


def test_the_message_names_every_place(tmp_path: Path) -> None:
    statement = """\
now = time.time()
        workflow.logger.info("%s", now)
        print(now)
        await workflow.execute_activity(record, now, **SHORT)
        await workflow.execute_child_workflow("Child", now, id="child")"""
    found = lint(module(statement, ""), tmp_path)[0]
    places = (
        "the input of `execute_activity()`, the input of `execute_child_workflow()` and the log"
    )
    assert found.message == (
        "`time.time()` reads the wall clock; use `workflow.time()`; the value only reaches "
        f"{places}, so replay is not broken, but may see another value"
    )


FOR_EVER = "the workflow task fails and is retried for ever"


@pytest.mark.parametrize(
    ("handler", "effect"),
    [
        ("finally:", FOR_EVER),
        ("except ValueError:", FOR_EVER),
        ("except Exception:", f"it raises an error, and unless that is caught, {FOR_EVER}"),
        ("except:", f"it raises an error, and unless that is caught, {FOR_EVER}"),
    ],
)
@pytest.mark.parametrize("helper", [False, True], ids=["in the workflow", "in a helper"])
def test_what_the_sandbox_refuses_may_be_caught(
    handler: str, effect: str, helper: bool, tmp_path: Path
) -> None:
    value = "looked_up()" if helper else 'os.getenv("LEVEL")'
    statement = f"""\
try:
            workflow.logger.info({value})
        {handler}
            print("done")"""
    source = 'import os\n\n\ndef looked_up():\n    return os.getenv("LEVEL")\n\n\n'
    source += module(statement, "").replace("(sandboxed=False)", "")
    found = [d for d in lint(source, tmp_path) if d.code == "WFL131"]
    assert [d.severity for d in found] == [Severity.ERROR]
    assert found[0].message.endswith(f"; the sandbox refuses it: {effect}")


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_the_settings_have_the_last_word(severity: str, tmp_path: Path) -> None:
    settings = f'severity = {{ wall-clock-time = "{severity}" }}\n'
    statement = "workflow.logger.info(time.time())"
    (found,) = lint(module(statement, ""), tmp_path, settings)
    assert found.severity.value == severity
    assert found.message == "`time.time()` reads the wall clock; use `workflow.time()`"


def test_replay_safe_loggers_are_logs(tmp_path: Path) -> None:
    source = "from acme.logs import workflow_log\n" + module("workflow_log.info(time.time())", "")
    settings = 'replay-safe-loggers = ["acme.logs.workflow_log"]\n'
    (found,) = lint(source, tmp_path, settings)
    assert found.message.endswith("; the value is only logged, so replay is not broken")


def test_a_value_is_not_followed_without_end(tmp_path: Path) -> None:
    many = "".join(f"        v{n + 1} = v{n} + 1\n" for n in range(600))
    uses = "        workflow.logger.info(v0)\n" * 600
    statement = f"v0 = time.time()\n{many}{uses}        workflow.logger.info(v600)"
    (found,) = lint(module(statement, ""), tmp_path)
    assert found.severity is Severity.ERROR


def test_values_that_go_round_in_circles_come_to_an_end(tmp_path: Path) -> None:
    source = textwrap.dedent(
        """\
        import time
        from temporalio import workflow

        def even(depth: int) -> float:
            return odd(depth - 1) if depth else time.time()

        def odd(depth: int) -> float:
            return even(depth - 1)

        @workflow.defn(sandboxed=False)
        class Flow:
            @workflow.run
            async def run(self) -> None:
                self.a = self.b = time.time()
                self.a = self.b + 1
                self.b = self.a + 1
                x = y = self.a
                x, y = y, x
                workflow.logger.info("%s %s", x, even(3))
        """
    )
    found = lint(source, tmp_path)
    assert [d.severity.value for d in found] == ["error", "warning"]
