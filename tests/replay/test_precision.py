"""Edits of which only those are reported that running workflows do not survive."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from tests.replay_cases import changes, flow, verdict
from wflint.replay.change import Verdict
from wflint.replay.computing import computed, without_idle
from wflint.replay.values import FALSE, Symbol, element, key_of

DO = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)"
RESERVE, CHARGE, SHIP = (DO.format(name) for name in ("reserve", "charge", "ship"))


def lines(*parts: str) -> str:
    return "\n".join(parts)


# Names that decorators of the project pass on.

IN_HOUSE = """
from functools import wraps

def named({param}):
    {before}
    def decorator(function):
        @activity.defn(name={given})
        @wraps(function)
        async def wrapper(*args):
            return await function(*args)
        return wrapper
    return decorator

TAKE = "take-it"

@named({arg})
async def take(order: str) -> str: ...
"""
PASSED_ON = {"param": "name", "before": "", "given": "name", "arg": "TAKE"}
TAKE, BY_NAME = lines(DO.format("take"), SHIP), lines(DO.format("'take-it'"), SHIP)


@pytest.mark.parametrize("arg", ["TAKE", "'take-it'", "name=TAKE"])
def test_an_activity_is_known_by_the_name_that_a_decorator_passes_on(
    arg: str, tmp_path: Path
) -> None:
    more = IN_HOUSE.format(**{**PASSED_ON, "arg": arg})
    assert verdict(tmp_path, flow(TAKE, more), flow(BY_NAME, more)) is Verdict.COMPATIBLE


@pytest.mark.parametrize(
    "other",
    [
        {"before": "name = f'{name}-now'"},
        {"given": "'other'"},
        {"param": "app, name='take-it'"},
    ],
)
def test_the_name_is_not_known_if_the_decorator_gives_another_one(
    other: dict[str, str], tmp_path: Path
) -> None:
    more = IN_HOUSE.format(**{**PASSED_ON, **other})
    assert verdict(tmp_path, flow(TAKE, more), flow(BY_NAME, more)) is not Verdict.COMPATIBLE


# Checks that tell a type checker what holds.

CHECKS = {
    "a value is there": "if x is None:\n    raise ValueError('missing')",
    "an attribute is there": "if self.found is None:\n    raise RuntimeError('missing')",
    "a type": "if not isinstance(order, str):\n    raise TypeError('no text')",
    "in the other branch": "if x is not None:\n    pass\nelse:\n    raise ValueError(x)",
}


@pytest.mark.parametrize("check", CHECKS.values(), ids=CHECKS)
def test_a_new_check_that_only_raises_is_taken_to_hold(check: str, tmp_path: Path) -> None:
    first = "x = self.found"
    sides = [flow(lines(first, *more, RESERVE, SHIP)) for more in ((), (check,))]
    assert verdict(tmp_path, *sides) is Verdict.COMPATIBLE


REAL = {
    "the workflow fails": "if x is None:\n    raise ApplicationError('missing')",
    "another condition": "if x > 3:\n    raise ValueError('too many')",
    "it returns": "if x is None:\n    return ''",
    "the error is handled": (
        "try:\n    if x is None:\n        raise ValueError('missing')\n"
        f"except ValueError:\n    {CHARGE}"
    ),
}


@pytest.mark.parametrize("check", REAL.values(), ids=REAL)
def test_a_check_that_does_something_else_is_a_change(check: str, tmp_path: Path) -> None:
    more = "from temporalio.exceptions import ApplicationError"
    first = "x = self.found"
    sides = [flow(lines(first, *new, RESERVE, SHIP), more) for new in ((), (check,))]
    assert verdict(tmp_path, *sides) is Verdict.DEPENDS


# Answers of patches that are kept in attributes.

KEPT = "self.is_new = workflow.patched('new')"
IF_KEPT = lines(RESERVE, "if self.is_new:", f"    {CHARGE}", SHIP)


def test_the_answer_of_a_patch_is_known_from_its_attribute(tmp_path: Path) -> None:
    old = flow(lines(RESERVE, SHIP))
    assert verdict(tmp_path / "set", old, flow(lines(KEPT, IF_KEPT))) is Verdict.COMPATIBLE
    helper = "def ask() -> bool:\n    return workflow.patched('new')"
    asked = flow(lines("self.is_new = ask()", IF_KEPT), helper)
    assert verdict(tmp_path / "asked", old, asked) is Verdict.COMPATIBLE


def test_an_attribute_that_others_set_as_well_is_not_known(tmp_path: Path) -> None:
    sets = "@workflow.signal\ndef turn(self, on: bool) -> None:\n    self.is_new = on"
    old, new = flow(lines(RESERVE, SHIP), methods=sets), flow(lines(KEPT, IF_KEPT), methods=sets)
    assert verdict(tmp_path, old, new) is Verdict.DEPENDS


# Many ways through one workflow task.

MANY = 12
BRANCHES = lines(*(f"if self.flag{n} > {n}:\n    return str({n})" for n in range(MANY)))
GUARDED = lines(
    *(
        f"x{n} = 'a' if self.flag{n} else 'b'\nif x{n} == self.name:\n    raise ValueError(x{n})"
        for n in range(MANY)
    )
)


@pytest.mark.parametrize("body", [BRANCHES, GUARDED], ids=["branches", "names"])
def test_many_ways_that_meet_again_are_followed_once(body: str, tmp_path: Path) -> None:
    """More than are tried, if each were one of its own."""
    patched = lines("if workflow.patched('more'):", f"    {RESERVE}", CHARGE)
    old, new = flow(lines(body, CHARGE, SHIP)), flow(lines(body, patched, SHIP))
    assert verdict(tmp_path / "same", old, old, shortcut=False) is Verdict.COMPATIBLE
    assert verdict(tmp_path / "patched", old, new) is Verdict.COMPATIBLE
    other = flow(lines(body, CHARGE, RESERVE))
    (change,) = changes(tmp_path / "other", {"flow.py": old}, {"flow.py": other})
    assert change.verdict is Verdict.INCOMPATIBLE
    assert [step.text for step in change.history] == ["activity charge"]


# Fields and parameters that old data does not have.

INPUT = """
from dataclasses import dataclass, field

@dataclass
class Input:
    order: str
{more}
"""
ASKED = lines(RESERVE, "if {}:", f"    {CHARGE}", SHIP)


def _with_input(condition: str, field: str = "", params: str = "order: Input") -> str:
    text = flow(ASKED.format(condition), INPUT.format(more=f"    {field}" if field else ""))
    head, begin, rest = text.partition("async def run(self, order: str)")
    assert begin
    return f"{head}async def run(self, {params}){rest}"


FIELDS = {
    "a flag": ("fast: bool = False", "order.fast"),
    "an option": ("limit: int | None = None", "order.limit is not None"),
    "an option with more": ("keys: dict | None = None", "order.keys and self.ready"),
    "a text": ("name: str = ''", "order.name"),
}


@pytest.mark.parametrize(("field", "condition"), FIELDS.values(), ids=FIELDS)
def test_a_new_field_has_its_default_value_in_old_histories(
    field: str, condition: str, tmp_path: Path
) -> None:
    old, new = _with_input("False"), _with_input(condition, field)
    assert verdict(tmp_path / "new", old, new) is Verdict.COMPATIBLE
    other = _with_input(f"not ({condition})", field)
    assert verdict(tmp_path / "other", old, other) is Verdict.INCOMPATIBLE


def test_a_field_that_old_data_has_may_be_anything(tmp_path: Path) -> None:
    field = "fast: bool = False"
    old, new = _with_input("False", field), _with_input("order.fast", field)
    assert verdict(tmp_path, old, new) is Verdict.DEPENDS


def test_a_default_value_that_is_computed_is_not_known(tmp_path: Path) -> None:
    field = "keys: dict = field(default_factory=dict)"
    old, new = _with_input("False"), _with_input("order.keys", field)
    assert verdict(tmp_path, old, new) is Verdict.DEPENDS


def test_a_new_parameter_has_its_default_value_in_old_histories(tmp_path: Path) -> None:
    old, params = _with_input("False"), "order: Input, fast: bool = False"
    assert verdict(tmp_path / "one", old, _with_input("fast", "", params)) is Verdict.COMPATIBLE
    turned = _with_input("not fast", "", params)
    assert verdict(tmp_path / "other", old, turned) is Verdict.INCOMPATIBLE


RESULT = """\
from dataclasses import dataclass


@dataclass
class Booking:
    id: str
{more}

@activity.defn
async def book(order: str) -> Booking: ...
"""
BOOK = "await workflow.execute_activity(book, order, start_to_close_timeout=TEN)"


def _with_result(condition: str, field: str = "") -> str:
    body = lines(f"booking = {BOOK}", f"if {condition}:", f"    {CHARGE}", SHIP)
    return flow(body, RESULT.format(more=f"    {field}\n" if field else ""))


def test_a_new_field_of_a_result_has_its_default_value_in_old_histories(tmp_path: Path) -> None:
    field, old = "fast: bool = False", _with_result("False")
    new, other = _with_result("booking.fast", field), _with_result("not booking.fast", field)
    assert verdict(tmp_path / "new", old, new) is Verdict.COMPATIBLE
    assert verdict(tmp_path / "other", old, other) is Verdict.INCOMPATIBLE
    known = _with_result("False", field)
    assert verdict(tmp_path / "known", known, new) is Verdict.DEPENDS


STOP = """
@workflow.{kind}
def stop(self) -> None:
    self.stopped = True
"""


def _stopping(body: str, kind: str = "", init: str = "self.stopped = False") -> str:
    methods = f"def __init__(self) -> None:\n    self.go = False\n    {init}\n\n"
    methods += "@workflow.signal\ndef start(self) -> None:\n    self.go = True\n"
    return flow(body, "", methods + (STOP.format(kind=kind) if kind else ""))


IF_STOPPED = lines("if self.stopped:", f"    {CHARGE}", SHIP)


PAIR = """
async def pair(order, is_last):
    shipped = await workflow.execute_activity(ship, order, start_to_close_timeout=TEN)
    if is_last:
        return True, order, shipped
    return False, order, shipped
"""


@pytest.mark.parametrize(("is_last", "expected"), [("False", "COMPATIBLE"), ("True", "DIFFERS")])
def test_what_is_returned_with_a_result_is_known(
    is_last: str, expected: str, tmp_path: Path
) -> None:
    old = flow(lines(SHIP, RESERVE))
    taken = f"is_over, _, shipped = await pair(order, {is_last})"
    new = flow(lines(taken, "if is_over:", "    return shipped", RESERVE), PAIR)
    found = verdict(tmp_path, old, new)
    assert found is (Verdict.COMPATIBLE if expected == "COMPATIBLE" else Verdict.INCOMPATIBLE)


@pytest.mark.parametrize(
    ("written", "number", "part"),
    [
        ("[False, result of activity ship 1]", 0, "False"),
        ("[False, result of activity ship 1]", 1, "result of activity ship 1"),
        ("(<run >.0, result of activity a-b.c 12.id)", 1, "result of activity a-b.c 12.id"),
        ("(<run >.0, result of activity a-b.c 12.id)", 0, "<run >.0"),
        ("['a, b', result of timer 1]", 1, "result of timer 1"),
        ("[result of activity a, b 1]", 1, "[result of activity a, b 1][1]"),
    ],
)
def test_elements_of_what_is_written_out(written: str, number: int, part: str) -> None:
    assert key_of(element(Symbol(written), number)) == part


def test_what_only_a_new_update_sets_is_not_set_in_old_histories(tmp_path: Path) -> None:
    old, new = _stopping(SHIP), _stopping(IF_STOPPED, "update")
    assert verdict(tmp_path / "new", old, new) is Verdict.COMPATIBLE
    other = _stopping(IF_STOPPED.replace("if self", "if not self"), "update")
    assert verdict(tmp_path / "other", old, other) is Verdict.INCOMPATIBLE


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (_stopping(SHIP, "update"), _stopping(IF_STOPPED, "update")),
        (_stopping(SHIP), _stopping(IF_STOPPED, "signal")),
        (_stopping(SHIP), _stopping(IF_STOPPED, "update", "self.stopped = bool(asyncio)")),
        (_stopping(SHIP), _stopping(f"self.stopped = len(order) > 3\n{IF_STOPPED}", "update")),
    ],
    ids=["old code has it", "a signal waits for its handler", "not plain", "others set it as well"],
)
def test_otherwise_it_may_be_set(old: str, new: str, tmp_path: Path) -> None:
    assert verdict(tmp_path, old, new) is not Verdict.COMPATIBLE


def test_a_part_of_a_condition_that_is_known_leaves_it_as_it_was(tmp_path: Path) -> None:
    wait = "await workflow.wait_condition(lambda: {})\n"
    body = wait + lines("if self.stopped:", "    return order", SHIP)
    old = _stopping(wait.format("self.go") + SHIP)
    new = _stopping(body.format("self.go or self.stopped"), "update")
    assert verdict(tmp_path, old, new) is Verdict.COMPATIBLE


@pytest.mark.parametrize(
    ("code", "test"),
    [
        ("self.go or False", "self.go"),
        ("False or self.go or None", "self.go"),
        ("(self.a or self.b) and self.c and True", "(self.a or self.b) and self.c"),
        ("self.go and False", "self.go and False"),
        ("self.go or self.stopped", "self.go or self.stopped"),
        ("'or False", "'or False"),
    ],
)
def test_what_decides_nothing_is_left_out_of_a_test(code: str, test: str) -> None:
    assert without_idle(code) == test


def test_a_change_is_not_sure_if_not_all_ways_to_replay_were_tried(tmp_path: Path) -> None:
    flags = range(7)
    names = (f"x{n} = 'a' if self.flag{n} else 'b'" for n in flags)
    asked = " or ".join(f"x{n} == 'a'" for n in flags)
    old = flow(lines(RESERVE, SHIP))
    new = flow(lines(RESERVE, *names, f"if {asked}:", f"    {CHARGE}", SHIP))
    assert verdict(tmp_path, old, new) is Verdict.DEPENDS


# Patches whose answers are not asked for again.


def test_answers_of_patches_only_count_as_long_as_code_asks_for_them(tmp_path: Path) -> None:
    """Each of them twice as many ways: too many to be tried, if each were one of its own."""
    steps = (f"if workflow.patched('p{n}'):\n    {CHARGE}\nelse:\n    {RESERVE}" for n in range(10))
    before = lines(*steps)
    later = lines("if workflow.patched('p0'):", f"    {RESERVE}")
    sides = {
        "old": flow(lines(before, SHIP)),
        "patched": flow(lines(before, "if workflow.patched('more'):", f"    {CHARGE}", SHIP)),
        "inserted": flow(lines(before, CHARGE, SHIP)),
        "again": flow(lines(before, later, SHIP)),
    }
    assert verdict(tmp_path / "1", sides["old"], sides["patched"]) is Verdict.COMPATIBLE
    assert verdict(tmp_path / "2", sides["old"], sides["inserted"]) is Verdict.INCOMPATIBLE
    assert verdict(tmp_path / "3", sides["old"], sides["again"]) is Verdict.INCOMPATIBLE


def test_code_that_python_warns_of_is_read_without_a_word() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert computed("None and (1if x else 2)", loose=True) == FALSE
