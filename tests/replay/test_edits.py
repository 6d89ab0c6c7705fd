"""Edits that running workflows survive, and others beside them that they do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.replay_cases import HEAD, changes, flow, verdict
from wflint.replay.change import Change, Verdict

DO = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)"
RESERVE, CHARGE, SHIP = (DO.format(name) for name in ("reserve", "charge", "ship"))
START = "workflow.start_activity(reserve, order, start_to_close_timeout=TEN)"
CALL = "workflow.execute_activity(reserve, {}, start_to_close_timeout=TEN)"


def lines(*parts: str) -> str:
    return "\n".join(parts)


HARMLESS = {
    "a second name for a value": (
        lines(f"first = {RESERVE}", "second = first", SHIP),
        lines(f"first = second = {RESERVE}", SHIP),
    ),
    "a second name and an attribute for parts of a value": (
        lines(f"first, second = {RESERVE}", SHIP),
        lines(f"both = first, (self.part, *others) = {RESERVE}", SHIP),
    ),
    "handles that are taken from the end of a list": (
        lines(f"first, second, third = ({START}, {START}, {START})", "await third", SHIP),
        lines(f"*_, last = ({START}, {START}, {START})", "await last", SHIP),
    ),
    "a log line": (lines(RESERVE, SHIP), lines(RESERVE, "workflow.logger.info('x')", SHIP)),
    "a local name": (
        lines("n = len(order)", "if n > 2:", f"    {CHARGE}", SHIP),
        lines("size = len(order)", "if size > 2:", f"    {CHARGE}", SHIP),
    ),
    "an inlined local name": (
        lines("n = len(order)", "if n > 2:", f"    {CHARGE}", SHIP),
        lines("if len(order) > 2:", f"    {CHARGE}", SHIP),
    ),
    "a turned condition": (
        lines("if order:", f"    {CHARGE}", "else:", f"    {RESERVE}", SHIP),
        lines("if not order:", f"    {RESERVE}", "else:", f"    {CHARGE}", SHIP),
    ),
    "a loop that becomes a gather": (
        lines("for part in order:", f"    await {CALL.format('part')}", SHIP),
        lines(f"await asyncio.gather(*({CALL.format('part')} for part in order))", SHIP),
    ),
    "a gather that becomes a group": (
        lines(f"await asyncio.gather({CALL.format('1')}, {CALL.format('2')})", SHIP),
        lines(
            "async with asyncio.TaskGroup() as group:",
            f"    group.create_task({CALL.format('1')})",
            f"    group.create_task({CALL.format('2')})",
            SHIP,
        ),
    ),
    "a list of tasks": (
        lines(f"await asyncio.gather(*[{CALL.format('p')} for p in order])", SHIP),
        lines(
            "tasks = []",
            "for p in order:",
            f"    tasks.append(asyncio.create_task({CALL.format('p')}))",
            "await asyncio.gather(*tasks)",
            SHIP,
        ),
    ),
    "an error that is logged and raised again": (
        lines(RESERVE, SHIP),
        lines(
            "try:",
            f"    {RESERVE}",
            "except Exception:",
            "    workflow.logger.info('x')",
            "    raise",
            SHIP,
        ),
    ),
    "a condition that is opposite, with its branches": (
        lines("if order == 'x':", f"    {CHARGE}", "else:", f"    {RESERVE}", SHIP),
        lines("if order != 'x':", f"    {RESERVE}", "else:", f"    {CHARGE}", SHIP),
    ),
    "a local name for a part of a condition": (
        lines("if not (order and self):", f"    {CHARGE}", SHIP),
        lines("both = order and self", "if not both:", f"    {CHARGE}", SHIP),
    ),
    "data that nothing depends on": (
        lines("parts = []", RESERVE, SHIP),
        lines(
            "parts = []",
            "if order:",
            "    parts.append(order)",
            RESERVE,
            "for part in parts:",
            "    if part:",
            "        self.last = part",
            SHIP,
        ),
    ),
    "a patched insertion": (
        lines(RESERVE, SHIP),
        lines(RESERVE, "if workflow.patched('charge'):", f"    {CHARGE}", SHIP),
    ),
    "a patched replacement": (
        lines(RESERVE, SHIP),
        lines("if workflow.patched('p'):", f"    {CHARGE}", "else:", f"    {RESERVE}", SHIP),
    ),
    "a patch that is deprecated with its condition": (
        lines("if workflow.patched('p'):", "    pass", SHIP),
        lines("workflow.deprecate_patch('p')", SHIP),
    ),
    "a sequence that becomes a gather": (
        lines(RESERVE, CHARGE, "return ''"),
        lines(f"await asyncio.gather({RESERVE[6:]}, {CHARGE[6:]})", "return ''"),
    ),
    "a shorter literal loop, written out": (
        lines("for _ in range(2):", f"    {RESERVE}", SHIP),
        lines(RESERVE, RESERVE, SHIP),
    ),
}

HARMFUL = {
    "another command for a value with two names": (
        lines(f"first = second = {RESERVE}", SHIP),
        lines(f"first = second = {CHARGE}", SHIP),
    ),
    "a gather that becomes a loop": (
        lines(f"await asyncio.gather(*({CALL.format('part')} for part in order))", SHIP),
        lines("for part in order:", f"    await {CALL.format('part')}", SHIP),
    ),
    "a longer literal loop": (
        lines("for _ in range(2):", f"    {RESERVE}", SHIP),
        lines("for _ in range(3):", f"    {RESERVE}", SHIP),
    ),
    "a condition that is turned by mistake": (
        lines("if order:", f"    {CHARGE}", "else:", f"    {RESERVE}", SHIP),
        lines("if not order:", f"    {CHARGE}", "else:", f"    {RESERVE}", SHIP),
    ),
    "another branch behind a patch": (
        lines(RESERVE, SHIP),
        lines("if workflow.patched('p'):", f"    {RESERVE}", "else:", f"    {CHARGE}", SHIP),
    ),
    "a patch that is gone": (
        lines("if workflow.patched('p'):", f"    {CHARGE}", SHIP),
        lines(CHARGE, SHIP),
    ),
    "a name for half of a condition": (
        lines("if not order and self:", f"    {CHARGE}", "else:", f"    {RESERVE}", SHIP),
        lines("both = order and self", "if not both:", f"    {CHARGE}", "else:", f"    {SHIP}"),
    ),
    "a branch behind others that do alike": (
        lines("if order:", f"    {RESERVE}", "else:", f"    {RESERVE}", "{}").replace(
            "{}", lines(SHIP, "if not order:", f"    {CHARGE}", f"    {RESERVE}")
        ),
        lines("if order:", f"    {RESERVE}", "else:", f"    {RESERVE}", "{}").replace(
            "{}", lines(SHIP, "if not order:", f"    {RESERVE}", f"    {CHARGE}")
        ),
    ),
    "a counter that runs once more": (
        lines("n = 0", "while n < 1:", f"    {RESERVE}", "    n += 1", SHIP),
        lines("n = 0", "while n < 2:", f"    {RESERVE}", "    n += 1", SHIP),
    ),
    "cleanup before another": (
        lines("try:", f"    {RESERVE}", "except Exception:", f"    {CHARGE}", f"    {SHIP}"),
        lines("try:", f"    {RESERVE}", "except Exception:", f"    {SHIP}", f"    {CHARGE}"),
    ),
    "a signal to another before an activity": (
        lines(RESERVE, SHIP),
        lines(
            RESERVE,
            "handle = workflow.get_external_workflow_handle('x')",
            "await handle.signal('go')",
            SHIP,
        ),
    ),
    "a started child before an activity": (
        lines(RESERVE, SHIP),
        lines("await workflow.start_child_workflow('Other', id='x')", RESERVE, SHIP),
    ),
}


@pytest.mark.parametrize("edit", HARMLESS)
def test_an_edit_that_running_workflows_survive(edit: str, tmp_path: Path) -> None:
    old, new = HARMLESS[edit]
    assert verdict(tmp_path, flow(old), flow(new)) is Verdict.COMPATIBLE


@pytest.mark.parametrize("edit", HARMFUL)
def test_an_edit_that_running_workflows_do_not_survive(edit: str, tmp_path: Path) -> None:
    old, new = HARMFUL[edit]
    assert verdict(tmp_path, flow(old), flow(new)) is Verdict.INCOMPATIBLE


# Names.


NAMED = {
    "Names.RESERVE": "class Names:\n    RESERVE = 'reserve'\n",
    "Names.RESERVE.value": "import enum\nclass Names(enum.Enum):\n    RESERVE = 'reserve'\n",
    "Names": "Names = 'reserve'\n",
}


@pytest.mark.parametrize("written", NAMED)
def test_a_renamed_constant_of_another_module_is_no_change(written: str, tmp_path: Path) -> None:
    body = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)\n" + SHIP
    old = {
        "names.py": "RESERVE_IT = 'reserve'\n",
        "flow.py": flow(body.format("RESERVE_IT"), "from names import RESERVE_IT"),
    }
    new = {
        "names.py": NAMED[written],
        "flow.py": flow(body.format(written), "from names import Names"),
    }
    assert changes(tmp_path, old, new) == []


def test_another_value_of_a_constant_is_a_change(tmp_path: Path) -> None:
    body = "await workflow.execute_activity(NAME, order, start_to_close_timeout=TEN)\n" + SHIP
    text = flow(body, "from names import NAME")
    old = {"names.py": "NAME = 'reserve'\n", "flow.py": text}
    new = {"names.py": "NAME = 'take'\n", "flow.py": text}
    (change,) = changes(tmp_path, old, new)
    assert change.verdict is Verdict.INCOMPATIBLE


def test_a_function_that_keeps_the_name_of_its_activity_is_no_change(tmp_path: Path) -> None:
    old, new = flow(lines(RESERVE, SHIP)), flow(lines(RESERVE, SHIP)).replace("reserve", "take")
    plain, named = "@activity.defn", "@activity.defn(name='reserve')"
    new = new.replace(f"{plain}\nasync def take", f"{named}\nasync def take")
    assert verdict(tmp_path, old, new) is Verdict.COMPATIBLE


def test_a_collection_of_another_place_is_no_change(tmp_path: Path) -> None:
    body = lines("if order in {}:", f"    {CHARGE}", SHIP)
    held = "KNOWN = {'a', 'b'}\n"
    names = ("self.KNOWN", "KNOWN", "{'a', 'b'}", "names.KNOWN")
    sides = [
        {"flow.py": flow(body.replace("{}", names[0]), methods=held)},
        {"flow.py": flow(body.replace("{}", names[1]), held)},
        {"flow.py": flow(body.replace("{}", names[2]))},
        {"names.py": held, "flow.py": flow(body.replace("{}", names[3]), "import names")},
    ]
    for number, side in enumerate(sides[1:]):
        assert changes(tmp_path / str(number), sides[0], side) == []


def test_other_elements_of_a_collection_are_a_change(tmp_path: Path) -> None:
    body = lines("if order in KNOWN:", f"    {CHARGE}", SHIP)
    sides = [flow(body, f"KNOWN = {known}\n") for known in ("{'a', 'b'}", "{'a', 'c'}")]
    assert verdict(tmp_path, *sides) is Verdict.DEPENDS


SHORT = """
def short(text, size=12):
    \"\"\"Return the first letters.\"\"\"
    return text[:size]
"""
IDENT = "await workflow.execute_child_workflow('Other', id=f'a-{{{}}}')"


def test_what_gives_data_may_move_to_a_function(tmp_path: Path) -> None:
    old = {"flow.py": flow(IDENT.format("order[:12]"))}
    new = {
        "short.py": SHORT,
        "flow.py": flow(IDENT.format("short(order)"), "from short import short"),
    }
    assert changes(tmp_path, old, new) == []


def test_a_test_may_move_to_a_method(tmp_path: Path) -> None:
    body = lines("if {}:", f"    {CHARGE}", SHIP)
    method = "def big(self, order):\n    return len(order) > 2\n"
    old = flow(body.format("not len(order) > 2"))
    new = flow(body.format("not self.big(order)"), methods=method)
    assert verdict(tmp_path / "same", old, new) is Verdict.COMPATIBLE
    other = flow(body.format("not self.big(order)"), methods=method.replace("2", "3"))
    assert verdict(tmp_path / "other", old, other) is Verdict.DEPENDS


WRAPPER = """
async def call(name, order):
    return await workflow.execute_activity(name, order, start_to_close_timeout=TEN)
"""


def test_a_name_may_go_through_a_wrapper(tmp_path: Path) -> None:
    old = flow(lines(RESERVE, SHIP))
    new = flow(lines("await call(reserve, order)", "await call('ship', order)"), WRAPPER)
    assert verdict(tmp_path, old, new) is Verdict.COMPATIBLE


STEP = """
async def step(name, order):
    await workflow.execute_activity(name, order, start_to_close_timeout=TEN)
    if {test}:
        await workflow.execute_activity({then}, order, start_to_close_timeout=TEN)
"""


@pytest.mark.parametrize(
    "test",
    [
        "name == 'refund'",
        "name != 'charge' and name != 'ship'",
        "name in ('refund', 'return')",
        "not name in ['charge', 'ship']",
        "name is None",
        "not (name == 'charge' or name == 'ship')",
        "name == 'refund' and order",
    ],
)
def test_what_is_done_for_other_names_is_of_no_account(test: str, tmp_path: Path) -> None:
    body = "await step('charge', order)\nawait step('ship', order)"
    old = flow(body, STEP.format(test=test, then="'reserve'"))
    new = flow(body, STEP.format(test=test, then="'other'"))
    assert verdict(tmp_path, old, new) is Verdict.COMPATIBLE


@pytest.mark.parametrize(
    "test",
    ["name == 'ship'", "name in ('refund', 'ship')", "not name == 'charge'", "name is order"],
)
def test_what_is_done_for_this_name_counts(test: str, tmp_path: Path) -> None:
    body = "await step('charge', order)\nawait step('ship', order)"
    old = flow(body, STEP.format(test=test, then="'reserve'"))
    new = flow(body, STEP.format(test=test, then="'other'"))
    assert verdict(tmp_path, old, new) in (Verdict.INCOMPATIBLE, Verdict.DEPENDS)


def test_a_name_that_a_wrapper_is_given_counts(tmp_path: Path) -> None:
    old = flow(lines("await call(reserve, order)", "await call(ship, order)"), WRAPPER)
    new = flow(lines("await call(charge, order)", "await call(ship, order)"), WRAPPER)
    assert verdict(tmp_path, old, new) is Verdict.INCOMPATIBLE


def test_a_helper_may_be_renamed_and_moved(tmp_path: Path) -> None:
    helper = f"async def {{}}(order):\n    {RESERVE}\n    {CHARGE}\n"
    old = {"flow.py": flow(lines("await prepare(order)", SHIP), helper.format("prepare"))}
    new = {
        "helpers.py": HEAD.replace("ship", "other") + helper.format("make_ready"),
        "flow.py": flow(lines("await make_ready(order)", SHIP), "from helpers import make_ready"),
    }
    assert changes(tmp_path, old, new) == []


BIG = "async def big(order):\n" + "".join(f"    {RESERVE}\n    {CHARGE}\n" for _ in range(4))


def test_common_code_beside_a_change_is_opened(tmp_path: Path) -> None:
    old = flow(lines("await big(order)", SHIP), BIG)
    new = flow(lines(RESERVE, "await big(order)", SHIP), BIG)
    (change,) = changes(tmp_path, {"a.py": old}, {"a.py": new})
    assert change.verdict is Verdict.INCOMPATIBLE
    assert _told(change) == ("activity charge", "activity reserve")


def _told(change: Change) -> tuple[str, str]:
    assert change.was is not None and change.now is not None
    return change.was.text, change.now.text


def test_a_change_has_its_history_and_both_chains(tmp_path: Path) -> None:
    helper = f"async def prepare(order):\n    {{}}\n    {CHARGE}\n"
    old = flow(lines("await prepare(order)", SHIP), helper.format("pass"))
    new = flow(lines("await prepare(order)", SHIP), helper.format(RESERVE))
    (change,) = changes(tmp_path, {"a.py": old}, {"a.py": new})
    assert (change.workflow, change.type_name) == ("W", "W")
    assert change.now is not None and change.place is not None
    assert [place.fn.qualname for place in change.now.chain] == ["W.run", "prepare"]
    assert change.place.fn.path.endswith("new/a.py")
    assert _told(change) == ("activity charge", "activity reserve")


# What is not known is said.


def test_code_that_is_not_followed_is_not_called_compatible(tmp_path: Path) -> None:
    deep = lines(*("    " * n + "if order:" for n in range(70)), "    " * 70 + CHARGE, SHIP)
    assert verdict(tmp_path, flow(lines(RESERVE, deep)), flow(lines(RESERVE, RESERVE, deep))) in (
        Verdict.INCOMPATIBLE,
        Verdict.UNKNOWN,
    )


LIBRARY = "from library import work"


def test_what_an_unknown_call_does_is_no_difference(tmp_path: Path) -> None:
    old = flow(lines(RESERVE, "await work(order)", SHIP), LIBRARY)
    new = flow(lines(RESERVE, CHARGE, SHIP), LIBRARY)
    assert verdict(tmp_path, old, new) is Verdict.UNKNOWN


def test_queues_and_events_of_asyncio_give_no_commands(tmp_path: Path) -> None:
    made = lines("queue = asyncio.Queue()", "await queue.get()", "{}", SHIP)
    old, new = flow(made.format(RESERVE)), flow(made.format(CHARGE))
    (change,) = changes(tmp_path, {"a.py": old}, {"a.py": new})
    assert change.verdict is Verdict.INCOMPATIBLE
    assert _told(change) == ("activity reserve", "activity charge")


def test_only_conditions_that_matter_are_named(tmp_path: Path) -> None:
    begin = lines(*(f"if order == '{n}':\n    {RESERVE}" for n in range(5)))
    end = lines("if len(order) > {}:", f"    {CHARGE}", SHIP, "if order == 'z':", f"    {CHARGE}")
    sides = [flow(lines(begin, end.format(n))) for n in (2, 3)]
    (change,) = changes(tmp_path, {"a.py": sides[0]}, {"a.py": sides[1]})
    assert change.assumed == ("`len(order) > 2` is true", "`len(order) > 3` is false")


def test_a_condition_on_given_data_is_true_each_time(tmp_path: Path) -> None:
    old = flow(lines("if order:", f"    {CHARGE}", SHIP))
    new = flow(lines("if order:", "    if order:", f"        {CHARGE}", SHIP))
    assert verdict(tmp_path / "same", old, new) is Verdict.COMPATIBLE
    old, new = (text.replace("if order:", "if self.ready:") for text in (old, new))
    assert verdict(tmp_path / "state", old, new) is Verdict.DEPENDS


def test_what_a_new_condition_leaves_for_later_counts(tmp_path: Path) -> None:
    begin = lines(
        "size = 1", "{}", RESERVE, "if size == 1:", f"    {CHARGE}", "else:", f"    {SHIP}"
    )
    old = flow(begin.format("pass"))
    new = flow(begin.format("if order != 'x':\n    size = 1\nelse:\n    size = 2"))
    assert verdict(tmp_path, old, new) is Verdict.DEPENDS


def test_a_task_that_begins_beside_the_end_gives_its_command(tmp_path: Path) -> None:
    helper = f"async def note(order):\n    {CHARGE}\n"
    old = flow(lines(RESERVE, "return order"), helper)
    new = flow(lines(RESERVE, "asyncio.create_task(note(order))", "return order"), helper)
    assert verdict(tmp_path, old, new) is Verdict.CLOSED_ONLY


LOCAL = "await workflow.execute_local_activity(reserve, order, start_to_close_timeout=TEN)"


def test_local_activities_before_the_end_belong_to_its_task(tmp_path: Path) -> None:
    old, new = flow(lines(CHARGE, LOCAL, "return order")), flow(lines(CHARGE, "return order"))
    assert verdict(tmp_path / "end", old, new) is Verdict.CLOSED_ONLY
    old, new = flow(lines(LOCAL, CHARGE)), flow(lines(CHARGE))
    assert verdict(tmp_path / "begin", old, new) is Verdict.INCOMPATIBLE


def test_a_way_behind_a_condition_is_not_taken_for_one_behind_its_opposite(tmp_path: Path) -> None:
    """Both ways come to the same place, where only the condition tells how it goes on."""
    begin = lines("if order:", f"    {CHARGE}", f"    {CHARGE}", RESERVE)
    old = flow(lines(begin, "if order:", "    return order", SHIP))
    new = flow(lines(begin, CHARGE, SHIP))
    assert verdict(tmp_path, old, new) is Verdict.INCOMPATIBLE


def test_signals_that_only_set_attributes_need_no_histories_of_their_own(tmp_path: Path) -> None:
    """Each of them twice as many: too many to be tried."""
    names = [f"sig{n}" for n in range(8)]
    methods = "\n".join(
        f"@workflow.signal\ndef {name}(self, order: str) -> None:\n    self.{name} = order"
        for name in names
    )
    waits = (f"await workflow.wait_condition(lambda: self.{name})" for name in names)
    patched = lines("if workflow.patched('more'):", f"    {CHARGE}")
    old = lines(RESERVE, *waits, SHIP)
    sides = [flow(lines(*body), methods=methods) for body in ((old,), (patched, old))]
    assert verdict(tmp_path, *sides) is Verdict.COMPATIBLE


ASKS = lines("if not workflow.unsafe.is_replaying():", f"    {CHARGE}")


def test_a_difference_that_the_old_code_has_itself_is_not_due_to_the_change(tmp_path: Path) -> None:
    same = flow(lines(RESERVE, ASKS, SHIP))
    assert verdict(tmp_path / "same", same, same, shortcut=False) is Verdict.COMPATIBLE
    later = flow(lines(RESERVE, ASKS, "workflow.upsert_memo({})", SHIP))
    assert verdict(tmp_path / "later", same, later) is Verdict.COMPATIBLE
    earlier = flow(lines("workflow.upsert_memo({})", RESERVE, ASKS, SHIP))
    assert verdict(tmp_path / "earlier", same, earlier) is Verdict.INCOMPATIBLE


def test_a_timer_that_is_cancelled_at_once_shifts_the_ids_of_others(tmp_path: Path) -> None:
    """They are only compared when a timer fires."""
    waits = "await workflow.wait_condition(lambda: self.ready{})"
    old, new = (lines(RESERVE, waits.format(more)) for more in ("", ", timeout=5"))
    timer = "await asyncio.sleep(9)"
    assert verdict(tmp_path / "alone", flow(old), flow(new)) is Verdict.COMPATIBLE
    later = [flow(lines(body, timer, SHIP)) for body in (old, new)]
    (change,) = changes(tmp_path / "later", {"a.py": later[0]}, {"a.py": later[1]})
    assert change.verdict is Verdict.INCOMPATIBLE
    assert "timer had the default id 1, and has 2 now" in change.why


def test_an_error_that_only_the_new_code_handles_has_closed_runs(tmp_path: Path) -> None:
    new = lines("try:", f"    {RESERVE}", "except ActivityError:", f"    {CHARGE}")
    more = "from temporalio.exceptions import ActivityError"
    assert verdict(tmp_path / "more", flow(RESERVE, more), flow(new, more)) is Verdict.CLOSED_ONLY
    again = new.replace(CHARGE, "raise")
    assert verdict(tmp_path / "again", flow(RESERVE, more), flow(again, more)) is Verdict.COMPATIBLE


def test_a_local_activity_that_only_some_new_runs_give_may_belong_to_the_end(
    tmp_path: Path,
) -> None:
    old, new = lines(RESERVE, LOCAL), lines(RESERVE, "if order:", f"    {LOCAL}")
    assert verdict(tmp_path, flow(old), flow(new)) is Verdict.CLOSED_ONLY


def test_a_condition_that_is_awaited_once_more_may_still_be_true(tmp_path: Path) -> None:
    waits = "await workflow.wait_condition(lambda: self.ready)"
    old, new = flow(lines(waits, SHIP)), flow(lines(waits, waits, SHIP))
    assert verdict(tmp_path, old, new) is Verdict.DEPENDS


def test_a_timer_that_the_new_code_cancels_must_not_fire(tmp_path: Path) -> None:
    begin = lines(
        "timer = asyncio.create_task(asyncio.sleep(9))", "await asyncio.sleep(0)", RESERVE
    )
    wait = "await workflow.wait_condition(lambda: self.ready)"
    old, new = flow(lines(begin, "await timer")), flow(lines(begin, "timer.cancel()", wait))
    assert verdict(tmp_path, old, new) is Verdict.INCOMPATIBLE
