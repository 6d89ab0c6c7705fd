"""Continues as new without passing on what signals and updates have stored.

## What breaks

The next run has the arguments that it is given, and a new object. What a signal or an update has
put into an attribute, and the run method has not taken yet, is gone: the sender was told that the
message has arrived, and nobody ever looks at it. That is most likely while the workflow waits for
an activity just before it continues as new.

Hand the attribute over, or continue as new only where it is empty: with no `await` between the test
and the call.

## Bad

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class MailWorkflow:
    def __init__(self) -> None:
        self.letters: list[str] = []

    @workflow.run
    async def run(self, sent: int) -> None:
        await workflow.wait_condition(lambda: bool(self.letters))
        letter = self.letters.pop(0)
        await workflow.execute_activity(
            "send", letter, start_to_close_timeout=timedelta(seconds=30)
        )
        workflow.continue_as_new(sent + 1)

    @workflow.signal
    def post(self, letter: str) -> None:
        self.letters.append(letter)
```

## Good

```python
from datetime import timedelta

from temporalio import workflow


@workflow.defn
class MailWorkflow:
    @workflow.init
    def __init__(self, sent: int, letters: list[str] | None = None) -> None:
        self.letters = letters or []

    @workflow.run
    async def run(self, sent: int, letters: list[str] | None = None) -> None:
        await workflow.wait_condition(lambda: bool(self.letters))
        letter = self.letters.pop(0)
        await workflow.execute_activity(
            "send", letter, start_to_close_timeout=timedelta(seconds=30)
        )
        workflow.continue_as_new(args=[sent + 1, self.letters])

    @workflow.signal
    def post(self, letter: str) -> None:
        self.letters.append(letter)
```

## What the SDK does

Nothing. `workflow.all_handlers_finished` does not help against this: the handlers have finished,
and what they have left is lost.

Reported are attributes that handlers of signals and updates change and the run method reads, itself
or in methods of the workflow and of its bases. The rule is silent where the call hands over
anything that may hold them, such as `self`, an object that the workflow keeps, the argument that
`__init__` keeps, or `*args`. So it is about counters and flags that only decide whether to continue
as new, and about the time of a message: the next run starts its own count.

## References

* https://docs.temporal.io/develop/python/workflows/continue-as-new
* https://docs.temporal.io/handling-messages
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import WorkflowView

_SHOWN = 3
"""How many attributes a message names."""


class ContinueAsNewDropsState(Rule):
    code = "WFL916"
    name = "continue-as-new-drops-state"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_workflow(self, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """Each call that leaves something behind."""
        for names, place in workflow.dropped:
            shown = ", ".join(f"`self.{name}`" for name in names[:_SHOWN])
            more = " and more" if len(names) > _SHOWN else ""
            verb, it = ("is", "it") if len(names) == 1 else ("are", "them")
            message = (
                f"{shown}{more}, which messages change, {verb} not handed over to the next run: "
                f"messages that arrive before it are lost; pass {it} on, or test that nothing is "
                "left with no `await` before the call"
            )
            yield PlacedReport(place, Report(message))
