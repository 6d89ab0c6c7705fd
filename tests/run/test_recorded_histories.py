"""The proof of the fixes rests on recorded histories: they are what a server would have kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.oracle.history import history_of
from tests.oracle.recorded import Run, asked, compared, in_sandbox, with_stand_ins
from tests.oracle.replay import replay_all, seed_of_replays
from tests.oracle.sandbox import Stage

FLOW = """\
import asyncio, random, time, uuid
from datetime import timedelta
from temporalio import activity, workflow

SHORT = {"start_to_close_timeout": timedelta(seconds=30)}

@activity.defn
async def number(value: str) -> int: ...

@activity.defn
async def name(value: int) -> str: ...

@workflow.defn
class Child:
    @workflow.run
    async def run(self, value: int) -> None: ...

@workflow.defn
class Flow:
    def __init__(self) -> None:
        self.notes: list[str] = []

    @workflow.signal
    async def note(self, text: str) -> None:
        self.notes.append(await workflow.execute_activity(name, 1, **SHORT))

    @workflow.update
    async def change(self, text: str) -> str:
        await workflow.sleep(3)
        return text

    @change.validator
    def check(self, text: str) -> None: ...

    @workflow.query
    def count(self) -> int:
        return len(self.notes)

    @workflow.run
    async def run(self) -> list[str]:
        started = [workflow.start_activity(name, n, **SHORT) for n in range(4)]
        names = [await each for each in workflow.as_completed(started)]
        total = await workflow.execute_activity(number, "a", **SHORT)
        await asyncio.sleep(60)
        await workflow.execute_local_activity(name, total, **SHORT)
        await workflow.execute_child_workflow(Child.run, total)
        await workflow.execute_child_workflow(Child.run, total, id=f"child-{total}")
        dropped = workflow.start_activity(name, 5, **SHORT)
        await workflow.sleep(1)
        dropped.cancel()
        await workflow.wait([dropped])
        await asyncio.wait_for(workflow.execute_activity(name, 6, **SHORT), 100)
        taken_back = asyncio.create_task(asyncio.sleep(100))
        await asyncio.sleep(0)
        taken_back.cancel()
        try:
            await workflow.wait_condition(lambda: False, timeout=3)
        except asyncio.TimeoutError:
            names.append(workflow.now().isoformat())
        other = workflow.get_external_workflow_handle("other")
        await other.signal("note", "a")
        await other.cancel()
        return [*names, str(workflow.uuid4())]
"""

DRAW = """\
import random, time, uuid
from temporalio import workflow

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> str:
        return str({})
"""


def record(source: str, folder: Path, messages: bool = False) -> Run:
    run = with_stand_ins(source.encode(), folder, seed_of_replays(), messages)
    assert (run.stage, run.warnings) == (Stage.OK, ()), run.detail
    return run


def replay(run: Run, source: str, folder: Path) -> str:
    return replay_all(source, folder, lambda _: history_of(run))


both = pytest.mark.parametrize("messages", [False, True], ids=["alone", "with messages"])


@both
def test_workflow_replays_its_own_history(messages: bool, tmp_path: Path) -> None:
    assert replay(record(FLOW, tmp_path, messages), FLOW, tmp_path) == ""


@both
def test_sandbox_makes_no_difference(messages: bool, tmp_path: Path) -> None:
    sandboxed = in_sandbox(FLOW.encode(), tmp_path, seed_of_replays(), messages)
    assert asked(sandboxed) == asked(record(FLOW, tmp_path, messages))


def test_workflow_comes_to_its_end(tmp_path: Path) -> None:
    assert "complete_workflow_execution" in compared(record(FLOW, tmp_path))[-1]


def test_handlers_are_called(tmp_path: Path) -> None:
    kinds = " ".join(compared(record(FLOW, tmp_path, messages=True)))
    assert kinds.count("update_response") == 2, "it is accepted and completed"
    assert "respond_to_query" in kinds


@both
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("await asyncio.sleep(60)", "await asyncio.sleep(0)"),
        ("await workflow.sleep(1)", "await workflow.sleep(1); await workflow.sleep(1)"),
        ("number, 'a'".replace("'", '"'), 'name, "a"'),
        ("execute_local_activity(name", "execute_activity(name"),
        ("execute_child_workflow(Child.run, total)", "execute_child_workflow('Other', total)"),
        ('id=f"child-{total}"', 'id=f"other-{total}"'),
        ("dropped.cancel()", ""),
        ("timeout=3", "timeout=None"),
        ("await other.cancel()", ""),
        ("total = await", "workflow.uuid4(); total = await"),
    ],
)
def test_replay_fails_if_other_commands_are_given(
    messages: bool, old: str, new: str, tmp_path: Path
) -> None:
    assert FLOW.count(old) == 1
    run = record(FLOW, tmp_path, messages)
    assert "TMPRL1100" in replay(run, FLOW.replace(old, new), tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("asyncio.sleep(60)", "workflow.sleep(61)"),
        ('number, "a"', 'number, "b"'),
        ("seconds=30", "seconds=31"),
        ("[*names, ", "["),
        ('other.signal("note"', 'other.signal("change"'),
    ],
)
def test_replay_compares_no_values(old: str, new: str, tmp_path: Path) -> None:
    assert replay(record(FLOW, tmp_path), FLOW.replace(old, new), tmp_path) == ""


def test_what_is_drawn_moves_the_id_of_a_child_that_gets_none(tmp_path: Path) -> None:
    before = FLOW.replace("total = await", "uuid.uuid4(); total = await")
    after = FLOW.replace("total = await", "workflow.uuid4(); total = await")
    said = replay(record(before, tmp_path), after, tmp_path)
    assert "Child workflow id of scheduled event" in said


# The stand-ins give what the SDK's own replacements give, each by itself.


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("time.time()", "workflow.time()"),
        ("time.time_ns()", "workflow.time_ns()"),
        ("uuid.uuid4()", "workflow.uuid4()"),
        ("uuid.uuid7()", "workflow.uuid7()"),
        ("random.random()", "workflow.random().random()"),
        ("random.choice(range(99))", "workflow.random().choice(range(99))"),
        ("random.Random().random()", "workflow.new_random().random()"),
    ],
)
def test_stand_in_is_the_equal_of_the_replacement(before: str, after: str, tmp_path: Path) -> None:
    runs = [record(DRAW.format(each), tmp_path) for each in (before, after)]
    assert asked(runs[0]) == asked(runs[1])


@pytest.mark.parametrize(
    "changing", ["time.monotonic()", "[random.Random().random() for _ in range(2)]"]
)
def test_stand_in_repeats_itself(changing: str, tmp_path: Path) -> None:
    source = DRAW.format(changing)
    assert asked(record(source, tmp_path)) == asked(record(source, tmp_path))
