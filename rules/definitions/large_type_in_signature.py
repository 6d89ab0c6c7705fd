"""Uses a parameter or result type whose objects are mostly too large for a payload.

## What breaks

What workflows and activities are sent and give back is kept in the history. The server refuses a
payload of more than 2 MB and warns from 256 KB on; a history ends at 50 MB. Tables, arrays, tensors
and images come near to that with little data, and so do lists of `bytes`: as JSON, `bytes` inside
of anything are a list of numbers, four times as long. Each attempt and replay carries them again.

The rule is off by default: a small table is fine.

## Bad

```python
from temporalio import activity


@activity.defn
async def split(document: str) -> list[bytes]:
    return [page.encode() for page in document.splitlines()]
```

## Good

Put the data where other activities can get it, and send its key.

```python
from temporalio import activity


@activity.defn
async def split(document: str) -> list[str]:
    return [await store(page.encode()) for page in document.splitlines()]


async def store(page: bytes) -> str:
    return f"pages/{len(page)}"
```

## What the SDK does

It sends what it is given, and the server refuses what is too large: `exceeds size limit`.

## References

* https://docs.temporal.io/troubleshooting/blob-size-limit-error
* https://docs.temporal.io/workflow-execution/limits
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ActivityView, HandlerView, PayloadPart, PayloadView, WorkflowView

_LARGE = frozenset(
    {
        "PIL.Image.Image",
        "numpy.ndarray",
        "numpy.typing.NDArray",
        "pandas.DataFrame",
        "pandas.Series",
        "polars.DataFrame",
        "polars.LazyFrame",
        "polars.Series",
        "pyarrow.RecordBatch",
        "pyarrow.Table",
        "tensorflow.Tensor",
        "torch.Tensor",
        "xarray.DataArray",
        "xarray.Dataset",
    }
)
_MANY = frozenset(
    {
        "builtins.dict",
        "builtins.list",
        "builtins.set",
        "builtins.tuple",
        "collections.abc.Iterable",
        "collections.abc.Mapping",
        "collections.abc.Sequence",
        "collections.deque",
    }
)


class LargeTypeInSignature(Rule):
    code = "WFL521"
    name = "large-type-in-signature"
    severity = Severity.INFO
    scope = Scope.RUN | Scope.HANDLER | Scope.ACTIVITY
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """What a run method or handler gets and gives; validators get the same as updates."""
        if handler.kind is not Scope.VALIDATOR:
            yield from _check(handler.payloads, handler.method)

    def check_activity(self, activity: ActivityView) -> Iterable[PlacedReport]:
        """What an activity gets and gives."""
        yield from _check(activity.exchanged, activity.function.head.name)


def _check(payloads: Iterable[PayloadView], shown: str) -> Iterable[PlacedReport]:
    for payload in payloads:
        for part in payload.parts():
            what = _large(part)
            if what:
                where = f"`{part.way}`" if part.way else f"the result of `{shown}`"
                message = (
                    f"{what} in {where} may be larger than a payload can be, 2 MB; store it, and "
                    "send its key"
                )
                yield PlacedReport(payload.place, Report(message))
                break


def _large(part: PayloadPart) -> str:
    """Return the type in a part that is mostly large; empty if there is none."""
    for of in part.types:
        if of.name in _LARGE:
            return f"`{of.shown}`"
        inner = [one for arg in of.args for one in arg]
        if of.name in _MANY and any(one.name == "builtins.bytes" for one in inner):
            return f"a `{of.shown}` of `bytes`"
    return ""
