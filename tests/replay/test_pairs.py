"""The pairs of `tests/fixtures/replay/`: their verdicts, and what the SDK's Replayer says."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from tests.command_line import invoke
from tests.replay_cases import Pair, changes, pairs
from wflint.replay.change import Verdict

_ENDS = (
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
)


def _code(pair: Pair, name: str) -> str:
    return (pair.folder / name).read_text()


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.name)
def test_wflint_diff_says_so(pair: Pair, tmp_path: Path) -> None:
    for side, name in (("old", "before.py"), ("new", "after.py")):
        _write(tmp_path / side, _code(pair, name))
    done = invoke("diff", *_sides(tmp_path), "--output-format", "json")
    found = [one for one in json.loads(done.stdout) if one["workflow"] in ("W", "")]

    assert _worst(found) is pair.verdict
    assert done.exit_code == (pair.verdict in (Verdict.INCOMPATIBLE, Verdict.DEPENDS))
    if found:
        assert any(one["kind"] == "commands" for one in found) == (pair.kind == "commands")
        assert any(pair.difference in one["message"] for one in found)
    assert bool(found) == bool(pair.difference)
    assert "Compared" in done.stderr and "not in full" not in done.stderr


def _write(folder: Path, code: str) -> None:
    """Make a program of one module."""
    folder.mkdir()
    (folder / "pyproject.toml").write_text("[tool.wflint]\n")
    (folder / "flow.py").write_text(code)


def _sides(folder: Path) -> tuple[str, ...]:
    return ("--from", str(folder / "old"), "--to", str(folder / "new"))


def _worst(found: Sequence[dict[str, Any]]) -> Verdict:
    order = list(Verdict)
    return min((Verdict(one["verdict"]) for one in found), key=order.index, default=order[-1])


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.name)
def test_code_is_compatible_with_itself(pair: Pair, tmp_path: Path) -> None:
    before = _code(pair, "before.py")

    assert changes(tmp_path, {"a.py": before}, {"a.py": before}, shortcut=False) == []


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.name)
def test_the_replayer_says_so(pair: Pair) -> None:
    assert _oracle(pair, "before") == "compatible"
    assert _oracle(pair, "after") == pair.oracle


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.name)
def test_nothing_that_the_replayer_fails_is_compatible(pair: Pair) -> None:
    if pair.verdict is Verdict.COMPATIBLE:
        assert pair.oracle == "compatible"


# The SDK's Replayer.


def _oracle(pair: Pair, name: str) -> str:
    workflows = _workflows(pair.folder / f"{name}.py")
    worst = "compatible"
    for file in sorted(pair.folder.glob("history-*.json")):
        events = list(WorkflowHistory.from_json("w", file.read_text()).events)
        if any(not _replays(workflows, part) for part in _running(events)):
            return "incompatible"
        if not _replays(workflows, events):
            if events[-1].event_type not in _ENDS:
                return "incompatible"
            worst = "closed-only"
    return worst


def _running(events: Sequence[HistoryEvent]) -> Iterator[Sequence[HistoryEvent]]:
    """Yield what a worker gets of a history, workflow task by workflow task."""
    for number, event in enumerate(events, 1):
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            yield events[:number]


def _replays(workflows: list[type], events: Sequence[HistoryEvent]) -> bool:
    async def run() -> bool:
        replayer = Replayer(workflows=workflows, workflow_runner=UnsandboxedWorkflowRunner())
        history = WorkflowHistory("w", list(events))
        result = await replayer.replay_workflow(history, raise_on_replay_failure=False)
        return result.replay_failure is None

    return asyncio.run(asyncio.wait_for(run(), 20))


def _workflows(file: Path) -> list[type]:
    name = f"replay_pair_{file.parent.name.replace('-', '_')}_{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None and spec.loader is not None
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return [
        each
        for each in vars(module).values()
        if isinstance(each, type) and hasattr(each, "__temporal_workflow_definition")
    ]
