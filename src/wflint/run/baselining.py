"""Takes what is known out of a result: by the baselines of the settings, or by another revision."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from wflint.baseline.entry import ALWAYS_REPORTED, Entry, entries_of, real_path
from wflint.baseline.file import gone, read_baseline
from wflint.baseline.match import match
from wflint.config.errors import ConfigError
from wflint.diagnostics import Diagnostic
from wflint.files.select import Group, shown_path
from wflint.run.request import BaselineState, Known, Request, Result

if TYPE_CHECKING:
    from wflint.config.find import Project
    from wflint.run.program_settings import Governing

BASELINE = "baseline"


class _Part(Struct):
    """The diagnostics that one baseline is about, with the entries of each."""

    shown: list[tuple[Diagnostic, list[Entry]]]
    held: list[Entry]


def baseline_of(project: Project) -> str | None:
    """Return the absolute path of the baseline that the settings of a folder name."""
    name = project.settings.baseline
    return real_path(os.path.join(project.root, name)) if name is not None else None


def hold_against_baselines(
    result: Result, groups: Sequence[Group], request: Request, cwd: Path
) -> None:
    """Take out of a result what the baselines have, and note what they have besides."""
    baselines = {baseline_of(p) for group in groups for p in group.projects}
    if baselines <= {None} or request.baseline == "ignore":
        return
    where = Whereabouts(groups, request)
    parts = {path: _Part([], []) for path in sorted(filter(None, baselines))}
    for diagnostic in result.diagnostics:
        path = result.paths[diagnostic.filename]
        baseline = where.baseline(path)
        if baseline is not None and diagnostic.code not in ALWAYS_REPORTED:
            parts[baseline].shown.append((diagnostic, entries_of(diagnostic, path)))
    for diagnostic in result.held:
        path = result.paths[diagnostic.filename]
        baseline = where.baseline(path)
        if baseline is not None:
            parts[baseline].held += entries_of(diagnostic, path)
    known: dict[int, frozenset[int]] = {}
    for path, part in parts.items():
        state = _held_against(path, part, request, cwd, where, known)
        if result.is_partial:
            state.unjudged, state.stale = sorted([*state.unjudged, *state.stale]), []
        result.baselines.append(state)
        result.left += [*state.unjudged, *state.stale]
    hide(result, known, BASELINE, request.show_baselined)


def _held_against(
    path: str,
    part: _Part,
    request: Request,
    cwd: Path,
    where: Whereabouts,
    known: dict[int, frozenset[int]],
) -> BaselineState:
    state = BaselineState(path, shown_path(path, cwd))
    entries = read_baseline(path, state.shown)
    if entries is None:
        if request.baseline != "make":
            raise ConfigError(
                f"there is no baseline {state.shown}; `wflint check --update-baseline` writes one"
            )
        entries = []
    found = [entry for _, several in part.shown for entry in several]
    matched = match(found, entries, gone, request.left_before if request.mended else None)
    known.update(_known_places(part.shown, matched.known))
    for _, places in _numbered(part.shown):
        for place in places:
            (state.known if place in matched.known else state.new).append(found[place])
    # What the settings hide is there all the same.
    hidden = match(part.held, matched.left, gone)
    state.unjudged = [part.held[place] for place in sorted(hidden.known)]
    for entry in hidden.left:
        (state.stale if where.is_stale(entry) else state.unjudged).append(entry)
    return state


def _numbered(
    shown: Iterable[tuple[Diagnostic, list[Entry]]],
) -> Iterator[tuple[Diagnostic, range]]:
    """Yield diagnostics with the numbers of their entries, of all that there are."""
    number = 0
    for diagnostic, several in shown:
        yield diagnostic, range(number, number + len(several))
        number += len(several)


def _known_places(
    shown: Iterable[tuple[Diagnostic, list[Entry]]], known: Container[int]
) -> dict[int, frozenset[int]]:
    """Return the known places of diagnostics, by the identity of these, counted from 0 in each."""
    return {
        id(diagnostic): frozenset(place - places.start for place in places if place in known)
        for diagnostic, places in _numbered(shown)
    }


def hide(result: Result, known: Mapping[int, frozenset[int]], reason: str, show: bool) -> None:
    """Take diagnostics out of a result of which all places are known, or mark them as known.

    Of a diagnostic of which some places are known, the first new one is shown.
    """
    left = []
    for diagnostic in result.diagnostics:
        places = known.get(id(diagnostic), frozenset())
        if len(places) < len(diagnostic.statements) or not diagnostic.statements:
            left.append(_at_new_place(diagnostic, places))
        elif show:
            left.append(replace(diagnostic, is_known=True))
        else:
            result.stats.hold_back(reason)
    result.diagnostics = sorted(left, key=Diagnostic.sort_key)


def _at_new_place(diagnostic: Diagnostic, known: frozenset[int]) -> Diagnostic:
    if 0 not in known or len(known) > len(diagnostic.others):
        return diagnostic
    new = [place for number, place in enumerate(diagnostic.others, 1) if number not in known]
    chain = diagnostic.chain
    if chain and chain[-1].location == diagnostic.location:
        chain = (*chain[:-1], replace(chain[-1], location=new[0].location))
    return replace(
        diagnostic,
        message=new[0].message,
        location=new[0].location,
        end_location=new[0].end_location,
        chain=chain,
        more_places=len(new) - 1,
    )


def hold_against_known(
    result: Result, known_there: Known, groups: Sequence[Group], request: Request
) -> None:
    """Take out of a result what another run has found."""
    there = frozenset(real_path(path) for group in groups for path in group.files)
    shown = [(d, entries_of(d, result.paths[d.filename])) for d in result.diagnostics]
    found = [entry for _, several in shown for entry in several]
    left_before = request.left_before if request.mended else None
    matched = match(found, known_there.entries, lambda path: path not in there, left_before)
    result.left += matched.left
    known = _known_places(shown, matched.known)
    for diagnostic in result.diagnostics:
        if diagnostic.code in ALWAYS_REPORTED:
            del known[id(diagnostic)]
    hide(result, known, known_there.reason, show=False)


class Whereabouts:
    """Says which baseline a file has, and if the run looked at an entry of one."""

    def __init__(self, groups: Sequence[Group], request: Request) -> None:
        self._groups = groups
        self._request = request
        self._governing: dict[Path, Governing] = {}

    @cached_property
    def _files(self) -> dict[str, tuple[Group, str]]:
        """The files that were checked, by their real paths."""
        return {real_path(path): (group, path) for group, path in self._checked()}

    def _checked(self) -> Iterator[tuple[Group, str]]:
        for group in self._groups:
            for path in group.files if self._request.whole else group.chosen:
                yield group, path

    @cached_property
    def _is_whole(self) -> bool:
        """True if everything was checked."""
        return self._request.whole or all(g.chosen == g.files for g in self._groups)

    def baseline(self, path: str) -> str | None:
        """Return the baseline for a file with a diagnostic."""
        group = self._group_of(path)
        return baseline_of(group.owner(path)) if group is not None else None

    def _group_of(self, path: str) -> Group | None:
        if len(self._groups) == 1:
            return self._groups[0]
        found = self._files.get(real_path(path))
        return found[0] if found is not None else None

    def is_stale(self, entry: Entry) -> bool:
        """True if the run would have found what an entry stands for."""
        found = self._files.get(entry.path)
        if found is None:
            return self._is_whole and gone(entry.path) and self._is_below(entry.path)
        group, path = found
        governing = self._governing_of(group)
        return entry.code in governing.codes(path) or entry.code not in governing.registry.by_code

    def _governing_of(self, group: Group) -> Governing:
        from wflint.run.program_settings import Governing

        root = group.project.root
        if root not in self._governing:
            self._governing[root] = Governing(group, self._request)
        return self._governing[root]

    def _is_below(self, path: str) -> bool:
        roots = (os.path.realpath(group.project.root) for group in self._groups)
        return any(path.startswith(root.rstrip(os.sep) + os.sep) for root in roots)
