"""Functions are looked at once for each set of literals that their callers pass, up to a limit."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from wflint import limits
from wflint.callgraph import keeping
from wflint.callgraph.graph import Node
from wflint.callgraph.telling import Telling
from wflint.callgraph.told import Told
from wflint.dataflow.touches import Touch
from wflint.facts.model import Call
from wflint.inference.values import FunctionValue
from wflint.run.check import check
from wflint.run.request import Request

MANY = 100


def many_callers_of_many_branches() -> str:
    branches = "\n".join(
        f'    if action == "action-{n}":\n        branch_{n}(action)' for n in range(MANY)
    )
    functions = "\n".join(f"def branch_{n}(action):\n    shared(action)" for n in range(MANY))
    calls = "\n".join(f'        dispatch("action-{n}")' for n in range(MANY))
    return f"""\
import time
from temporalio import workflow

def shared(action):
    if action == "nothing":
        time.sleep(1)

{functions}

def dispatch(action):
{branches}

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
{calls}
"""


def told(monkeypatch: pytest.MonkeyPatch, folder: Path, code: str) -> dict[str, set[object]]:
    """Return what functions are told, by their names."""
    found: dict[str, set[object]] = {}
    plain = Telling.told

    def noting(self: Telling, node: Node, entity: FunctionValue, call: Call) -> Told:
        given = plain(self, node, entity, call)
        found.setdefault(entity.fn.qualname, set()).add(given)
        return given

    monkeypatch.setattr(Telling, "told", noting)
    (folder / "flow.py").write_text(code)
    check(Request(paths=(str(folder),)))
    return found


def test_contexts_do_not_multiply(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = told(monkeypatch, tmp_path, many_callers_of_many_branches())
    assert len(found["dispatch"]) == limits.LITERAL_CONTEXTS + 1
    assert len(found["shared"]) <= limits.LITERAL_CONTEXTS + 1


def test_nothing_is_told_that_decides_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code = many_callers_of_many_branches().replace("if action ==", "if unknown() ==")
    found = told(monkeypatch, tmp_path, code)
    assert found["dispatch"] == {()}


PUT_INTO_ITSELF = """\
import time
from temporalio import workflow

def normalize(data, mode):
    if data["kind"] == "ready":
        time.sleep(1)
    for row in data["rows"]:
        if mode == 1:
            row = {"value": row}
        elif mode == 2:
            row = {"text": row}
        elif mode == 3:
            row = {"name": row}
        data["rows"] = row

@workflow.defn
class Flow:
    @workflow.run
    async def run(self, mode: int) -> None:
        normalize({"kind": "new", "rows": [mode]}, mode)
"""


def test_what_is_put_into_itself_is_not_followed_ever_deeper(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    deepest = 0
    plain = keeping._through

    def measured(alias: Touch, touch: Touch) -> Iterator[Touch]:
        nonlocal deepest
        for found in plain(alias, touch):
            deepest = max(deepest, len(found.inside))
            assert deepest < 100, "this doubles with each step"
            yield found

    monkeypatch.setattr(keeping, "_through", measured)
    (tmp_path / "flow.py").write_text(PUT_INTO_ITSELF)
    found = check(Request(paths=(str(tmp_path),))).diagnostics
    assert deepest > 0, "this code shows nothing"
    assert [one.location.row for one in found] == [6], "what is not followed may be anything"


HANDED_ON = """\
import time
from temporalio import workflow

def fill(data):
    again = data
    again["rows"] = 1

def prepare(data):
    fill(data)
    if data["kind"] == "ready":
        time.sleep(1)

@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> None:
        prepare({"kind": "new"})
"""


@pytest.mark.parametrize(("steps", "rows"), [(limits.HANDLING_STEPS, []), (1, [11])])
def test_what_takes_too_many_steps_is_not_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, steps: int, rows: list[int]
) -> None:
    monkeypatch.setattr(limits, "HANDLING_STEPS", steps)
    (tmp_path / "flow.py").write_text(HANDED_ON)
    found = check(Request(paths=(str(tmp_path),))).diagnostics
    assert [one.location.row for one in found] == rows
