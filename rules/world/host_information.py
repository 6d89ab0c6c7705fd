"""Reads facts about the machine or the process in workflow code.

## What breaks

The next replay may run on another machine, under another user, with another number of
processors. A value that describes the host then differs from the first run, and whatever the
workflow decides by it differs too.

## Bad

```python
import os

from temporalio import workflow


@workflow.defn
class FanOutWorkflow:
    @workflow.run
    async def run(self) -> int:
        return os.cpu_count() or 1
```

## Good

```python
import os
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def processors() -> int:
    return os.cpu_count() or 1


@workflow.defn
class FanOutWorkflow:
    @workflow.run
    async def run(self) -> int:
        return await workflow.execute_activity(
            processors, start_to_close_timeout=timedelta(seconds=10)
        )
```

`sys.version_info` and `sys.platform` are not reported: they guard code that differs between
versions.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` at run time for `os.cpu_count()`,
`os.getpid()`, `platform.*`, `locale.*`, `getpass.getuser()` and `socket.gethostname()`. It does
not catch `sys.argv`, `sys.getrefcount()`, `pwd` and `resource`, nor other libraries, nor anything
in modules that are passed through.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

from wflint.rule import Property, Rule, Scope, Severity


class HostInformation(Rule):
    code = "WFL136"
    name = "host-information"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.HOST})
    since = "0.1"
    differs_on_replay = True
    message = "`{name}` depends on the machine and process of the worker; read it in an activity"
    tables = ("host_information.toml",)
