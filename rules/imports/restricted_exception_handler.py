"""Catches an exception class that the sandbox has replaced, which raises another error.

## What breaks

In modules that the sandbox loads, the names of `subprocess`, `socket`, `shutil`, `http.client`,
`concurrent.futures`, `smtplib`, `os` and other restricted modules are proxies, exception classes
included. `except subprocess.CalledProcessError` works as long as nothing fails. When an exception
comes to it, any exception, Python raises `TypeError: catching classes that do not inherit from
BaseException is not allowed` instead, and the workflow task fails again and again.

What raises such errors belongs in an activity, and so does catching them. An activity that fails
is an `ActivityError` in the workflow. For builtin errors there are builtin names: `OSError` for
`os.error`, `TimeoutError` for `socket.timeout`.

## Bad

```python
import subprocess

from temporalio import workflow


@workflow.defn
class BuildWorkflow:
    @workflow.run
    async def run(self, steps: tuple[str, ...] = ()) -> str:
        try:
            return steps[0]
        except subprocess.CalledProcessError:
            return "failed"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class BuildWorkflow:
    @workflow.run
    async def run(self, steps: tuple[str, ...] = ()) -> str:
        try:
            return steps[0]
        except IndexError:
            return "failed"
```

Not reported: modules that are passed through, which have the real classes, workflows without a
sandbox, and handlers behind one that catches everything.

## What the SDK does

Nothing until an exception comes; then the workflow task fails with the `TypeError`.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://github.com/temporalio/sdk-python#workflow-sandbox
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import TryView

_MODULES = frozenset(
    {
        *("concurrent.futures", "ftplib", "getopt", "http.client", "imaplib", "locale"),
        *("multiprocessing", "os", "poplib", "select", "shutil", "smtplib", "socket"),
        *("subprocess", "threading", "webbrowser"),
    }
)
_EVERYTHING = frozenset({"builtins.BaseException", "builtins.Exception"})


class RestrictedExceptionHandler(Rule):
    code = "WFL308"
    name = "restricted-exception-handler"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    since = "0.1"

    def check_try(self, at: TryView) -> Iterable[Report]:
        """Each handler that an exception may come to."""
        for handler in () if at.statement.is_with else at.statement.handlers:
            caught = at.caught(handler)
            if not handler.caught or not _EVERYTHING.isdisjoint(caught):
                return
            wrong = [name for name in caught if name.rpartition(".")[0] in _MODULES]
            if wrong and at.is_restricted:
                yield Report(
                    f"`{at.shown(handler)}` raises TypeError when any exception comes to it: in "
                    f"the sandbox `{wrong[0]}` is a proxy and no exception class; catch it in an "
                    "activity",
                    site=handler.site,
                )
