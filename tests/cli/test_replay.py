"""``wflint replay``: histories on the command line, its reports and exit codes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import enter_project, invoke
from tests.history_cases import Script, activities
from tests.replay_cases import flow

CALL = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)\n"
BODY = CALL.format("reserve") + CALL.format("charge") + "return order"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter_project(tmp_path, monkeypatch)
    (tmp_path / "flow.py").write_text(flow(BODY))
    (tmp_path / "good.json").write_text(json.dumps(activities("reserve", "charge").document()))
    (tmp_path / "bad.json").write_text(json.dumps(activities("reserve", "ship").document()))
    return tmp_path


def _write(name: str, script: Script) -> None:
    Path(name).write_text(json.dumps(script.document()))


def test_a_history_that_replays_is_silent() -> None:
    result = invoke("replay", "good.json")

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "No diagnostics.\nReplayed 1 history of 1 workflow; 1 compatible.\n"


def test_a_history_that_does_not_replay_is_an_error_at_the_command() -> None:
    result = invoke("replay", "bad.json")

    assert result.exit_code == 1
    assert result.stdout == (
        "flow.py:28:15: WFL950 incompatible-workflow-change error bad.json does not replay with "
        "`W`: after activity reserve, event 10 is activity ship, and the code gives activity "
        "charge there\n"
    )
    assert "1 incompatible" in result.stderr


def test_the_json_has_the_verdict_and_the_history() -> None:
    (found,) = json.loads(invoke("replay", "bad.json", "--output-format", "json").stdout)

    assert (found["workflow"], found["verdict"], found["kind"]) == ("W", "incompatible", "commands")
    assert found["history"] == ["activity reserve"]
    assert found["entry"]["qualname"] == "W.run"


def test_histories_that_differ_alike_are_one_diagnostic() -> None:
    for number in range(3):
        _write(f"other{number}.json", activities("reserve", "ship"))

    result = invoke("replay", "--from-folder", ".")

    assert result.stdout.count("WFL950") == 1
    assert "bad.json and 3 more do not replay with `W`" in result.stdout


def test_what_only_closed_runs_meet_is_a_remark() -> None:
    _write("short.json", activities("reserve"))

    result = invoke("replay", "short.json")

    assert result.exit_code == 0
    assert "WFL950 incompatible-workflow-change info" in result.stdout
    assert invoke("replay", "short.json", "--fail-on", "info").exit_code == 1


def test_a_comment_suppresses_it() -> None:
    text = flow(BODY).replace("charge, order,", "charge, order,  # wflint: ignore[WFL950] known\n")
    Path("flow.py").write_text(text)

    assert invoke("replay", "bad.json").exit_code == 0
    assert invoke("replay", "bad.json", "--no-ignores").exit_code == 1


def test_code_may_be_named(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old" / "flow.py").write_text(flow(BODY.replace("charge", "ship")))

    assert invoke("replay", "bad.json", "old").exit_code == 0


def test_only_the_workflow_in_the_code_that_is_named_counts(tmp_path: Path) -> None:
    (tmp_path / "old.py").write_text(flow(BODY.replace("charge", "ship")))

    assert invoke("replay", "bad.json", "old.py").exit_code == 0
    assert invoke("replay", "bad.json", "flow.py").exit_code == 1
    assert invoke("replay", "bad.json").exit_code == 0  # one of them fits


def test_a_workflow_that_the_code_does_not_have() -> None:
    _write("other.json", Script("Other").task("completed"))

    alone = invoke("replay", "other.json")
    assert alone.exit_code == 2
    assert "none of the workflows of these histories: Other" in alone.stderr
    among = invoke("replay", "other.json", "good.json")
    assert among.exit_code == 0
    assert "1 unknown: other.json (there is no workflow `Other` in the code)" in among.stderr


# Spellings.


def _ui(document: dict[str, Any]) -> object:
    """Return the events as older exports of the UI have them."""
    events = []
    for event in document["events"]:
        name = "".join(p.capitalize() for p in event["eventType"][11:].split("_"))
        key = next(key for key in event if key.endswith("Attributes"))
        about = {"eventId": int(event["eventId"]), "eventType": name, "attributes": event[key]}
        events.append(about)
    return events


def _snake(value: object) -> object:
    """Return keys as other writers of protobuf have them."""
    if isinstance(value, list):
        return [_snake(part) for part in value]
    if isinstance(value, dict):
        return {
            "".join(f"_{c.lower()}" if c.isupper() else c for c in key): _snake(part)
            for key, part in value.items()
        }
    return value


def _numbers(document: dict[str, Any]) -> object:
    """Return types of events as numbers."""
    return {"events": [{**event, "eventType": 1} for event in document["events"]]}


def _nested(document: dict[str, Any]) -> object:
    return {"history": document}


@pytest.mark.parametrize("spelling", [_ui, _snake, _numbers, _nested])
def test_every_spelling_is_read(spelling: Callable[[Any], object]) -> None:
    for name in ("good", "bad"):
        document = json.loads(Path(f"{name}.json").read_text())
        Path(f"{name}.json").write_text(json.dumps(spelling(document)))

    assert invoke("replay", "good.json").exit_code == 0
    assert "event 10 is activity ship" in invoke("replay", "bad.json").stdout


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_files_that_windows_has_written_are_read(encoding: str) -> None:
    text = Path("good.json").read_text()
    Path("good.json").write_text(text, encoding=encoding)

    assert invoke("replay", "good.json").exit_code == 0


def test_a_file_may_have_several_histories() -> None:
    both = [json.loads(Path(name).read_text()) for name in ("good.json", "bad.json")]
    Path("both.json").write_text(json.dumps(both))

    result = invoke("replay", "both.json")

    assert "both.json (2) does not replay with `W`" in result.stdout
    assert "Replayed 2 histories" in result.stderr


def test_other_files_of_a_folder_are_passed_over(project: Path) -> None:
    (project / "more").mkdir()
    (project / "more" / "settings.json").write_text('{"retries": 3}')
    (project / "more" / "good.json").write_text((project / "good.json").read_text())

    assert invoke("replay", "--from-folder", "more").exit_code == 0
    assert invoke("replay", "more/settings.json").exit_code == 2
    (project / "more" / "cut.json").write_text((project / "good.json").read_text()[:-9])
    assert invoke("replay", "--from-folder", "more").exit_code == 2


# What is no history.


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no JSON"),
        (b"{", "is no JSON"),
        (b"\xff\xfe\x00", "is no text"),
        (b'{"events": "\xff"}', "is no JSON"),
        (b"[" * 200_000, "is nested too deeply"),
        (b'{"a":' * 200_000, "is nested too deeply"),
        (b"3", "has no list of events"),
        (b"{}", "has no list of events"),
        (b'{"events": 3}', "has no list of events"),
        (b'{"events": [3]}', "has no list of events"),
        (b'{"events": []}', "has no events"),
        (b'{"events": [{}]}', "event 1 has no type"),
        (b'{"events": [{"eventType": "TimerStarted"}]}', "does not begin with"),
        (b'{"events": [{"eventType": "WorkflowExecutionStarted"}]}', "which workflow it is of"),
    ],
)
def test_what_is_no_history_is_an_error_of_one_line(data: bytes, said: str) -> None:
    Path("h.json").write_bytes(data)

    result = invoke("replay", "h.json", "good.json")

    assert result.exit_code == 2
    errors = [line for line in result.stderr.splitlines() if line.startswith("wflint: ")]
    assert len(errors) == 1
    assert errors[0].startswith("wflint: h.json") and said in errors[0]
    assert "1 compatible" in result.stderr  # the others are replayed all the same


WRONG = [3, "x", None, [], {}, [[]], {"name": 3}, True, 10**30]


@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_fields_of_the_wrong_kind_never_end_in_a_traceback(value: object) -> None:
    events = activities("reserve", "charge").signal("a").task("patch p", "local l").events
    for number, event in enumerate(events):
        key = next(key for key in event if key.endswith("Attributes"))
        changed = [dict(e) for e in events]
        changed[number] = {**event, key: {**dict.fromkeys(event[key], value), "extra": value}}
        Path(f"h{number}.json").write_text(json.dumps({"events": changed}))

    result = invoke("replay", *map(str, Path().glob("h*.json")))

    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "internal error" not in result.stderr


def test_a_history_of_another_language_is_an_error() -> None:
    document = activities("reserve").document()
    about = document["events"][3]["workflowTaskCompletedEventAttributes"]
    about["sdkMetadata"] = {"sdkName": "temporal-go"}
    Path("go.json").write_text(json.dumps(document))

    result = invoke("replay", "go.json")

    assert result.exit_code == 2
    assert "was recorded by temporal-go" in result.stderr


def test_files_that_are_not_there() -> None:
    gone = invoke("replay", "gone.json")
    assert (gone.exit_code, "gone.json cannot be read" in gone.stderr) == (2, True)
    folder = invoke("replay", "--from-folder", "gone")
    assert (folder.exit_code, "there is no folder gone" in folder.stderr) == (2, True)
    nothing = invoke("replay")
    assert (nothing.exit_code, "name files with histories" in nothing.stderr) == (2, True)
