"""Recorded histories matched with code: what may have come from it, and what cannot have."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history_cases import Script, activities, followed, shown
from tests.replay_cases import Pair, flow, pairs, some_and_others
from wflint.comparison.side import Side
from wflint.histories.export import load, recorded_in
from wflint.histories.matching import Matched, Matcher
from wflint.replay.change import Verdict
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request

COMPATIBLE, INCOMPATIBLE, UNKNOWN = Verdict.COMPATIBLE, Verdict.INCOMPATIBLE, Verdict.UNKNOWN
CALL = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)\n"
RESERVE, CHARGE, SHIP = (CALL.format(name) for name in ("reserve", "charge", "ship"))

START = "workflow.execute_activity(reserve, order, start_to_close_timeout=TEN)"

# What payloads decide is open to a replay without them, but for plain arguments.
_BY_PAYLOADS = {
    "activity-result-type",
    "required-field-added",
    "result-field-decides",
    "signal-argument-required",
    "uuid-before-child",
    "workflow-argument-required",
}


_BY_ATTRIBUTES = {"signal-removed-still-waits", "wait-timeout-added-busy-handler"}
"""Pairs that wait for an attribute that nothing has set."""

_NOT_IN_FULL = {"random-5079"}
"""Pairs with more ways through the code than are tried."""


def _matched(folder: Path, text: str, history: Path) -> Matched:
    folder.mkdir()
    (folder / "flow.py").write_text(text)
    kept: list[Examined] = []
    check(Request(paths=(str(folder),), whole=True), kept.append)
    recorded = recorded_in(load(str(history)), history.name)
    return Matcher(Side("", kept)).match(history.name, recorded)


@pytest.mark.parametrize("pair", some_and_others(pairs(), 3))
def test_a_recorded_history_replays_with_the_code_that_made_it(pair: Pair, tmp_path: Path) -> None:
    for history in pair.folder.glob("history-*.json"):
        text = (pair.folder / "before.py").read_text()
        assert _matched(tmp_path / history.stem, text, history).verdict is COMPATIBLE


@pytest.mark.parametrize("pair", list(pairs()), ids=lambda pair: pair.name)
def test_changed_code_gets_the_word_of_the_replayer(pair: Pair, tmp_path: Path) -> None:
    found = set()
    for history in pair.folder.glob("history-*.json"):
        text = (pair.folder / "after.py").read_text()
        found.add(_matched(tmp_path / history.stem, text, history).verdict.value)
    words = ("incompatible", "closed-only", "compatible", "unknown")
    worst = next(verdict for verdict in words if verdict in found)

    if pair.name in _NOT_IN_FULL | _BY_ATTRIBUTES:
        assert worst == "unknown"
        return
    assert worst == ("compatible" if pair.name in _BY_PAYLOADS else pair.oracle)


# Where a history and code part.


def test_the_first_difference_is_told(tmp_path: Path) -> None:
    result = followed(tmp_path, RESERVE + CHARGE + "return order", activities("reserve", "ship"))

    assert result.verdict is INCOMPATIBLE
    assert shown(result.before) == ["activity reserve"]
    assert result.was is not None and (result.was.number, result.was.shown) == (10, "activity ship")
    assert shown(result.now) == ["activity charge"]
    assert result.now[0].chain[-1].fn.qualname == "W.run"


def test_the_way_to_the_command_leads_through_helpers(tmp_path: Path) -> None:
    helpers = "from flow import *\n\nasync def pay(order):\n    " + CHARGE
    files = {
        "flow.py": flow(RESERVE + "await pay(order)\nreturn order", "from helpers import pay"),
        "helpers.py": helpers,
    }

    result = followed(tmp_path, files, activities("reserve", "ship"))

    assert [place.fn.qualname for place in result.now[0].chain] == ["W.run", "pay"]


def test_all_commands_that_there_may_be_are_told(tmp_path: Path) -> None:
    body = f"if order:\n    {CHARGE}else:\n    {RESERVE}return order"

    result = followed(tmp_path, body, activities("ship"))

    assert sorted(shown(result.now)) == ["activity charge", "activity reserve"]


def test_a_command_may_come_earlier_than_in_the_history_but_not_later(tmp_path: Path) -> None:
    together = "await asyncio.gather(" + RESERVE[6:-1] + ", " + SHIP[6:-1] + ")\nreturn order"
    one_by_one = activities("reserve", "ship")
    at_once = Script().task("activity reserve", "activity ship").done("reserve").done("ship")
    at_once.task("completed")

    assert followed(tmp_path / "a", together, one_by_one).verdict is COMPATIBLE
    assert followed(tmp_path / "b", RESERVE + SHIP, at_once).verdict is INCOMPATIBLE


# What only values decide.


@pytest.mark.parametrize("names", [(), ("reserve",), ("reserve",) * 40])
def test_a_loop_over_data_has_any_number_of_rounds(names: tuple[str, ...], tmp_path: Path) -> None:
    body = f"for part in order:\n    {RESERVE}return order"

    assert followed(tmp_path, body, activities(*names)).verdict is COMPATIBLE


def test_a_loop_with_a_number_has_that_many(tmp_path: Path) -> None:
    body = f"for _ in range(3):\n    {RESERVE}return order"

    assert followed(tmp_path / "a", body, activities(*["reserve"] * 3)).verdict is COMPATIBLE
    assert followed(tmp_path / "b", body, activities(*["reserve"] * 2)).verdict is not COMPATIBLE


def test_tasks_of_a_list_are_begun_together(tmp_path: Path) -> None:
    body = (
        "await asyncio.gather(*[workflow.execute_activity(reserve, o, start_to_close_timeout=TEN)"
        " for o in order])\nreturn order"
    )
    script = Script().task(*["activity reserve"] * 7)
    for _ in range(7):
        script.done("reserve")

    assert followed(tmp_path, body, script.task("completed")).verdict is COMPATIBLE


def test_each_way_through_branches_is_possible(tmp_path: Path) -> None:
    body = f"while True:\n    if order:\n        {CHARGE}    elif self:\n        {SHIP}    else:\n"
    body += "        break\nreturn order"

    mixed = activities("ship", "charge", "charge", "ship", "ship")
    assert followed(tmp_path / "a", body, mixed).verdict is COMPATIBLE
    assert followed(tmp_path / "b", body, activities("ship", "reserve")).verdict is INCOMPATIBLE


def test_errors_of_code_without_commands_are_possible(tmp_path: Path) -> None:
    body = f"try:\n    order = parse(order)\n    {CHARGE}except ValueError:\n    {SHIP}return order"

    assert followed(tmp_path / "a", body, activities("ship")).verdict is COMPATIBLE
    assert followed(tmp_path / "b", body, activities("charge", "ship")).verdict is COMPATIBLE
    assert followed(tmp_path / "c", body, activities("reserve")).verdict is INCOMPATIBLE


def test_code_without_commands_may_fail_the_workflow(tmp_path: Path) -> None:
    body = RESERVE + "check(order)\n" + SHIP + "return order"
    failed = Script().task("activity reserve").done("reserve").task("failed")

    found = followed(tmp_path / "a", body, failed)
    assert found.verdict is UNKNOWN
    assert found.why == "it has failed by an error that the code does not show"
    shown_ = RESERVE + "if order:\n    raise ValueError\n" + SHIP + "return order"
    assert followed(tmp_path / "b", shown_, failed).verdict is COMPATIBLE


def test_default_ids_are_compared(tmp_path: Path) -> None:
    cancelled = f"task = asyncio.create_task({START})\nawait asyncio.sleep(0)\ntask.cancel()\n"
    right = Script().task("activity ship#2").done("ship").task("completed")
    wrong = Script().task("activity ship#1").done("ship").task("completed")
    code = cancelled + SHIP + "return order"
    assert followed(tmp_path / "right", code, right).verdict is not INCOMPATIBLE
    found = followed(tmp_path / "wrong", SHIP + "return order", right)
    assert found.verdict is INCOMPATIBLE
    assert found.was is not None
    assert found.was.ident == "2"
    assert followed(tmp_path / "plain", SHIP + "return order", wrong).verdict is COMPATIBLE


WAITS = "await workflow.wait_condition(lambda: self.ready{})\nawait asyncio.sleep(1)\nreturn order"


def test_the_id_of_a_timer_is_compared_when_it_fires(tmp_path: Path) -> None:
    """A timer that is cancelled at once has an id as well."""
    script = Script().task("timer").done("timer").task("completed")
    fired = script.events[-5]["timerFiredEventAttributes"]
    plain, timed = WAITS.format(""), WAITS.format(", timeout=5")

    for ident, same, other in (("1", plain, timed), ("2", timed, plain)):
        fired["timerId"] = ident
        assert followed(tmp_path / f"{ident}same", same, script).verdict is COMPATIBLE
        found = followed(tmp_path / f"{ident}other", other, script)
        assert found.verdict is INCOMPATIBLE
    assert found.was is not None
    assert (found.was.kind, found.was.ident) == ("timer", "2")
    assert followed(tmp_path / "open", timed, Script().task("timer")).verdict is COMPATIBLE


def test_a_failed_activity_goes_to_its_handler(tmp_path: Path) -> None:
    body = f"try:\n    {CHARGE}except exceptions.ActivityError:\n    {SHIP}return order"
    more = "from temporalio import exceptions"
    script = Script().task("activity charge").done("charge", "failed")

    handled = script.task("activity ship").done("ship").task("completed")
    assert followed(tmp_path / "a", flow(body, more), handled).verdict is COMPATIBLE
    other = Script().task("activity charge").done("charge", "failed").task("activity reserve")
    assert followed(tmp_path / "b", flow(body, more), other).verdict is INCOMPATIBLE


# Messages, timers, patches.

SIGNALLED = """
@workflow.signal
async def paid(self) -> None:
    self.is_paid = True
    await workflow.execute_activity(charge, "x", start_to_close_timeout=TEN)
"""


def test_a_signal_runs_its_handler(tmp_path: Path) -> None:
    code = flow("await workflow.wait_condition(lambda: self.is_paid)\n" + SHIP, "", SIGNALLED)
    script = Script().task().signal("paid").task("activity charge", "activity ship")

    assert followed(tmp_path / "a", code, script).verdict is COMPATIBLE
    early = Script().signal("paid").task("activity charge", "activity ship")
    assert followed(tmp_path / "b", code, early).verdict is COMPATIBLE
    other = Script().task().signal("paid").task("activity reserve")
    assert followed(tmp_path / "c", code, other).verdict is INCOMPATIBLE


def test_a_signal_without_a_handler_is_ignored_unless_one_may_be_set(tmp_path: Path) -> None:
    script = Script().signal("other").task("activity ship")

    assert followed(tmp_path / "a", RESERVE, script).verdict is INCOMPATIBLE
    sets = "workflow.set_signal_handler('other', self.other)\n" + RESERVE
    assert followed(tmp_path / "b", sets, script).verdict is UNKNOWN


def test_a_condition_with_a_timeout_cancels_its_timer(tmp_path: Path) -> None:
    wait = "await workflow.wait_condition(lambda: self.is_paid, timeout=TEN)\n"
    code = flow(wait + SHIP, "", SIGNALLED)
    met = Script().task("timer").signal("paid")

    met.task("activity charge", "timer_canceled", "activity ship")
    assert followed(tmp_path, code, met).verdict is COMPATIBLE


PATCHED = f'if workflow.patched("pay"):\n    {CHARGE}else:\n    {RESERVE}{SHIP}'


def test_a_patch_is_as_the_history_says(tmp_path: Path) -> None:
    new = Script().task("patch pay", "activity charge").done("charge").task("activity ship")
    old = Script().task("activity reserve").done("reserve").task("activity ship")

    assert followed(tmp_path / "a", PATCHED, new).verdict is COMPATIBLE
    assert followed(tmp_path / "a2", PATCHED, new).asked == {"pay": True}
    assert followed(tmp_path / "b", PATCHED, old).asked == {"pay": False}
    gone = followed(tmp_path / "c", CHARGE + SHIP, new)
    assert gone.verdict is INCOMPATIBLE
    assert gone.was is not None and gone.was.shown == "patch pay"
    deprecated = 'workflow.deprecate_patch("pay")\n' + CHARGE + SHIP
    assert followed(tmp_path / "d", deprecated, new).verdict is COMPATIBLE


def test_local_activities_end_in_the_task_that_starts_them(tmp_path: Path) -> None:
    local = "await workflow.execute_local_activity({}, order, start_to_close_timeout=TEN)\n"
    code = local.format("reserve") + local.format("charge") + SHIP
    script = Script().task("local reserve", "local charge", "activity ship")

    assert followed(tmp_path / "a", code, script).verdict is COMPATIBLE
    other = Script().task("local reserve", "local ship")
    assert followed(tmp_path / "b", code, other).verdict is INCOMPATIBLE


# What cannot be told.


def test_code_that_cannot_be_followed_is_unknown(tmp_path: Path) -> None:
    body = "await client().send(order)\n" + RESERVE

    assert followed(tmp_path, body, activities("ship")).verdict is UNKNOWN


def test_what_stands_before_unknown_code_is_still_told(tmp_path: Path) -> None:
    body = RESERVE + "await client().send(order)\n" + SHIP

    assert followed(tmp_path, body, activities("charge", "ship")).verdict is INCOMPATIBLE


def test_a_search_that_is_cut_off_is_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wflint.limits.FOLLOWED_STEPS", 100)
    monkeypatch.setattr("wflint.limits.FOLLOWED_STEPS_EACH", 10)
    body = f"for part in order:\n    {RESERVE}return order"

    result = followed(tmp_path, body, activities(*["reserve"] * 40, "ship"))

    assert result.verdict is UNKNOWN
    assert "more ways" in result.why


def test_a_run_without_a_completed_task_says_nothing(tmp_path: Path) -> None:
    assert followed(tmp_path, RESERVE, Script()).verdict is COMPATIBLE


def test_the_cost_grows_with_the_history_and_not_faster(tmp_path: Path) -> None:
    body = (
        f"for part in order:\n    if part:\n        {RESERVE}    else:\n        {SHIP}return order"
    )
    steps = []
    for number, count in enumerate((50, 100)):
        names = ["reserve", "ship"] * count
        result = followed(tmp_path / str(number), body, activities(*names))
        assert result.verdict is COMPATIBLE
        steps.append(result.steps)

    assert steps[1] < 2.2 * steps[0]


def test_an_incompatible_end_does_not_try_all_ways(tmp_path: Path) -> None:
    body = "for part in order:\n    if a(part):\n        x = 1\n"
    body += "    if b(part):\n        await nothing()\n"
    body += f"    {RESERVE}return order"
    more = "async def nothing():\n    pass"

    result = followed(tmp_path, flow(body, more), activities(*["reserve"] * 60, "ship"))

    assert result.verdict is INCOMPATIBLE
    assert len(result.before) == 60


def test_a_lock_may_be_held_by_others(tmp_path: Path) -> None:
    locked = """
    @workflow.signal
    async def paid(self) -> None:
        async with self.lock:
            await workflow.execute_activity(charge, "x", start_to_close_timeout=TEN)
    """
    script = Script().task("activity reserve").signal("paid").signal("paid").task("activity charge")
    script.done("reserve").task("activity ship").done("charge").task("activity charge")

    assert followed(tmp_path, flow(RESERVE + SHIP, "", locked), script).verdict is COMPATIBLE


def test_a_condition_that_is_asked_again_costs_no_more(tmp_path: Path) -> None:
    body = "while True:\n    await workflow.wait_condition(lambda: self.is_paid)\n    " + SHIP
    script = Script()
    for _ in range(40):
        script.signal("paid").task("activity charge", "activity ship").done("charge").done("ship")
    script.task("activity reserve")

    result = followed(tmp_path, flow(body, "", SIGNALLED), script)
    assert result.verdict is INCOMPATIBLE
    assert len(result.before) == 80


# Workflow tasks that bring nothing, or several things at once.

UPDATED = """
@workflow.update
async def add(self) -> None:
    await workflow.execute_activity(charge, "x", start_to_close_timeout=TEN)
"""


def test_an_update_comes_with_the_task_that_accepts_it(tmp_path: Path) -> None:
    script = Script().task("activity reserve").update("add", "activity charge")
    script.done("reserve").task("activity ship")

    assert followed(tmp_path, flow(RESERVE + SHIP, "", UPDATED), script).verdict is COMPATIBLE


def test_a_local_activity_may_last_for_several_tasks(tmp_path: Path) -> None:
    local = "await workflow.execute_local_activity({}, order, start_to_close_timeout=TEN)\n"
    code = flow(local.format("reserve") + SHIP, "", SIGNALLED)
    script = Script().task().task().task("local reserve", "activity ship")

    assert followed(tmp_path / "a", code, script).verdict is COMPATIBLE
    between = Script().task().signal("paid").task("activity charge#2").done("charge")
    between.task("local reserve#1", "activity ship#3")
    assert followed(tmp_path / "b", code, between).verdict is COMPATIBLE


def test_signals_may_come_in_one_batch_with_the_rest(tmp_path: Path) -> None:
    code = flow(
        RESERVE + SHIP, "", SIGNALLED.replace("self.is_paid = True", "await asyncio.sleep(0)")
    )
    first = Script().task("activity reserve").done("reserve").signal("paid")
    second = Script().task("activity reserve").done("reserve").signal("paid")

    first.task("activity charge", "activity ship")
    assert followed(tmp_path / "a", code, first).verdict is COMPATIBLE
    second.task("activity ship", "activity charge")
    assert followed(tmp_path / "b", code, second).verdict is UNKNOWN


GATHERED = "asyncio.gather({}, {}{})"
BROKEN = "workflow.execute_activity({}, order, start_to_close_timeout=TEN)"


def test_gather_raises_the_first_error_at_once(tmp_path: Path) -> None:
    both = GATHERED.format(BROKEN.format("reserve"), BROKEN.format("charge"), "")
    body = f"try:\n    await {both}\nexcept Exception:\n    {SHIP}return order"
    script = Script().task("activity reserve", "activity charge").done("reserve", "failed")

    script.task("activity ship").done("charge").done("ship").task("completed")
    assert followed(tmp_path, body, script).verdict is COMPATIBLE


def test_gather_may_keep_errors(tmp_path: Path) -> None:
    both = GATHERED.format(
        BROKEN.format("reserve"), BROKEN.format("charge"), ", return_exceptions=True"
    )
    script = Script().task("activity reserve", "activity charge").done("reserve", "failed")

    script.task().done("charge").task("activity ship")
    assert followed(tmp_path, f"await {both}\n{SHIP}", script).verdict is COMPATIBLE


FLAG = "def __init__(self) -> None:\n    self.{} = {}\n" + SIGNALLED


@pytest.mark.parametrize(
    ("attribute", "first", "verdict"),
    [
        ("is_paid", "False", UNKNOWN),
        ("is_paid", "None", UNKNOWN),
        ("is_paid", "[]", UNKNOWN),
        ("is_paid", "load()", COMPATIBLE),
        ("other", "False", COMPATIBLE),
    ],
)
def test_a_wait_is_not_over_before_something_sets_its_attribute(
    attribute: str, first: str, verdict: Verdict, tmp_path: Path
) -> None:
    body = "await workflow.wait_condition(lambda: self.is_paid)\n" + SHIP
    code = flow(body, "", FLAG.format(attribute, first))
    early = Script().task("activity ship").signal("paid")
    assert followed(tmp_path / "early", code, early).verdict is verdict
    late = Script().task().signal("paid").task("activity charge", "activity ship")
    assert followed(tmp_path / "late", code, late).verdict is COMPATIBLE


@pytest.mark.parametrize(
    "written",
    [
        "self.is_paid, self.by = True, 'x'",
        "self.by, (self.is_paid, *others) = 'x', load()",
        "*others, self.is_paid = load()",
        "self.by = self.is_paid = load()",
    ],
)
def test_a_wait_may_be_over_when_its_attribute_is_set_with_others(
    written: str, tmp_path: Path
) -> None:
    body = "await workflow.wait_condition(lambda: self.is_paid)\n" + SHIP
    code = flow(body, "", FLAG.format("is_paid", "False")).replace("self.is_paid = True", written)
    assert written in code
    paid = Script().task().signal("paid").task("activity charge", "activity ship")
    assert followed(tmp_path / "p", code, paid).verdict is COMPATIBLE


def test_a_local_activity_raises_what_was_raised_in_it(tmp_path: Path) -> None:
    local = "await workflow.execute_local_activity(reserve, order, start_to_close_timeout=TEN)"
    body = f"try:\n    {local}\nexcept {{}}:\n    {SHIP}return order"
    script = Script().task("local reserve", "activity ship")
    script.events[-2]["markerRecordedEventAttributes"]["failure"] = {"message": "no"}
    more = "from temporalio.exceptions import ActivityError, ApplicationError"
    for name, verdict in (("ApplicationError", COMPATIBLE), ("ActivityError", INCOMPATIBLE)):
        code = flow(body.format(name), more)
        assert followed(tmp_path / name, code, script).verdict is verdict


def test_a_wait_is_over_when_its_attribute_has_been_set(tmp_path: Path) -> None:
    body = RESERVE + "await workflow.wait_condition(lambda: self.is_paid)\n" + SHIP
    code = flow(body, "", FLAG.format("is_paid", "False"))
    paid = Script().task("activity reserve").signal("paid").task("activity charge")
    late = paid.done("reserve").task().signal("paid").task("activity charge", "activity ship")

    found = followed(tmp_path / "late", code, late)
    assert found.verdict is UNKNOWN
    assert found.why == "`self.is_paid` must be false, and nothing is seen to set it"
    unclear = code.replace("self.is_paid = True", "self.is_paid = load()")
    assert followed(tmp_path / "unclear", unclear, late).verdict is COMPATIBLE


FAILING = """
@workflow.signal
async def paid(self) -> None:
    self.is_paid = True
    await workflow.execute_activity(charge, "x", start_to_close_timeout=TEN)
"""


def test_what_goes_on_beside_a_failure_gives_its_commands_before_it(tmp_path: Path) -> None:
    wait = "await workflow.wait_condition(lambda: self.is_paid, timeout=9)\n"
    code = flow(RESERVE + wait + SHIP, "", FAILING)
    script = Script().signal("paid").task("activity charge", "activity reserve")
    script.done("reserve").done("charge", "failed").task("activity ship", "failed")
    assert followed(tmp_path, code, script).verdict is COMPATIBLE


def test_what_waits_for_the_end_need_not_go_on_after_it(tmp_path: Path) -> None:
    waits = "@workflow.update\nasync def last(self) -> None:\n"
    waits += "    await workflow.wait_condition(lambda: self.is_done)\n"
    waits += f"    {CALL.format('charge')}"
    init = "def __init__(self) -> None:\n    self.is_done = False\n"
    code = flow(f"{RESERVE}self.is_done = True\nreturn order", "", init + waits)
    script = Script().task("activity reserve").update("last").done("reserve").task("completed")
    assert followed(tmp_path, code, script).verdict is COMPATIBLE


def test_a_timer_that_was_cancelled_does_not_fire(tmp_path: Path) -> None:
    body = f"timer = asyncio.create_task(asyncio.sleep(9))\n{RESERVE}timer.cancel()\n{SHIP}"
    fired = Script().task("activity reserve", "timer").done("reserve").task("activity ship")
    fired.done("timer").task().done("ship").task("completed")
    found = followed(tmp_path, body + "return order", fired)
    assert found.verdict is INCOMPATIBLE
    assert found.was is not None
    assert found.was.kind in ("activity", "timer")
