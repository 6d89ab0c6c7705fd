"""Has more commands, handlers or branches in a workflow than are easy to keep replayable.

## What breaks

Nothing at once. Each command and each branch of a workflow is a place where a later change meets
open histories, and needs a patch; each handler may run between any two of them. What is large is
changed often, and tested less.

The rule is off by default. The limits are `max-workflow-commands` (40), `max-workflow-handlers`
(20) and `max-workflow-branches` (60).

## Bad

```python
from temporalio import workflow


@workflow.defn
class PanelWorkflow:
    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: "done" in self.values)

    @workflow.signal
    def set_a(self, value: int) -> None:
        self.values["a"] = value

    @workflow.signal
    def set_b(self, value: int) -> None:
        self.values["b"] = value

    @workflow.signal
    def set_c(self, value: int) -> None:
        self.values["c"] = value

    @workflow.signal
    def set_d(self, value: int) -> None:
        self.values["d"] = value

    @workflow.signal
    def set_e(self, value: int) -> None:
        self.values["e"] = value

    @workflow.signal
    def set_f(self, value: int) -> None:
        self.values["f"] = value

    @workflow.signal
    def set_g(self, value: int) -> None:
        self.values["g"] = value

    @workflow.signal
    def set_h(self, value: int) -> None:
        self.values["h"] = value

    @workflow.signal
    def set_i(self, value: int) -> None:
        self.values["i"] = value

    @workflow.signal
    def set_j(self, value: int) -> None:
        self.values["j"] = value

    @workflow.signal
    def set_k(self, value: int) -> None:
        self.values["k"] = value

    @workflow.signal
    def set_l(self, value: int) -> None:
        self.values["l"] = value

    @workflow.signal
    def set_m(self, value: int) -> None:
        self.values["m"] = value

    @workflow.signal
    def set_n(self, value: int) -> None:
        self.values["n"] = value

    @workflow.signal
    def set_o(self, value: int) -> None:
        self.values["o"] = value

    @workflow.signal
    def set_p(self, value: int) -> None:
        self.values["p"] = value

    @workflow.signal
    def set_q(self, value: int) -> None:
        self.values["q"] = value

    @workflow.signal
    def set_r(self, value: int) -> None:
        self.values["r"] = value

    @workflow.signal
    def set_s(self, value: int) -> None:
        self.values["s"] = value

    @workflow.signal
    def set_t(self, value: int) -> None:
        self.values["t"] = value

    @workflow.signal
    def set_u(self, value: int) -> None:
        self.values["u"] = value
```

## Good

```python
from temporalio import workflow


@workflow.defn
class PanelWorkflow:
    def __init__(self) -> None:
        self.values: dict[str, int] = {}

    @workflow.run
    async def run(self) -> None:
        await workflow.wait_condition(lambda: "done" in self.values)

    @workflow.signal
    def set(self, change: tuple[str, int]) -> None:
        self.values[change[0]] = change[1]
```

Parts of a workflow that have a beginning and an end of their own are child workflows; what only
computes belongs into functions that know nothing of Temporal.

## What the SDK does

Nothing. The server ends a history at 51,200 events or 50 MB.

## References

* https://docs.temporal.io/workflow-execution/limits
* https://docs.temporal.io/child-workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkflowView


class LargeWorkflow(Rule):
    code = "WFL523"
    name = "large-workflow"
    severity = Severity.INFO
    scope = Scope.RUN | Scope.HANDLER
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[Report]:
        """One report for all that is too much."""
        size, limits = workflow.size, workflow.settings
        counts = (
            (size.commands, limits.max_commands, "commands"),
            (size.handlers, limits.max_handlers, "handlers"),
            (size.branches, limits.max_branches, "branches"),
        )
        much = [f"{count} {name} (limit {most})" for count, most, name in counts if count > most]
        if much:
            yield Report(
                f"`{workflow.shown}` has {' and '.join(much)}; move parts into child workflows, or "
                "into functions that only compute"
            )
