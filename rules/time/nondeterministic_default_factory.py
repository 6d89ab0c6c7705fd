"""Creates an object with a field that defaults to a time, a random number or an id.

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

The fields of dataclasses, of attrs and of pydantic are known, with names of functions and with
lambdas that call them. A factory that is a function of your own is followed instead: the fault is
then reported inside it.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` when the object is made, where the class is in a
module that the sandbox loads. A pydantic model there fails at import already. In a module that is
passed through, nothing is caught.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.python.org/3/library/dataclasses.html#default-factory-functions
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


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
        {"WFL101", "WFL102", "WFL109", "WFL111", "WFL113", "WFL114", "WFL115"}
    )
