"""Runs the workflows of a folder under the SDK, and sees who reads clocks and the like.

Each watched function is replaced by one that notes the line and the functions on the stack, and
then does what it always did. Workflows run without the sandbox, as they do in passed-through
modules: started without arguments, each handler that they have called once, timers fired.
"""

from __future__ import annotations

import asyncio
import builtins
import dataclasses
import importlib
import os
import random
import sys
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from temporalio import workflow
from temporalio.bridge.proto.workflow_activation import WorkflowActivation, WorkflowActivationJob
from temporalio.worker import UnsandboxedWorkflowRunner

from tests.oracle.sandbox import answer_of, create, root_of

WATCHED: dict[str, tuple[ModuleType, tuple[str, ...]]] = {
    "WFL101": (time, ("time", "time_ns")),
    "WFL102": (time, ("monotonic", "perf_counter", "process_time")),
    "WFL111": (random, ("random", "randint", "choice", "shuffle")),
    "WFL113": (uuid, ("uuid4", "uuid1")),
    "WFL131": (os, ("getenv",)),
    "WFL132": (builtins, ("open",)),
    "WFL139": (builtins, ("print",)),
}
"""The functions that are watched, by the rule that reports them."""

_INLINE = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
_MAKERS = ("__init__", "model_validate")
_ROUNDS = 10
_START = 1_700_000_000


@dataclass(frozen=True)
class Seen:
    """A watched function was called in this line.

    ``stack`` are the functions of the folder that were running, the innermost last; the generated
    ``__init__`` of a class is named like the class. Where it is such an ``__init__`` that called,
    ``made`` are the class and its bases, and ``filename`` is empty.
    """

    filename: str
    row: int
    code: str
    stack: tuple[str, ...]
    made: tuple[str, ...] = ()


class Missing(Exception):
    """The folder needs something that is not installed, or a newer Python."""


def run_folder(folder: Path) -> list[Seen]:
    """Run all workflows that the modules of ``folder`` define; give what was seen, in order.

    A function `prepare` of its module `worker` is called before them.

    Raises :class:`Missing` when a module cannot be imported, and ``AssertionError`` when a workflow
    or a handler fails: it would not have come to all its calls.
    """
    seen: list[Seen] = []
    folder = folder.resolve()
    with _importable(folder), _watched(f"{folder}/", seen):
        definitions = _definitions(folder)
        prepare: Callable[[], None] = getattr(sys.modules.get("worker"), "prepare", lambda: None)
        prepare()
        seen.clear()  # what ran at import
        for definition in definitions:
            _drive(definition)
    root = f"{folder}/"
    return [dataclasses.replace(one, filename=one.filename.removeprefix(root)) for one in seen]


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    writes, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = writes
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            file = getattr(sys.modules[name], "__file__", None)
            if file and Path(file).is_relative_to(folder):
                del sys.modules[name]


@contextmanager
def _watched(folder: str, seen: list[Seen]) -> Iterator[None]:
    originals = []
    try:
        for code, (module, names) in WATCHED.items():
            for name in names:
                original = getattr(module, name)
                originals.append((module, name, original))
                setattr(module, name, _watch(original, code, folder, seen))
        yield
    finally:
        for module, name, original in originals:
            setattr(module, name, original)


def _watch(original: Callable[..., Any], code: str, folder: str, seen: list[Seen]) -> Any:
    def noting(*args: Any, **kwargs: Any) -> Any:
        frame = sys._getframe(1)
        file, made = frame.f_code.co_filename, _made_above(frame, folder)
        if made or file.startswith(folder):
            place = ("", 0) if made else (file, frame.f_lineno)
            seen.append(Seen(*place, code, _stack(frame, folder), made))
        return original(*args, **kwargs)

    return noting


def _made_above(frame: FrameType, folder: str) -> tuple[str, ...]:
    """The class that is being made by a function outside the folder, of which ``frame`` is part."""
    at: FrameType | None = frame
    while at is not None and not at.f_code.co_filename.startswith(folder):
        made = _classes_made_by(at, folder)
        if made:
            return made
        at = at.f_back
    return ()


def _classes_made_by(frame: FrameType, folder: str) -> tuple[str, ...]:
    """The class of the folder that ``frame`` makes an object of, and its bases.

    Empty when it does not, or is itself a function of the folder.
    """
    code = frame.f_code
    if code.co_name not in _MAKERS or code.co_filename.startswith(folder) or not code.co_argcount:
        return ()
    first = frame.f_locals.get(code.co_varnames[0])
    made = first if isinstance(first, type) else type(first)
    file = getattr(sys.modules.get(made.__module__), "__file__", None) or ""
    if not file.startswith(folder):
        return ()
    return tuple(cls.__qualname__.replace("<locals>.", "") for cls in made.__mro__)


def _stack(frame: FrameType, folder: str) -> tuple[str, ...]:
    stack: list[str] = []
    at: FrameType | None = frame
    while at is not None:
        name = next(iter(_classes_made_by(at, folder)), "")
        if at.f_code.co_filename.startswith(folder) and at.f_code.co_name not in _INLINE:
            name = _qualname(at)
        if name:
            stack.append(name)
        at = at.f_back
    return tuple(reversed(stack))


def _qualname(frame: FrameType) -> str:
    return str(frame.f_code.co_qualname).replace("<locals>.", "")  # type: ignore[attr-defined]


def _definitions(folder: Path) -> list[workflow._Definition]:
    found = []
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        try:
            module = importlib.import_module(name)
        except (ImportError, SyntaxError) as error:
            raise Missing(str(error)) from error
        for value in vars(module).values():
            if isinstance(value, type) and value.__module__ == name:
                definition = workflow._Definition.from_class(value)
                if definition is not None and definition not in found:
                    found.append(definition)
    return found


def _drive(definition: workflow._Definition) -> None:
    instance: Any = asyncio.run(create(definition, UnsandboxedWorkflowRunner()))
    name = definition.name or "dynamic"
    start = WorkflowActivationJob()
    start.initialize_workflow.workflow_type = name
    start.initialize_workflow.workflow_id = "example"
    start.initialize_workflow.randomness_seed = 42
    jobs = [start]
    asked = False
    for round_ in range(_ROUNDS):
        batches, jobs = _batches(jobs), []
        for batch in batches:
            activation = WorkflowActivation(run_id="run", history_length=3 + round_)
            activation.timestamp.FromSeconds(_START + round_ * 3600)
            activation.jobs.extend(batch)
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                completion = instance.activate(activation)
            assert not completion.HasField("failed"), f"{name}: {completion.failed}"
            more, failure = answer_of(completion, [])
            assert not failure, f"{name}: {failure}"
            jobs.extend(more)
            for command in completion.successful.commands:
                if command.HasField("respond_to_query"):
                    answer = command.respond_to_query
                    assert not answer.HasField("failed"), f"{name}: {root_of(answer.failed)}"
        if not jobs and not asked:
            jobs, asked = _handler_jobs(instance), True
        if not jobs:
            break


def _batches(jobs: list[WorkflowActivationJob]) -> list[list[WorkflowActivationJob]]:
    """Queries come in an activation of their own."""
    queries = [job for job in jobs if job.HasField("query_workflow")]
    others = [job for job in jobs if not job.HasField("query_workflow")]
    return [batch for batch in (others, queries) if batch]


def _handler_jobs(instance: Any) -> list[WorkflowActivationJob]:
    jobs = []
    for name in instance._signals:
        job = WorkflowActivationJob()
        job.signal_workflow.signal_name = name or "anything"
        jobs.append(job)
    for number, name in enumerate(instance._updates):
        job = WorkflowActivationJob()
        job.do_update.id = job.do_update.protocol_instance_id = f"update-{number}"
        job.do_update.name = name or "anything"
        job.do_update.run_validator = True
        jobs.append(job)
    for number, name in enumerate(instance._queries):
        if not (name or "").startswith("__"):
            job = WorkflowActivationJob()
            job.query_workflow.query_id = f"query-{number}"
            job.query_workflow.query_type = name or "anything"
            jobs.append(job)
    return jobs
