"""Runs a workflow of several modules under the real sandbox, and hears what they note down.

Any of the modules may say ``sys.notes.append(...)``: ``sys`` is the one module that a sandbox has
in common with everything else.
"""

from __future__ import annotations

import asyncio
import importlib
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from temporalio import workflow
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.oracle.sandbox import Stage, create, drive


@dataclass(frozen=True)
class Run:
    """One workflow: what was noted while it was loaded and while it ran, and the SDK's warnings."""

    loading: list[object]
    running: list[object]
    warnings: list[str]
    stage: Stage


def run_project(
    files: Mapping[str, str],
    folder: Path,
    module: str = "app.flow",
    runner: WorkflowRunner | None = None,
    times: int = 1,
) -> list[Run]:
    """Write ``files`` into a folder, and run the class ``Flow`` of a module some times.

    The module is imported by the worker first, as always; what is noted then does not count.
    """
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    with _importable(folder), _notes() as notes:
        cls = importlib.import_module(module).Flow
        definition = workflow._Definition.must_from_class(cls)
        return [_run(definition, runner or SandboxedWorkflowRunner(), notes) for _ in range(times)]


def _run(definition: workflow._Definition, runner: WorkflowRunner, notes: list[object]) -> Run:
    notes.clear()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        instance = asyncio.run(create(definition, runner))
        loading = [*notes]
        notes.clear()
        verdict = drive(instance, definition.name or "Flow")
    texts = [str(w.message) for w in caught if issubclass(w.category, UserWarning)]
    return Run(loading, [*notes], texts, verdict.stage)


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    before = set(sys.modules)
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - before:
            del sys.modules[name]


@contextmanager
def _notes() -> Iterator[list[object]]:
    notes: list[object] = []
    sys.notes = notes  # type: ignore[attr-defined]
    try:
        yield notes
    finally:
        del sys.notes  # type: ignore[attr-defined]
