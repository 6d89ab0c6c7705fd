"""Loads a workflow as the sandbox does: imports some modules again, and reuses others.

The sandbox begins with no module but those that it always has, and imports the module of the
workflow. An import statement in code that it loads gives the worker's own module where that is
passed through, and loads the module once more otherwise. Two things are easily overlooked, and
hold in the real sandbox as well (a test compares):

* What a module imports that is passed through is not thereby passed through elsewhere.
* ``from package import module`` under ``imports_passed_through()`` passes ``package`` through; when
  that was loaded before, ``module`` is found by Python's own importer, and loaded.

The imports are gone through in the order in which Python would, by means of a stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from msgspec import Struct, field
from msgspec.structs import replace

from wflint.facts.imports import late_imports
from wflint.facts.model import BindingKind, ImportFact, ModuleFacts
from wflint.facts.relative import known_as
from wflint.files.source import UnreadableSource
from wflint.project.folders import is_namespace
from wflint.project.module import Module
from wflint.project.module_index import ModuleIndex
from wflint.project.store import Store

_INDENTED_IMPORT = re.compile(r"^[ \t]+(?:from|import)\b", re.MULTILINE)


class Step(NamedTuple):
    """An import: the file that imports, where in it, and the dotted name of what it imports.

    ``passed`` is set under ``imports_passed_through()``.
    """

    importer: str
    offset: int
    name: str
    passed: bool = False


class Loaded(Struct):
    """The modules in the sandbox of one workflow.

    ``modules`` tells for each dotted name whether it was loaded again (or is the worker's own).
    ``reloaded`` are the files that were loaded again, with their names, in order. ``steps`` are the
    imports among these; those of the sandbox itself have the importer ``""``.
    """

    modules: dict[str, bool] = field(default_factory=dict)
    reloaded: dict[str, str] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)

    def has(self, module: str) -> bool:
        """True if a module is there, or may be: a package that is loaded brings its own parts."""
        if module in self.modules:
            return True
        top = module.partition(".")[0]
        return self.modules.get(top, False) and not self._is_own(top)

    def _is_own(self, top: str) -> bool:
        return any(name.partition(".")[0] == top for name in self.reloaded.values())


class _Import(NamedTuple):
    """``import name``, by a statement. ``passed`` is set under ``imports_passed_through()``."""

    by: Step
    passed: bool


class _Load(NamedTuple):
    """Python's own importer looks for a module, which ``whole`` is, or is in."""

    by: Step
    passed: bool
    whole: str


class _Take(NamedTuple):
    """``from package import names``: names that the package lacks may be modules in it."""

    by: Step
    names: tuple[str, ...]
    passed: bool


class _Reuse(NamedTuple):
    """The worker's own module becomes part of the sandbox."""

    name: str


_Task = _Import | _Load | _Take | _Reuse


def load_workflow(
    path: str,
    store: Store,
    index: ModuleIndex,
    passes: Callable[[str], bool],
    to_the_end: bool = False,
) -> Loaded:
    """Load the module in the file ``path`` as the sandbox would.

    ``passes`` tells which modules are always passed through. ``to_the_end`` also loads what
    functions of the loaded modules import when they run.
    """
    return _Loader(path, store, index, passes, to_the_end).run()


class _Loader:
    def __init__(
        self,
        path: str,
        store: Store,
        index: ModuleIndex,
        passes: Callable[[str], bool],
        to_the_end: bool,
    ) -> None:
        self.path = path
        self.to_the_end = to_the_end
        self.name = _name_in_program(path, store, index)
        self.store = store
        self.index = index
        self.passes = passes
        self.loaded = Loaded()
        self._folders: set[str] = set()  # the packages that are no more than a folder
        self._tasks: list[_Task] = []
        self._late: list[_Task] = []  # what functions import, when all modules are loaded

    def run(self) -> Loaded:
        """Go through all imports."""
        self._tasks.append(_Import(Step("", 0, self.name), False))
        while self._tasks or self._late:
            if not self._tasks:
                self._tasks, self._late = self._late, self._tasks
            task = self._tasks.pop()
            if isinstance(task, _Import):
                self._import(task)
            elif isinstance(task, _Load):
                self._load(task)
            elif isinstance(task, _Take):
                self._take(task)
            else:
                self.loaded.modules.setdefault(task.name, False)
        return self.loaded

    def _import(self, task: _Import) -> None:
        by, modules = task.by, self.loaded.modules
        self.loaded.steps.append(by)
        if by.name in modules and by.name not in self._folders:
            return
        if task.passed or self.passes(by.name):
            parent = by.name.rpartition(".")[0]
            self._tasks.append(_Reuse(by.name))
            if parent:
                self._tasks.append(_Import(by._replace(name=parent), task.passed))
        else:
            self._tasks.extend(
                _Load(by._replace(name=name), task.passed, by.name)
                for name in _with_parents(by.name)
            )

    def _load(self, task: _Load) -> None:
        name, modules = task.by.name, self.loaded.modules
        is_known = name in modules and name not in self._folders
        path = None if is_known else self._file(task)
        if path is not None and is_namespace(path):
            if name not in modules:
                self._folder(name, path)
            return
        self.loaded.steps.append(task.by)
        if is_known or (path is None and name in modules):
            return
        self._folders.discard(name)
        is_passed = self.passes(name)
        modules[name] = not is_passed
        if path is None or is_passed:
            return
        self.loaded.reloaded[path] = name
        module = self.store.load(path)
        statements = (_as_loaded(fact, module.facts.name, name) for fact in module.facts.imports)
        for statement in reversed(list(statements)):
            self._tasks.extend(reversed(list(self._statement(path, statement, task.passed))))
        for fact in imports_in_functions(module) if self.to_the_end else ():
            statement = _as_loaded(fact, module.facts.name, name)
            self._late.extend(self._statement(path, statement, False))

    def _folder(self, name: str, path: str) -> None:
        """A package without an ``__init__.py``, whose name a module may still have as well."""
        self._folders.add(name)
        is_passed = self.passes(name)
        self.loaded.modules[name] = not is_passed
        if not is_passed:
            self.loaded.reloaded[path] = name

    def _file(self, task: _Load) -> str | None:
        """Return the file of a module; a package is the one that the module in it was found in.

        A folder may well have a module of its own name, which is none of these; nor is a module
        that is no package, whose name happens to be the first word.
        """
        name, importer = task.by.name, task.by.importer or self.path
        whole = self.path if task.whole == self.name else self.index.find(task.whole, importer)
        if name == task.whole:
            return whole
        depth = task.whole.count(".") - name.count(".")
        around = self.index.package_around(whole, depth, name) if whole is not None else None
        found = around or self.index.find(name, importer)
        return found if found is not None and _is_package(found) else None

    def _statement(self, path: str, fact: ImportFact, passed: bool) -> Iterator[_Task]:
        if fact.typed or fact.fallback:
            return
        passed = passed or fact.passed_through
        by = Step(path, fact.offset, fact.module, passed)
        yield _Import(by, passed)
        if fact.names:
            yield _Take(by, fact.names, passed)

    def _take(self, task: _Take) -> None:
        package, importer = task.by.name, task.by.importer
        if not self.loaded.modules.get(package):
            return  # the worker's own package has its modules already
        path = self.index.find(package, importer)
        facts = self.store.load(path).facts if path is not None else None
        if path is None or facts is None or not (facts.is_package or is_namespace(path)):
            return
        for name in reversed(_expanded(task.names, facts)):
            inner = f"{package}.{name}"
            by = task.by._replace(name=inner)
            if inner in self.loaded.modules:
                self.loaded.steps.append(by)
            elif not _binds(facts, name, inner) and self.index.find(inner, importer) is not None:
                self._tasks.append(_Load(by, task.passed, inner))


def _name_in_program(path: str, store: Store, index: ModuleIndex) -> str:
    """Return the name that a module has in the program that it is a part of.

    The folders around packages may be packages without an ``__init__.py``: where a module calls
    its neighbours ``app.orders.charges``, it is ``app.orders.flow`` itself.
    """
    name = index.name_of(path)[0]
    called = {f.module for f in store.load(path).facts.imports if not f.relative and f.module}
    before = {_before(module, index, path) for module in sorted(called)} - {None}
    return f"{before.pop()}{name}" if len(before) == 1 else name


def _before(module: str, index: ModuleIndex, path: str) -> str | None:
    """What an import has before the name of a module of the same source folder; none of others."""
    found = index.find(module, path)
    if found is None or index.sources_of([found]) != index.sources_of([path]):
        return None
    own = index.name_of(found)[0]
    is_longer = module == own or module.endswith(f".{own}")
    return module.removesuffix(own) if own and is_longer else None


def _as_loaded(fact: ImportFact, own: str, loaded: str) -> ImportFact:
    """Return an import in a module that is called ``own``, where that is loaded as ``loaded``."""
    return replace(fact, module=known_as(fact.module, own, loaded)) if fact.relative else fact


def imports_in_functions(module: Module) -> list[ImportFact]:
    """Return what the functions of a module import."""
    return module.notes.answer("late imports", list[ImportFact], lambda: _find_late(module))


def _find_late(module: Module) -> list[ImportFact]:
    from wflint.syntax.guard import NewerSyntax, parse

    if _INDENTED_IMPORT.search(module.source.searchable) is None:
        return []
    try:
        return late_imports(parse(module.source), module.facts, module.source.line_starts)
    except (NewerSyntax, UnreadableSource):
        return []


def _with_parents(name: str) -> Iterator[str]:
    """A dotted name and the packages that it is in, itself first."""
    while name:
        yield name
        name = name.rpartition(".")[0]


def _is_package(path: str) -> bool:
    return is_namespace(path) or path.endswith("__init__.py")


def _binds(package: ModuleFacts, name: str, inner: str) -> bool:
    """True if a package defines ``name`` itself, other than by importing its module ``inner``."""
    bindings = package.bindings.get(name, ())
    return any(not (b.what is BindingKind.IMPORT and b.target == inner) for b in bindings)


def _expanded(names: tuple[str, ...], package: ModuleFacts) -> tuple[str, ...]:
    """``*`` stands for ``__all__``."""
    return (package.exports or ()) if names == ("*",) else names
