"""The steps that a method takes with its object, through all that it calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint import limits
from wflint.model.state_flow import At, StateFlow
from wflint.model.step_kinds import What
from wflint.run.check import check
from wflint.run.request import Request

DEPTH = 12


def methods(called: str) -> str:
    """A workflow of methods of which each calls the next one twice."""
    doubled = "".join(
        f"    def m{n}(self):\n        self.m{n + 1}()\n        self.m{n + 1}()\n"
        for n in range(DEPTH)
    )
    return (
        "from temporalio import workflow\n\n\n@workflow.defn\nclass Flow:\n"
        "    @workflow.run\n    async def run(self):\n        self.items = []\n"
        f"        self.{called}()\n"
        "    @workflow.signal\n    def add(self):\n        self.items.append(1)\n"
        f"{doubled}    def m{DEPTH}(self):\n        self.count = 1\n"
    )


@pytest.mark.parametrize(
    ("called", "is_cut"), [(f"m{DEPTH - 2}", False), (f"m{DEPTH - 4}", False), ("m0", True)]
)
def test_ways_through_methods_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str, is_cut: bool
) -> None:
    found: list[list[At]] = []
    follow = StateFlow.flow

    def flow(self: StateFlow, fn: object) -> list[At]:
        found.append(list(follow(self, fn)))  # type: ignore[arg-type]
        return found[-1]

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(limits, "FLOW_STEPS", 200)
    monkeypatch.setattr(StateFlow, "flow", flow)
    Path("flow.py").write_text(methods(called))
    assert check(Request((".",))).problems == []
    assert max(map(len, found)) <= limits.FLOW_STEPS + 1
    assert any(steps[-1].step.what is What.OPEN for steps in found) == is_cut
