"""Records random pairs on a server, and replays their histories: the SDK's word on them.

These functions run in a process of their own (see ``limited.py``), so all that they are given and
give is plain data.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import random
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from msgspec import Struct, field
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from scripts.random_pairs import Pair, code, make_pair
from scripts.record_histories import connected
from wflint.replay.change import Verdict

LONGEST = 20.0
"""How many seconds a workflow may take; what has happened until then is its history."""

AT_ONCE = 24
MOST = 14
"""How many scenarios there are of one pair."""

_CLOSED = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    }
)


class Scenario(Struct, frozen=True):
    """How a workflow is run: its input, and when what is sent to it, in seconds."""

    order: str
    signal: float | None = None
    update: float | None = None


class Word(Struct):
    """What the Replayer says of a pair.

    ``fails`` has, by the names of the histories that fail on the new code, why they do. It is
    ``useless`` if the old code fails as well.
    """

    verdict: Verdict = Verdict.COMPATIBLE
    why: str = ""
    fails: dict[str, str] = field(default_factory=dict)
    useless: bool = False


def scenarios(pair: Pair) -> list[Scenario]:
    """Return the ways to run a pair that take its code everywhere."""
    words = pair.before.words() | pair.after.words()
    choices = random.Random(pair.seed)
    orders = ["o"]
    for letter in ("a", "b"):
        if letter in words:
            orders += [order + letter for order in orders]
    if words & {"try", "held"}:  # they do something else where an activity fails
        orders += [order + letter for order in orders for letter in "xyz"]
    signals: list[float | None] = [None]
    if pair.before.on_signal is not None:
        signals = [0.0, 0.7, 3.0]
        signals += [None] if any(_times_out(body) for body in pair.before.bodies()) else []
    updates: list[float | None] = [None]
    if pair.before.on_update is not None:
        updates = [0.0, 0.5, 3.5]
    every = [Scenario(o, s, u) for o in orders for s in signals for u in updates]
    return every if len(every) <= MOST else choices.sample(every, MOST)


def _times_out(body: Sequence[tuple[Any, ...]]) -> bool:
    return any(statement[0] == "wait" and statement[2] == 0.3 for statement in body)


# The code of pairs.


def file_of(folder: Path, side: str, seed: int) -> Path:
    """Return the file with one side of a pair."""
    return folder / side / f"w{seed}.py"


def write(folder: Path, pair: Pair) -> None:
    """Write the code of a pair."""
    for side, program in (("before", pair.before), ("after", pair.after)):
        path = file_of(folder, side, pair.seed)
        path.parent.mkdir(exist_ok=True)
        path.write_text(code(program, pair.name))


def load(path: Path) -> ModuleType:
    """Import a module from a file."""
    name = f"{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Recording.

Histories = dict[str, str]
"""Histories of one pair as JSON, by their names."""


def record(address: str, folder: Path, seeds: Sequence[int]) -> dict[int, Histories]:
    """Run the old code of pairs, and return its histories."""
    _be_silent()
    return asyncio.run(_record_all(address, folder, seeds))


def _be_silent() -> None:
    with contextlib.suppress(RuntimeError):  # it is already
        Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)))


async def _record_all(address: str, folder: Path, seeds: Sequence[int]) -> dict[int, Histories]:
    client = await connected(address)
    modules = {seed: load(file_of(folder, "before", seed)) for seed in seeds}
    found: dict[int, Histories] = {seed: {} for seed in seeds}
    first = modules[seeds[0]]
    gate = asyncio.Semaphore(AT_ONCE)

    async def run(seed: int, number: int, scenario: Scenario) -> None:
        async with gate:
            history = await _record(client, f"W{seed}", f"W{seed}-{number}", scenario)
            found[seed][f"{number}"] = history.to_json()

    async with Worker(
        client,
        task_queue="pairs",
        workflows=[first.Child, *(getattr(module, f"W{s}") for s, module in modules.items())],
        activities=[first.reserve, first.charge, first.ship, first.refuse],
        workflow_runner=UnsandboxedWorkflowRunner(),
        debug_mode=True,
    ):
        pairs = [make_pair(seed) for seed in seeds]
        runs = [(pair.seed, n, s) for pair in pairs for n, s in enumerate(scenarios(pair))]
        await asyncio.gather(*(run(*each) for each in runs))
    return found


async def _record(client: Client, name: str, ident: str, scenario: Scenario) -> WorkflowHistory:
    early: dict[str, Any] = {}
    if scenario.signal == 0.0:
        early = {"start_signal": "start", "start_signal_args": [scenario.order]}
    started = await client.start_workflow(
        name,
        scenario.order,
        id=ident,
        task_queue="pairs",
        task_timeout=timedelta(seconds=30),
        **early,
    )
    tasks = []
    if scenario.signal:
        tasks.append(asyncio.create_task(_signal(started, scenario.signal, scenario.order)))
    if scenario.update is not None:
        tasks.append(asyncio.create_task(_update(started, scenario.update, scenario.order)))
    with contextlib.suppress(Exception):
        await asyncio.wait_for(started.result(), LONGEST)
    history = await started.fetch_history()
    for task in tasks:
        task.cancel()
    with contextlib.suppress(Exception):
        await started.terminate()
    return history


async def _signal(handle: WorkflowHandle[Any, Any], after: float, order: str) -> None:
    await asyncio.sleep(after)
    with contextlib.suppress(Exception):
        await handle.signal("start", order)


async def _update(handle: WorkflowHandle[Any, Any], after: float, order: str) -> None:
    await asyncio.sleep(after)
    with contextlib.suppress(Exception):
        await handle.execute_update("approve", order)


# Replaying.


def judge(folder: Path, seed: int, histories: Mapping[str, str]) -> Word:
    """Replay the histories of a pair on its new code, up to each workflow task."""
    _be_silent()
    read = {n: WorkflowHistory.from_json(f"W{seed}-{n}", text) for n, text in histories.items()}
    name = f"W{seed}"
    old, new = (_replayer(load(file_of(folder, side, seed)), name) for side in ("before", "after"))
    return asyncio.run(_judge(new, old, read))


def _replayer(module: ModuleType, name: str) -> Callable[[], Replayer]:
    return lambda: Replayer(
        workflows=[getattr(module, name), module.Child],
        workflow_runner=UnsandboxedWorkflowRunner(),
        debug_mode=True,
    )


async def _judge(
    new: Callable[[], Replayer],
    old: Callable[[], Replayer],
    histories: Mapping[str, WorkflowHistory],
) -> Word:
    word = Word()
    failing = await _failing(new(), histories.values())
    if failing and await _failing(old(), histories.values()):
        word.useless = True
        return word
    for name, history in histories.items():
        why = failing.get(history.run_id)
        if why is not None:
            word.fails[name] = why
            verdict = await _verdict_on(new, history)
            if list(Verdict).index(verdict) < list(Verdict).index(word.verdict):
                word.verdict, word.why = verdict, f"history {name}: {why}"
    return word


async def _verdict_on(new: Callable[[], Replayer], history: WorkflowHistory) -> Verdict:
    """Tell what it means that a history fails: do parts of it that a running workflow has?"""
    events = list(history.events)
    if events[-1].event_type not in _CLOSED:
        return Verdict.INCOMPATIBLE
    for number in _tasks(events):
        part = WorkflowHistory(history.workflow_id, events[:number])
        if await _failing(new(), [part]):
            return Verdict.INCOMPATIBLE
    return Verdict.CLOSED_ONLY


def _tasks(events: Sequence[HistoryEvent]) -> list[int]:
    """Return where workflow tasks have started or are completed, the last one first.

    The Replayer looks at what has happened before a task only if this is completed.
    """
    ends = (
        EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
        EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED,
    )
    return [n for n, event in enumerate(events, 1) if event.event_type in ends][::-1]


async def _failing(replayer: Replayer, histories: Iterable[WorkflowHistory]) -> dict[str, str]:
    """Return why histories fail, by the ids of their runs."""

    async def every() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    found = await replayer.replay_workflows(every(), raise_on_replay_failure=False)
    return {run: str(error) for run, error in found.replay_failures.items()}
