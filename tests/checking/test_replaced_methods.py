"""Decorators of a project that replace methods of a workflow are gaps."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import harness
from tests.harness import Fixture

FLOW = """\
from functools import wraps
from temporalio import workflow

def observe(cls):
    original = cls.run

    @wraps(original)
    async def monitored(self):
        return await original(self)

    cls.run = monitored
    return cls

def by_name(label):
    def decorate(cls):
        setattr(cls, "run", monitored)
        return cls
    return decorate

def marks(cls):
    cls.label = "flow"
    setattr(cls, "owner", "shop")
    return cls

async def monitored(self): ...

@workflow.defn
{decorator}
class Flow:
    @workflow.run
    async def run(self) -> None: ...
"""


@pytest.mark.parametrize(
    ("decorator", "gaps"), [("@observe", 1), ("@by_name('x')", 1), ("@marks", 0), ("", 0)]
)
def test_a_method_that_is_replaced_is_a_gap(decorator: str, gaps: int, tmp_path: Path) -> None:
    file = tmp_path / "flow.py"
    file.write_text(FLOW.format(decorator=decorator), encoding="utf-8")
    root = harness.copy_to(Fixture("flow", file), tmp_path)
    found = harness.run(root, extend_select=["WFL005"]).diagnostics
    assert len([one for one in found if one.code == "WFL005"]) == gaps
