"""A file cannot be parsed, decoded or analysed.

## What breaks

wflint reads a file as Python would. Where that fails, nothing in the file can be checked, and what
workflows call in it stays unseen. The same goes for a file whose bytes do not fit the encoding it
declares, and for code that is nested too deeply to be analysed.

The other files are checked all the same. The code is reported for files that define workflows or
activities, or that workflow code leads to.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str
        return "a colon is missing above"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return "nothing is missing here"
```

## What the SDK does

Python refuses the import, so a worker that registers a workflow from the file does not start. Code
that is only nested too deeply for wflint does run.

## References

* https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class SyntaxError(Rule):
    code = "WFL001"
    name = "syntax-error"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    message = "the file cannot be read as Python; mend it, or exclude it from the check"
