"""Compares what wflint says before and after a change, over fixtures and real projects.

The code of a revision and that of the working tree are copied side by side, both check each path,
and their JSON is compared line by line. Usage:

    python scripts/same_output.py REV [PATH ...]

REV is a revision of this repository, such as ``main`` or ``HEAD~3``. Each PATH is a folder, checked
with ``--isolated`` and without a cache from inside of it; by default every folder of
``tests/fixtures``. Prints the diagnostics that only one of both gives, and the time both took. The
exit code is 0 if all output is the same, 1 if there is a difference, and 2 if a run failed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("src/wflint", "rules")


class Outcome(NamedTuple):
    """One run: its diagnostics as lines of JSON, its other output, exit code and CPU seconds."""

    diagnostics: list[str]
    notes: str
    code: int
    seconds: float


def main(arguments: list[str]) -> int:
    """Compare both versions over all paths. Return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("revision", help="the revision to compare the working tree with")
    parser.add_argument("paths", nargs="*", type=Path, help="folders to check")
    parser.add_argument("--flag", action="append", default=[], help="one more flag for both runs")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        before, after = Path(name, "before"), Path(name, "after")
        _export(given.revision, before)
        _copy(after)
        worst = 0
        total = [0.0, 0.0]
        for path in given.paths or _fixtures(Path(name, "fixtures")):
            old, new = (_check(code, path.resolve(), given.flag) for code in (before, after))
            total = [total[0] + old.seconds, total[1] + new.seconds]
            worst = max(worst, _report(path, old, new))
    print(f"CPU: {total[0]:.1f} s before, {total[1]:.1f} s after ({total[1] / total[0]:.2f}x)")
    return worst


def _fixtures(to: Path) -> list[Path]:
    """Copy the fixtures out of the repository, where all of them would be one program."""
    shutil.copytree(ROOT / "tests" / "fixtures", to)
    return sorted(path for path in to.iterdir() if path.is_dir())


def _export(revision: str, to: Path) -> None:
    """Lay out the package as an installed one, from a revision."""
    archive = ["git", "-C", str(ROOT), "archive", revision, *SOURCES]
    packed = subprocess.run(archive, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as files:
        files.extractall(to, filter="data")
    _arrange(to)


def _copy(to: Path) -> None:
    """Lay out the package as an installed one, from the working tree."""
    skipped = shutil.ignore_patterns("__pycache__")
    for source in SOURCES:
        shutil.copytree(ROOT / source, to / source, ignore=skipped)
    _arrange(to)


def _arrange(folder: Path) -> None:
    (folder / "src" / "wflint").rename(folder / "wflint")
    (folder / "rules").rename(folder / "wflint" / "rules")


def _check(code: Path, path: Path, flags: list[str]) -> Outcome:
    command = [sys.executable, "-m", "wflint", "check", "--isolated", "--no-cache", "-j1"]
    command += ["--output-format", "json", *flags, "."]
    environment = {**os.environ, "PYTHONPATH": str(code), "PYTHONSAFEPATH": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, cwd=path, env=environment, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    notes, code_given = done.stderr.decode("utf-8", "replace"), done.returncode
    try:
        found = json.loads(done.stdout)
    except ValueError:  # a crash exits with 1 as well, but prints no JSON
        return Outcome([], notes, max(code_given, 2), seconds)
    lines = [json.dumps(diagnostic, sort_keys=True) for diagnostic in found]
    return Outcome(lines, notes, code_given, seconds)


def _report(path: Path, old: Outcome, new: Outcome) -> int:
    """Print what differs. Return 0 for nothing, 1 for a difference, 2 for a failed run."""
    failed = [side for side, run in (("before", old), ("after", new)) if run.code not in (0, 1)]
    for side in failed:
        run = old if side == "before" else new
        print(f"{path}: exit code {run.code} {side}: {run.notes.strip()[-500:]}")
    lines = list(_difference(old, new))
    if lines:
        print(f"{path}: {len(old.diagnostics)} before, {len(new.diagnostics)} after")
        print("\n".join(lines))
    return 2 if failed else bool(lines)


def _difference(old: Outcome, new: Outcome) -> Iterator[str]:
    before, after = Counter(old.diagnostics), Counter(new.diagnostics)
    for sign, lines in (("-", before - after), ("+", after - before)):
        for line in lines.elements():
            yield f"  {sign} {_shown(json.loads(line))}"
    if before == after and old.diagnostics != new.diagnostics:
        yield "  the same diagnostics in another order"


def _shown(diagnostic: dict[str, object]) -> str:
    location = diagnostic["location"]
    assert isinstance(location, dict)
    place = f"{diagnostic['filename']}:{location['row']}:{location['column']}"
    start = f"{place}: {diagnostic['code']} {diagnostic['severity']} {diagnostic['message']}"
    chain = diagnostic["chain"]
    assert isinstance(chain, list)
    return f"{start} | {' > '.join(str(hop['qualname']) for hop in chain)} | {diagnostic['fix']}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
