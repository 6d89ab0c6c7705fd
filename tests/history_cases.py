"""Histories written by hand, as short as tests need them, and their replay."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.replay_cases import flow, program
from wflint.histories.export import recorded_in
from wflint.replay.compare import workflows
from wflint.replay.following import Followed, follow
from wflint.replay.program import Functions
from wflint.replay.sides import side_of

_ENDS = ("completed", "failed", "continued_as_new", "canceled")


class Script:
    """Writes a history: each ``task`` is a workflow task with the events of its commands."""

    def __init__(self, workflow: str = "W", *given: object) -> None:
        self.events: list[dict[str, Any]] = []
        self._begun: dict[str, list[int]] = {}
        self._activities = 0
        about = {"input": payloads(*given)} if given else {}
        self._event("workflow_execution_started", workflowType={"name": workflow}, **about)

    def _event(self, kind: str, **attributes: Any) -> int:
        number = len(self.events) + 1
        word = "".join(part.capitalize() for part in kind.split("_"))
        key = f"{word[:1].lower()}{word[1:]}EventAttributes"
        event = {"eventId": str(number), "eventType": f"EVENT_TYPE_{kind.upper()}", key: attributes}
        self.events.append(event)
        return number

    def task(self, *commands: str) -> Script:
        """Add a completed workflow task, with `activity name`, `timer`, `completed` and so on.

        The default id of an activity may be given: `activity name#2`.
        """
        self._event("workflow_task_scheduled")
        self._event("workflow_task_started")
        number = self._event("workflow_task_completed")
        for command in commands:
            self._command(command, str(number))
        return self

    def _begin(self, name: str, number: int) -> None:
        self._begun.setdefault(name, []).append(number)

    def _command(self, command: str, task: str) -> None:
        kind, _, name = command.partition(" ")
        name, _, ident = name.partition("#")
        common = {"workflowTaskCompletedEventId": task}
        match kind:
            case "activity":
                self._activities += 1
                about: dict[str, Any] = {
                    "activityId": ident or str(self._activities),
                    "activityType": {"name": name},
                }
                self._begin(name, self._event("activity_task_scheduled", **about, **common))
            case "timer":
                self._begin("timer", self._event("timer_started", timerId="1", **common))
            case "timer_canceled":
                self._event("timer_canceled", **common)
            case "child":
                about = {"workflowId": name, "workflowType": {"name": name}}
                kind = "start_child_workflow_execution_initiated"
                self._begin(name, self._event(kind, **about, **common))
            case "patch":
                details = {"patch-data": {"payloads": [payload({"id": name, "deprecated": False})]}}
                self._event("marker_recorded", markerName="core_patch", details=details, **common)
            case "local":
                self._activities += 1
                data = {"activity_type": name, "activity_id": ident or str(self._activities)}
                details = {"data": {"payloads": [payload(data)]}}
                mark = "core_local_activity"
                self._event("marker_recorded", markerName=mark, details=details, **common)
            case _ if kind in _ENDS:
                self._event(f"workflow_execution_{kind}", **common)
            case _:
                self._event(kind, **common)

    def done(self, name: str, how: str = "completed") -> Script:
        """What was begun has ended."""
        number = str(self._begun[name].pop(0) if how != "started" else self._begun[name][0])
        if name == "timer":
            self._event("timer_fired", startedEventId=number)
        elif how == "started" or name[:1].isupper():
            self._event(f"child_workflow_execution_{how}", initiatedEventId=number)
        else:
            self._event(f"activity_task_{how}", scheduledEventId=number)
        return self

    def signal(self, name: str, *given: object) -> Script:
        """A signal has come."""
        self._event("workflow_execution_signaled", signalName=name, input=payloads(*given))
        return self

    def update(self, name: str, *commands: str, given: object = None) -> Script:
        """Add a workflow task that accepts an update, with further commands."""
        self.task()
        about = {"input": {"name": name, "args": payloads(given)}}
        self._event("workflow_execution_update_accepted", acceptedRequest=about)
        for command in commands:
            self._command(command, "0")
        return self

    def cancel(self) -> Script:
        """The workflow was asked to end."""
        self._event("workflow_execution_cancel_requested")
        return self

    def document(self) -> dict[str, Any]:
        """The history as JSON has it."""
        return {"events": self.events}

    def write(self, path: Path) -> Path:
        """Write it to a file."""
        path.write_text(json.dumps(self.document()))
        return path


def payloads(*values: object) -> dict[str, Any]:
    """Return values as payloads."""
    return {"payloads": [payload(value) for value in values]}


def payload(value: object) -> dict[str, Any]:
    """Return a value as a payload."""
    import base64

    data = base64.b64encode(json.dumps(value).encode()).decode()
    return {"metadata": {"encoding": "anNvbi9wbGFpbg=="}, "data": data}


def activities(*names: str) -> Script:
    """Return the history of a run that calls activities one after the other, and completes."""
    script = Script()
    for name in names:
        script.task(f"activity {name}").done(name)
    return script.task("completed")


def followed(tmp_path: Path, files: str | Mapping[str, str], script: Script) -> Followed:
    """Replay a history with code: a module, or the body of `run` of one."""
    if isinstance(files, str):
        files = {"flow.py": files if "class W" in files else flow(files)}
    functions = Functions(program(tmp_path / "code", files).answer)
    recorded = recorded_in(script.document(), "history.json")
    view = next(view for view in workflows(functions) if view.name == recorded.workflow)
    side = side_of(functions, view)
    assert side is not None
    return follow(side, recorded)


def shown(found: Iterable[Any]) -> list[str]:
    """Return commands as people name them."""
    return [given.shown for given in found]
