"""Runs a module's workflow class under the SDK's own sandbox, without a server.

The SDK's core sends *activations* (start this workflow, this timer has fired) and gets back
*commands* (start a timer, schedule an activity). Here the activations are made by hand: the
workflow is started, and its timers are fired until nothing moves any more. Activities and child
workflows never finish.

The classes that this takes are private to the SDK, so the version of ``temporalio`` that the tests
use is pinned.
"""

from __future__ import annotations

import asyncio
import ctypes
import dataclasses
import enum
import gc
import importlib
import itertools
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

import temporalio.common
from temporalio import activity, workflow
from temporalio.api.common.v1 import Payloads
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.converter import DataConverter
from temporalio.worker._workflow_instance import (
    WorkflowInstance,
    WorkflowInstanceDetails,
    WorkflowRunner,
)
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner
from temporalio.worker.workflow_sandbox._runner import _fake_info

T = TypeVar("T")

YIELD_WITHIN = 2.0
"""Seconds after which the SDK's worker calls a workflow that does not yield a deadlock."""

SEED = 42
_ROUNDS = 10
_START = 1_700_000_000
_numbers = itertools.count()


class Stage(enum.Enum):
    """The stage that a workflow came to."""

    DEFINITION = "definition"  # the module cannot be imported, or holds no workflow
    IMPORT = "import"  # the sandbox cannot import the module
    RUNTIME = "runtime"  # the workflow task fails, and would be retried for ever
    DEADLOCK = "deadlock"  # the workflow does not yield
    ESCAPED = "escaped"  # an exception leaves the activation: the worker is hit
    FAILED = "failed"  # the workflow itself fails
    OK = "ok"


@dataclass(frozen=True)
class Verdict:
    """The end of a workflow. ``commands`` are the kinds of all commands, in order."""

    stage: Stage
    detail: str = ""
    warnings: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()

    @property
    def misbehaves(self) -> bool:
        """True if the SDK noticed anything."""
        return self.stage is not Stage.OK or bool(self.warnings)


@dataclass
class _Interruptible(Generic[T]):
    """A function that runs on a thread of its own, as workflows do, and can be given up."""

    function: Callable[[], T]
    result: T | None = None
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)
    clock: int | None = None

    def run(self) -> None:
        if sys.platform == "linux":
            self.clock = time.pthread_getcpuclockid(threading.get_ident())
        try:
            self.result = self.function()
        except BaseException as error:
            self.error = error
        finally:
            self.done.set()

    def wait(self, seconds: float) -> T:
        """Return what the function returns.

        Raises ``_GivenUp`` if it has run for ``seconds``, or stood still for so long that it waits
        for something else than a processor.
        """
        thread = threading.Thread(target=self.run, daemon=True)
        thread.start()
        if not self._ends(seconds):
            _raise_in(thread, _GivenUp)
            thread.join(1)
            raise _GivenUp
        if self.error is not None:
            raise self.error
        return self.result  # type: ignore[return-value]

    def _ends(self, seconds: float) -> bool:
        at, moved = 0.0, time.monotonic()
        while not self.done.wait(0.05):
            now = self._ran()
            if now > at:
                at, moved = now, time.monotonic()
            if at > seconds or time.monotonic() - moved > 5 * seconds:
                return False
        return True

    def _ran(self) -> float:
        """Return the seconds for which the thread has run, where there is a clock for that."""
        try:
            return time.clock_gettime(self.clock) if self.clock is not None else 0.0
        except OSError:  # it has just ended
            return 0.0


class _GivenUp(BaseException):
    """Thrown into a thread that does not yield."""


def _raise_in(thread: threading.Thread, error: type[BaseException]) -> None:
    identifier = ctypes.c_ulong(thread.ident or 0)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(identifier, ctypes.py_object(error))


def judge(source: str, folder: Path) -> Verdict:
    """Run the last workflow class that ``source``, a whole module, defines."""
    gc.collect()  # what earlier code has left is not the fault of this one
    gc.freeze()  # and need not be looked at again: that takes most of the time late in a run
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with _sdk_as_before(), _module(source, folder) as load:
            verdict = _judge(load)
        gc.collect()  # a coroutine that nobody awaits is only noticed when it is thrown away
    noticed = (w for w in caught if issubclass(w.category, (UserWarning, RuntimeWarning)))
    texts = tuple(f"{w.category.__name__}: {w.message}" for w in noticed)
    return dataclasses.replace(verdict, warnings=texts)


def _judge(load: Callable[[], ModuleType]) -> Verdict:
    try:
        definition = _definition(load())
    except BaseException as error:
        return Verdict(Stage.DEFINITION, _text(error))
    try:
        instance = asyncio.run(create(definition, SandboxedWorkflowRunner()))
    except BaseException as error:
        return Verdict(Stage.IMPORT, _text(error))
    return drive(instance, definition.name or "dynamic")


@contextmanager
def _sdk_as_before() -> Iterator[None]:
    """Undo what code assigns to attributes of the SDK, as ``workflow.logger = ...`` does."""
    parts = (workflow, workflow.logger, workflow.unsafe, activity, activity.logger)
    before = [(part, dict(vars(part))) for part in parts]
    try:
        yield
    finally:
        for part, attributes in before:
            for name in vars(part).keys() - attributes.keys():
                delattr(part, name)
            for name, value in attributes.items():
                if vars(part)[name] is not value:
                    setattr(part, name, value)


@contextmanager
def _module(source: str | bytes, folder: Path) -> Iterator[Callable[[], ModuleType]]:
    """A way to import the source under a name that has not been used before."""
    name = f"wflint_example_{next(_numbers)}"
    encoded = source.encode() if isinstance(source, str) else source
    (folder / f"{name}.py").write_bytes(encoded)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield lambda: importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop(name, None)


def _definition(module: ModuleType) -> workflow._Definition:
    own = [v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__]
    classes = [v for v in own if isinstance(v, type) and workflow._Definition.from_class(v)]
    if not classes:
        raise LookupError("the module defines no workflow")
    return workflow._Definition.must_from_class(classes[-1])


async def create(
    definition: workflow._Definition, runner: WorkflowRunner, seed: int = SEED
) -> WorkflowInstance:
    """A workflow that has not been started. ``seed`` is that of its random numbers."""
    converter = DataConverter.default
    details = WorkflowInstanceDetails(
        payload_converter_factory=converter._new_payload_converter,
        failure_converter_class=converter.failure_converter_class,
        interceptor_classes=[],
        defn=definition,
        info=dataclasses.replace(_fake_info, workflow_type=definition.name or "dynamic", attempt=1),
        randomness_seed=seed,
        extern_functions={
            "__temporal_get_metric_meter": lambda: temporalio.common.MetricMeter.noop,
            "__temporal_assert_local_activity_valid": lambda activity: None,
        },
        disable_eager_activity_execution=False,
        worker_level_failure_exception_types=[],
        patch_activation_callback=None,
        last_completion_result=Payloads(),
        last_failure=Failure(),
    )
    return runner.create_instance(details)


def drive(instance: WorkflowInstance, workflow_type: str) -> Verdict:
    """Start the workflow, then fire its timers until there are none left."""
    start = WorkflowActivationJob()
    start.initialize_workflow.workflow_type = workflow_type
    start.initialize_workflow.workflow_id = "example"
    start.initialize_workflow.randomness_seed = SEED
    jobs = [start]
    kinds: list[str] = []
    for round_ in range(_ROUNDS):
        activation = WorkflowActivation(run_id="run", history_length=3 + round_)
        activation.timestamp.FromSeconds(_START + round_ * 3600)
        activation.jobs.extend(jobs)
        try:
            completion = _Interruptible(partial(instance.activate, activation)).wait(YIELD_WITHIN)
        except _GivenUp:
            return Verdict(Stage.DEADLOCK, "did not yield", commands=tuple(kinds))
        except BaseException as error:
            return Verdict(Stage.ESCAPED, _text(error), commands=tuple(kinds))
        if completion.HasField("failed"):
            return Verdict(Stage.RUNTIME, root_of(completion.failed.failure), commands=tuple(kinds))
        jobs, failure = answer_of(completion, kinds)
        if failure:
            return Verdict(Stage.FAILED, failure, commands=tuple(kinds))
        if not jobs:
            break
    return Verdict(Stage.OK, commands=tuple(kinds))


def answer_of(
    completion: WorkflowActivationCompletion, kinds: list[str]
) -> tuple[list[WorkflowActivationJob], str]:
    """The jobs of the next activation, and the failure that the workflow ended with."""
    jobs = []
    for command in completion.successful.commands:
        kinds.append(command.WhichOneof("variant") or "")
        if command.HasField("fail_workflow_execution"):
            return [], root_of(command.fail_workflow_execution.failure)
        if command.HasField("start_timer"):
            job = WorkflowActivationJob()
            job.fire_timer.seq = command.start_timer.seq
            jobs.append(job)
    ended = {"complete_workflow_execution", "continue_as_new_workflow_execution"}
    return ([] if ended & set(kinds) else jobs), ""


def root_of(failure: Failure) -> str:
    """The innermost cause."""
    while failure.HasField("cause"):
        failure = failure.cause
    return f"{failure.application_failure_info.type}: {failure.message}"


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
