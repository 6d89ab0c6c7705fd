"""Single events of exported histories, and what replay sees of them."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

import msgspec
from msgspec import Struct

from wflint.histories.payloads import arguments_in
from wflint.replay.known import Arguments
from wflint.replay.recorded import Event

_CAMEL = re.compile(r"_([a-z0-9])")
_COMMANDS = {
    "ActivityTaskScheduled": "activity",
    "ActivityTaskCancelRequested": "cancellation of activity",
    "TimerStarted": "timer",
    "TimerCanceled": "cancellation of timer",
    "StartChildWorkflowExecutionInitiated": "child workflow",
    "SignalExternalWorkflowExecutionInitiated": "signal",
    "RequestCancelExternalWorkflowExecutionInitiated": "cancellation of another workflow",
    "NexusOperationScheduled": "Nexus operation",
    "NexusOperationCancelRequested": "cancellation of Nexus operation",
    "UpsertWorkflowSearchAttributes": "search attribute upsert",
    "WorkflowPropertiesModified": "memo upsert",
    "WorkflowExecutionCompleted": "completion",
    "WorkflowExecutionFailed": "failure",
    "WorkflowExecutionCanceled": "failure",
    "WorkflowExecutionContinuedAsNew": "continue as new",
    "WorkflowExecutionUpdateAccepted": "update accepted",
    "WorkflowExecutionUpdateCompleted": "update completed",
}
_ENDS = {
    "ActivityTaskCompleted": ("end", "scheduledEventId"),
    "ActivityTaskFailed": ("fail", "scheduledEventId"),
    "ActivityTaskTimedOut": ("fail", "scheduledEventId"),
    "ActivityTaskCanceled": ("fail", "scheduledEventId"),
    "TimerFired": ("end", "startedEventId"),
    "ChildWorkflowExecutionStarted": ("start", "initiatedEventId"),
    "StartChildWorkflowExecutionFailed": ("fail", "initiatedEventId"),
    "ChildWorkflowExecutionCompleted": ("end", "initiatedEventId"),
    "ChildWorkflowExecutionFailed": ("fail", "initiatedEventId"),
    "ChildWorkflowExecutionCanceled": ("fail", "initiatedEventId"),
    "ChildWorkflowExecutionTimedOut": ("fail", "initiatedEventId"),
    "ChildWorkflowExecutionTerminated": ("fail", "initiatedEventId"),
    "ExternalWorkflowExecutionSignaled": ("end", "initiatedEventId"),
    "SignalExternalWorkflowExecutionFailed": ("fail", "initiatedEventId"),
    "ExternalWorkflowExecutionCancelRequested": ("end", "initiatedEventId"),
    "RequestCancelExternalWorkflowExecutionFailed": ("fail", "initiatedEventId"),
    "NexusOperationStarted": ("start", "scheduledEventId"),
    "NexusOperationCompleted": ("end", "scheduledEventId"),
    "NexusOperationFailed": ("fail", "scheduledEventId"),
    "NexusOperationCanceled": ("fail", "scheduledEventId"),
    "NexusOperationTimedOut": ("fail", "scheduledEventId"),
}
_SURE_FAILURES = ("ActivityTaskFailed", "ActivityTaskTimedOut")
_PATCH, _LOCAL = "core_patch", "core_local_activity"
_OWN_ATTRIBUTE = "TemporalChangeVersion"
"""The search attribute that the SDK sets for patches, without a command of the code."""


class Attributes(Struct, frozen=True):
    """An event with what its type knows of it, whichever program has written it."""

    number: int
    type: str
    given: dict[str, Any]

    @classmethod
    def of(cls, raw: dict[str, Any], number: int) -> Attributes:
        """Read an event, the one with this number unless it says otherwise."""
        event = {camel(key): value for key, value in raw.items() if isinstance(key, str)}
        key = next((k for k in event if k.endswith("EventAttributes")), "attributes")
        given = event.get(key)
        name = event.get("eventType")
        if not isinstance(name, str):
            word = key.removesuffix("EventAttributes")
            name = word[:1].upper() + word[1:] if word != "attributes" else ""
        known = given if isinstance(given, dict) else {}
        fields = {camel(k): value for k, value in known.items() if isinstance(k, str)}
        return cls(_number(event.get("eventId")) or number, type_of(name), fields)

    def text(self, *path: str) -> str:
        """Return a text inside of it, or ``""``."""
        found = self.part(*path)
        return found if isinstance(found, str) else ""

    def part(self, *path: str) -> Any:
        """Return something inside of it, or ``""``."""
        found: Any = self.given
        for word in path:
            if not isinstance(found, dict):
                return ""
            found = next(
                (v for k, v in found.items() if isinstance(k, str) and camel(k) == word), ""
            )
        return found

    def named(self, key: str) -> str:
        """Return the name of a type: an object with a name, or a name."""
        return self.text(key, "name") or self.text(key)

    def count(self, key: str) -> int:
        """Return a number in it, or 0."""
        return _number(self.given.get(key))


def camel(word: str) -> str:
    """Return a key as JSON of protobuf has it: ``event_type`` is ``eventType``."""
    return _CAMEL.sub(lambda found: found[1].upper(), word) if "_" in word else word


def type_of(written: str) -> str:
    """Return a type of event as ``ActivityTaskScheduled``."""
    if not written.startswith("EVENT_TYPE_"):
        return written
    return "".join(word.capitalize() for word in written.removeprefix("EVENT_TYPE_").split("_"))


def _number(value: object) -> int:
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < 20 else 0


def event_of(raw: Attributes, updates: dict[int, str]) -> Event | None:
    """Return what replay sees of an event; ``None`` if that is nothing."""
    if raw.type in _COMMANDS:
        return _command(raw, _COMMANDS[raw.type], updates)
    if raw.type in _ENDS:
        return _end(raw, *_ENDS[raw.type])
    match raw.type:
        case "MarkerRecorded":
            return _marker(raw)
        case "WorkflowExecutionSignaled":
            name, given = raw.text("signalName"), arguments_in(raw.given.get("input"))
            return Event(raw.number, raw.type, "signal", name, arguments=given)
        case "WorkflowExecutionCancelRequested":
            return Event(raw.number, raw.type, "cancel", "run")
    return None


def _command(raw: Attributes, kind: str, updates: dict[int, str]) -> Event | None:
    name = ident = None
    others: tuple[str, ...] = ()
    given: Arguments = ()
    match raw.type:
        case "ActivityTaskScheduled":
            name, ident = raw.named("activityType") or None, raw.text("activityId") or None
        case "StartChildWorkflowExecutionInitiated":
            name, ident = raw.named("workflowType") or None, raw.text("workflowId") or None
        case "RequestCancelExternalWorkflowExecutionInitiated":
            others = ("cancellation of child workflow",)
        case "WorkflowExecutionContinuedAsNew":
            if raw.text("initiator").upper().endswith(("RETRY", "CRON_SCHEDULE", "CRONSCHEDULE")):
                others = ("completion", "failure")  # the server has begun the next run
        case "WorkflowExecutionUpdateAccepted":
            name = raw.text("acceptedRequest", "input", "name")
            given = arguments_in(raw.part("acceptedRequest", "input", "args"))
        case "WorkflowExecutionUpdateCompleted":
            name = updates.get(raw.count("acceptedEventId"), "")
        case "UpsertWorkflowSearchAttributes":
            attributes = raw.given.get("searchAttributes")
            fields = attributes.get("indexedFields") if isinstance(attributes, dict) else None
            if isinstance(fields, dict) and list(fields) == [_OWN_ATTRIBUTE]:
                return None
    return Event(
        *(raw.number, raw.type, kind, name, ident),
        others=others,
        is_command=True,
        arguments=given,
    )


def _end(raw: Attributes, kind: str, key: str) -> Event:
    unclear = ""
    if kind == "fail" and raw.type not in _SURE_FAILURES:
        unclear = "what the code does after a failure like that is not known exactly"
    ident = raw.text("timerId") or None
    return Event(raw.number, raw.type, kind, ident=ident, about=raw.count(key), unclear=unclear)


# Markers.


def _marker(raw: Attributes) -> Event:
    name = raw.text("markerName")
    details = raw.given.get("details")
    known = details if isinstance(details, dict) else {}
    if name == _PATCH:
        data = _decoded(known.get("patch-data"))
        if isinstance(data.get("id"), str):
            is_deprecated = data.get("deprecated") is True
            return Event(
                raw.number, raw.type, "patch", data["id"], deprecated=is_deprecated, is_command=True
            )
    if name == _LOCAL:
        data = _decoded(known.get("data"))
        kind, ident = data.get("activity_type"), data.get("activity_id")
        again = "a local activity was tried again after a timer" if data.get("backoff") else ""
        return Event(
            *(raw.number, raw.type, "local activity"),
            kind if isinstance(kind, str) else None,
            ident if isinstance(ident, str) else None,
            failed=bool(raw.given.get("failure")),
            unclear=again,
            is_command=True,
        )
    unclear = f"it has a marker `{name}` that cannot be read"
    return Event(raw.number, raw.type, f"marker {name}", unclear=unclear, is_command=True)


def _decoded(payloads: object) -> dict[str, Any]:
    """Return the JSON in the first of some payloads, which the SDK's core has written."""
    inner = payloads.get("payloads") if isinstance(payloads, dict) else None
    first = inner[0] if isinstance(inner, list) and inner else payloads
    if isinstance(first, dict) and ("id" in first or "activity_type" in first):
        return first  # the UI can decode payloads on its own
    data = first.get("data") if isinstance(first, dict) else None
    if not isinstance(data, str):
        return {}
    try:
        found = msgspec.json.decode(base64.b64decode(data))
    except (msgspec.DecodeError, binascii.Error, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
