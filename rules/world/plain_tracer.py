"""Creates spans or metrics with a tracer or meter that does not know about replay.

## What breaks

A span has a random id and takes its times from the clock of the machine. Workflow code runs again
at every replay, minutes or days later and on another worker: each time the same span is made again,
with another id and the wrong times, and is exported again. Counters and histograms of the process
count again as well, so dashboards and alerts that are made from them are wrong. The history is not
affected, which is why this is a warning.

## Bad

```python
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from opentelemetry import metrics, trace

tracer = trace.get_tracer(__name__)
orders = metrics.get_meter(__name__).create_counter("orders")


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        with tracer.start_as_current_span("order"):
            await workflow.sleep(1)
        orders.add(1)
```

## Good

```python
from temporalio import workflow


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(1)
        workflow.metric_meter().create_counter("orders").add(1)
```

The OpenTelemetry plugin of the SDK, `temporalio.contrib.opentelemetry.OpenTelemetryPlugin`, makes
tracers know about replay, and adds spans for workflows and their commands by itself. Spans are not
reported where any file of the project names a plugin or interceptor for the library, nor is
anything below `if not workflow.unsafe.is_replaying():`. Setting up and reading are not reported
either: `get_tracer()`, `Counter("orders", ...)`, `get_current_span().set_attribute(...)`.

Each tracer or counter is reported once in each function.

## What the SDK does

Nothing, in modules that are passed through. In others the sandbox refuses what the library calls:
`RestrictedWorkflowAccessError` for the clock, or for random ids.

## References

* https://docs.temporal.io/develop/python/observability
* https://python.temporal.io/temporalio.contrib.opentelemetry.html
* https://github.com/temporalio/sdk-python/pull/1314
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from wflint.rule import Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import Api, CallView, Report

_SPANS, _METRICS = "spans", "metrics"
_MESSAGES = {
    _SPANS: (
        "`{name}` makes a span with a random id and the time of the machine, and again at every "
        "replay; use the plugin of `temporalio.contrib.opentelemetry`, or do it only "
        "`if not workflow.unsafe.is_replaying()`"
    ),
    _METRICS: "`{name}` counts again at every replay; use `workflow.metric_meter()`",
}
_OTEL = "Open_?Telemetry|OTel|Trac(?:e|ing)"
_SAFE = {
    "ddtrace": "Data_?dog|DD_?Trac(?:e|ing)",
    "logfire": f"Logfire|Pydantic_?AI|{_OTEL}",
    "opentelemetry": f"Lang(?:fuse|smith)|Logfire|{_OTEL}",
    "sentry_sdk": "Sentry",
}
"""What the plugins and interceptors are called that make the tracers of a library safe."""


class PlainTracer(Rule):
    code = "WFL142"
    name = "plain-tracer"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    since = "0.1"
    harmless_unless_replaying = True
    once_per_function = True
    tables = ("plain_tracer.toml",)

    def describe(self, shown: str, api: Api) -> str:
        """Spans and metrics have remedies of their own."""
        return _MESSAGES[api.use].format(name=shown)

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Spans only where nothing in the program makes them know about replay."""
        if api.use == _SPANS and view.program_has(_plugins(view.name.partition(".")[0])):
            return None
        return self.reported(view, api)


@functools.cache
def _plugins(library: str) -> str:
    """A regular expression for the names of plugins and interceptors for a library."""
    words = _SAFE.get(library, re.escape(library))
    return rf"(?i)\b\w*(?:{words})\w*(?:Plugin|Interceptor)\b|Replay_?Safe\w*Provider"
