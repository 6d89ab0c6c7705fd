"""Where a Worker is made, and under which conditions."""

from __future__ import annotations

import ast

from wflint.syntax.inner_nodes import all_nodes, inner_nodes
from wflint.syntax.words import last_word

PASSES_ALL = "with_passthrough_all_modules"
"""The method of restrictions that passes everything through."""


def makes_worker(node: ast.Call) -> bool:
    """True if a call makes a Worker, or is given workflows as one is."""
    return last_word(node.func) == "Worker" or any(k.arg == "workflows" for k in node.keywords)


def nodes_around_workers(tree: ast.Module) -> set[ast.AST]:
    """Return the nodes in which a Worker is made."""
    parents: dict[ast.AST, ast.AST] = {}
    workers: list[ast.AST] = []
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Call) and makes_worker(node):
            workers.append(node)
        for child in inner_nodes(node):
            parents[child] = node
            pending.append(child)
    found: set[ast.AST] = set()
    for worker in workers:
        at: ast.AST | None = worker
        while at is not None and at not in found:
            found.add(at)
            at = parents.get(at)
    return found


def conditional_children(node: ast.AST, around_workers: set[ast.AST]) -> set[ast.AST]:
    """Return the children of a node that only run under a condition.

    A condition under which the Worker itself is made says nothing of what the Worker gets.
    """
    branches: list[list[ast.AST]] = []
    match node:
        case ast.If():
            branches = [[*node.body], [*node.orelse]]
        case ast.IfExp():
            branches = [[node.body], [node.orelse]]
        case ast.Match():
            branches = [[case] for case in node.cases]
    return {one for branch in branches if around_workers.isdisjoint(branch) for one in branch}


def has_ordinary_sandbox(worker: ast.Call) -> bool:
    """True if a worker surely has a sandbox that does not pass everything through."""
    if any(keyword.arg is None for keyword in worker.keywords):
        return False
    runner = next((k.value for k in worker.keywords if k.arg == "workflow_runner"), None)
    if runner is None:
        return True
    names = {last_word(n) for n in all_nodes(runner) if isinstance(n, (ast.Attribute, ast.Name))}
    return "SandboxedWorkflowRunner" in names and PASSES_ALL not in names
