"""Compares what Workers register: which workflows and activities no Worker knows any more."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from wflint.comparison.finding import INTERFACE, ChangeKind, Finding, Verdict
from wflint.comparison.side import Side
from wflint.rule.definition_views import ActivityView, WorkflowView
from wflint.rule.place import Place
from wflint.rule.worker_view import WorkerView
from wflint.temporal.api import CallKind


def unregistered_workflow(
    old: Side, new: Side, before: WorkflowView, after: WorkflowView
) -> Iterator[Finding]:
    """Yield what is wrong with the Workers of a workflow that both sides have."""
    had = [w for w in old.workers if any(i.cls == before.cls for i in w.workflows.items)]
    has = [w for w in new.workers if any(i.cls == after.cls for i in w.workflows.items)]
    if not had or not _are_known(new.workers, lambda worker: worker.workflows.is_closed):
        return
    if not has:
        message = (
            f"no Worker registers `{after.name}` any more: its running workflows stop; register "
            "it until none is left"
        )
        yield _finding(Verdict.INCOMPATIBLE, after.shown, message, after.place)
        return
    lost = _lost_queues(had, has)
    if lost:
        message = (
            f"no Worker of the task queue {lost} registers `{after.name}` any more: workflows "
            "that run there stop, unless other Workers serve it"
        )
        yield _finding(Verdict.DEPENDS, after.shown, message, has[0].place)


def unregistered_activities(
    old: Side, new: Side, pairs: Iterable[tuple[ActivityView, ActivityView]]
) -> Iterator[Finding]:
    """Yield what is wrong with the Workers of activities that both sides have.

    A local activity runs in the Worker of its workflow, which the new code calls from there.
    """
    if not _are_known(new.workers, lambda worker: worker.activities.is_closed):
        return
    before, after = _by_activity(old.workers), _by_activity(new.workers)
    moved: dict[tuple[Place, str], list[str]] = {}
    for one, other in pairs:
        had, has = before.get(one.place), after.get(other.place)
        if not had or CallKind.ACTIVITY not in old.called_activities.get(one, ()):
            continue
        if not has:
            message = (
                f"no Worker registers the activity `{other.name}` any more: {_SCHEDULED}; "
                "register it until none is left"
            )
            yield _finding(Verdict.DEPENDS, "", message, other.place)
            continue
        lost = _lost_queues(had, has)
        if lost:
            moved.setdefault((has[0].place, lost), []).append(other.name)
    for (place, lost), names in moved.items():
        noun = "the activity" if len(names) == 1 else "the activities"
        message = (
            f"no Worker of the task queue {lost} registers {noun} {_quoted(names)} any more: "
            f"{_SCHEDULED}, unless other Workers serve it"
        )
        yield _finding(Verdict.DEPENDS, "", message, place)


_SCHEDULED = (
    "what running workflows have scheduled and is not done, or is retried, finds no function"
)


def _by_activity(workers: Iterable[WorkerView]) -> dict[Place, list[WorkerView]]:
    found: dict[Place, list[WorkerView]] = {}
    for worker in workers:
        for place in {item.place for item in worker.activities.items}:
            found.setdefault(place, []).append(worker)
    return found


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _finding(verdict: Verdict, workflow: str, message: str, place: Place) -> Finding:
    return Finding(INTERFACE, verdict, ChangeKind.INTERFACE, workflow, message, place)


def _are_known(workers: list[WorkerView], is_closed: Callable[[WorkerView], bool]) -> bool:
    """True if all that the Workers list is known, and no plugin brings more."""
    return bool(workers) and all(is_closed(each) and _is_plain(each) for each in workers)


def _is_plain(worker: WorkerView) -> bool:
    plugins = worker.plugins
    return plugins.is_closed and not plugins.items and not worker.changed


def _lost_queues(had: Iterable[WorkerView], has: Iterable[WorkerView]) -> str:
    """Return the task queues that only the old Workers have; ``""`` if one is not known."""
    before, after = ({worker.task_queue for worker in workers} for workers in (had, has))
    if None in before or None in after:
        return ""
    return _quoted(queue for queue in before - after if queue is not None)
