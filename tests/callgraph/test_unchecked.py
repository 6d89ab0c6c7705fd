"""Code that looks like a workflow and is not checked is named, on stderr and as WFL005."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke

WORKFLOW = """\
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None: ...
"""
UNMARKED = """\
from temporalio import workflow


class Forgotten:
    @workflow.signal
    def hurry(self) -> None: ...

    @workflow.run
    async def run(self) -> None: ...
"""
MUTE = """\
from acme import durable
from temporalio import workflow


@workflow.defn
class Mute:
    def __init__(self) -> None: ...

    @durable.main
    async def execute(self) -> None: ...
"""
REMEDY = "what does may be named in `workflow-decorators` or `workflow-base-classes`"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter_project(tmp_path, monkeypatch)


def remarks(*args: str) -> list[str]:
    """The lines on stderr in front of the summary."""
    lines = invoke("check", *args).stderr.splitlines()
    return [line.removeprefix("wflint: ") for line in lines if line.startswith("wflint: ")]


def test_a_class_with_handlers_that_nothing_makes_a_workflow(project: Path) -> None:
    (project / "flow.py").write_text(WORKFLOW)
    (project / "forgotten.py").write_text(UNMARKED)
    assert remarks() == [
        "forgotten.py: `Forgotten.run` is a handler, but nothing makes `Forgotten` a workflow, so "
        f"what is in there is not checked; {REMEDY}"
    ]


def test_several_are_one_line(project: Path) -> None:
    (project / "flow.py").write_text(WORKFLOW)
    for name in ("a", "b", "c"):
        (project / f"{name}.py").write_text(UNMARKED)
    (line,) = remarks()
    assert line.startswith("a.py: `Forgotten.run` is a handler")
    assert "(and 2 more such classes)" in line


def test_a_base_of_a_workflow_is_checked_with_it(project: Path) -> None:
    (project / "forgotten.py").write_text(UNMARKED)
    sub = "@workflow.defn\nclass Sub(Forgotten):\n    @workflow.run\n    async def run(self): ...\n"
    (project / "sub.py").write_text(
        f"from forgotten import Forgotten\nfrom temporalio import workflow\n\n\n{sub}"
    )
    assert remarks() == []


def test_tests_and_other_files_are_passed_over(project: Path) -> None:
    (project / "test_forgotten.py").write_text(UNMARKED)
    (project / "flow.py").write_text(WORKFLOW)
    (project / "helper.py").write_text(
        "from temporalio import workflow\n\n\nasync def charge() -> None:\n"
        "    await workflow.execute_activity('charge')\n\n\n"
        "class Steps:\n    async def run(self) -> None:\n        await charge()\n"
    )
    (project / "client.py").write_text(
        "from flow import OrderWorkflow\n\n\nasync def start(client) -> None:\n"
        "    await client.execute_workflow(OrderWorkflow.run)\n"
    )
    assert remarks() == []


def test_a_workflow_without_a_run_method_names_the_setting(project: Path) -> None:
    (project / "mute.py").write_text(MUTE)
    assert remarks() == [
        "mute.py: no run method or handler of `Mute` was found, so what is in there is not "
        "checked; mark it with `@workflow.run`, or name your own decorator in `run-decorators`"
    ]
    assert remarks("--config", 'run-decorators = ["acme.durable.main"]') == []


HANDLERS = """\
from acme import durable
from functools import cached_property

from pydantic import validate_call
from temporalio import activity, workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        self.settle()

    @durable.hook
    def changed(self) -> None: ...

    @durable.retried(3)
    def settle(self) -> None: ...

    @workflow.signal
    @durable.traced
    def cancel(self) -> None: ...

    @activity.defn
    @durable.traced
    def charge(self) -> None: ...

    @cached_property
    def total(self) -> int: ...

    @validate_call
    def price(self) -> int: ...
"""


def test_a_method_that_a_decorator_of_others_may_make_a_handler(project: Path) -> None:
    (project / "flow.py").write_text(HANDLERS)
    assert remarks() == [
        "flow.py: nothing is seen to call `OrderWorkflow.changed`, and it is not known what "
        "`acme.durable.hook` makes of it, so what is in there is not checked; if that is a "
        "handler, name the decorator in `signal-decorators`, `query-decorators` or "
        "`update-decorators`"
    ]
    assert remarks("--config", 'signal-decorators = ["acme.durable.hook"]') == []
    found = json.loads(invoke("check", "--select", "WFL005", "--output-format", "json").stdout)
    assert [d["location"] for d in found] == [{"row": 15, "column": 9}]


def test_both_are_diagnostics_for_those_who_ask(project: Path) -> None:
    (project / "mute.py").write_text(MUTE)
    (project / "forgotten.py").write_text(UNMARKED)
    found = json.loads(invoke("check", "--select", "WFL005", "--output-format", "json").stdout)
    assert [(d["filename"], d["location"], d["code"]) for d in found] == [
        ("forgotten.py", {"row": 4, "column": 7}, "WFL005"),
        ("mute.py", {"row": 6, "column": 7}, "WFL005"),
    ]
    assert json.loads(invoke("check", "--ignore", "WFL301", "--output-format", "json").stdout) == []


def test_a_comment_hides_the_diagnostic(project: Path) -> None:
    marked = UNMARKED.replace(
        "class Forgotten:", "class Forgotten:  # wflint: ignore[WFL005] a base"
    )
    (project / "forgotten.py").write_text(marked)
    assert invoke("check", "--select", "WFL005").stdout == ""


def test_no_workflow_at_all_is_a_sentence_with_the_remedy(project: Path) -> None:
    (project / "plain.py").write_text("import time\n")
    (line,) = remarks()
    assert line.startswith("no workflow was found: ")
    assert "`workflow-decorators`" in line
    (project / "flow.py").write_text(WORKFLOW)
    assert remarks() == []
    assert remarks("plain.py") == [], "the project has one"


def test_a_quiet_run_says_nothing(project: Path) -> None:
    (project / "plain.py").write_text("import time\n")
    assert remarks("--quiet") == []


def test_a_worker_may_list_a_class_with_the_name_of_a_workflow_elsewhere(project: Path) -> None:
    undecorated = WORKFLOW.replace("@workflow", "# TODO: @workflow")
    worker = (
        "from flow import OrderWorkflow\nfrom temporalio.worker import Worker\n\n\n"
        "def main(client) -> None:\n"
        '    Worker(client, task_queue="orders", workflows=[OrderWorkflow])\n'
    )
    for folder, flow in (("solution", WORKFLOW), ("exercise", undecorated)):
        (project / folder).mkdir()
        (project / folder / "flow.py").write_text(flow)
        (project / folder / "worker.py").write_text(worker)
    assert remarks() == [
        "exercise/flow.py: no run method or handler of `OrderWorkflow` was found, so what is in "
        "there is not checked; mark it with `@workflow.run`, or name your own decorator in "
        "`run-decorators`"
    ]


AGENTS = """\
from acme import registry
from agents import Agent, Runner, WebSearchTool, function_tool
from temporalio import workflow


@function_tool
def add(a: int, b: int) -> int:
    return a + b


@workflow.defn
class Ask:
    @workflow.run
    async def run(self, question: str, prompt) -> str:
        agent = Agent(name="known", instructions=prompt.text(), tools=[add, WebSearchTool()])
        none = Agent(name="none", instructions=question, tools=[])
        await Runner.run(none, question)
        return str(await Runner.run(agent, question))
"""


def test_tools_of_an_agent_that_are_known_say_nothing(project: Path) -> None:
    (project / "flow.py").write_text(AGENTS)
    assert remarks() == []


@pytest.mark.parametrize("tools", ["registry.load(question)", "prompt.tools()", "registry.TOOLS"])
def test_tools_of_an_agent_that_cannot_be_followed_are_named(project: Path, tools: str) -> None:
    given = AGENTS.replace("tools=[]", f"tools={tools}")
    (project / "flow.py").write_text(given)
    assert remarks() == [
        "flow.py: `Agent()` in `Ask.run` is given code to run in the workflow, and it is not known "
        "which, so what is in there is not checked; name the functions in a list where the agent "
        "is made, or annotate what makes them"
    ]
