"""Finds the settings of the sandbox that hold for each workflow.

Settings belong to the workflows that a worker lists. They stand in the file with the list or in
one that it imports, such as a helper that makes the runner. Settings that no such file imports, and
those of workers whose list cannot be read, belong to the workflows of their own part of the
repository: the nearest folder around the file that has any. They never reach a neighbour that has
settings of its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from msgspec import Struct

from wflint import limits
from wflint.facts.ids import Cls
from wflint.facts.model import BindingKind, Kind, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.values import OwnClass
from wflint.sandbox.module_settings import Collection, constant, sandbox_says
from wflint.sandbox.passthrough import Passthrough, read_passthrough


class Listed(Struct, frozen=True):
    """The workflows in the lists of a file; ``complete`` if all of its lists could be read."""

    workflows: frozenset[Cls] = frozenset()
    complete: bool = True


class WorkerSettings:
    """The settings that some files make, for the workflows of a project."""

    def __init__(
        self, resolver: Resolver, paths: Iterable[str], workflows: Sequence[Cls], root: str
    ) -> None:
        self.resolver = resolver
        self.paths = sorted(paths)
        self.workflows = workflows
        self.root = root

    def of(self, cls: Cls) -> Passthrough:
        """Return the settings that hold for a workflow.

        Of several workers that list it the strictest counts: what breaks in one of them breaks.
        """
        listing = [self._reach(path) for path, _ in self._listing_of.get(cls, ())]
        found = listing[0] if listing else Passthrough()
        for other in listing[1:]:
            found = found.strictest(other)
        near = {path for path in self._loose if self._is_in_part(cls.path, path)}
        for path in sorted(near if listing else near | self._nearest(cls.path)):
            found = found.joined(self._reach(path))
        return found

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
        found = Passthrough()
        for said in self._said.values():
            found = found.joined(said)
        return found

    @cached_property
    def _said(self) -> dict[str, Passthrough]:
        return {path: read_passthrough(self.resolver, [path]) for path in self.paths}

    @cached_property
    def _listed(self) -> dict[str, Listed]:
        """The lists of all files that list anything."""
        return {path: listed for path in self.paths if (listed := self._lists_of(path)) is not None}

    @cached_property
    def _listing_of(self) -> Mapping[Cls, list[tuple[str, Listed]]]:
        found: dict[Cls, list[tuple[str, Listed]]] = {}
        for path, listed in self._listed.items():
            for cls in listed.workflows:
                found.setdefault(cls, []).append((path, listed))
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

    def _imported(self, path: str) -> set[str]:
        """A file and those of the others that it imports, directly or through one another."""
        found = {path}
        pending = [path]
        while pending:
            at = pending.pop()
            for other in self._imports(at):
                if other not in found:
                    found.add(other)
                    pending.append(other)
        return found

    def _imports(self, path: str) -> Iterable[str]:
        index, known = self.resolver.index, self._said
        for fact in self.resolver.store.load(path).facts.imports:
            for name in (fact.module, *(f"{fact.module}.{name}" for name in fact.names)):
                found = index.find(name, path)
                if found is not None and found in known:
                    yield found

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
        said = sandbox_says(self.resolver.store.load(path))
        if not said.lists:
            return None
        workflows: set[Cls] = set()
        complete = True
        pending = [(collection, path) for collection in said.lists]
        seen = 0
        while pending:
            collection, at = pending.pop()
            complete &= not collection.vague
            for name in collection.constants:
                seen += 1
                classes = self._classes(name, at)
                workflows |= classes
                value = None if classes or seen > limits.LISTED_NAMES else self._constant(name, at)
                if value is not None:
                    pending.append(value)
                complete &= bool(classes) or value is not None
        return Listed(frozenset(workflows), complete)

    def _classes(self, name: str, path: str) -> frozenset[Cls]:
        first, *rest = name.split(".")
        found = self.resolver.resolve(Ref(Kind.GLOBAL, first, tuple(rest)), path)
        return frozenset(entity.cls for entity in found if isinstance(entity, OwnClass))

    def _constant(self, name: str, path: str) -> tuple[Collection, str] | None:
        """The list that a name stands for, and the file it is in; it may be imported."""
        for _ in range(limits.LISTED_NAMES):
            module = self.resolver.store.load(path)
            first, _, rest = name.partition(".")
            bindings = module.facts.bindings.get(first, ())
            if len(bindings) != 1:
                return None
            if bindings[0].what is not BindingKind.IMPORT:
                values = constant(module, first)
                return (values[0], path) if len(values) == 1 and not rest else None
            target = f"{bindings[0].target}.{rest}" if rest else bindings[0].target
            package, _, name = target.rpartition(".")
            found = self.resolver.index.find(package, path) if package else None
            if found is None or found == path:
                return None
            path = found
        return None


def in_files(
    settings: Callable[[Cls], Passthrough], classes: Iterable[Cls]
) -> dict[str, Passthrough]:
    """The settings that hold for the files of workflows, which a sandbox loads one by one."""
    found: dict[str, Passthrough] = {}
    for cls in classes:
        own = settings(cls)
        found[cls.path] = found[cls.path].strictest(own) if cls.path in found else own
    return found
