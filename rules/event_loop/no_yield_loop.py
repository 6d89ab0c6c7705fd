"""Loops for a long time, or forever, without an `await`.

## What breaks

A workflow runs until it awaits something. Nothing else can change its state meanwhile: no signal is
handled, no timer fires. A loop without `await` and without a way out therefore never ends, and one
with many millions of rounds takes longer than the two seconds that the SDK allows.

Use `workflow.wait_condition()` to wait for the event that should end the loop, and move long
computations to an activity.

## Bad

```python
from temporalio import workflow


@workflow.defn
class CounterWorkflow:
    def __init__(self) -> None:
        self.rounds = 0

    @workflow.run
    async def run(self) -> int:
        while True:
            self.rounds += 1
```

## Good

```python
from temporalio import workflow


@workflow.defn
class CounterWorkflow:
    def __init__(self) -> None:
        self.rounds = 0

    @workflow.run
    async def run(self) -> int:
        while True:
            self.rounds += 1
            if self.rounds == 10:
                return self.rounds
```

## What the SDK does

After two seconds the workflow task fails with `[TMPRL1101] Potential deadlock detected`. It is
tried again and fails again, and the thread stays occupied until the worker is stopped.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://github.com/temporalio/rules/blob/main/rules/TMPRL1101.md
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from wflint.rule import Effect, Report, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FindingView

MANY_ROUNDS = 10_000_000
"""Rounds of a `range()` from which on a loop holds the thread for seconds."""

_MAY_RAISE = frozenset(
    {
        *("__next__", "get_nowait", "index", "next", "pop", "popitem", "popleft", "remove"),
        *("send", "throw"),
    }
)
"""Calls that end a loop by an exception when there is nothing left."""


_MORE_THAN_LOOKING = ~Effect.HEARTBEATS


class _Calls(Struct, array_like=True):
    """The sites of calls in the condition, if that is all that the loop does, and in the body."""

    looks: tuple[int, ...]
    runs: tuple[int, ...]


class NoYieldLoop(Rule):
    code = "WFL211"
    name = "no-yield-loop"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"

    def visit_While(self, node: cst.While, ctx: Context) -> None:
        """`while True` without a way out, and waiting by doing nothing."""
        spins = _does_nothing(node.body) and _only_reads(node.test, ctx)
        if not spins and not _is_always_true(node.test):
            return
        if _can_leave(node.body, ctx) or _may_be_left_by_exception(ctx):
            return
        message = (
            "the loop has no `await` and no way out, so the workflow never goes on; "
            "wait with `workflow.wait_condition()` or end the loop"
        )
        looks = _own_calls(node.test, ctx) if spins else ()
        ctx.report(self, node, message, detail=_Calls(looks, _own_calls(node.body, ctx)))

    def visit_For(self, node: cst.For, ctx: Context) -> None:
        """`for` over a `range()` of very many numbers."""
        if node.asynchronous is not None or not isinstance(node.iter, cst.Call):
            return
        if ctx.dotted_name(node.iter.func) != "builtins.range":
            return
        rounds = _rounds([arg.value for arg in node.iter.args])
        if rounds < MANY_ROUNDS or _can_leave(node.body, ctx):
            return
        message = (
            f"{rounds:,} rounds without an `await` take longer than the two seconds "
            "that a workflow may hold its thread; move the computation to an activity"
        )
        calls = _Calls((), _own_calls(node.body, ctx))
        ctx.report(self, node.iter, message, subject=node.iter.func, detail=calls)

    def confirm(self, view: FindingView) -> Report | None:
        """Only if no function that the body calls raises, and those of the condition only look."""
        calls = view.read(_Calls)
        for site in calls.looks:
            if not view.callees(site) or view.effect_of_call(site, _MORE_THAN_LOOKING):
                return None
        if any(view.effect_of_call(site, Effect.RAISES) for site in calls.runs):
            return None
        return Report(view.message)


def _is_always_true(test: cst.BaseExpression) -> bool:
    if isinstance(test, cst.Integer):
        return test.evaluated_value != 0
    return isinstance(test, cst.Name) and test.value == "True"


def _does_nothing(body: cst.BaseSuite) -> bool:
    from wflint.rule import walk

    blocks = (cst.IndentedBlock, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    idle = (cst.Pass, cst.Continue, cst.Expr, cst.Ellipsis)
    return all(isinstance(node, (*blocks, *idle)) for node in walk(body))


def _only_reads(test: cst.BaseExpression, ctx: Context) -> bool:
    """True if asking the condition cannot change its answer, as far as this module tells."""
    from wflint.rule import walk

    return not any(
        isinstance(node, (cst.Await, cst.NamedExpr))
        or (isinstance(node, cst.Call) and not ctx.may_be_own(node.func))
        for node in walk(test)
    )


def _own_calls(node: cst.CSTNode, ctx: Context) -> tuple[int, ...]:
    """The sites of the calls below a node that may be of functions of the project."""
    from wflint.rule import walk

    calls = (n for n in walk(node, into_functions=False) if isinstance(n, cst.Call))
    return tuple(ctx.site_of(call) for call in calls if ctx.may_be_own(call.func))


def _can_leave(body: cst.BaseSuite, ctx: Context) -> bool:
    """True if the body lets others run, or leaves the loop, or may do so by an exception."""
    from wflint.rule import walk

    ways_out = (cst.Await, cst.Yield, cst.Return, cst.Raise, cst.Assert)
    waiting = (cst.For, cst.With, cst.CompFor)
    for node in walk(body, into_functions=False):
        if isinstance(node, ways_out):
            return True
        if isinstance(node, waiting) and node.asynchronous is not None:
            return True
        if isinstance(node, cst.Call) and _call_may_leave(node, ctx):
            return True
        if isinstance(node, cst.Subscript) and _may_be_past_the_end(node):
            return True
    return _breaks(body)


def _may_be_past_the_end(node: cst.Subscript) -> bool:
    """True for `text[at]`, which raises where there is no more."""
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.Name() | cst.Attribute()))]:
            return True
    return False


def _call_may_leave(node: cst.Call, ctx: Context) -> bool:
    func = node.func
    last = func.attr if isinstance(func, cst.Attribute) else func
    if isinstance(last, cst.Name) and last.value in _MAY_RAISE:
        return True
    return ctx.dotted_name(func) in ("temporalio.workflow.continue_as_new", "sys.exit")


def _breaks(body: cst.BaseSuite) -> bool:
    """True if there is a `break` that belongs to this loop and not to one inside it."""
    from wflint.rule import children

    pending: list[cst.CSTNode] = [body]
    while pending:
        node = pending.pop()
        if isinstance(node, cst.Break):
            return True
        if isinstance(node, (cst.For, cst.While)):
            pending += [node.orelse] if node.orelse is not None else []
        elif not isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            pending += children(node)
    return False


def _may_be_left_by_exception(ctx: Context) -> bool:
    """True if something around the loop waits for an exception to end it."""
    for node in ctx.ancestors:
        if isinstance(node, (cst.Try, cst.TryStar)) and node.handlers:
            return True
        if isinstance(node, cst.With) and "suppress" in ctx.code(node.items[0].item):
            return True
    return False


def _rounds(bounds: list[cst.BaseExpression]) -> int:
    """Return how many numbers `range()` gives for these literals; 0 if they are not literals."""
    numbers = [_number(bound) for bound in bounds]
    known = [number for number in numbers if number is not None]
    if not 1 <= len(known) <= 3 or len(known) != len(numbers) or (len(known) == 3 and not known[2]):
        return 0
    return len(range(*known)) if max(map(abs, known)) < 1 << 62 else 0


def _number(node: cst.BaseExpression) -> int | None:
    """The value of `10_000_000`, `10**7` or `1000 * 1000`."""
    if isinstance(node, cst.Integer):
        return node.evaluated_value
    if not isinstance(node, cst.BinaryOperation):
        return None
    left, right = node.left, node.right
    if not isinstance(left, cst.Integer) or not isinstance(right, cst.Integer):
        return None
    a, b = left.evaluated_value, right.evaluated_value
    if isinstance(node.operator, cst.Multiply):
        return a * b
    if isinstance(node.operator, cst.Power) and b <= 18:
        return int(a**b)
    return None
