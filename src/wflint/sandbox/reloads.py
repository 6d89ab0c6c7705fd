"""Finds the imports with which the sandbox begins to load what it could take from the worker.

For each workflow it loads the file of the workflow, and the ``__init__`` of the packages that this
is in. Imports there lead to everything else, and passing one of them through spares all that lies
behind it. So it is these imports that a person can change: they are told with the packages
outside of the project that they lead to, themselves or through modules of the project.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

from wflint.facts.ids import Cls
from wflint.facts.model import ImportFact
from wflint.facts.relative import known_as
from wflint.project.folders import is_namespace
from wflint.sandbox.loading import Loaded, load_workflow
from wflint.sandbox.passthrough import Passthrough
from wflint.sandbox.sandboxes import Sandboxes


class Foreign(NamedTuple):
    """A module outside of the project; ``by`` is the module of the project that imports it."""

    name: str
    by: str


class Begun(NamedTuple):
    """An import statement by its file and offset, and what the sandbox loads because of it.

    ``root`` is the file of the first workflow for which it does so. ``own`` are the files of the
    project that the statement itself loads, and ``foreign`` is what is outside of the project.
    ``is_relaxed`` is set if restrictions are changed for all workflows for which it does so.
    """

    path: str
    offset: int
    root: str
    own: tuple[str, ...]
    foreign: tuple[Foreign, ...]
    is_relaxed: bool = False


class Reloads:
    """The imports of a project that are not passed through although they could be."""

    def __init__(self, sandboxes: Sandboxes) -> None:
        self._sandboxes = sandboxes
        self._resolver = sandboxes.resolver

    def find(self, wanted: frozenset[str]) -> list[Begun]:
        """Return those in the ``wanted`` files, in the order of the files and of the source."""
        found: dict[tuple[str, int], Begun] = {}
        for root in self._sandboxes.sandboxed:
            settings = self._sandboxes.settings(root)
            if not settings.in_doubt:
                for begun in self._of_workflow(root, settings, wanted):
                    key = (begun.path, begun.offset)
                    known = found.get(key)
                    found[key] = _joined(known, begun) if known is not None else begun
        return [found[key] for key in sorted(found)]

    def late(self, module: str, path: str, receiver: Cls | None) -> list[Foreign]:
        """Return what an import in a function loads outside of the project, the nearest first.

        ``path`` is the file with the import, ``receiver`` the class whose method it is in. What is
        there by then for each workflow is none of it.
        """
        roots = self._sandboxes.sandboxed_for(path, receiver)
        target = self._resolver.index.find(module, path)
        if target is None:
            return [Foreign(module, "")]
        found: dict[str, Foreign] = {}
        store, index = self._resolver.store, self._resolver.index
        for root in roots:
            there, settings = self._sandboxes.loaded(root), self._sandboxes.settings(root)
            for at, name in load_workflow(target, store, index, settings.passes).reloaded.items():
                by = store.load(at).facts.name
                for names in self.foreign_in(at, name, settings).values():
                    new = (one for one in names if not there.has(one) and one not in found)
                    found.update((one, Foreign(one, by)) for one in new)
        return list(found.values())

    def is_relaxed(self, path: str, receiver: Cls | None) -> bool:
        """True if restrictions are changed for a workflow that runs code of a file."""
        roots = self._sandboxes.sandboxed_for(path, receiver)
        return any(self._sandboxes.settings(root).relaxed for root in roots)

    def _of_workflow(
        self, root: str, settings: Passthrough, wanted: frozenset[str]
    ) -> Iterator[Begun]:
        loaded = self._sandboxes.loaded(root)
        begins = self._begins(root, loaded)
        if begins.isdisjoint(wanted):
            return
        graph = _Graph(self, loaded, settings, begins, self._sandboxes.sandboxed)
        for path in sorted(begins & wanted):
            for offset in graph.statements(path):
                own = tuple(graph.targets(path, offset))
                foreign = tuple(graph.foreign_from(path, offset))
                if own or foreign:
                    yield Begun(path, offset, root, own, foreign, settings.relaxed)

    def _begins(self, root: str, loaded: Loaded) -> set[str]:
        """The file of a workflow and those of the packages that it is in.

        There are none where a package of it passes the file through before its turn comes.
        """
        if root not in loaded.reloaded:
            return set()
        files = {name: path for path, name in loaded.reloaded.items() if not is_namespace(path)}
        name, found = loaded.reloaded[root], {root}
        while name := name.rpartition(".")[0]:
            if os.path.basename(files.get(name, "")) == "__init__.py":
                found.add(files[name])
        return found

    def foreign_in(self, path: str, name: str, settings: Passthrough) -> dict[int, list[str]]:
        """Return what is outside of the project that a file imports again, by the offsets.

        ``name`` is what the file is loaded as.
        """
        found: dict[int, list[str]] = {}
        facts = self._resolver.store.load(path).facts
        for fact in facts.imports:
            if fact.typed or fact.fallback or fact.passed_through or fact.guarded:
                continue
            module = known_as(fact.module, facts.name, name) if fact.relative else fact.module
            if not fact.relative and self._is_foreign(fact, module, path, settings):
                found.setdefault(fact.offset, []).extend(_shown(fact))
        return found

    def _is_foreign(self, fact: ImportFact, module: str, path: str, settings: Passthrough) -> bool:
        if settings.passes(module) or self._resolver.index.find(module, path) is not None:
            return False
        if fact.names and all(settings.passes(f"{module}.{name}") for name in fact.names):
            return False
        return module.partition(".")[0] not in self._own_words

    @cached_property
    def _own_words(self) -> frozenset[str]:
        """The names of files and folders of the project: a module of such a name may be its own."""
        return self._resolver.index.words


class _Graph:
    """What the sandbox of one workflow loads, as files that import one another.

    Of the imports in several of the files with which it ``begins`` the first one counts: once that
    is passed through, the others find the module there.
    """

    def __init__(
        self,
        reloads: Reloads,
        loaded: Loaded,
        settings: Passthrough,
        begins: set[str],
        workflows: Iterable[str],
    ) -> None:
        self._reloads = reloads
        self._loaded = loaded
        self._settings = settings
        self._ends = frozenset(begins.union(workflows))
        self._foreign: dict[str, dict[int, list[str]]] = {}
        self._own: dict[str, dict[int, list[str]]] = {}
        files = {name: path for path, name in loaded.reloaded.items() if not is_namespace(path)}
        first: dict[str, str] = {}
        for step in loaded.steps:
            path = files.get(step.name)
            if path is not None and not step.passed:
                if (
                    step.importer in begins
                    and first.setdefault(path, step.importer) != step.importer
                ):
                    continue
                at = self._own.setdefault(step.importer, {}).setdefault(step.offset, [])
                if path not in at:
                    at.append(path)

    def statements(self, path: str) -> list[int]:
        """The offsets of the imports of a file that load anything."""
        return sorted({*self._own.get(path, ()), *self._foreign_in(path)})

    def targets(self, path: str, offset: int) -> list[str]:
        """The files that a statement loads, without those that are looked at by themselves."""
        found = self._own.get(path, {}).get(offset, ())
        return [one for one in found if one not in self._ends]

    def foreign_from(self, path: str, offset: int) -> Iterator[Foreign]:
        """Yield all that a statement leads to outside of the project, the nearest first."""
        seen: set[str] = set()
        for name in self._foreign_in(path).get(offset, ()):
            if name not in seen:
                seen.add(name)
                yield Foreign(name, "")
        queue = deque(self.targets(path, offset))
        passed = set(queue)
        while queue:
            at = queue.popleft()
            by = self._loaded.reloaded[at]
            for names in self._foreign_in(at).values():
                for name in names:
                    if name not in seen:
                        seen.add(name)
                        yield Foreign(name, by)
            for targets in self._own.get(at, {}).values():
                for target in targets:
                    if target not in passed and target not in self._ends:
                        passed.add(target)
                        queue.append(target)

    def _foreign_in(self, path: str) -> dict[int, list[str]]:
        known = self._foreign.get(path)
        if known is None:
            # The file of a workflow is not loaded where a module of its name stands elsewhere.
            name = self._loaded.reloaded.get(path)
            read = self._reloads.foreign_in
            known = read(path, name, self._settings) if name is not None else {}
            self._foreign[path] = known
        return known


def _shown(fact: ImportFact) -> list[str]:
    """Return the name of what is imported, of a package of mere parts the names of these."""
    inner = [f"{fact.module}.{name}" for name in fact.names if name != "*"]
    if inner and fact.module in _EMPTY:
        return inner
    return [name for name in inner if name in _PARTS] or [fact.module]


_EMPTY = frozenset({"azure", "google", "google.cloud"})
"""Packages that have nothing of their own: what is taken from them are modules."""

_PARTS = frozenset({"django.db.models", "django.forms", "rest_framework.serializers"})
"""Modules that are taken from packages which have more: these do more than the package."""


def _joined(one: Begun, other: Begun) -> Begun:
    names = {foreign.name for foreign in one.foreign}
    more = tuple(foreign for foreign in other.foreign if foreign.name not in names)
    own = tuple(path for path in other.own if path not in one.own)
    relaxed = one.is_relaxed and other.is_relaxed
    return one._replace(own=one.own + own, foreign=one.foreign + more, is_relaxed=relaxed)
