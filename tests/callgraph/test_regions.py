"""Rules look at the code that the entry points of their regions reach, and at no other."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import ClassVar

import pytest

from tests.command_line import enter_project, invoke
from wflint.checking.registry import load_registry
from wflint.diagnostics import Diagnostic
from wflint.project.loading import Loading
from wflint.project.module import Module
from wflint.rule.base import Api, Property, Report, Rule, Scope, Severity
from wflint.rule.call_view import CallView
from wflint.run.check import check
from wflint.run.request import Request

Says = Callable[..., list[str]]


def probe(where: Scope) -> type[Rule]:
    """A rule that reports each `os.getcwd()` in some regions."""

    class Probe(Rule):
        code = "PRO001"
        name = "probe"
        severity = Severity.ERROR
        scope = where
        targets = frozenset({"os.getcwd"})

        def check_call(self, view: CallView) -> Iterable[Report]:
            yield Report("here")

    return Probe


def install(monkeypatch: pytest.MonkeyPatch, rule: type[Rule]) -> None:
    """Make a rule one of an installed plugin."""

    class EntryPoint:
        name, value = "probe", "probe"

        def load(self) -> type[Rule]:
            return rule

    monkeypatch.setattr("wflint.config.plugins.installed_plugins", lambda: [EntryPoint()])
    from wflint.checking import registry

    registry._load.cache_clear()


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Says:
    """The chains of the calls of `os.getcwd()` in some regions of a project of some files."""
    monkeypatch.chdir(tmp_path)

    def run(scope: Scope, **files: str) -> list[str]:
        install(monkeypatch, probe(scope))
        settings = '[tool.wflint]\nplugins = ["probe"]\nselect = ["PRO001"]\n'
        Path("pyproject.toml").write_text(settings)
        for name, text in files.items():
            Path(f"{name}.py").write_text(textwrap.dedent(text))
        result = check(Request((".",)))
        assert result.problems == []
        return sorted(map(_chain, result.diagnostics))

    return run


def _chain(diagnostic: Diagnostic) -> str:
    return " → ".join(hop.qualname for hop in diagnostic.chain)


FLOW = """\
    import os
    from temporalio import workflow

    def helper():
        os.getcwd()

    @workflow.defn
    class Flow:
        def __init__(self) -> None:
            self.dir = os.getcwd()

        @workflow.run
        async def run(self) -> None:
            os.getcwd()
            helper()

        @workflow.signal
        def went(self) -> None:
            os.getcwd()

        @workflow.query
        def where(self) -> str:
            return self.inner()

        def inner(self):
            helper()
            return os.getcwd()

        @workflow.update
        def change(self) -> None:
            os.getcwd()

        @change.validator
        def check_change(self) -> None:
            os.getcwd()
"""
ACTIVITIES = """\
    import os
    from temporalio import activity

    @activity.defn
    async def later():
        os.getcwd()
        shared()

    @activity.defn
    def thread():
        os.getcwd()

    def shared():
        os.getcwd()
"""


class TestWorkflowCode:
    @pytest.mark.parametrize(
        ("scope", "chains"),
        [
            (Scope.RUN, ["Flow.run", "Flow.run → helper"]),
            (Scope.INIT, ["Flow.__init__"]),
            (Scope.SIGNAL, ["Flow.went"]),
            (Scope.UPDATE, ["Flow.change"]),
            (Scope.VALIDATOR, ["Flow.check_change"]),
            (Scope.QUERY, ["Flow.where → Flow.inner", "Flow.where → Flow.inner → helper"]),
            (Scope.QUERY | Scope.VALIDATOR, ["Flow.check_change", "Flow.where → Flow.inner",
                                             "Flow.where → Flow.inner → helper"]),
            (Scope.ACTIVITY, []),
            (Scope.WORKER, []),
        ],
    )  # fmt: skip
    def test_a_chain_begins_in_the_region(
        self, says: Says, scope: Scope, chains: list[str]
    ) -> None:
        assert says(scope, flow=FLOW) == chains

    def test_all_of_it_is_shown_by_the_shortest_chain(self, says: Says) -> None:
        assert "Flow.run → helper" in says(Scope.WORKFLOW, flow=FLOW)

    def test_a_handler_that_run_registers_is_an_entry_point(self, says: Says) -> None:
        text = """
            import os
            from temporalio import workflow

            def checked(value: int) -> None:
                os.getcwd()

            @workflow.defn
            class Flow:
                @workflow.run
                async def run(self) -> None:
                    workflow.set_query_handler("where", self.where)
                    workflow.set_update_handler("change", self.change, validator=checked)

                def where(self):
                    return os.getcwd()

                def change(self, value: int) -> None:
                    os.getcwd()
        """
        assert says(Scope.QUERY, flow=text) == ["Flow.where"]
        assert says(Scope.UPDATE, flow=text) == ["Flow.change"]
        assert says(Scope.VALIDATOR, flow=text) == ["checked"]
        assert says(Scope.RUN, flow=text) == []
        assert "Flow.run → Flow.where" in says(Scope.WORKFLOW, flow=text)

    def test_interceptors_are_hooks(self, says: Says) -> None:
        text = """
            import os
            from temporalio.worker import WorkflowInboundInterceptor

            class Inbound(WorkflowInboundInterceptor):
                async def execute_workflow(self, input):
                    os.getcwd()
        """
        assert says(Scope.HOOK, hook=text) == ["Inbound.execute_workflow"]
        assert says(Scope.RUN, hook=text) == []

    def test_no_chain_begins_in_a_test_where_another_is_longer(self, says: Says) -> None:
        text = """
            import os
            from temporalio import workflow
            from shared import helper

            @workflow.defn
            class {name}:
                @workflow.run
                async def run(self) -> None: ...
                @workflow.query
                def where(self):
                    {call}
                def inner(self):
                    helper()
        """
        own = text.format(name="Flow", call="self.inner()")
        test = text.format(name="TestFlow", call="helper()")
        shared = "import os\ndef helper():\n    os.getcwd()\n"
        chains = says(Scope.QUERY, flow=own, test_flow=test, shared=shared)
        assert chains == ["Flow.where → Flow.inner → helper"]


class TestActivities:
    def test_async_ones_and_others(self, says: Says) -> None:
        assert says(Scope.ASYNC_ACTIVITY, acts=ACTIVITIES) == ["later", "later → shared"]
        assert says(Scope.SYNC_ACTIVITY, acts=ACTIVITIES) == ["thread"]
        assert says(Scope.ACTIVITY, acts=ACTIVITIES) == ["later", "later → shared", "thread"]
        assert says(Scope.WORKFLOW, acts=ACTIVITIES) == []

    def test_what_runs_in_a_thread_is_a_region_of_its_own(self, says: Says) -> None:
        text = """
            import asyncio, contextvars, os, threading
            from concurrent.futures import ThreadPoolExecutor
            from functools import partial
            from temporalio import activity

            def inner():
                os.getcwd()
            def first(): inner()
            def second(): inner()
            def third(): inner()
            def fourth(): inner()
            def fifth(): inner()
            def stays_outside(): inner()

            @activity.defn
            async def act(executor: ThreadPoolExecutor):
                await asyncio.to_thread(first)
                await asyncio.get_running_loop().run_in_executor(None, partial(second))
                executor.submit(third)
                threading.Thread(target=fourth).start()
                executor.submit(contextvars.copy_context().run, fifth)
                executor.shutdown(stays_outside)
        """
        assert says(Scope.ACTIVITY, acts=text) == ["act → first → inner"]
        assert says(Scope.ASYNC_ACTIVITY, acts=text) == []
        for name in ("second", "third", "fourth", "fifth"):
            only = text.replace("first(): inner", "first(): len")
            only = only.replace(f"def {name}(): inner()", f"def {name}(): os.getcwd()")
            assert f"act → {name}" in says(Scope.ACTIVITY, acts=only)

    def test_a_loop_of_its_own_runs_in_a_plain_function(self, says: Says) -> None:
        text = """
            import asyncio, os
            from temporalio import activity

            async def work():
                os.getcwd()
            def start(): asyncio.run(work())

            @activity.defn
            def act(): start()
        """
        assert says(Scope.ACTIVITY, acts=text) == ["act → start → work"]

    def test_methods_objects_and_nested_functions(self, says: Says) -> None:
        base = """
            import os
            from temporalio import activity

            class Base:
                def inner(self):
                    os.getcwd()

            def in_house(name):
                return activity.defn(name=name)
        """
        text = """
            import os
            from temporalio import activity
            from base import Base, in_house

            class Acts(Base):
                @activity.defn(name="method")
                async def method(self):
                    self.inner()

            @activity.defn
            class Called(Base):
                async def __call__(self):
                    self.inner()

            def make(client):
                @activity.defn
                async def nested():
                    os.getcwd()
                return [nested]

            @in_house("decorated")
            async def decorated():
                os.getcwd()
        """
        assert says(Scope.ASYNC_ACTIVITY, acts=text, base=base) == [
            "Acts.method → Base.inner",
            "decorated",
            "make.nested",
        ]
        alone = text.replace("self.inner()", "pass", 1)
        assert "Called.__call__ → Base.inner" in says(Scope.ASYNC_ACTIVITY, acts=alone, base=base)

    def test_a_method_of_a_base_class_is_the_activity_of_each_class(self, says: Says) -> None:
        text = """
            import os
            from temporalio import activity

            class Base:
                @activity.defn
                async def act(self):
                    self.work()
                def work(self):
                    raise NotImplementedError

            class Acts(Base):
                def work(self):
                    os.getcwd()
        """
        assert says(Scope.ASYNC_ACTIVITY, acts=text) == ["Acts.act → Acts.work"]

    def test_an_activity_calls_another_but_nothing_that_it_only_names(self, says: Says) -> None:
        text = """
            import os
            from temporalio import activity, workflow

            @activity.defn
            async def inner():
                os.getcwd()

            @activity.defn
            async def outer(client):
                await helper()
                await client.start_workflow(Flow.run, id="x", task_queue="y")

            async def helper():
                await inner()

            @workflow.defn
            class Flow:
                @workflow.run
                async def run(self) -> None:
                    await workflow.execute_activity(inner)
                    os.getcwd()
        """
        assert says(Scope.WORKFLOW, acts=text) == ["Flow.run"]
        assert says(Scope.ASYNC_ACTIVITY, acts=text) == ["inner"]

    def test_what_runs_in_a_thread_is_no_part_of_an_async_activity(self, says: Says) -> None:
        text = """
            import asyncio, functools, os, threading
            from concurrent.futures import ThreadPoolExecutor
            from asgiref.sync import sync_to_async
            from temporalio import activity

            def work():
                os.getcwd()

            @sync_to_async
            def decorated():
                os.getcwd()

            def in_thread(function):
                @functools.wraps(function)
                async def wrapper(*args):
                    return await asyncio.to_thread(function, *args)
                return wrapper

            @in_thread
            def own():
                os.getcwd()

            @activity.defn
            async def act():
                await asyncio.to_thread(work)
                await asyncio.to_thread(os.getcwd)
                loop = asyncio.get_running_loop()
                await loop.run_in_executor(None, work)
                await loop.run_in_executor(None, lambda: work())
                await loop.run_in_executor(None, functools.partial(work))
                with ThreadPoolExecutor() as executor:
                    executor.submit(work)
                threading.Thread(target=work).start()
                await decorated()
                await own()
                await asyncio.gather(decorated(), own())
        """
        assert says(Scope.ASYNC_ACTIVITY, acts=text) == []

    def test_code_that_workflows_skip_runs_in_activities(self, says: Says) -> None:
        text = """
            import os
            from temporalio import activity, workflow

            def helper():
                if not workflow.in_workflow():
                    os.getcwd()

            @activity.defn
            async def act():
                helper()

            @workflow.defn
            class Flow:
                @workflow.run
                async def run(self) -> None:
                    helper()
        """
        assert says(Scope.ACTIVITY, acts=text) == ["act → helper"]
        assert says(Scope.WORKFLOW, acts=text) == []

    def test_a_rule_may_be_about_both(self, says: Says) -> None:
        shared = "import os\ndef helper():\n    os.getcwd()\ndef other():\n    os.getcwd()\n"
        flow = """
            from temporalio import activity, workflow
            from shared import helper, other

            @activity.defn
            async def act():
                helper()
                other()

            @workflow.defn
            class Flow:
                @workflow.run
                async def run(self) -> None:
                    self.inner()
                def inner(self):
                    helper()
        """
        found = says(Scope.WORKFLOW | Scope.ACTIVITY, flow=flow, shared=shared)
        assert found == ["Flow.run → Flow.inner → helper", "act → other"]

    def test_what_only_they_reach_is_read_only_for_rules_about_them(
        self, monkeypatch: pytest.MonkeyPatch, says: Says
    ) -> None:
        helpers = "import os\ndef helper():\n    os.getcwd()\n"
        acts = """
            from temporalio import activity
            import helpers

            @activity.defn
            async def act():
                helpers.helper()
        """
        read: list[str] = []
        load = Loading.module

        def noting(self: Loading, path: str) -> Module:
            read.append(path)
            return load(self, path)

        monkeypatch.setattr(Loading, "module", noting)
        assert says(Scope.WORKFLOW, helpers=helpers, acts=acts) == []
        assert not any("helpers" in path for path in read)
        assert says(Scope.ACTIVITY, helpers=helpers, acts=acts) == ["act → helper"]


class TestWorkers:
    def test_functions_and_modules_that_make_one(self, says: Says) -> None:
        text = """
            import os
            from temporalio.worker import Worker

            def address():
                return os.getcwd()

            def unrelated():
                os.getcwd()

            async def main(client):
                Worker(client, task_queue=address())

            class App:
                async def start(self, client):
                    async with Worker(client, task_queue="x"):
                        os.getcwd()
        """
        assert says(Scope.WORKER, worker=text) == ["App.start", "main → address"]


class TestProperties:
    def test_one_table_serves_rules_of_several_regions(
        self, monkeypatch: pytest.MonkeyPatch, says: Says
    ) -> None:
        class Slow(probe(Scope.QUERY | Scope.ACTIVITY)):  # type: ignore[misc]
            targets: ClassVar[frozenset[str]] = frozenset()
            properties = frozenset({Property.BLOCKS, Property.CLOCK})

            def judge(self, view: CallView, api: Api) -> Report:
                assert api == Api()
                return Report(" ".join(sorted(view.properties)))

        monkeypatch.setattr("tests.callgraph.test_regions.probe", lambda _: Slow)
        text = """
            import os, random, time
            from temporalio import activity, workflow

            @activity.defn
            async def act():
                time.sleep(1)
                random.random()
                os.getcwd()

            @workflow.defn
            class Flow:
                @workflow.run
                async def run(self) -> None:
                    time.sleep(1)
                @workflow.query
                def ask(self):
                    return time.time()
        """
        assert says(Scope.QUERY, flow=text) == ["Flow.ask", "act"]
        Path("pyproject.toml").write_text('[tool.wflint]\nplugins = ["probe"]\n')
        found = check(Request((".",))).diagnostics
        assert [d.message for d in found if d.code == "PRO001"] == ["blocks", "clock"]
        assert {d.code for d in found} == {"PRO001", "WFL101", "WFL104", "WFL801"}


class TestScopes:
    def test_each_rule_has_a_region(self) -> None:
        assert all(rule.scope for rule in load_registry().rules)

    @pytest.mark.parametrize("scope", [Scope(0), "handler", None])
    def test_a_scope_that_nothing_fills_is_an_error(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scope: Scope
    ) -> None:
        enter_project(tmp_path, monkeypatch)
        install(monkeypatch, probe(scope))
        Path("pyproject.toml").write_text('[tool.wflint]\nplugins = ["probe"]\n')
        Path("flow.py").write_text("x = 1\n")
        done = invoke("check", ".")
        assert done.exit_code == 2
        (line,) = done.stderr.strip().splitlines()
        assert 'plugin "probe": the scope of PRO001' in line

    @pytest.mark.parametrize(
        ("scope", "label"),
        [
            (Scope.WORKFLOW, "workflow"),
            (Scope.WORKFLOW | Scope.IMPORT, "workflow"),
            (Scope.IMPORT, "workflow-module"),
            (Scope.ANY, "any"),
            (Scope.ACTIVITY, "activity"),
            (Scope.QUERY | Scope.VALIDATOR, "query+validator"),
        ],
    )
    def test_label(self, scope: Scope, label: str) -> None:
        assert scope.label == label
