"""Draws from the process-wide random generator in workflow code.

## What breaks

The functions of the `random` module share one generator, which is seeded by the operating system
and used by everything in the process. A replay draws other numbers than the first run did, and so
chooses another branch, another delay or another id.

`workflow.random()` returns a `random.Random` that is seeded from the history. It draws the same
numbers on every replay.

## Bad

```python
import random

from temporalio import workflow


@workflow.defn
class RaffleWorkflow:
    @workflow.run
    async def run(self) -> str:
        return random.choice(["red", "green", "blue"])
```

## Good

```python
from temporalio import workflow


@workflow.defn
class RaffleWorkflow:
    @workflow.run
    async def run(self) -> str:
        return workflow.random().choice(["red", "green", "blue"])
```

## Fix safety

`random.choice(...)` becomes `workflow.random().choice(...)`: the same distribution and the same
type, so the fix is safe. It is unsafe in a workflow that draws from its generator already, with
`workflow.random()`, `workflow.uuid4()` or by starting a child without an id: one more draw changes
what a running workflow gets there. So it is in a module that calls `seed()`, which chose the
numbers. `seed`, `getstate` and `setstate` are about one shared generator and have no
counterpart. Query handlers and update validators may not use `workflow.random()`, so the fix is
withheld in what they call, and in what activities, clients or tests call as well.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` when such a function is called. In modules that
are passed through nothing is caught.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.temporal.io/workflow-definition#deterministic-constraints
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from wflint.rule import Api, Fixable, Property, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import FixView, Repair

_DRAWS = (
    "betavariate",
    "binomialvariate",
    "choice",
    "choices",
    "expovariate",
    "gammavariate",
    "gauss",
    "getrandbits",
    "lognormvariate",
    "normalvariate",
    "paretovariate",
    "randbytes",
    "randint",
    "random",
    "randrange",
    "sample",
    "shuffle",
    "triangular",
    "uniform",
    "vonmisesvariate",
    "weibullvariate",
)
_SHARED = Api(
    "workflow.random()",
    message="`{name}` works on a generator that the whole process shares; use the one that "
    "`{use}` gives",
)

_SEEDING = re.compile(r"\bseed\s*\(")


class GlobalRandom(Rule):
    code = "WFL111"
    name = "global-random"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.RANDOM})
    fix = Fixable.SAFE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = "`{name}` draws from a generator that a replay cannot repeat; use `{use}`"
    apis = {
        **{f"random.{draw}": Api(f"workflow.random().{draw}()", Fixable.SAFE) for draw in _DRAWS},
        "random.getstate": _SHARED,
        "random.main": _SHARED,
        "random.seed": _SHARED,
        "random.setstate": _SHARED,
    }

    def repair(self, at: FixView) -> Repair | None:
        """Propose the fix, as unsafe if the module seeds the generator: it wants those numbers."""
        api = at.api or Api()
        if api.fix is Fixable.SAFE and at.source.has(_SEEDING):
            api = replace(api, fix=Fixable.UNSAFE)
        return at.use(api)
