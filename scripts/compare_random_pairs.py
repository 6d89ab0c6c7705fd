"""Compares what ``wflint diff`` says of random edits with what the SDK's Replayer says.

Each pair is a workflow before and after an edit (see ``random_pairs.py``). What it was before
really runs, on a server of its own that needs no network; its histories are then replayed on what
it is after, up to each workflow task. A pair is called

* incompatible, if some history of a run that is not closed fails;
* closed-only, if only histories of closed runs do;
* compatible, if none does.

``depends`` counts as equal to ``incompatible``: it is said of what only some runs do. Run::

    pip install -e ".[record]"
    python -m scripts.compare_random_pairs FIRST_SEED COUNT [--keep FOLDER SEED ...]

The last option writes pairs to a folder, as those of ``tests/fixtures/replay`` are.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import logging
import random
import shutil
import sys
import tempfile
import textwrap
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowHandle, WorkflowHistory
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner, Worker

from scripts.random_pairs import Pair, code, make_pair
from scripts.record_histories import connected, public, server
from wflint.replay.change import Change, Program, Verdict
from wflint.replay.compare import compare
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request

LONGEST = 20.0
STUCK = 30.0
AT_ONCE = 24
_CLOSED = frozenset(
    {
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
    }
)
_ALIKE = (Verdict.DEPENDS, Verdict.INCOMPATIBLE)


@dataclass(frozen=True)
class Scenario:
    """How a workflow is run: its input, and when what is sent to it, in seconds."""

    order: str
    signal: float | None = None
    update: float | None = None


@dataclass
class Case:
    """A pair with its code, and what was found out about it."""

    pair: Pair
    before: ModuleType
    after: ModuleType
    histories: dict[str, WorkflowHistory] = field(default_factory=dict)
    real: Verdict = Verdict.COMPATIBLE
    why: str = ""


def scenarios(pair: Pair) -> list[Scenario]:
    """Return the ways to run a pair that take its code everywhere."""
    words = pair.before.words() | pair.after.words()
    choices = random.Random(pair.seed)
    orders = ["o"]
    for letter, word in (("a", "a"), ("b", "b"), ("x", "refuse")):
        if word in words:
            orders += [order + letter for order in orders]
    signals: list[float | None] = [None]
    if pair.before.on_signal is not None:
        signals = [0.0, choices.choice((0.7, 0.9))]
        signals += [None] if any(_times_out(body) for body in pair.before.bodies()) else []
    updates: list[float | None] = [None]
    if pair.before.on_update is not None:
        updates = [0.0, choices.choice((0.6, 0.8))]
    every = [Scenario(o, s, u) for o in orders for s in signals for u in updates]
    return every if len(every) <= 8 else choices.sample(every, 8)


def _times_out(body: Sequence[tuple[Any, ...]]) -> bool:
    return any(statement[0] == "wait" and statement[2] == 0.3 for statement in body)


def load(path: Path) -> ModuleType:
    """Import a module from a file."""
    name = f"{path.parent.name}_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# The server's and the Replayer's word.


async def record(client: Client, cases: Sequence[Case]) -> None:
    """Run the workflows of the cases, and keep their histories."""
    first = cases[0].before
    workflows = [first.Child, *(getattr(c.before, c.pair.name) for c in cases)]
    activities = [first.reserve, first.charge, first.ship, first.refuse]
    gate = asyncio.Semaphore(AT_ONCE)

    async def run(case: Case, number: int, scenario: Scenario) -> None:
        async with gate:
            history = await _record(client, case, f"{case.pair.name}-{number}", scenario)
            case.histories[f"{number}"] = history

    async with Worker(
        client,
        task_queue="pairs",
        workflows=workflows,
        activities=activities,
        workflow_runner=UnsandboxedWorkflowRunner(),
        debug_mode=True,
    ):
        runs = [(c, n, s) for c in cases for n, s in enumerate(scenarios(c.pair))]
        await asyncio.gather(*(run(*each) for each in runs))


async def _record(client: Client, case: Case, ident: str, scenario: Scenario) -> WorkflowHistory:
    early: dict[str, Any] = {}
    if scenario.signal == 0.0:
        early = {"start_signal": "start", "start_signal_args": [scenario.order]}
    started = await client.start_workflow(
        case.pair.name,
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


async def judge(case: Case) -> bool:
    """Replay the histories of a case; false if they cannot tell anything.

    That is so if the old code does not replay them itself, or if a replay does not come to an end.
    """
    histories = list(case.histories.values())
    try:
        failing = await asyncio.wait_for(_failing(case, histories), STUCK)
        if failing and await asyncio.wait_for(_failing(case, histories, of_after=False), STUCK):
            return False
        for name, history in case.histories.items():
            if history.run_id in failing:
                await asyncio.wait_for(_judge(case, name, history, failing[history.run_id]), STUCK)
    except asyncio.TimeoutError:
        return False
    return True


async def _judge(case: Case, name: str, history: WorkflowHistory, why: str) -> None:
    """Tell what it means for a case that one of its histories fails."""
    events = list(history.events)
    verdict = Verdict.INCOMPATIBLE
    if events[-1].event_type in _CLOSED:
        verdict = Verdict.CLOSED_ONLY
        for number in _tasks(events):
            part = WorkflowHistory(history.workflow_id, events[:number])
            if await _failing(case, [part]):
                verdict = Verdict.INCOMPATIBLE
                break
    if list(Verdict).index(verdict) < list(Verdict).index(case.real):
        case.real, case.why = verdict, f"history {name}: {why}"


def _tasks(events: Sequence[HistoryEvent]) -> list[int]:
    """Return where workflow tasks have started, the last one first."""
    started = EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED
    return [n for n, event in enumerate(events, 1) if event.event_type == started][::-1]


async def _failing(
    case: Case, histories: Sequence[WorkflowHistory], *, of_after: bool = True
) -> dict[str, str]:
    """Return why histories fail, by the ids of their runs."""
    module = case.after if of_after else case.before

    async def every() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    replayer = Replayer(
        workflows=[getattr(module, case.pair.name), module.Child],
        workflow_runner=UnsandboxedWorkflowRunner(),
        debug_mode=True,
    )
    found = await replayer.replay_workflows(every(), raise_on_replay_failure=False)
    return {run: str(error) for run, error in found.replay_failures.items()}


# wflint's word.


def said(folder: Path) -> dict[str, Change]:
    """Return what wflint says of the pairs in a folder, by the names of the workflows."""
    sides = [_program(folder / name) for name in ("before", "after")]
    return {change.type_name: change for change in compare(sides[0], sides[1])}


def _program(folder: Path) -> Program:
    (folder / "pyproject.toml").write_text('[project]\nname = "pairs"\n')
    kept: list[Examined] = []
    check(Request(paths=(str(folder),), whole=True, cache=False), kept.append)
    return Program(kept[0].answer)


# Both.


async def run(first: int, count: int, keep: Path | None, kept: Sequence[int]) -> int:
    """Compare pairs; return how many were called compatible that the Replayer fails."""
    folder = Path(tempfile.mkdtemp(prefix="wflint-pairs-"))
    seeds = kept or range(first, first + count)
    cases = [_case(folder, make_pair(seed)) for seed in seeds]
    words = said(folder)
    print("analysed", flush=True)
    program = shutil.which("temporal", path=str(Path(sys.executable).parent))
    async with server(program or shutil.which("temporal") or "temporal") as address:
        await record(await connected(address), cases)
    print("recorded", flush=True)
    table: Counter[tuple[str, str]] = Counter()
    dropped = 0
    for case in cases:
        if not await judge(case):
            dropped += 1
            continue
        change = words.get(case.pair.name)
        word = change.verdict if change is not None else Verdict.COMPATIBLE
        table[word.value, case.real.value] += 1
        if not _is_equal(word, case.real):
            print(f"{case.pair.name} ({', '.join(case.pair.edits)}): wflint {word.value}, ", end="")
            print(f"the Replayer {case.real.value}: {case.why[:160]!r} | {change and change.why}")
        if keep is not None:
            _keep(keep, case, word)
    return _report(table, dropped, folder)


def _case(folder: Path, pair: Pair) -> Case:
    modules: list[ModuleType] = []
    for name, program in (("before", pair.before), ("after", pair.after)):
        path = folder / name / f"w{pair.seed}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(code(program, pair.name))
        modules.append(load(path))
    return Case(pair, modules[0], modules[1])


def _is_equal(word: Verdict, real: Verdict) -> bool:
    return word is real or (word in _ALIKE and real in _ALIKE)


def _report(table: Counter[tuple[str, str]], dropped: int, folder: Path) -> int:
    total = table.total()
    equal = sum(n for (a, b), n in table.items() if _is_equal(Verdict(a), Verdict(b)))
    missed = sum(n for (a, b), n in table.items() if a == "compatible" and b == "incompatible")
    for (word, real), number in sorted(table.items()):
        print(f"{number:5} wflint {word}, Replayer {real}")
    print(f"{total} pairs, {equal} equal ({100 * equal / max(total, 1):.1f} %), {missed} missed")
    print(f"{dropped} dropped, since the old code or the Replayer fails; code in {folder}")
    return missed


def _keep(folder: Path, case: Case, word: Verdict) -> None:
    """Write a pair as a fixture."""
    target = folder / f"random-{case.pair.seed}"
    target.mkdir(parents=True, exist_ok=True)
    for name, program in (("before", case.pair.before), ("after", case.pair.after)):
        (target / f"{name}.py").write_text(code(program, "W"))
    lines = ['kind = "commands"', f'verdict = "{word.value}"', f'oracle = "{case.real.value}"']
    lines.append(f'why = """Seed {case.pair.seed}: {", ".join(case.pair.edits)}."""')
    (target / "case.toml").write_text("\n".join(lines) + "\n")
    for name, history in case.histories.items():
        text = history.to_json().replace(case.pair.name, "W")
        known = public(json.loads(text), "pairs")
        (target / f"history-{name}.json").write_text(json.dumps(known) + "\n")


def main(arguments: Sequence[str]) -> int:
    """Compare the pairs that the arguments name."""
    if len(arguments) < 2:
        print(textwrap.dedent(__doc__ or ""), file=sys.stderr)
        return 2
    logging.disable(logging.CRITICAL)
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)))
    first, count = int(arguments[0]), int(arguments[1])
    keep = Path(arguments[3]) if arguments[2:3] == ["--keep"] else None
    return min(asyncio.run(run(first, count, keep, [int(a) for a in arguments[4:]])), 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
