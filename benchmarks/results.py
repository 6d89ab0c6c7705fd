"""Writes what was measured as Markdown."""

from __future__ import annotations

import datetime
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from benchmarks.contestants import CLICK, PEERS
from benchmarks.situations import COLD, ONE_CORE
from benchmarks.timing import Cost

_BESIDE = {COLD: "cold", **{name: name for name in PEERS}, CLICK: "import click"}


def about_this_run(programs: Mapping[str, str], rounds: int) -> str:
    """Return the head of the results: where and how they were measured."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    runs = f"Medians of {rounds} runs that took turns" if rounds > 1 else "One run of each command"
    lines = [
        "# Results",
        "",
        f"Written by `python -m benchmarks` on {datetime.date.today()} at {_commit()}: ",
        f"{_processor()}, {cores} cores, {platform.system()}, Python {platform.python_version()}.",
        f"{runs}. CPU is user and system time of all processes of a run; ratios are those of CPU",
        "time, which other work on the machine disturbs least. Memory is that of the largest",
        "process.",
        *_missing(programs),
        "",
    ]
    return "\n".join(lines)


def _missing(programs: Mapping[str, str]) -> Iterator[str]:
    missing = [name for name in PEERS if name not in programs]
    if missing:
        yield f"Not installed here, and so not measured: {', '.join(missing)}."


def _commit() -> str:
    """Return the commit that is measured, and if the files differ from it."""
    try:
        head, changed = (
            subprocess.run(
                ("git", *command),
                cwd=Path(__file__).parent,
                capture_output=True,
                text=True,
                check=True,
            ).stdout.strip()
            for command in (
                ("rev-parse", "--short", "HEAD"),
                ("status", "--porcelain", "--untracked-files=no", "--", "../src", "../rules"),
            )
        )
    except (OSError, subprocess.CalledProcessError):
        return "an unknown commit"
    return f"commit {head}{' with changes' if changed else ''}"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else ():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def about_tree(name: str, found: Mapping[str, Cost]) -> str:
    """Return the table for a tree: what each run costs, and how many times what another costs."""
    beside = [run for run in _BESIDE if run in found]
    titles = "".join(f" x {_BESIDE[run]} |" for run in beside)
    lines = [
        f"## On {name}",
        "",
        f"| run | wall | CPU | memory |{titles}",
        "|-|-:|-:|-:|" + "-:|" * len(beside),
        *(_row(run, cost, [found[other] for other in beside]) for run, cost in found.items()),
        "",
    ]
    if COLD in found and ONE_CORE in found:
        ratio = found[COLD].wall / found[ONE_CORE].wall
        lines += [
            f"On all cores, a cold run takes {ratio:.2f} times the wall time of one core.",
            "",
        ]
    return "\n".join(lines)


def _row(name: str, cost: Cost, others: list[Cost]) -> str:
    cells = [f"{cost.wall:.2f} s", f"{cost.cpu:.2f} s", f"{cost.memory:.0f} MB"]
    cells += [f"{cost.cpu / other.cpu:.2f}" for other in others]
    return f"| {name} | {' | '.join(cells)} |"


def about_growth(table: Iterable[str]) -> str:
    """Return the part about large inputs."""
    return "\n".join(["## Growth", "", _ABOUT_GROWTH, "", *table, ""])


_ABOUT_GROWTH = """\
CPU time of each stage of a cold run in one process, for inputs of 1/8 of the named size, 1/4, 1/2
and all of it. Time that grows as n^1.0 is linear."""
