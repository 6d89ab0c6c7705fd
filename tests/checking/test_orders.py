"""Who looks at the order of a collection is found out in any number of functions."""

from __future__ import annotations

from pathlib import Path

from tests import harness

HELPERS = 40
FLOW = """\
from helpers import set_all
from temporalio import workflow


@workflow.defn
class Flow:
    @workflow.run
    async def run(self, given: list[str]) -> None:
        set_all(self)
        self.looked_at = list(set(given))
        self.only_counted = list(set(given))
        self.gone_through = list(set(given))

    @workflow.query
    def shown(self) -> list[str]:
        return [*self.looked_at, str(len(self.only_counted)), *self.gone_through]
"""
SETTER = "def set_{0}(flow):\n    flow.looked_at = flow.only_counted = flow.gone_through = None\n"


def test_more_functions_may_mention_an_attribute_than_are_kept_in_memory(tmp_path: Path) -> None:
    calls = "".join(f"    set_{number}(flow)\n" for number in range(HELPERS))
    setters = "\n\n".join(SETTER.format(number) for number in range(HELPERS))
    (tmp_path / "helpers.py").write_text(
        f"{setters}\n\ndef set_all(flow):\n{calls}", encoding="utf-8"
    )
    (tmp_path / "flow.py").write_text(FLOW, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(harness.PROJECT_FILE, encoding="utf-8")
    found = [d for d in harness.run(tmp_path).diagnostics if d.code == "WFL121"]
    said = {FLOW.splitlines()[d.location.row - 1].split()[0] for d in found}
    assert said == {"self.looked_at", "self.gone_through"}
