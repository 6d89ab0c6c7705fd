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

A function that prints is reported once, and all of its lines change together. Printing below
`if not workflow.unsafe.is_replaying():` is not reported, nor is printing to a buffer
(`print("x", file=buffer)`, or `print("x")` under `with redirect_stdout(buffer):`).

## Fix safety

`workflow.logger.info()` in place of `print()` is unsafe: the text goes to the log instead of
standard output, with another format, and only at the levels that are switched on. Several arguments
become a text with `%s` in it, so that nothing is formatted unless it is logged. `sep=` is kept,
`flush=` and `file=sys.stderr` are dropped; with `end=""` or `*spread` nothing is fixed. A `print()`
without arguments is removed. Of `sys.stdout.write()` only what ends its line is fixed, and only
where its return value is not used. A function that activities, clients or tests call as well is not
fixed, because `workflow.logger` raises outside of a workflow.

## What the SDK does

Nothing: the sandbox lets `print()` and `sys.stdout.write()` through, and each replay prints
again.

## References

* https://docs.temporal.io/develop/python/observability
"""

from __future__ import annotations

import re
from bisect import bisect_left, insort
from functools import partial
from itertools import islice, takewhile
from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, NoFix, Report, Rule, Scope, Severity, ValueType, Withheld, cst

from ._log_text import printed, written
from ._removal import removal
from ._streams import goes_elsewhere

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wflint.rule import Arg, CallView, FixView, Repair, TextEdit

_PRINT = "builtins.print"
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
    once_per_function = True
    message = "`{name}` prints again at every replay; use `{use}`"
    apis = {
        _PRINT: _LOG,
        "click.echo": _SHOW,
        "click.echo_via_pager": _SHOW,
        "click.progressbar": _PROGRESS,
        "click.secho": _SHOW,
        "icecream.ic": _SHOW,
        "pprint.pp": _SHOW,
        "pprint.pprint": _SHOW,
        "rich.console.Console.log": _SHOW,
        "rich.console.Console.print": _SHOW,
        "rich.console.Console.print_exception": _TRACE,
        "rich.console.Console.print_json": _SHOW,
        "rich.console.Console.rule": _SHOW,
        "rich.inspect": _SHOW,
        "rich.pretty.pprint": _SHOW,
        "rich.print": _SHOW,
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
        is_open = stream is None and _PRINTS_TO_STDOUT.fullmatch(view.name)
        if is_open and goes_elsewhere(view.around):
            return None
        if stream is None or stream.value.type is ValueType.NONE:
            return super().judge(view, api)
        if view.qualified(stream.value) in _STREAMS:
            return super().judge(view, api)
        return None

    def repair(self, at: FixView) -> Repair | None:
        """The text goes to the log of the workflow, in the whole function."""
        edits: list[TextEdit] = []
        withheld: list[Withheld] = []
        for place in at.each():
            try:
                found = self._edits(place)
            except NoFix:
                continue
            except Withheld as reason:
                withheld.append(reason)
                continue
            if not any(_overlaps(one, edits) for one in found):
                for one in found:
                    insort(edits, one)
        if withheld and not edits:
            raise withheld[0]
        is_removal = bool(edits) and not any(edit.text for edit in edits)
        message = "Remove the empty line" if is_removal else f"Use `{_USE}`"
        return at.unsafe(message, *edits) if edits else None

    def _edits(self, at: FixView) -> list[TextEdit]:
        """Return edits of one place; none if it is not text for the log."""
        if self.apis.get(at.name) != _LOG or not at.is_written_out(at.call.func):
            return []
        if at.name == _PRINT and not at.call.args:
            return [removal(at, partial(_is_empty_line, at))]
        if at.name != _PRINT and not _is_statement(at):
            return []
        edits = printed(at) if at.name == _PRINT else written(at)
        return [at.replace(at.call.func, at.workflow("logger.info")), *edits]


_PRINTS_TO_STDOUT = re.compile(r"builtins\.print|pprint\..*|rich\..*|(click|typer)\.(echo|secho)")
"""Functions that print to the current `sys.stdout`, or to their own file."""


def _overlaps(new: TextEdit, edits: Sequence[TextEdit]) -> bool:
    """True if an edit and one of those in order, none of which overlap, change the same text."""
    first = bisect_left(edits, new.start, key=lambda edit: edit.start)
    later = takewhile(lambda edit: edit.start < new.end, islice(edits, first, None))
    before = edits[first - 1 : first] if first else ()
    return any(edit.end > new.start for edit in (*before, *later))


def _is_empty_line(at: FixView, call: cst.Call) -> bool:
    return not call.args and at.dotted_name(call.func) == _PRINT


def _is_statement(at: FixView) -> bool:
    return isinstance(at.parent(), cst.Expr)


def _stream(view: CallView) -> Arg | None:
    if view.name in ("pprint.pprint", "pprint.pp"):
        return view.argument(1, "stream")
    return view.keyword("file")
