"""Workflows whose code answers as before are not made into command terms again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from tests.comparison.test_diff import commit, git, put
from wflint.replay.code import Code
from wflint.replay.program import Functions
from wflint.replay.statements import term_of
from wflint.replay.terms import Term

FILES = {
    "shop/__init__.py": "",
    "shop/names.py": 'SHIP = "ship"\n',
    "shop/kinds.py": 'class Kinds:\n    FIRST = "a"\n',
    "shop/steps.py": """\
from datetime import timedelta

from temporalio import workflow


def wait_first(fn):
    async def wrapper(*args):
        return await fn(*args)

    return wrapper


@wait_first
async def wrapped() -> None:
    await workflow.sleep(1)


async def pack() -> None:
    await workflow.execute_activity("pack", start_to_close_timeout=timedelta(seconds=10))


def is_large(order: str) -> bool:
    return len(order) > 10


class Base:
    async def close(self) -> None:
        await workflow.sleep(1)


class Lock:
    async def __aenter__(self) -> None: ...

    async def __aexit__(self, *error: object) -> None: ...
""",
    "shop/flow.py": """\
from datetime import timedelta

from temporalio import workflow

from shop.kinds import Kinds
from shop.names import SHIP
from shop.steps import Base, Lock, is_large, pack, wrapped


@workflow.defn
class Flow(Base):
    @workflow.run
    async def run(self, order: str) -> None:
        await pack()
        await wrapped()
        if is_large(order):
            await workflow.sleep(5)
        async with Lock():
            await workflow.execute_activity(SHIP, start_to_close_timeout=timedelta(seconds=10))
        await workflow.execute_activity(Kinds.FIRST, start_to_close_timeout=timedelta(seconds=10))
        await self.close()
""",
    "shop/other.py": """\
from temporalio import workflow


@workflow.defn
class Other:
    @workflow.run
    async def run(self) -> None:
        await workflow.sleep(1)
""",
}
OTHER = ("shop/other.py", "await workflow.sleep(1)", "await workflow.wait_condition(lambda: True)")


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    enter_project(folder, monkeypatch)
    git("init", "-q", "-b", "main")
    for name, text in FILES.items():
        put(name, text)
    commit()
    return folder


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The functions of which terms are made."""
    found: list[str] = []

    def noting(code: Code, functions: Functions) -> Term:
        found.append(f"{os.path.basename(code.node.fn.path)}: {code.node.fn.qualname}")
        return term_of(code, functions)

    monkeypatch.setattr("wflint.replay.program.term_of", noting)
    return found


def edit(name: str, old: str, new: str) -> None:
    assert FILES[name].count(old) == 1
    put(name, FILES[name].replace(old, new))


def test_terms_are_made_once_for_both_versions(made: list[str]) -> None:
    edit(*OTHER)
    assert "`Other` will fail" in invoke("diff", "--from", "HEAD").stdout
    assert made.count("flow.py: Flow.run") == 1
    assert made.count("other.py: Other.run") == 2


def test_and_never_again_where_a_run_before_has_noted_what_they_rest_on(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    edit(*OTHER)
    first = invoke("diff", "--from", "HEAD")
    assert "flow.py: Flow.run" in made
    made.clear()
    second = invoke("diff", "--from", "HEAD")
    assert set(made) == {"other.py: Other.run"}
    assert (second.stdout, second.stderr) == (first.stdout, first.stderr)
    put(
        "shop/other.py",
        FILES["shop/other.py"].replace("(1)", "(1)\n        await workflow.sleep(2)"),
    )
    made.clear()
    assert "closed runs of `Other`" in invoke("diff", "--from", "HEAD").stdout
    assert set(made) == {"other.py: Other.run"}


EDITS = {
    "a constant": ("shop/names.py", '"ship"', '"send"', "activity send"),
    "a constant of a class": ("shop/kinds.py", '"a"', '"b"', "activity b"),
    "a function": ("shop/steps.py", '"pack"', '"wrap"', "activity wrap"),
    "a small function": ("shop/steps.py", "> 10", "> 11", "len(order) > 11"),
    "a decorator": (
        "shop/steps.py",
        "        return await fn(*args)",
        "        await workflow.sleep(9)\n        return await fn(*args)",
        "a decorator of `wrapped` gives commands",
    ),
    "a base class": (
        "shop/steps.py",
        "    async def close(self) -> None:\n",
        "    async def close(self) -> None:\n        await workflow.sleep(9)\n",
        "timer",
    ),
    "what is entered": (
        "shop/steps.py",
        "__aenter__(self) -> None: ...",
        "__aenter__(self) -> None:\n        await workflow.sleep(9)",
        "`Lock` gives commands as it is entered",
    ),
    "what is called": ("shop/steps.py", "async def pack()", "async def package()", "not known"),
}
"""Edits of what the workflow uses, each with words that must be among what is said of it."""


@pytest.mark.parametrize("what", EDITS)
def test_a_change_in_what_a_workflow_uses_is_seen(
    what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WFLINT_NO_CACHE")
    edit(*OTHER)
    assert "`Flow`" not in invoke("diff", "--from", "HEAD", "--show-gaps").stdout
    name, old, new, words = EDITS[what]
    edit(name, old, new)
    after = invoke("diff", "--from", "HEAD", "--show-gaps")
    assert "`Flow`" in after.stdout
    assert words in after.stdout
    monkeypatch.setenv("WFLINT_NO_CACHE", "1")
    fresh = invoke("diff", "--from", "HEAD", "--show-gaps")
    assert (after.stdout, after.stderr) == (fresh.stdout, fresh.stderr)
