"""A suppression comment does not say why.

## What breaks

The next reader cannot know if the exception was deliberate. When the reason no longer applies,
nobody dares to remove the comment. The text after the bracket is free: one short clause is enough.

This rule is off unless it is selected.

## Bad

```python
from datetime import datetime

from temporalio import workflow


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> str:
        return datetime.now().isoformat()  # wflint: ignore[WFL101]
```

## Good

```python
from datetime import datetime

from temporalio import workflow


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> str:
        return datetime.now().isoformat()  # wflint: ignore[WFL101] old histories only hold this
```

## What the SDK does

Nothing: the SDK does not read comments.

## References

* https://github.com/wflint/wflint/blob/main/docs/suppressions.md
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class SuppressionWithoutReason(Rule):
    code = "WFL003"
    name = "suppression-without-reason"
    severity = Severity.INFO
    scope = Scope.ANY
    since = "0.1"
    message = "the suppression does not say why; write the reason behind the bracket"
