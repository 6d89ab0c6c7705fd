"""Functions of the SDK that answer where and when code runs."""

from __future__ import annotations

from wflint.facts.model import Flag

IN_WORKFLOW = {
    "temporalio.workflow.in_workflow",
    "temporalio.workflow.unsafe.in_sandbox",
}
IN_ACTIVITY = {"temporalio.activity.in_activity"}
REPLAYING = {
    "temporalio.workflow.unsafe.is_replaying",
    "temporalio.workflow.unsafe.is_replaying_history_events",
}
READ_ONLY = {"temporalio.workflow.unsafe.is_read_only"}
READ_ONLY_ERROR = "temporalio.workflow.ReadOnlyContextError"
NEEDS_WORKFLOW = {
    f"temporalio.workflow.{name}"
    for name in (
        *("info", "instance", "logger", "memo", "metric_meter", "now", "random", "time"),
        *("time_ns", "uuid4"),
    )
}
"""Calls that do nothing in a workflow and raise everywhere else."""

RUNNING_LOOPS = {"asyncio.get_event_loop", "asyncio.get_running_loop"}
"""Calls that give the running loop in a workflow, and may raise where no loop runs."""

RAISES_OUTSIDE = NEEDS_WORKFLOW | RUNNING_LOOPS
"""Calls that do nothing in a workflow and may raise outside: `try:` around them is a guard."""

NEVER_MISSING = RUNNING_LOOPS | {
    f"temporalio.workflow.{name}"
    for name in ("info", "new_random", "now", "random", "time", "time_ns", "uuid4")
}
"""Calls whose result is never ``None``, nor empty."""

_TOLD = "told "


def told(yes: int, no: int) -> str:
    """Return what is asked with a name that tells something: the flags where it is true, or not."""
    return f"{_TOLD}{yes} {no}"


def answers(asked: str) -> tuple[int, int]:
    """Return the flags of code that runs when what is asked says yes, and when it says no."""
    if asked.startswith(_TOLD):
        yes, no = asked.removeprefix(_TOLD).split()
        return int(yes), int(no)
    if asked in IN_WORKFLOW:
        return Flag.IN_WORKFLOW, Flag.NOT_IN_WORKFLOW
    if asked in IN_ACTIVITY:
        return Flag.NOT_IN_WORKFLOW, Flag.IN_WORKFLOW
    if asked in READ_ONLY:
        return 0, Flag.RECORDED
    return 0, Flag.NOT_REPLAYING if asked in REPLAYING else 0


SDK_MODULES = {
    f"temporalio.{name}"
    for name in ("activity", "client", "common", "converter", "exceptions", "worker", "workflow")
} | {"temporalio"}
"""Modules of the SDK: they are there, wherever anything of the SDK runs."""


def is_of_sdk(name: str) -> bool:
    """True of the dotted name of a module or class that the SDK has without any extra."""
    if name in SDK_MODULES:
        return True
    is_class = name.rpartition(".")[2][:1].isupper()
    return is_class and name.startswith("temporalio.") and ".contrib." not in name


NEEDS_ACTIVITY = {
    f"temporalio.activity.{name}"
    for name in (
        *("cancellation_details", "client", "heartbeat", "info", "is_cancelled"),
        *("is_worker_shutdown", "metric_meter", "payload_converter"),
    )
}
"""Calls that raise where no activity runs."""

WITHOUT_SDK = int(Flag.IN_WORKFLOW | Flag.NOT_IN_WORKFLOW)
"""The flags of code that neither workflows nor activities run."""

WHEN_YES = 1 << 16
RAISES = 1 << 30
RAISES_READ_ONLY = 1 << 31
"""Parts of what the answer of a function means, see :data:`wflint.facts.guards.Guards`."""

VALUE = "value of "
RESULT = "result of "
"""Words in front of the name of a value that is asked for its truth, not a function."""
