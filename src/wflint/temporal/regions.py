"""Regions: code by the kind of entry point that reaches it. A rule's scope is a set of them."""

from __future__ import annotations

import enum


class Region(enum.Flag):
    """One region, or several of them.

    The same function may be in several: a helper that ``run``, a query and an activity call.
    """

    RUN = enum.auto()
    SIGNAL = enum.auto()
    QUERY = enum.auto()
    UPDATE = enum.auto()
    VALIDATOR = enum.auto()
    INIT = enum.auto()  # `__init__`, with or without `workflow.init`
    HOOK = enum.auto()  # interceptors, converters, and what frameworks call in the workflow
    READ_HOOK = enum.auto()  # interceptors of queries and of update validators
    IMPORT = enum.auto()  # what runs when a module that a workflow needs is imported
    ASYNC_ACTIVITY = enum.auto()  # shares its event loop with the other activities and the worker
    SYNC_ACTIVITY = enum.auto()  # runs in a thread or process of the worker's executor
    THREAD = enum.auto()  # runs in a thread that an activity starts
    WORKER = enum.auto()  # code that makes a Worker
    ELSEWHERE = enum.auto()  # any other code in a file that names Temporal; no call leads there

    HANDLER = SIGNAL | QUERY | UPDATE | VALIDATOR
    WORKFLOW = RUN | HANDLER | INIT | HOOK | READ_HOOK
    UNRECORDED = QUERY | VALIDATOR | READ_HOOK  # leaves no trace in the history: no replay runs it
    ACTIVITY = ASYNC_ACTIVITY | SYNC_ACTIVITY | THREAD
    OUTSIDE = ACTIVITY | WORKER  # code that a worker runs outside of its workflows
    ANY = WORKFLOW | ELSEWHERE

    @property
    def label(self) -> str:
        """The name by which reports and pages show it."""
        for region, name in _LABELS.items():
            if region in self:
                return name
        return "+".join(name for region, name in _NAMES.items() if region in self)


REGISTERED_BY: dict[str, Region] = {
    "temporalio.workflow.set_dynamic_query_handler": Region.QUERY,
    "temporalio.workflow.set_dynamic_signal_handler": Region.SIGNAL,
    "temporalio.workflow.set_dynamic_update_handler": Region.UPDATE,
    "temporalio.workflow.set_query_handler": Region.QUERY,
    "temporalio.workflow.set_signal_handler": Region.SIGNAL,
    "temporalio.workflow.set_update_handler": Region.UPDATE,
}
"""Functions of the SDK that are given a handler, and the region that it begins.

What is given as ``validator=`` begins another one.
"""

_LABELS = {
    Region.ANY: "any",
    Region.WORKFLOW: "workflow",
    Region.HANDLER: "handler",
    Region.ACTIVITY: "activity",
}
_NAMES = {
    Region.RUN: "run",
    Region.SIGNAL: "signal",
    Region.QUERY: "query",
    Region.UPDATE: "update",
    Region.VALIDATOR: "validator",
    Region.INIT: "init",
    Region.HOOK: "hook",
    Region.READ_HOOK: "hook",
    Region.IMPORT: "workflow-module",
    Region.ASYNC_ACTIVITY: "async-activity",
    Region.SYNC_ACTIVITY: "sync-activity",
    Region.THREAD: "thread",
    Region.WORKER: "worker",
    Region.ELSEWHERE: "elsewhere",
}
