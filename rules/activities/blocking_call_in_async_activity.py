"""Blocks in an async activity, which stops all others that share its event loop.

## What breaks

A worker runs all `async def` activities in one event loop, the one that it also uses to poll the
service and to send heartbeats. While `time.sleep()`, `requests.get()` or a database driver waits,
all of this stops: other activities stand still, a cancellation is not noticed, and workflow tasks
come too late. Heartbeats are not sent either, so the service considers the activity lost and starts
another attempt. With one activity at a time everything works; under load it does not.

The call may be hidden at any depth: a plain function that an async activity calls also runs in the
event loop. All calls of one function that have the same remedy are reported once, at the first.

## Bad

```python
import subprocess
from datetime import timedelta

from temporalio import activity, workflow


def shrink(picture: str) -> None:
    subprocess.run(["convert", picture, "-resize", "50%", f"small-{picture}"], check=True)


@activity.defn
async def make_thumbnail(picture: str) -> None:
    shrink(picture)


@workflow.defn
class ThumbnailWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            make_thumbnail, "cat.png", start_to_close_timeout=timedelta(minutes=5)
        )
```

## Good

Wait in a thread, or use an asynchronous library. Or make the activity a plain `def`, which the
worker runs in a thread of its `activity_executor`.

```python
import asyncio
import subprocess
from datetime import timedelta

from temporalio import activity, workflow


def shrink(picture: str) -> None:
    subprocess.run(["convert", picture, "-resize", "50%", f"small-{picture}"], check=True)


@activity.defn
async def make_thumbnail(picture: str) -> None:
    await asyncio.to_thread(shrink, picture)


@workflow.defn
class ThumbnailWorkflow:
    @workflow.run
    async def run(self) -> None:
        await workflow.execute_activity(
            make_thumbnail, "cat.png", start_to_close_timeout=timedelta(minutes=5)
        )
```

Reading and writing files is not reported: on a local disk it takes no time worth a thread. Nor is
`with lock:`, which is as a rule held for a moment; `lock.acquire()` is. Nor is what waits for
something that has ended, such as `thread.join()` after `while thread.is_alive(): ...`.

## What the SDK does

Nothing: it does not notice. `heartbeat_timeout` makes the service retry an activity whose
heartbeats do not come through. In a workflow the same calls are other faults, such as
[blocking-sleep](blocking-sleep.md) and [network](network.md).

## References

* https://docs.temporal.io/develop/python/python-sdk-sync-vs-async
* https://docs.temporal.io/encyclopedia/detecting-activity-failures#activity-heartbeat
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from wflint.rule import (
    PROPERTIES,
    Api,
    CallView,
    FunctionHead,
    Kind,
    Property,
    Report,
    Rule,
    Scope,
    Severity,
    Value,
    ValueType,
)

from ._finished import waits_for_finished

_BLOCKS = "`{name}` blocks the event loop that all async activities of the worker share; "
_SLEEP = f"{_BLOCKS}use `await asyncio.sleep()`"
_CALL = f"{_BLOCKS}use `await asyncio.to_thread(...)`"
_IN_ACTIVITY = f"{_CALL}, or make the activity a plain `def`"
_IN_HELPER = f"{_BLOCKS}call `{{use}}` with `await asyncio.to_thread(...)`"
_BELOW_HELPER = f"{_BLOCKS}call `{{use}}`, which leads here, with `await asyncio.to_thread(...)`"
_IN_USE = (
    f"{_BLOCKS}put what uses it into a plain function, and call that with "
    "`await asyncio.to_thread(...)`"
)
_RUNS = (
    "`{name}` raises `RuntimeError` in an async activity, whose event loop is running; "
    "await the coroutine instead"
)
_WAIT = frozenset(
    f"temporalio.activity.{name}_sync"
    for name in ("wait_for_cancelled", "wait_for_worker_shutdown")
)
_EVENTS = frozenset({"threading.Condition.wait", "threading.Event.wait"})
_WHETHER = frozenset({"block", "blocking", "timeout"})
"""Arguments of what need not wait, or only for a time."""


class BlockingCallInAsyncActivity(Rule):
    code = "WFL801"
    name = "blocking-call-in-async-activity"
    severity = Severity.ERROR
    scope = Scope.ASYNC_ACTIVITY
    properties = frozenset({Property.BLOCKS})
    targets = frozenset({"asyncio.run", *_WAIT})
    once_per_function = True
    since = "0.1"

    def check_call(self, view: CallView) -> Iterable[Report]:
        """Report calls that wait for the activity itself, or that cannot run inside a loop."""
        if view.name in _WAIT:
            use = f"await activity.{view.name.rpartition('.')[2].removesuffix('_sync')}()"
            yield Report(f"{_BLOCKS.format(name=view.shown)}use `{use}`", group=view.name)
        elif not view.only_outside:
            yield Report(_RUNS.format(name=view.shown), group=view.name)

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Report a call, unless it is awaited or belongs to one that is reported."""
        if not view.is_call or view.awaited or _is_made_by_another(view) or _returns_at_once(view):
            return None
        if _may_be_asynchronous(view) or waits_for_finished(view.around):
            return None
        if not view.in_async:
            return Report(_in_a_thread(view), group=_CALL)
        if view.name == "time.sleep":
            return Report(_SLEEP.format(name=view.shown), group=_SLEEP)
        is_alone = len(view.way) == 1 and view.can_be_plain
        message = _IN_ACTIVITY if is_alone else _CALL
        return Report(message.format(name=view.shown), group=_CALL)


def _in_a_thread(view: CallView) -> str:
    """Name the plain function on the way here that the event loop calls."""
    called = view.function
    for head in reversed(view.way):
        if head.is_async:
            break
        called = head
    name = _called_as(called)
    if not name:
        return _IN_USE.format(name=view.shown)
    message = _IN_HELPER if called == view.function else _BELOW_HELPER
    is_shared = any(head is not called and head.name == name for head in view.way)
    message = message.replace("call `{use}`", "call the plain `{use}`") if is_shared else message
    return message.format(name=view.shown, use=name)


def _called_as(head: FunctionHead) -> str:
    """Return the name by which code calls a function; empty if there is none, or no call waits."""
    if head.name == "__init__":
        return head.owner.rpartition(".")[2]
    decorators = {d.target.path[-1] if d.target.path else d.target.name for d in head.decorators}
    is_called = not head.is_generator and decorators.isdisjoint(PROPERTIES)
    return head.name if is_called and not head.name.startswith(("<", "__")) else ""


def _returns_at_once(view: CallView) -> bool:
    """True for `lock.acquire(False)`, `queue.get(block=False)`, `event.wait(0)`, `time.sleep(0)`.

    A database in memory waits for nobody, and what waits once for a thread to be ready, with a
    timeout, is as a rule not kept waiting.
    """
    if view.name.startswith("sqlite3."):
        given = view.argument(0, "database")
        return given is not None and given.value.text == ":memory:"
    if view.name in _EVENTS and (view.positional or view.keyword("timeout") is not None):
        return not view.in_loop
    given = next((arg for arg in view.args if arg.keyword in _WHETHER), None)
    first = given or next(iter(view.positional), None)
    return first is not None and first.value.text in ("False", "0", "0.0")


def _may_be_asynchronous(view: CallView) -> bool:
    """True for a method of `Connection | AsyncConnection`: a test or a setting decides which.

    So it is where the function awaits the same call in another branch.
    """
    if view.is_awaited_elsewhere:
        return True
    target = view.call.target if view.call is not None else None
    if target is None or not target.path:
        return False
    owner, method = replace(target, path=target.path[:-1]), target.path[-1]
    types = view.types(Value(ValueType.NAME, ref=owner))
    names = {f"{one.name}.{method}" for one in types if one.own is None}
    return len(names) > 1 and any(
        "async" in name.lower() and Property.BLOCKS not in view.properties_of(name)
        for name in names
    )


def _is_made_by_another(view: CallView) -> bool:
    """True for a method of what a blocking call has given, such as a connection or its cursor."""
    target = view.call.target if view.call is not None else None
    while target is not None and target.kind is Kind.RESULT:
        target = target.of
        maker = view.qualified(Value(ValueType.NAME, ref=target)) if target is not None else ""
        if Property.BLOCKS in view.properties_of(maker):
            return True
    return False
