"""The size of a workflow: what its methods hold, and those that it inherits."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import partial

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Fn
from wflint.inference.values import ExternalValue
from wflint.model.steps import function_node
from wflint.project.module import Module
from wflint.rule.definition_views import WorkflowView
from wflint.rule.state_views import WorkflowSize
from wflint.temporal.api import sdk_calls
from wflint.temporal.effects import Effect
from wflint.temporal.regions import Region

_BRANCHES = (ast.AsyncFor, ast.ExceptHandler, ast.For, ast.If, ast.While, ast.match_case)


def size_of(workflow: WorkflowView, roots: EntryPoints) -> WorkflowSize:
    """Return how much there is in the methods of a workflow; an overridden one does not count."""
    store = roots.resolver.store
    commands = branches = 0
    for base, head in roots.methods(workflow.cls):
        fn = Fn(base.path, head.qualname)
        commands += sum(1 for _ in _commands(fn, workflow, roots))
        branches += branches_in(store.load(base.path), head.qualname)
    handlers = sum(handler.kind is not Region.VALIDATOR for handler in workflow.handlers)
    return WorkflowSize(commands, handlers, branches)


def _commands(fn: Fn, workflow: WorkflowView, roots: EntryPoints) -> Iterator[int]:
    """Yield the sites of the calls of a method that give a command."""
    resolver, calls = roots.resolver, sdk_calls()
    for body in resolver.store.with_nested(fn):
        for call in body.calls:
            found = resolver.resolve(call.target, fn.path, workflow.cls)
            names = [e.name for e in found if isinstance(e, ExternalValue)]
            if any(name in calls and calls[name].does & Effect.COMMAND for name in names):
                yield call.site


def branches_in(module: Module, qualname: str) -> int:
    """Return the number of branches in a method, and in the functions inside of it."""
    head = module.facts.functions.get(qualname)
    if head is None or head.too_deep:
        return 0
    count = partial(_count, module, head.start, head.end)
    return module.notes.answer(f"branches {qualname}", int, count)


def _count(module: Module, start: int, end: int) -> int:
    node = function_node(module.source, start, end)
    return sum(isinstance(n, _BRANCHES) for n in ast.walk(node)) if node is not None else 0
