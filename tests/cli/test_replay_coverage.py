"""``wflint replay --coverage``: what no history goes through, and patches that may go."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from tests.history_cases import Script, activities
from tests.replay_cases import flow

CALL = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)\n"
RESERVE, CHARGE, SHIP = (CALL.format(name) for name in ("reserve", "charge", "ship"))
SIGNAL = """
@workflow.signal
async def paid(self) -> None:
    await workflow.execute_activity(charge, "x", start_to_close_timeout=TEN)
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return enter_project(tmp_path, monkeypatch)


def _missing(code: str, *scripts: Script) -> list[str]:
    """Return the texts of what is missing, without places."""
    Path("flow.py").write_text(code)
    for number, script in enumerate(scripts):
        Path(f"h{number}.json").write_text(json.dumps(script.document()))
    result = invoke("replay", "--coverage", "--from-folder", ".", "--output-format", "json")
    assert result.exit_code == 0
    (found,) = json.loads(result.stdout)
    return [each["text"] for each in found["missing"]]


def test_branches_that_no_history_takes() -> None:
    code = flow(f"if order:\n    {RESERVE}else:\n    {SHIP}return order")

    assert _missing(code, activities("reserve")) == ["`order` is never false"]
    assert _missing(code, activities("reserve"), activities("ship")) == []


def test_what_stands_in_such_a_branch_is_not_told_as_well() -> None:
    code = flow(f"if order:\n    if self:\n        {RESERVE}    else:\n        {SHIP}return order")

    assert _missing(code, activities()) == ["`order` is never true"]


def test_what_is_behind_the_end_of_all_histories() -> None:
    code = flow(f"{RESERVE}if order:\n    {SHIP}return order")

    assert _missing(code, Script().task("activity reserve")) == ["`if order` is never reached"]


def test_loops_and_errors() -> None:
    code = flow(
        f"try:\n    for part in order:\n        {RESERVE}except ValueError:\n    {SHIP}return order"
    )

    assert _missing(code, activities()) == [
        "the loop over `order` is never entered",
        "`except ValueError` never runs",
    ]
    assert _missing(code, activities("reserve"), activities("ship")) == []


def test_helpers_count_for_all_who_call_them() -> None:
    more = f"async def pay(order):\n    if order:\n        {CHARGE}"
    code = flow("await pay(order)\nawait pay(order.rest)\nreturn order", more)

    assert _missing(code, activities("charge")) == []
    assert _missing(code, activities()) == ["`order` is never true"]


def test_handlers_that_no_message_is_for() -> None:
    code = flow(f"{RESERVE}return order", "", SIGNAL)

    assert _missing(code, activities("reserve")) == ["the signal paid never arrives"]
    signalled = Script().signal("paid").task("activity charge", "activity reserve")
    assert _missing(code, signalled) == []


PATCHED = flow(f'if workflow.patched("pay"):\n    {CHARGE}else:\n    {RESERVE}{SHIP}return order')
OBSOLETE = (
    "no open run needs the old code of `pay`: `deprecate_patch` may replace it, if these are all "
    "open runs"
)


def _new() -> Script:
    return Script().task("patch pay", "activity charge")


def _old() -> Script:
    return Script().task("activity reserve")


def _closed() -> Script:
    return _old().done("reserve").task("activity ship").done("ship").task("completed")


def test_both_sides_of_patches() -> None:
    assert _missing(PATCHED, _new(), _old()) == []
    assert _missing(PATCHED, _old()) == ["no history has a marker of the patch `pay`"]


def test_a_patch_that_only_closed_runs_need_may_be_deprecated() -> None:
    assert _missing(PATCHED, _new(), _closed()) == [OBSOLETE]
    assert _missing(PATCHED, _new(), _old(), _closed()) == []


def test_a_deprecated_patch_that_no_open_run_has_may_go() -> None:
    code = flow(f'workflow.deprecate_patch("pay")\n{CHARGE}return order')
    gone = "no open run has a marker of `pay`: `deprecate_patch` may go, if these are all open runs"

    assert _missing(code, Script().task("activity charge")) == [gone]
    assert _missing(code, Script().task("activity charge"), _new()) == []


def test_nothing_is_said_of_patches_while_an_open_run_does_not_replay() -> None:
    assert _missing(PATCHED, _new(), _closed(), Script().task("timer")) == []


def test_the_text_has_a_paragraph_for_each_workflow(project: Path) -> None:
    text = flow(f"if order:\n    {RESERVE}return order")
    (project / "flow.py").write_text(text)
    (project / "other.py").write_text(text.replace("class W", "class Other"))
    (project / "h.json").write_text(json.dumps(activities().document()))

    result = invoke("replay", "--coverage", "h.json")

    assert result.exit_code == 0
    assert result.stdout == (
        "Other (other.py:24): no histories\n"
        "W (flow.py:24): 1 history\n"
        "    flow.py:28: `order` is never true\n"
    )
    assert "Replayed 1 history of 1 workflow; 1 compatible." in result.stderr
