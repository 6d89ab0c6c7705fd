"""Functions that a framework calls in the workflow, by presets: a few lines of TOML for each."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Fn
from wflint.facts.model import Kind, Ref
from wflint.files.source import UnreadableSource
from wflint.inference.values import FunctionValue
from wflint.project.module import Module
from wflint.syntax.guard import NewerSyntax, parse
from wflint.temporal.frameworks import Framework, When, frameworks


def given_to_frameworks(
    roots: EntryPoints,
    configuring: Iterable[str],
    files: Iterable[str],
    read: Callable[[str], bytes],
) -> set[Fn]:
    """The functions that frameworks run in the workflow, in a project with these ``files``.

    ``configuring`` are the files that may set up their plugins.
    """
    store, found = roots.resolver.store, set[Fn]()
    set_up = [store.text(path) for path in configuring]
    for framework in frameworks():
        if not framework.plugin or not any(framework.plugin in text for text in set_up):
            continue
        marker = framework.marker.encode()
        for path in files:
            data = b""
            with suppress(OSError):
                data = read(path)
            if marker in data:
                for name in _given(store.load(path), framework):
                    first, *rest = name.split(".")
                    ref = Ref(Kind.GLOBAL, first, tuple(rest))
                    entities = roots.resolver.resolve(ref, path)
                    found.update(e.fn for e in entities if isinstance(e, FunctionValue))
    return {fn for fn in found if not roots.is_boundary(fn)}


def _given(module: Module, framework: Framework) -> list[str]:
    """The names of the functions that a module gives a framework."""
    return module.notes.answer(
        f"given to {framework.plugin}", list[str], lambda: list(_find(module, framework))
    )


def _find(module: Module, framework: Framework) -> Iterator[str]:
    try:
        tree = parse(module.source)
    except (NewerSyntax, UnreadableSource):
        return
    dictionaries = _dictionaries(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        for giving in framework.gives:
            if giving.call == node.func.attr and _holds(giving.when, node, dictionaries):
                yield from _names(node, giving.arguments)


def _dictionaries(tree: ast.Module) -> dict[str, list[ast.Dict]]:
    """The dictionaries of a module that are given names, by these."""
    found: dict[str, list[ast.Dict]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _holds(when: When | None, call: ast.Call, dictionaries: dict[str, list[ast.Dict]]) -> bool:
    if when is None:
        return True
    given = next((k.value for k in call.keywords if k.arg == when.keyword), None)
    named = dictionaries.get(given.id, []) if isinstance(given, ast.Name) else []
    some = [given] if isinstance(given, ast.Dict) else named
    return bool(some) and all(_has(one, when) for one in some)


def _has(given: ast.Dict, when: When) -> bool:
    """True if a dictionary has the value of a condition; of two under one key the last counts."""
    values = [
        value.value if isinstance(value, ast.Constant) else None
        for key, value in zip(given.keys, given.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == when.key
    ]
    return values[-1:] == [when.value]


def _names(call: ast.Call, arguments: tuple[int | str, ...]) -> Iterator[str]:
    for argument in arguments:
        if isinstance(argument, int):
            given = call.args[argument] if argument < len(call.args) else None
        else:
            given = next((k.value for k in call.keywords if k.arg == argument), None)
        if isinstance(given, (ast.Name, ast.Attribute)):
            yield ast.unparse(given)
