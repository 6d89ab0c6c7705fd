"""Catches every error of an activity's work and returns as if it had succeeded.

## What breaks

An activity that returns has completed. If its handler for `Exception` returns `None`, `False` or an
empty list, the server sees no failure: the caller's retry policy never fires, however it is set,
and the workflow goes on with a value that looks like a result. An outage of a minute is then a lost
order, and not a second attempt.

Let the error out. Catch the errors that mean something by their class, and mark what no attempt can
mend as `ApplicationError(..., non_retryable=True)`.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow


async def send(order: str) -> str:
    return f"sent-{order}"


@activity.defn
async def notify(order: str) -> str | None:
    try:
        return await send(order)
    except Exception:
        activity.logger.exception("not sent")
        return None


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str | None:
        return await workflow.execute_activity(
            notify, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow


async def send(order: str) -> str:
    return f"sent-{order}"


@activity.defn
async def notify(order: str) -> str:
    try:
        return await send(order)
    except Exception:
        activity.logger.exception("not sent")
        raise


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return await workflow.execute_activity(
            notify, "order-1", start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

It reports the activity as completed. Only an exception makes it fail, and be retried. A handler for
several classes (`except (Refused, Exception)`) is like that for the widest of them. The `try` may
stand in a function that the activity calls, if it only returns what that gives.

Not reported are handlers of narrower classes, handlers that may raise, results that tell of the
error (`{"error": str(e)}`, `Result(success=False)`), and results that all workflows which call the
activity look at, as far as one can see: `if not await workflow.execute_activity(...)`, or a
function that is given it, `required(await ...)`. Nor is an activity that no workflow is seen to
call, one that is only called with `maximum_attempts=1`, and a `try` that only computes: what fails
there would fail at each attempt.

## References

* https://docs.temporal.io/encyclopedia/retry-policies
* https://docs.temporal.io/develop/python/best-practices/error-handling
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from wflint.rule import Effect, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import ActivityWork, CommandView, Context, FindingView

_ALL = frozenset({"builtins.BaseException", "builtins.Exception"})
"""Also what a handler without a class is for."""

_TELLS = re.compile(
    r"error|exception|fail|success|status|\bok\b|valid|reason|message|skip|retry|result|outcome",
    re.IGNORECASE,
)
"""Words of a value that may tell the workflow what has happened."""

_COMPUTING = (
    *("base64.", "builtins.", "collections.", "copy.", "dataclasses.", "datetime.", "decimal."),
    *("functools.", "hashlib.", "itertools.", "json.", "logging.", "math.", "random.", "re."),
    *("temporalio.activity.info", "temporalio.activity.logger.", "time.time", "uuid."),
)
_OF_VALUES = frozenset(
    {
        *(
            "append",
            "capitalize",
            "copy",
            "critical",
            "debug",
            "decode",
            "dict",
            "encode",
            "endswith",
        ),
        *("error", "exception", "extend", "find", "format", "group", "groups", "info", "isdigit"),
        *("isoformat", "items", "join", "keys", "lower", "lstrip", "match", "model_dump"),
        *("model_dump_json", "partition", "pop", "removeprefix", "replace", "rpartition", "rstrip"),
        *("setdefault", "sort", "split", "splitlines", "startswith", "strftime", "strip", "title"),
        *("total_seconds", "upper", "values", "warning", "zfill"),
    }
)
"""Methods of plain values, and of loggers."""


class ActivityHidesFailure(Rule):
    code = "WFL816"
    name = "activity-hides-failure"
    severity = Severity.WARNING
    scope = Scope.ACTIVITY
    since = "0.1"

    def visit_Try(self, node: cst.Try, ctx: Context) -> None:
        """The `try` that a function ends with, and its handlers that may be for everything."""
        handlers = [h for h in node.handlers if _may_catch_all(h, ctx)]
        if not handlers or not _is_last(node, ctx) or not _works(node.body, ctx):
            return
        for handler in handlers:
            sites = _hiding(handler, ctx)
            if sites is not None:
                ctx.report(self, handler, "", detail=sites)
            if _catches_all(handler, ctx):
                return

    def confirm(self, view: FindingView) -> Report | None:
        """Only in the work of an activity, and where something would be tried again."""
        hidden = next((work for work in view.work_of() if _is_hidden(work)), None)
        if hidden is None or _ALL.isdisjoint(view.caught()):
            return None
        if any(view.effect_of_call(s, Effect.RAISES) for s in view.read(tuple[int, ...])):
            return None
        retries = any("retry_policy" in command.options for command in hidden.calls)
        policy = "the retry policy of its caller" if retries else "its retry policy"
        name, activity = view.function.name, hidden.function.head
        also = "" if activity == view.function else f", and so does the activity `{activity.name}`"
        return Report(
            f"`{name}` returns after any error as if it had succeeded{also}, so {policy} "
            "never fires; let the error out, or catch narrower classes"
        )


def _is_hidden(work: ActivityWork) -> bool:
    """True if an activity would be tried again, and not all its callers look at its result."""
    calls = work.calls
    return bool(calls) and not all(map(_is_tried_once, calls)) and not work.looked_at()


def _catches_all(handler: cst.ExceptHandler, ctx: Context) -> bool:
    return handler.type is None or ctx.dotted_name(handler.type) in _ALL


def _may_catch_all(handler: cst.ExceptHandler, ctx: Context) -> bool:
    """True unless a handler surely is for one narrower class."""
    if _catches_all(handler, ctx) or handler.type is None:
        return True
    return not (ctx.dotted_name(handler.type) or "").startswith("builtins.")


def _is_last(node: cst.Try, ctx: Context) -> bool:
    """True if nothing follows a `try` in the function but what returns a value."""
    block = ctx.parent(1)
    is_outermost = ctx.parent(2) is None or isinstance(ctx.parent(2), cst.FunctionDef)
    if not isinstance(block, cst.IndentedBlock) or not is_outermost:
        return False
    return id(node) in _last_ones(block)


@lru_cache(maxsize=1)
def _last_ones(block: cst.IndentedBlock) -> set[int]:
    """The ids of the statements of a block behind which nothing is called."""
    found: set[int] = set()
    for statement in reversed(block.body):
        found.add(id(statement))
        if any(isinstance(n, (cst.Call, cst.Await)) for n in _nodes(statement)):
            break
    return found


def _works(body: cst.BaseSuite, ctx: Context) -> bool:
    """True if anything may fail for a reason that passes: what is awaited, or may be I/O."""
    return any(
        isinstance(n, cst.Await) or (isinstance(n, cst.Call) and not _computes(n.func, ctx))
        for n in _nodes(body)
    )


def _computes(called: cst.BaseExpression, ctx: Context) -> bool:
    """True if a function gives the same at each attempt, as far as its name tells."""
    name = ctx.dotted_name(called) or ""
    word = called.attr.value if isinstance(called, cst.Attribute) else name.rpartition(".")[2]
    if name in ("builtins.open", "builtins.input"):
        return False
    return word[:1].isupper() or name.startswith(_COMPUTING) or word in _OF_VALUES


def _hiding(handler: cst.ExceptHandler, ctx: Context) -> tuple[int, ...] | None:
    """Return the sites of what a handler calls, if it surely returns and tells nothing."""
    nodes = _nodes(handler.body)
    returns = [n for n in nodes if isinstance(n, cst.Return)]
    leaves = (cst.Raise, cst.Break, cst.Continue, cst.Await, cst.Yield)
    if any(isinstance(n, leaves) for n in nodes) or not _ends_in_return(handler.body):
        return None
    values = [n.value for n in returns if n.value is not None]
    if len(values) < len(returns) or not all(_is_plain(value, ctx) for value in values):
        return None
    return tuple(ctx.site_of(n) for n in nodes if isinstance(n, cst.Call))


def _ends_in_return(body: cst.BaseSuite) -> bool:
    """True if a block ends in a `return` on all ways, as far as `if` and `else` tell."""
    pending: list[cst.CSTNode] = [body]
    while pending:
        match pending.pop():
            case (
                cst.IndentedBlock(body=[*_, last])
                | cst.SimpleStatementSuite(body=[*_, last])
                | cst.SimpleStatementLine(body=[*_, last])
                | cst.Else(body=last)
            ):
                pending.append(last)
            case cst.If(body=then, orelse=cst.If() | cst.Else() as otherwise):
                pending += [then, otherwise]
            case cst.Return():
                pass
            case _:
                return False
    return True


def _is_plain(value: cst.BaseExpression, ctx: Context) -> bool:
    """True for a value that looks as one of success may."""
    is_constant = not any(isinstance(n, (cst.Call, cst.Name)) for n in _nodes(value))
    is_named = isinstance(value, cst.Name) and value.value in ("None", "False", "True")
    return (is_constant or is_named) and _TELLS.search(ctx.code(value)) is None


def _is_tried_once(command: CommandView) -> bool:
    """True if the caller allows a single attempt."""
    given = command.call.given("retry_policy")
    most = given.value.get("maximum_attempts") if given is not None else None
    return most is not None and most.text == "1"


def _nodes(node: cst.CSTNode) -> list[cst.CSTNode]:
    from wflint.rule import walk

    return list(walk(node, into_functions=False))
