"""Writes something in an activity that a retry would write again.

## What breaks

An activity may run more often than once: it is tried again after an error, and also where it has
done its work and the worker dies before it can say so. What it has sent or inserted by then it
sends or inserts once more. The order is placed twice, or the second `INSERT` fails for ever on a
key that is there already.

Give the service a key by which it knows the request, such as
`f"{info.workflow_run_id}-{info.activity_id}"`, and the database an `ON CONFLICT` clause. Or allow a
single attempt, with `RetryPolicy(maximum_attempts=1)`. The rule is off by default, because the
service may know the request by something else that it is sent.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    import httpx


@activity.defn
async def place(order: str) -> None:
    async with httpx.AsyncClient() as client:
        await client.post("https://shop.example.com/orders", json={"name": order})


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            place, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow

with workflow.unsafe.imports_passed_through():
    import httpx


@activity.defn
async def place(order: str) -> None:
    info = activity.info()
    async with httpx.AsyncClient() as client:
        await client.post(
            "https://shop.example.com/orders",
            json={"name": order},
            headers={"Idempotency-Key": f"{info.workflow_run_id}-{info.activity_id}"},
        )


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            place, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

Nothing: it runs the activity at least once, and does not know what it does.

Reported are

* `POST` and `PATCH` with `aiohttp`, `httpx` and `requests`, if neither the headers nor the content
  have anything like a key. `PUT` and `DELETE` do the same the second time;
* `INSERT INTO` without `ON CONFLICT`, `ON DUPLICATE KEY` or `NOT EXISTS`, unless the function reads
  or deletes from the same table as well.

Not reported are requests whose address, headers or content are not written out, those that ask for
something (`/search`, `/token`, `/chat`), and activities that are only called with
`maximum_attempts=1`. Messages to brokers are not looked at: whether these know a message again is a
matter of how the queue is set up.

## References

* https://docs.temporal.io/activity-definition#idempotency
* https://docs.temporal.io/encyclopedia/retry-policies
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Property, Report, Rule, Scope, Severity, ValueType, cst

if TYPE_CHECKING:
    from wflint.rule import Api, CallView, CommandView, Context, FindingView, Written

_CLIENTS = (
    "aiohttp",
    "aiohttp.ClientSession",
    "httpx",
    "httpx.AsyncClient",
    "httpx.Client",
    "requests",
    "requests.Session",
    "requests.session",
)
_BODIES = ("content", "data", "files", "headers", "json", "params")
_KEY = re.compile(r"idempoten|dedup|request.?id|transaction|reference|external|\bkey$|_key$", re.I)
_ASKS = re.compile(
    r"search|query|graphql|token|auth|login|embed|complet|chat|messages|respon|generat|infer"
    r"|predict|rpc|translat|validat|verif|check|preview|render|convert|pars|analy|classif|scor"
    r"|quot|lookup|find|fetch|list|read|get|filter|calc|estimat|extract|summar|rank|scan|retriev|delet"
    r"|remov|detect|combin|comput|compil|canonic|chunk|diagnos|compar|match",
    re.IGNORECASE,
)
"""Words in the address of what may only ask for something."""
_EXECUTES = frozenset(
    {"exec_driver_sql", "execute", "executemany", "fetch", "fetchrow", "fetchval"}
)
_INSERT = re.compile(r"\s*INSERT\s+INTO\s+[\"`\[]?([\w.]+)", re.IGNORECASE)
_KNOWS = re.compile(r"\bON\s+(?:CONFLICT|DUPLICATE)\b|\bNOT\s+EXISTS\b", re.IGNORECASE)
_TEXT = re.compile(r"[fFrRbB]*(\"\"\"|'''|\"|')")
_HTTP = (
    "`{}` is sent again by each further attempt, and nothing in it lets the service know it again; "
    'send a key, such as `f"{{info.workflow_run_id}}-{{info.activity_id}}"`'
)
_SQL = "the `INSERT` is done again by each further attempt; add `ON CONFLICT`, or ask first"


class NonIdempotentWrite(Rule):
    code = "WFL814"
    name = "non-idempotent-write"
    severity = Severity.INFO
    scope = Scope.ACTIVITY
    since = "0.1"
    targets = frozenset(f"{of}.{name}" for of in _CLIENTS for name in ("patch", "post", "request"))
    properties = frozenset({Property.NETWORK})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """A request that is written out, and has no key."""
        method, at = view.name.rpartition(".")[2], 0
        if method == "request":
            given, at = view.given("method", 0), 1
            method = given.value.text if given is not None else ""
        if method.lower() not in ("patch", "post") or view.spread or not _writes(view, at):
            return
        sent = [view.given(name) for name in _BODIES if name in view.keywords]
        is_known = len(view.positional) <= at + 1 and all(map(_has_no_key, sent))
        if is_known and not _is_tried_once(view.callers):
            yield Report(_HTTP.format(view.shown))

    def judge(self, view: CallView, api: Api) -> Report | None:
        """A statement that stands elsewhere, in a constant."""
        if view.name.rpartition(".")[2] not in _EXECUTES or not view.positional:
            return None
        direct, given = view.positional[0].value, view.given("", 0)
        if given is None or direct.type is not ValueType.NAME or not given.value.text:
            return None
        return (
            Report(_SQL)
            if _inserts(given.value.text) and not _is_tried_once(view.callers)
            else None
        )

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """A statement that is written out in the function."""
        match node:
            case cst.Call(
                func=cst.Attribute(attr=cst.Name(value=name)),
                args=[cst.Arg(keyword=None, star="", value=statement), *_],
            ) if name in _EXECUTES:
                text = _statement(statement, ctx)
            case _:
                return
        table = _inserts(text)
        asks = rf"\b(?:FROM|TABLE)\s+[\"`\[]?{re.escape(table)}\b"
        if table and not re.search(asks, ctx.code(ctx.ancestors[0]), re.IGNORECASE):
            ctx.report(self, node, _SQL)

    def confirm(self, view: FindingView) -> Report | None:
        """Not where the caller allows a single attempt."""
        return None if _is_tried_once(view.calls()) else Report(view.message)


def _writes(view: CallView, at: int) -> bool:
    """True if the address is written out and does not sound as if something was asked for."""
    direct, given = view.argument(at, "url"), view.given("url", at)
    if direct is None or given is None:
        return False
    text = given.value.text if given.value.type is ValueType.STR else ""
    text = text or view.written(direct)
    is_text = given.value.type is ValueType.STR or _TEXT.match(text) is not None
    return is_text and _ASKS.search(text) is None


def _has_no_key(given: Written | None) -> bool:
    """True for a dictionary that is written out and has nothing like a key."""
    if given is None or given.value.type is not ValueType.DICT or not given.value.complete:
        return False
    items = given.value.items
    return "**" not in items and not any(map(_KEY.search, items))


def _statement(node: cst.BaseExpression, ctx: Context) -> str:
    """Return the text of a statement: as it is, in a variable, in `text(...)`."""
    for _ in range(3):
        match node:
            case cst.Name():
                node = ctx.assigned(node) or node
            case cst.Call(args=[cst.Arg(value=inner)]):
                node = inner
    if not isinstance(node, (cst.SimpleString, cst.ConcatenatedString, cst.FormattedString)):
        return ""
    return _TEXT.sub("", ctx.code(node))


def _inserts(statement: str) -> str:
    """Return the table that a statement inserts into, if it may do so twice."""
    found = _INSERT.match(statement)
    return found[1] if found and not _KNOWS.search(statement) else ""


def _is_tried_once(callers: Iterable[CommandView]) -> bool:
    """True if all callers allow a single attempt."""
    policies = [command.call.given("retry_policy") for command in callers]
    most = [at.value.get("maximum_attempts") if at is not None else None for at in policies]
    return bool(most) and all(value is not None and value.text == "1" for value in most)
