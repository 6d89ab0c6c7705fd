"""Imports in functions of what the sandbox cannot load fail: the workflow never comes further."""

from __future__ import annotations

from pathlib import Path

from tests import harness
from tests.harness import Fixture

FLOW = """\
from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    import httpx


@workflow.defn
class Flow:
    @workflow.run
    async def run(self) -> str:
        import requests
        from acts import put
        from asking import ask
        from plain import NUMBER
        try:
            from more import more
        except ImportError:
            more = None
        return f"{requests} {put} {ask} {NUMBER} {more}"
"""
ACTS = "import requests\n\n\ndef put() -> None: ...\n"
OTHERS = {
    "acts.py": ACTS,
    "asking.py": "import httpx\n\n\ndef ask() -> None: ...\n",
    "plain.py": "NUMBER = 1\n",
    "more.py": "import acts\n\nmore = acts\n",
}


def test_they_are_errors_unless_somebody_catches_that(tmp_path: Path) -> None:
    (tmp_path / "flow").mkdir()
    folder = tmp_path / "flow"
    (folder / "flow.py").write_text(FLOW, encoding="utf-8")
    for name, text in OTHERS.items():
        (folder / name).write_text(text, encoding="utf-8")
    root = harness.copy_to(Fixture("flow", folder), tmp_path / "copy")
    found = [d for d in harness.run(root).diagnostics if d.code == "WFL302"]
    said = {FLOW.splitlines()[d.location.row - 1].strip(): d for d in found}
    fails = {text: d.severity.value for text, d in said.items() if "fails here" in d.message}
    assert fails == {
        "import requests": "error",
        "from acts import put": "error",
        "from more import more": "warning",
    }
    assert "`requests`, which `acts` imports" in said["from more import more"].message
    assert {text for text in said if text not in fails} == {
        "from asking import ask",  # what it imports is there by then
        "from plain import NUMBER",
    }
