"""Gives a parameter or result a type that the JSON converter cannot encode or decode.

## What breaks

What workflows, activities and handlers are sent and give back travels as JSON. The default data
converter knows text, numbers, `datetime`, `UUID`, dataclasses, lists, sets and dictionaries, and no
`Decimal`, `date`, `time`, `timedelta`, `Path`, plain `Enum`, exception, function or object of a
class of your own. `TypeError: Object of type Decimal is not JSON serializable` comes where such a
value is sent: in workflow code it fails the workflow *task*, which is retried for ever; in an
activity that returns it, the attempt, which is retried as well. Reading a value into such a type
fails in the same way: `Unserializable type during conversion`. A parameter of type `object` can be
sent anything, and reads nothing; `Any` reads what is sent.

That a dataclass or model has such a field is enough, and so is a dictionary with keys that are no
text or numbers.

## Bad

```python
from dataclasses import dataclass
from decimal import Decimal

from temporalio import workflow


@dataclass
class Order:
    id: str
    total: Decimal


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: Order) -> str:
        return order.id
```

## Good

```python
from dataclasses import dataclass

from temporalio import workflow


@dataclass
class Order:
    id: str
    total_in_cents: int


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: Order) -> str:
        return order.id
```

With models of pydantic in place of dataclasses, and
`Client.connect(..., data_converter=pydantic_data_converter)` from `temporalio.contrib.pydantic`,
most of these types work.

## What the SDK does

It looks at values when they are sent or read, and at types never: the mistake shows at run time.

The rule follows dataclasses, pydantic models, `TypedDict`, `NamedTuple` and containers. It is
silent where the project sets a data converter or uses a plugin, which may set one, as may a library
around the SDK that makes the clients or gives their options; where a value
may be of another type that works (`str | date`); where a class itself says how its objects are
converted; of parameters of activities with a default that no call is known to give anything; and of
methods on which a decorator of your own stands.

## References

* https://docs.temporal.io/develop/python/data-handling/data-conversion
* https://python.temporal.io/temporalio.converter.html
* https://python.temporal.io/temporalio.contrib.pydantic.html
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable
from typing import TYPE_CHECKING

from wflint.rule import ClassForm, ParamKind, PlacedReport, Report, Rule, Scope, Severity

if TYPE_CHECKING:
    from wflint.rule import (
        ActivityView,
        HandlerView,
        PayloadPart,
        PayloadType,
        PayloadView,
        WorkflowView,
    )

_MODEL = "or set `pydantic_data_converter` on the clients"
_TEXT = f"send a `str`, {_MODEL}"
_OTHER = "send plain data instead"

_FAILING = {
    "collections.abc.Callable": _OTHER,
    "builtins.complex": _OTHER,
    "builtins.slice": _OTHER,
    "builtins.type": _OTHER,
    "datetime.date": f"send a `datetime` or a `str`, {_MODEL}",
    "datetime.time": _TEXT,
    "datetime.timedelta": f"send a number of seconds, {_MODEL}",
    "datetime.timezone": _OTHER,
    "datetime.tzinfo": _OTHER,
    "decimal.Decimal": _TEXT,
    "enum.Enum": f"make it a `StrEnum` or `IntEnum`, {_MODEL}",
    "fractions.Fraction": _OTHER,
    "ipaddress.IPv4Address": _TEXT,
    "ipaddress.IPv6Address": _TEXT,
    "logging.Logger": _OTHER,
    "pathlib.Path": _TEXT,
    "pathlib.PosixPath": _TEXT,
    "pathlib.PurePath": _TEXT,
    "pathlib.PurePosixPath": _TEXT,
    "re.Pattern": _OTHER,
    "temporalio.client.Client": "connect where it is needed",
    "types.SimpleNamespace": _OTHER,
    "typing.Callable": _OTHER,
    "zoneinfo.ZoneInfo": "send its key",
} | {
    f"builtins.{name}": _OTHER
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, BaseException)
}
"""Types that are neither encoded nor decoded, with what to do."""

_NO_KEYS = frozenset(
    {
        "builtins.bytes",
        "builtins.frozenset",
        "builtins.tuple",
        "datetime.datetime",
        "uuid.UUID",
    }
)
"""Types that can be sent, but not as keys: JSON has texts there."""

_IN_MODELS = frozenset(
    {
        *(name for name in _FAILING if name.startswith(("datetime.", "decimal.", "pathlib."))),
        "enum.Enum",
        "ipaddress.IPv4Address",
        "ipaddress.IPv6Address",
    }
)
"""Types that pydantic knows, and that its `.dict()` leaves as they are."""

_OUTSIDE = ("Annotated", "ClassVar", "InitVar", "PrivateAttr", "SkipJsonSchema")
"""Words in annotations of fields that are not sent, or in another form."""


class UnserializableType(Rule):
    code = "WFL518"
    name = "unserializable-type"
    severity = Severity.WARNING
    scope = Scope.RUN | Scope.HANDLER | Scope.ACTIVITY
    since = "0.1"

    def check_handler(self, handler: HandlerView, workflow: WorkflowView) -> Iterable[PlacedReport]:
        """What a run method, signal, query or update gets and gives; validators get the same."""
        is_message = handler.kind is not Scope.VALIDATOR and not handler.is_dynamic
        if is_message and handler.is_itself:
            yield from _check(handler, handler.payloads, handler.method)

    def check_activity(self, activity: ActivityView) -> Iterable[PlacedReport]:
        """What an activity gets and gives."""
        if not activity.is_dynamic:
            yield from _check(activity, activity.exchanged, activity.function.head.name)


def _check(
    definition: HandlerView | ActivityView, payloads: Iterable[PayloadView], shown: str
) -> Iterable[PlacedReport]:
    # For a signature that has anything else, the SDK drops all types.
    has_hints = all(p.kind is ParamKind.POSITIONAL for p in definition.signature.params)
    for payload in payloads:
        message = _message(payload, shown, has_hints)
        if message and definition.has_default_converter():
            yield PlacedReport(payload.place, Report(message))


def _message(payload: PayloadView, shown: str, has_hints: bool) -> str:
    """Return what is said of the first part that cannot be sent; empty if there is none."""
    way = f"the result of `{shown}`"
    for part in payload.parts():
        found = [_advice(one, part, bool(payload.name) and has_hints) for one in part.types]
        if not found or not all(found) or _is_outside(part):
            continue
        where = f"`{part.way}`" if part.way else way
        what = f"`{part.types[0].shown}{'[...]' if part.types[0].is_parametrized else ''}`"
        if part.is_key:
            return (
                f"{what} as a key in {where} cannot be sent as JSON: TypeError, keys must be texts "
                "or numbers; use these"
            )
        verb = "read" if _fails_when_read(part.types[0]) else "sent"
        return (
            f"{what} in {where} cannot be {verb}: the SDK's JSON converter raises TypeError; "
            f"{found[0]}"
        )
    return ""


def _fails_when_read(of: PayloadType) -> bool:
    """True of a type whose values can be sent, but not be read into it."""
    is_generic = of.is_parametrized and of.form is ClassForm.DATACLASS
    return is_generic or of.name == "builtins.object"


def _advice(of: PayloadType, part: PayloadPart, is_read: bool) -> str:
    """Return what to do about a type that cannot be sent, or read; empty if it can."""
    if of.form is ClassForm.ENUM:
        return _FAILING["enum.Enum"]
    if part.in_model:
        return _FAILING[of.name] if of.name in _IN_MODELS else ""
    if part.is_key and (of.name in _NO_KEYS or of.form is ClassForm.DATACLASS):
        return _TEXT
    if of.form is ClassForm.PLAIN:
        return f"make `{of.shown}` a dataclass"
    if of.name == "builtins.object":
        return "say what it is, or `Any`" if is_read else ""
    if _fails_when_read(of) and not part.is_key:
        return f"leave out its type parameters, {_MODEL}" if is_read else ""
    return _FAILING.get(of.name, "")


def _is_outside(part: PayloadPart) -> bool:
    """True for a field that is not sent, or that may be sent in another form."""
    if part.in_model and part.way.rpartition(".")[2].startswith("_"):
        return True
    texts = [text() for text in part.texts]
    return any(word in text for text in texts for word in _OUTSIDE)
