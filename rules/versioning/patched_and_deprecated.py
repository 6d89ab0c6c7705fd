"""Asks for a patch and deprecates it in the same workflow.

## What breaks

`workflow.patched("id")` says that there are workflows without the patch, `deprecate_patch("id")`
that there are none. What a workflow says first counts for the whole run. If that is `patched()`,
its history has an ordinary marker: when the next version drops the patch, its replay fails with
`[TMPRL1100] Nondeterminism error: Non-deprecated patch marker encountered`. If it is
`deprecate_patch()`, the old path is still there, and nothing says if it is needed.

As long as a workflow may need the old path, ask `patched()` only. When none does, put
`deprecate_patch()` in its place, and remove the old path.

## Bad

```python
from temporalio import workflow


@workflow.defn
class InvoiceWorkflow:
    @workflow.run
    async def run(self) -> None:
        if workflow.patched("longer-wait"):
            await workflow.sleep(90)
        else:
            await workflow.sleep(60)
        workflow.deprecate_patch("longer-wait")
```

## Good

```python
from temporalio import workflow


@workflow.defn
class InvoiceWorkflow:
    @workflow.run
    async def run(self) -> None:
        workflow.deprecate_patch("longer-wait")
        await workflow.sleep(90)
```

## What the SDK does

It memoizes the first answer for an id, and silently ignores the second call.

## References

* https://docs.temporal.io/develop/python/versioning#deprecating-patches
* https://docs.temporal.io/patching
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ProjectView, WorkflowView


class PatchedAndDeprecated(Rule):
    code = "WFL904"
    name = "patched-and-deprecated"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Compare the ids of each workflow."""
        deprecated = {patch.id for patch in project.patches if patch.is_deprecated}
        asking: dict[tuple[str, WorkflowView], None] = {}
        for patch in project.patches:
            if patch.id in deprecated and not patch.is_deprecated:
                asking.update(((patch.id, w), None) for w in project.workflows_with(patch.place))
        for patch in project.patches:
            workflows = project.workflows_with(patch.place) if patch.is_deprecated else ()
            both = next((w for w in workflows if patch.id and (patch.id, w) in asking), None)
            if both is not None:
                message = (
                    f'`{both.shown}` also asks `workflow.patched("{patch.id}")`, and what is said '
                    "first counts for the run: deprecate a patch when nothing asks for it any more"
                )
                yield PlacedReport(patch.place, Report(message))
