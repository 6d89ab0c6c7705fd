"""Depends on the time zone of the worker's machine in workflow code.

## What breaks

Two workers may run in different zones, or one is moved to another. A replay on the second worker
then computes another day, another hour or another offset than the first run did. Some of these
functions read the wall clock as well when no time is given to them; those are errors on their own.

What is converted at once, `datetime.fromtimestamp(x).astimezone(timezone.utc)`, is not reported.

Keep times aware and in UTC inside workflows. Where people need a local time, let the zone be part
of the input.

## Bad

```python
from datetime import datetime

from temporalio import workflow


@workflow.defn
class InvoiceWorkflow:
    @workflow.run
    async def run(self, due: float = 1_700_000_000.0) -> int:
        return datetime.fromtimestamp(due).day
```

## Good

```python
from datetime import datetime, timezone

from temporalio import workflow


@workflow.defn
class InvoiceWorkflow:
    @workflow.run
    async def run(self, due: float = 1_700_000_000.0) -> int:
        return datetime.fromtimestamp(due, tz=timezone.utc).day
```

## Fix safety

`datetime.fromtimestamp(x)` gets `tz=timezone.utc`. That is unsafe: the time becomes an aware one,
which cannot be compared with naive ones, and its fields change on every worker that is not in UTC.
It is withheld where activities, clients or tests call the function as well. Nothing else is fixed:
only you know which zone is meant.

## What the SDK does

Only `time.localtime` and `time.tzset` raise `RestrictedWorkflowAccessError` in the sandbox. All the
others run unnoticed, in passed-through modules and in the workflow's own.

## References

* https://docs.temporal.io/develop/python/workflows/basics#workflow-logic-requirements
* https://docs.python.org/3/library/datetime.html#aware-and-naive-objects
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from wflint.rule import Api, ApiKind, Fixable, Report, Rule, Scope, Severity, ValueType, cst

if TYPE_CHECKING:
    from wflint.rule import Arg, CallView, Context, FixView, Repair

_LOCAL = (
    "`{name}` depends on the time zone of the worker's machine; name the zone you mean, "
    "e.g. `{use}`"
)
_CLOCK = "`{name}` reads the wall clock; use `{use}`"
_METHOD = _LOCAL.replace("{name}", "{name}()")

_ZONE = Api("datetime.timezone.utc", kind=ApiKind.USE)
_SYSTEM_ZONE = Api(
    message="`{name}` looks up the time zone of the worker's machine; take the zone from the "
    "workflow's input"
)
_FORMAT_DATE = Api(
    message="`{name}` with `localtime` depends on the time zone of the worker's machine; "
    "leave it out"
)
_MESSAGE_ID = Api(
    message="`{name}` is made of the wall clock, the process id and the name of the host; "
    "make it from `workflow.uuid4()`, or in an activity",
    severity=Severity.ERROR,
)
_AWARE = Api("datetime.fromtimestamp(..., tz=timezone.utc)", Fixable.UNSAFE)

# Without a zone, at this position or under this keyword, these give a local time.
_ZONE_ARGUMENT = {
    "datetime.datetime.fromtimestamp": (1, "tz"),
    "dateutil.tz.gettz": (0, "name"),
}

# Without a time, at this position or under this keyword, these read the clock. C functions take
# no keywords; the names stand for the position.
_TIME_ARGUMENT = {
    "email.utils.formatdate": (0, "timeval", "email.utils.format_datetime(workflow.now())"),
    "email.utils.localtime": (0, "dt", "workflow.now()"),
    "time.asctime": (0, "tuple", "workflow.now().ctime()"),
    "time.ctime": (0, "seconds", "workflow.now().ctime()"),
    "time.gmtime": (0, "seconds", "time.gmtime(workflow.time())"),
    "time.localtime": (0, "seconds", "time.gmtime(workflow.time())"),
    "time.strftime": (1, "tuple", "workflow.now().strftime(...)"),
}
_BEFORE_ZONE = ("year", "month", "day", "hour", "minute", "second", "microsecond")
_PURE_WITH_TIME = frozenset({"time.asctime", "time.gmtime", "time.strftime"})


class LocalTimezoneDependent(Rule):
    code = "WFL103"
    name = "local-timezone-dependent"
    severity = Severity.WARNING
    scope = Scope.WORKFLOW
    fix = Fixable.UNSAFE
    since = "0.1"
    differs_on_replay = True
    value_decides = True
    words = ("astimezone", "timestamp")
    message = _LOCAL
    apis = {
        "datetime.date.fromtimestamp": Api("datetime.fromtimestamp(..., tz=timezone.utc).date()"),
        "datetime.datetime.fromtimestamp": _AWARE,
        "dateutil.tz.gettz": _SYSTEM_ZONE,
        "dateutil.tz.tzlocal": _SYSTEM_ZONE,
        "email.utils.formatdate": _FORMAT_DATE,
        "email.utils.localtime": Api(".astimezone(timezone.utc)"),
        "email.utils.make_msgid": _MESSAGE_ID,
        "pendulum.local": Api("pendulum.datetime(...)"),
        "pendulum.local_timezone": _SYSTEM_ZONE,
        "time.altzone": _ZONE,
        "time.asctime": Api(),
        "time.ctime": Api("datetime.fromtimestamp(..., tz=timezone.utc).ctime()"),
        "time.daylight": _ZONE,
        "time.gmtime": Api(),
        "time.localtime": Api("time.gmtime(...)"),
        "time.mktime": Api("calendar.timegm(...)"),
        "time.strftime": Api(),
        "time.timezone": _ZONE,
        "time.tzname": _ZONE,
        "time.tzset": _SYSTEM_ZONE,
        "tzlocal.get_localzone": _SYSTEM_ZONE,
        "tzlocal.get_localzone_name": _SYSTEM_ZONE,
    }

    def judge(self, view: CallView, api: Api) -> Report | None:
        """The arguments decide whether a zone or a clock is read."""
        if view.name in _ZONE_ARGUMENT:
            index, keyword = _ZONE_ARGUMENT[view.name]
            if _given(view.argument(index, keyword)) or view.spread or _cancels_out(view.around):
                return None
        if view.name in _TIME_ARGUMENT:
            return self._judge_time(view, api)
        return self.reported(view, api)

    def _judge_time(self, view: CallView, api: Api) -> Report | None:
        index, keyword, use = _TIME_ARGUMENT[view.name]
        if not _given(view.argument(index, keyword)):
            clock = self.describe(view.shown, Api(use, message=_CLOCK))
            return None if view.spread else Report(clock, Severity.ERROR)
        if view.name in _PURE_WITH_TIME:
            return None
        if view.name == "email.utils.formatdate" and not _is_true(view.argument(1, "localtime")):
            return None
        return Report(self.describe(view.shown, api))

    def repair(self, at: FixView) -> Repair | None:
        """A zone for `datetime.fromtimestamp`."""
        if at.api != _AWARE or at.dotted_name(at.call.func) != at.name:
            return None
        args = at.call.args
        if not args or any(arg.star for arg in args):
            return None
        at.only_workflows()
        zone = f"{at.imported('datetime.timezone')}.utc"
        nothing = [arg for arg in args if _is_none(arg)]
        if nothing:
            edit = at.replace(nothing[0].value, zone)
        else:
            edit = at.insert_after(args[-1], f", tz={zone}")
        return at.unsafe("Add `tz=timezone.utc`", edit)

    def visit_Call(self, node: cst.Call, ctx: Context) -> None:
        """`x.astimezone()`, and `x.timestamp()` where `x` has no zone for certain."""
        from wflint.rule import Kind

        if not isinstance(node.func, cst.Attribute):
            return
        receiver, method = node.func.value, node.func.attr.value
        if method == "astimezone" and all(_is_none(arg) for arg in node.args):
            if _is_point(receiver, ctx) and _is_converted(node, ctx):
                return
            use = "astimezone(timezone.utc)"
        elif method == "timestamp" and not node.args and _is_naive(receiver, ctx):
            use = "replace(tzinfo=timezone.utc).timestamp()"
        else:
            return
        known = ctx.ref(receiver).kind not in (Kind.UNKNOWN, Kind.PARAM)
        message = _METHOD.format(name=method, use=use)
        ctx.report(self, node, message, subject=node.func if known else None)


def _cancels_out(around: Sequence[ast.AST]) -> bool:
    """True for `datetime.fromtimestamp(stamp).astimezone(zone)`: the local zone goes in and out."""
    match around:
        case [*_, ast.Call(func=func, args=args), ast.Attribute(attr=method) as asked, ast.Call()]:
            if func is not asked or method not in ("astimezone", "timestamp"):
                return False
            given = any(not (isinstance(arg, ast.Constant) and arg.value is None) for arg in args)
            return given or method == "timestamp"
    return False


def _is_point(expression: cst.BaseExpression, ctx: Context) -> bool:
    """True if this is surely a point in time, whatever zone it is shown in."""
    if not isinstance(expression, cst.Call):
        return False
    name = ctx.dotted_name(expression.func)
    return name in ("datetime.datetime.fromtimestamp", "temporalio.workflow.now")


def _is_converted(node: cst.Call, ctx: Context) -> bool:
    """True if a time is compared, or given another zone at once."""
    outer, call = ctx.parent(), ctx.parent(2)
    if isinstance(outer, cst.Attribute) and isinstance(call, cst.Call) and call.func is outer:
        given = any(not _is_none(arg) for arg in call.args)
        method = outer.attr.value
        return method == "timestamp" or (method == "astimezone" and given)
    return isinstance(outer, (cst.Comparison, cst.ComparisonTarget))


def _given(argument: Arg | None) -> bool:
    return argument is not None and argument.value.type is not ValueType.NONE


def _is_true(argument: Arg | None) -> bool:
    return argument is not None and argument.value.text == "True"


def _is_none(arg: cst.Arg) -> bool:
    return not arg.star and isinstance(arg.value, cst.Name) and arg.value.value == "None"


def _is_naive(expression: cst.BaseExpression, ctx: Context) -> bool:
    """True if this is a `datetime` without a zone, beyond doubt."""
    if isinstance(expression, cst.Name):
        assigned = ctx.assigned(expression)
        return isinstance(assigned, cst.Call) and _makes_naive(assigned, ctx)
    return isinstance(expression, cst.Call) and _makes_naive(expression, ctx)


def _makes_naive(call: cst.Call, ctx: Context) -> bool:
    match ctx.dotted_name(call.func):
        case "datetime.datetime.utcnow" | "datetime.datetime.utcfromtimestamp":
            return True
        case "datetime.datetime":
            return _constructs_naive(call)
        case "datetime.datetime.strptime":
            return _parses_naive(call)
    return _drops_zone(call)


def _constructs_naive(call: cst.Call) -> bool:
    zones = [arg for arg in call.args if arg.keyword and arg.keyword.value == "tzinfo"]
    before_zone = [arg for arg in call.args if arg.keyword is None]
    spread = any(arg.star for arg in call.args)
    return (
        not spread and len(before_zone) <= len(_BEFORE_ZONE) and all(_is_none(arg) for arg in zones)
    )


def _parses_naive(call: cst.Call) -> bool:
    match [arg.value for arg in call.args if not arg.star]:
        case [_, cst.SimpleString(value=text)]:
            return "%z" not in text and "%Z" not in text
    return False


def _drops_zone(call: cst.Call) -> bool:
    """`x.replace(tzinfo=None)`."""
    if not (isinstance(call.func, cst.Attribute) and call.func.attr.value == "replace"):
        return False
    return any(arg.keyword and arg.keyword.value == "tzinfo" and _is_none(arg) for arg in call.args)
