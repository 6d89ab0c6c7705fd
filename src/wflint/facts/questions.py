"""Functions of the SDK that answer where and when code runs."""

from __future__ import annotations

IN_WORKFLOW = {
    "temporalio.workflow.in_workflow",
    "temporalio.workflow.unsafe.in_sandbox",
}
REPLAYING = {
    "temporalio.workflow.unsafe.is_replaying",
    "temporalio.workflow.unsafe.is_replaying_history_events",
}
