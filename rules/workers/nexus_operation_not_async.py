"""Defines a Nexus operation as a plain `def`, or creates a client for something else.

## What breaks

`@nexus.temporal_operation` only takes an `async def`: on a plain `def` the module cannot be
imported, and the Worker does not start.

`create_nexus_client()` takes the name of a service, or the class that `@nexusrpc.service` or
`@nexusrpc.handler.service_handler` stands on. Any other class raises `ValueError`. In a workflow
that fails the workflow task, which is tried again for ever. A class that only derives from a
service is none.

## Bad

```python
from temporalio import nexus
from temporalio.client import Client
from temporalio.worker import Worker


class GreetingService:
    @nexus.temporal_operation
    def greet(
        self,
        ctx: nexus.TemporalStartOperationContext,
        client: nexus.TemporalNexusClient,
        name: str,
    ) -> nexus.TemporalOperationResult[str]: ...


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="greetings", nexus_service_handlers=[GreetingService()])
```

## Good

```python
import nexusrpc.handler
from temporalio import nexus
from temporalio.client import Client
from temporalio.worker import Worker


@nexusrpc.handler.service_handler
class GreetingService:
    @nexus.temporal_operation
    async def greet(
        self,
        ctx: nexus.TemporalStartOperationContext,
        client: nexus.TemporalNexusClient,
        name: str,
    ) -> nexus.TemporalOperationResult[str]: ...


def make_worker(client: Client) -> Worker:
    return Worker(client, task_queue="greetings", nexus_service_handlers=[GreetingService()])
```

`@nexus.workflow_run_operation` on a plain `def` is not reported: the SDK takes it.

## What the SDK does

When the module is imported: `RuntimeError: <function GreetingService.greet ...> is not an `async
def` method. @temporal_operation must decorate an `async def` start method.` When a client is made:
`ValueError: `service` may be a name (str), or a class decorated with either
@nexusrpc.handler.service_handler or @nexusrpc.service.`

## References

* https://docs.temporal.io/develop/python/nexus
* https://python.temporal.io/temporalio.nexus.html
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from wflint.rule import NOT_IMPORTED, Report, Rule, RuleSettings, Scope, Severity, cst

if TYPE_CHECKING:
    from wflint.rule import CallView, Context

_DECORATOR = "temporalio.nexus.temporal_operation"
_MAKERS = frozenset(
    {
        "temporalio.client.Client.create_nexus_client",
        "temporalio.workflow.create_nexus_client",
    }
)
_NEXUS = re.compile(r"nexus\b")
_LINE_OF_ONE = re.compile(r"^[ \t]*@", re.MULTILINE)
_PLAIN = re.compile(r"^[ \t]*def\b", re.MULTILINE)


class NexusOperationNotAsync(Rule):
    code = "WFL567"
    name = "nexus-operation-not-async"
    severity = Severity.ERROR
    scope = Scope.ANY
    since = "0.1"
    words: ClassVar[tuple[str, ...]] = ("temporal_operation",)
    targets = _MAKERS

    @classmethod
    def suspicious(cls, source: str, settings: RuleSettings) -> bool:
        """True if a text makes such a client, or may have a plain function below the decorator.

        In the text of a module, which has imports, the functions may be left out.
        """
        if "create_nexus_client" in source:
            return True
        if _NEXUS.search(source) is None:
            return False
        decorator = _LINE_OF_ONE.search(source)
        has_plain = decorator is not None and _PLAIN.search(source, decorator.end()) is not None
        return has_plain or "import" in source

    def visit_FunctionDef(self, node: cst.FunctionDef, ctx: Context) -> None:
        """A plain function, if nothing between it and the decorator may change it."""
        if node.asynchronous is not None or not node.decorators:
            return
        last = node.decorators[-1].decorator
        called = last.func if isinstance(last, cst.Call) else last
        if ctx.dotted_name(called) == _DECORATOR:
            name = node.name.value
            message = (
                f"`@temporal_operation` raises for `{name}`, which is a plain `def`, "
                f"and {NOT_IMPORTED}; make it `async def`"
            )
            ctx.report(self, node.name, message, subject=called)

    def check_call(self, view: CallView) -> Iterable[Report]:
        """A class of the project as the service, with no decorator that makes it one."""
        service = view.given("service")
        decorators = view.values.decorators(service) if service is not None else None
        if decorators is None or any(not d or d.startswith("nexusrpc.") for d in decorators):
            return
        yield Report(
            f"`{view.shown}` raises `ValueError`: the class is no Nexus service; decorate it "
            "itself with `@nexusrpc.service`, or give the name of a service"
        )
