"""Functions that a framework calls in the workflow, by presets: a few lines of TOML for each."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial

from msgspec import Struct

from wflint.callgraph.entry.entry_points import EntryPoints
from wflint.facts.ids import Fn
from wflint.facts.model import Kind, Ref
from wflint.files.source import UnreadableSource
from wflint.inference.values import ExternalValue, FunctionValue
from wflint.project.module import Module
from wflint.syntax.guard import NewerSyntax, parse
from wflint.temporal.frameworks import Framework, Giving, When, frameworks

Dictionaries = dict[str, list[ast.Dict]]


class Handed(Struct, array_like=True):
    """A name that a module gives a framework: of a function, or of a list or dictionary of them.

    ``options`` is set where it depends on the name of a function: that of the dictionary which says
    for each if it fulfils the condition ``when``, or ``{}`` where ``chosen`` has all that do.
    """

    name: str
    options: str = ""
    chosen: tuple[str, ...] = ()
    when: When | None = None


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
                for handed in _given(store.load(path), framework):
                    found.update(_functions(roots, handed, path))
    return found


def _functions(roots: EntryPoints, handed: Handed, path: str) -> Iterator[Fn]:
    chosen = handed.chosen
    if handed.options.isidentifier():
        chosen = (*chosen, *_chosen_elsewhere(roots, handed, path))
    pending = list(roots.resolver.resolve(_ref(handed.name), path))
    while pending:
        entity = pending.pop()
        if isinstance(entity, ExternalValue) and entity.name.startswith("builtins."):
            pending.extend(inner for arg in entity.args for inner in arg)
        elif isinstance(entity, FunctionValue) and not handed.options:
            if not roots.is_boundary(entity.fn):
                yield entity.fn
        elif isinstance(entity, FunctionValue) and entity.fn.qualname in chosen:
            yield entity.fn  # a task, which otherwise is an activity


def _chosen_elsewhere(roots: EntryPoints, handed: Handed, path: str) -> list[str]:
    """The names of tasks of which a dictionary of another module says that they are chosen."""
    known = roots.resolver.constant(_ref(handed.options), path)
    when = handed.when
    if known is None or when is None:
        return []
    module = roots.resolver.store.load(known[1])
    question = f"{handed.options} with {when.value} under {when.key}"

    def find() -> list[str]:
        tree = _tree(module)
        displays = _dictionaries(tree).get(handed.options, []) if tree is not None else []
        return list(_chosen(when, displays))

    return module.notes.answer(question, list[str], find)


def _ref(name: str) -> Ref:
    first, *rest = name.split(".")
    return Ref(Kind.GLOBAL, first, tuple(rest))


def _given(module: Module, framework: Framework) -> list[Handed]:
    """What a module gives a framework."""
    return module.notes.answer(
        f"given to {framework.name}", list[Handed], lambda: list(_find(module, framework))
    )


def _find(module: Module, framework: Framework) -> Iterator[Handed]:
    tree = _tree(module)
    if tree is None:
        return
    dictionaries = _dictionaries(tree)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else _name(node.func)
        for giving in framework.gives:
            if giving.call == called:
                yield from _handed(giving, node, dictionaries)


def _tree(module: Module) -> ast.Module | None:
    try:
        return parse(module.source)
    except (NewerSyntax, UnreadableSource):
        return None


def _handed(giving: Giving, call: ast.Call, dictionaries: Dictionaries) -> Iterator[Handed]:
    given = [one for one in map(partial(_argument, call), giving.arguments) if one is not None]
    if giving.named and giving.when is not None:
        options = _argument(call, giving.when.keyword)
        chosen = tuple(_chosen(giving.when, _displays(options, dictionaries)))
        for one in given:
            for name in _names(one):
                yield Handed(name, _name(options) or "{}", chosen, giving.when)
    elif giving.under:
        for one in given:
            for name in _under(giving.under, _displays(one, dictionaries), dictionaries):
                yield Handed(name)
    elif _holds(giving.when, call, dictionaries):
        yield from (Handed(name) for one in given for name in _names(one))


def _chosen(when: When, displays: Iterable[ast.Dict]) -> Iterator[str]:
    """The keys of dictionaries under which another dictionary fulfils a condition."""
    for display in displays:
        for key, value in zip(display.keys, display.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(value, ast.Dict) and _has(value, when):
                yield str(key.value)


def _under(key: str, displays: Iterable[ast.Dict], dictionaries: Dictionaries) -> Iterator[str]:
    """The names under a key of dictionaries, or of those that they have under any key."""
    for display in displays:
        for at, value in zip(display.keys, display.values, strict=True):
            if isinstance(at, ast.Constant) and at.value == key:
                yield from _names(value)
            for inner in _displays(value, dictionaries):
                for name, given in zip(inner.keys, inner.values, strict=True):
                    if isinstance(name, ast.Constant) and name.value == key:
                        yield from _names(given)


def _displays(given: ast.expr | None, dictionaries: Dictionaries) -> list[ast.Dict]:
    """The dictionaries that an argument is, as far as the module writes them out."""
    if isinstance(given, ast.Dict):
        return [given]
    return dictionaries.get(_name(given), [])


def _name(node: ast.expr | None) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _dictionaries(tree: ast.Module) -> Dictionaries:
    """The dictionaries of a module that are given names, by these."""
    found: Dictionaries = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and isinstance(node.value, ast.Dict):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def _holds(when: When | None, call: ast.Call, dictionaries: Dictionaries) -> bool:
    if when is None:
        return True
    some = _displays(_argument(call, when.keyword), dictionaries)
    return bool(some) and all(_has(one, when) for one in some)


def _has(given: ast.Dict, when: When) -> bool:
    """True if a dictionary has the value of a condition; of two under one key the last counts."""
    values = [
        value.value if isinstance(value, ast.Constant) else None
        for key, value in zip(given.keys, given.values, strict=True)
        if isinstance(key, ast.Constant) and key.value == when.key
    ]
    return values[-1:] == [when.value]


def _argument(call: ast.Call, which: int | str) -> ast.expr | None:
    """The argument of a call at a place or of a keyword."""
    if isinstance(which, int):
        return call.args[which] if which < len(call.args) else None
    return next((k.value for k in call.keywords if k.arg == which), None)


def _names(given: ast.expr) -> Iterator[str]:
    """The names in an argument, also in a list, or the values of a dictionary."""
    inside = [given]
    if isinstance(given, (ast.List, ast.Tuple)):
        inside = given.elts
    elif isinstance(given, ast.Dict):
        inside = given.values
    for one in inside:
        if isinstance(one, (ast.Name, ast.Attribute)):
            yield ast.unparse(one)
