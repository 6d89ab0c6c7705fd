"""Starts a process in workflow code.

## What breaks

A replay starts the process again, and its output can differ from that of the first run. Waiting
for it blocks the thread that all workflows of the worker share. A fork copies a worker with live
connections.

## Bad

```python
import subprocess

from temporalio import workflow


@workflow.defn
class BuildWorkflow:
    @workflow.run
    async def run(self) -> str:
        return subprocess.check_output(["git", "rev-parse", "HEAD"], text=True)
```

## Good

```python
import subprocess
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def current_commit() -> str:
    return subprocess.check_output(["git", "rev-parse", "HEAD"], text=True)


@workflow.defn
class BuildWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            current_commit, start_to_close_timeout=timedelta(minutes=1)
        )
```

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` at run time for `subprocess.*` and for
`os.system()` and similar functions. `asyncio.create_subprocess_exec()` fails with
`NotImplementedError`, because the workflow's event loop cannot start processes. In modules that are
passed through nothing is caught: the process starts.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Property, Report, Rule, Scope, Severity

from ._made_here import is_made_here

if TYPE_CHECKING:
    from wflint.rule import CallView


class Subprocess(Rule):
    code = "WFL134"
    name = "subprocess"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.PROCESS})
    since = "0.1"
    message = "`{name}` runs another process; move it to an activity"
    tables = ("subprocess.toml",)

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Report an object where it is made, or else where one from elsewhere is used."""
        return None if is_made_here(view, self) else super().judge(view, api)
