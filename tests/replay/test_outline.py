"""Command terms as a tree of steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.replay_cases import flow, program
from wflint.replay.compare import workflows
from wflint.replay.outline import Step, StepKind, outline
from wflint.replay.program import Functions
from wflint.replay.sides import side_of


def steps_of(folder: Path, body: str, more: str = "", methods: str = "") -> tuple[Step, ...]:
    functions = Functions(program(folder, {"flow.py": flow(body, more, methods)}).answer)
    side = side_of(functions, next(iter(workflows(functions))))
    assert side is not None
    return outline(functions.term(side.run.node))


def lines(steps: Iterable[Step], depth: int = 0) -> Iterator[str]:
    for step in steps:
        gives = f" -> {step.gives}" if step.gives else ""
        yield f"{'  ' * depth}{step.kind.value}: {step.text}{gives}"
        yield from lines(step.steps, depth + 1)


def test_commands_stand_one_after_the_other(tmp_path: Path) -> None:
    body = """
count = len(order)
self.part = order
receipt = await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)
self.paid = await workflow.execute_activity("pay", receipt, start_to_close_timeout=TEN)
await asyncio.sleep(10)
await workflow.wait_condition(lambda: self.part == "all")
workflow.continue_as_new(order)
"""
    assert list(lines(steps_of(tmp_path / "p", body))) == [
        "state: self.part = order",
        "activity: activity reserve -> receipt",
        "activity: activity pay -> self.paid",
        "timer: timer",
        "condition: condition self.part == 'all'",
        "continue-as-new: continue as new",
    ]


def test_branches_and_loops_hold_their_steps(tmp_path: Path) -> None:
    body = """
if order == "a":
    await asyncio.sleep(1)
elif order == "b":
    return order
else:
    await asyncio.sleep(2)
for part in order:
    while True:
        await workflow.execute_activity(reserve, part, start_to_close_timeout=TEN)
        break
if workflow.patched("new"):
    await asyncio.sleep(3)
"""
    assert list(lines(steps_of(tmp_path / "p", body))) == [
        "choice: if order == 'a'",
        "  branch: if order == 'a'",
        "    timer: timer",
        "  branch: else if order == 'b'",
        "    leave: return order",
        "  branch: else",
        "    timer: timer",
        "loop: for each of order",
        "  loop: while True",
        "    activity: activity reserve",
        "    leave: break",
        "choice: if patched 'new'",
        "  patched: if patched 'new'",
        "    timer: timer",
    ]


def test_what_decides_a_branch_comes_before_it(tmp_path: Path) -> None:
    body = """
if await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN):
    await asyncio.sleep(1)
elif await workflow.execute_activity(charge, order, start_to_close_timeout=TEN):
    return order
"""
    assert list(lines(steps_of(tmp_path / "p", body))) == [
        "activity: activity reserve",
        "choice: if activity reserve",
        "  branch: if activity reserve",
        "    timer: timer",
        "  branch: else",
        "    activity: activity charge",
        "    choice: if activity charge",
        "      branch: if activity charge",
        "        leave: return order",
    ]


def test_a_value_without_a_name_is_called_what_it_is(tmp_path: Path) -> None:
    body = """
match order:
    case "a":
        await asyncio.sleep(1)
    case str(text) if text:
        await asyncio.sleep(2)
first, second = await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)
"""
    assert list(lines(steps_of(tmp_path / "p", body))) == [
        "choice: if order == 'a'",
        "  branch: if order == 'a'",
        "    timer: timer",
        "  branch: else if order matches str(text) and text",
        "    timer: timer",
        "activity: activity reserve -> first, second",
    ]


ACT = "await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)"


@pytest.mark.parametrize(
    ("targets", "gives"),
    [
        ("first, second =", "first, second"),
        ("[first, (second, third)] =", "first, second, third"),
        ("first, *others =", "first, others"),
        ("*others, self.last =", "others, self.last"),
        ("self.part, self.rest =", "self.part, self.rest"),
        ("order['a'], first =", "first"),
        ("first = second =", "first = second"),
        ("self.part = first =", "self.part = first"),
        ("first = second, third =", "first, second, third"),
        ("order['a'] =", ""),
    ],
)
def test_a_value_is_called_what_it_is_taken_into(targets: str, gives: str, tmp_path: Path) -> None:
    (step,) = steps_of(tmp_path / "p", f"{targets} {ACT}")
    assert (step.text, step.gives) == ("activity reserve", gives)


def test_attributes_that_are_set_together_are_one_step(tmp_path: Path) -> None:
    body = "self.part, self.rest = self.rest, order\nself.last = self.first = order"
    assert list(lines(steps_of(tmp_path / "p", body))) == [
        "state: self.part, self.rest = self.rest, order",
        "state: self.last = order",
        "state: self.first = order",
    ]


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("order >= 3", "order >= 3"),
        ("order is not None", "order is not None"),
        ("not order < 3", "order >= 3"),
        ("not 1 < order < 3", "not (1 < order < 3)"),
        ("not (order and self)", "not (order and self)"),
        ("order != 3 and order not in self", "order != 3 and order not in self"),
        ("order and self or order != 3", "(order and self) or order != 3"),
        ("(order < 3) in self", "(order < 3) in self"),
        ("(order or self) and order < 3", "(order or self) and order < 3"),
        ("part := order.get('part')", "part := order.get('part')"),
        ("(part := order.get('part')) != 3", "(part := order.get('part')) != 3"),
        (f"(part := {ACT}) > 3", "part > 3"),
        (f"not (part := {ACT})", "not part"),
    ],
)
def test_conditions_are_told_in_their_shortest_form(
    condition: str, shown: str, tmp_path: Path
) -> None:
    *_, step = steps_of(tmp_path / "p", f"if {condition}:\n    await asyncio.sleep(1)")
    assert step.text == f"if {shown}"


EVERYTHING = """
if order:  # if order
    await asyncio.sleep(1)
elif len(order) > 2:  # else if len(order) > 2
    self.done = True  # self.done = True
    self.done, self.late = True, order  # self.done, self.late = True, order
else:
    await asyncio.sleep(2)
for part in order:  # for each of order
    if part:  # if part
        break  # break
    await asyncio.sleep(3)
while order:  # while order
    try:
        await asyncio.sleep(4)
    except (ValueError, TypeError):  # except ValueError, TypeError
        raise  # raise
    except:
        return  # except BaseException, return
    finally:
        await asyncio.sleep(6)
    match order:
        case ["a"]:  # if order matches ['a']
            await asyncio.sleep(7)
        case [first]:
            continue  # else if order matches [first], continue
async with asyncio.TaskGroup() as group:  # task group
    task = group.create_task(asyncio.sleep(9))  # task
    task.cancel()  # cancel task
await asyncio.gather(  # gather
    *[
        asyncio.sleep(11)
        for part in order  # for each of order
        if part  # if part
    ],
)
later = await asyncio.sleep(12) if late else None  # if late
later = late and await asyncio.sleep(12)  # if late
with contextlib.suppress(ValueError):  # except ValueError
    await asyncio.sleep(13)
workflow.uuid4()  # draw uuid4
await asyncio.sleep(0)  # let others run
await asyncio.wait([task], timeout=1)  # wait for all of task with a timer
"""
HEADS = ("else", "finally", "try")
"""The steps that have no place but that of the first one in them."""


def test_each_step_knows_its_line(tmp_path: Path) -> None:
    functions = Functions(program(tmp_path / "p", {"flow.py": flow(EVERYTHING)}).answer)
    side = side_of(functions, next(iter(workflows(functions))))
    assert side is not None
    node = side.run.node
    source = functions.store.load(node.fn.path).source
    told: dict[int, list[str]] = {}
    pending = list(outline(functions.term(node)))[::-1]
    while pending:
        step = pending.pop()
        pending += reversed(step.steps)
        is_told = step.kind not in (StepKind.CHOICE, StepKind.TIMER, StepKind.TRY)
        if is_told and step.text not in HEADS:
            (span,) = functions.store.locate(node.fn, {step.site}).values()
            told.setdefault(source.location(span[0]).row, []).append(step.text)
    lines = enumerate(source.text.splitlines(), 1)
    written = {row: line.partition("  # ")[2] for row, line in lines if "  # " in line}
    assert {row: ", ".join(texts) for row, texts in told.items()} == written


def test_an_error_that_is_caught_in_silence_is_told(tmp_path: Path) -> None:
    body = """
try:
    await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)
except ValueError:
    workflow.logger.info("never mind")
finally:
    await asyncio.sleep(1)
"""
    assert list(lines(steps_of(tmp_path / "p", body))) == [
        "try: try",
        "  branch: try",
        "    activity: activity reserve",
        "  branch: except ValueError",
        "  branch: finally",
        "    timer: timer",
    ]


def test_what_runs_side_by_side_is_held_together(tmp_path: Path) -> None:
    body = """
await asyncio.gather(asyncio.sleep(1), help(order))
task = asyncio.create_task(help(order))
await asyncio.wait_for(task, 10)
"""
    more = "async def help(order):\n    await asyncio.sleep(1)\n"
    steps = steps_of(tmp_path / "p", body, more)
    assert list(lines(steps)) == [
        "together: gather",
        "  timer: timer",
        "  call: help()",
        "task: task -> task",
        "  call: help()",
        "wait: wait with a timer for task",
    ]
    call = steps[0].steps[1]
    assert call.kind is StepKind.CALL
    assert call.callee is not None
    assert call.callee.node.fn.qualname == "help"
