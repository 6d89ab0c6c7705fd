"""``wflint list``: workflows, handlers, activities and workers, and what is not known of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import enter_project, invoke

FLOW = """\
from temporalio import workflow


class Base:
    @workflow.signal
    def pause(self) -> None: ...


@workflow.defn(name="order")
class OrderWorkflow(Base):
    @workflow.run
    async def run(self) -> None: ...

    @workflow.signal(name="go-on")
    def resume(self) -> None: ...

    @workflow.query
    def state(self) -> str: ...

    @workflow.update
    async def change(self, note: str) -> None: ...

    @change.validator
    def check(self, note: str) -> None: ...
"""
ACTIVITIES = """\
from temporalio import activity


@activity.defn
async def charge() -> None: ...


class Mails:
    @activity.defn(name="mail")
    def send(self) -> None: ...
"""
WORKER = """\
from temporalio.worker import Worker

from shop.activities import charge
from shop.flow import OrderWorkflow

QUEUE = "orders"


def make(client, more) -> Worker:
    return Worker(client, task_queue=QUEUE, workflows=[OrderWorkflow], activities=[charge, *more])
"""
UNKNOWN = """\
from temporalio import workflow


class Report:
    @workflow.signal
    def stop(self) -> None: ...
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a shop with a workflow, two activities and a worker."""
    enter_project(tmp_path, monkeypatch)
    (tmp_path / "shop").mkdir()
    for name, text in (("flow", FLOW), ("activities", ACTIVITIES), ("worker", WORKER)):
        (tmp_path / f"shop/{name}.py").write_text(text)
    (tmp_path / "shop/__init__.py").write_text("")
    return tmp_path


def listed(*arguments: str) -> Any:
    result = invoke("list", "--output-format", "json", *arguments)
    assert (result.exit_code, result.stderr) == (0, "")
    return json.loads(result.stdout)


def test_text_shows_everything_with_its_place() -> None:
    result = invoke("list")
    assert result.exit_code == 0
    assert (
        result.stdout
        == """\
1 workflow
  OrderWorkflow "order"  shop/flow.py:10  on orders
    run        run             line 12
    signal     resume "go-on"  line 15
    query      state           line 18
    update     change          line 21
    validator  check           line 24
    signal     pause           line 6

2 activities
  charge             async  shop/activities.py:5  on orders
  Mails.send "mail"  sync   shop/activities.py:10

1 worker
  orders  shop/worker.py:10
    workflows   OrderWorkflow
    activities  charge
    activities  not all known: nothing is seen to call `make`
"""
    )


def test_json_has_the_same_for_programs() -> None:
    found = listed()
    assert list(found) == ["workflows", "activities", "workers", "unchecked", "gaps"]
    (workflow,) = found["workflows"]
    assert (workflow["name"], workflow["qualname"]) == ("order", "OrderWorkflow")
    assert workflow["location"] == {"row": 10, "column": 7}
    assert workflow["task_queues"] == ["orders"]
    assert [(h["kind"], h["qualname"]) for h in workflow["handlers"]][:2] == [
        ("run", "OrderWorkflow.run"),
        ("signal", "OrderWorkflow.resume"),
    ]
    assert [(a["name"], a["async"]) for a in found["activities"]] == [
        ("charge", True),
        ("mail", False),
    ]
    (worker,) = found["workers"]
    assert (worker["task_queue"], worker["runner"]) == ("orders", "sandboxed")
    assert worker["workflows"]["complete"] and not worker["activities"]["complete"]
    assert worker["activities"]["reason"]


def test_only_what_the_paths_define_is_listed_with_what_others_say_of_it() -> None:
    found = listed("shop/flow.py")
    assert [w["task_queues"] for w in found["workflows"]] == [["orders"]]
    assert (found["activities"], found["workers"]) == ([], [])


def test_workers_of_tests_come_last_and_do_not_count_as_task_queues(project: Path) -> None:
    (project / "shop/a_test.py").write_text(WORKER.replace('"orders"', '"of a test"'))
    found = listed()
    assert [worker["in_test"] for worker in found["workers"]] == [False, True]
    assert found["workflows"][0]["task_queues"] == ["orders"]


def test_code_that_may_be_a_workflow_is_named_with_the_remedy(project: Path) -> None:
    (project / "shop/report.py").write_text(UNKNOWN)
    text = invoke("list", "shop/report.py")
    assert "not checked\n  shop/report.py:4: `Report.stop` is a handler" in text.stdout
    assert "`workflow-decorators`" in text.stdout
    assert "Report.stop" not in text.stderr


def test_calls_that_cannot_be_followed_are_listed_with_their_entry_point(project: Path) -> None:
    flow = FLOW.replace("async def run(self) -> None: ...", "async def run(self, x) -> None: x.f()")
    (project / "shop/flow.py").write_text(flow)
    assert "gaps\n  OrderWorkflow.run (shop/flow.py:12) reaches 1 call" in invoke("list").stdout
    (gaps,) = listed()["gaps"]
    assert gaps["qualname"] == "OrderWorkflow.run"
    assert [call["written"] for call in gaps["calls"]] == ["x.f()"]


def test_nothing_to_list_is_said_in_one_sentence_with_the_remedy(project: Path) -> None:
    (project / "empty").mkdir()
    (project / "empty/a.py").write_text("")
    (project / "shop/flow.py").write_text("")
    result = invoke("list", "empty")
    assert (result.exit_code, result.stdout) == (0, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("wflint: no workflow was found: check the paths, or name ")


def test_a_file_that_does_not_parse_is_said_and_the_rest_is_listed(project: Path) -> None:
    (project / "shop/broken.py").write_text(UNKNOWN + "    def (:\n")
    result = invoke("list")
    assert "wflint: shop/broken.py:7: " in result.stderr
    assert result.stdout.startswith("1 workflow\n")


def test_a_path_that_is_not_there_is_2() -> None:
    result = invoke("list", "nosuch", "shop/flow.py")
    assert result.exit_code == 2
    assert result.stdout.startswith("1 workflow\n")


def test_rules_are_not_asked_whatever_the_settings_select(project: Path) -> None:
    (project / "shop/util.py").write_text("import time\n")
    (project / "pyproject.toml").write_text('[tool.wflint]\nextend-select = ["ALL"]\n')
    result = invoke("list", "-q")
    assert (result.exit_code, result.stderr) == (0, "")
