"""What a map knows of a program."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.map_cases import PROJECT, SHOP, map_of, write
from wflint.files.source import Source
from wflint.map import markdown, mermaid, svg
from wflint.map.build import build
from wflint.map.links import Links
from wflint.map.model import NONE, Map
from wflint.map.ran import ran_in
from wflint.map.reading import findings_of
from wflint.map.sources import Sources
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Map:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("maps")
        patch.chdir(folder)
        return map_of(folder / "project")


def test_a_workflow_has_its_entry_points_and_what_it_starts(shop: Map) -> None:
    order, ship = shop.workflows
    assert [(entry.kind, entry.name) for entry in order.entries] == [
        ("run", "run"),
        ("signal", "pay"),
        ("query", "state"),
    ]
    assert order.queues == ("orders",)
    assert ship.queues == ()
    assert [(use.kind, use.name, use.target, use.registered) for use in order.uses] == [
        ("activity", "reserve", "a0", ("orders",)),
        ("child", "ship", "w1", ()),
        ("activity", "charge", "a1", ("orders",)),
    ]
    assert order.uses[0].options == (
        ("retry_policy", "RetryPolicy(maximum_attempts=3)"),
        ("start_to_close_timeout", "1 min"),
    )
    assert order.uses[1].options == (("task_queue", "ships"),)
    assert [(use.name, use.target) for use in ship.uses] == [("pack", "")]


def test_state_is_told_where_methods_share_it(shop: Map) -> None:
    assert [(s.name, s.writers, s.readers) for s in shop.workflows[0].state] == [
        ("paid", ("__init__", "signal pay"), ("run", "query state"))
    ]


def test_helpers_are_known_with_what_was_found_in_them(shop: Map) -> None:
    findings = findings_of(shop, shop.workflows[0])
    assert [(f.code, f.function, f.row) for f in findings if f.function == "price"] == [
        ("gap", "price", 10),
        ("WFL111", "price", 11),
    ]
    names = {number: function.name for number, function in enumerate(shop.functions)}
    run = shop.functions[shop.workflows[0].entries[0].function]
    assert {names[number] for number in run.calls} >= {"price", "settle"}


def test_the_lines_of_what_is_shown_are_there(shop: Map) -> None:
    (flows,) = (file for file in shop.files if file.name.endswith("flows.py"))
    lines = {c.row + n: line for c in flows.chunks for n, line in enumerate(c.lines)}
    assert lines[20].strip() == "async def run(self, order: str) -> str:"
    assert 8 not in lines  # imports are of no use


def test_lines_are_counted_as_python_counts_them() -> None:
    sources = Sources()
    sources.add("flow.py", Source("one\rtwo\r\nthree\nfour"), 2, 3)
    assert [(c.row, c.lines) for c in sources.files([])[0].chunks] == [(2, ("two", "three"))]


def test_an_activity_knows_who_uses_it(shop: Map) -> None:
    assert [(a.name, a.is_async, a.users) for a in shop.activities] == [
        ("reserve", True, (0,)),
        ("charge", False, (0,)),
    ]


def test_a_map_as_markdown(shop: Map) -> None:
    text = markdown.render(shop)
    begin, end = text.index("### run"), text.index("### signal pay")
    assert (
        text[begin:end]
        == """\
### run

- `activity reserve` (retry\\_policy=RetryPolicy(maximum\\_attempts=3), \
start\\_to\\_close\\_timeout=1 min), line 21
- `if patched 'wait'`
  - `condition self.paid`, line 29
- `else`
  - `timer 90 s`, line 31
- `for each of order`
  - `settle()`
    - `activity charge` (start\\_to\\_close\\_timeout=2 h), line 15
- `settle()`, as above, line 34
- `child workflow ship` (task\\_queue=ships), line 35
- `continue as new`, line 36

"""
    )
    assert "| `paid` | `__init__`, `signal pay` | `run`, `query state` |" in text


def test_a_map_of_several_workflows_as_mermaid(shop: Map) -> None:
    assert mermaid.render(shop).splitlines()[:7] == [
        "flowchart LR",
        '    k0[/"orders"/]',
        '    w0["OrderWorkflow"]',
        '    w1["ShipWorkflow"]',
        '    a0("reserve")',
        '    a1("charge")',
        "    w0 --> a0",
    ]


def test_a_map_of_one_workflow_as_mermaid_is_its_flow(tmp_path: Path) -> None:
    source = """\
import asyncio
from temporalio import workflow


@workflow.defn
class W:
    @workflow.run
    async def run(self, order: list) -> None:
        for part in order:
            if part:
                await asyncio.sleep(1)
                continue
            break
        await asyncio.sleep(2)
"""
    found = map_of(tmp_path / "project", {"flow.py": source})
    assert mermaid.render(found).splitlines() == [
        "flowchart TD",
        '    subgraph s0["run"]',
        '    n0_begin((" "))',
        '    n0_0{{"for each of order"}}',
        '    n0_1{"if part"}',
        '    n0_2(["timer 1 s"])',
        '    n0_3(["continue"])',
        '    n0_4(["break"])',
        '    n0_5(["timer 2 s"])',
        "    n0_begin --> n0_0",
        "    n0_0 --> n0_1",
        '    n0_1 -->|"yes"| n0_2',
        "    n0_2 --> n0_3",
        '    n0_3 -->|"again"| n0_0',
        '    n0_1 -->|"no"| n0_4',
        "    n0_4 --> n0_5",
        '    n0_0 -->|"then"| n0_5',
        "    end",
        "    classDef timer fill:#fef3c7,stroke:#b45309,color:#000",
        "    class n0_2,n0_5 timer",
    ]


def test_a_function_that_several_workflows_call_stands_apart(tmp_path: Path) -> None:
    steps = "\n".join(f"    await asyncio.sleep({n})" for n in range(1, 12))
    workflows = "\n".join(
        f"""
@workflow.defn
class W{n}:
    @workflow.run
    async def run(self) -> None:
        await pause()
        await nap()
"""
        for n in range(3)
    )
    source = f"""\
import asyncio
from temporalio import workflow


async def pause():
{steps}
    await nap()


async def nap():
    await asyncio.sleep(60)

{workflows}"""
    text = markdown.render(map_of(tmp_path / "project", {"flow.py": source}))
    assert text.count("- `pause()`, see below") == 3
    assert text.count("timer 7 s") == 1
    assert text.count("timer 1 min") == 4  # in each workflow, and once in what stands apart


def test_a_function_that_calls_itself_ends(tmp_path: Path) -> None:
    source = """\
import asyncio
from temporalio import workflow


async def again(n):
    await asyncio.sleep(1)
    if n:
        await again(n - 1)


@workflow.defn
class W:
    @workflow.run
    async def run(self) -> None:
        await again(3)
"""
    found = map_of(tmp_path / "project", {"flow.py": source})
    assert found.workflows[0].entries[0].flow != NONE
    assert "`again()`, as above" in markdown.render(found)


def test_a_map_as_a_drawing_has_a_box_for_each_step(shop: Map) -> None:
    drawing = ElementTree.fromstring(svg.render(shop))
    names = "{http://www.w3.org/2000/svg}"
    words = [each.text or "" for each in drawing.iter(f"{names}text")]
    assert "activity reserve" in words
    assert "retry_policy=RetryPolicy(maximum_attempts=3)" in words
    assert "start_to_close_timeout=1 min" in words
    assert words.index("if patched 'wait'") < words.index("condition self.paid")
    classes = [each.get("class") for each in drawing.iter(f"{names}rect")]
    assert classes.count("activity") == 3
    assert "loop frame" in classes


def test_what_is_drawn_fits_its_box(tmp_path: Path) -> None:
    option = "schedule_to_close_timeout"
    call = 'await workflow.execute_activity("take_it_apart_with_all_its_lines", {}={})'
    source = f"""\
from temporalio import workflow


@workflow.defn
class W:
    @workflow.run
    async def run(self) -> None:
        all_the_lines_of_it = {call.format(option, "SHORT")}
        {call.format(option, 4 * "A_VERY_LONG_")}
"""
    drawing = ElementTree.fromstring(svg.render(map_of(tmp_path / "project", {"flow.py": source})))
    words = [each.text or "" for each in drawing.iter("{http://www.w3.org/2000/svg}text")]
    *lines, last = words[3:]
    assert lines == [
        "activity take_it_apart_with_all_its_lines",
        "→ all_the_lines_of_it",
        f"{option}=SHORT",
        "activity take_it_apart_with_all_its_lines",
    ]
    assert last.startswith(f"{option}=A_VERY_LONG_")
    assert last.endswith("...")


def test_code_that_is_nested_deeply_is_drawn_in_parts(tmp_path: Path) -> None:
    names = [f"f{n}" for n in range(12)]
    functions = ""
    for name, following in zip(names, [*names[1:], "asyncio.sleep"], strict=True):
        ifs = "".join(f"{'    ' * depth}if n > {depth}:\n" for depth in range(1, 13))
        functions += f"async def {name}(n):\n{ifs}{'    ' * 13}await {following}(n)\n\n"
    source = f"""\
import asyncio
from temporalio import workflow


{functions}
@workflow.defn
class W:
    @workflow.run
    async def run(self) -> None:
        await f0(3)
"""
    found = map_of(tmp_path / "project", {"flow.py": source})
    text = markdown.render(found)
    assert "`f2()`, see below" in text
    assert text.count("timer n") == 1
    ElementTree.fromstring(svg.render(found))


REPLAY = Path(__file__).parents[1] / "fixtures" / "replay" / "insert-activity"


def _with_history(tmp_path: Path, code: str) -> Map:
    write(tmp_path, {"pyproject.toml": PROJECT, "flow.py": (REPLAY / code).read_text("utf-8")})
    kept: list[Examined] = []
    check(Request(paths=(str(tmp_path),), whole=True), kept.append)
    ran = ran_in(kept, [str(REPLAY / "history-plain.json"), str(tmp_path / "flow.py")])
    assert len(ran.problems) == 1  # one of them is no history
    return build(kept, Links(), ran=ran)


def test_histories_say_what_ran_and_how_often(tmp_path: Path) -> None:
    found = _with_history(tmp_path, "before.py")
    assert found.histories == 1
    assert [entry.often for entry in found.workflows[0].entries] == [1]
    steps = found.flows[found.workflows[0].entries[0].flow].steps
    assert [(step.text, step.often) for step in steps] == [
        ("activity reserve", 1),
        ("activity ship", 1),
        ("return", NONE),
    ]
    assert "**ran 1 time**" in markdown.render(found)


def test_a_history_that_does_not_fit_is_not_counted(tmp_path: Path) -> None:
    found = _with_history(tmp_path, "after.py")
    assert found.histories == 0
    assert found.remarks == [
        "1 of 1 history may not fit the code, and nothing of that is counted; "
        "`wflint replay` says why"
    ]
    steps = found.flows[found.workflows[0].entries[0].flow].steps
    assert {step.often for step in steps if step.kind == "activity"} == {0}


def test_what_tests_define_is_shown_where_there_is_nothing_else(tmp_path: Path) -> None:
    flow = SHOP["shop/flows.py"].replace("shop.", "")
    only = {"tests/test_flow.py": flow}
    assert len(map_of(tmp_path / "first", only).workflows) == 2
    found = map_of(tmp_path / "second", {**only, "flow.py": flow})
    assert len(found.workflows) == 2
    assert found.remarks == ["2 workflows of tests left out; --tests shows them"]


def test_a_worker_has_the_code_of_its_queue_and_what_is_wrong_with_it(tmp_path: Path) -> None:
    source = """\
import os

from temporalio.worker import Worker

from shop.flows import OrderWorkflow


def make(client):
    first = Worker(
        client,
        task_queue=os.environ["QUEUE"],
        workflows=[OrderWorkflow, OrderWorkflow],
    )
    return first, Worker(client, task_queue="other", workflows=[OrderWorkflow])
"""
    found = map_of(tmp_path / "project", {**SHOP, "shop/worker.py": source})
    first, second = found.workers
    assert (first.queue, first.written) == ("", "os.environ['QUEUE']")
    assert (second.queue, second.written) == ("other", "'other'")
    assert [mark.row for mark in first.marks] == [9]
    assert second.marks == ()
    assert "not known: `os.environ['QUEUE']`" in markdown.render(found)
