"""Exits the process instead of ending the workflow.

## What breaks

`SystemExit` and `KeyboardInterrupt` are not failures of a workflow: they pass through the SDK
and leave the workflow task without a result, so the server hands it out again. `os._exit()` and
`os.abort()` take the whole worker down, with all workflows and activities in it. The workflow
itself is still running, and does the same on the next worker.

## Bad

```python
import sys

from temporalio import workflow


@workflow.defn
class ImportWorkflow:
    @workflow.run
    async def run(self) -> None:
        sys.exit("nothing to import")
```

## Good

```python
from temporalio import workflow
from temporalio.exceptions import ApplicationError


@workflow.defn
class ImportWorkflow:
    @workflow.run
    async def run(self) -> None:
        raise ApplicationError("nothing to import", type="NothingToImport")
```

## What the SDK does

The sandbox lets `sys.exit()`, `exit()` and `raise SystemExit` through: the exception leaves the
workflow task with neither a result nor a failure. It raises `RestrictedWorkflowAccessError` at
run time for `os._exit()`, `os.abort()` and `os.kill()`, except in modules that are passed
through.

## References

* https://docs.temporal.io/references/failures
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context

_EXITS = frozenset({"builtins.KeyboardInterrupt", "builtins.SystemExit"})
_SIGNALS = Api(message="`{name}` sends a signal to a process; move it to an activity")


class ProcessExit(Rule):
    code = "WFL138"
    name = "process-exit"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    message = "`{name}` ends the worker, not the workflow; return, or raise `ApplicationError`"
    apis = {
        "builtins.exit": Api(),
        "builtins.quit": Api(),
        "os._exit": Api(),
        "os.abort": Api(),
        "os.kill": _SIGNALS,
        "os.killpg": _SIGNALS,
        "posix._exit": Api(),
        "posix.abort": Api(),
        "posix.kill": _SIGNALS,
        "signal.pidfd_send_signal": _SIGNALS,
        "signal.pthread_kill": _SIGNALS,
        "signal.raise_signal": _SIGNALS,
        "sys.exit": Api(),
    }

    def visit_Raise(self, node: cst.Raise, ctx: Context) -> None:
        """``raise SystemExit`` does what ``sys.exit()`` does."""
        from libcst import Call

        raised = node.exc.func if isinstance(node.exc, Call) else node.exc
        if raised is None or ctx.dotted_name(raised) not in _EXITS:
            return
        shown = f"raise {ctx.code(raised)}"
        ctx.report(self, node, self.describe(shown, Api()), subject=raised)
