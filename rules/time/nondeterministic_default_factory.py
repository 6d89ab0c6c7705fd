"""Makes an object with a field that defaults to a time, a random value, an id or a setting.

## What breaks

`field(default_factory=uuid4)` looks like a declaration, but it is a call: each object that is made
without a value for the field gets another one. When workflow code makes the object, every replay
makes it with other values than the first run did. The models are usually kept in a module of their
own, which workflows import under `imports_passed_through()`, and there the sandbox says nothing.

Give the value when the object is made: `Order(number=workflow.uuid4())`. Or leave the default out,
so that nobody can forget it.

## Bad

```python
import uuid
from dataclasses import dataclass, field

from temporalio import workflow


@dataclass
class Order:
    customer: str
    number: uuid.UUID = field(default_factory=uuid.uuid4)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(Order("Ada").number)
```

## Good

```python
import uuid
from dataclasses import dataclass, field

from temporalio import workflow


@dataclass
class Order:
    customer: str
    number: uuid.UUID = field(default_factory=uuid.uuid4)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(Order("Ada", number=workflow.uuid4()).number)
```

A default that is read from the environment (`lambda: int(os.getenv("LIMIT", "3"))`) is reported as
well: it differs as soon as one worker has other variables than the last one had.

The fields of dataclasses, of attrs and of pydantic are known, with names of functions and with
lambdas that call them. A factory that is a function of your own is followed instead: the fault is
then reported inside it.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` when the object is made, where the class is in a
module that the sandbox loads. A pydantic model there fails at import already. In a module that is
passed through, nothing is caught.

It makes such an object itself when it reads the arguments of `run` or of a handler, and their data
leaves the field out. Clients in Python fill in all fields before they send, so only what workflow
code makes is reported.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.python.org/3/library/dataclasses.html#default-factory-functions
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView

_ENVIRONMENT = "WFL131"


class NondeterministicDefaultFactory(Rule):
    code = "WFL108"
    name = "nondeterministic-default-factory"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = (
        "`{name}` makes a new default value of a field on every replay; give the field a value "
        "where the object is made"
    )
    default_factories_of = frozenset(
        {"WFL101", "WFL102", "WFL109", "WFL111", "WFL113", "WFL114", "WFL115", _ENVIRONMENT}
    )
    _environment = (
        "`{name}` makes the default value of a field, from environment variables that may differ "
        "on replay; give the field a value where the object is made"
    )

    def judge_factory(self, view: CallView, rule: Rule) -> Report | None:
        """Say of an environment that it may be another one, and of all else that it is."""
        if rule.code != _ENVIRONMENT:
            return super().judge_factory(view, rule)
        shown = view.shown.removesuffix("()") if view.name.endswith("environ") else view.shown
        return Report(self._environment.format(name=shown))
