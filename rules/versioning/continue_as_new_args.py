"""Continues as new with arguments that the run method does not accept.

## What breaks

`workflow.continue_as_new()` starts the next run with just what it is given: the arguments of this
run are not taken over. The SDK does not compare them with the parameters of the run method. With
too few or too many of them the next run begins, Python raises `TypeError`, and its first workflow
*task* fails and is retried for ever. By then the run before is closed, and the state that it should
have handed over is lost.

Pass everything that the run method has no default for: the state that the workflow has by now.

## Bad

```python
from temporalio import workflow


@workflow.defn
class CounterWorkflow:
    @workflow.run
    async def run(self, count: int) -> None:
        await workflow.sleep(60)
        workflow.continue_as_new()
```

## Good

```python
from temporalio import workflow


@workflow.defn
class CounterWorkflow:
    @workflow.run
    async def run(self, count: int) -> None:
        await workflow.sleep(60)
        workflow.continue_as_new(count + 1)
```

## What the SDK does

Nothing where the call is made. The next run fails with `TypeError: run() missing 1 required
positional argument`: "Workflow Task in failed state".

The rule looks at the workflow that calls `continue_as_new()`, also through helpers and base
classes, and at `workflow=` where another one is named. A helper that several workflows call is
reported only if no run method among theirs takes what it passes. Nothing is reported where an
interceptor of the project changes the arguments.

## References

* https://docs.temporal.io/develop/python/workflows/continue-as-new
* https://docs.temporal.io/workflow-execution/continue-as-new
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import CallKind, Report, Rule, Scope, Severity, is_refused

if TYPE_CHECKING:
    from wflint.rule import CommandView


class ContinueAsNewArgs(Rule):
    code = "WFL908"
    name = "continue-as-new-args"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    commands = frozenset({CallKind.CONTINUE_AS_NEW})

    def check_command(self, at: CommandView) -> Iterable[Report]:
        """Count what is handed over against the parameters of the next run."""
        if not is_refused(at.targets, at.payload) or at.call.is_intercepted("args"):
            return
        next_run, sent = at.targets[0], len(at.payload or ())
        yield Report(
            f"the next run of `{next_run.shown}` takes {next_run.takes}, and `{at.call.shown}` "
            f"passes {sent}: its first workflow task fails and is retried for ever"
        )
