"""Reads or changes environment variables in workflow code.

## What breaks

A replay may run on another worker, days later and after a deployment. Its environment variables
can differ from those of the first run, and then the workflow takes another path than the one in
its history. A variable that the workflow sets itself is worse: it stays set in the worker's
process, so other workflows and the next replay see it.

Pass the value in as workflow input, or read it in an activity: both are recorded in the history.

## Bad

```python
import os

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return os.environ["ORDER_REGION"]
```

## Good

```python
import os
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def order_region() -> str:
    return os.environ["ORDER_REGION"]


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            order_region, start_to_close_timeout=timedelta(seconds=10)
        )
```

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` at run time for `os.getenv()`,
`os.environ["X"]` and the methods of `os.environ`. It lets operators through: `"X" in os.environ`,
`len(os.environ)`, iteration and `os.environ["X"] = "1"` pass unnoticed. It does not look into
settings libraries or into modules that are passed through.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

from wflint.rule import Property, Rule, Scope, Severity


class Environment(Rule):
    code = "WFL131"
    name = "environment"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.ENVIRONMENT})
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = (
        "`{name}` depends on the worker's environment variables; "
        "pass the value as input or read it in an activity"
    )
    tables = ("environment.toml",)
