"""Asks the rules about the imports with which the sandbox begins to load a workflow."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby

from msgspec import Struct

from wflint.callgraph.graph import END, Hop, Node
from wflint.checking.checker import Checker, with_hook
from wflint.checking.imports import ImportChain
from wflint.facts.ids import Fn
from wflint.files.source import UnreadableSource
from wflint.model.places import code_at
from wflint.project.module import Module
from wflint.rule.base import Rule
from wflint.rule.loading_view import ForeignModule, LoadedImport, LoadingView
from wflint.rule.place import Place
from wflint.sandbox.reloads import Begun, Reloads
from wflint.sandbox.sandboxes import Sandboxes
from wflint.syntax.guard import NewerSyntax, parse, span

Chains = dict[tuple[Fn, int, str], ImportChain]

_IMPORTS = (ast.Import, ast.ImportFrom)
_ACTIVITIES = frozenset({"activities", "activity"})


class _Statement(Struct, array_like=True):
    """An import: the number of its row of imports, its line (1-based), and its offsets."""

    run: int
    line: int
    start: int
    end: int


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
        for place, report in rule.check_loading(view):
            node = Node(place.fn)
            self._checker.violations.add(rule, node, place.site, 0, report)
            links = self._sandboxes.chain(path, [root])
            name = links[-1].shown if links else view.module
            chain = ImportChain(tuple(links[:-1]), name, (Hop(node, END),))
            self._chains.setdefault((place.fn, place.site, rule.code), chain)

    def _view(self, path: str, begun: list[Begun]) -> LoadingView | None:
        module = self._store.load(path)
        rows = {module.source.location(one.offset).row: one for one in begun}
        found = []
        for statement in _rows_of_imports(module):
            one = rows.get(statement.line)
            if one is None:
                continue
            place = code_at(self._store, path, statement.start, statement.end)
            if place is not None:
                found.append(self._import(one, place, statement.run))
        return LoadingView(module.facts.name, tuple(found)) if found else None

    def _import(self, one: Begun, place: Place, run: int) -> LoadedImport:
        module = self._store.load(one.path)
        facts = (fact for fact in module.facts.imports if fact.offset == one.offset)
        return LoadedImport(
            next((fact.module for fact in facts), ""),
            place,
            run,
            tuple(ForeignModule(*foreign) for foreign in one.foreign),
            bool(one.own),
            any(self._activities.get(path, 0) > 0 for path in one.own) or _says_so(one),
            one.is_relaxed,
        )


def _says_so(one: Begun) -> bool:
    """True if a module that is not in the repository has the name of one with activities."""
    named = (foreign.name.split(".") for foreign in one.foreign if not foreign.by)
    return any(not _ACTIVITIES.isdisjoint(words) for words in named)


def _rows_of_imports(module: Module) -> list[_Statement]:
    """Return the imports that are statements of a module itself, with the number of their row."""
    return module.notes.answer("rows of imports", list[_Statement], lambda: list(_read(module)))


def _read(module: Module) -> Iterator[_Statement]:
    try:
        tree = parse(module.source)
    except (NewerSyntax, UnreadableSource):
        return
    run, before = 0, False
    for node in tree.body:
        is_import = isinstance(node, _IMPORTS)
        run += before and not is_import
        before = is_import
        if is_import:
            yield _Statement(run, node.lineno, *span(module.source, node))
