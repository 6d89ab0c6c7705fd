"""Calls something at import time that the sandbox does not allow there.

## What breaks

The sandbox imports the module of a workflow again for each run, together with all modules that it
imports and that are not passed through. Most of what is forbidden in a workflow is allowed while
that happens; some of it is not: the clock of `datetime`, `random`, `secrets`, `subprocess`,
`tempfile`, `shutil`, and what `pathlib.Path` reads from the disk, among others. The import fails,
and with it the start of the worker, although the same module can be imported anywhere else.

Values that the worker may compute once belong in a module that is imported under
`workflow.unsafe.imports_passed_through()`. (Then each worker has a value of its own, see
import-time-nondeterminism.) A value that differs from run to run belongs in an activity, or comes
from the workflow: `workflow.now()`, `workflow.random()`.

## Bad

```python
from datetime import datetime, timezone

from temporalio import workflow

STARTED = datetime.now(timezone.utc)


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> str:
        return STARTED.isoformat()
```

## Good

```python
from temporalio import workflow


@workflow.defn
class ReportWorkflow:
    @workflow.run
    async def run(self) -> str:
        started = workflow.now()
        return started.isoformat()
```

Default values of parameters, class attributes, decorators and functions that a module calls itself
count as well. Code that catches the error is not reported, and neither is code under
`if __name__ == "__main__":` or `if TYPE_CHECKING:`.

## What the SDK does

The worker does not start: "Failed validating workflow", with `RestrictedWorkflowAccessError`. Not
in modules that are passed through, and not without a sandbox. `from package import module` under
`imports_passed_through()` does not always pass `module` through: when the sandbox has loaded
`package` before, for instance because the workflow is in it, `module` is loaded again. Write `from
package.module import name` there.

## References

* https://docs.temporal.io/develop/python/python-sdk-sandbox
* https://github.com/temporalio/sdk-python#workflow-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView, ImportView

_UNREADABLE = ("xmlrpc.client", "xmlrpc.server")
"""Modules of which the sandbox does not even give a name away."""


class RestrictedAtImport(Rule):
    code = "WFL304"
    name = "restricted-at-import"
    severity = Severity.ERROR
    scope = Scope.IMPORT
    since = "0.1"
    message = (
        "the sandbox does not allow `{name}` while it imports this module, so the worker does not "
        "start; call it in an activity, or pass the module through"
    )

    def judge_import(self, view: ImportView) -> Report | None:
        """A call that the sandbox refuses."""
        return Report(self.message.format(name=view.call.shown)) if view.is_refused else None

    def visit_ImportFrom(self, node: cst.ImportFrom, ctx: Context) -> None:
        """`from xmlrpc.client import ServerProxy` in the code of a module."""
        for fact in ctx.imported(node):
            if fact.module in _UNREADABLE and ctx.is_module_level:
                shown = f"from {fact.module} import {fact.names[0]}"
                ctx.report(self, node, self.message.format(name=shown))

    def confirm(self, view: FindingView) -> Report | None:
        """Modules that are passed through may import what they like."""
        return None if view.is_passed_through() else Report(view.message)
