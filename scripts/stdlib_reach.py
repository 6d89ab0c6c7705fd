"""Derives which public names of the standard library reach a clock, randomness or the world inside.

wflint's own call graph is run over CPython's `Lib/`: a made-up workflow calls every public function
and method, the rules' tables say what is a clock, entropy, the environment or I/O, and what is hit
inside the library is a finding. A person has looked at each finding; `stdlib_reach.toml` beside
this file holds what was decided and why. From both comes `rules/stdlib_reach.toml`, the table that
ordinary runs use.

Usage, with Pythons 3.10 to 3.13 installed by pyenv:

    python scripts/stdlib_reach.py ~/.pyenv/versions/3.1[0-3].*/lib/python3.1?

It takes a minute or two for each library. Findings that nobody has looked at are printed, and the
exit code is 1. Without arguments it is the library of the running Python, and nothing is written.
"""

from __future__ import annotations

import argparse
import gc
import os
import re
import sys
import sysconfig
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from hashlib import blake2b
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from scripts.stdlib_calls import Finding, Scope, derive  # noqa: E402
from scripts.stdlib_review import describe, read_review, rows, to_toml  # noqa: E402

REVIEW = ROOT / "scripts" / "stdlib_reach.toml"
VERSIONS = ("3.10", "3.11", "3.12", "3.13")
TABLE = ROOT / "rules" / "stdlib_reach.toml"


def main(arguments: list[str]) -> int:
    """Derive, compare with the review, and write the table. Gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("libraries", nargs="*", type=Path, help="folders like lib/python3.12")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="processes (2)")
    parser.add_argument("--all", action="store_true", help="print every finding")
    given = parser.parse_args(arguments)
    review = read_review(REVIEW)
    libraries = given.libraries or [Path(sysconfig.get_path("stdlib"))]
    found = derive_all(libraries, review.scope, given.jobs)
    if given.all:
        print(
            "".join(f"{version} {describe(f)}\n" for version in found for f in found[version]),
            end="",
        )
    problems = [f"unreviewed: {finding}" for finding in review.unreviewed(found)]
    if len(found) == len(VERSIONS):
        problems += [f"no longer found: {name}" for name in review.stale(found)]
    print("".join(f"{problem}\n" for problem in problems), end="")
    if given.libraries:
        digests = {version_of(library): digest(library) for library in libraries}
        TABLE.write_text(to_toml(rows(review, found), digests), encoding="utf-8")
        print(f"{TABLE.relative_to(ROOT)} has been written", file=sys.stderr)
    return 1 if problems else 0


def derive_all(libraries: Iterable[Path], scope: Scope, jobs: int = 1) -> dict[str, list[Finding]]:
    """The findings of several libraries, by version, the oldest first."""
    by_version = {version_of(library): library for library in libraries}
    versions = sorted(by_version, key=lambda version: int(version.partition(".")[2]))
    folders = [by_version[version] for version in versions]
    with ProcessPoolExecutor(min(jobs, len(folders))) as pool:
        return dict(zip(versions, pool.map(partial(_derive, scope=scope), folders), strict=True))


def _derive(library: Path, scope: Scope) -> list[Finding]:
    gc.disable()  # facts hold no circles
    return derive(library, scope)


def version_of(library: Path) -> str:
    """The version of a folder like ``lib/python3.12``."""
    found = re.fullmatch(r"python(3\.\d+)", library.name)
    if found is None:
        raise SystemExit(f"not the folder of a standard library, like lib/python3.12: {library}")
    return found[1]


def digest(library: Path) -> str:
    """Tells the sources of one library from those of another, be it of a patch release."""
    hashed = blake2b(digest_size=8)
    for base, folders, files in os.walk(library):
        folders[:] = sorted({*folders} - {"__pycache__", "site-packages", "test", "tests"})
        for file in sorted(files):
            if file.endswith(".py") and not file.startswith("_sysconfigdata"):
                hashed.update(f"{file}\0".encode() + Path(base, file).read_bytes())
    return hashed.hexdigest()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
