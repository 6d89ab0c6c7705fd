"""Imports in functions of workflow code that a rule says should be at the top of the file."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import msgpack

from wflint.callgraph.graph import NOT_WORKFLOW_CODE, CallGraph, Node, stands_in_dead_branch
from wflint.facts.ids import Cls
from wflint.project.store import Store
from wflint.rule.loading_view import ForeignModule, LateLoad
from wflint.rule.views import LateImport
from wflint.sandbox.reloads import Reloads
from wflint.sandbox.sandboxes import Sandboxes
from wflint.temporal.unloadable import why_unloadable


class LateImports:
    """Imports in functions that a rule has found, and that load something while a workflow runs.

    What the same function imports for an activity, or what is there by then, may stay: to move
    an import of the other module to the top makes no circle.
    """

    def __init__(self, store: Store, sandboxes: Sandboxes) -> None:
        self._store = store
        self._sandboxes = sandboxes
        self._reloads = Reloads(sandboxes)
        self._can_load: dict[tuple[str, str], bool] = {}
        self._loads: dict[tuple[str, str, Cls | None], LateLoad] = {}
        self._latest: tuple[CallGraph, str, dict[str, list[str]]] | None = None

    def of(self, graph: CallGraph, code: str) -> Mapping[str, list[str]]:
        """Return the modules that each file imports so, in a part of the call graph."""
        latest = self._latest
        if latest is None or latest[0] is not graph or latest[1] != code:
            latest = self._latest = graph, code, self._found(graph, code)
        return latest[2]

    def _found(self, graph: CallGraph, code: str) -> dict[str, list[str]]:
        found: dict[str, dict[str, None]] = {}
        for node in graph.order:
            for finding in self._store.body(node.fn).findings:
                if finding.code != code or finding.flags & NOT_WORKFLOW_CODE:
                    continue
                if stands_in_dead_branch(finding, node):
                    continue
                wanted = msgpack.decode(finding.detail, type=LateImport)
                if self.missing(wanted, node):
                    modules = dict.fromkeys(wanted.modules())
                    found.setdefault(node.fn.path, {}).update(modules)
        return {path: list(modules) for path, modules in found.items()}

    def loads(self, module: str, node: Node) -> LateLoad:
        """Return what importing a module in a node leads to outside of the project."""
        return self._load(module, node.fn.path, node.receiver)

    def _load(self, module: str, path: str, receiver: Cls | None) -> LateLoad:
        key = module, path, receiver
        if key not in self._loads:
            foreign = self._reloads.late(module, path, receiver)
            is_relaxed = self._reloads.is_relaxed(path, receiver)
            self._loads[key] = LateLoad(tuple(ForeignModule(*one) for one in foreign), is_relaxed)
        return self._loads[key]

    def can_load(self, path: str, module: str) -> bool:
        """False if importing a module in a file surely fails in all workflows that come there."""
        key = path, module
        if key not in self._can_load:
            self._can_load[key] = self._finds(path, module)
        return self._can_load[key]

    def _finds(self, path: str, module: str) -> bool:
        if not self._sandboxes.always_lack(module, path):
            return True
        load = self._load(module, path, None)
        return not any(why_unloadable(m.name, is_relaxed=load.is_relaxed) for m in load.foreign)

    def missing(self, late: LateImport, node: Node) -> str:
        """Return the module that an import in a node loads while a workflow runs, or ``""``."""
        path, receiver = node.fn.path, node.receiver
        return self._sandboxes.missing(late.module, late.names, path, receiver, late.there)
