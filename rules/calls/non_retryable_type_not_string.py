"""Lists non-retryable errors as classes instead of as names.

## What breaks

`non_retryable_error_types` of a `RetryPolicy` goes to the server, which knows errors by the text of
their type: the name of the exception class, or the `type` of an `ApplicationError`. A class cannot
be sent. A text that stands there alone, without a list around it, is taken letter by letter: no
error matches, and everything is retried.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge,
            "order-1",
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(non_retryable_error_types=[ValueError]),
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.common import RetryPolicy


@activity.defn
async def charge(order: str) -> str:
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            charge,
            "order-1",
            start_to_close_timeout=timedelta(seconds=60),
            retry_policy=RetryPolicy(non_retryable_error_types=["ValueError"]),
        )
```

## Fix safety

The class becomes the text of its name, as the server sees it. A policy with a class could only be
refused so far, so there is no history that the fix could contradict: it is safe. A text that stands
alone gets its brackets: errors that were retried are not any more, so that fix is unsafe.

## What the SDK does

With a class it raises `TypeError: bad argument type for built-in operation` where the policy is
used; the workflow task fails, and is tried again and again. A text alone is accepted.

## References

* https://docs.temporal.io/encyclopedia/retry-policies#non-retryable-errors
* https://python.temporal.io/temporalio.common.RetryPolicy.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Report, Rule, Scope, Severity, ValueType, cst

from ._outcomes import refused_policy

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_TYPES = "non_retryable_error_types"


class NonRetryableTypeNotString(Rule):
    code = "WFL617"
    name = "non-retryable-type-not-string"
    severity = Severity.ERROR
    scope = Scope.ANY
    fix = Fixable.SAFE
    since = "0.1"
    needles = (_TYPES,)
    targets = frozenset({"temporalio.common.RetryPolicy"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Classes in the list, a class alone, and a text alone."""
        given, direct = view.given(_TYPES, 4), view.argument(4, _TYPES)
        if given is None:
            return
        site = direct.site if direct is not None else None
        if given.value.type is ValueType.STR and given.value.text:
            yield Report(
                f"`{_TYPES}` is one text, of which each letter counts as a type, so every error is "
                "retried; write a list",
                site=site,
            )
            return
        elements = view.values.elements(given)
        classes = [
            view.values.error_class(at) for at in ([given] if elements is None else elements)
        ]
        names = [name for name in classes if name]
        if names:
            yield Report(
                f"`{_TYPES}` has the class `{names[0]}` and takes texts: {refused_policy(view)}; "
                f'write `"{names[0]}"`',
                site=site,
            )

    def repair(self, at: FixView) -> Repair | None:
        """`ValueError` becomes `"ValueError"`, and `"ValueError"` becomes `["ValueError"]`."""
        node = at.node
        if isinstance(node, cst.SimpleString):
            text = at.text(node)
            return at.unsafe(f"Use `[{text}]`", at.replace(node, f"[{text}]"))
        if not isinstance(node, (cst.List, cst.Tuple, cst.Set)):
            return None
        classes = [e.value for e in node.elements if not isinstance(e.value, cst.SimpleString)]
        names = [at.class_name(value) for value in classes]
        if not names or not all(names):
            return None
        edits = [at.replace(v, f'"{name}"') for v, name in zip(classes, names, strict=True)]
        return at.safe("Name the errors by text", *edits)
