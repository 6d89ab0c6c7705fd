"""Reads the clock through a third-party library in workflow code.

## What breaks

`pendulum.now()`, `arrow.utcnow()` and the like read the same wall clock as `datetime.now()`: a
replay gets a later time than the first run did, and takes another path. Some functions read the
clock only when something is left out, such as `arrow.get()` without arguments; only those calls are
reported.

Hand the time of the workflow to the library instead, with `workflow.now()`.

## Bad

```python
from google.protobuf.timestamp_pb2 import Timestamp

from temporalio import workflow


@workflow.defn
class DigestWorkflow:
    @workflow.run
    async def run(self) -> bool:
        stamp = Timestamp()
        stamp.GetCurrentTime()
        return stamp.seconds % 2 == 0
```

## Good

```python
from google.protobuf.timestamp_pb2 import Timestamp

from temporalio import workflow


@workflow.defn
class DigestWorkflow:
    @workflow.run
    async def run(self) -> bool:
        stamp = Timestamp()
        stamp.FromDatetime(workflow.now())
        return stamp.seconds % 2 == 0
```

## Fix safety

The clocks of arrow, pandas, pendulum, django and protobuf have a fix. It hands `workflow.now()` to
the library, as in `pendulum.instance(workflow.now())`. It is unsafe, because a local time becomes
one in UTC, and a naive one an aware one. Nothing is fixed where that would take another import of
the library (`from pendulum import now`).

## What the SDK does

A library that the sandbox loads again for each workflow is caught when it reads the clock, or it
cannot be imported at all. With the import passed through, which is what the error message advises,
nothing is caught any more. Some libraries, such as protobuf, are always passed through.

## References

* https://docs.temporal.io/develop/python/best-practices/python-sdk-sandbox
* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wflint.rule import Api, Fixable, Property, Report, Rule, Scope, Severity, ValueType

if TYPE_CHECKING:
    from wflint.rule import Arg, CallView, FixView, Repair

# With this argument (position, keyword) given, these do not ask the clock.
_TIME_ARGUMENT = {
    "arrow.Arrow.humanize": (0, "other"),
    "arrow.get": (0, "string"),
    "arrow.get.humanize": (0, "other"),
    "babel.dates.format_date": (0, "date"),
    "babel.dates.format_datetime": (0, "datetime"),
    "babel.dates.format_time": (0, "time"),
    "cachetools.TLRUCache": (2, "timer"),
    "cachetools.TTLCache": (2, "timer"),
    "cachetools.func.ttl_cache": (2, "timer"),
    "croniter.croniter": (1, "start_time"),
    "croniter.croniter.croniter": (1, "start_time"),
    "dateparser.parse": (5, "settings"),
    "dateutil.parser.parse": (9, "default"),
    "dateutil.rrule.rrule": (1, "dtstart"),
    "delorean.Delorean": (0, "datetime"),
    "django.utils.timesince.timesince": (1, "now"),
    "django.utils.timesince.timeuntil": (1, "now"),
    "django.utils.timezone.localdate": (0, "value"),
    "django.utils.timezone.localtime": (0, "value"),
    "humanize.naturaltime": (4, "when"),
    "parsedatetime.Calendar.parse": (1, "sourceTime"),
    "parsedatetime.Calendar.parseDT": (1, "sourceTime"),
    "pendulum.DateTime.diff_for_humans": (0, "other"),
    "timeago.format": (1, "now"),
}

# These read the clock when they are given one of these words, and only then.
_TEXT_ARGUMENT = frozenset({"numpy.datetime64", "pandas.Timestamp", "pandas.to_datetime"})
_NOW = frozenset({"now", "today"})


class ThirdPartyClock(Rule):
    code = "WFL109"
    name = "third-party-clock"
    severity = Severity.ERROR
    scope = Scope.WORKFLOW
    names_are = frozenset({Property.CLOCK})
    fix = Fixable.UNSAFE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    message = "`{name}` reads the wall clock; use `{use}`"
    tables = ("third_party_clock.toml",)

    def repair(self, at: FixView) -> Repair | None:
        """The time of the workflow in the library's own type."""
        from ._library_clocks import given_the_time

        return given_the_time(at)

    def judge(self, view: CallView, api: Api) -> Report | None:
        """Drop the calls that are given the time that they work on."""
        if view.name in _TIME_ARGUMENT:
            index, keyword = _TIME_ARGUMENT[view.name]
            if view.spread or _given(view.argument(index, keyword)):
                return None
        if view.name in _TEXT_ARGUMENT and not any(_says_now(arg) for arg in view.positional[:1]):
            return None
        return self.reported(view, api)


def _given(argument: Arg | None) -> bool:
    return argument is not None and argument.value.type is not ValueType.NONE


def _says_now(argument: Arg) -> bool:
    return argument.value.type is ValueType.STR and argument.value.text in _NOW
