"""Interfaces, payloads and patches: what runs of the old code do not survive, and what they do."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.command_line import enter_project, invoke

HEAD = """\
import enum
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypedDict

from pydantic import BaseModel, Field
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import VersioningBehavior
from temporalio.worker import Worker, WorkerDeploymentConfig

TEN = timedelta(seconds=10)
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "work").mkdir()
    return enter_project(tmp_path / "work", monkeypatch)


def put(side: str, code: str, name: str = "shop/flow.py") -> None:
    """Put code into a file of a side, which is a program of its own."""
    path = Path("..", side, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = Path("..", side, "pyproject.toml")
    if not settings.exists():
        settings.write_text("[tool.wflint]\n")
    (path.parent / "__init__.py").touch()
    path.write_text(HEAD + dedent(code))


def findings(*sides: str, flags: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """What is found between the last side and all before it, commands left aside."""
    bases = [word for side in sides[:-1] for word in ("--from", f"../{side}")]
    done = invoke("diff", *bases, "--to", f"../{sides[-1]}", "--output-format", "json", *flags)
    assert done.exit_code in (0, 1), done.stderr
    return [one for one in json.loads(done.stdout) if one["code"] != "WFL950"]


def found(old: str, new: str) -> list[tuple[str, str, str]]:
    """Code, verdict and message of what is found between two texts."""
    put("old", old)
    put("new", new)
    return [(one["code"], one["verdict"], one["message"]) for one in findings("old", "new")]


def only(old: str, new: str) -> tuple[str, str, str]:
    (one,) = found(old, new)
    return one


FLOW = """
@workflow.defn
class OrderWorkflow:
    def __init__(self) -> None:
        self.go = False

    @workflow.run
    async def run(self, order: str) -> str:
        await workflow.wait_condition(lambda: self.go)
        return order

    @workflow.signal
    def start(self) -> None:
        self.go = True

    @workflow.update
    async def change(self, note: str, more: str = "") -> None: ...

    @workflow.query
    def state(self) -> bool:
        return self.go
"""


class TestWorkflows:
    def test_one_that_has_another_name_is_gone(self) -> None:
        code, verdict, message = only(FLOW, FLOW.replace("OrderWorkflow", "BuyWorkflow"))
        assert (code, verdict) == ("WFL951", "incompatible")
        assert "no workflow `OrderWorkflow` any more; it is called `BuyWorkflow` now" in message
        assert '`@workflow.defn(name="OrderWorkflow")` keeps the name' in message

    def test_a_name_that_is_kept_is_no_change(self) -> None:
        renamed = FLOW.replace("OrderWorkflow", "BuyWorkflow")
        named = renamed.replace("workflow.defn", 'workflow.defn(name="OrderWorkflow")')
        constant = renamed.replace("@workflow.defn", "@workflow.defn(name=NAME)")
        assert found(FLOW, named) == []
        assert found(FLOW, 'NAME = "OrderWorkflow"\n' + constant) == []

    def test_moving_it_to_another_module_is_no_change(self) -> None:
        put("old", FLOW)
        put("new", FLOW, "shop/deep/orders.py")
        assert findings("old", "new") == []

    def test_a_dynamic_workflow_takes_all_that_are_gone(self) -> None:
        dynamic = """
            @workflow.defn(dynamic=True)
            class AnyWorkflow:
                @workflow.run
                async def run(self, args: list[Any]) -> None: ...
            """
        assert found(FLOW, dedent(dynamic)) == []

    def test_one_whose_file_is_gone_is_told_of_at_that_file(self) -> None:
        put("old", FLOW)
        put("new", "", "shop/other.py")
        (one,) = findings("old", "new")
        assert one["filename"].endswith("/old/shop/flow.py")
        assert one["workflow"] == "OrderWorkflow" and one["kind"] == "interface"

    @pytest.mark.parametrize(
        ("before", "after", "verdict"),
        [
            ("order: str", "order: str, customer: str", "incompatible"),
            ("order: str, more: str = ''", "order: str, more: str", "depends"),
            ("order: str, more: str", "order: str", "incompatible"),
            ("order: str, more: str = ''", "order: str", "depends"),
            ("order: str", "order: str, customer: str = ''", None),
            ("order: str", "purchase: str", None),
            ("order: str | int", "order: int", "depends"),
            ("*order: str", "order: str", None),
            ("order: str", "*order: str", None),
        ],
    )
    def test_recorded_input_must_fit(self, before: str, after: str, verdict: str | None) -> None:
        sides = [FLOW.replace("self, order: str", f"self, {it}") for it in (before, after)]
        assert [one[1] for one in found(*sides)] == ([verdict] if verdict else [])


class TestMessages:
    def test_a_signal_that_has_another_name(self) -> None:
        new = FLOW.replace("workflow.signal", 'workflow.signal(name="begin")')
        code, verdict, message = only(FLOW, new)
        assert (code, verdict) == ("WFL951", "incompatible")
        assert "has no signal `start` any more; it is called `begin` now" in message
        assert "nothing sets `self.go`" in message

    def test_a_signal_that_nothing_reads_any_more_is_a_warning(self) -> None:
        start = "    @workflow.signal\n    def start(self) -> None:\n        self.go = True\n"
        new = FLOW.replace(start, "").replace("lambda: self.go", "lambda: True")
        assert only(FLOW, new)[1] == "depends"

    def test_an_update_that_is_gone(self) -> None:
        new = FLOW.replace("workflow.update", 'workflow.update(name="alter")')
        assert only(FLOW, new)[:2] == ("WFL951", "incompatible")

    def test_a_query_leaves_nothing_in_histories(self) -> None:
        query = FLOW[FLOW.index("    @workflow.query") :]
        assert found(FLOW, FLOW.replace(query, "")) == []

    def test_a_dynamic_handler_takes_all_that_are_gone(self) -> None:
        new = FLOW.replace("workflow.signal", "workflow.signal(dynamic=True)")
        new = new.replace("def start(self)", "def start(self, name: str, args: list[Any])")
        assert found(FLOW, new) == []

    def test_a_base_class_that_is_not_known_may_have_it(self) -> None:
        new = FLOW.replace("workflow.signal", 'workflow.signal(name="begin")')
        new = "from acme import Base\n" + new.replace("OrderWorkflow:", "OrderWorkflow(Base):")
        assert found(FLOW, new) == []

    def test_a_handler_that_moved_into_a_base_class_is_there(self) -> None:
        handlers = FLOW[FLOW.index("    @workflow.signal") :]
        new = f"class Base:\n{handlers}\n" + FLOW.replace(handlers, "")
        assert found(FLOW, new.replace("OrderWorkflow:", "OrderWorkflow(Base):")) == []

    def test_arguments_of_recorded_signals_must_fit(self) -> None:
        new = FLOW.replace("def start(self)", "def start(self, who: str)")
        code, verdict, message = only(FLOW, new)
        assert (code, verdict) == ("WFL951", "incompatible")
        assert "the signal `start` must be given `who` now" in message


class TestWhatIsSureOfArguments:
    """A message says of which recorded arguments it is, and what becomes of the others."""

    @pytest.mark.parametrize(
        ("before", "after", "said"),
        [
            ("a: str", "a: str, b: str", "the recorded input of running workflows does not fit"),
            ("a: str, b: str", "a: str", "the recorded input of running workflows does not fit"),
            ("a: str, b: str = ''", "a: str, b: str", "recorded input with fewer than 2 arguments"),
            ("a: str, b: str = ''", "a: str", "recorded input with more than 1 argument does"),
            ("a: str = ''", "", "recorded input with arguments does not fit"),
        ],
    )
    def test_of_a_workflow(self, before: str, after: str, said: str) -> None:
        old, new = (FLOW.replace("order: str", given) for given in (before, after))
        assert said in only(old, new)[2]

    def test_what_fits_may_be_taken_for_something_else(self) -> None:
        old, new = (
            FLOW.replace("order: str", given)
            for given in ("user: str, mode: str = ''", "file: str, user: str, mode: str = ''")
        )
        _, verdict, message = only(old, new)
        assert verdict == "depends"
        assert message.endswith(
            "recorded input with fewer than 2 arguments does not fit, and the workflow tasks of "
            "runs that have it fail; of what fits, what was recorded for `user` is taken for `file`"
        )

    def test_of_a_signal(self) -> None:
        old = FLOW.replace("def start(self)", "def start(self, who: str = '')")
        new = FLOW.replace("def start(self)", "def start(self, who: str)")
        said = "a recorded signal with fewer than 1 argument does not fit, and the workflow tasks"
        assert said in only(old, new)[2]

    def test_of_an_activity(self) -> None:
        old = ACTIVITY.replace("reserve(order: str)", "reserve(order: str, who: str = '')")
        new = ACTIVITY.replace("reserve(order: str)", "reserve(order: str, who: str)")
        said = "what running workflows have scheduled with fewer than 2 arguments and is not done"
        assert said in only(old, new)[2]


ACTIVITY = """
@activity.defn
async def reserve(order: str) -> str:
    return order


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)
"""


class TestActivities:
    def test_attempts_that_wait_do_not_fit_new_parameters(self) -> None:
        new = ACTIVITY.replace("reserve(order: str)", "reserve(order: str, customer: str)")
        code, verdict, message = only(ACTIVITY, new)
        assert (code, verdict) == ("WFL951", "depends")
        assert "the activity `reserve` must be given `customer` now" in message

    def test_a_local_activity_is_retried_where_it_was_called(self) -> None:
        old = ACTIVITY.replace("execute_activity", "execute_local_activity")
        assert found(old, old.replace("reserve(order: str)", "reserve(order: str, who: str)")) == []

    def test_one_that_has_another_name(self) -> None:
        _, verdict, message = only(ACTIVITY, ACTIVITY.replace("reserve", "book"))
        assert verdict == "depends"
        assert "no activity `reserve` any more; it is called `book` now" in message

    def test_one_that_no_workflow_called_is_not_missed(self) -> None:
        old = ACTIVITY + "\n\n@activity.defn\nasync def dead() -> None: ...\n"
        assert found(old, ACTIVITY) == []

    def test_recorded_results_must_be_read(self) -> None:
        new = ACTIVITY.replace("reserve(order: str) -> str", "reserve(order: str) -> int")
        code, verdict, message = only(ACTIVITY, new)
        assert (code, verdict) == ("WFL952", "incompatible")
        assert "it was `str`, is `int` (in the result of the activity `reserve`)" in message

    def test_a_call_by_name_reads_no_type(self) -> None:
        old = ACTIVITY.replace("execute_activity(reserve", 'execute_activity("reserve"')
        assert (
            found(old, old.replace("reserve(order: str) -> str", "reserve(order: str) -> int"))
            == []
        )


def order(fields: str, decorator: str = "@dataclass", base: str = "") -> str:
    return f"""
class Kind(str, enum.Enum):
    BOOK = "book"
    FILM = "film"


{decorator}
class Order{base}:
    {fields}


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: Order) -> str:
        return "done"
"""


class TestPayloads:
    @pytest.mark.parametrize(
        ("before", "after", "verdict"),
        [
            ("id: str", "id: str; customer: str", "incompatible"),
            ("id: str", "id: str; customer: str = ''", None),
            ("id: str", "id: str; notes: list[str] = field(default_factory=list)", None),
            ("id: str", "id: str; customer: str = field(init=False)", None),
            ("id: str; customer: str", "id: str", None),
            ("id: str", "id: int", "incompatible"),
            ("id: int", "id: str", "incompatible"),
            ("id: int", "id: float", None),
            ("id: int", "id: int | str", None),
            ("id: int | str", "id: int", None),  # what a field may be besides is not followed
            ("id: str", "id: datetime", None),
            ("id: list[str]", "id: list[int]", "incompatible"),
            ("id: list[str]", "id: dict[str, str]", "incompatible"),
            ("id: str", "id: Any", None),
            ("id: Any", "id: int", None),
            ("id: Kind", "id: str", None),
            ("id: str", "id: Kind", None),
            ("id: int", "id: Kind", "incompatible"),
        ],
    )
    def test_fields_of_a_dataclass(self, before: str, after: str, verdict: str | None) -> None:
        result = found(order(before), order(after))
        assert [one[:2] for one in result] == ([("WFL952", verdict)] if verdict else [])

    @pytest.mark.parametrize(
        ("before", "after", "verdict"),
        [
            ("id: str", "id: str; customer: str", "incompatible"),
            ("id: str", "id: str; customer: str = Field(...)", "incompatible"),
            ("id: str", "id: str; customer: str = Field(default='')", None),
            ("id: str", "id: str; customer: str = Field('')", None),
            ("name: str", "customer: str = Field(alias='name')", None),
            ("id: str", "id: int", None),  # pydantic reads numbers from texts
            ("id: int", "id: str", "incompatible"),
            ("id: list[str]", "id: str", "incompatible"),
        ],
    )
    def test_fields_of_a_model(self, before: str, after: str, verdict: str | None) -> None:
        sides = [order(it, "", "(BaseModel)") for it in (before, after)]
        assert [one[1] for one in found(*sides)] == ([verdict] if verdict else [])

    def test_a_key_of_a_typed_dict_may_be_missed(self) -> None:
        sides = [order(it, "", "(TypedDict)") for it in ("id: str", "id: str; customer: str")]
        _, verdict, message = only(*sides)
        assert verdict == "depends"
        assert message.endswith("code, or a converter, that asks for it fails")
        assert found(sides[0], sides[1].replace("(TypedDict)", "(TypedDict, total=False)")) == []

    def test_a_member_that_an_enum_has_lost(self) -> None:
        old = order("kind: Kind")
        _, verdict, message = only(old, old.replace('    FILM = "film"\n', ""))
        assert verdict == "depends" and "`FILM` is no value of the enum `Kind` any more" in message
        assert message.endswith("the workflow tasks of runs that have it in their histories fail")
        assert found(old, old.replace("FILM", "MOVIE")) == []  # the value is what is recorded

    def test_a_field_of_an_inner_class_in_another_module(self) -> None:
        inner = "@dataclass\nclass Line:\n    sku: str\n"
        flow = order("lines: list[Line]").replace(
            "class Kind", "from shop.lines import Line\n\n\nclass Kind"
        )
        for side, text in (("old", inner), ("new", inner + "    price: int\n")):
            put(side, flow)
            put(side, text, "shop/lines.py")
        (one,) = findings("old", "new")
        assert one["message"].startswith("`Line.price` is new and has no default value")

    def test_with_another_parameter_objects_are_read_without_types(self) -> None:
        old = order("id: str")
        new = old.replace("order: Order)", "order: Order, customer: str = '')")
        code, verdict, message = only(old, new)
        assert (code, verdict) == ("WFL952", "incompatible")
        assert "with 1 of now 2 arguments" in message and "no `Order`" in message

    def test_classes_that_hold_one_another_have_an_end(self) -> None:
        old = order("next: 'Order'; id: str")
        assert len(found(old, old.replace("id: str", "id: int"))) == 1


PATCHED = """
@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        if workflow.patched("first"):
            await workflow.sleep(1)
        return order
"""
DEPRECATED = PATCHED.replace('if workflow.patched("first"):', 'workflow.deprecate_patch("first")')
DEPRECATED = DEPRECATED.replace("            await", "        await")
PLAIN = DEPRECATED.replace('        workflow.deprecate_patch("first")\n', "")


class TestPatches:
    @pytest.mark.parametrize(
        ("bases", "new", "verdict"),
        [
            ((PATCHED,), PLAIN, "incompatible"),
            ((PATCHED,), PATCHED.replace("first", "second"), "incompatible"),
            ((PLAIN, PATCHED), DEPRECATED, "incompatible"),
            ((PATCHED, DEPRECATED), PLAIN, "incompatible"),
            ((PATCHED,), DEPRECATED, "depends"),
            ((DEPRECATED,), PLAIN, "depends"),
            ((PATCHED, DEPRECATED), DEPRECATED, None),
            ((DEPRECATED, PLAIN), PLAIN, None),
            ((PLAIN,), PATCHED, None),
            ((PATCHED,), PATCHED, None),
            ((PATCHED,), PATCHED.replace('"first"', "order"), None),
        ],
    )
    def test_what_is_left_of_a_patch(
        self, bases: tuple[str, ...], new: str, verdict: str | None
    ) -> None:
        sides = [f"side{number}" for number in range(len(bases))]
        for side, text in zip(sides, bases, strict=True):
            put(side, text)
        put("new", new)
        result = [(one["code"], one["verdict"]) for one in findings(*sides, "new")]
        assert result == ([("WFL953", verdict)] if verdict else [])

    def test_in_a_helper_that_moved_to_another_module(self) -> None:
        helper = "from temporalio import workflow\n\n\n"
        helper += 'def is_new() -> bool:\n    return workflow.patched("first")\n'
        moved = PATCHED.replace('workflow.patched("first")', "is_new()")
        put("old", PATCHED)
        put("new", "from shop.patches import is_new\n" + moved)
        put("new", helper, "shop/patches.py")
        assert findings("old", "new") == []


def worker(workflows: str, queue: str = "orders", more: str = "") -> str:
    return (
        FLOW
        + f'''

def make(client: Client) -> Worker:
    return Worker(client, task_queue="{queue}", workflows=[{workflows}]{more})
'''
    )


class TestWorkers:
    def test_one_that_does_not_list_a_workflow_any_more(self) -> None:
        code, verdict, message = only(worker("OrderWorkflow"), worker(""))
        assert (code, verdict) == ("WFL951", "incompatible")
        assert "no Worker registers `OrderWorkflow` any more" in message

    def test_a_list_that_is_not_known_may_have_it(self) -> None:
        assert found(worker("OrderWorkflow"), worker("*others()")) == []

    def test_another_task_queue(self) -> None:
        _, verdict, message = only(worker("OrderWorkflow"), worker("OrderWorkflow", "express"))
        assert verdict == "depends" and "`orders`" in message


def activity_worker(activities: str, queue: str = "orders", *, more: str = "") -> str:
    return (
        ACTIVITY
        + f'''

def make(client: Client) -> Worker:
    return Worker(client, task_queue="{queue}", activities=[{activities}]{more})
'''
    )


class TestWorkersOfActivities:
    def test_one_that_does_not_list_an_activity_any_more(self) -> None:
        code, verdict, message = only(activity_worker("reserve"), activity_worker(""))
        assert (code, verdict) == ("WFL951", "depends")
        assert "no Worker registers the activity `reserve` any more" in message

    def test_what_is_not_known_may_have_it(self) -> None:
        old = activity_worker("reserve")
        assert found(old, activity_worker("*others()")) == []
        assert found(old, activity_worker("", more=", plugins=[more()]")) == []
        assert found(activity_worker(""), activity_worker("")) == []

    def test_a_local_activity_runs_where_the_new_workflow_runs(self) -> None:
        sides = [
            activity_worker(listed).replace("execute_activity", "execute_local_activity")
            for listed in ("reserve", "")
        ]
        assert found(*sides) == []

    def test_another_task_queue_is_told_of_once(self) -> None:
        more = "\n\n@activity.defn\nasync def ship(order: str) -> None: ...\n"
        call = (
            '        await workflow.execute_activity("ship", order, start_to_close_timeout=TEN)\n'
        )
        sides = [
            activity_worker("reserve, ship", queue)
            .replace("\n\n@workflow.defn", f"{more}\n\n@workflow.defn")
            .replace("        return await", f"{call}        return await")
            for queue in ("orders", "express")
        ]
        _, verdict, message = only(*sides)
        assert verdict == "depends"
        assert "of the task queue `orders` registers the activities `reserve`, `ship`" in message


class TestExempt:
    PINNED = FLOW.replace("defn", "defn(versioning_behavior=VersioningBehavior.PINNED)")

    def said(self, *flags: str) -> str:
        return invoke("diff", "--from", "../old", "--to", "../new", *flags).stderr

    def test_pinned_runs_stay_with_their_version(self) -> None:
        assert found(self.PINNED, self.PINNED.replace("order: str", "order: int")) == []
        assert "1 workflow left out: OrderWorkflow (pinned)" in self.said()

    def test_without_versions_nothing_is_pinned(self) -> None:
        old = worker("OrderWorkflow").replace(FLOW, self.PINNED)
        assert len(found(old, old.replace("order: str", "order: int"))) == 1

    def test_what_becomes_pinned_was_not(self) -> None:
        assert len(found(FLOW, self.PINNED.replace("order: str", "order: int"))) == 1

    def test_a_worker_that_pins_by_default(self) -> None:
        config = (
            ", deployment_config=WorkerDeploymentConfig(version=V, use_worker_versioning=True,"
            " default_versioning_behavior=VersioningBehavior.PINNED)"
        )
        old = worker("OrderWorkflow", more=config)
        assert found(old, old.replace("order: str", "order: int")) == []

    @pytest.mark.parametrize(
        ("given", "verdicts"),
        [
            ("", []),
            (", initial_versioning_behavior=AUTO_UPGRADE", ["incompatible"]),
        ],
    )
    def test_a_pinned_run_that_continues_in_new_code(self, given: str, verdicts: list[str]) -> None:
        """Its input is made by the old code, and read by the new one."""
        again = f"        workflow.continue_as_new(order{given})\n"
        old = self.PINNED.replace("        return order\n", again)
        new = old.replace("order: str)", "order: str, more: str)")
        assert [verdict for _, verdict, _ in found(old, new)] == verdicts
        typed = old.replace("order: str", "order: int")
        assert [verdict for _, verdict, _ in found(old, typed)] == verdicts

    def test_the_result_of_a_pinned_child_is_read_by_its_parent(self) -> None:
        parent = (
            "\n\n@workflow.defn\nclass ParentWorkflow:\n    @workflow.run\n"
            "    async def run(self) -> None:\n"
            "        await workflow.execute_child_workflow(OrderWorkflow.run, 'a')\n"
        )
        old = self.PINNED + parent
        code, verdict, message = only(old, old.replace("order: str) -> str", "order: str) -> int"))
        assert (code, verdict) == ("WFL952", "incompatible")
        assert "in the result of `OrderWorkflow`" in message

    def test_short_lived_ones_that_continue_as_new(self) -> None:
        Path("../new").mkdir()
        Path("../new/pyproject.toml").write_text(
            '[tool.wflint]\nshort-lived-workflows = ["Order*"]\n'
        )
        old = FLOW.replace("        return order\n", "        workflow.continue_as_new(order)\n")
        assert len(found(old, old.replace("order: str", "order: int"))) == 1

    def test_short_lived_ones(self) -> None:
        Path("../new").mkdir()
        Path("../new/pyproject.toml").write_text(
            '[tool.wflint]\nshort-lived-workflows = ["Order*"]\n'
        )
        assert found(FLOW, FLOW.replace("order: str", "order: int")) == []
        assert "1 workflow left out: OrderWorkflow (short-lived)" in self.said()
