"""Creates an idempotency key that differs in each attempt of the activity.

## What breaks

An idempotency key tells a service that a request is the same as an earlier one, so that it books,
sends or creates nothing twice. An activity that is tried again after a timeout or a crash runs from
its start. A key of `uuid.uuid4()` or of the clock is then a new one, the service takes the request
for another, and the customer pays twice.

What stays the same in all attempts is what the activity is given, and what the SDK knows of it:
`f"{info.workflow_run_id}-{info.activity_id}"`. The rule is off by default, because it goes by
names.

## Bad

```python
import json
import uuid
from datetime import timedelta
from urllib.request import Request, urlopen

from temporalio import activity, workflow


@activity.defn
def charge(order: str) -> None:
    request = Request(
        "https://pay.example.com/charges",
        json.dumps({"order": order}).encode(),
        headers={"Idempotency-Key": str(uuid.uuid4())},
    )
    urlopen(request, timeout=10).close()


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
import json
from datetime import timedelta
from urllib.request import Request, urlopen

from temporalio import activity, workflow


@activity.defn
def charge(order: str) -> None:
    info = activity.info()
    request = Request(
        "https://pay.example.com/charges",
        json.dumps({"order": order}).encode(),
        headers={"Idempotency-Key": f"{info.workflow_run_id}-{info.activity_id}"},
    )
    urlopen(request, timeout=10).close()


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

Nothing: it does not know what the key is for.

Reported are arguments, keys of dictionaries and variables whose names speak of idempotency or
deduplication (`idempotency_key`, `"Idempotency-Key"`, `MessageDeduplicationId`, `ClientToken`,
`"PayPal-Request-Id"`), if they are given something random or the time. A mere `request_id` is not
reported, which as a rule is there for the logs. Nor is a key that the activity returns, for others
to use, or that is made where none was given.

## References

* https://docs.temporal.io/activity-definition#idempotency
* https://python.temporal.io/temporalio.activity.Info.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity, cst

from ..randomness._random_values import RANDOM, random_part

if TYPE_CHECKING:
    from wflint.rule import Context

_KEY = re.compile(
    r"idempoten|dedup.*id|dedup.*key|^client_?(request_?)?token$|paypal-request-id", re.IGNORECASE
)
_CHANGING = RANDOM | {
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "time.time",
    "time.time_ns",
}
_DATA = re.compile(r"[\w.]+$|[({\[]|(\w+\.)*[A-Z]\w*\(")
"""Expressions that are returned unchanged: a variable, a display, an object of a class."""

_MESSAGE = (
    "`{}` makes another idempotency key in each attempt, so a retry does the same again; make it "
    'of what stays the same, `f"{{info.workflow_run_id}}-{{info.activity_id}}"`'
)


class RandomIdempotencyKey(Rule):
    code = "WFL810"
    name = "random-idempotency-key"
    severity = Severity.INFO
    scope = Scope.ACTIVITY
    since = "0.1"

    def visit_Arg(self, node: cst.Arg, ctx: Context) -> None:
        """`idempotency_key=str(uuid4())`."""
        if node.keyword is not None and _KEY.search(node.keyword.value):
            self._look_at(node, node.value, ctx)

    def visit_DictElement(self, node: cst.DictElement, ctx: Context) -> None:
        """`{"Idempotency-Key": str(uuid4())}`."""
        if isinstance(node.key, cst.SimpleString) and _KEY.search(node.key.value.strip("\"'")):
            self._look_at(node, node.value, ctx)

    def visit_Assign(self, node: cst.Assign, ctx: Context) -> None:
        """`idempotency_key = str(uuid4())`, `headers["Idempotency-Key"] = str(uuid4())`."""
        if len(node.targets) == 1 and _is_key(node.targets[0].target, ctx):
            self._look_at(node, node.value, ctx)

    def _look_at(self, node: cst.CSTNode, value: cst.BaseExpression, ctx: Context) -> None:
        made = random_part(value, ctx, _CHANGING, lambda name: _KEY.search(name) is None)
        if made is None or _is_for_others(node, ctx) or _may_be_there(ctx):
            return
        code = f"{ctx.code(made.func)}()"
        ctx.report(self, made, _MESSAGE.format(code), subject=made.func)


def _is_key(target: cst.BaseExpression, ctx: Context) -> bool:
    match target:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return _KEY.search(name) is not None
        case cst.Subscript(
            slice=[cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString(value=name)))]
        ):
            return _KEY.search(name.strip("\"'")) is not None
    return False


def _is_for_others(node: cst.CSTNode, ctx: Context) -> bool:
    """True if the key goes into something that the function returns: all may use the same one."""
    for around in (node, *ctx.in_statement):
        match around:
            case cst.Call(func=cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name))):
                if not name[:1].isupper():
                    return False
            case cst.Return():
                return True
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
                word = re.compile(rf"\b{name}\b")
                return any(_DATA.match(code) and word.search(code) for code in ctx.returned())
    return False


def _may_be_there(ctx: Context) -> bool:
    """True below an `if` about keys: there may be one already."""
    tests = [node.test for node in ctx.ancestors if isinstance(node, cst.If)]
    return any(_KEY.search(ctx.code(test)) for test in tests)
