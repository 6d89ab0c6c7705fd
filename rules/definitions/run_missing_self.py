"""Defines a run method without `self`, or with another first parameter.

## What breaks

The SDK calls the run method on an object of the class. Without ``self`` the call raises
``TypeError``: the workflow *task* fails and is retried for ever ("Workflow Task in failed state").
A class method is refused when the class is made. A first parameter that is not named ``self``, or
that has an annotation, gets the object, but the SDK takes it for the first argument: each type hint
then counts for the argument before it.

## Bad

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run() -> str:
        return "done"
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> str:
        return "done"
```

## What the SDK does

Nothing when the module is imported; `TypeError: OrderWorkflow.run() takes 0 positional arguments
but 1 was given` when the workflow starts. Of a class method: `ValueError: Invalid workflow class:
@workflow.run method run must be defined on OrderWorkflow`. Of ``@workflow.run`` above
``@staticmethod`` or ``@classmethod``: `Workflow run method must be an async function`. Where
``self`` is annotated with the class itself: `NameError: name 'OrderWorkflow' is not defined`.

## References

* https://docs.temporal.io/develop/python/core-application#develop-workflows
* https://docs.temporal.io/workflows
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import NOT_IMPORTED, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import DecoratedView, ParamText

_KINDS = {"builtins.classmethod": "class method", "builtins.staticmethod": "static method"}

_SELF = ("typing.Self", "typing_extensions.Self")


class RunMissingSelf(Rule):
    code = "WFL517"
    name = "run-missing-self"
    severity = Severity.ERROR
    scope = Scope.RUN
    since = "0.1"

    def check_decorated(self, at: DecoratedView) -> Iterable[Report]:
        """Each run method of a class."""
        if not at.has("temporalio.workflow.run") or not at.owner:
            return
        others = [d for d in at.decorators if not d.is_plain]
        kind = next((_KINDS[d.name] for d in others if d.name in _KINDS), "")
        if kind:
            yield Report(
                f"the run method `{at.name}` is a {kind}, and the SDK calls it on an object of the "
                "class; make it a method with `self`"
            )
        elif not others and at.text is not None:
            yield from _of_params(at, at.text.params)


def _of_params(at: DecoratedView, params: tuple[ParamText, ...]) -> Iterable[Report]:
    name, owner = at.name, at.owner.rpartition(".")[2]
    if not params or params[0].kind in ("keyword", "**"):
        yield Report(
            f"the run method `{name}` takes no `self`: its call raises TypeError, and the workflow "
            "task is retried for ever"
        )
        return
    first = params[0]
    if first.annotation.strip("'") == owner:
        yield Report(
            f"the annotation of `{first.name}` of `{name}` is looked up when `{owner}` does not "
            f"exist yet: NameError, and {NOT_IMPORTED}; leave it out"
        )
        return
    is_known = first.name == "self" and (
        not first.annotation or at.dotted_name(first.annotation) in _SELF
    )
    if first.kind != "*" and not is_known and any(p.annotation for p in params[1:]):
        yield Report(
            f"the SDK takes `{first.name}` for the first argument of `{name}`, so that each type "
            "hint counts for the argument before it; name it `self`, without an annotation",
            Severity.WARNING,
        )
