"""Uses a value in a workflow that is computed again at each import of its module.

## What breaks

The sandbox imports the module of a workflow again for each run, and for each replay, together with
all modules that it imports and that are not passed through. A time, a random number or an id that
such a module keeps then differs from the one in the first run. So does a value that a module reads
from the environment, from files or from the host, if another worker replays the workflow, or the
same worker after a deployment. A name in capitals does not make the value constant.

Only values that workflow code uses are reported. In modules that are passed through, every such
value is a warning: it is made once for each worker, so it does not change while that runs, but the
next worker has another one.

Make the value in the workflow (`workflow.now()`, `workflow.uuid4()`, `workflow.random()`), pass it
in as input, or read it in an activity.

## Bad

```python
import uuid

from temporalio import workflow

BATCH = str(uuid.uuid4())


@workflow.defn
class BatchWorkflow:
    @workflow.run
    async def run(self) -> str:
        return BATCH
```

## Good

```python
import os

from temporalio import activity, workflow

TABLE = os.environ.get("BATCH_TABLE", "batches")


@activity.defn
def store(batch: str) -> str:
    return f"{TABLE}/{batch}"


@workflow.defn
class BatchWorkflow:
    @workflow.run
    async def run(self) -> str:
        return str(workflow.uuid4())
```

Class attributes and default values of parameters count as well. `TABLE` is fine, because only an
activity uses it. Files that lie beside the code (`__file__`) are part of the program, and are not
reported.

## What the SDK does

Nothing is caught for `time`, `uuid`, `os` and `open()`: the sandbox restricts these only while the
workflow runs, not while it imports modules. What it does refuse at import, such as
`datetime.now()`, is reported as restricted-at-import.

`from package import module` and `from . import module` under `imports_passed_through()` do not
always pass `module` through: when the sandbox has loaded `package` before, for instance because the
workflow is in it, `module` is loaded again. Write `from package.module import name` there.

## References

* https://docs.temporal.io/workflow-definition#deterministic-constraints
* https://docs.temporal.io/develop/python/python-sdk-sandbox
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import ImportView

_FILES = "WFL132"
_CHANGING = {
    "WFL101": "reads the clock",
    "WFL102": "reads a clock",
    "WFL109": "reads the clock",
    "WFL111": "draws a random value",
    "WFL112": "makes a random generator",
    "WFL113": "makes a new id",
    "WFL114": "draws a random value",
    "WFL115": "makes a random value",
}
_OF_THE_WORKER = {
    "WFL103": "depends on the local time zone",
    "WFL131": "reads environment variables",
    "WFL136": "depends on the machine or the process",
    _FILES: "depends on files",
}
_DOES = _CHANGING | _OF_THE_WORKER
"""Messages about imports, by the code of the rule that reports the same in workflow code."""
_PACKAGE_DATA = ("importlib.", "importlib_metadata.", "importlib_resources.", "pkg_resources.")


class ImportTimeNondeterminism(Rule):
    code = "WFL107"
    name = "import-time-nondeterminism"
    severity = Severity.ERROR
    scope = Scope.IMPORT
    since = "0.1"
    _at_each_replay = (
        "`{name}`{kind} {does} when this module is imported, which the sandbox does again at each "
        "replay; do it in the workflow or in an activity"
    )
    _of_the_worker = (
        "`{name}`{kind} {does} when this module is imported, so workflows that use it differ "
        "between workers; pass the value as input or read it in an activity"
    )

    def judge_import(self, view: ImportView) -> Report | None:
        """Report what is not deterministic, not refused anyway, and used by workflow code."""
        changing = view.owner in _CHANGING
        if view.is_refused or not (changing or view.owner in _OF_THE_WORKER):
            return None
        ingredients = view.used()
        if ingredients is None or _comes_with_the_code(view, ingredients):
            return None
        name, kind, does = view.call.shown, _kind(view), _DOES[view.owner]
        if changing and view.is_repeated():
            return Report(self._at_each_replay.format(name=name, kind=kind, does=does))
        return Report(self._of_the_worker.format(name=name, kind=kind, does=does), Severity.WARNING)


def _kind(view: ImportView) -> str:
    """Return what is called, in brackets, where its own name does not say it.

    A class of the project, for one, that inherits from `BaseSettings` of pydantic-settings.
    """
    name = view.call.name
    return "" if name.rpartition(".")[2] in view.call.shown else f" (`{name}`)"


def _comes_with_the_code(view: ImportView, ingredients: frozenset[str]) -> bool:
    """True if a file is part of the program: another version of it is another program."""
    is_file = view.owner == _FILES
    return is_file and ("__file__" in ingredients or view.call.name.startswith(_PACKAGE_DATA))
