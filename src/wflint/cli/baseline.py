"""Writes baselines, and says what is stale in them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

import click

from wflint.baseline.entry import Entry, entries_of
from wflint.baseline.file import baseline_text, relative
from wflint.cli.output import write_file
from wflint.config.errors import ConfigError
from wflint.report.summary import count
from wflint.run.baselining import BASELINE, hide
from wflint.run.request import BaselineState, Result

Flags = Mapping[str, Any]


def check_flags(flags: Flags) -> None:
    """Raise :class:`click.UsageError` for flags that cannot go together."""
    if flags["diff"] and _writes(flags):
        raise click.UsageError("--diff changes nothing, so it cannot write a baseline")
    if flags["fix_only"] and _writes(flags):
        raise click.UsageError("--fix-only reports nothing; write the baseline in another run")


def _writes(flags: Flags) -> bool:
    return bool(flags["update_baseline"] or flags["prune_baseline"])


def settle(result: Result, flags: Flags) -> list[str]:
    """Write the baselines if the flags want it. Gives lines that say what was done."""
    wanted = _writes(flags) or flags["error_stale_baseline"]
    if wanted and not result.baselines and not result.problems:
        raise ConfigError(
            "no baseline is named: give --baseline FILE, or set `baseline` in the configuration"
        )
    lines: list[str] = []
    if _writes(flags) and result.problems:
        lines.append("no baseline is written, because the run could not do all of its work")
    for state in result.baselines:
        if _writes(flags) and not result.problems:
            lines += _write(state, result, flags)
        elif state.stale:
            lines += _stale(state, bool(flags["error_stale_baseline"]))
    if flags["update_baseline"] and not result.problems:
        recorded = {entry for state in result.baselines for entry in (*state.known, *state.new)}
        found = ((d, entries_of(d, result.paths[d.filename])) for d in result.diagnostics)
        known = {
            id(d): frozenset(range(len(entries)))
            for d, entries in found
            if recorded.issuperset(entries)
        }
        hide(result, known, BASELINE, bool(flags["show_baselined"]))
    if wanted and result.is_partial:
        lines.append(
            "stale entries of the baseline were not looked for, because some file could not be "
            "analysed"
        )
    return lines


def follow(result: Result) -> None:
    """Write into the baselines how fixes have changed the statements of what they have."""
    for state in result.baselines:
        entries = [*state.known, *state.unjudged, *state.stale]
        try:
            _put(state.path, baseline_text(entries, state.path))
        except OSError as error:
            result.problems.append(_unwritten(state, error))


def _unwritten(state: BaselineState, error: OSError) -> str:
    return f"cannot write {state.shown}: {error.strerror or error}"


def _write(state: BaselineState, result: Result, flags: Flags) -> Iterator[str]:
    added = state.new if flags["update_baseline"] else []
    entries = [*state.known, *state.unjudged, *added]
    try:
        changed = _put(state.path, baseline_text(entries, state.path))
    except OSError as error:
        result.problems.append(_unwritten(state, error))
        return
    said = f"{count(len(entries), 'place')}, {len(added):,} added, {len(state.stale):,} removed"
    if not changed:
        said += " (unchanged)"
    elif not added and not state.stale:
        said += "; moved places updated"
    yield f"{state.shown}: {said}"
    state.stale = []


def _put(path: str, text: str) -> bool:
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            if stream.read() == text:
                return False
    except FileNotFoundError:
        pass
    write_file(path, text)
    return True


def _stale(state: BaselineState, is_error: bool) -> Iterator[str]:
    number = len(state.stale)
    verb = "is" if number == 1 else "are"
    yield (
        f"{state.shown}: {count(number, 'entry')} {verb} stale: no longer found; "
        "--prune-baseline removes what is stale"
    )
    if is_error:
        folder = os.path.dirname(state.path)
        yield from (f"  {_described(entry, folder)}" for entry in state.stale)


def _described(entry: Entry, folder: str) -> str:
    where = f" in {entry.function}" if entry.function else ""
    return f"{relative(entry.path, folder)}: {entry.code}{where}: {entry.statement}"
