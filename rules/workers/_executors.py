"""What an executor of a Worker is, and what needs one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import ElementForm

if TYPE_CHECKING:
    from wflint.rule import ActivityView, WorkerView

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
