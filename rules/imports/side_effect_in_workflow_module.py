"""Has a side effect on the outside world when a workflow's module is imported.

## What breaks

The sandbox imports the module of a workflow again for each run that a worker holds, together with
all modules that it imports and that are not passed through. What a module does at its top level is
therefore done over and over, in the middle of a workflow task, and again at each replay: a
connection is opened for each workflow, a thread started, an exit handler registered, a folder made,
a file of settings read into the environment.

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

What stands under a condition is not reported: in `if not os.path.exists(path):` it is done once.
Neither is what makes something that must not exist yet, such as `os.mkdir()`, where the error that
it does is caught.

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

from wflint.rule import Api, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import CallView, ImportView

_NETWORK = "WFL133"
_CONNECTS = re.compile(
    r".*\.(connect|create_connection|delete|execute|fetch|get|head|login|options|patch|ping|post"
    r"|publish|put|request|send|sendmail|urlopen|urlretrieve)"
)
"""Names of what talks to the network at once. Clients do so when they are used."""

_LOGGING = Api(severity=Severity.INFO)
_EFFECT = Api()
_OPENS = Api()
_OF_OS = (
    *("chdir", "chmod", "chown", "fork", "kill", "link", "makedirs", "mkdir", "mkfifo", "popen"),
    *("putenv", "remove", "removedirs", "rename", "renames", "replace", "rmdir", "symlink"),
    *("system", "truncate", "umask", "unlink", "unsetenv", "utime"),
)
"""Functions of `os` that change something, and that the sandbox lets pass at import."""


_MAKES = frozenset({"os.link", "os.makedirs", "os.mkdir", "os.mkfifo", "os.symlink"})
"""Functions that fail, and do nothing, where there is already what they make."""

_EXISTS = frozenset(
    {"BaseException", "EnvironmentError", "Exception", "FileExistsError", "OSError"}
)
"""The error that they raise then, and those that it is one of."""


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
        **dict.fromkeys((f"os.{name}" for name in _OF_OS), _EFFECT),
        "asyncio.events.set_event_loop_policy": _EFFECT,
        "asyncio.set_event_loop_policy": _EFFECT,
        "atexit.register": _EFFECT,
        "builtins.open": _OPENS,
        "concurrent.futures.Executor.map": _EFFECT,
        "concurrent.futures.Executor.submit": _EFFECT,
        "concurrent.futures.ProcessPoolExecutor.map": _EFFECT,
        "concurrent.futures.ProcessPoolExecutor.submit": _EFFECT,
        "concurrent.futures.ThreadPoolExecutor.map": _EFFECT,
        "concurrent.futures.ThreadPoolExecutor.submit": _EFFECT,
        "dotenv.load_dotenv": _EFFECT,
        "dotenv.main.load_dotenv": _EFFECT,
        "environ.Env.read_env": _EFFECT,
        "environs.Env.read_env": _EFFECT,
        "io.open": _OPENS,
        "logging.basicConfig": _LOGGING,
        "logging.config.dictConfig": _LOGGING,
        "logging.config.fileConfig": _LOGGING,
        "multiprocessing.Process.start": _EFFECT,
        "pymongo.MongoClient": _EFFECT,
        "pymongo.mongo_client.MongoClient": _EFFECT,
        "sentry_sdk.init": _EFFECT,
        "signal.signal": _EFFECT,
        "temporalio.client.Client.connect": _EFFECT,
        "temporalio.worker.Worker": _EFFECT,
        "temporalio.worker.Worker.run": _EFFECT,
        "threading.Thread.start": _EFFECT,
        "threading.Timer.start": _EFFECT,
        "time.sleep": _EFFECT,
        "uvloop.install": _EFFECT,
    }

    def judge_import(self, view: ImportView) -> Report | None:
        """Names of this rule, and whatever opens a connection."""
        connects = view.owner == _NETWORK and _CONNECTS.fullmatch(view.call.name)
        if not view.is_reloaded or (view.api is None and not connects):
            return None
        if view.api is _OPENS and not _mode_has(view.call, "wax+"):
            return None
        is_done_once = view.call.name in _MAKES or (
            view.api is _OPENS and _mode_has(view.call, "x")
        )
        if not view.runs_always(_EXISTS if is_done_once else frozenset()):
            return None
        severity = view.api.severity if view.api is not None else None
        return Report(self.message.format(name=view.call.shown), severity)


def _mode_has(call: CallView, letters: str) -> bool:
    """True if the mode that a file is opened with has one of some letters."""
    mode = call.argument(1, "mode")
    if mode is None or mode.value.type is not ValueType.STR:
        return False
    return not set(mode.value.text).isdisjoint(letters)
