"""Gives a dynamic workflow or activity other parameters than the SDK calls it with.

## What breaks

What is dynamic gets all calls that nothing else is registered for. It takes one parameter, the raw
values as ``Sequence[RawValue]``. The SDK refuses any other parameter, and one without an
annotation. The ``Sequence`` is that of ``collections.abc``; SDKs before 1.21 want that of
``typing``, and no SDK takes both. ``workflow.info().workflow_type`` and
``activity.info().activity_type`` say what was called.

## Bad

```python
from temporalio import workflow


@workflow.defn(dynamic=True)
class AnyWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        return f"done: {order}"
```

## Good

```python
from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue


@workflow.defn(dynamic=True)
class AnyWorkflow:
    @workflow.run
    async def run(self, args: Sequence[RawValue]) -> str:
        return f"done: {workflow.info().workflow_type} with {len(args)}"
```

## What the SDK does

`TypeError: Dynamic workflow must accept a single Sequence[temporalio.common.RawValue]`, or `Dynamic
activity must accept ...`, when the module is imported. Dynamic signal, query and update handlers
are another matter: they take a name as well, and either ``Sequence`` (WFL416).

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import DecoratedView, MethodText, RuleSettings, WorkflowView

_ACTIVITY = "temporalio.activity.defn"
_RAW = "Sequence[temporalio.common.RawValue]"
_NEW, _OLD = f"collections.abc.{_RAW}", f"typing.{_RAW}"
_UNSET, _CHANGED = (99, 0), (1, 21)


class DynamicSignature(Rule):
    code = "WFL509"
    name = "dynamic-signature"
    severity = Severity.ERROR
    scope = Scope.RUN | Scope.ASYNC_ACTIVITY | Scope.SYNC_ACTIVITY
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """The run method of a workflow that `workflow.defn(dynamic=True)` stands on."""
        run = workflow.run if workflow.is_dynamic and workflow.is_given_to_sdk else None
        if run is None or not all(decorator.is_plain for decorator in run.decorators):
            return
        if _is_refused(run.text, run.meaning, workflow.settings):
            yield PlacedReport(
                run.place, _report("workflow", f"{run.owner}.{run.method}", workflow.settings)
            )

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each function that `activity.defn(dynamic=True)` stands on."""
        if at.is_class or not at.is_given_to(_ACTIVITY):
            return
        is_dynamic = any(d.name == _ACTIVITY and d.is_true("dynamic") for d in at.decorators)
        if is_dynamic and _is_refused(at.text, at.meaning, at.settings):
            yield _report("activity", at.name, at.settings)


def _is_refused(
    text: MethodText | None, meaning: Callable[[str], str], settings: RuleSettings
) -> bool:
    """True if the parameters are surely not the one that the SDK wants."""
    if text is None:
        return False
    params = text.params
    if params and params[0].name == "self" and not params[0].annotation:
        params = params[1:]
    if len(params) != 1 or not params[0].annotation:
        return True
    if params[0].kind not in ("positional", "positional-only"):
        return True
    return meaning(params[0].hint) not in ("", *_wanted(settings))


def _wanted(settings: RuleSettings) -> tuple[str, ...]:
    """What the SDK may want that the project runs with."""
    if settings.newest_sdk < _CHANGED:
        return (_OLD,)
    return (_NEW, _OLD) if settings.target_sdk < _CHANGED else (_NEW,)


def _report(kind: str, shown: str, settings: RuleSettings) -> Report:
    module = _wanted(settings)[0].partition(".Sequence")[0]
    return Report(
        f"the SDK refuses the dynamic {kind} `{shown}` when the module is imported: it must take "
        f"one `args: Sequence[RawValue]`, with the `Sequence` of `{module}`"
    )
