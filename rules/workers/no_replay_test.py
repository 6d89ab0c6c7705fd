"""The project has workflows, but no test that replays their histories.

## What breaks

A change of a workflow's code that running workflows cannot replay is noticed when a Worker with the
new code gets one of them: its workflow task fails with a non-determinism error (TMPRL1100), again
and again. A test that replays recorded histories with the new code notices it before. wflint reads
code, and cannot tell what the histories hold.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None: ...
```

## Good

```python
from pathlib import Path

from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None: ...


async def test_recorded_workflows_replay() -> None:
    replayer = Replayer(workflows=[OrderWorkflow])
    for file in Path("histories").glob("*.json"):
        await replayer.replay_workflow(WorkflowHistory.from_json(file.stem, file.read_text()))
```

It is reported once, at the first workflow. The rule is silent where any file names the `Replayer`
of the SDK. The test may be in another repository, so the rule has to be selected by its name.

## What the SDK does

`Replayer.replay_workflow()` raises `NondeterminismError` for a history that does not fit.

## References

* https://docs.temporal.io/develop/python/testing-suite#replay
* https://python.temporal.io/temporalio.worker.Replayer.html
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ProjectView


class NoReplayTest(Rule):
    code = "WFL565"
    name = "no-replay-test"
    severity = Severity.INFO
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_project(self, project: ProjectView) -> Iterable[PlacedReport]:
        """Look for what replays in all files that name Temporal."""
        if not project.workflows or project.has(r"\bReplayer\b"):
            return
        first = min(project.workflows, key=lambda workflow: workflow.cls)
        message = (
            "no test of the project replays histories with `temporalio.worker.Replayer`; a change "
            "that breaks running workflows (TMPRL1100) is then noticed by them"
        )
        yield PlacedReport(first.place, Report(message))
