"""Asks the rules about the imports with which the sandbox begins to load a workflow."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from msgspec import Struct

from wflint.callgraph.graph import END, Hop, Node
from wflint.checking.checker import Checker
from wflint.checking.imports import ImportChain
from wflint.checking.table_entries import with_hook
from wflint.facts.ids import MODULE_BODY, Fn
from wflint.model.places import sites_in_module
from wflint.project.module import Module
from wflint.project.store import Store
from wflint.rule.base import Rule
from wflint.rule.loading_view import ForeignModule, LoadedImport, LoadingView
from wflint.rule.place import Place
from wflint.sandbox.chains import LoadingChains
from wflint.sandbox.reloads import Begun, Reloads
from wflint.sandbox.sandboxes import Sandboxes
from wflint.syntax.guard import parse_or_empty, span

Chains = dict[tuple[Fn, int, str], ImportChain]

_ACTIVITIES = frozenset({"activities", "activity"})


class _Statement(Struct, array_like=True):
    """An import of a module itself: the number of its row of imports, its line, and its site."""

    run: int
    line: int
    site: int


class LoadingChecks:
    """Adds to the hits of ``checker`` what rules say of imports in the ``chosen`` files.

    ``activities`` has how many of them each file defines, and ``chains`` gets how the sandbox comes
    to what is reported.
    """

    def __init__(
        self,
        checker: Checker,
        sandboxes: Sandboxes,
        activities: Mapping[str, int],
        chains: Chains,
    ) -> None:
        self._checker = checker
        self._store = checker.resolver.store
        self._sandboxes = sandboxes
        self._ways = LoadingChains(sandboxes)
        self._activities = activities
        self._chains = chains

    def check(self, rules: Sequence[Rule], chosen: frozenset[str]) -> None:
        """Ask the rules about each file in turn."""
        asked = with_hook(rules, "check_loading")
        found = Reloads(self._sandboxes).find(chosen) if asked else ()
        for path, group in groupby(found, key=lambda begun: begun.path):
            begun = list(group)
            view = self._store.faults.ask((path, ""), "", partial(self._view, path, begun))
            for rule in asked if view is not None else ():
                assert view is not None
                with self._store.faults.at(path, "", rule.code):
                    self._ask(rule, view, path, begun[0].root)

    def _ask(self, rule: Rule, view: LoadingView, path: str, root: str) -> None:
        found = list(rule.check_loading(view))
        links = self._ways.to(path, [root]) if found else []
        name = links[-1].shown if links else view.module
        for place, report in found:
            node = Node(place.fn)
            self._checker.violations.add(rule, node, place.site, 0, report)
            chain = ImportChain(tuple(links[:-1]), name, (Hop(node, END),))
            self._chains.setdefault((place.fn, place.site, rule.code), chain)

    def _view(self, path: str, begun: list[Begun]) -> LoadingView | None:
        module = self._store.load(path)
        rows = {module.source.location(one.offset).row: one for one in begun}
        modules: dict[int, str] = {}
        for fact in module.facts.imports:
            modules.setdefault(fact.offset, fact.module)
        found = []
        for statement in self._statements(module):
            one = rows.get(statement.line)
            if one is not None:
                found.append(self._import(one, statement, modules.get(one.offset, "")))
        return LoadingView(module.facts.name, tuple(found)) if found else None

    def _statements(self, module: Module) -> list[_Statement]:
        """Return the imports that are statements of a module itself, as far as they can be shown.

        They are noted, so that a file that has not changed is not parsed for them.
        """
        return module.notes.answer(
            "rows of imports", list[_Statement], lambda: list(_read(self._store, module))
        )

    def _import(self, one: Begun, statement: _Statement, module: str) -> LoadedImport:
        return LoadedImport(
            module,
            Place(Fn(one.path, MODULE_BODY), statement.site),
            statement.run,
            tuple(ForeignModule(*foreign) for foreign in one.foreign),
            bool(one.own),
            any(self._activities.get(path, 0) > 0 for path in one.own) or _says_so(one),
            one.is_relaxed,
        )


def _says_so(one: Begun) -> bool:
    """True if a module that is not in the repository has the name of one with activities."""
    named = (foreign.name.split(".") for foreign in one.foreign if not foreign.by)
    return any(not _ACTIVITIES.isdisjoint(words) for words in named)


def _read(store: Store, module: Module) -> Iterator[_Statement]:
    rows = list(_rows_of_imports(parse_or_empty(module.source)))
    spans = [span(module.source, node) for _, node in rows]
    sites = sites_in_module(store, module, set(spans))
    for (run, node), at in zip(rows, spans, strict=True):
        if at in sites:
            yield _Statement(run, node.lineno, sites[at])


def _rows_of_imports(tree: ast.Module) -> Iterator[tuple[int, ast.stmt]]:
    """Yield the imports with the number of the row of imports that they stand in."""
    run, before = 0, False
    for node in tree.body:
        is_import = isinstance(node, (ast.Import, ast.ImportFrom))
        run += before and not is_import
        before = is_import
        if is_import:
            yield run, node
