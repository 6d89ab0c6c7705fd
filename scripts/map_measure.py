"""Measures how long a large map takes: to be made, to open in Chromium, and to be used.

    python scripts/map_measure.py [--workflows 500] [--folder FOLDER]

Writes a program of that many workflows, each with nine helpers of its own, and one workflow of 300
commands; makes its map; opens it without a window. Prints seconds of processor time, those of the
process that shows the page, one thing a line.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.browser import Browser, browser, find_chromium

HELPERS = 9
COMMANDS = 300


def write_program(folder: Path, workflows: int) -> None:
    """Write a program."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text('[project]\nname = "large"\nversion = "1.0"\n')
    (folder / "activities.py").write_text(
        "from temporalio import activity\n\n"
        + "".join(f"\n@activity.defn\nasync def act{n}(x): ...\n" for n in range(workflows))
    )
    for number in range(workflows):
        (folder / f"flow{number}.py").write_text(_workflow(number, workflows))
    steps = "".join(
        f"        if order > {n}:\n            await workflow.sleep({n})\n"
        if n % 10 == 0
        else f"        await workflow.execute_activity('step{n}', start_to_close_timeout=TEN)\n"
        for n in range(COMMANDS)
    )
    (folder / "long.py").write_text(
        f"{_HEAD}\n\n@workflow.defn\nclass Long:\n    @workflow.run\n"
        f"    async def run(self, order: int) -> None:\n{steps}"
    )


_HEAD = """\
import datetime

from temporalio import workflow

import activities

TEN = datetime.timedelta(seconds=10)
"""


def _workflow(number: int, workflows: int) -> str:
    helpers = "".join(
        f"""

async def help{n}(order):
    if order > {n}:
        await workflow.execute_activity(
            activities.act{(number + n) % workflows}, order, start_to_close_timeout=TEN
        )
    else:
        await workflow.sleep({n + 1})
    {f"await help{n + 1}(order)" if n % 3 < 2 and n + 1 < HELPERS else "return order"}
"""
        for n in range(HELPERS)
    )
    clock = "        datetime.datetime.now()\n" if number % 50 == 0 else ""
    return f"""\
{_HEAD}{helpers}

@workflow.defn
class Flow{number}:
    @workflow.run
    async def run(self, order: int) -> None:
{clock}        for part in range(order):
            await help0(part)
        await help3(order)
        await help6(order)
        await workflow.execute_child_workflow("Flow{(number * 7 + 1) % workflows}", order)

    @workflow.signal
    def stop(self) -> None:
        self.stopped = True
"""


def main() -> int:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workflows", type=int, default=500)
    parser.add_argument("--folder", type=Path)
    arguments = parser.parse_args()
    chromium = find_chromium()
    if chromium is None:
        print("Chromium is not installed")
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        write_program(folder / "program", arguments.workflows)
        page = folder / "map.html"
        command = [sys.executable, "-m", "wflint", "map", "-q", "--isolated", "-o", str(page)]
        for again in ("", " again, with what the cache has"):
            before = _children()
            subprocess.run([*command, str(folder / "program")], check=True)
            print(f"made{again}: {_children() - before:.1f} s")
        print(f"size: {page.stat().st_size / 1e6:.1f} MB")
        with browser(chromium, folder / "chromium") as started:
            measure(started, page)
    return 0


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(shown: Browser, page: Path) -> None:
    """Print how much time of a processor things in a page take."""
    shown.tell("Performance.enable", timeDomain="threadTicks")
    shown.open(page)  # the first page that a browser opens takes longer
    before = _used(shown)
    shown.open(page)
    print(f"opened: {_used(shown) - before:.2f} s")
    long = 'MAP.workflows.findIndex((w) => w.n === "Long")'
    actions = {
        "search": "document.getElementById('search').value = 'help7'; applyFilters()",
        "next place": "nextFound()",
        "no search": "document.getElementById('search').value = ''; applyFilters()",
        "only errors": "document.getElementById('errors').click()",
        "all again": "document.getElementById('errors').click()",
        "open a workflow": "reveal(document.getElementById('w3'))",
        "source": "document.querySelector('ol.steps a[data-p]').click()",
        "flow of 300 commands": f"draw({{kind: 'flow', number: {long}}})",
        "calls": "draw({kind: 'calls', number: 3})",
        "graph of all": "draw({kind: 'overview', seen: true})",
        "pan": "cy.panBy({ x: 40, y: 40 })",
        "zoom": "zoomBy(1.25)",
        "next node": "selectNext(1)",
    }
    painted = "new Promise((r) => requestAnimationFrame(() => setTimeout(r, 50)))"
    for name, action in actions.items():
        before = _used(shown)
        shown.run(f"(async () => {{ {action}; await {painted}; }})()")
        print(f"{name}: {_used(shown) - before:.2f} s")
    print(f"complaints: {shown.said}")


def _used(shown: Browser) -> float:
    metrics = shown.tell("Performance.getMetrics")["metrics"]
    return float(next(one["value"] for one in metrics if one["name"] == "ProcessTime"))


if __name__ == "__main__":
    sys.exit(main())
