"""Iterates over `workflow.as_completed()` with `async for`.

## What breaks

`workflow.as_completed()` is a plain generator of awaitables. `async for` needs an asynchronous
iterator, so the loop fails before it begins. Write a plain `for`, and `await` each item in it.

Since Python 3.13 `asyncio.as_completed()` supports both forms, which is where the mistake comes
from.

## Bad

```python
import asyncio

from temporalio import workflow


@workflow.defn
class RaceWorkflow:
    @workflow.run
    async def run(self) -> int:
        finished = 0
        async for runner in workflow.as_completed([asyncio.sleep(0), asyncio.sleep(0)]):
            await runner
            finished += 1
        return finished
```

## Good

```python
import asyncio

from temporalio import workflow


@workflow.defn
class RaceWorkflow:
    @workflow.run
    async def run(self) -> int:
        finished = 0
        for runner in workflow.as_completed([asyncio.sleep(0), asyncio.sleep(0)]):
            await runner
            finished += 1
        return finished
```

## Fix safety

The fix drops `async`. The workflow then goes on where it failed before, so the fix is unsafe. Where
the loop does not await its items yet, dropping `async` alone would not help: the fix is withheld.

## What the SDK does

The loop raises `TypeError: 'async for' requires an object with __aiter__ method, got generator`.
The workflow task fails, and is tried again and again.

## References

* https://python.temporal.io/temporalio.workflow.html#as_completed
* https://docs.python.org/3/library/asyncio-task.html#asyncio.as_completed
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wflint.rule import Fixable, Rule, Scope, Severity, TextEdit, Withheld, cst

if TYPE_CHECKING:
    from wflint.rule import Context, FixView, Repair


_ASYNC = re.compile(r"async(?:\\?\s|#.*)+")


class AsyncForAsCompleted(Rule):
    code = "WFL209"
    name = "async-for-as-completed"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    message = "`workflow.as_completed()` is no asynchronous iterator; use a plain `for`"

    def visit_For(self, node: cst.For, ctx: Context) -> None:
        """`async for x in workflow.as_completed(...)`."""
        self._check(node, ctx)

    def visit_ListComp(self, node: cst.ListComp, ctx: Context) -> None:
        """`[... async for x in workflow.as_completed(...)]`."""
        self._check_all(node.for_in, ctx)

    def visit_SetComp(self, node: cst.SetComp, ctx: Context) -> None:
        """The same in a set."""
        self._check_all(node.for_in, ctx)

    def visit_DictComp(self, node: cst.DictComp, ctx: Context) -> None:
        """The same in a dict."""
        self._check_all(node.for_in, ctx)

    def visit_GeneratorExp(self, node: cst.GeneratorExp, ctx: Context) -> None:
        """The same in a generator."""
        self._check_all(node.for_in, ctx)

    def _check_all(self, loop: cst.CompFor | None, ctx: Context) -> None:
        while loop is not None:
            self._check(loop, ctx)
            loop = loop.inner_for_in

    def _check(self, loop: cst.For | cst.CompFor, ctx: Context) -> None:
        if loop.asynchronous is None:
            return
        source = ctx.assigned(loop.iter) if isinstance(loop.iter, cst.Name) else loop.iter
        if not isinstance(source, cst.Call):
            return
        if ctx.dotted_name(source.func) == "temporalio.workflow.as_completed":
            ctx.report(self, loop.iter, self.message, subject=source.func)

    def repair(self, at: FixView) -> Repair | None:
        """A plain `for`, if each item is awaited."""

        loop, around = _loop_around(at)
        if loop is None or loop.asynchronous is None:
            return None
        if not _awaits_items(loop, around):
            raise Withheld("each item would have to be awaited, and the loop does not do that")
        start, _ = at.span(loop.asynchronous)
        found = _ASYNC.match(at.source.text, start)
        assert found is not None
        return at.unsafe("Use a plain `for`", TextEdit(start, found.end(), ""))


def _loop_around(at: FixView) -> tuple[cst.For | cst.CompFor | None, cst.CSTNode | None]:
    """The loop over the offending expression, and what uses its items."""
    around: cst.CSTNode | None = None
    for node in at.ancestors():
        match node:
            case cst.For():
                return node, node.body
            case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp():
                around = node
                break
    loop = getattr(around, "for_in", None)
    while loop is not None and loop.iter is not at.node:
        loop = loop.inner_for_in
    return loop, around


def _awaits_items(loop: cst.For | cst.CompFor, around: cst.CSTNode | None) -> bool:
    from wflint.rule import walk

    if not isinstance(loop.target, cst.Name) or around is None:
        return False
    return any(
        isinstance(part, cst.Name) and part.value == loop.target.value
        for node in walk(around, into_functions=False)
        if isinstance(node, cst.Await)
        for part in walk(node.expression)
    )
