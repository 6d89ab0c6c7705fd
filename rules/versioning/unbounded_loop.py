"""Issues commands in an endless loop and never continues as new.

## What breaks

Each activity, timer and child workflow adds events to the history. A loop that goes on for ever, or
until somebody sends a signal, adds them without a limit: from 10,240 events on the server warns,
and at 51,200 it terminates the workflow, with no chance to clean up. Long before that a Worker that
does not have the workflow in its cache must replay all of it, which gets slow: "[TMPRL1101]
Potential deadlock detected" at a cold replay is often the first sign.

Continue as new when the server suggests it, with the state that the next run needs.

## Bad

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class PollWorkflow:
    @workflow.run
    async def run(self, cursor: str) -> None:
        while True:
            cursor = await workflow.execute_activity(
                "poll", cursor, start_to_close_timeout=timedelta(seconds=60)
            )
            await workflow.sleep(60)
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class PollWorkflow:
    @workflow.run
    async def run(self, cursor: str) -> None:
        while not workflow.info().is_continue_as_new_suggested():
            cursor = await workflow.execute_activity(
                "poll", cursor, start_to_close_timeout=timedelta(seconds=60)
            )
            await workflow.sleep(60)
        workflow.continue_as_new(cursor)
```

## What the SDK does

Nothing: `workflow.info().is_continue_as_new_suggested()` tells when it is time.

Reported are `while True` and loops that only handlers of signals and updates end, if each round may
give a command. Not reported are loops with another way out, which may also be an error that a
helper raises or that tells that there is no more, and loops of generators, which run as long as
somebody asks. Nor are loops in tasks that something else may cancel, such as a decorator or a
context manager that sets a time limit, loops that sleep for days in each round, workflows that
anything but a test starts with an `execution_timeout` or `run_timeout`, and those that continue as
new anywhere: in another method, in a base class or in a helper.

## References

* https://docs.temporal.io/develop/python/workflows/continue-as-new
* https://docs.temporal.io/workflow-execution/event#event-history
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.rule import Effect, Kind, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

_ENDLESS = frozenset({"itertools.count", "itertools.cycle", "itertools.repeat"})
_PARTS = 2
"""How many words are followed from the workflow: ``self.state.closed``."""
_HOURS_OF_A_DAY = 24
_DAYS = (
    r"\btimedelta\((?:\s*\d"
    r"|[^()]*\b(?:(?:days|weeks)\s*=|hours\s*=\s*(?!(?:1?\d|2[0-3])\b)))"
)
"""The called code may pause for long, any number of times."""


class _Loop(Struct, array_like=True):
    """The sites of a loop's body, the attributes that end it, and if errors may stay in it."""

    start: int
    end: int
    ended_by: tuple[str, ...]
    keeps_errors: bool


class UnboundedLoop(Rule):
    code = "WFL907"
    name = "unbounded-loop"
    severity = Severity.WARNING
    scope = Scope.RUN
    since = "0.1"
    words = ("while", "itertools")

    def visit_While(self, node: cst.While, ctx: Context) -> None:
        """`while True`, and loops that the state of the workflow ends."""
        always = _is_always_true(node.test)
        self._note(node, set() if always else _asked_state(node.test, ctx), ctx)

    def visit_For(self, node: cst.For, ctx: Context) -> None:
        """`for number in itertools.count()`."""
        call = node.iter
        if isinstance(call, cst.Call) and ctx.dotted_name(call.func) in _ENDLESS:
            is_counted = len(call.args) > 1 and ctx.dotted_name(call.func) == "itertools.repeat"
            self._note(node, None if is_counted else set(), ctx)

    def _note(self, node: cst.While | cst.For, ended_by: set[str] | None, ctx: Context) -> None:
        from wflint.rule import walk

        ways_out = _tests_of_ways_out(node.body)
        for test in ways_out if ended_by is not None else ():
            asked = _asked_state(test, ctx) if test is not None else None
            ended_by = ended_by | asked if ended_by is not None and asked else None
        if ended_by is None or _is_timed(ctx) or _ends_with_data(node, ctx):
            return
        nodes = list(walk(node.body, into_functions=False))
        if any(isinstance(inner, cst.Yield) for inner in nodes):
            return  # who asks for what it yields may stop
        sites = [ctx.site_of(inner) for inner in nodes]
        calls = [inner for inner in nodes if isinstance(inner, cst.Call)]
        if any(_is_of_days(call, ctx) for call in calls):
            return
        keeps_errors = any(isinstance(inner, (cst.Try, cst.TryStar)) for inner in nodes)
        detail = _Loop(min(sites), max(sites) + 1, tuple(sorted(ended_by)), keeps_errors)
        ctx.report(self, node, "", detail=detail)

    def confirm(self, view: FindingView) -> Report | None:
        """Only if rounds give commands, and nothing but messages ends them."""
        loop = view.read(_Loop)
        if not all(view.is_set_by_messages(name) for name in loop.ended_by):
            return None
        if not view.is_in_main_task or view.may_continue_as_new():
            return None
        if view.calls_code_with(loop.start, loop.end, _DAYS) or view.may_be_stopped():
            return None
        raised = view.effect_between(loop.start, loop.end, Effect.RAISES)
        if raised is not None and raised.function and not loop.keeps_errors:
            return None
        found = view.effect_between(loop.start, loop.end, Effect.ACTS | Effect.TIMES_OUT)
        sleeps = not loop.ended_by and view.effect_between(loop.start, loop.end, Effect.SLEEPS)
        if found is None and not sleeps:
            return None
        end = "until a message ends it" if loop.ended_by else "for ever"
        what = f"`{found.shown}`" if found is not None else "a timer"
        return Report(
            f"the loop adds {what} to the history {end}, and the workflow never continues as new: "
            "it is terminated at 51,200 events; call `workflow.continue_as_new()` when "
            "`workflow.info().is_continue_as_new_suggested()`"
        )


def _is_always_true(test: cst.BaseExpression) -> bool:
    if isinstance(test, cst.Integer):
        return test.evaluated_value != 0
    return isinstance(test, cst.Name) and test.value == "True"


def _asked_state(test: cst.BaseExpression, ctx: Context) -> set[str] | None:
    """Return the attributes of the workflow that a test asks, if it asks for nothing else."""
    asked: set[str] = set()
    pending = [test]
    while pending:
        match pending.pop():
            case cst.UnaryOperation(operator=cst.Not(), expression=inner):
                pending.append(inner)
            case cst.BooleanOperation(left=left, right=right):
                pending += [left, right]
            case cst.Comparison(left=cst.Attribute() as left, comparisons=[one]) if (
                _is_of_constants(one, ctx)
            ):
                pending.append(left)
            case cst.Attribute() as attribute:
                ref = ctx.ref(attribute)
                if ref.kind is not Kind.SELF or len(ref.path) > _PARTS:
                    return None
                asked.add(".".join(ref.path))
            case _:
                return None
    return asked


def _is_of_constants(one: cst.ComparisonTarget, ctx: Context) -> bool:
    """True for ``== "active"``, ``is not None``, ``in (Status.ACTIVE, Status.PAUSED)``."""
    asks = (cst.Equal, cst.NotEqual, cst.Is, cst.IsNot, cst.In, cst.NotIn)
    if not isinstance(one.operator, asks):
        return False
    pending = [one.comparator]
    while pending:
        match pending.pop():
            case (
                cst.Tuple(elements=elements)
                | cst.List(elements=elements)
                | cst.Set(elements=elements)
            ):
                pending += [element.value for element in elements]
            case cst.SimpleString():
                pass
            case cst.Name() | cst.Attribute() as name:
                if ctx.ref(name).kind not in (Kind.GLOBAL, Kind.IMPORT):
                    return False
            case _:
                return False
    return True


def _tests_of_ways_out(body: cst.BaseSuite) -> Iterator[cst.BaseExpression | None]:
    """Return for each way out of a loop the test that it stands under, `None` if there is none."""
    from wflint.rule import children

    pending: list[tuple[cst.CSTNode, cst.BaseExpression | None, bool]] = [(body, None, True)]
    while pending:
        node, test, is_own = pending.pop()
        if isinstance(node, (cst.Return, cst.Raise, cst.Break)) and (
            is_own or not isinstance(node, cst.Break)
        ):
            yield test
        if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            continue
        is_own = is_own and not isinstance(node, (cst.For, cst.While))
        if isinstance(node, cst.If):
            test = node.test
        pending += [(inner, test, is_own) for inner in children(node)]


def _is_of_days(call: cst.Call, ctx: Context) -> bool:
    """True for a `timedelta` of days, or of hours of which it is not known how many they are."""
    if ctx.dotted_name(call.func) != "datetime.timedelta":
        return False
    for arg in call.args:
        unit = arg.keyword.value if arg.keyword is not None else "days"
        number = arg.value.evaluated_value if isinstance(arg.value, cst.Integer) else None
        is_short = number is not None and number < _HOURS_OF_A_DAY
        if unit in ("days", "weeks") or (unit == "hours" and not is_short):
            return True
    return False


_NO_MORE = frozenset(
    {
        *("asyncio.QueueEmpty", "asyncio.TimeoutError", "asyncio.exceptions.TimeoutError"),
        *("builtins.IndexError", "builtins.KeyError", "builtins.LookupError"),
        *("builtins.StopAsyncIteration", "builtins.StopIteration", "builtins.TimeoutError"),
        *("queue.Empty"),
    }
)
"""Errors that whoever handles them around a loop expects to end it."""


def _ends_with_data(loop: cst.CSTNode, ctx: Context) -> bool:
    """True if a handler around a loop is for an error that says that there is nothing more."""
    inner = loop
    for outer in reversed(list(ctx.ancestors)):
        if isinstance(outer, (cst.FunctionDef, cst.Lambda)):
            break
        if isinstance(outer, cst.Try) and inner is outer.body:
            types = [handler.type for handler in outer.handlers if handler.type is not None]
            named = [e.value for t in types if isinstance(t, cst.Tuple) for e in t.elements]
            if any(ctx.dotted_name(one) in _NO_MORE for one in (*types, *named)):
                return True
        inner = outer
    return False


def _is_timed(ctx: Context) -> bool:
    """True if a `with` around the loop may cancel it: `async with asyncio.timeout(60)`."""
    return any(
        isinstance(node, cst.With) and any("timeout" in ctx.code(item) for item in node.items)
        for node in ctx.ancestors
    )
