"""Returns from an activity all that a file, a response or a query has, whatever its size.

## What breaks

The result of an activity is a payload in the history of the workflow. The server refuses one of
more than 2 MB (`blob size exceeds limit`) and warns long before. A whole file, the body of a
response, all rows of a query or a data frame is as large as it happens to be: the activity works in
tests, and fails as soon as there are enough data, after it has done its work, in each attempt.
What stays below the limit is sent with each replay.

Store the data, and return where they are: a path, a key, a number of rows. The rule is off by
default, because a file may be known to be small, and a payload codec may store large payloads
elsewhere.

## Bad

```python
from datetime import timedelta
from pathlib import Path

from temporalio import activity, workflow


@activity.defn
def export(order: str) -> bytes:
    return Path(f"/exports/{order}.csv").read_bytes()


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            export, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


@activity.defn
def export(order: str) -> str:
    return f"/exports/{order}.csv"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            export, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

Newer versions look at the size of the result before they send it, and fail the attempt, unless the
Worker has `disable_payload_error_limit=True`; the server refuses it in any case.

Reported is what the activity itself returns, at once or through a variable or a comprehension:
`read()` without a size and `read_text()` of files, `read()` and `content` of responses,
`fetchall()`, and `to_dict()`, `to_json()` and `to_csv()` of data frames. A function that asks for
the size, or for a limited number of rows (`LIMIT`, `COUNT`), is left alone.

## References

* https://docs.temporal.io/troubleshooting/blob-size-limit-error
* https://docs.temporal.io/cloud/limits
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_FILES = r"builtins\.open|io\.\w+|pathlib\.(?:Pure)?(?:Posix|Windows)?Path\.open"
_RESPONSES = (
    r"(?:aiohttp|httpx|requests)(?:\.\w+)*\.(?:get|post|put|request|Response|ClientResponse)"
    r"|urllib\.request\.urlopen|http\.client\.HTTPResponse"
)
_PATHS = r"pathlib\.(?:Posix|Windows)?Path"
_FRAMES = r"(?:pandas|polars)\.(?:\w+\.)*(?:DataFrame|Series|read_\w+)"
_OF = {
    "content": _RESPONSES,
    "read": f"{_FILES}|{_RESPONSES}",
    "read_bytes": _PATHS,
    "read_text": _PATHS,
    "to_csv": _FRAMES,
    "to_dict": _FRAMES,
    "to_json": _FRAMES,
}
"""What gives all there is, and the types of objects that have it."""
_ROWS = "fetchall"
_BOUNDED = re.compile(
    r"\b(?:limit|fetch\s+first|top\s+\d|count\s*\(|sum\s*\(|min\s*\(|max\s*\(|head\s*\(|nlargest"
    r"|st_size|getsize|content-length|page_size|per_page)",
    re.IGNORECASE,
)
"""What limits how much there can be, or asks how much there is."""


class UnboundedPayload(Rule):
    code = "WFL815"
    name = "unbounded-payload"
    severity = Severity.INFO
    scope = Scope.ACTIVITY
    since = "0.1"

    def visit_Return(self, node: cst.Return, ctx: Context) -> None:
        """What gives all there is."""
        found = _source(node.value, ctx) if node.value is not None else None
        if found is None or _BOUNDED.search(ctx.code(ctx.ancestors[0])):
            return
        name = found.attr.value
        ctx.report(self, node, ctx.code(found), asked=found.value, detail=name)

    def confirm(self, view: FindingView) -> Report | None:
        """Only in the activity itself, and of objects whose type is known."""
        name = view.read(str)
        if not view.is_activity or not (name == _ROWS or _is_of(view, name)):
            return None
        code = view.message if "\n" not in view.message else name
        return Report(
            f"`{code}` is returned whole, and the server refuses payloads of more than 2 MB; store "
            "it, and return where it is"
        )


def _is_of(view: FindingView, name: str) -> bool:
    types = view.types()
    return bool(types) and all(re.fullmatch(_OF[name], of.name) for of in types)


def _source(value: cst.BaseExpression, ctx: Context) -> cst.Attribute | None:
    """Return the attribute that gives all of what is returned."""
    for _ in range(6):
        match value:
            case (
                cst.Await(expression=inner)
                | cst.ListComp(for_in=cst.CompFor(iter=inner, ifs=[], inner_for_in=None))
            ):
                value = inner
            case cst.Name():
                given = ctx.assigned(value)
                if given is None:
                    return None
                value = given
            case cst.Call(func=cst.Attribute(attr=cst.Name(value=name)) as method, args=args):
                is_whole = not args or name.startswith(("read_", "to_"))
                return method if name != "content" and _is_known(name) and is_whole else None
            case cst.Attribute(attr=cst.Name(value="content")) as content:
                return content
            case _:
                return None
    return None


def _is_known(name: str) -> bool:
    return name == _ROWS or name in _OF
