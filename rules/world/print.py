"""Prints in workflow code.

## What breaks

Workflow code runs again at every replay, so the same line is printed again, minutes or days
later, on another worker. The output no longer says what happened when. The history is not
affected, which is why this is a warning.

`workflow.logger` is silent during replay, and adds the workflow's name and id.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        print("order received")
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        workflow.logger.info("order received")
```

Printing below `if not workflow.unsafe.is_replaying():` is not reported, nor is printing to a
buffer (`print("x", file=buffer)`).

## Fix safety

`workflow.logger.info()` in place of `print()` is unsafe: the text goes to the log instead of
standard output, with another format, and only at the levels that are switched on.

## What the SDK does

Nothing: the sandbox lets `print()` and `sys.stdout.write()` through, and each replay prints
again.

## References

* https://docs.temporal.io/develop/python/observability
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.facts.model import Arg
    from wflint.program.views import CallView

_USE = "workflow.logger.info()"
_LOG = Api(_USE, Fixable.UNSAFE)
_SHOW = Api(_USE)
_TRACE = Api("workflow.logger.exception()")
_PROGRESS = Api(message="`{name}` draws its progress again at every replay; leave it out")
_STREAMS = frozenset({"sys.__stderr__", "sys.__stdout__", "sys.stderr", "sys.stdout"})


class Print(Rule):
    code = "WFL139"
    name = "print"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    harmless_unless_replaying = True
    message = "`{name}` prints again at every replay; use `{use}`"
    apis = {
        "builtins.print": _LOG,
        "click.echo": _SHOW,
        "click.echo_via_pager": _SHOW,
        "click.progressbar": _PROGRESS,
        "click.secho": _SHOW,
        "icecream.ic": _SHOW,
        "pprint.pp": _LOG,
        "pprint.pprint": _LOG,
        "rich.console.Console.log": _SHOW,
        "rich.console.Console.print": _SHOW,
        "rich.console.Console.print_exception": _TRACE,
        "rich.console.Console.print_json": _SHOW,
        "rich.console.Console.rule": _SHOW,
        "rich.inspect": _SHOW,
        "rich.pretty.pprint": _SHOW,
        "rich.print": _LOG,
        "rich.print_json": _SHOW,
        "rich.progress.Progress": _PROGRESS,
        "rich.progress.track": _PROGRESS,
        "sys.__stderr__.write": _LOG,
        "sys.__stdout__.write": _LOG,
        "sys.stderr.buffer.write": _SHOW,
        "sys.stderr.write": _LOG,
        "sys.stderr.writelines": _SHOW,
        "sys.stdout.buffer.write": _SHOW,
        "sys.stdout.write": _LOG,
        "sys.stdout.writelines": _SHOW,
        "termcolor.cprint": _SHOW,
        "tqdm.asyncio.tqdm": _PROGRESS,
        "tqdm.auto.tqdm": _PROGRESS,
        "tqdm.auto.trange": _PROGRESS,
        "tqdm.notebook.tqdm": _PROGRESS,
        "tqdm.rich.tqdm": _PROGRESS,
        "tqdm.std.tqdm": _PROGRESS,
        "tqdm.tqdm": _PROGRESS,
        "tqdm.tqdm.write": _SHOW,
        "tqdm.trange": _PROGRESS,
        "traceback.print_exc": _TRACE,
        "traceback.print_exception": _TRACE,
        "traceback.print_last": _TRACE,
        "traceback.print_stack": _SHOW,
        "traceback.print_tb": _TRACE,
        "typer.echo": _SHOW,
        "typer.secho": _SHOW,
    }

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Printing to something else than the terminal is left alone."""
        stream = _stream(view)
        if stream is None or stream.value.type == "none":
            return super().judge(view, api)
        if view.qualified(stream.value) in _STREAMS:
            return super().judge(view, api)
        return None


def _stream(view: CallView) -> Arg | None:
    if view.name in ("pprint.pprint", "pprint.pp"):
        return view.argument(1, "stream")
    return view.keyword("file")
