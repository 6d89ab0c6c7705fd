"""A call in workflow code leads to code that wflint could not find.

## What breaks

wflint follows calls from workflows into the project's own modules. Where it does not know what is
called, it cannot check the code behind the call: a clean run then means a little less. A type
annotation on the parameter or attribute is often enough to close the gap. Code of an installed
package is followed when the package is named in `follow-packages`.

This rule is off unless it is selected. The summary of every run counts the gaps.

## Bad

```python
from temporalio import workflow


def apply(step) -> str:
    return step.describe()


@workflow.defn
class PlanWorkflow:
    @workflow.run
    async def run(self, step=None) -> str:
        return apply(step)
```

## Good

```python
from temporalio import workflow


class Step:
    def describe(self) -> str:
        return "pack the parcel"


def apply(step: Step) -> str:
    return step.describe()


@workflow.defn
class PlanWorkflow:
    @workflow.run
    async def run(self) -> str:
        return apply(Step())
```

## What the SDK does

The sandbox sees what really runs, as far as it checks it at all. It does not check modules that are
passed through.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class AnalysisGap(Rule):
    code = "WFL005"
    name = "analysis-gap"
    severity = Severity.INFO
    scope = Scope.ANY
    since = "0.1"
    message = "it is not known what `{name}` calls; annotate its type, or follow its package"
