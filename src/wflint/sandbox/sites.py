"""Finds which settings of the sandbox belong to which Worker.

A Worker has the settings that stand in what it is given: in its runner, its plugins, its client, in
the functions and classes that make these, of any module. What is found there belongs to this
Worker, and to no other that does not get it, too. Where it takes something that cannot be followed,
such as a parameter, or more than can be followed, settings that no Worker is seen to get may be
its own.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from wflint import limits
from wflint.facts.model import BindingKind
from wflint.inference.resolver import Resolver
from wflint.sandbox.module_settings import (
    Piece,
    Region,
    SandboxSays,
    Site,
    may_set,
    sandbox_says,
)
from wflint.sandbox.origins import may_set_up_more


class At(NamedTuple):
    """A piece of settings, and the file that it stands in."""

    path: str
    piece: Piece


class Reach(NamedTuple):
    """What a Worker gets: ``unclear`` if there may be more, ``unclear_runner`` if its runner is.

    ``from_outside`` if code outside the project makes its client, its runner or a plugin.
    """

    pieces: tuple[At, ...]
    unclear: bool
    unclear_runner: bool
    from_outside: bool


class _Name(NamedTuple):
    path: str
    scope: str
    name: str


_Span = tuple[str, int, int]
"""A file, and where something begins and ends in it."""


class Sites:
    """The Workers that some files make."""

    def __init__(self, resolver: Resolver, paths: Iterable[str]) -> None:
        self._resolver = resolver
        self._paths = list(paths)
        self._said: dict[str, SandboxSays] = {}
        self._by_name: dict[str, dict[tuple[str, str], list[Region]]] = {}

    def said(self, path: str) -> SandboxSays:
        """The settings in a file."""
        if path not in self._said:
            self._said[path] = sandbox_says(self._resolver.store.load(path))
        return self._said[path]

    def _pieces(self, path: str) -> list[Piece]:
        """The settings in a file, which most files are not even read for."""
        return self.said(path).pieces if may_set(self._resolver.store.text(path)) else []

    def _regions(self, path: str) -> dict[tuple[str, str], list[Region]]:
        """The regions of a file by their scope and name."""
        if path not in self._by_name:
            known = self._by_name[path] = {}
            for region in self.said(path).regions:
                known.setdefault((region.scope, region.name), []).append(region)
        return self._by_name[path]

    def site_at(self, path: str, offset: int) -> Site | None:
        """Return the call that makes a Worker at an offset."""
        return next((site for site in self.said(path).sites if site.offset == offset), None)

    @cached_property
    def loose(self) -> tuple[At, ...]:
        """The settings that no Worker is seen to get."""
        every = [At(path, piece) for path in self._paths for piece in self._pieces(path)]
        if not every:
            return ()
        taken = {
            (at.path, at.piece.offset)
            for path in self._paths
            for site in self.said(path).sites
            for at in self.reach(path, site).pieces
        }
        return tuple(at for at in every if (at.path, at.piece.offset) not in taken)

    @cached_property
    def plugins(self) -> tuple[At, ...]:
        """All plugins that are made anywhere."""
        every = (At(path, piece) for path in self._paths for piece in self._pieces(path))
        return tuple(at for at in every if at.piece.plugin)

    def set_by(self, plugins: Iterable[At]) -> tuple[At, ...]:
        """Return the settings in the classes of plugins, as far as the project has these."""
        names = [_Name(at.path, "", at.piece.plugin) for at in plugins]
        return self._pieces_in(self._spans(names)[0])

    def reach(self, path: str, site: Site) -> Reach:
        """Return what a Worker gets."""
        runner, unclear_runner = self._spans(_Name(path, site.scope, n) for n in site.runner)
        others, unclear = self._spans(_Name(path, site.scope, n) for n in site.others)
        pieces = self._pieces_in({*runner, *others, (path, site.offset, site.end)})
        from_outside = self._come_from_outside(_Name(path, site.scope, n) for n in site.origins)
        spread = site.has_spread
        return Reach(pieces, unclear or spread, unclear_runner or spread, from_outside)

    def _pieces_in(self, spans: set[_Span]) -> tuple[At, ...]:
        return tuple(
            At(file, piece)
            for file in sorted({file for file, _, _ in spans})
            for piece in self.said(file).pieces
            if any(p == file and start <= piece.offset < end for p, start, end in spans)
        )

    def _come_from_outside(self, names: Iterable[_Name]) -> bool:
        """True if something outside the project makes what names stand for, with any settings."""
        pending, seen = deque(names), set[_Name]()
        while pending and len(seen) < limits.SANDBOX_NAMES:
            at = pending.popleft()
            if at in seen:
                continue
            seen.add(at)
            found = self._behind(at)
            if found == [] and self._is_from_outside(at):
                return True
            for one in found or ():
                if isinstance(one, _Name):
                    pending.append(one)
                else:
                    path, region = one
                    pending += [_Name(path, region.inside, name) for name in region.origins]
        return False

    def _spans(self, names: Iterable[_Name]) -> tuple[set[_Span], bool]:
        """Return where the settings behind some names stand, and whether there may be more."""
        pending, seen = deque(names), set[_Name]()
        spans: set[_Span] = set()
        unclear = False
        while pending:
            at = pending.popleft()  # what is near is more likely to be made for the Worker
            if at in seen:
                continue
            if len(seen) == limits.SANDBOX_NAMES:
                return spans, True
            seen.add(at)
            found = self._behind(at)
            unclear |= found is None
            for one in found or ():
                if isinstance(one, _Name):
                    pending.append(one)
                    continue
                path, region = one
                spans.add((path, region.start, region.end))
                pending += [_Name(path, region.inside, name) for name in region.uses]
        return spans, unclear

    def _behind(self, at: _Name) -> list[tuple[str, Region] | _Name] | None:
        """Return what a name stands for; ``None`` where that is a parameter or the like."""
        said = self.said(at.path)
        first, _, rest = at.name.partition(".")
        if first in ("self", "cls"):
            name = f"self.{rest.partition('.')[0]}"
            found = [r for r in said.regions if r.name == name or f"self.{r.name}" == name]
            return [(at.path, region) for region in found] if found else None
        for scope in _around(at.scope):
            found = self._regions(at.path).get((scope, first), [])
            if found:
                return [(at.path, region) for region in found]
            if first in said.params.get(scope, ()):
                return None
        return list(self._imported(at.path, first, rest))

    def _targets(self, path: str, first: str) -> list[str]:
        """What imports bind a name to, at the top of a file or in its functions."""
        bindings = self._resolver.store.load(path).facts.bindings.get(first, ())
        targets = [b.target for b in bindings if b.what is BindingKind.IMPORT]
        imports = self.said(path).imports
        return [*targets, imports[first]] if first in imports else targets

    def _is_from_outside(self, at: _Name) -> bool:
        """True if a name is imported from outside the project, and may bring settings."""
        first, _, rest = at.name.partition(".")
        targets = self._targets(at.path, first)
        whole = [f"{target}.{rest}" if rest else target for target in targets]
        return any(may_set_up_more(one) and self._is_outside(one, at.path) for one in whole)

    def _is_outside(self, target: str, path: str) -> bool:
        words = target.split(".")
        packages = (".".join(words[:count]) for count in range(1, len(words) + 1))
        return all(self._resolver.index.find(package, path) is None for package in packages)

    def _imported(self, path: str, first: str, rest: str) -> Iterator[_Name]:
        for target in self._targets(path, first):
            words = [*target.split("."), *(rest.split(".") if rest else ())]
            for count in range(len(words) - 1, 0, -1):
                file = self._resolver.index.find(".".join(words[:count]), path)
                if file is not None and file.endswith(".py"):
                    yield _Name(file, "", ".".join(words[count:]))
                    break


def _around(scope: str) -> Iterator[str]:
    """Yield a scope and those around it, down to the module."""
    while scope:
        yield scope
        scope = scope.rpartition(".")[0]
    yield ""
