"""Runs a workflow as a server with idle workers would, and keeps all that happened.

Unlike ``sandbox.judge``, this answers everything: activities and child workflows finish, some
sooner than others, timers fire when their time has come, and the workflow's handlers may be sent a
message each. ``tests.oracle.history`` makes a history of what was kept.
"""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import re
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from temporalio.bridge.proto.workflow_activation import WorkflowActivation
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.worker import UnsandboxedWorkflowRunner
from temporalio.worker._workflow_instance import WorkflowInstance
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.oracle.sandbox import (
    YIELD_WITHIN,
    Stage,
    _definition,
    _GivenUp,
    _Interruptible,
    _module,
    _text,
    create,
    root_of,
)
from tests.oracle.server import Server, Task
from tests.oracle.stand_ins import StandIns

_TASKS = 30


@dataclass(frozen=True)
class Run:
    """All that happened to a workflow, and how far it came."""

    workflow_type: str = ""
    tasks: list[Task] = field(default_factory=list)
    stage: Stage = Stage.OK
    detail: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def commands(self) -> list[WorkflowCommand]:
        """All that the workflow asked for, in order."""
        return [command for task in self.tasks for command in task.commands]

    @property
    def misbehaves(self) -> bool:
        """True if the SDK noticed anything."""
        return self.stage is not Stage.OK or bool(self.warnings)


def in_sandbox(source: bytes, folder: Path, seed: int, messages: bool = False) -> Run:
    """Run the last workflow class of a module in the SDK's sandbox.

    With ``messages``, its handlers are called as soon as it starts.
    """
    return _noticed(partial(_play, source, folder, seed, messages, None))


def with_stand_ins(source: bytes, folder: Path, seed: int, messages: bool = False) -> Run:
    """Run it without a sandbox, with a clock and the like that can be relied on."""
    return _noticed(partial(_play, source, folder, seed, messages, StandIns(seed)))


def _noticed(play: Callable[[], Run]) -> Run:
    gc.freeze()  # what others have left is none of this run's business, and takes time to look at
    try:
        gc.collect()  # what earlier code has left is not the fault of this one
        gc.freeze()
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            run = play()
            gc.collect()  # a coroutine that nobody awaits is only noticed when it is thrown away
    finally:
        gc.unfreeze()
    noticed = (w for w in caught if issubclass(w.category, (UserWarning, RuntimeWarning)))
    texts = tuple(f"{w.category.__name__}: {w.message}" for w in noticed)
    return dataclasses.replace(run, warnings=texts)


def _play(source: bytes, folder: Path, seed: int, messages: bool, instead: StandIns | None) -> Run:
    runner = SandboxedWorkflowRunner() if instead is None else UnsandboxedWorkflowRunner()
    with instead.installed() if instead else nullcontext(), _module(source, folder) as load:
        try:
            module = load()
            definition = _definition(module)
        except BaseException as error:
            return Run(stage=Stage.DEFINITION, detail=_text(error))
        run = Run(definition.name or "dynamic")
        try:
            instance = asyncio.run(create(definition, runner, seed))
        except BaseException as error:
            return dataclasses.replace(run, stage=Stage.IMPORT, detail=_text(error))
        server = Server(definition, module, seed, messages)
        while len(run.tasks) < _TASKS and (task := server.next()):
            run.tasks.append(task)
            if instead is not None:
                instead.moment = task.moment
            stage, detail = _activate(instance, task, len(run.tasks))
            if stage is not Stage.OK:
                return dataclasses.replace(run, stage=stage, detail=detail)
            server.answer(task)
    return run


def _activate(instance: WorkflowInstance, task: Task, number: int) -> tuple[Stage, str]:
    """Give a task to the workflow, and keep the commands in it."""
    activation = WorkflowActivation(run_id="run", history_length=3 * number, jobs=task.jobs)
    activation.timestamp.FromNanoseconds(task.moment)
    try:
        completion = _Interruptible(partial(instance.activate, activation)).wait(YIELD_WITHIN)
    except _GivenUp:
        return Stage.DEADLOCK, "did not yield"
    except BaseException as error:
        return Stage.ESCAPED, _text(error)
    if completion.HasField("failed"):
        return Stage.RUNTIME, root_of(completion.failed.failure)
    task.commands.extend(completion.successful.commands)
    task.flags.extend(completion.successful.used_internal_flags)
    for command in task.commands:
        if command.HasField("fail_workflow_execution"):
            return Stage.FAILED, root_of(command.fail_workflow_execution.failure)
        if command.HasField("respond_to_query") and command.respond_to_query.HasField("failed"):
            return Stage.FAILED, root_of(command.respond_to_query.failed)
    return Stage.OK, ""


_ADDRESS = re.compile(r"0x[0-9a-f]+")
_FAILURES = ("failure", "rejected")  # these hold tracebacks
_COMPARED = frozenset(
    {
        "activity_id",
        "activity_type",
        "patch_id",
        "protocol_instance_id",
        "query_id",
        "signal_name",
        "workflow_id",
        "workflow_type",
    }
)


def compared(run: Run) -> list[str]:
    """Return what a replay compares of all commands: the kinds, types and ids, task by task."""
    return [_text_of(number, command, compared=True) for number, command in _numbered(run)]


def asked(run: Run) -> list[str]:
    """All that there is to all commands, with inputs, lengths of timers and results."""
    return [_text_of(number, command, compared=False) for number, command in _numbered(run)]


def _numbered(run: Run) -> list[tuple[int, WorkflowCommand]]:
    return [(n, command) for n, task in enumerate(run.tasks, 1) for command in task.commands]


def _text_of(number: int, command: WorkflowCommand, compared: bool) -> str:
    kind = command.WhichOneof("variant") or ""
    what = getattr(command, kind)
    fields = [(f.name, "failed" if f.name in _FAILURES else v) for f, v in what.ListFields()]
    chosen = [(name, value) for name, value in fields if not compared or name in _COMPARED]
    text = " ".join(f"{number}: {kind} {' '.join(f'{n}={v}' for n, v in chosen)}".split())
    return _ADDRESS.sub("0x...", text)
