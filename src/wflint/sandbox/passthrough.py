"""A project's settings of the sandbox: modules to pass through, workflows to run without it.

Such settings stand anywhere: at the worker, in a plugin, in a helper that makes the runner. They
are told by their names, which are used for nothing else. What is only done under a condition (a
switch for debugging) does not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from msgspec import Struct

from wflint import limits
from wflint.facts.ids import Cls
from wflint.facts.model import BindingKind, Kind, Ref
from wflint.inference.resolver import Resolver
from wflint.inference.values import ClassValue, ExternalValue
from wflint.sandbox.module_settings import Collection, Piece, constant, may_set, sandbox_says
from wflint.sandbox.plugins import passed_by
from wflint.sandbox.restrictions import is_below, passes_by_default


class Passthrough(Struct, frozen=True):
    """The settings of a project.

    ``modules`` are passed through besides the SDK's own. ``open_ended`` is set when there are more
    that could not be read, ``everything`` when all modules are passed through. ``unsandboxed`` are
    workflows that run without a sandbox, ``free_workers`` says that there are workers whose
    workflows, which are not known, do so. ``other_workers`` says that there are workers with an
    ordinary sandbox. ``relaxed`` is set when restricted names were changed.
    """

    modules: frozenset[str] = frozenset()
    open_ended: bool = False
    everything: bool = False
    unsandboxed: frozenset[Cls] = frozenset()
    free_workers: bool = False
    other_workers: bool = False
    relaxed: bool = False

    def passes(self, module: str) -> bool:
        """True if the sandbox passes a module through wherever it is imported."""
        everything = self.everything and not self.other_workers
        return everything or is_below(module, self.modules) or passes_by_default(module)

    def runs_free(self, cls: Cls) -> bool:
        """True if a workflow runs without a sandbox."""
        return cls in self.unsandboxed or (self.free_workers and not self.other_workers)

    @property
    def in_doubt(self) -> bool:
        """True if there may be more to what is passed through, or to what runs unsandboxed."""
        return self.open_ended or (self.other_workers and (self.free_workers or self.everything))

    def strictest(self, other: Passthrough) -> Passthrough:
        """Return what holds if each of two workers runs a workflow, and it must work in both."""
        return Passthrough(
            self.modules & other.modules,
            self.open_ended or other.open_ended,
            self.everything and other.everything,
            self.unsandboxed & other.unsandboxed,
            self.free_workers and other.free_workers,
            self.other_workers or other.other_workers,
            self.relaxed or other.relaxed,
        )

    def joined(self, other: Passthrough) -> Passthrough:
        """Return what both say."""
        return Passthrough(
            self.modules | other.modules,
            self.open_ended or other.open_ended,
            self.everything or other.everything,
            self.unsandboxed | other.unsandboxed,
            self.free_workers or other.free_workers,
            self.other_workers or other.other_workers,
            self.relaxed or other.relaxed,
        )


def read_passthrough(resolver: Resolver, path: str, pieces: Iterable[Piece]) -> Passthrough:
    """Return the settings in some pieces of a file."""
    read = partial(_Reader(resolver, path).read, list(pieces))
    said = resolver.store.faults.ask((path, ""), "", read)
    return said or Passthrough(open_ended=True)


def unsandboxed_in(resolver: Resolver, path: str) -> frozenset[Cls]:
    """Return the workflows that a file itself takes out of the sandbox."""
    if not may_set(resolver.store.text(path)):
        return frozenset()
    read = _Reader(resolver, path).unsandboxed
    return resolver.store.faults.ask((path, ""), "", read) or frozenset()


class _Reader:
    """Reads the settings of one file."""

    def __init__(self, resolver: Resolver, path: str) -> None:
        self.resolver = resolver
        self.path = path

    def read(self, pieces: list[Piece]) -> Passthrough:
        """Look up the names in what the file says."""
        modules, is_vague = self._texts(one for piece in pieces for one in piece.passed)
        plugins = [self._plugin(piece.plugin) for piece in pieces if piece.plugin]
        is_open = is_vague or None in plugins or any(piece.open_ended for piece in pieces)
        return Passthrough(
            modules.union(*(passed for passed in plugins if passed is not None)),
            is_open,
            any(piece.everything for piece in pieces),
            free_workers=any(piece.free for piece in pieces),
            relaxed=any(piece.relaxed for piece in pieces),
        )

    def unsandboxed(self) -> frozenset[Cls]:
        """Return the classes that are decorated with `sandboxed=False`."""
        said = sandbox_says(self.resolver.store.load(self.path))
        return frozenset(cls for name in said.unsandboxed for cls in self._classes(name))

    def _plugin(self, name: str) -> frozenset[str] | None:
        """Return what a plugin passes through; of one of the project that is read by itself."""
        passed = passed_by(name.rpartition(".")[2])
        if passed is not None or self._classes(name):
            return passed or frozenset()
        first, *rest = name.split(".")
        found = self.resolver.resolve(Ref(Kind.GLOBAL, first, tuple(rest)), self.path)
        is_foreign = any(isinstance(entity, ExternalValue) for entity in found)
        return None if is_foreign else frozenset()

    def _classes(self, name: str) -> frozenset[Cls]:
        first, *rest = name.split(".")
        found = self.resolver.resolve(Ref(Kind.GLOBAL, first, tuple(rest)), self.path)
        return frozenset(entity.cls for entity in found if isinstance(entity, ClassValue))

    def _texts(self, collections: Iterable[Collection]) -> tuple[frozenset[str], bool]:
        """All texts in some collections, and whether there are more that cannot be told."""
        texts: set[str] = set()
        pending = [(collection, self.path) for collection in collections]
        is_vague = False
        constants = 0
        while pending:
            collection, path = pending.pop()
            texts.update(collection.texts)
            is_vague |= collection.vague
            for name in collection.constants:
                constants += 1
                too_many = constants > limits.SANDBOX_CONSTANTS
                value = None if too_many else self._constant(path, name)
                if value is None:
                    is_vague = True
                else:
                    pending.append(value)
        return frozenset(texts), is_vague

    def _constant(self, path: str, name: str) -> tuple[Collection, str] | None:
        """The value of a name, and the file that it stands in; the name may be imported."""
        for _ in range(limits.SANDBOX_CONSTANTS):
            module = self.resolver.store.load(path)
            values = constant(module, name)
            if len(values) == 1:
                return values[0], path
            bindings = module.facts.bindings.get(name, ())
            if values or len(bindings) != 1 or bindings[0].what is not BindingKind.IMPORT:
                return None
            package, _, name = bindings[0].target.rpartition(".")
            found = self.resolver.index.find(package, path) if package else None
            if found is None or found == path:
                return None
            path = found
        return None
