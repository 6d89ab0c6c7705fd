"""Code that is not followed is neither called compatible nor different; it counts if it changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history_cases import activities, followed
from tests.replay_cases import flow, verdict
from wflint.replay.change import Verdict

CALL = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)"
SHIP = CALL.format("ship")
ACT = f"""
async def act(name, order):
    {CALL.format("name")}


"""
CASES = {
    "table": (
        "TABLE = {{'a': lambda order: act({}, order), 'b': lambda order: act({}, order)}}",
        "for key in ('a', 'b'):\n    await TABLE[key](order)",
    ),
    "partial": (
        "from functools import partial\ndo = partial(act, {})\nalso = partial(act, {})",
        "await do(order)\nawait also(order)",
    ),
    "async generator": (
        "async def parts(order):\n    for name in ({}, {}):\n        yield await act(name, order)",
        "async for part in parts(order):\n    workflow.logger.info(part)",
    ),
    "generator": (
        "def parts(order):\n    for name in ({}, {}):\n        yield act(name, order)",
        "await asyncio.gather(*parts(order))",
    ),
    "stack of context managers": (
        "import contextlib\n\n@contextlib.asynccontextmanager\nasync def held(order):\n"
        "    await act({}, order)\n    yield\n    await act({}, order)",
        "async with contextlib.AsyncExitStack() as stack:\n"
        "    await stack.enter_async_context(held(order))",
    ),
    "decorator": (
        "import functools\n\ndef noted(function):\n    @functools.wraps(function)\n"
        "    async def inner(order):\n        await act({}, order)\n"
        "        return await function(order)\n    return inner\n\n"
        "@noted\nasync def step(order):\n    await act({}, order)",
        "await step(order)",
    ),
    "class": (
        "class Held:\n    async def __aenter__(self):\n        await act({}, 'x')\n"
        "    async def __aexit__(self, *error):\n        await act({}, 'x')",
        "async with Held():\n    pass",
    ),
}


def _code(name: str, *names: str) -> str:
    more, body = CASES[name]
    return flow(f"{body}\n{SHIP}", ACT + more.format(*names))


@pytest.mark.parametrize("name", CASES)
def test_a_change_of_what_is_not_followed_is_unknown(name: str, tmp_path: Path) -> None:
    old, new = _code(name, "reserve", "charge"), _code(name, "charge", "reserve")
    assert verdict(tmp_path / "changed", old, new) is Verdict.UNKNOWN
    assert verdict(tmp_path / "same", old, old) is Verdict.COMPATIBLE


@pytest.mark.parametrize("name", CASES)
def test_a_history_of_what_is_not_followed_is_unknown(name: str, tmp_path: Path) -> None:
    script = activities("reserve", "charge", "ship")
    found = followed(tmp_path, _code(name, "reserve", "charge"), script)
    assert found.verdict is Verdict.UNKNOWN


def test_objects_that_are_entered_without_commands_are_followed(tmp_path: Path) -> None:
    more = "class Held:\n    async def __aenter__(self): ...\n"
    more += "    async def __aexit__(self, *error): ..."
    body = f"async with Held():\n    {SHIP}\n"
    old, new = flow(body, more), flow(body + CALL.format("charge"), more)
    assert verdict(tmp_path, old, new) is Verdict.CLOSED_ONLY


def test_decorators_that_only_call_the_function_are_followed(tmp_path: Path) -> None:
    more, body = CASES["decorator"]
    old, new = (
        flow(f"{body}\n{SHIP}", ACT + more.format("reserve", name)).replace(
            "        await act(reserve, order)\n        return", "        return"
        )
        for name in ("charge", "reserve")
    )
    assert verdict(tmp_path, old, new) is Verdict.INCOMPATIBLE


COMPLETED = "for one in workflow.as_completed([act(reserve, order), act(charge, order)]):\n"


def test_the_order_in_which_tasks_end_is_not_known(tmp_path: Path) -> None:
    loop = f"{COMPLETED}    await one\n"
    old, new = flow(loop + SHIP, ACT), flow(f"{loop}    {CALL.format('charge')}\n{SHIP}", ACT)
    assert verdict(tmp_path / "changed", old, new) is Verdict.UNKNOWN
    assert verdict(tmp_path / "same", old, old) is Verdict.COMPATIBLE


MATCH = f"match order:\n    case 'a':\n        {CALL.format('reserve')}\n"
MATCH += f"    case 'b' | 'c':\n        {CALL.format('charge')}\n"
IF = f"if order == 'a':\n    {CALL.format('reserve')}\n"
IF += f"elif order in ('b', 'c'):\n    {CALL.format('charge')}\n"


def test_a_match_with_plain_values_is_an_if(tmp_path: Path) -> None:
    assert verdict(tmp_path, flow(MATCH + SHIP), flow(IF + SHIP)) is Verdict.COMPATIBLE


def test_the_elements_of_a_written_tuple_are_known(tmp_path: Path) -> None:
    loop = f"for name in ({{}}):\n    {CALL.format('name')}\n"
    old, new = (flow(loop.format(names) + SHIP) for names in ("reserve, charge", "charge, ship"))
    same = flow("\n".join(CALL.format(name) for name in ("reserve", "charge", "ship")))
    assert verdict(tmp_path / "other", old, new) is Verdict.INCOMPATIBLE
    assert verdict(tmp_path / "same", old, same) is Verdict.COMPATIBLE
