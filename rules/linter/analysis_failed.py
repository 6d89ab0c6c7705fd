"""A fault of wflint itself kept it from checking a piece of code.

## What breaks

Your code may be fine. wflint met something that it cannot handle, which is always a bug in wflint:
please report it, with the code if you can. What the message names (a function, a file, or one rule
in a function) is not checked, so errors in it are missed. Everything else is checked as usual.
Until the bug is fixed, a comment can hide the diagnostic, with the number of your report as its
reason.

In such a run no fix is safe, because the unchecked code may use what the fix changes. With
`WFLINT_DEBUG=1` in the environment the traceback is shown.

## Bad

```python
from temporalio import workflow


def summarise(rows: list[str]) -> str:
    return ", ".join(rows)


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> str:
        return summarise(["wflint fails on the function above"])
```

## Good

```python
from temporalio import workflow


def summarise(rows: list[str]) -> str:  # wflint: ignore[WFL006] reported as number 1234
    return ", ".join(rows)


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> str:
        return summarise(["the function above was looked at by a person"])
```

## What the SDK does

Nothing: the code may be correct.

## References

* https://github.com/wflint/wflint/issues
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class AnalysisFailed(Rule):
    code = "WFL006"
    name = "analysis-failed"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    message = "wflint failed on this function; please report it"
