"""``wflint graph --commands``: the commands of a workflow, with those of its helpers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import enter_project, invoke
from tests.replay_cases import flow

HELPERS = """\
from temporalio import workflow

from activities import charge


async def pay(order, name):
    workflow.logger.info("paying")
    try:
        await workflow.execute_activity(charge, order, schedule_to_close_timeout=name)
    except ValueError:
        order = None
    finally:
        await settle()


async def settle():
    await workflow.sleep(1)
"""
ACTIVITIES = """\
from temporalio import activity


@activity.defn(name="charge-card")
async def charge(order: str) -> str: ...
"""
BODY = """
total = len(order)
for part in order:
    await workflow.execute_activity(reserve, part, start_to_close_timeout=TEN)
if workflow.patched("pay"):
    await pay(order, TEN)
elif total > 3:
    await pay(order, TEN)
if total:
    total = 0
return order
"""
METHODS = """
@workflow.signal(name="halt")
async def stop(self, why: str) -> None:
    await workflow.wait_condition(lambda: self.ready, timeout=5)

@workflow.query
def state(self) -> str:
    return "open"
"""
FILES = {
    "flow.py": flow(BODY, "from helpers import pay", METHODS),
    "helpers.py": HELPERS,
    "activities.py": ACTIVITIES,
}


def _enter(folder: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str]) -> None:
    enter_project(folder, monkeypatch)
    for name, text in files.items():
        (folder / name).write_text(text)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _enter(tmp_path, monkeypatch, FILES)


def _json(*args: str) -> dict[str, Any]:
    result = invoke("graph", "--commands", *args, "--format", "json")
    assert result.exit_code == 0
    found: dict[str, Any] = json.loads(result.stdout)
    return found


@pytest.mark.usefixtures("project")
def test_helpers_stand_below_the_first_call_of_them() -> None:
    result = invoke("graph", "--commands", "W")

    assert result.exit_code == 0
    assert (
        result.stdout
        == """\
W.run (flow.py:34):
    for each of order:
        await activity reserve  (flow.py:37)
    if patch 'pay':  (flow.py:38)
        await pay(order=order, name=TEN)  (flow.py:39)
            try:
                await activity charge-card  (helpers.py:9)
            except ValueError:
            finally:
                await settle()  (helpers.py:13)
                    await timer  (helpers.py:17)
    else:
        if total > 3:
            await pay(order=order, name=TEN)  (flow.py:41)

W.stop (flow.py:26), signal halt:
    await condition self.ready with a timer  (flow.py:27)
"""
    )
    assert result.stderr == "3 commands in 4 functions.\n"


@pytest.mark.usefixtures("project")
def test_a_function_can_be_asked_for_alone() -> None:
    result = invoke("graph", "--commands", "settle", "-q")

    assert result.stdout == "settle (helpers.py:16):\n    await timer  (helpers.py:17)\n"
    assert result.stderr == ""


@pytest.mark.usefixtures("project")
def test_the_json_has_functions_with_steps_and_commands() -> None:
    found = _json("W")

    assert found["workflow"] == "W"
    assert found["roots"] == ["flow.py::W.run", "flow.py::W.stop"]
    functions = {function["id"]: function for function in found["functions"]}
    assert list(functions)[:2] == found["roots"]
    run, stop = functions["flow.py::W.run"], functions["flow.py::W.stop"]
    assert (run["kind"], run["name"]) == ("run", "W")
    assert (stop["kind"], stop["name"]) == ("signal", "halt")
    loop, choice, other = run["steps"]
    assert (loop["kind"], choice["kind"], other["kind"]) == ("loop", "if", "else")
    assert loop["steps"][0]["commands"] == [
        {"kind": "activity", "name": "reserve", "id": None, "location": {"row": 37, "column": 19}}
    ]
    assert choice["steps"][0]["calls"] == ["helpers.py::pay"]
    assert functions["helpers.py::pay"]["kind"] is None
    assert functions["helpers.py::pay"]["parameters"] == ["order", "name"]


def test_functions_that_call_each_other_are_shown_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = """
    async def ping(n):
        await workflow.sleep(1)
        await pong(n)


    async def pong(n):
        await ping(n)
    """
    _enter(tmp_path, monkeypatch, {"flow.py": flow("await ping(1)\nawait pong(2)", more)})

    result = invoke("graph", "--commands", "W")

    assert result.stdout.count("await timer") == 1
    assert result.stdout.count("await ping(n=") == 2


def test_deep_helpers_go_on_in_a_paragraph_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "\n\n".join(f"async def f{n}():\n    await f{n + 1}()" for n in range(300))
    more += "\n\n\nasync def f300():\n    await workflow.sleep(1)\n"
    _enter(tmp_path, monkeypatch, {"flow.py": flow("await f0()", more)})

    result = invoke("graph", "--commands", "W")

    assert result.stdout.count("await timer") == 1
    assert max(map(len, result.stdout.splitlines())) < 80


def test_there_is_no_drawing_of_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _enter(tmp_path, monkeypatch, FILES)

    result = invoke("graph", "--commands", "W", "--format", "dot")

    assert result.exit_code == 2
    assert "--format text or json" in result.stderr


@pytest.mark.usefixtures("project")
def test_what_no_workflow_reaches_has_no_commands(tmp_path: Path) -> None:
    (tmp_path / "other.py").write_text("def unused(): ...\n")

    result = invoke("graph", "--commands", "unused")

    assert result.exit_code == 1
    assert "is not workflow code" in result.stdout
