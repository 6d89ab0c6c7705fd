"""Finds the settings of the sandbox that hold for each workflow.

Settings belong to the workflows that a worker lists: those that stand in its runner, its plugins
and its client, wherever these are made. Where one of them cannot be followed, settings that no
worker is seen to get count as well, if they belong to the same part of the repository: the nearest
folder around their file that has any workflows. What workers of a part are given belongs
to the workflows of that part that no list names as well, for nobody can say which worker runs them,
if any does. Settings never reach a neighbour that has some of its own.

Of a workflow that only a library is given to run nothing is known.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from msgspec import Struct
from msgspec.structs import replace

from wflint.facts.ids import Cls
from wflint.facts.model import Kind
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue
from wflint.model.listings import Listing
from wflint.model.lists import Lists
from wflint.model.worker_calls import WorkerCall, worker_calls
from wflint.project.import_closures import ImportClosures
from wflint.sandbox.foreign_workers import ForeignWorkers, Handed
from wflint.sandbox.module_settings import Piece
from wflint.sandbox.passthrough import Passthrough, read_passthrough, unsandboxed_in
from wflint.sandbox.sites import At, Sites


class Listed(Struct, frozen=True):
    """The workflows in each list of a file, which a call at an offset is given.

    ``complete`` if all of its lists could be read. ``foreign`` are the offsets of calls of code
    outside the project, which may make any Worker.
    """

    workflows: tuple[tuple[int, frozenset[Cls]], ...] = ()
    complete: bool = True
    foreign: frozenset[int] = frozenset()


class WorkerSettings:
    """The settings that some files make, for the workflows of a project."""

    def __init__(
        self,
        resolver: Resolver,
        paths: Iterable[str],
        workflows: Sequence[Cls],
        root: str,
        foreign: ForeignWorkers,
    ) -> None:
        self.resolver = resolver
        self.paths = sorted(paths)
        self.workflows = workflows
        self.root = root
        self._foreign = foreign
        self._closures = ImportClosures(resolver.store, resolver.index, frozenset(self.paths))

    def of(self, cls: Cls) -> Passthrough:
        """Return the settings that hold for a workflow.

        Of several workers that list it the strictest counts: what breaks in one of them breaks.
        """
        found = _strictest(
            (self._of_worker(path, offset, cls), cls)
            for path, offset in self._listing_of.get(cls, ())
        )
        if found is None and self.handed(cls) is not None:
            found = Passthrough(open_ended=True, relaxed=True)
        if found is None:
            found = Passthrough()
            every = {*self._loose, *self._listed}
            near = {path for path in every if self._is_in_part(cls.path, path)}
            for path in sorted(near | self._nearest(cls.path)):
                found = found.joined(self._reach(path))
        if cls in self._unsandboxed:
            found = found.joined(Passthrough(unsandboxed=frozenset({cls})))
        return found

    def handed(self, cls: Cls) -> Handed | None:
        """Return the call that gives a workflow to a library, if no Worker is seen to list it."""
        return self._foreign.of(cls) if cls not in self._listing_of else None

    def _of_worker(self, path: str, offset: int, cls: Cls) -> Passthrough:
        """Return the settings of one of the workers that list a workflow."""
        site = self._sites.site_at(path, offset)
        if site is None:  # it is told what to run by something else than a call
            return self._reach(path)
        reach = self._sites.reach(path, site)
        found = self._read(reach.pieces).joined(Passthrough(open_ended=reach.from_outside))
        if reach.unclear_runner:
            return found.joined(self._reach(path)).joined(self._perhaps(path, cls))
        is_free = found.free_workers
        if reach.unclear:  # what may come from its client does not take the sandbox away
            more = self._perhaps(path, cls)
            found = found.joined(Passthrough(more.modules, more.open_ended, relaxed=more.relaxed))
        return replace(
            found,
            unsandboxed=frozenset({cls}) if is_free else frozenset(),
            free_workers=False,
            other_workers=not is_free and not found.everything,
        )

    def _perhaps(self, path: str, cls: Cls) -> Passthrough:
        """Return the settings that may be those of a worker which cannot be followed."""
        every = (*self._sites.loose, *self._sites.plugins)
        may_be = [at for at in every if self._may_be_of(at.path, path, cls)]
        plugins = [at for at in may_be if at.piece.plugin]
        return self._read([*may_be, *self._sites.set_by(plugins)])

    def _may_be_of(self, path: str, worker: str, cls: Cls) -> bool:
        return path in self._imported(worker) or self._is_in_part(cls.path, path)

    def _read(self, pieces: Iterable[At]) -> Passthrough:
        by_path: dict[str, dict[int, Piece]] = {}
        for path, piece in pieces:
            by_path.setdefault(path, {})[piece.offset] = piece
        found = Passthrough()
        for path, own in sorted(by_path.items()):
            found = found.joined(read_passthrough(self.resolver, path, own.values()))
        return found

    @cached_property
    def _sites(self) -> Sites:
        return Sites(self.resolver, self.paths)

    @cached_property
    def _unsandboxed(self) -> frozenset[Cls]:
        none = frozenset[Cls]()
        return none.union(*(unsandboxed_in(self.resolver, path) for path in self.paths))

    def _nearest(self, workflow: str) -> set[str]:
        """The files with settings of nobody's that are nearest to a workflow of nobody's.

        Nobody can say which worker runs it, so these may hold.
        """
        folder = os.path.dirname(workflow)
        while len(folder) >= len(self.root):
            below = {path for path in self._loose if path.startswith(folder + os.sep)}
            if below:
                return below
            folder = os.path.dirname(folder)
        return set()

    def all(self) -> Passthrough:
        """Return what all of the files say together."""
        found = Passthrough(unsandboxed=self._unsandboxed)
        for said in self._said.values():
            found = found.joined(said)
        return found

    @cached_property
    def _said(self) -> dict[str, Passthrough]:
        return {path: self._said_in(path) for path in self.paths}

    def _said_in(self, path: str) -> Passthrough:
        said = self._sites.said(path)
        found = read_passthrough(self.resolver, path, said.pieces)
        return replace(found, other_workers=any(site.is_ordinary for site in said.sites))

    @cached_property
    def _listed(self) -> dict[str, Listed]:
        """The lists of all files that list anything."""
        return {path: listed for path in self.paths if (listed := self._lists_of(path)) is not None}

    @cached_property
    def _listing_of(self) -> Mapping[Cls, list[tuple[str, int]]]:
        """The workers that list a workflow, each by its file and the offset of the call.

        What a library is given to list tells nothing of the Worker that it makes.
        """
        found: dict[Cls, list[tuple[str, int]]] = {}
        for path, listed in self._listed.items():
            for offset, workflows in listed.workflows:
                for cls in workflows if offset not in listed.foreign else ():
                    found.setdefault(cls, []).append((path, offset))
        return found

    @cached_property
    def _loose(self) -> list[str]:
        """The files whose settings belong to their part of the repository, if they have any."""
        complete = [path for path, listed in self._listed.items() if listed.complete]
        attached: set[str] = set().union(*(self._imported(path) for path in complete))
        own = [path for path in self.paths if path not in attached]
        return [path for path in own if path in self._listed or self._said[path] != Passthrough()]

    def _reach(self, path: str) -> Passthrough:
        """Return the settings of a file together with those of the files that it imports."""
        found = Passthrough()
        for other in sorted(self._imported(path)):
            found = found.joined(self._said[other])
        return found

    def _imported(self, path: str) -> frozenset[str]:
        """A file and those of the others that it imports, directly or through one another."""
        return self._closures.of([path])

    # Parts of the repository.

    def _is_in_part(self, workflow: str, path: str) -> bool:
        part = self._part(os.path.dirname(path))
        return workflow.startswith(part.rstrip(os.sep) + os.sep)

    def _part(self, folder: str) -> str:
        """The nearest folder at or above one that has a workflow below it, inside the root."""
        known = self._folders_with_workflows
        while folder not in known and len(folder) > len(self.root):
            folder = os.path.dirname(folder)
        return folder

    @cached_property
    def _folders_with_workflows(self) -> frozenset[str]:
        found: set[str] = set()
        for cls in self.workflows:
            folder = os.path.dirname(cls.path)
            while folder not in found and len(folder) >= len(self.root):
                found.add(folder)
                folder = os.path.dirname(folder)
        return frozenset(found)

    # The lists of one file.

    def _lists_of(self, path: str) -> Listed | None:
        found = list(self._listings(path))
        if not found:
            return None
        workflows: list[tuple[int, frozenset[Cls]]] = []
        complete = True
        for call, listing in found:
            expanded = self._lists.expand(listing, path) if listing is not None else None
            complete &= expanded is not None and not expanded.open
            own: set[Cls] = set()
            for element in expanded.elements if expanded is not None else ():
                entities = self.resolver.resolve(element.ref, element.path)
                classes = {entity.cls for entity in entities if isinstance(entity, ClassValue)}
                own |= classes
                complete &= bool(classes)
            workflows.append((call.offset, frozenset(own)))
        foreign = (c.offset for c, _ in found if self._foreign.is_foreign(c.callee, path))
        return Listed(tuple(workflows), complete, frozenset(foreign))

    def _listings(self, path: str) -> Iterator[tuple[WorkerCall, Listing | None]]:
        """Yield the lists that Workers, and functions that make them, are given in a file.

        ``None`` for one that is not known. What a function passes on is given by its callers.
        """
        for call in worker_calls(self.resolver.store.load(path)):
            given = call.keywords.get("workflows")
            if given is None:
                is_worker = (call.callee.path or (call.callee.name,))[-1] == "Worker"
                if is_worker and call.spread:
                    yield call, None
            elif given.word != "None" and given.ref.kind is not Kind.PARAM:
                yield call, given.listing

    @cached_property
    def _lists(self) -> Lists:
        """Follows lists without looking for callers: their own files tell what these give."""
        return Lists(self.resolver, (), lambda _: b"")


def in_files(
    settings: Callable[[Cls], Passthrough], classes: Iterable[Cls]
) -> dict[str, Passthrough]:
    """The settings that hold for the files of workflows, which a sandbox loads one by one."""
    by_file: dict[str, list[tuple[Passthrough, Cls]]] = {}
    for cls in classes:
        by_file.setdefault(cls.path, []).append((settings(cls), cls))
    found: dict[str, Passthrough] = {}
    for path, own in by_file.items():
        free = frozenset(cls for one, cls in own if one.runs_free(cls))
        found[path] = replace(_strictest(own) or Passthrough(), unsandboxed=free)
    return found


def _strictest(every: Iterable[tuple[Passthrough, Cls]]) -> Passthrough | None:
    """The strictest of the settings that hold for workflows, ``None`` if there are none.

    Where one runs without a sandbox, what is passed through to it says nothing of the others.
    """
    every = list(every)
    boxed = [settings for settings, cls in every if not settings.runs_free(cls)]
    found: Passthrough | None = None
    for settings in boxed or [settings for settings, _ in every]:
        found = found.strictest(settings) if found is not None else settings
    return found
