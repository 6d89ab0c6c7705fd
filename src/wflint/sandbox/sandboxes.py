"""The sandboxes of a project's workflows, and what is shared between them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from wflint.callgraph.entry.hooks import is_hook
from wflint.facts.ids import Cls
from wflint.facts.relative import known_as
from wflint.files.notebook import is_notebook
from wflint.inference.resolver import Resolver
from wflint.model.lists import Lists
from wflint.project.folders import is_namespace
from wflint.sandbox.foreign_workers import ForeignWorkers, Handed
from wflint.sandbox.loading import Loaded, load_workflow
from wflint.sandbox.passthrough import Passthrough
from wflint.sandbox.workers import WorkerSettings, in_files
from wflint.temporal.libraries import packages

_COMMENT = re.compile(r"#[^\n]*")
_WORD = re.compile(r"\w+")


class Sandboxes:
    """Tells which modules the sandbox loads again for each workflow, and which are shared.

    ``configuring`` are the files below ``root`` that may set up the sandbox, ``handing`` those that
    may give workflows to others that run them, whose lists ``lists`` follows. ``is_test`` tells
    tests: what these set up counts for workflows in tests only.
    """

    def __init__(
        self,
        resolver: Resolver,
        root: str,
        configuring: Sequence[str],
        handing: Sequence[str],
        lists: Lists,
        is_test: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self.resolver = resolver
        self.workflows: list[Cls] = []
        self._of_library: Callable[[Cls], tuple[frozenset[str], bool]]
        self._root = root
        self._configuring = configuring
        self._handing = sorted({*configuring, *handing})
        self.lists = lists
        self._is_test = is_test
        self._loaded: dict[str, Loaded] = {}
        self._loaded_late: dict[str, Loaded] = {}
        self._beside: dict[str, frozenset[str]] = {}

    def begin(
        self, workflows: Iterable[Cls], of_library: Callable[[Cls], tuple[frozenset[str], bool]]
    ) -> None:
        """Take note of the project's workflows, in the order of their files.

        ``of_library`` says what a library that wraps the SDK passes through for a workflow, and if
        it runs it without a sandbox.
        """
        self.workflows = list(workflows)
        self._of_library = of_library

    @cached_property
    def _own(self) -> WorkerSettings:
        """The settings of the project, without its tests."""
        return self._made_in(of_tests=False)

    @cached_property
    def _of_tests(self) -> WorkerSettings:
        """The settings of the tests, for their own workflows."""
        return self._made_in(of_tests=True)

    def _made_in(self, *, of_tests: bool) -> WorkerSettings:
        own, handing = (
            [path for path in paths if self._is_test(path) == of_tests]
            for paths in (self._configuring, self._handing)
        )
        foreign = ForeignWorkers(self.resolver, handing, self.workflows, self.lists)
        return WorkerSettings(self.resolver, own, self.workflows, self._root, foreign)

    def handed(self, cls: Cls) -> Handed | None:
        """Return the call that gives a workflow to a library, where nothing else runs it."""
        return (self._of_tests if self._is_test(cls.path) else self._own).handed(cls)

    def _of(self, cls: Cls) -> Passthrough:
        """The settings for one workflow; that of a test may run as any worker of the project."""
        if self._is_test(cls.path):
            found = self._own.all().joined(self._of_tests.of(cls))
        else:
            found = self._own.of(cls)
        passed, is_free = self._of_library(cls)
        # The sandbox cannot load a notebook, so its workflows must do without.
        free = frozenset({cls} if is_free or is_notebook(cls.path) else ())
        return found.joined(Passthrough(passed.union(packages()), unsandboxed=free))

    @cached_property
    def _settings(self) -> dict[str, Passthrough]:
        return in_files(self._of, self.workflows)

    def settings(self, path: str) -> Passthrough:
        """The settings that count for the workflows in a file."""
        return self._settings[path]

    def _roots_of(self, path: str, receiver: Cls | None = None) -> list[str]:
        """The files of the workflows that may run code in a file.

        These are the ones whose sandbox loads it, or all where none does. ``receiver`` is the class
        of the object whose method the code is in.
        """
        if receiver is not None and receiver.path in self._settings:
            return [receiver.path]
        if path in self._settings:
            return [path]
        loading = [root for root in self.sandboxed if path in self.loaded(root).reloaded]
        return loading or list(self._settings)

    def _is_run_by_tests(self, cls: Cls) -> bool:
        """True if a test names a workflow that may have to do with a Worker, or replays one."""
        name = cls.qualname.rpartition(".")[2].partition("#")[0]
        return name in self._words_of_tests if name else bool(self._words_of_tests)

    @cached_property
    def _words_of_tests(self) -> frozenset[str]:
        """The words of tests that may have to do with Workers, comments left out."""
        tests = filter(self._is_test, self._handing)
        texts = (_COMMENT.sub("", self.resolver.store.text(path)) for path in tests)
        return frozenset(word for text in texts for word in _WORD.findall(text))

    @cached_property
    def sandboxed(self) -> dict[str, Cls]:
        """The files that a sandbox loads as the module of a workflow, with the first workflow."""
        found: dict[str, Cls] = {}
        for cls in self.workflows:
            if self._is_test(cls.path) and not self._is_run_by_tests(cls):
                continue  # it stands for a workflow, and is only looked at
            settings = self.settings(cls.path)
            name = self.resolver.store.load(cls.path).facts.name
            if not settings.runs_free(cls) and not settings.passes(name):
                found.setdefault(cls.path, cls)
        return found

    def loaded(self, path: str) -> Loaded:
        """Return what is in the sandbox of the workflows in a file."""
        known = self._loaded.get(path)
        if known is None:
            store, index = self.resolver.store, self.resolver.index
            known = load_workflow(path, store, index, self.settings(path).passes)
            self._loaded[path] = known
        return known

    # Questions about one module.

    @cached_property
    def reloaded(self) -> dict[str, list[str]]:
        """The files that are loaded again, each with those of the workflows that it is loaded for.

        Workflows are left out where the project's settings could not be read to the end.
        """
        found: dict[str, list[str]] = {}
        for root in self.sandboxed:
            if not self.settings(root).in_doubt:
                for path in self.loaded(root).reloaded:
                    if not is_namespace(path):
                        found.setdefault(path, []).append(root)
        return found

    @cached_property
    def _unsandboxed(self) -> frozenset[str]:
        """The files that workflows without a sandbox import, as far as it goes."""
        modules = [c for c in self.workflows if not is_notebook(c.path)]
        free = [c.path for c in modules if self.settings(c.path).runs_free(c)]
        return frozenset().union(*(self._imported_by(path) for path in free))

    def _imported_by(self, path: str) -> frozenset[str]:
        """A file and those that it imports, as they are outside of sandboxes."""
        known = self._beside.get(path)
        if known is None:
            store, index = self.resolver.store, self.resolver.index
            known = frozenset(load_workflow(path, store, index, lambda _: False).reloaded)
            self._beside[path] = known
        return known

    def _is_of_worker(self, receiver: Cls) -> bool:
        """True of an interceptor or converter: the Worker's own class, not one of the sandbox."""
        return is_hook(self.resolver.order(receiver)[1])

    def is_shared(self, path: str, receiver: Cls | None = None) -> bool:
        """True if all workflows of a worker surely share what is in a module.

        ``receiver`` is the class of the object whose method asks. Where that is no workflow, it
        is enough that workflows without a sandbox import the module.
        """
        if receiver in self.workflows:
            assert receiver is not None
            settings = self.settings(receiver.path)
            if settings.runs_free(receiver):
                return True
            if receiver.path in self.sandboxed:
                if settings.in_doubt or path in self.loaded(receiver.path).reloaded:
                    return False
                return not self._is_loaded_late(path, [receiver.path])
        if path in self._unsandboxed:
            return True
        if receiver is not None and self._is_of_worker(receiver):
            return path in self._imported_by(receiver.path)
        if self.reloaded.get(path):
            return False
        if any(self.settings(root).in_doubt for root in self.sandboxed):
            return False
        return not self._is_loaded_late(path, self.sandboxed)

    def may_be_shared(self, path: str, receiver: Cls | None = None) -> bool:
        """True unless the sandbox of a workflow that may ask surely loads a module for itself.

        ``receiver`` is the class of the object whose method asks.
        """
        roots = [root for root in self.sandboxed if not self.settings(root).in_doubt]
        if receiver in self.workflows:
            assert receiver is not None
            roots = [root for root in roots if root == receiver.path]
        if path in self._unsandboxed:
            return True
        is_reloaded = not set(roots).isdisjoint(self.reloaded.get(path, ()))
        return not is_reloaded and not self._is_loaded_late(path, roots)

    def _is_loaded_late(self, path: str, roots: Iterable[str]) -> bool:
        """True if a module that is not passed through is first imported while workflows run.

        The sandbox loads it then, once for each workflow.
        """
        name = self.resolver.store.load(path).facts.name
        return any(
            not self.settings(root).passes(name)
            and self.loaded(root).modules.get(name) is not False
            and path in self._in_the_end(root).reloaded
            for root in roots
        )

    def _in_the_end(self, path: str) -> Loaded:
        """Return what may be in the sandbox of the workflows in a file when they have run."""
        known = self._loaded_late.get(path)
        if known is None:
            store, index = self.resolver.store, self.resolver.index
            known = load_workflow(path, store, index, self.settings(path).passes, True)
            self._loaded_late[path] = known
        return known

    def is_reloaded(self, path: str) -> bool:
        """True if the sandbox of any workflow surely loads a module again."""
        return path in self.reloaded

    def is_restricting(self, path: str) -> bool:
        """True if the code of a module meets the SDK's own restrictions when it is loaded."""
        roots = self.reloaded.get(path, ())
        return bool(roots) and not any(self.settings(root).relaxed for root in roots)

    def restricts(self, path: str, receiver: Cls | None = None) -> bool:
        """True if code in a file surely meets the SDK's own restrictions when a workflow runs it.

        ``receiver`` is the class of the object whose method it is in.
        """
        if receiver in self.workflows:
            assert receiver is not None
            if self.settings(receiver.path).runs_free(receiver):
                return False
        return self.is_restricting(path)

    def reuses(self, module: str) -> bool:
        """True if any sandbox surely has the worker's own copy of a module."""
        roots = self.sandboxed
        return not roots or any(
            self.settings(r).passes(module) or self.loaded(r).modules.get(module) is False
            for r in roots
        )

    def passes(self, module: str, path: str) -> bool:
        """True if a module is passed through to code in a file, or may be."""
        roots = self._roots_of(path)
        if any(self.settings(c.path).runs_free(c) for c in self.workflows if c.path in roots):
            return True
        settings = [self.settings(root) for root in roots]
        return any(one.in_doubt or one.passes(module) for one in settings)

    def sandboxed_for(self, path: str, receiver: Cls | None) -> list[str]:
        """The files of workflows in sandboxes that code in a file is run for."""
        return [root for root in self._roots_of(path, receiver) if root in self.sandboxed]

    def missing(
        self,
        module: str,
        names: Sequence[str],
        path: str,
        receiver: Cls | None,
        there: Sequence[str] = (),
    ) -> str:
        """The module that an import in workflow code would load only then, or ``""``.

        ``path`` is the file with the import, ``receiver`` the class of the object whose method it
        is in. The modules ``there`` have been imported by then, and so have their packages.
        """
        roots = self.sandboxed_for(path, receiver)
        if not roots or any(self.settings(root).in_doubt for root in roots):
            return ""
        wanted = [module]
        for name in names:
            inner = f"{module}.{name}"
            if self.resolver.index.find(inner, path) is not None:
                wanted.append(inner)
        for name in wanted:
            if name in there or any(other.startswith(f"{name}.") for other in there):
                continue
            if not any(self._has(root, name, path) for root in roots):
                return name
        return ""

    def always_lack(self, module: str, path: str) -> bool:
        """True if no workflow that may run code in a file has a module by then, in its sandbox."""
        roots = self._roots_of(path)
        return bool(roots) and all(
            root in self.sandboxed
            and not self.settings(root).in_doubt
            and not self._has(root, module, path)
            for root in roots
        )

    def _has(self, root: str, name: str, importer: str) -> bool:
        """True if a sandbox has what ``importer`` calls ``name``, under that name or another."""
        loaded = self.loaded(root)
        own = self.resolver.store.load(importer).facts.name
        names = {name, known_as(name, own, loaded.reloaded.get(importer, own))}
        if any(self.settings(root).passes(n) or loaded.has(n) for n in names):
            return True
        return self.resolver.index.find(name, importer) in loaded.reloaded

    def name(self, root: str, path: str) -> str:
        """The name of a module in the sandbox of the workflows in the file ``root``."""
        return self.loaded(root).reloaded.get(path) or self.resolver.store.load(path).facts.name
