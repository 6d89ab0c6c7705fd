"""Does something to the outside world when a workflow's module is imported.

## What breaks

The sandbox imports the module of a workflow again for each run that a worker holds, together with
all modules that it imports and that are not passed through. What a module does at its top level is
therefore done over and over, in the middle of a workflow task, and again at each replay: a
connection is opened for each workflow, a thread started, an exit handler registered.

Put it under `if __name__ == "__main__":`, or in the module that starts the worker. An object that
workflows may share belongs in a module that is imported under
`workflow.unsafe.imports_passed_through()`.

## Bad

```python
import atexit

from temporalio import workflow


def say_goodbye() -> None:
    print("done")


atexit.register(say_goodbye)


@workflow.defn
class GreetingWorkflow:
    @workflow.run
    async def run(self) -> str:
        return "hello"
```

## Good

```python
import atexit

from temporalio import workflow


def say_goodbye() -> None:
    print("done")


@workflow.defn
class GreetingWorkflow:
    @workflow.run
    async def run(self) -> str:
        return "hello"


if __name__ == "__main__":
    atexit.register(say_goodbye)
```

A module that configures `logging` is also reported, with severity info.

## What the SDK does

Nothing is caught: most restrictions hold only once the workflow runs. `signal.signal()` fails,
because workflows do not run in the main thread. What is refused already at import is reported as
restricted-at-import, and `asyncio.run()` as nested-event-loop.

## References

* https://docs.temporal.io/develop/python/python-sdk-sandbox
* https://github.com/temporalio/sdk-python#workflow-sandbox
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wflint.rule import Api, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ImportView

_NETWORK = "WFL133"
_CONNECTS = re.compile(
    r".*\.(connect|create_connection|delete|execute|fetch|get|head|login|options|patch|ping|post"
    r"|publish|put|request|send|sendmail|urlopen|urlretrieve)"
)
"""Names of what talks to the network at once. Clients do so when they are used."""

_LOGGING = Api(severity=Severity.INFO)
_EFFECT = Api()


class SideEffectInWorkflowModule(Rule):
    code = "WFL310"
    name = "side-effect-in-workflow-module"
    severity = Severity.WARNING
    scope = Scope.IMPORT
    since = "0.1"
    message = (
        "`{name}` runs each time the sandbox loads a workflow; move it to the module that starts "
        "the worker"
    )
    at_import = {
        "atexit.register": _EFFECT,
        "concurrent.futures.Executor.map": _EFFECT,
        "concurrent.futures.Executor.submit": _EFFECT,
        "concurrent.futures.ProcessPoolExecutor.map": _EFFECT,
        "concurrent.futures.ProcessPoolExecutor.submit": _EFFECT,
        "concurrent.futures.ThreadPoolExecutor.map": _EFFECT,
        "concurrent.futures.ThreadPoolExecutor.submit": _EFFECT,
        "logging.basicConfig": _LOGGING,
        "logging.config.dictConfig": _LOGGING,
        "logging.config.fileConfig": _LOGGING,
        "multiprocessing.Process.start": _EFFECT,
        "os.fork": _EFFECT,
        "pymongo.MongoClient": _EFFECT,
        "pymongo.mongo_client.MongoClient": _EFFECT,
        "sentry_sdk.init": _EFFECT,
        "signal.signal": _EFFECT,
        "temporalio.client.Client.connect": _EFFECT,
        "temporalio.worker.Worker": _EFFECT,
        "temporalio.worker.Worker.run": _EFFECT,
        "threading.Thread.start": _EFFECT,
        "threading.Timer.start": _EFFECT,
    }

    def judge_import(self, view: ImportView) -> Report | None:
        """Names of this rule, and whatever opens a connection."""
        connects = view.owner == _NETWORK and _CONNECTS.fullmatch(view.call.name)
        if not view.is_reloaded or (view.api is None and not connects):
            return None
        severity = view.api.severity if view.api is not None else None
        return Report(self.message.format(name=view.call.shown), severity)
