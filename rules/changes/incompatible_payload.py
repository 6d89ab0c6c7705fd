"""Changes a type so that recorded data cannot be read any more.

## What breaks

A replay reads the recorded inputs, messages and results with the types of the new code, before it
compares anything. If a field has been added without a default value, or has another type, reading
it fails, and with it the workflow task; it is retried for ever. A signal that cannot be read is
dropped, with a line in the log.

The SDK takes types into account only if there are as many arguments as parameters. So with a new
parameter, even one with a default value, recorded objects arrive as plain dictionaries.

## Bad

```python
@dataclass
class Order:
    id: str
    customer: str  # added
```

## Good

```python
@dataclass
class Order:
    id: str
    customer: str = ""
```

## What is compared

Parameters of workflows, signals and updates, and results of activities and child workflows, as
deep as their types are known: dataclasses, models of pydantic, `TypedDict`, enums, containers.
Parameters of activities count as long as attempts of old runs are waiting. A field that is gone is
ignored when old data is read, and so it is fine.

A member that an enum has lost, and a key that a `TypedDict` has got, break only the runs whose data
has it or lacks it; these are warnings.

## References

* https://docs.temporal.io/develop/python/converters-and-encryption
* https://github.com/wflint/wflint/blob/main/docs/changing-running-workflows.md
"""

from __future__ import annotations

from wflint.rule import Rule, Scope, Severity


class IncompatiblePayload(Rule):
    code = "WFL952"
    name = "incompatible-payload"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"
    command = "diff"
