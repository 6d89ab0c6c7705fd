"""Functions of the SDK that answer where and when code runs."""

from __future__ import annotations

IN_WORKFLOW = {
    "temporalio.workflow.in_workflow",
    "temporalio.workflow.unsafe.in_sandbox",
}
IN_ACTIVITY = {"temporalio.activity.in_activity"}
REPLAYING = {
    "temporalio.workflow.unsafe.is_replaying",
    "temporalio.workflow.unsafe.is_replaying_history_events",
}
NEEDS_WORKFLOW = {
    f"temporalio.workflow.{name}"
    for name in (
        *("info", "instance", "logger", "memo", "metric_meter", "now", "random", "time"),
        *("time_ns", "uuid4"),
    )
}
"""Calls that do nothing in a workflow and raise everywhere else."""

RAISES_OUTSIDE = NEEDS_WORKFLOW | {"asyncio.get_running_loop"}
"""Calls that do nothing in a workflow and may raise outside: `try:` around them is a guard."""

NEEDS_ACTIVITY = {
    f"temporalio.activity.{name}"
    for name in (
        *("cancellation_details", "client", "heartbeat", "info", "is_cancelled"),
        *("is_worker_shutdown", "metric_meter", "payload_converter"),
    )
}
"""Calls that raise where no activity runs."""

WHEN_YES = 1 << 16
RAISES = 1 << 30
"""Parts of what the answer of a function means, see :data:`wflint.facts.guards.Guards`."""
