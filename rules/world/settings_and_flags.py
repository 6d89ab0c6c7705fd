"""Branches on a setting of the process or on a feature flag.

## What breaks

Settings change with a deployment, and flags at any time. A workflow that branches by them takes one
branch when it first runs, and another one when it is replayed after the change: it then asks for
other activities than its history has, and fails (TMPRL1100). That is what flags are for everywhere
else, and is done without harm to running workflows by an activity that returns the value, by an
argument of the workflow, or by `workflow.patched()`.

## Bad

```python
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from django.conf import settings


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        if settings.SEND_RECEIPTS:
            await workflow.execute_activity(
                "send_receipt", start_to_close_timeout=timedelta(seconds=10)
            )
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, send_receipts: bool = True) -> None:
        if send_receipts:
            await workflow.execute_activity(
                "send_receipt", start_to_close_timeout=timedelta(seconds=10)
            )
```

## What the SDK does

Nothing, in modules that are passed through. Many settings never change while workflows run, and no
code tells which, so the rule has to be selected by its name.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.temporal.io/develop/python/workflows/versioning
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import Api, CallView, Report

_MESSAGES = {
    "setting": (
        "`{name}` is a setting of the process, and may have another value at a replay; "
        "pass it to the workflow, or read it in an activity"
    ),
    "flag": (
        "`{name}` asks for a feature flag, which may have another value at a replay; "
        "ask in an activity, or use `workflow.patched()`"
    ),
}


class SettingsAndFlags(Rule):
    code = "WFL141"
    name = "settings-and-flags"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"
    differs_on_replay = True
    once_per_function = True
    tables = ("settings_and_flags.toml",)

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Each place that names a setting, and not again where a variable holds it."""
        is_held = api.use == "setting" and "." not in view.shown
        return None if is_held else self.reported(view, api)

    def describe(self, shown: str, api: Api) -> str:
        """Settings and flags have remedies of their own."""
        return _MESSAGES[api.use].format(name=shown)
