"""``python -m benchmarks [PATH]``: measures, prints a table of ratios, and writes RESULTS.md."""

from __future__ import annotations

import datetime
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from benchmarks.contestants import CLICK, COLD, TENFOLD, floor_runs, own_runs, peer_runs
from benchmarks.growth import table as growth_table
from benchmarks.timing import Cost, costs
from benchmarks.tree import write_tree

RESULTS = Path(__file__).with_name("RESULTS.md")
_BESIDE = ("flake8", "temporalint", CLICK)
_IGNORED = shutil.ignore_patterns(".git", ".venv", "venv", ".wflint_cache", "__pycache__")


@click.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False))
@click.option("--peers", metavar="FOLDER", help="Where the other linters are installed.")
@click.option("--rounds", default=7, show_default=True, help="How often each command runs.")
@click.option("--slow/--no-slow", default=True, help="Also linters that take minutes.")
@click.option("--growth/--no-growth", default=True, help="Also how wflint grows with its input.")
def main(path: str | None, peers: str | None, rounds: int, slow: bool, growth: bool) -> None:
    """Measure wflint, other linters and the floor on PATH, or on a tree that is made for it."""
    name = Path(path).resolve().name if path else "a generated project"
    lines = list(_header())
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "tree"
        if path:
            shutil.copytree(path, tree, symlinks=True, ignore=_IGNORED)
        else:
            write_tree(tree)
        runs = [*own_runs(tree, Path(scratch)), *peer_runs(tree, peers, slow=slow)]
        runs += floor_runs(tree)
        files = sum(1 for _ in tree.rglob("*.py"))
        lines += [f"## Beside others, on {name} ({files:,} files)", ""]
        lines += [*_table(costs(runs, rounds)), ""]
    if growth:
        lines += ["## Growth", "", _ABOUT_GROWTH, "", *growth_table(), ""]
    text = "\n".join(lines)
    RESULTS.write_text(text, encoding="utf-8")
    click.echo(text)


_ABOUT_GROWTH = """\
CPU time of each stage of a cold run in one process, for inputs of 1/8 of the named size, 1/4, 1/2
and all of it. Time that grows as n^1.0 is linear."""


def _header() -> Iterator[str]:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    yield "# Results"
    yield ""
    yield f"Written by `python -m benchmarks` on {datetime.date.today()}: {_processor()}, "
    yield f"{cores} cores, {platform.system()}, Python {platform.python_version()}."
    yield "Medians of runs that took turns. Ratios are those of wall time and of CPU time, which "
    yield "other work on the machine disturbs less. Memory is that of the largest process."
    yield ""


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _table(found: Mapping[str, Cost]) -> Iterator[str]:
    beside = [name for name in _BESIDE if name in found]
    yield (
        "| run | wall | user + sys | memory | " + " | ".join(f"x {name}" for name in beside) + " |"
    )
    yield "|-|-:|-:|-:|" + "-:|" * len(beside)
    for name, cost in found.items():
        cells = [f"{cost.wall:.2f} s", f"{cost.cpu:.2f} s", f"{cost.memory:.0f} MB"]
        cells += [_ratio(cost, found[other]) for other in beside]
        yield f"| {name} | {' | '.join(cells)} |"
    yield ""
    ratio = _ratio(found[TENFOLD], found[COLD])
    yield f"Ten times the files, none of the others with workflow code: {ratio} times as long."


def _ratio(cost: Cost, other: Cost) -> str:
    """Return how many times as long it took, by the clock and in CPU time."""
    return f"{cost.wall / other.wall:.2f} / {cost.cpu / other.cpu:.2f}"


if __name__ == "__main__":
    main()
