"""Code that only activities reach is read without what is meant for workflow code, then dropped."""

from __future__ import annotations

from pathlib import Path

import pytest

from wflint.callgraph.guards.functions import GuardFunctions
from wflint.run.check import check
from wflint.run.program_run import Examined
from wflint.run.request import Request

SOURCE = """\
from temporalio import activity, workflow


def is_inside() -> bool:
    return workflow.in_workflow()


def helper() -> None:
    if is_inside():
        workflow.logger.info("only there")


@activity.defn
async def wait() -> None:
    helper()


@workflow.defn
class W:
    @workflow.run
    async def run(self) -> None:
        pass
"""


def test_what_only_workflows_run_is_left_out_and_no_body_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    ask = GuardFunctions.but_for_replays

    def noted(guards: GuardFunctions, path: str, name: str) -> int:
        asked.append(name)
        return ask(guards, path, name)

    monkeypatch.setattr(GuardFunctions, "but_for_replays", noted)
    path = tmp_path / "flow.py"
    path.write_text(SOURCE)
    kept: list[Examined] = []
    result = check(Request(paths=(str(tmp_path),), jobs=1, isolated=True), kept.append)
    assert not result.diagnostics
    assert asked == ["flow.is_inside"]
    module = kept[0].answer.store.modules[str(path)]
    assert "helper" not in module.bodies
    assert "W.run" in module.bodies
