"""Gives other commands than the runs that are under way have in their histories.

## What breaks

A Worker replays the history of a run with the code that it has. Where the new code gives another
command than the history has next, the workflow task fails with `[TMPRL1100] Nondeterminism error`,
and is retried for ever. Tests of the new code are green: they begin new runs.

## Bad

```python
await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)
await workflow.execute_activity(charge, order, start_to_close_timeout=TEN)  # added
await workflow.execute_activity(ship, order, start_to_close_timeout=TEN)
```

## Good

```python
await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)
if workflow.patched("charge-before-ship"):
    await workflow.execute_activity(charge, order, start_to_close_timeout=TEN)
await workflow.execute_activity(ship, order, start_to_close_timeout=TEN)
```

## What is compared

Kinds of commands in their order, names and ids of activities, types and ids of child workflows, ids
of patches. Arguments, timeouts, retry policies, lengths of timers and logs are not.

## Fix safety

`wflint diff --fix --unsafe-fixes` puts the change behind `workflow.patched()`, with the old code in
`else`, where it is one of statements of one block of one function. Each fix is tried: it is only
written if running workflows are compatible with it. It is unsafe because the new code then runs for
new workflows only, and the patch is yours to retire.

## References

* https://docs.temporal.io/develop/python/versioning
* https://github.com/wflint/wflint/blob/main/docs/changing-running-workflows.md
"""

from __future__ import annotations

from wflint.rule import Fixable, Rule, Scope, Severity


class IncompatibleWorkflowChange(Rule):
    code = "WFL950"
    name = "incompatible-workflow-change"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    fix = Fixable.UNSAFE
    command = "diff"
