"""``python -m benchmarks [PATHS]``: measures, prints tables of ratios, and writes RESULTS.md."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import click

from benchmarks.application import write_application
from benchmarks.contestants import floor_runs, peer_programs, peer_runs
from benchmarks.growth import table as growth_table
from benchmarks.results import about_growth, about_this_run, about_tree
from benchmarks.situations import copy, own_runs
from benchmarks.timing import Run, costs

RESULTS = Path(__file__).with_name("RESULTS.md")


@click.command()
@click.argument(
    "paths",
    nargs=-1,
    type=click.Path(exists=True, file_okay=False, resolve_path=True, path_type=Path),
)
@click.option("--peers", metavar="FOLDER", help="Where the other linters are installed.")
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=5,
    show_default=True,
    help="How often each command runs.",
)
@click.option("--application/--no-application", default=True, help="Also a generated application.")
@click.option("--growth/--no-growth", default=True, help="Also how wflint grows with its input.")
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default=RESULTS,
    help="Where the tables are written to, instead of benchmarks/RESULTS.md.",
)
def main(
    paths: tuple[Path, ...],
    peers: str | None,
    rounds: int,
    application: bool,
    growth: bool,
    output: Path,
) -> None:
    """Measure wflint, other linters and the floor on a generated application and on PATHS."""
    programs = peer_programs(peers)
    parts = [about_this_run(programs, rounds)]
    tables = (
        measured(name, path, programs, rounds)
        for name, path in trees(paths, application=application)
    )
    about_inputs = (about_growth(growth_table()) for _ in range(growth))
    for part in chain(tables, about_inputs):
        click.echo(part)
        parts.append(part)
        output.write_text("\n".join(parts), encoding="utf-8")  # what follows may take long


def trees(paths: tuple[Path, ...], *, application: bool) -> Iterator[tuple[str, Path | None]]:
    """Yield the name and the place of each tree; the generated one has no place."""
    if application:
        yield "a generated application", None
    for path in paths:
        yield path.name, path


def measured(name: str, path: Path | None, programs: dict[str, str], rounds: int) -> str:
    """Return the table for a tree."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder).resolve()
        tree = scratch / "tree"
        if path is None:
            write_application(tree)
        else:
            copy(path, tree)
        os.environ["XDG_CACHE_HOME"] = str(scratch / "home")
        os.environ.pop("WFLINT_NO_CACHE", None)
        runs: list[Run] = [*own_runs(tree, scratch), *peer_runs(tree, programs), *floor_runs(tree)]
        files = sum(1 for _ in tree.rglob("*.py"))
        return about_tree(f"{name} ({files:,} files)", costs(runs, rounds))


if __name__ == "__main__":
    main()
