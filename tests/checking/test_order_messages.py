"""Messages about the order of a set: how bad it is, why it differs, and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture
from wflint.diagnostics import Diagnostic, Severity

FLOW = """\
import asyncio
from datetime import timedelta
from temporalio import workflow


class Parcel:
    pass


async def act(name):
    return await workflow.execute_activity(name, start_to_close_timeout=timedelta(seconds=9))


@workflow.defn
class Flow:
    @workflow.run
    async def run(self, names: set[str], parcels: set[Parcel], things: set) -> object:
        {code}
"""


def told(code: str, folder: Path) -> Diagnostic:
    """The only diagnostic about order that a statement gets."""
    file = folder / "flow.py"
    file.write_text(FLOW.format(code=code), encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), folder)
    (found,) = [d for d in harness.run(root).diagnostics if d.code == "WFL121"]
    return found


@pytest.mark.parametrize(
    "code",
    [
        "for name in names: await act(name)",
        "return [await act(name) for name in names]",
        "return await asyncio.gather(*[act(name) for name in names])",
        "return await asyncio.gather(*things)",
        "await workflow.execute_activity('-'.join(names), schedule_to_close_timeout=None)",
        "first = next(iter(names))\n        if first == 'a': await act('b')",
        "order = list(names)\n        for name in order: await act(name)",
        "return list(map(lambda name: asyncio.create_task(act(name)), names))",
    ],
)
def test_what_decides_commands_is_an_error(code: str, tmp_path: Path) -> None:
    assert told(code, tmp_path).severity is Severity.ERROR


@pytest.mark.parametrize(
    "code",
    [
        "return list(names)",
        "return sorted(names, key=len)",
        "text = ', '.join(names)\n        return text",
        "self.first = names.pop()",
        "return len(names) and f'{names}'",
    ],
)
def test_what_only_shows_the_order_is_a_warning(code: str, tmp_path: Path) -> None:
    assert told(code, tmp_path).severity is Severity.WARNING


def test_inputs_are_a_warning_that_says_so(tmp_path: Path) -> None:
    call = "workflow.execute_activity('sum', list(names), schedule_to_close_timeout=None)"
    diagnostic = told(f"return await {call}", tmp_path)
    assert diagnostic.severity is Severity.WARNING
    assert "only what is sent, which a replay does not compare" in diagnostic.message


@pytest.mark.parametrize(
    ("name", "reason", "advice"),
    [
        ("names", "`PYTHONHASHSEED`", "use `sorted(...)`"),
        ("parcels", "memory addresses (the heap layout)", "use a list or `dict.fromkeys(...)`"),
        ("things", "`PYTHONHASHSEED` or the heap layout", "use `sorted(...)`, or `dict.from"),
    ],
)
def test_says_why_and_what_to_do(name: str, reason: str, advice: str, tmp_path: Path) -> None:
    message = told(f"return list({name})", tmp_path).message
    assert f"the order of the set `{name}` depends on {reason} and differs on replay" in message
    assert advice in message


@pytest.mark.parametrize(
    "code",
    [
        "return list({'a', 1})",
        "return list({'a', None})",
        "return list({frozenset('ab'), frozenset('bc')})",
        "maybe: set[str | None] = {*names, None}\n        return list(maybe)",
        "self.maybe: set[str | None] = set()\n        return list(self.maybe)",
        "mixed: set[str | int] = set()\n        return list(mixed)",
    ],
)
def test_does_not_advise_to_sort_what_has_no_order(code: str, tmp_path: Path) -> None:
    message = told(code, tmp_path).message
    assert message.endswith("use a list or `dict.fromkeys(...)` instead of the set")


def test_stands_at_what_is_gone_through(tmp_path: Path) -> None:
    diagnostic = told("return [name for name in sorted(names | things, key=len)]", tmp_path)
    line = (tmp_path / "flow.py").read_text(encoding="utf-8").splitlines()[-1]
    start, end = diagnostic.location.column - 1, diagnostic.end_location.column - 1
    assert line[start:end] == "names | things"


def test_a_place_is_told_once_however_it_is_reached(tmp_path: Path) -> None:
    code = "def show():\n            return list(names)\n        return [show(), show()]"
    assert told(code, tmp_path).location.row == 19
