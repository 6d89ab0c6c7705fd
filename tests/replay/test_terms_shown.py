"""Command terms as people read them."""

from __future__ import annotations

from pathlib import Path

from tests.replay_cases import flow, program
from wflint.replay.shown import terms_of

_MORE = """
async def pay(order, name):
    try:
        await workflow.execute_activity(name, order, start_to_close_timeout=TEN)
    except Exception:
        workflow.logger.info("failed")
        raise
"""
_METHODS = """
@workflow.signal
async def stop(self, why: str) -> None:
    await workflow.wait_condition(lambda: self.ready, timeout=5)
"""
_BODY = """
for part in order:
    await workflow.execute_activity(reserve, part, start_to_close_timeout=TEN)
if workflow.patched("pay"):
    await pay(order, charge)
await asyncio.gather(*[asyncio.sleep(1) for _ in range(3)])
return order
"""


def test_the_commands_of_a_workflow(tmp_path: Path) -> None:
    flows = program(tmp_path / "project", {"flow.py": flow(_BODY, _MORE, _METHODS)})

    assert (
        terms_of(flows, "W")
        == """\
workflow W

run(self, order):
    for each of order:
        await activity reserve
    if patch 'pay':
        await pay(order=order, name='charge')
    await gather(*[timer for each of range(3)])
    return order

signal stop(self, why):
    await condition self.ready with a timer

pay(order, name):
    try:
        await activity charge
    except Exception:
        raise
"""
    )


def test_a_workflow_that_is_not_there_has_none(tmp_path: Path) -> None:
    assert terms_of(program(tmp_path / "project", {"flow.py": flow("return order")}), "V") == ""
