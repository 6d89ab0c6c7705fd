"""Reads the operating system's randomness in workflow code.

## What breaks

`secrets`, `os.urandom` and `ssl.RAND_bytes` are made to be unpredictable. A replay gets other
bytes, and whatever depends on them differs from the history.

A value that must be secret does not belong in a workflow at all: it would be readable in the
history. Make it in an activity, keep it in a safe place, and hand around a reference to it. A value
that only has to be random can come from `workflow.random()`.

## Bad

```python
import secrets

from temporalio import workflow


@workflow.defn
class InviteWorkflow:
    @workflow.run
    async def run(self) -> str:
        return secrets.token_hex(8)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class InviteWorkflow:
    @workflow.run
    async def run(self) -> str:
        return workflow.random().randbytes(8).hex()
```

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` for `secrets` and `os.urandom`. `ssl.RAND_bytes`
runs unnoticed, and in modules that are passed through nothing is caught. `secrets.compare_digest()`
is deterministic.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.temporal.io/workflow-definition#deterministic-constraints
"""

from __future__ import annotations

from wflint.rule import Api, Fixable, Property, Rule, Scope, Severity

_ENTROPY = Api("workflow.random()")


class OsEntropy(Rule):
    code = "WFL114"
    name = "os-entropy"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.RANDOM})
    fix = Fixable.NONE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = (
        "`{name}` reads randomness of the operating system, which a replay cannot repeat; "
        "move it to an activity, or use `{use}` if it need not be secret"
    )
    apis = {
        "os.getrandom": _ENTROPY,
        "os.urandom": _ENTROPY,
        "secrets.SystemRandom": _ENTROPY,
        "secrets.choice": _ENTROPY,
        "secrets.randbelow": _ENTROPY,
        "secrets.randbits": _ENTROPY,
        "secrets.token_bytes": _ENTROPY,
        "secrets.token_hex": _ENTROPY,
        "secrets.token_urlsafe": _ENTROPY,
        "ssl.RAND_bytes": _ENTROPY,
        "ssl.RAND_pseudo_bytes": _ENTROPY,
    }
