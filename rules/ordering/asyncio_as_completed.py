"""Waits with `asyncio.as_completed()`, which has no stable order, in workflow code.

## What breaks

`asyncio.as_completed()` puts what it is given into a set, and starts it in the order of that set,
which depends on memory addresses and differs on replay. The activities and timers that are started
this way, and the steps for each result, then happen in another order than in the history.

`workflow.as_completed()` takes the same arguments and keeps the order.

## Bad

```python
import asyncio

from temporalio import workflow


async def step(name: str) -> str:
    await asyncio.sleep(0)
    return name


@workflow.defn
class FanOutWorkflow:
    @workflow.run
    async def run(self) -> list[str]:
        names: list[str] = []
        for finished in asyncio.as_completed([step("a"), step("b")]):
            names.append(await finished)
        return names
```

## Good

```python
import asyncio

from temporalio import workflow


async def step(name: str) -> str:
    await asyncio.sleep(0)
    return name


@workflow.defn
class FanOutWorkflow:
    @workflow.run
    async def run(self) -> list[str]:
        names: list[str] = []
        for finished in workflow.as_completed([step("a"), step("b")]):
            names.append(await finished)
        return names
```

## Fix safety

The arguments are the same, and so are the results. In a plain `for`, in a comprehension and in
functions that go through it the fix is safe. Elsewhere it is unsafe, because Python 3.13 allows
`async for` as well, which `workflow.as_completed()` does not; in an `async for` nothing is fixed. A
set that is handed over and written out becomes a list, which is unsafe: equal elements are then
started twice. Where others call the function as well, and its module does not import
`temporalio.workflow` yet, the fix is withheld.

## What the SDK does

The sandbox lets the call run and warns that `asyncio.as_completed()` is not deterministic. It says
nothing when the function is reached as `asyncio.tasks.as_completed`, nor in modules that are passed
through.

## References

* https://github.com/temporalio/sdk-python/issues/429
* https://github.com/temporalio/sdk-python/issues/518
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Rule, Scope, Severity, cst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wflint.rule import FixView, Repair

_GOING_THROUGH = frozenset(
    f"builtins.{name}" for name in ("enumerate", "iter", "list", "map", "next", "tuple", "zip")
)
_AS_COMPLETED = Api("workflow.as_completed()", Fixable.SAFE)


class AsyncioAsCompleted(Rule):
    code = "WFL125"
    name = "asyncio-as-completed"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    fix = Fixable.SAFE
    since = "0.1"
    differs_on_replay = True
    message = "`{name}` hands out results in an order that differs on replay; use `{use}`"
    apis = {"asyncio.as_completed": _AS_COMPLETED, "asyncio.tasks.as_completed": _AS_COMPLETED}

    def repair(self, at: FixView) -> Repair | None:
        """Whatever does not go through it asynchronously can do so as before."""
        if not at.is_written_out(at.call.func):
            return None
        uses = _uses(at)
        if any(getattr(outer, "asynchronous", None) for outer, _ in uses):
            return None
        given = at.call.args[0].value if at.call.args and not at.call.args[0].star else None
        listed = (at.as_list(given) if given is not None else None) or []
        completed = at.replace(at.call.func, at.workflow("as_completed"))
        is_same = not listed and bool(uses) and all(_goes_through(*around, at) for around in uses)
        answer = at.safe if is_same else at.unsafe
        return answer("Use `workflow.as_completed()`", completed, *listed)


def _uses(at: FixView) -> list[tuple[cst.CSTNode | None, cst.CSTNode | None]]:
    """The two nodes around the call; or, if it is kept in a variable, around each use of that."""
    from wflint.rule import tree_of

    tree = tree_of(at.context, at.node)
    nodes: Sequence[cst.CSTNode] = [at.node]
    match tree.up(at.node):
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))]):
            nodes = tree.reads(tree.nodes[0], name)
    outer = [tree.up(node) for node in nodes]
    return [(node, tree.up(node) if node is not None else None) for node in outer]


def _goes_through(outer: cst.CSTNode | None, call: cst.CSTNode | None, at: FixView) -> bool:
    """True if a loop or a function goes through what it is given, one after the other."""
    match outer:
        case cst.For() | cst.CompFor() | cst.StarredElement() | cst.Arg(star="*"):
            return True
        case cst.Arg() if isinstance(call, cst.Call):
            return at.dotted_name(call.func) in _GOING_THROUGH
    return False
