"""What an executor of a Worker is, and what needs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import ElementForm

if TYPE_CHECKING:
    from wflint.rule import ActivityView, WorkerView

THREADS = "concurrent.futures.ThreadPoolExecutor"
PROCESSES = "concurrent.futures.ProcessPoolExecutor"
INTERPRETERS = "concurrent.futures.InterpreterPoolExecutor"
_MODULES = (
    "concurrent.futures.thread",
    "concurrent.futures.process",
    "concurrent.futures.interpreter",
)
_PLAIN = (ElementForm.BOUND, ElementForm.FUNCTION, ElementForm.OBJECT, ElementForm.UNBOUND)


def sync_activities(worker: WorkerView) -> list[ActivityView]:
    """Return the activities that a Worker surely lists and that surely are no coroutines."""
    found: list[ActivityView] = []
    for element in worker.activities.elements:
        activity = element.definition
        if activity is None or element.form not in _PLAIN or not element.is_sure:
            continue
        is_plain = len(activity.function.head.decorators) <= 1
        is_known = bool(activity.name) or activity.is_dynamic
        if is_plain and is_known and not activity.is_async:
            found.append(activity)
    return found


def made_by(worker: WorkerView) -> str:
    """Return what makes the executor of activities, if that is surely known."""
    given = worker.given.get("activity_executor")
    if given is None or worker.changed:
        return ""
    module, _, name = given.made_by.rpartition(".")
    return f"concurrent.futures.{name}" if module in _MODULES else given.made_by


def threads(worker: WorkerView) -> int | None:
    """Return how many activities the executor can run at a time, if it says so."""
    given = worker.given.get("activity_executor")
    if given is None or given.is_open or made_by(worker) not in (THREADS, PROCESSES):
        return None
    size = given.positional[0] if given.positional else given.options.get("max_workers")
    return size.number if size is not None else None
