"""The functions of a workflow that were changed, as they stand in both versions."""

from __future__ import annotations

import ast
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from wflint.comparison.region import Region, changed_region
from wflint.comparison.side import Side
from wflint.facts.ids import Fn
from wflint.files.source import Source, UnreadableSource
from wflint.replay.change import Change
from wflint.rule.definition_views import WorkflowView
from wflint.rule.fix import Withheld
from wflint.syntax.guard import Function, NewerSyntax, parse


class Version(NamedTuple):
    """A function in one version of its file, with the functions around it."""

    source: Source
    tree: ast.Module
    node: Function
    around: tuple[Function, ...] = ()


class ChangedFunction(NamedTuple):
    """A function that was changed in one place; ``fn`` is its name in the new program."""

    fn: Fn
    old: Version
    new: Version
    region: Region


def changed_function(old: Side, new: Side, view: WorkflowView, change: Change) -> ChangedFunction:
    """Return the one function whose change makes the difference.

    Raises :class:`Withheld` where that is not one place in one function.
    """
    found = list(_all_changed(old, new, view))
    if len(found) > 1:
        shown = [step for step in (change.was, change.now) if step is not None]
        on_way = {place.fn.shown for step in shown for place in step.chain}
        found = [each for each in found if each.fn.shown in on_way] or found
    if not found:
        raise Withheld("the change is not one of statements in a function that both versions have")
    if len(found) > 1:
        names = " and ".join(f"`{each.fn.shown}`" for each in found[:2])
        raise Withheld(f"more than one function has changed: {names}")
    return found[0]


def _all_changed(old: Side, new: Side, view: WorkflowView) -> Iterator[ChangedFunction]:
    files: dict[str, tuple[Versions, Versions]] = {}
    for fn in _reached(new, view):
        if fn.path not in files:
            files[fn.path] = _in_both(old, new, fn.path)
        before, after = (versions.get(fn.shown) for versions in files[fn.path])
        if before is None or after is None:
            continue
        try:
            region = changed_region(before.node, after.node)
        except RecursionError:
            continue
        if region is not None:
            yield ChangedFunction(fn, before, after, region)


def _reached(side: Side, view: WorkflowView) -> Iterable[Fn]:
    """Return the functions that a workflow reaches, each once."""
    examined = side.of(view.cls.path)
    if examined is None:
        return ()
    graph = examined.answer.reached
    starts = [node for node in graph.entries if node.receiver == view.cls]
    return dict.fromkeys(node.fn for node in graph.search(starts))


Versions = dict[str, Version]
"""The functions of a file by their names, where no other one has the same."""


def _in_both(old: Side, new: Side, path: str) -> tuple[Versions, Versions]:
    """Return the functions of a file in both programs; none if nothing in it has changed."""
    before, after = _source(old, _old_path(old, new, path)), _source(new, path)
    if before is None or after is None or before.text == after.text:
        return {}, {}
    return _versions(before), _versions(after)


def _old_path(old: Side, new: Side, path: str) -> str:
    """Return the file that had a module in the old program, or ``""``."""
    if old.of(path) is not None:
        return path
    name = new.dotted(path, "")
    for examined in old.examined:
        for known in examined.answer.store.modules:
            if old.dotted(known, "") == name:
                return known
    return ""


def _source(side: Side, path: str) -> Source | None:
    examined = side.of(path)
    return examined.answer.store.load(path).source if examined is not None else None


def _versions(source: Source) -> Versions:
    try:
        tree = parse(source)
    except (UnreadableSource, NewerSyntax):
        return {}
    found = list(_definitions(tree))
    count = Counter(name for _, name, _ in found)
    return {
        name: Version(source, tree, node, around)
        for node, name, around in found
        if count[name] == 1
    }


Around = tuple[Function, ...]


def _definitions(tree: ast.Module) -> Iterator[tuple[Function, str, Around]]:
    """Yield the functions of a module with their names, and the functions around them."""
    pending: deque[tuple[ast.AST, str, Around]] = deque([(tree, "", ())])
    while pending:
        node, prefix, around = pending.popleft()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                name = f"{prefix}{child.name}"
                if isinstance(child, ast.ClassDef):
                    pending.append((child, f"{name}.", around))
                    continue
                yield child, name, around
                pending.append((child, f"{name}.", (*around, child)))
            elif isinstance(child, (ast.stmt, ast.ExceptHandler)):
                pending.append((child, prefix, around))
