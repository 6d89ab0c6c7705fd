"""Changes what runs that are under way are called by, or what is called in them.

## What breaks

* A *workflow* that is gone, has another name, or is not registered by any Worker any more: its runs
  stop, for no Worker knows their type.
* A *signal* or *update* that is gone or has another name: what histories have received finds no
  handler. A signal is kept and ignored, so conditions that wait for it stay false; an update is
  rejected, and the replay fails.
* A *parameter* that must be given, or is not taken any more: recorded arguments do not fit.
* An *activity* that is gone, or takes other parameters: attempts that are waiting, or are retried,
  were scheduled for the old one.

Definitions are compared by the names that Temporal knows: moving one to another module, or renaming
a function whose decorator has a `name`, changes nothing. Queries and validators leave no trace in
histories.

## Bad

```python
@workflow.signal
def approve(self, who: str, reason: str) -> None:  # `reason` was added
    self.approved = True
```

## Good

```python
@workflow.signal
def approve(self, who: str, reason: str = "") -> None:
    self.approved = True
```

## What to do

Give new parameters a default value. Leave an old handler, workflow or activity where it is until no
run needs it, and let it call the new one; `name="old name"` keeps a name when the function is
renamed.

## References

* https://docs.temporal.io/develop/python/message-passing
* https://github.com/wflint/wflint/blob/main/docs/changing-running-workflows.md
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class IncompatibleInterface(Rule):
    code = "WFL951"
    name = "incompatible-interface"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    command = "diff"
