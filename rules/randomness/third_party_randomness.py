"""Generates random values with a third-party library in workflow code.

## What breaks

Libraries for ids, names, salts, keys and samples draw from the operating system or from a generator
that the whole process shares. A replay gets other values than the first run did.

Make such a value in an activity, whose result the history keeps, or build it from
`workflow.uuid4()` or `workflow.random()`. Forms that are given their seed or their content are not
reported.

## Bad

```python
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import shortuuid


@workflow.defn
class CouponWorkflow:
    @workflow.run
    async def run(self) -> str:
        return f"coupon-{shortuuid.uuid()}"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class CouponWorkflow:
    @workflow.run
    async def run(self) -> str:
        return f"coupon-{workflow.uuid4().hex}"
```

## What the SDK does

A library that the sandbox loads again for each workflow is caught when it draws, or it cannot be
imported at all. With the import passed through nothing is caught.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Property, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import CallView

# Any of these keywords hands over the randomness or a generator for it, or may turn it off.
_SEEDS = frozenset({"generator", "random", "random_state", "rng", "seed", "shuffle"})

# With this argument (position, keyword) given, nothing random is made.
_CONTENT_ARGUMENT = {
    "bson.ObjectId": (0, "oid"),
    "bson.objectid.ObjectId": (0, "oid"),
    "haikunator.Haikunator": (0, "seed"),
    "haikunator.haikunator.Haikunator": (0, "seed"),
    "ksuid.Ksuid": (1, "payload"),
    "ksuid.KsuidMs": (1, "payload"),
    "mimesis.Generic": (1, "seed"),
    "mimesis.Person": (1, "seed"),
    "shortuuid.ShortUUID.uuid": (0, "name"),
    "shortuuid.uuid": (0, "name"),
    "typeid.TypeID": (1, "suffix"),
    "ulid.ULID": (0, "value"),
}


class ThirdPartyRandomness(Rule):
    code = "WFL115"
    name = "third-party-randomness"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.RANDOM})
    fix = Fixable.NONE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = "`{name}` makes another value on every replay; move it to an activity"
    tables = ("third_party_randomness.toml",)

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Drop the calls that are given a seed or the content itself."""
        if view.spread or (view.keywords - view.none_keywords) & _SEEDS:
            return None
        if view.name in _CONTENT_ARGUMENT:
            index, keyword = _CONTENT_ARGUMENT[view.name]
            content = view.argument(index, keyword)
            if content is not None and content.value.type is not ValueType.NONE:
                return None
        return self.reported(view, api)
