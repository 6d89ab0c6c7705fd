"""`with` over a generator of the program: up to its `yield`, then the block, then its rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.history_cases import activities, followed
from tests.replay_cases import flow, verdict
from wflint.replay.change import Verdict

CALL = "await workflow.execute_activity({}, order, start_to_close_timeout=TEN)"
RESERVE, CHARGE, SHIP = map(CALL.format, ("reserve", "charge", "ship"))
IMPORTS = "import contextlib\nfrom temporalio.exceptions import ActivityError\n\n"


def manager(body: str, head: str = "async def held(order)") -> str:
    kind = "asynccontextmanager" if head.startswith("async") else "contextmanager"
    inside = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{IMPORTS}@contextlib.{kind}\n{head}:\n{inside}"


HELD = manager(f"{RESERVE}\ntry:\n    yield order\nfinally:\n    {SHIP}")
PLAIN = manager(f"{RESERVE}\nyield order\n{SHIP}")
KEEPS = manager(f"try:\n    yield\nexcept ActivityError:\n    {SHIP}\n{RESERVE}")
NESTED = f"{HELD}\n@contextlib.asynccontextmanager\nasync def other(order):\n"
NESTED += (
    f"    async with held(order) as inner:\n        {SHIP}\n        yield inner\n    {RESERVE}\n"
)
MEMO = "workflow.upsert_memo({'a': order})"
SAME = {
    "the end of the block": (
        HELD,
        f"async with held(order):\n    {CHARGE}\n{RESERVE}",
        f"{RESERVE}\ntry:\n    {CHARGE}\nfinally:\n    {SHIP}\n{RESERVE}",
    ),
    "return": (
        PLAIN,
        f"async with held(order):\n    return {CHARGE}\n{RESERVE}",
        f"{RESERVE}\n{CHARGE}\n{SHIP}",
    ),
    "break": (
        PLAIN,
        f"while order:\n    async with held(order):\n        {CHARGE}\n        break\n{RESERVE}",
        f"while order:\n    {RESERVE}\n    {CHARGE}\n    {SHIP}\n    break\n{RESERVE}",
    ),
    "continue": (
        PLAIN,
        f"for _ in order:\n    async with held(order):\n        continue\n    {CHARGE}",
        f"for _ in order:\n    {RESERVE}\n    {SHIP}",
    ),
    "an error that is not handled": (
        PLAIN,
        f"async with held(order):\n    {CHARGE}\n{RESERVE}",
        f"{RESERVE}\n{CHARGE}\n{SHIP}\n{RESERVE}",
    ),
    "an error that is kept": (
        KEEPS,
        f"async with held(order):\n    {CHARGE}\n{CHARGE}",
        f"try:\n    {CHARGE}\nexcept ActivityError:\n    {SHIP}\n{RESERVE}\n{CHARGE}",
    ),
    "the value": (
        PLAIN.replace("yield order", "yield 'charge'"),
        "async with held(order) as name:\n    " + CALL.format("name"),
        f"{RESERVE}\n{CHARGE}\n{SHIP}",
    ),
    "several": (
        HELD,
        f"async with held(order) as one, held(one):\n    {CHARGE}",
        f"async with held(order):\n    async with held(order):\n        {CHARGE}",
    ),
    "one in another": (
        NESTED,
        f"async with other(order):\n    {CHARGE}",
        f"{RESERVE}\ntry:\n    {SHIP}\n    {CHARGE}\nfinally:\n    {SHIP}\n{RESERVE}",
    ),
    "one that is not async": (
        manager(f"{MEMO}\nyield\n{MEMO}", "def held(order)"),
        f"with held(order):\n    {CHARGE}",
        f"{MEMO}\n{CHARGE}\n{MEMO}",
    ),
    "what it is given": (
        manager(CALL.format("name") + "\nyield", "async def held(order, name)"),
        f"async with held(order, name=reserve):\n    {CHARGE}",
        f"{RESERVE}\n{CHARGE}",
    ),
    "one that may not yield": (
        manager(f"{RESERVE}\nif order:\n    yield\n{SHIP}"),
        f"async with held(order):\n    {CHARGE}",
        f"{RESERVE}\nif order:\n    {CHARGE}\n{SHIP}\nif not order:\n    raise RuntimeError",
    ),
    "a return in it": (
        manager(f"{RESERVE}\nyield\nif order:\n    return\n{SHIP}"),
        f"async with held(order):\n    {CHARGE}",
        f"{RESERVE}\n{CHARGE}\nif not order:\n    {SHIP}",
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_it_does_what_it_does_when_it_is_written_out(name: str, tmp_path: Path) -> None:
    more, entered, plain = SAME[name]
    old, new = flow(entered, more), flow(plain, more)
    assert verdict(tmp_path / "to", old, new) is Verdict.COMPATIBLE
    assert verdict(tmp_path / "from", new, old) is Verdict.COMPATIBLE


@pytest.mark.parametrize("name", [name for name in SAME if "ship" in SAME[name][0]])
def test_another_command_in_it_is_seen(name: str, tmp_path: Path) -> None:
    more, entered, _ = SAME[name]
    old, new = flow(entered, more), flow(entered, more.replace("(ship", "('pack'"))
    assert verdict(tmp_path, old, new) is Verdict.INCOMPATIBLE


ENTERED = f"async with held(order):\n    {CHARGE}"


def test_one_that_yields_in_a_loop_is_followed_for_one_round(tmp_path: Path) -> None:
    more = manager(f"{RESERVE}\nfor _ in order:\n    yield\n{SHIP}")
    old, new = flow(ENTERED, more), flow(ENTERED, more.replace("ship", "'pack'"))
    assert verdict(tmp_path, old, new) is Verdict.INCOMPATIBLE


def test_one_that_yields_twice_is_not_followed(tmp_path: Path) -> None:
    code = flow(ENTERED, manager(f"{RESERVE}\nyield\nyield\n{SHIP}"))
    found = followed(tmp_path, code, activities("reserve", "charge", "ship"))
    assert found.verdict is Verdict.UNKNOWN


def test_one_with_a_decorator_besides_is_not_followed(tmp_path: Path) -> None:
    noted = "def noted(function):\n    return function\n\n\n"
    more = HELD.replace("@contextlib", f"{noted}@noted\n@contextlib")
    old, new = flow(ENTERED, more), flow(ENTERED, more.replace("ship", "charge"))
    assert verdict(tmp_path, old, new) is Verdict.UNKNOWN


def test_a_history_is_followed_through_it(tmp_path: Path) -> None:
    code = flow(ENTERED, HELD)
    fits = followed(tmp_path / "fits", code, activities("reserve", "charge", "ship"))
    assert fits.verdict is Verdict.COMPATIBLE
    differs = followed(tmp_path / "differs", code, activities("reserve", "ship", "charge"))
    assert differs.verdict is Verdict.INCOMPATIBLE
