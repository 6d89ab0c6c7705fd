"""Histories without payloads: nothing that people wrote stays, and they replay as before."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, UnsandboxedWorkflowRunner

from tests.command_line import enter_project, invoke
from tests.history_cases import Script, activities, payload
from tests.replay_cases import PAIRS, flow
from tests.replayer import workflows_of
from wflint.histories.strip import stripped

SECRET = "alice@example.com"
HIDDEN = {"payloads": [payload(SECRET), payload({SECRET: [SECRET]})]}
FAILURE = {
    "message": f"no {SECRET}",
    "stackTrace": SECRET,
    "encodedAttributes": payload(SECRET),
    "cause": {"message": SECRET, "applicationFailureInfo": {"type": "Lost", "details": HIDDEN}},
    "activityFailureInfo": {"identity": SECRET, "activityType": {"name": "reserve"}},
    "timeoutFailureInfo": {"lastHeartbeatDetails": HIDDEN, "timeoutType": "HEARTBEAT"},
}
EVERYWHERE: dict[str, Any] = {
    "input": HIDDEN,
    "result": HIDDEN,
    "details": HIDDEN,
    "header": {"fields": {SECRET: payload(SECRET)}},
    "nexusHeader": {"authorization": SECRET},
    "memo": {"fields": {"who": payload(SECRET)}},
    "upsertedMemo": {"fields": {"who": payload(SECRET)}},
    "searchAttributes": {"indexedFields": {"Customer": payload(SECRET)}},
    "lastHeartbeatDetails": HIDDEN,
    "lastCompletionResult": HIDDEN,
    "failure": FAILURE,
    "continuedFailure": FAILURE,
    "identity": SECRET,
    "reason": SECRET,
    "cause": f"asked by {SECRET}",
    "outcome": {"success": HIDDEN, "failure": FAILURE},
    "acceptedRequest": {"meta": {"identity": SECRET}, "input": {"name": "pay", "args": HIDDEN}},
    "completionCallbacks": [{"nexus": {"url": SECRET, "header": {"token": SECRET}}}],
}


def _spilled() -> dict[str, Any]:
    """Return a history that has a secret wherever there may be one."""
    document = activities("reserve", "charge").document()
    for event in document["events"]:
        key = next(key for key in event if key.endswith("Attributes"))
        event[key] |= EVERYWHERE
        event["userMetadata"] = {"summary": payload(SECRET), "details": payload(SECRET)}
    return document


def _all_text(value: object) -> str:
    """Return all of a document, with what is encoded in it."""
    if isinstance(value, dict):
        return "".join(f"{key}{_all_text(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "".join(map(_all_text, value))
    if isinstance(value, str):
        try:
            return value + base64.b64decode(value, validate=True).decode("latin-1")
        except ValueError:
            return value
    return str(value)


def test_nothing_that_people_wrote_is_left() -> None:
    assert SECRET in _all_text(_spilled())

    assert SECRET not in _all_text(stripped(_spilled(), "h.json"))


def _snake(value: Any) -> Any:
    if isinstance(value, list):
        return [_snake(part) for part in value]
    if not isinstance(value, dict):
        return value
    as_words = {"".join(f"_{c.lower()}" if c.isupper() else c for c in k): k for k in value}
    return {word: _snake(value[key]) for word, key in as_words.items()}


def test_other_spellings_are_stripped_as_well() -> None:
    assert SECRET not in _all_text(stripped(_snake(_spilled()), "h.json"))


def test_payloads_that_the_ui_has_decoded_are_stripped_as_well() -> None:
    document = activities("reserve").document()
    about = document["events"][0]["workflowExecutionStartedEventAttributes"]
    about |= {"input": {"payloads": [SECRET, {"who": SECRET}]}, "result": [SECRET], "memo": SECRET}

    found = stripped(document, "h.json")
    assert SECRET not in _all_text(found)
    assert found["events"][0]["workflowExecutionStartedEventAttributes"]["input"] == {
        "payloads": ["", {}]
    }


@pytest.mark.parametrize(
    "hidden",
    [
        {"name": SECRET},
        {"name": SECRET, "args": SECRET},
        {"data": base64.b64encode(SECRET.encode()).decode()},
        {"metadata": {}, "data": base64.b64encode(SECRET.encode()).decode()},
        {"metadata": {"encoding": {"a": SECRET}}, "data": {"b": SECRET}},
        [[{"payloads": {"a": SECRET}}]],
    ],
    ids=repr,
)
@pytest.mark.parametrize("key", ["input", "result", "unheardOf"])
def test_no_form_of_a_payload_is_left(key: str, hidden: object) -> None:
    document = activities("reserve").document()
    about = document["events"][0]["workflowExecutionStartedEventAttributes"]
    about[key] = hidden if key != "unheardOf" else {"payloads": hidden}

    assert SECRET not in _all_text(stripped(document, "h.json"))


def test_the_name_of_an_update_stays() -> None:
    script = Script().update("pay")
    request = script.events[-1]["workflowExecutionUpdateAcceptedEventAttributes"]["acceptedRequest"]
    request["input"] |= {"args": HIDDEN, "header": {"fields": {"a": payload(SECRET)}}}

    found = stripped(script.document(), "h.json")
    assert SECRET not in _all_text(found)
    accepted = found["events"][-1]["workflowExecutionUpdateAcceptedEventAttributes"]
    assert accepted["acceptedRequest"]["input"]["name"] == "pay"


def test_the_types_of_payloads_stay() -> None:
    values = [SECRET, 7, 1.5, True, None, [SECRET], {"a": SECRET}]
    document = activities("reserve").document()
    document["events"][0]["input"] = {"payloads": [payload(value) for value in values]}

    found = stripped(document, "h.json")["events"][0]["input"]["payloads"]
    assert [json.loads(base64.b64decode(each["data"])) for each in found] == [
        *("", 0, 0, False, None, [], {})
    ]
    kept = {"encoding": "anNvbi9wbGFpbg==", "stripped": "dHJ1ZQ=="}
    assert all(each["metadata"] == kept for each in found)


def test_encrypted_payloads_lose_their_content_and_keys() -> None:
    hidden = {
        "metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA==", "key-id": "a2V5"},
        "data": "AA==",
    }
    document = activities("reserve").document()
    document["events"][0]["input"] = {"payloads": [hidden]}

    (found,) = stripped(document, "h.json")["events"][0]["input"]["payloads"]
    assert found == {"metadata": {"encoding": "YmluYXJ5L2VuY3J5cHRlZA=="}, "data": ""}


def test_what_replay_needs_stays() -> None:
    script = Script().task("patch pay", "local charge", "activity ship").task("completed")
    found = stripped(script.document(), "h.json")

    assert found == script.document()


@pytest.mark.parametrize("name", ["append-activity", "local-to-activity", "patch-id-renamed"])
def test_the_replayer_of_the_sdk_takes_stripped_histories(name: str) -> None:
    (history,) = (PAIRS / name).glob("history-*.json")
    text = json.dumps(stripped(json.loads(history.read_text()), history.name))

    async def run() -> None:
        replayer = Replayer(
            workflows=workflows_of(PAIRS / name / "before.py"),
            workflow_runner=UnsandboxedWorkflowRunner(),
        )
        await replayer.replay_workflow(WorkflowHistory.from_json("w", text))

    asyncio.run(run())


# On the command line.

CALL = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter_project(tmp_path, monkeypatch)
    (tmp_path / "flow.py").write_text(flow(CALL.format("reserve") + CALL.format("charge")))
    (tmp_path / "h.json").write_text(json.dumps(_spilled()))
    return tmp_path


@pytest.mark.usefixtures("project")
def test_one_history_goes_to_stdout() -> None:
    result = invoke("replay", "--strip", "h.json")

    assert (result.exit_code, result.stderr) == (0, "")
    assert SECRET not in _all_text(json.loads(result.stdout))


def test_several_go_to_a_folder_and_replay_as_before(project: Path) -> None:
    (project / "bad.json").write_text(json.dumps(activities("reserve", "ship").document()))

    result = invoke("replay", "--strip", "h.json", "bad.json", "-o", "out")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "Stripped 2 histories.\n"
    assert SECRET not in _all_text(json.loads((project / "out" / "h.json").read_text()))
    assert invoke("replay", "out/h.json").exit_code == 0
    assert "event 10 is activity ship" in invoke("replay", "out/bad.json").stdout


def test_a_history_is_not_overwritten(project: Path) -> None:
    before = (project / "h.json").read_text()

    result = invoke("replay", "--strip", "h.json", "-o", ".")

    assert result.exit_code == 2
    assert "would be overwritten" in result.stderr
    assert (project / "h.json").read_text() == before


def test_two_of_one_name_are_refused(project: Path) -> None:
    (project / "more").mkdir()
    (project / "more" / "h.json").write_text(json.dumps(_spilled()))

    result = invoke("replay", "--strip", "h.json", "more/h.json", "-o", "out")

    assert result.exit_code == 2
    assert "would both become" in result.stderr
    assert invoke("replay", "--strip", "h.json", "more/h.json").exit_code == 2


def test_a_link_that_leads_out_of_the_repository_is_not_written_through(project: Path) -> None:
    outside = project.parent / "outside.json"
    outside.write_text("mine")
    (project / ".git").mkdir()
    (project / "out").mkdir()
    (project / "out" / "h.json").symlink_to(outside)

    result = invoke("replay", "--strip", "h.json", "-o", "out")

    assert result.exit_code == 2
    assert outside.read_text() == "mine"


@pytest.mark.usefixtures("project")
def test_what_is_no_history_is_named() -> None:
    Path("x.json").write_text("{}")

    result = invoke("replay", "--strip", "x.json", "h.json", "-o", "out")

    assert result.exit_code == 2
    assert result.stderr.startswith("wflint: x.json has no list of events")
    assert Path("out/h.json").exists()
