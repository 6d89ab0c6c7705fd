"""A fault of wflint itself kept it from checking a piece of code.

## What breaks

Nothing in the code need be wrong. wflint met something that it was not made for, which is always a
fault of wflint: please report it, if you can with the code that it is about. What the message names
(a function, a file, or one rule in a function) is not checked, and so an error in there is not
seen; everything else is checked as ever. Until the fault is mended, a comment can hide the
diagnostic, with the number of the report as its reason.

Such a run calls no fix safe, because what was not seen may use the same code. With
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

Nothing: the code may well be right.

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
