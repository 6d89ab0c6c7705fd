"""Raises an error that does not fail the workflow, only its task.

## What breaks

The SDK fails a workflow only for a `FailureError`, such as `ApplicationError`, for a timeout, and
for a cancellation. Any other exception counts as a bug in the code that a new deployment will fix:
the workflow *task* fails and is retried for ever. So the workflow neither goes on nor fails, and
stays open as *Running*, with a "Workflow Task in failed state" and `WorkflowTaskFailed` events in
its history, until somebody terminates it. That holds for handlers of signals and updates, too. Who
waits for its result, or for the answer of an update, waits in vain, and a parent workflow waits
with it.

Raise an `ApplicationError` where the workflow, or an update, is to fail. Or name the class in
`@workflow.defn(failure_exception_types=[...])`, or for all workflows in
`Worker(workflow_failure_exception_types=[...])`. In an update handler that rejects the update, and
the workflow goes on; in a signal handler it fails the whole workflow, so that it is mostly better
to log what is wrong with the signal, and to drop it.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> int:
        if amount <= 0:
            raise ValueError(f"amount must be positive: {amount}")
        return amount
```

## Good

```python
from temporalio import workflow
from temporalio.exceptions import ApplicationError


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, amount: int) -> int:
        if amount <= 0:
            raise ApplicationError(f"amount must be positive: {amount}", type="ValueError")
        return amount
```

## Fix safety

A workflow that hangs today fails as soon as the fix is deployed, where correcting what was wrong
might have let it go on, so the fix is unsafe. It is made for the exceptions of Python that are
given one text, and withheld in functions that others than workflows call as well, and where a
caller catches the exception by a class that `ApplicationError` does not have. In signal handlers,
and in what they call, there is none: it would let one bad signal fail the workflow.

## What the SDK does

The worker logs `Failed activation on workflow` with the exception, and the server repeats the task.

Not reported are

* exceptions that somebody between here and the SDK catches, also a caller or a decorator; where
  only some callers do, the chain shown is one on which nobody does;
* those of run methods or handlers where an interceptor of the project may turn them into others;
* those that the workflow or its Worker names among its failures, or may name;
* those of update validators, which reject the update, and of query handlers, which fail the query;
* `NotImplementedError` in methods that do nothing else, `AssertionError`, and a `TypeError` that a
  helper raises: they say that the code is wrong, and for that the SDK's answer is the right one. So
  do constructors of classes that are no workflows, when they refuse what they are given;
* what is left to do after all members of an enumeration, or of a `Literal`, are taken, or at the
  end of a chain over classes; what the annotation of a parameter refutes, or a test that the
  function itself or its caller has just made, also in a `wait_condition()`, or that the validator
  of the update has made (what it says of the workflow's state until the handler waits);
* what a method does that only gives state of its object to the run method, when there is none;
* those of general code, unless code of the workflow calls it directly.

## References

* https://docs.temporal.io/develop/python/best-practices/error-handling
* https://docs.temporal.io/references/failures
* https://python.temporal.io/temporalio.workflow.html#defn
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Report, Rule, Scope, Severity, Withheld, cst

if TYPE_CHECKING:
    from wflint.rule import ErrorView, FixView, RaiseView, Repair

_FAILURE = "temporalio.exceptions.ApplicationError"


class RaiseNonFailure(Rule):
    code = "WFL701"
    name = "raise-non-failure"
    severity = Severity.WARNING
    scope = Scope.RUN | Scope.SIGNAL | Scope.UPDATE | Scope.INIT
    fix = Fixable.UNSAFE
    since = "0.1"

    def check_raise(self, at: RaiseView) -> Iterable[Report]:
        """The first of the possible errors that fails the task."""
        if not at.is_known_to_workflows():
            return
        for error in at.errors():
            if _is_meant(error, at):
                continue
            regions = at.fails_tasks_of(error)
            if regions and not at.is_left_over() and not _is_asserted(regions, at):
                is_fixable = not error.is_own and bool(regions & ~Scope.SIGNAL)
                api = Api(error.shown, Fixable.UNSAFE) if is_fixable else None
                yield Report(_message(error, regions), api=api, error=error)
                return

    def repair(self, at: FixView) -> Repair | None:
        """The failure instead, which is told what it stands for."""
        match at.node:
            case cst.Raise(
                exc=cst.Call(func=raised, args=[cst.Arg(keyword=None, star="")]) as call
            ):
                pass
            case _:
                return None
        if at.api is None or not isinstance(
            call.args[0].value, (cst.SimpleString, cst.FormattedString, cst.ConcatenatedString)
        ):
            return None
        from wflint.rules.calls._arguments import added

        at.only_workflows()
        if at.is_signalled():
            raise Withheld("a signal handler runs it, and one bad signal would fail the workflow")
        if at.is_caught_otherwise(at.external_name(at.ref(raised)), _FAILURE):
            raise Withheld(f"a caller may catch `{at.api.use}`, and would not catch the other one")
        edits = added(at, call, f'type="{at.api.use}"')
        edits.append(at.replace(raised, at.imported(_FAILURE)))
        return at.unsafe(f"Raise `ApplicationError` of the type `{at.api.use}`", *edits)


def _message(error: ErrorView, regions: Scope) -> str:
    """Say what does not fail, and what is to be done, by where the error comes out."""
    task = "the workflow *task* fails, and is retried for ever"
    if not regions & ~Scope.SIGNAL:
        return (
            f"`{error.shown}` comes out of a signal handler: {task}; log what is wrong with the "
            "signal and drop it, or raise `ApplicationError` to fail the whole workflow"
        )
    fails = "does not fail the workflow"
    if regions & Scope.UPDATE:
        is_only = not regions & ~(Scope.UPDATE | Scope.SIGNAL)
        fails = f"does not fail the update{'' if is_only else ', nor the workflow'}"
    return (
        f"`{error.shown}` {fails}: {task}; raise `ApplicationError`, or name the class in "
        "`failure_exception_types`"
    )


def _is_asserted(regions: Scope, at: RaiseView) -> bool:
    """True of state without which the run method itself would not have come that far."""
    return not regions & ~(Scope.RUN | Scope.INIT) and at.gives_state()


def _is_meant(error: ErrorView, at: RaiseView) -> bool:
    """True if an error says that the code is wrong, or that it is to be overridden or left."""
    if error.name == "builtins.NotImplementedError" and at.statement.is_all:
        return True
    if error.name == "builtins.TypeError" and not at.is_in_entry:
        return True
    return error.name == "builtins.AssertionError" or "builtins.Exception" not in error.classes
