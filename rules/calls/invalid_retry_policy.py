"""Builds a `RetryPolicy` that the SDK refuses when it is used.

## What breaks

`RetryPolicy(...)` itself accepts anything. It is looked at when a command or a client's request is
given with it, which may be far away. Then it is refused if

* `backoff_coefficient` is less than 1,
* `maximum_attempts` is negative, or no whole number,
* `maximum_interval` is less than `initial_interval`, which is one second if it is not given,
* an interval is negative, or no `timedelta`.

In a workflow this fails the workflow task, which is tried again and again: the workflow hangs with
a "Workflow Task in failed state", and does not fail.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

PATIENT = RetryPolicy(initial_interval=timedelta(minutes=1), maximum_interval=timedelta(seconds=30))


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=60), retry_policy=PATIENT
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy

PATIENT = RetryPolicy(initial_interval=timedelta(seconds=30), maximum_interval=timedelta(minutes=1))


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge, "order-1", start_to_close_timeout=timedelta(seconds=60), retry_policy=PATIENT
        )
```

## Fix safety

An interval that is a number `n` becomes `timedelta(seconds=n)`. Other SDKs count in milliseconds,
so a person should look at the value: the fix is unsafe. The other faults are left alone.

## What the SDK does

It raises `ValueError: Backoff coefficient cannot be less than 1`, `Maximum attempts cannot be
negative`, `Maximum interval cannot be less than initial interval`, or `AttributeError: 'int' object
has no attribute 'total_seconds'`. With `maximum_attempts=1` the ranges are not looked at, and not
reported; a value of the wrong type still fails. Nor is a policy reported that gets other values
before it is used, or that only copies with other ones are made of, by `dataclasses.replace()`.

## References

* https://docs.temporal.io/encyclopedia/retry-policies
* https://python.temporal.io/temporalio.common.RetryPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity, ValueType, cst

from ._outcomes import refused_policy

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_INITIAL, _BACKOFF, _MAXIMUM = "initial_interval", "backoff_coefficient", "maximum_interval"
_ATTEMPTS = "maximum_attempts"
_FIELDS = (_INITIAL, _BACKOFF, _MAXIMUM, _ATTEMPTS)
_MOST = 2**31 - 1
_SHOWN = {
    ValueType.BOOL: "a bool",
    ValueType.FLOAT: "a float",
    ValueType.INT: "a number",
    ValueType.NONE: "`None`",
    ValueType.STR: "a text",
}
_WRONG = {
    _INITIAL: (set(_SHOWN), "takes a `timedelta`"),
    _BACKOFF: ({ValueType.NONE, ValueType.STR}, "takes a number"),
    _MAXIMUM: ({ValueType.FLOAT, ValueType.INT, ValueType.STR}, "takes a `timedelta`"),
    _ATTEMPTS: (set(_SHOWN) - {ValueType.INT}, "takes a whole number"),
}


class InvalidRetryPolicy(Rule):
    code = "WFL616"
    name = "invalid-retry-policy"
    severity = Severity.ERROR
    scope = Scope.ANY
    fix = Fixable.UNSAFE
    since = "0.1"
    called = frozenset({"RetryPolicy"})
    targets = frozenset({"temporalio.common.RetryPolicy"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Values of the wrong type, and values that do not go together."""
        wrong = dict(_wrong_types(view))
        faults = wrong or dict(_out_of_range(view))
        if faults and view.may_change_later:
            return
        for name, fault in faults.items():
            direct = view.argument(_FIELDS.index(name), name)
            site = direct.site if direct is not None else None
            yield Report(f"`{name}` {fault}, so {refused_policy(view)}", site=site)

    def repair(self, at: FixView) -> Repair | None:
        """`30` becomes `timedelta(seconds=30)` where an interval is meant."""
        number, arg = at.node, at.parent()
        if not isinstance(number, (cst.Integer, cst.Float)) or not number.evaluated_value:
            return None
        keyword = arg.keyword.value if isinstance(arg, cst.Arg) and arg.keyword else ""
        if keyword not in (_INITIAL, _MAXIMUM):
            return None
        new = f"{at.imported('datetime.timedelta')}(seconds={at.text(number)})"
        return at.unsafe(f"Use `timedelta(seconds={at.text(number)})`", at.replace(number, new))


def _wrong_types(view: CallView) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(_FIELDS):
        given = view.given(name, index)
        if given is None:
            continue
        types, takes = _WRONG[name]
        is_off = name == _MAXIMUM and view.values.number(given) == 0
        if given.value.type in types and not is_off:
            yield name, f"is {_SHOWN[given.value.type]} and {takes}"


def _out_of_range(view: CallView) -> Iterator[tuple[str, str]]:
    """Yield what the SDK looks at unless there is only one attempt."""
    attempts = _number(view, _ATTEMPTS, 0)
    if attempts is not None and attempts > _MOST:
        yield _ATTEMPTS, "is larger than 32 bits allow"
    if attempts is None or attempts == 1:
        return
    if attempts < 0:
        yield _ATTEMPTS, "is negative (0 means no limit)"
    backoff, initial = _number(view, _BACKOFF, 2), _seconds(view, _INITIAL, 1)
    if backoff is not None and backoff < 1:
        yield _BACKOFF, f"is less than 1 ({backoff:g})"
    if initial is not None and initial < 0:
        yield _INITIAL, "is negative"
    longest = _seconds(view, _MAXIMUM, 0)
    if longest is not None and longest < 0:
        yield _MAXIMUM, "is negative"
    elif longest and initial is not None and longest < initial:
        default = "" if _is_given(view, _INITIAL) else ", its default"
        yield _MAXIMUM, f"({longest:g} s) is less than `{_INITIAL}` ({initial:g} s{default})"


def _is_given(view: CallView, name: str) -> bool:
    return view.given(name, _FIELDS.index(name)) is not None


def _number(view: CallView, name: str, default: float) -> float | None:
    """The number that is given; ``None`` if it is not known."""
    given = view.given(name, _FIELDS.index(name))
    if given is not None:
        return view.values.number(given)
    return None if view.spread else default


def _seconds(view: CallView, name: str, default: float) -> float | None:
    """The length that is given in seconds; ``None`` if it is not known."""
    given = view.given(name, _FIELDS.index(name))
    if given is None:
        return None if view.spread else default
    return 0.0 if given.value.type is ValueType.NONE else view.values.seconds(given)
