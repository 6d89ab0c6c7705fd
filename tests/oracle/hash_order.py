"""Runs workflow code in several processes that order their sets differently, and compares.

A fixture holds *cases*: public ``async def`` functions without parameters. Each is run as a
workflow in one process for each hash seed; before that, the process makes holes in its heap, so
that new objects lie in another order than elsewhere. Activities are answered at once, with their
type and their input; when nothing else is left to answer, the next timer fires. What is compared is
all that the workflow asks for, in order, with names, ids and inputs, and its result; of a failure,
only that there was one.
"""

from __future__ import annotations

import asyncio
import importlib.util
import inspect
import json
import os
import random
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import ClassVar

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.worker import UnsandboxedWorkflowRunner

from tests.oracle.sandbox import create

ROOT = Path(__file__).parent.parent.parent
SEEDS = (1, 2, 3, 5, 8)
_ROUNDS = 40
_OBJECTS = 100

Case = Callable[[], Awaitable[object]]
Runs = dict[str, list[list[str]]]
"""For each case what it asked for, in each process."""


def run(files: Sequence[Path], seeds: Sequence[int] = SEEDS) -> dict[Path, Runs]:
    """Run all cases of some modules under several hash seeds.

    Raises ``RuntimeError`` with its output if a process fails.
    """
    processes = [_start(files, seed) for seed in seeds]
    found: dict[Path, Runs] = {file: {} for file in files}
    for process in processes:
        out, errors = process.communicate()
        if process.returncode:
            raise RuntimeError(errors)
        for file, cases in json.loads(out).items():
            for case, asked in cases.items():
                found[Path(file)].setdefault(case, []).append(asked)
    return found


def _start(files: Sequence[Path], seed: int) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    command = [sys.executable, "-m", "tests.oracle.hash_order", *map(str, files)]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# What happens in each of the processes.


def make_holes(chance: random.Random) -> list[object]:
    """Leave free places in the heap, in random order, for objects of all usual sizes.

    They stay as they are as long as the list is kept, and are soon used up.
    """
    kept: list[object] = []
    freed: list[object] = []
    for size in (*range(32, 512, 16), *range(512, 1200, 64)):
        made = [bytes(size - 33) if size > 33 else float(n) for n in range(_OBJECTS)]
        chance.shuffle(made)
        kept += made[::2]
        freed += made[1::2]
        del made
    chance.shuffle(freed)
    while freed:
        freed.pop()
    return kept


def _cases(module: ModuleType) -> dict[str, Case]:
    found: dict[str, Case] = {}
    for name, value in vars(module).items():
        if inspect.iscoroutinefunction(value) and not name.startswith("_"):
            is_own = value.__module__ == module.__name__
            if is_own and not inspect.signature(value).parameters:
                found[name] = value
    return found


def _load(file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"{file.parent.name}_{file.stem}", file)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    # Bytecode of Python 3.11 and 3.12 may hold a written set of numbers in another order.
    exec(compile(file.read_bytes(), file, "exec"), vars(module))
    return module


def _main(files: Sequence[str]) -> None:
    chance = random.Random(os.environ["PYTHONHASHSEED"])
    found: dict[str, dict[str, list[str]]] = {}
    for file in map(Path, files):
        asked = found[str(file)] = {}
        for name, case in _cases(_load(file)).items():
            player = _Player(case)
            kept = make_holes(chance)
            asked[name] = player.play()
            del kept
    print(json.dumps(found))


@workflow.defn
class Flow:
    """The workflow that runs a case: the one that was chosen last."""

    case: ClassVar[Case]

    @workflow.run
    async def run(self) -> object:
        return await type(self).case()


class _Player:
    """Runs one case as a workflow, and answers what it asks for."""

    def __init__(self, case: Case) -> None:
        Flow.case = staticmethod(case)
        definition = workflow._Definition.must_from_class(Flow)
        self.instance = asyncio.run(create(definition, UnsandboxedWorkflowRunner()))
        start = WorkflowActivationJob()
        start.initialize_workflow.workflow_type = "Flow"
        start.initialize_workflow.randomness_seed = 42
        self.jobs = [start]
        self.timers: dict[int, float] = {}  # when each fires, by its number
        self.now = 1_700_000_000.0
        self.asked: list[str] = []

    def play(self) -> list[str]:
        """All that the case asks for. Raises ``RuntimeError`` if its task fails."""
        for round_ in range(_ROUNDS):
            activation = WorkflowActivation(run_id="run", history_length=3 + round_)
            activation.timestamp.FromMilliseconds(int(self.now * 1000))
            activation.jobs.extend(self.jobs)
            self.jobs = []
            completion = self.instance.activate(activation)
            if completion.HasField("failed"):
                raise RuntimeError(str(completion.failed.failure))
            for command in completion.successful.commands:
                self._answer(command)
            if not self.jobs and self.timers:
                self._fire()
            if not self.jobs:
                break
        return self.asked

    def _fire(self) -> None:
        """Let time pass until the next timer."""
        seq = min(self.timers, key=lambda seq: (self.timers[seq], seq))
        self.now = self.timers.pop(seq)
        job = WorkflowActivationJob()
        job.fire_timer.seq = seq
        self.jobs.append(job)

    def _answer(self, command: WorkflowCommand) -> None:
        kind = command.WhichOneof("variant") or ""
        told = "" if kind == "fail_workflow_execution" else getattr(command, kind)
        self.asked.append(" ".join(f"{kind} {told}".split()))
        job = WorkflowActivationJob()
        if kind == "start_timer":
            timer = command.start_timer
            self.timers[timer.seq] = self.now + timer.start_to_fire_timeout.ToSeconds()
        elif kind == "cancel_timer":
            self.timers.pop(command.cancel_timer.seq, None)
        elif kind == "schedule_activity":
            activity = command.schedule_activity
            given = [json.loads(payload.data or b"null") for payload in activity.arguments]
            result = json.dumps([activity.activity_type, *given]).encode()
            payload = Payload(metadata={"encoding": b"json/plain"}, data=result)
            job.resolve_activity.seq = activity.seq
            job.resolve_activity.result.completed.result.CopyFrom(payload)
            self.jobs.append(job)


if __name__ == "__main__":
    _main(sys.argv[1:])
