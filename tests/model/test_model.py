"""Views of definitions, of Workers, and of the whole program."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.callgraph.test_regions import install
from wflint.rule import (
    ActivityView,
    HandlerView,
    PlacedReport,
    ProjectView,
    Report,
    Rule,
    RunnerKind,
    Scope,
    Severity,
    WorkerView,
    WorkflowView,
)
from wflint.run.check import check
from wflint.run.request import Request

HEAD = """\
from datetime import timedelta
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker, UnsandboxedWorkflowRunner

@activity.defn
async def one(): ...

@activity.defn
async def two(): ...

class Acts:
    @activity.defn
    async def three(self): ...

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None: ...
"""

Seen = Callable[..., ProjectView]


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """The view of a program of some files; `main` comes after the definitions above."""
    monkeypatch.chdir(tmp_path)
    found: list[ProjectView] = []

    class Probe(Rule):
        code = "PRO001"
        name = "probe"
        severity = Severity.ERROR
        scope = Scope.WORKFLOW

        def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
            found.append(project)
            return ()

    def run(main: str, **files: str) -> ProjectView:
        install(monkeypatch, Probe)
        settings = '[tool.wflint]\nplugins = ["probe"]\nselect = ["PRO001"]\n'
        Path("pyproject.toml").write_text(settings)
        Path("main.py").write_text(HEAD + textwrap.dedent(main))
        for name, text in files.items():
            Path(f"{name}.py").write_text(textwrap.dedent(text))
        result = check(Request((".",)))
        assert result.problems == []
        return found[-1]

    return run


def only(project: ProjectView) -> WorkerView:
    """The one Worker of a program."""
    (worker,) = project.workers
    return worker


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("Worker(client, activities=[one, two])", ["one", "two"]),
        ("Worker(client, workflows=[Flow])", []),
        ("Worker(client, activities=LIST)", ["one"]),
        ("Worker(client, activities=[*LIST, two])", ["one", "two"]),
        ("Worker(client, activities=LIST + [two])", ["one", "two"]),
        ("Worker(client, activities=list(LIST))", ["one"]),
        ("Worker(client, activities=[Acts().three])", ["three"]),
        ("acts = Acts(); Worker(client, activities=[acts.three])", ["three"]),
        ("a = [one]; a.append(two); Worker(client, activities=a)", ["one", "two"]),
        ("a = [one]; a += LIST2; Worker(client, activities=a)", ["one", "two"]),
        ("Worker(client, activities=[one] if client else [two])", ["one", "two"]),
        ("Worker(client, activities=made())", ["one", "two"]),
        ("import other; Worker(client, activities=other.LIST3)", ["two"]),
        ("from other import LIST3; Worker(client, activities=[*LIST3, one])", ["one", "two"]),
        ("Worker(client, **OPTIONS)", ["one"]),
        ("o = {'activities': [two]}; Worker(client, **o)", ["two"]),
        ("o = dict(activities=[two]); Worker(client, **o)", ["two"]),
    ],
)
def test_lists_are_followed(seen: Seen, code: str, names: list[str]) -> None:
    main = f"""
        LIST = [one]
        LIST2 = [two]
        OPTIONS = {{"activities": LIST}}

        def made():
            found = [one]
            return [*found, two]

        def main(client: Client):
            {code}
    """
    activities = only(seen(main, other="from main import two\nLIST3 = [two]\n")).activities
    assert (activities.open, sorted(a.name for a in activities.items)) == ("", names)


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("Worker(client, activities=[f for f in found])", "cannot be followed"),
        ("Worker(client, activities=[one, found])", "it is not known what `found` is"),
        ("Worker(client, activities=found)", "nothing is seen to call `main`"),
        ("Worker(client, **found)", "its options are not known"),
        ("Worker(client, activities=EMPTY)", "`EMPTY` cannot be followed"),
        ("Worker(client, activities=[one], plugins=[found])", "its plugin `found`"),
        ("o = {}; o['activities'] = [one]; Worker(client, **o)", "its options are not known"),
    ],
)
def test_a_list_that_is_not_closed_says_why(seen: Seen, code: str, reason: str) -> None:
    main = f"""
        EMPTY = []

        def main(client: Client, found):
            {code}
    """
    workers = seen(main).workers
    assert reason in workers[0].activities.open


def test_who_calls_a_function_that_makes_a_worker_says_what_it_registers(seen: Seen) -> None:
    worker = only(
        seen(
            """
            def make(client: Client, queue, activities, workflows=(Flow,)):
                return Worker(client, task_queue=queue, activities=activities, workflows=workflows)
            """,
            a="from main import make, one\nmake(None, 'orders', [one])\n",
            b="import main\nmain.make(None, queue='orders', activities=[main.two])\n",
        )
    )
    assert {a.name for a in worker.activities.items} == {"one", "two"}
    assert worker.activities.is_closed
    assert [w.name for w in worker.workflows.items] == ["Flow"]
    assert worker.task_queue == "orders"


def test_a_function_that_is_handed_on_may_be_called_by_anyone(seen: Seen) -> None:
    worker = only(
        seen(
            "def make(activities):\n    return Worker(None, activities=activities)\n",
            a="from main import make, one\nmake([one])\nprint(make)\n",
        )
    )
    assert "who calls `make`" in worker.activities.open


def test_options_of_a_worker(seen: Seen) -> None:
    worker = only(
        seen(
            """
            QUEUE = "orders"
            Worker(
                None, task_queue=QUEUE, workflows=[Flow], debug_mode=True,
                workflow_runner=UnsandboxedWorkflowRunner(),
                workflow_failure_exception_types=[ValueError],
            )
            """
        )
    )
    assert worker.task_queue == "orders"
    assert worker.runner is RunnerKind.UNSANDBOXED
    assert worker.debug_mode is True
    assert worker.has_executor is False
    assert worker.workflow_failure_exception_types.items == ("builtins.ValueError",)


def test_what_the_runner_passes_through(seen: Seen) -> None:
    worker = only(
        seen(
            """
            from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner as Runner
            from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
            from temporalio.worker.workflow_sandbox import SandboxRestrictions

            def main(client):
                rules = SandboxRestrictions.default.with_passthrough_modules("httpx", "attrs")
                runner = SandboxedWorkflowRunner(restrictions=rules)
                Worker(client, workflows=[Flow], workflow_runner=runner)
            """
        )
    )
    assert worker.runner is RunnerKind.SANDBOXED
    assert (worker.passthrough.items, worker.passthrough.open) == (("httpx", "attrs"), "")


def test_a_workflow_with_its_handlers_and_its_state(seen: Seen) -> None:
    project = seen(
        """
        class Base:
            def __init__(self) -> None:
                self.orders = []

            @workflow.signal(name="add-order")
            async def add(self, order: str) -> None:
                self.orders.append(order)

        @workflow.defn(
            name="Big", sandboxed=False, failure_exception_types=[ValueError, KeyError]
        )
        class BigFlow(Base):
            limit = 3

            @workflow.run
            async def run(self, n: int) -> None:
                self.done = False
                await workflow.wait_condition(lambda: self.done)

            @workflow.query
            def count(self) -> int:
                return len(self.orders) + self.limit

            @workflow.update(unfinished_policy=workflow.HandlerUnfinishedPolicy.ABANDON)
            async def finish(self) -> None:
                self.helper()

            def helper(self) -> None:
                self.done = True
        """
    )
    big = next(w for w in project.workflows if w.name == "Big")
    assert not big.sandboxed
    assert big.failure_exception_types == ("builtins.ValueError", "builtins.KeyError")
    assert [base.qualname for base in big.bases] == ["Base"]
    assert big.run is not None
    assert [p.name for p in big.run.signature.params] == ["n"]
    assert big.init is not None
    handlers = {(h.name, h.kind, h.unfinished_policy) for h in big.handlers}
    assert handlers == {
        ("add-order", Scope.SIGNAL, ""),
        ("count", Scope.QUERY, ""),
        ("finish", Scope.UPDATE, "ABANDON"),
    }
    state = {s.name: s for s in big.state}
    assert list(state) == ["done", "limit", "orders"]
    assert {a.method for a in state["orders"].writers} == {"__init__", "add"}
    assert {a.method for a in state["orders"].readers} == {"add", "count"}
    assert {a.method for a in state["done"].writers} == {"run", "helper"}
    assert {(a.method, a.kind) for a in state["done"].readers} == {("run", Scope.RUN)}
    assert state["limit"].in_class


def test_activities_commands_requests_and_patches(seen: Seen) -> None:
    project = seen(
        """
        @activity.defn(name="charge", dynamic=False)
        def pay(order: str) -> None: ...

        @workflow.defn
        class Paying:
            @workflow.run
            async def run(self) -> None:
                if workflow.patched("new-way"):
                    await helper()
                workflow.deprecate_patch("old-way")

        async def helper():
            await workflow.execute_activity(pay, "x")

        async def start(client: Client):
            await client.start_workflow(Paying.run, id="1", task_queue="orders")
            await client.execute_workflow("Other", id="2", task_queue="orders")
        """
    )
    pay = next(a for a in project.activities if a.name == "charge")
    assert not pay.is_async
    assert {(p.id, p.is_deprecated) for p in project.patches} == {
        ("new-way", False),
        ("old-way", True),
    }
    (command,) = project.commands
    assert project.activity_of(command.command) == pay
    requests = [r.command for r in project.requests]
    assert [r.target.shown if r.target else r.name for r in requests] == ["Paying", "Other"]


def test_each_definition_is_asked_about_once_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    class Probe(Rule):
        code = "PRO001"
        name = "probe"
        severity = Severity.ERROR
        scope = Scope.WORKFLOW

        def check_workflow(self, workflow: WorkflowView) -> Iterable[Report]:
            yield Report(f"workflow {workflow.name}")

        def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[Report]:
            yield Report(f"handler {handler.name}")

        def check_activity(self, activity: ActivityView) -> Iterable[Report]:
            yield Report(f"activity {activity.name}")

        def check_worker(self, worker: WorkerView) -> Iterable[Report]:
            yield Report(f"worker {worker.task_queue}")

    install(monkeypatch, Probe)
    Path("pyproject.toml").write_text('[tool.wflint]\nplugins = ["probe"]\nselect = ["PRO001"]\n')
    Path("main.py").write_text(HEAD + 'Worker(None, task_queue="q", workflows=[Flow])\n')
    result = check(Request((".",)))
    assert result.problems == []
    found = [(d.location.row, d.location.column, d.message) for d in result.diagnostics]
    assert sorted(found) == [
        (7, 11, "activity one"),
        (10, 11, "activity two"),
        (14, 15, "activity three"),
        (17, 7, "workflow Flow"),
        (19, 15, "handler run"),
        (20, 1, "worker q"),
    ]


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("Worker(client, activities=[one])", "one FUNCTION sure"),
        ("Worker(client, activities=[one()])", "one() CALLED sure"),
        ("Worker(client, activities=[Acts.three])", "Acts.three UNBOUND sure"),
        ("Worker(client, activities=[Acts().three])", "Acts().three BOUND sure"),
        ("acts = Acts(); Worker(client, activities=[acts.three])", "acts.three BOUND sure"),
        ("Worker(client, activities=[Acts])", "Acts CLASS sure"),
        ("Worker(client, activities=[Acts()])", "Acts() OBJECT sure"),
        ("Worker(client, activities=[*LIST])", "one FUNCTION sure"),
        ("a = [one]; Worker(client, activities=a)", "one FUNCTION sure"),
        ("Worker(client, activities=[one] if client else [])", "one FUNCTION"),
        ("Worker(client, activities=client or [one])", "one FUNCTION"),
        ("a = []; a.append(one); Worker(client, activities=a)", "one FUNCTION"),
    ],
)
def test_elements_are_known_as_they_are_written(seen: Seen, code: str, shown: str) -> None:
    main = f"LIST = [one]\n\ndef main(client: Client):\n    {code}\n"
    (element,) = only(seen(main)).activities.elements
    sure = " sure" if element.is_sure else ""
    assert f"{element.shown} {element.form.name}{sure}" == shown
    assert element.find_place() is not None


@pytest.mark.parametrize(
    ("option", "made"),
    [
        ("ThreadPoolExecutor(5)", "concurrent.futures.ThreadPoolExecutor"),
        ("pool", "concurrent.futures.ThreadPoolExecutor"),
        ("entered", "concurrent.futures.ThreadPoolExecutor"),
        ("POOL", "concurrent.futures.ThreadPoolExecutor"),
        ("either", ""),
        ("client", ""),
    ],
)
def test_options_say_what_makes_them(seen: Seen, option: str, made: str) -> None:
    worker = only(
        seen(
            f"""
            from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

            POOL = ThreadPoolExecutor(max_workers=5)

            def main(client):
                pool = ThreadPoolExecutor(5)
                either = ThreadPoolExecutor(5)
                if client:
                    either = ProcessPoolExecutor(5)
                with ThreadPoolExecutor(5) as entered:
                    Worker(client, activities=[one], activity_executor={option})
            """
        )
    )
    assert worker.given["activity_executor"].made_by == made
    assert worker.has("activity_executor") == bool(made)
    assert not worker.lacks("activity_executor")
