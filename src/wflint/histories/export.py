"""Reads exported histories: ``temporal workflow show -o json``, the UI's download, and the SDK.

All of them are the JSON of one protobuf message. They differ in how enums are written
(``EVENT_TYPE_TIMER_STARTED``, ``TimerStarted``, numbers) and keys (``eventType``, ``event_type``).
What a stranger may have written is read here, so that nothing is taken for granted.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Any

import msgspec

from wflint.histories.events import Attributes, event_of
from wflint.histories.payloads import arguments_in
from wflint.replay.known import Arguments
from wflint.replay.recorded import Event, Recorded, WorkflowTask
from wflint.system.disk import read_file

MOST_BYTES = 256 * 1024 * 1024
"""No history is longer: servers end a run at 50 MB, and JSON needs about twice as much."""

MOST_EVENTS = 200_000
_CLOSED = frozenset(
    f"WorkflowExecution{end}"
    for end in ("Completed", "Failed", "TimedOut", "Canceled", "Terminated", "ContinuedAsNew")
)
_MARKS = {
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF8: "utf-8-sig",
}


class ExportError(Exception):
    """A file is no history that can be read; the message is for the user."""


def load(path: str) -> Any:
    """Return the JSON of a file. Raises :class:`ExportError`."""
    try:
        data = read_file(path, MOST_BYTES)
    except OSError as error:
        raise ExportError(f"{path} cannot be read: {error.strerror}") from None
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):  # Windows writes such files, `temporal ... > history.json`
            try:
                data = data.decode(encoding).encode()
            except UnicodeDecodeError:
                raise ExportError(f"{path} is no text") from None
            break
    try:
        return msgspec.json.decode(data)
    except RecursionError:
        raise ExportError(f"{path} is nested too deeply to be a history") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ExportError(f"{path} is no JSON: {error}") from None


def events_in(document: Any, path: str) -> list[dict[str, Any]]:
    """Return the events of a document. Raises :class:`ExportError`."""
    if isinstance(document, dict):
        document = document.get("history", document)
    found = document.get("events") if isinstance(document, dict) else document
    if not isinstance(found, list) or not all(isinstance(event, dict) for event in found):
        raise ExportError(f"{path} has no list of events; export it by {EXPORT}")
    if not found:
        raise ExportError(f"{path} has no events")
    if len(found) > MOST_EVENTS:
        raise ExportError(f"{path} has more than {MOST_EVENTS:,} events")
    return found


EXPORT = "`temporal workflow show -w ID -o json`"


def parts_of(document: Any, path: str) -> list[tuple[str, Any]]:
    """Return the histories of a document, each with a name: most have one."""
    several = isinstance(document, list) and all(map(has_events, document)) and document
    if not several or len(document) == 1:
        return [(path, document[0] if several else document)]
    return [(f"{path} ({number})", part) for number, part in enumerate(document, 1)]


def has_events(document: Any) -> bool:
    """True for what may be a history, whole or not."""
    if isinstance(document, list):
        return bool(document) and all(isinstance(part, dict) for part in document)
    return isinstance(document, dict) and ("events" in document or "history" in document)


def recorded_in(document: Any, path: str) -> Recorded:
    """Return the history in a document. Raises :class:`ExportError`."""
    reader = _Reader(path)
    for number, raw in enumerate(events_in(document, path), 1):
        reader.add(Attributes.of(raw, number))
    return reader.result()


class _Reader:
    """Puts events together to workflow tasks."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._workflow = ""
        self._arguments: Arguments = ()
        self._tasks: list[WorkflowTask] = []
        self._arrived: list[Event] = []
        self._updates: dict[int, str] = {}
        self._is_open = True
        self._unclear = ""
        self._numbers: set[int] = set()

    def add(self, event: Attributes) -> None:
        """Add an event."""
        if not event.type:
            raise ExportError(f"{self._path}: event {event.number} has no type")
        if not self._numbers and event.type != "WorkflowExecutionStarted":
            raise ExportError(f"{self._path} does not begin with WorkflowExecutionStarted")
        if event.number in self._numbers:
            raise ExportError(f"{self._path} has two events with the number {event.number}")
        self._numbers.add(event.number)
        if event.type == "WorkflowExecutionStarted":
            self._workflow = event.named("workflowType")
            self._arguments = arguments_in(event.given.get("input"))
        elif event.type == "WorkflowTaskCompleted":
            self._complete(event)
        else:
            self._add(event)

    def _complete(self, event: Attributes) -> None:
        language = event.text("sdkMetadata", "sdkName")
        if language and language != "temporal-python":
            raise ExportError(f"{self._path} was recorded by {language}, and not by Python code")
        self._tasks.append(WorkflowTask(self._arrived))
        self._arrived = []

    def _add(self, raw: Attributes) -> None:
        self._is_open = self._is_open and raw.type not in _CLOSED
        event = event_of(raw, self._updates)
        if event is None:
            return
        if event.kind == "update accepted":
            self._updates[event.number] = event.name or ""
        if event.is_command and self._tasks:
            self._tasks[-1].commands.append(event)
            self._unclear = self._unclear or event.unclear
        elif not event.is_command:
            self._arrived.append(event)

    def result(self) -> Recorded:
        """Return the whole history."""
        if not self._workflow:
            raise ExportError(f"{self._path} does not say which workflow it is of")
        tasks = list(_joined(self._tasks))
        return Recorded(self._workflow, tasks, self._is_open, self._unclear, self._arguments)


def _joined(tasks: list[WorkflowTask]) -> Iterator[WorkflowTask]:
    """Join tasks that only tell the server that a local activity still runs with the one before."""
    last: WorkflowTask | None = None
    for task in tasks:
        brings = task.arrived or any(event.kind == "update accepted" for event in task.commands)
        if last is not None and not brings:
            last.commands += task.commands
            continue
        if last is not None:
            yield last
        last = task
    if last is not None:
        yield last
