"""Reads a monotonic or CPU clock in workflow code.

## What breaks

These clocks count from an arbitrary point, such as the start of the machine, so their values mean
nothing on another worker. Differences are no better: between two readings a replay does not wait
where the first run did, so everything seems to take no time at all. A time limit that is checked
this way ends differently on replay.

`workflow.time()` is the time of the history. Two readings differ by what passed between two
workflow tasks, on the first run and on every replay. Inside one task it stands still. To limit how
long something may take, give it a timeout.

## Bad

```python
import asyncio
import time

from temporalio import workflow


@workflow.defn
class PatientWorkflow:
    @workflow.run
    async def run(self) -> int:
        rounds = 0
        start = time.monotonic()
        while time.monotonic() - start < 60:
            await asyncio.sleep(20)
            rounds += 1
        return rounds
```

## Good

```python
import asyncio

from temporalio import workflow


@workflow.defn
class PatientWorkflow:
    @workflow.run
    async def run(self) -> int:
        rounds = 0
        start = workflow.time()
        while workflow.time() - start < 60:
            await asyncio.sleep(20)
            rounds += 1
        return rounds
```

## Fix safety

`monotonic`, `perf_counter` and `default_timer` become `workflow.time()`, their `_ns` forms
`workflow.time_ns()`. That is unsafe: the values count from 1970, and inside one workflow task no
time passes. It is left out where activities, clients or tests call the function as well. Which
clock `clock_gettime` means is for you to say, and the CPU clocks have no counterpart in a workflow:
measure in an activity.

## What the SDK does

The sandbox raises `RestrictedWorkflowAccessError` for the functions of `time`, except
`clock_gettime` and `clock_gettime_ns`, which run unnoticed, as `timeit.default_timer` does. Nothing
is caught in modules that are passed through. `asyncio.get_running_loop().time()` is allowed.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
"""

from __future__ import annotations

from wflint.rule import Api, Fixable, Property, Rule, Scope, Severity

_SECONDS = Api("workflow.time()", Fixable.UNSAFE)
_NANOSECONDS = Api("workflow.time_ns()", Fixable.UNSAFE)
_CPU = Api(
    message="`{name}` reads a clock of the worker's process, which differs on replay; "
    "measure in an activity"
)
_CLOCK = Api(
    message="`{name}` looks at a clock of the worker's machine; use `workflow.time()`, "
    "or look in an activity"
)


class MonotonicClock(Rule):
    code = "WFL102"
    name = "monotonic-clock"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.CLOCK})
    fix = Fixable.UNSAFE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = (
        "`{name}` reads a clock of the worker's machine, which a replay cannot repeat; use `{use}`"
    )
    apis = {
        "time.clock_gettime": Api("workflow.time()"),
        "time.clock_gettime_ns": Api("workflow.time_ns()"),
        "time.get_clock_info": _CLOCK,
        "time.monotonic": _SECONDS,
        "time.monotonic_ns": _NANOSECONDS,
        "time.perf_counter": _SECONDS,
        "time.perf_counter_ns": _NANOSECONDS,
        "time.process_time": _CPU,
        "time.process_time_ns": _CPU,
        "time.pthread_getcpuclockid": _CLOCK,
        "time.thread_time": _CPU,
        "time.thread_time_ns": _CPU,
        "timeit.default_timer": _SECONDS,
    }
