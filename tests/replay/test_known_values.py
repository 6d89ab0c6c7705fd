"""Plain arguments in a recorded history decide conditions, as far as they can be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.history_cases import Script, followed
from tests.replay_cases import HEAD
from wflint.histories.export import recorded_in
from wflint.histories.strip import stripped
from wflint.replay.change import Verdict
from wflint.replay.known import known_answer

COMPATIBLE, INCOMPATIBLE = Verdict.COMPATIBLE, Verdict.INCOMPATIBLE
CODE = """\
from enum import Enum
from typing import Any, Optional


class Speed(str, Enum):
    FAST = "fast"


@workflow.defn
class W:
    def __init__(self) -> None:
        self.ready = False

    @workflow.run
    async def run(self, order{annotation}) -> None:
        await work(order)

    @workflow.signal
    async def start(self, speed{annotation}) -> None:
        await work(speed)

    @workflow.update
    async def change(self, speed{annotation}) -> None:
        await work(speed)


async def work(order):
    if {condition}:
        await workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)
    else:
        await workflow.execute_activity(charge, order, start_to_close_timeout=TEN)
"""


def _code(condition: str, annotation: str = ": str") -> str:
    return HEAD + CODE.format(condition=condition, annotation=annotation)


def _run(given: object, name: str) -> Script:
    return Script("W", given).task(f"activity {name}").done(name).task("completed")


@pytest.mark.parametrize(
    ("condition", "annotation", "given"),
    [
        ("order == 'fast'", ": str", "fast"),
        ("'a' in order", ": str", "dark"),
        ("order", ": str", "x"),
        ("not order", ": bool", False),
        ("order > 3 and order < 9", ": int", 5),
        ("order is None", ": Optional[str]", None),
        ("order is not None", ": str | None", "x"),
        ("order in ('fast', 'slow')", ": Any", "slow"),
        ("order.startswith('fa')", "", "fast"),
        ("len(order.strip()) == 4", ": str", " fast "),
    ],
)
def test_it_takes_the_branch_that_the_arguments_decide(
    condition: str, annotation: str, given: object, tmp_path: Path
) -> None:
    code = _code(condition, annotation)

    assert followed(tmp_path / "yes", code, _run(given, "reserve")).verdict is COMPATIBLE
    assert followed(tmp_path / "no", code, _run(given, "charge")).verdict is INCOMPATIBLE


@pytest.mark.parametrize(
    ("condition", "annotation", "given"),
    [
        ("order == 'fast'", ": Speed", "fast"),  # read as something else
        ("order", ": Speed", ""),
        ("order", ": bytes", "x"),
        ("order == 'fast'", ": str", 5),
        ("order == 'fast'", ": str", {"speed": "fast"}),
        ("order.value == 'fast'", "", "fast"),
        ("order is 'fast'", ": str", "fast"),
        ("order == limit()", ": str", "fast"),
        ("order == 'fast'", ": str", "long " * 20),
    ],
)
def test_what_is_not_known_stays_open(
    condition: str, annotation: str, given: object, tmp_path: Path
) -> None:
    code = _code(condition, annotation)

    for name in ("reserve", "charge"):
        assert followed(tmp_path / name, code, _run(given, name)).verdict is COMPATIBLE


def test_each_message_has_its_own_arguments(tmp_path: Path) -> None:
    def script(*names: str) -> Script:
        made = Script("W", "slow").task("activity charge")
        made.signal("start", "fast").task(f"activity {names[0]}")
        made.signal("start", "slow").task(f"activity {names[1]}")
        return made.update("change", f"activity {names[2]}", given="fast")

    code = _code("order == 'fast'")
    right, wrong = script("reserve", "charge", "reserve"), script("reserve", "reserve", "reserve")
    assert followed(tmp_path / "right", code, right).verdict is COMPATIBLE
    assert followed(tmp_path / "wrong", code, wrong).verdict is INCOMPATIBLE
    wrong = script("reserve", "charge", "charge")
    assert followed(tmp_path / "update", code, wrong).verdict is INCOMPATIBLE


def test_encrypted_arguments_stay_open() -> None:
    document = _run("fast", "charge").document()
    given = document["events"][0]["workflowExecutionStartedEventAttributes"]["input"]
    assert recorded_in(document, "history.json").arguments[0] is not None
    given["payloads"][0]["metadata"]["encoding"] = "YmluYXJ5L2VuY3J5cHRlZA=="
    assert recorded_in(document, "history.json").arguments == (None,)


def test_what_stands_in_a_stripped_history_is_no_argument() -> None:
    document = json.loads(json.dumps(stripped(_run("fast", "charge").document(), "history.json")))
    assert recorded_in(document, "history.json").arguments == (None,)


@pytest.mark.parametrize("code", ["<run run>.1", "'a' in x", "f()", "'a'.join(x)", "'a' < 5", "("])
def test_code_that_rests_on_more_has_no_answer(code: str) -> None:
    assert known_answer(code) is None
