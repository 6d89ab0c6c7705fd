"""Fails an activity with an error that does not say whether to retry it.

## What breaks

The server retries an activity after each error for ever, unless the error or the retry policy says
otherwise. So an activity that refuses its input fails again and again with the same message, and
the workflow waits for it and never learns of it.

A retry policy, and a handler in the workflow, know errors by the text of their type. An
`ApplicationError` without a `type` has none: `non_retryable_error_types` cannot name it, and a
handler can only look at the message. The rule is off by default, because a retry may be just what
is wanted.

## Bad

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError


@activity.defn
async def charge(order: str, amount: int) -> str:
    if amount <= 0:
        raise ApplicationError(f"the amount must be positive: {amount}")
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> str:
        return await workflow.execute_activity(
            charge, args=["order-1", amount], start_to_close_timeout=timedelta(seconds=30)
        )
```

## Good

```python
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.exceptions import ApplicationError


@activity.defn
async def charge(order: str, amount: int) -> str:
    if amount <= 0:
        raise ApplicationError(
            f"the amount must be positive: {amount}", type="InvalidAmount", non_retryable=True
        )
    return f"payment-{order}"


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> str:
        return await workflow.execute_activity(
            charge, args=["order-1", amount], start_to_close_timeout=timedelta(seconds=30)
        )
```

## What the SDK does

It reports the failure to the server, with the `type` that it was given. That of any other exception
is the name of its class.

Reported are

* an `ApplicationError` that is given neither a `type` nor `non_retryable`, `next_retry_delay` or
  `category`;
* a `ValueError`, `TypeError` or `KeyError` that an activity raises about its own arguments before
  it does anything else, if a workflow calls it without an end to its retries, and no caller names
  any errors in `non_retryable_error_types`.

## References

* https://docs.temporal.io/encyclopedia/retry-policies#non-retryable-errors
* https://docs.temporal.io/develop/python/best-practices/error-handling
* https://python.temporal.io/temporalio.exceptions.ApplicationError.html
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity, Value, ValueType, cst

if TYPE_CHECKING:
    from wflint.rule import CallView, CommandView, Context, FindingView

_SAYS = frozenset({"category", "next_retry_delay", "non_retryable", "type"})
_REFUSALS = frozenset(f"builtins.{name}" for name in ("KeyError", "TypeError", "ValueError"))
_END, _POLICY, _TYPES = (
    "schedule_to_close_timeout",
    "retry_policy",
    "non_retryable_error_types",
)


class UnclassifiedError(Rule):
    code = "WFL813"
    name = "unclassified-error"
    severity = Severity.INFO
    scope = Scope.ACTIVITY
    since = "0.1"
    targets = frozenset({"temporalio.exceptions.ApplicationError"})

    def check_call(self, view: CallView) -> Iterable[Report]:
        """An error that says nothing but its message."""
        if not view.spread and not (view.keywords & _SAYS) - view.none_keywords:
            yield Report(
                f"`{view.shown}` has no `type`: neither a retry policy nor a handler can tell it "
                "from other errors; give it one, and `non_retryable=True` if a retry cannot help"
            )

    def visit_Raise(self, node: cst.Raise, ctx: Context) -> None:
        """An error about the arguments, before anything else has happened."""
        match node.exc:
            case cst.Call(func=error) | (cst.Name() as error):
                name = ctx.dotted_name(error)
            case _:
                return
        if name in _REFUSALS and _is_about_arguments(ctx):
            ctx.report(self, node, "", detail=name.rpartition(".")[2])

    def confirm(self, view: FindingView) -> Report | None:
        """Only where some caller retries for ever, and all let the error be retried."""
        error, calls = view.read(str), view.calls()
        if not view.is_activity or not any(map(_never_ends, calls)):
            return None
        if any(map(_names_errors, calls)):
            return None
        return Report(
            f"`{error}` about the arguments is retried for ever, and the workflow never learns of "
            "it; raise an `ApplicationError` with `non_retryable=True`, or name it in "
            "`non_retryable_error_types`"
        )


def _is_about_arguments(ctx: Context) -> bool:
    """True in an `if` on a parameter that nothing but others of its kind stands before."""
    around = [*reversed(ctx.ancestors)]
    tests = _tests_before(around)
    first = around.index(tests[-1]) if tests else 0
    match around[first + 1 : first + 3]:
        case [cst.IndentedBlock() as body, *outer] if all(
            isinstance(node, cst.FunctionDef) for node in outer
        ):
            before = takewhile(lambda statement: statement is not around[first], body.body)
        case _:
            return False
    asked = tests if any(isinstance(node, cst.Else) for node in around[:first]) else tests[:1]
    params = {param.name for param in ctx.function.params}
    return all(map(_does_nothing, before)) and any(
        isinstance(n, cst.Name) and n.value in params for one in asked for n in _nodes(one.test)
    )


def _tests_before(around: Sequence[cst.CSTNode]) -> list[cst.If]:
    """Return the `if` or `elif` that a statement stands in, or behind, and those before that."""
    blocks = (cst.Else, cst.IndentedBlock, cst.SimpleStatementLine, cst.SimpleStatementSuite)
    inside = dropwhile(lambda node: isinstance(node, blocks), around)
    tests: list[cst.If] = []
    for node in inside:
        if not isinstance(node, cst.If):
            break
        tests.append(node)
    return tests


def _does_nothing(statement: cst.CSTNode) -> bool:
    """True for the docstring, and for other tests that only raise."""
    match statement:
        case cst.SimpleStatementLine(
            body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]
        ):
            return True
    while isinstance(statement, cst.If) and _only_raises(statement.body):
        if statement.orelse is None:
            return True
        statement = statement.orelse
    return False


def _only_raises(body: cst.BaseSuite) -> bool:
    match body:
        case (
            cst.IndentedBlock(body=[cst.SimpleStatementLine(body=[cst.Raise()])])
            | cst.SimpleStatementSuite(body=[cst.Raise()])
        ):
            return True
    return False


def _never_ends(command: CommandView) -> bool:
    """True if the caller surely lets the activity be retried without an end."""
    call = command.call
    if call.spread or _END in call.keywords:
        return False
    policy = call.given(_POLICY)
    if policy is None or policy.value.type is ValueType.NONE:
        return policy is not None or _POLICY not in call.keywords
    most = policy.value.get("maximum_attempts")
    return _is_written_out(policy.value) and (most is None or most.text == "0")


def _names_errors(command: CommandView) -> bool:
    """True if the caller names errors that are not retried, or may do so."""
    call = command.call
    policy = call.given(_POLICY)
    if policy is None or policy.value.type is ValueType.NONE:
        return call.spread or (policy is None and _POLICY in call.keywords)
    return _TYPES in policy.value.items or not _is_written_out(policy.value)


def _is_written_out(policy: Value) -> bool:
    """True if all that a policy is given is known by name."""
    is_call = policy.type is ValueType.CALL and policy.complete
    return is_call and {"", "**"}.isdisjoint(policy.items)


def _nodes(node: cst.CSTNode) -> list[cst.CSTNode]:
    from wflint.rule import walk

    return list(walk(node, into_functions=False))
