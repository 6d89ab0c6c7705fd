"""Calls a function of `os` that only computes a string, but that the sandbox refuses.

## What breaks

`os.path.join()`, `os.path.basename()`, `os.fspath()` and the like touch neither the disk nor the
environment, but before Python 3.14 the sandbox restricts all of `os`: "Cannot access os.path from
inside a workflow". The workflow task fails again and again.

Use `posixpath`, which is `os.path` under its own name on Linux and macOS, or `pathlib.PurePath`.

## Bad

```python
import os.path

from temporalio import workflow


@workflow.defn
class ArchiveWorkflow:
    @workflow.run
    async def run(self, folder: str = "archive") -> str:
        return os.path.join(folder, "orders.csv")
```

## Good

```python
import posixpath

from temporalio import workflow


@workflow.defn
class ArchiveWorkflow:
    @workflow.run
    async def run(self, folder: str = "archive") -> str:
        return posixpath.join(folder, "orders.csv")
```

Not reported: `from os.path import join`, which the sandbox does not notice; modules that are passed
through and workflows without a sandbox, where `os.path` works; and, for `os.path`, projects that
only run on Python 3.14 and newer. What touches the disk is filesystem.

## Fix safety

The fix calls the function of `posixpath` instead. On Windows that gives other texts, so it is
unsafe. The functions of `os` itself have no fix.

## What the SDK does

`RestrictedWorkflowAccessError` when the call runs.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://docs.python.org/3/library/os.path.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import CallView, FixView, Repair

_PATHS = (
    *("basename", "commonpath", "commonprefix", "dirname", "isabs", "join", "normcase"),
    *("normpath", "split", "splitdrive", "splitext", "splitroot"),
)
_FREE_SINCE = (3, 14)


class RestrictedPureFunction(Rule):
    code = "WFL305"
    name = "restricted-pure-function"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    message = "the sandbox does not allow `{name}`, although it only computes a text; use `{use}`"
    apis = {
        **{f"os.path.{name}": Api(use=f"posixpath.{name}()") for name in _PATHS},
        "os.fsdecode": Api(use="bytes.decode()"),
        "os.fsencode": Api(use="str.encode()"),
        "os.fspath": Api(use="str()"),
    }

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Only where the sandbox looks, and through a name that it watches."""
        is_path = view.name.startswith("os.path.")
        if not view.is_call or not view.is_restricted:
            return None
        is_direct = "." not in view.shown  # `from os.path import join`
        if is_path and (is_direct or view.settings.target_python >= _FREE_SINCE):
            return None
        return self.reported(view, api)

    def repair(self, at: FixView) -> Repair | None:
        """The function of `posixpath`."""
        if not at.name.startswith("os.path."):
            return None
        new = at.imported(at.name.replace("os.path.", "posixpath.", 1))
        return at.unsafe(f"Use `{new}()`", at.replace(at.call.func, new))
