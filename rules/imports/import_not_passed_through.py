"""Imports a package that the sandbox then reloads for each workflow run.

## What breaks

For each run of a workflow the sandbox imports the workflow's file once more, and with it all that
this imports and that is not *passed through*: the packages that it names, and those that other
modules of the project name behind it. That takes memory and time for each workflow that a worker
holds, within the two seconds after which the SDK reports a deadlock (`TMPRL1101`). The package runs
under restrictions that it knows nothing of: it fails later with "Cannot access ... from inside a
workflow", or `isinstance()` is false because there are two copies of a class.

Some packages cannot be loaded there at all, such as `requests`, `httpx`, `openai`, `boto3`, `numpy`
and `pandas`: they derive from classes that the sandbox hides, read the clock or draw random numbers
when they are imported, or refuse to be loaded twice. Then the Worker does not start ("Failed
validating workflow"), and the report is an error. It stays a warning where the Worker takes away
restrictions that may be the reason.

Pass the import through. That is right for every package whose use in a workflow is deterministic,
and also for one that the workflow only needs for types or in activities of the same file.

## Bad

```python
from temporalio import workflow

import tomli


@workflow.defn
class TotalWorkflow:
    @workflow.run
    async def run(self, text: str = "total = 3") -> int:
        return int(tomli.loads(text)["total"])
```

## Good

```python
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import tomli


@workflow.defn
class TotalWorkflow:
    @workflow.run
    async def run(self, text: str = "total = 3") -> int:
        return int(tomli.loads(text)["total"])
```

The imports of a file that stand together are one report, at the first of them. It is on the import
that can be changed: in the file of the workflow, also where it is a module of the project that
leads to the package (the message names it), or in the `__init__` of a package that the workflow is
in, which is loaded before the workflow.

Modules of the project that lead to no such package are loaded again as well. That is what the
sandbox is for where they belong to the workflow, so they are only reported, with severity info,
where this rule is selected by its name. So are small packages that load within milliseconds and
work in the sandbox, such as `dotenv` and `pytz`. Modules with activities are
activity-import-not-passed-through.

What is passed through anyway is not reported: the standard library, `temporalio`, `pydantic` and
`protobuf`; what the workers that list the workflow, their plugins and clients pass through; imports
under `imports_passed_through()` or `TYPE_CHECKING`, and those in a `try` that catches an error.
Nothing is said where the settings of the sandbox cannot be read to the end, as where a library
that is not part of the project makes the client, a plugin or the runner of the Worker, or is given
the workflow to make the Worker itself.

## Fix safety

The fix puts the imports into one `with` block. They are then shared by all workflows of a worker,
and the sandbox no longer looks at what they do: the fix is unsafe. It is withheld where `workflow`
is not imported in the file, where other code stands between the imports, and where a comment above
one of them would lose its place.

Passing a module of the standard library through changes nothing: it is always passed through, and
its restrictions stay. A module of the project that is passed through is no longer checked by the
sandbox at all; wflint still follows the calls into it.

## What the SDK does

Nothing, as long as the package can be loaded. `SandboxedWorkflowRunner` can warn of such imports
since SDK 1.20 (`SandboxImportNotificationPolicy`).

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://github.com/temporalio/sdk-python#passthrough-modules
* https://github.com/temporalio/sdk-python/issues/220
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Fixable, PlacedReport, Rule, Scope, Severity

from ._loading import reports

if TYPE_CHECKING:
    from wflint.rule import FixView, LoadingView, Repair


class ImportNotPassedThrough(Rule):
    code = "WFL301"
    name = "import-not-passed-through"
    severity = Severity.WARNING
    scope = Scope.IMPORT
    fix = Fixable.UNSAFE
    since = "0.1"
    once_per_function = True
    message = (
        "the sandbox loads {name} again for each run of a workflow; import {use} under "
        "`workflow.unsafe.imports_passed_through()`"
    )

    def check_loading(self, view: LoadingView) -> Iterable[PlacedReport]:
        """All but the modules with activities."""
        return reports([i for i in view.imports if not i.has_activities], self.message)

    def repair(self, at: FixView) -> Repair | None:
        """The imports go into one block."""
        from ._passing import passed_through

        return passed_through(at)
