"""The map of a change: `wflint diff --map`."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.command_line import enter_project, invoke
from tests.map.test_page import HOSTILE, Elements

FLOW = """\
from datetime import timedelta

from temporalio import workflow

TEN = timedelta(seconds=10)


@workflow.defn
class OrderWorkflow:
    @workflow.run
    async def run(self, order: str) -> str:
        await workflow.execute_activity("reserve", order, start_to_close_timeout=TEN)
        # more
        return await workflow.execute_activity("ship", order, start_to_close_timeout=TEN)

    @workflow.signal
    def stop(self) -> None: ...
"""
CHARGE = 'await workflow.execute_activity("<b>`charge", order, start_to_close_timeout=TEN)'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = enter_project(tmp_path, monkeypatch)
    Path("flow.py").write_text(FLOW)
    git = ("git", "-c", "user.name=a", "-c", "user.email=a@b")
    for command in (("init", "-q"), ("add", "."), ("commit", "-qm", "old")):
        subprocess.run([*git, *command], check=True)
    Path("flow.py").write_text(FLOW.replace("# more", CHARGE))
    return folder


def test_a_change_as_markdown_is_a_diff_of_commands() -> None:
    done = invoke("diff", "--from", "HEAD", "--map", "change.md")
    assert done.exit_code == 1, done.stderr
    text = Path("change.md").read_text("utf-8")
    assert (
        text[text.index("```diff") :]
        == """\
```diff
--- HEAD
+++ the working tree
  run
      activity reserve (start_to_close_timeout=10 s)
+     activity <b>`charge (start_to_close_timeout=10 s)   <-- first difference
      activity ship (start_to_close_timeout=10 s)
      return
  signal stop
```

"""
    )
    assert "First difference: `activity ship` in histories" in text


def test_a_change_as_a_page_has_both_sides() -> None:
    invoke("diff", "--from", "HEAD", "--map", "change.html")
    text = Path("change.html").read_text("utf-8")
    assert text.count('<li class="activity') == 5
    assert text.count('<li class="activity new first"') == 1
    assert text.count('<li class="activity first"') == 1  # what histories have there
    assert "&lt;b&gt;`charge" in text
    assert "<script" not in text
    ids = [part.partition('"')[0] for part in text.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


def test_nothing_of_a_program_means_anything_in_a_change() -> None:
    (changed,) = (line for line in HOSTILE.splitlines() if "schedule_to_close" in line)
    Path("flow.py").write_text(HOSTILE, "utf-8")
    subprocess.run(["git", "add", "."], check=True)
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "old"], check=True
    )
    branch = "x<img/src=x/onerror=alert(3)>"
    subprocess.run(["git", "branch", branch], check=True)
    Path("flow.py").write_text(HOSTILE.replace(changed, f"{changed}\n{changed}"), "utf-8")
    outputs = ("change.html", "change.md")
    for output in outputs:
        assert invoke("diff", "--from", branch, "--map", output, "--exit-zero").exit_code == 0
    page, diff = (Path(output).read_text("utf-8") for output in outputs)
    elements = Elements(page)
    assert "first difference" in page
    assert not {"script", "img"} & set(elements.names)
    assert not [name for name, _ in elements.attributes if name.startswith("on")]
    assert "\u202e" not in page + diff
    fence = diff.index("```diff")
    outside = re.sub(r"(`+).*?\1", "", diff[:fence])
    assert "<" not in outside


def test_without_a_change_the_page_says_so() -> None:
    Path("flow.py").write_text(FLOW)
    assert invoke("diff", "--from", "HEAD", "--map", "change.html").exit_code == 0
    assert "no workflow gives other commands than before" in Path("change.html").read_text("utf-8")


def test_a_map_that_is_no_page_is_an_error() -> None:
    done = invoke("diff", "--from", "HEAD", "--map", "change.pdf")
    assert done.exit_code == 2
    assert "must end in .html or .md" in done.stderr


def test_a_map_that_cannot_be_written_is_a_problem() -> None:
    done = invoke("diff", "--from", "HEAD", "--map", "missing/change.html")
    assert done.exit_code == 2
    assert "cannot write missing/change.html" in done.stderr
